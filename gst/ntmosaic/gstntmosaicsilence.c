/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pads that hold up the strip. If nothing is live, a strip needs a frame of
 * each pad that is not at EOS. A pad that is not linked gets none, and the
 * pipeline waits for ever without a message. One warning names the pads that
 * the strip waits for. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicsilence.h"

#include "gstntmosaicfailures.h"
#include "gstntmosaicpad.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* How long the streaming thread waits before the warning, in nanoseconds. */
#define PATIENCE (5 * GST_SECOND)

/* ---- Which pads ---- */

/* References on the pads that have had no data and no EOS so far, and that no
 * warning has named. An empty list if no other pad has had data: then they hold
 * up nothing. */
static GList *
find_silent_pads (GstNtMosaic * self)
{
  gboolean others = FALSE;
  GList *silent = NULL;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    GstNtMosaicPad *pad = l->data;

    if (gst_nt_mosaic_pad_has_had_data (pad))
      others = TRUE;
    else if (!pad->named_silent)
      silent = g_list_prepend (silent, gst_object_ref (pad));
  }
  if (!others) {
    g_list_free_full (silent, gst_object_unref);
    silent = NULL;
  }
  for (l = silent; l; l = l->next)
    GST_NT_MOSAIC_PAD (l->data)->named_silent = TRUE;
  GST_OBJECT_UNLOCK (self);

  return g_list_sort (silent, gst_nt_mosaic_pad_compare);
}

static void
warn (GstNtMosaic * self, GList * pads)
{
  gchar *names = gst_nt_mosaic_list_pads (pads, TRUE);

  GST_ELEMENT_WARNING (self, CORE, PAD,
      ("No strip can be made: for %u seconds no frame has come to %s. Link a "
          "source to such a pad, send EOS to it, or release it",
          (guint) (PATIENCE / GST_SECOND), names), (NULL));
  g_free (names);
}

/* ---- When ---- */

/* Warns, unless something is live. Called without locks, and not in the clock's
 * thread, because gst_aggregator_get_latency() may query upstream. */
static void
look (GstElement * element, gpointer unused)
{
  GstNtMosaic *self = GST_NT_MOSAIC (element);
  GList *pads;

  if (GST_CLOCK_TIME_IS_VALID (gst_aggregator_get_latency (GST_AGGREGATOR
              (self))))
    return;

  pads = find_silent_pads (self);
  if (pads)
    warn (self, pads);
  g_list_free_full (pads, gst_object_unref);
}

static void
free_weak_ref (gpointer ref)
{
  g_weak_ref_clear (ref);
  g_free (ref);
}

static void set_timer (GstNtMosaic * self, GstClock * clock,
    GstClockTime since);

/* In the clock's thread. The warning is due, unless another wait has begun
 * since the timer was set. The timer is set again, because other pads may get
 * data only later. */
static gboolean
on_time (GstClock * clock, GstClockTime time, GstClockID id, gpointer ref)
{
  GstNtMosaic *self = g_weak_ref_get (ref);
  GstClockTime since = GST_CLOCK_TIME_NONE;
  gboolean is_over;

  if (self == NULL)
    return TRUE;

  GST_OBJECT_LOCK (self);
  if (self->silence_id == id) {
    since = self->waiting_since;
    self->silence_id = NULL;
    gst_clock_id_unref (id);
  }
  GST_OBJECT_UNLOCK (self);

  if (GST_CLOCK_TIME_IS_VALID (since)) {
    is_over = time >= since + PATIENCE;
    set_timer (self, clock, is_over ? time : since);
    if (is_over)
      gst_element_call_async (GST_ELEMENT (self), look, NULL, NULL);
  }
  gst_object_unref (self);

  return TRUE;
}

static void
set_timer (GstNtMosaic * self, GstClock * clock, GstClockTime since)
{
  GstClockID id = gst_clock_new_single_shot_id (clock, since + PATIENCE);
  gboolean is_first;
  GWeakRef *ref;

  GST_OBJECT_LOCK (self);
  is_first = self->silence_id == NULL
      && GST_CLOCK_TIME_IS_VALID (self->waiting_since);
  if (is_first)
    self->silence_id = gst_clock_id_ref (id);
  GST_OBJECT_UNLOCK (self);

  if (is_first) {
    ref = g_new0 (GWeakRef, 1);
    g_weak_ref_init (ref, self);
    gst_clock_id_wait_async (id, on_time, ref, free_weak_ref);
  }
  gst_clock_id_unref (id);
}

static gboolean
is_waiting (GstNtMosaic * self)
{
  gboolean is;

  GST_OBJECT_LOCK (self);
  is = GST_CLOCK_TIME_IS_VALID (self->waiting_since);
  GST_OBJECT_UNLOCK (self);

  return is;
}

/* There is one timer at most. A strip does not stop it, because strips are
 * many: when the timer fires, it looks whether a wait has lasted. */
void
gst_nt_mosaic_begin_waiting (GstNtMosaic * self)
{
  gboolean has_timer;
  GstClockTime now;
  GstClock *clock;

  if (is_waiting (self)
      || gst_aggregator_get_force_live (GST_AGGREGATOR (self)))
    return;

  clock = gst_system_clock_obtain ();
  now = gst_clock_get_time (clock);
  GST_OBJECT_LOCK (self);
  self->waiting_since = now;
  has_timer = self->silence_id != NULL;
  GST_OBJECT_UNLOCK (self);

  if (!has_timer)
    set_timer (self, clock, now);
  gst_object_unref (clock);
}

void
gst_nt_mosaic_end_waiting (GstNtMosaic * self)
{
  GST_OBJECT_LOCK (self);
  self->waiting_since = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
}

void
gst_nt_mosaic_forget_waiting (GstNtMosaic * self)
{
  GstClockID id;

  GST_OBJECT_LOCK (self);
  self->waiting_since = GST_CLOCK_TIME_NONE;
  id = g_steal_pointer (&self->silence_id);
  GST_OBJECT_UNLOCK (self);

  if (id) {
    gst_clock_id_unschedule (id);
    gst_clock_id_unref (id);
  }
}
