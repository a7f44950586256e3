/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicqueue.h"

void
gst_nt_mosaic_queue_init (GstNtMosaicQueue * queue)
{
  g_mutex_init (&queue->lock);
  g_cond_init (&queue->shorter);
  queue->until = GST_CLOCK_TIME_NONE;
}

void
gst_nt_mosaic_queue_clear (GstNtMosaicQueue * queue)
{
  g_cond_clear (&queue->shorter);
  g_mutex_clear (&queue->lock);
}

void
gst_nt_mosaic_queue_count_in (GstNtMosaicQueue * queue)
{
  g_mutex_lock (&queue->lock);
  queue->n_in++;
  g_mutex_unlock (&queue->lock);
}

void
gst_nt_mosaic_queue_uncount (GstNtMosaicQueue * queue)
{
  g_mutex_lock (&queue->lock);
  if (queue->n_in != queue->n_left)
    queue->n_in--;
  g_mutex_unlock (&queue->lock);
}

void
gst_nt_mosaic_queue_count_out (GstNtMosaicQueue * queue)
{
  g_mutex_lock (&queue->lock);
  if (queue->n_in == queue->n_left)
    queue->n_in++;
  queue->n_left++;
  if (queue->waits && queue->n_in - queue->n_left <= queue->wake_at)
    g_cond_signal (&queue->shorter);
  g_mutex_unlock (&queue->lock);
}

guint
gst_nt_mosaic_queue_get_n_left (GstNtMosaicQueue * queue)
{
  guint n_left;

  g_mutex_lock (&queue->lock);
  n_left = queue->n_left;
  g_mutex_unlock (&queue->lock);

  return n_left;
}

guint
gst_nt_mosaic_queue_restart (GstNtMosaicQueue * queue)
{
  guint n_left;

  g_mutex_lock (&queue->lock);
  n_left = queue->n_left;
  queue->n_in = n_left;
  queue->hurry = FALSE;
  queue->until = GST_CLOCK_TIME_NONE;
  g_mutex_unlock (&queue->lock);

  return n_left;
}

void
gst_nt_mosaic_queue_set_hurry (GstNtMosaicQueue * queue, gboolean hurry)
{
  g_mutex_lock (&queue->lock);
  queue->hurry = hurry;
  g_cond_signal (&queue->shorter);
  g_mutex_unlock (&queue->lock);
}

guint
gst_nt_mosaic_queue_get_n_queued (GstNtMosaicQueue * queue)
{
  guint n_queued;

  g_mutex_lock (&queue->lock);
  n_queued = queue->n_in - queue->n_left;
  g_mutex_unlock (&queue->lock);

  return n_queued;
}

gboolean
gst_nt_mosaic_queue_adds_time (GstNtMosaicQueue * queue, GstClockTime end)
{
  gboolean adds;

  g_mutex_lock (&queue->lock);
  adds = GST_CLOCK_TIME_IS_VALID (end)
      && (!GST_CLOCK_TIME_IS_VALID (queue->until) || end > queue->until);
  if (adds)
    queue->until = end;
  g_mutex_unlock (&queue->lock);

  return adds;
}

gboolean
gst_nt_mosaic_queue_wait (GstNtMosaicQueue * queue, guint n,
    GTimeSpan patience)
{
  const gint64 end = g_get_monotonic_time () + patience;
  gboolean in_time = TRUE;

  g_mutex_lock (&queue->lock);
  queue->wake_at = n;
  queue->waits = TRUE;
  while (in_time && !queue->hurry && queue->n_in - queue->n_left > n)
    in_time = g_cond_wait_until (&queue->shorter, &queue->lock, end);
  queue->waits = FALSE;
  g_mutex_unlock (&queue->lock);

  return in_time;
}
