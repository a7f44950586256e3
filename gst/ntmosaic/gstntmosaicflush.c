/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Flushes. The base class makes no strip until each pad has got the FLUSH_STOP
 * of a flush. Some pads get none: a pad that is requested in the middle of a
 * flush, and after a seek, a pad that is not linked. The element sends the
 * FLUSH_STOP for them. It refuses a seek if a source says that it can't seek,
 * because such a source would not flush. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicflush.h"

#include "gstntmosaicposition.h"
#include "gstntmosaicsilence.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

/* ---- Which flushes are going on ---- */

/* During a flush the base class stops the task of the src pad; at EOS it only
 * pauses the task. */
static gboolean
is_flushing (GstNtMosaic * self)
{
  return gst_pad_get_task_state (GST_AGGREGATOR_SRC_PAD (self)) ==
      GST_TASK_STOPPED;
}

void
gst_nt_mosaic_begin_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum)
{
  GST_OBJECT_LOCK (self);
  pad->flush_seqnum = seqnum;
  GST_OBJECT_UNLOCK (self);
}

/* Whether a seek, or a flush that has reached another pad, has the seqnum
 * @seqnum and is not over. With the object lock held. */
static gboolean
goes_on (GstNtMosaic * self, guint32 seqnum)
{
  GList *l;

  if (seqnum == self->seek_seqnum)
    return TRUE;

  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    if (GST_NT_MOSAIC_PAD (l->data)->flush_seqnum == seqnum)
      return TRUE;

  return FALSE;
}

guint32
gst_nt_mosaic_end_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum)
{
  GST_OBJECT_LOCK (self);
  pad->flush_seqnum = GST_SEQNUM_INVALID;
  if (pad->flushed_seqnum != GST_SEQNUM_INVALID
      && goes_on (self, pad->flushed_seqnum))
    seqnum = pad->flushed_seqnum;
  pad->flushed_seqnum = seqnum;
  GST_OBJECT_UNLOCK (self);

  return seqnum;
}

gboolean
gst_nt_mosaic_has_flushed (GstNtMosaic * self, guint32 seqnum)
{
  gboolean has;
  GList *l;

  GST_OBJECT_LOCK (self);
  has = GST_ELEMENT (self)->sinkpads != NULL;
  for (l = GST_ELEMENT (self)->sinkpads; l && has; l = l->next) {
    const GstNtMosaicPad *pad = l->data;

    has = pad->flush_seqnum == seqnum || pad->flushed_seqnum == seqnum;
  }
  GST_OBJECT_UNLOCK (self);

  return has;
}

void
gst_nt_mosaic_begin_seek (GstNtMosaic * self, guint32 seqnum)
{
  GST_OBJECT_LOCK (self);
  self->seek_seqnum = seqnum;
  GST_OBJECT_UNLOCK (self);
}

/* Does nothing if another thread has begun another seek since. */
static void
forget_seek (GstNtMosaic * self, guint32 seqnum)
{
  GST_OBJECT_LOCK (self);
  if (self->seek_seqnum == seqnum)
    self->seek_seqnum = GST_SEQNUM_INVALID;
  GST_OBJECT_UNLOCK (self);
}

/* The base class also returns TRUE for a seek that it has seen before and
 * drops: then no flush is going on. */
void
gst_nt_mosaic_end_seek (GstNtMosaic * self, guint32 seqnum, gboolean succeeded)
{
  if (succeeded && is_flushing (self))
    gst_nt_mosaic_flush_unlinked (self, seqnum);
  else
    forget_seek (self, seqnum);
  gst_nt_mosaic_stay_stopped (self);
}

static void
forget_flushes (GstNtMosaic * self)
{
  GList *l;

  GST_OBJECT_LOCK (self);
  self->seek_seqnum = GST_SEQNUM_INVALID;
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    GST_NT_MOSAIC_PAD (l->data)->flush_seqnum = GST_SEQNUM_INVALID;
  GST_OBJECT_UNLOCK (self);
}

/* ---- Frames whose segment goes ---- */

gboolean
gst_nt_mosaic_has_segment (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  return GST_AGGREGATOR_PAD (pad)->segment.format == GST_FORMAT_TIME
      && g_atomic_int_get (&pad->n_resets) == 0
      && !g_atomic_int_get (&self->is_inactive);
}

/* ---- Caps that a flush must not drop ---- */

/* When the stream ends before a pad does, the base class drops all that the pad
 * has queued, caps too. Upstream has sent these caps, and does not send them
 * again after a flush. So they are queued again, before anything else; twice if
 * the base class has kept them. The caller holds the stream lock of @pad,
 * unless @pad has no upstream that sends data. */
static void
queue_caps_again (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  GstEvent *event = gst_nt_mosaic_pad_ref_queued_caps (pad);

  if (event)
    GST_AGGREGATOR_CLASS (parent_class)->sink_event_pre_queue (GST_AGGREGATOR
        (self), GST_AGGREGATOR_PAD (pad), event);
}

gboolean
gst_nt_mosaic_pass_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    GstEvent * event)
{
  const gboolean is_stop = GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP;
  gboolean ret;

  g_atomic_int_inc (&pad->n_resets);
  gst_nt_mosaic_pad_drop_next (pad, GST_AGGREGATOR (self));
  g_mutex_lock (&pad->gap_lock);
  ret = GST_AGGREGATOR_CLASS (parent_class)->sink_event (GST_AGGREGATOR (self),
      GST_AGGREGATOR_PAD (pad), event);
  g_mutex_unlock (&pad->gap_lock);
  g_atomic_int_set (&pad->has_segment, FALSE);
  g_atomic_int_add (&pad->n_resets, -1);
  if (is_stop)
    queue_caps_again (self, pad);

  return ret;
}

/* ---- A stop meets a flush ---- */

void
gst_nt_mosaic_stay_stopped (GstNtMosaic * self)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);

  if (g_atomic_int_get (&self->is_inactive))
    GST_PAD_ACTIVATEMODEFUNC (srcpad) (srcpad, GST_OBJECT (self),
        GST_PAD_MODE_PUSH, FALSE);
}

/* The event does not go through the pad itself: a FLUSH_STOP there would drop
 * sticky events of the pad, such as SEGMENT. */
static void
give_event (GstNtMosaic * self, GstNtMosaicPad * pad, GstEvent * event,
    guint32 seqnum)
{
  gst_event_set_seqnum (event, seqnum);
  gst_nt_mosaic_pass_flush (self, pad, event);
}

void
gst_nt_mosaic_end_flushes (GstNtMosaic * self)
{
  const guint32 seqnum = gst_util_seqnum_next ();
  GList *pads = gst_nt_mosaic_ref_pads (self);
  GList *l;

  for (l = pads; l; l = l->next)
    give_event (self, l->data, gst_event_new_flush_stop (TRUE), seqnum);
  g_list_free_full (pads, gst_object_unref);
  forget_flushes (self);
  gst_nt_mosaic_stay_stopped (self);
}

/* ---- Pads that a flush does not reach ---- */

/* Whether upstream flushes, or has flushed, @pad for the seek. With the object
 * lock held. */
static gboolean
has_seek_reached (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  return self->seek_seqnum != GST_SEQNUM_INVALID
      && (pad->flush_seqnum == self->seek_seqnum
      || pad->flushed_seqnum == self->seek_seqnum);
}

/* The seqnum of the flush that is going on; INVALID: none is, or the element is
 * stopped. An upstream that agreed to a seek may not flush at all, or flush
 * with a seqnum of its own. So a flush that has reached a pad takes precedence
 * over a seek that has reached none. */
static guint32
find_seqnum (GstNtMosaic * self)
{
  guint32 seqnum = GST_SEQNUM_INVALID;
  gboolean is_seek = FALSE;
  GList *l;

  if (g_atomic_int_get (&self->is_inactive))
    return GST_SEQNUM_INVALID;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l && !is_seek; l = l->next) {
    is_seek = has_seek_reached (self, l->data);
    if (seqnum == GST_SEQNUM_INVALID)
      seqnum = GST_NT_MOSAIC_PAD (l->data)->flush_seqnum;
  }
  if (is_seek || seqnum == GST_SEQNUM_INVALID)
    seqnum = self->seek_seqnum;
  GST_OBJECT_UNLOCK (self);

  return seqnum;
}

static void
flush_pad (GstNtMosaic * self, GstNtMosaicPad * pad, guint32 seqnum)
{
  gst_nt_mosaic_end_flush (self, pad, seqnum);
  give_event (self, pad, gst_event_new_flush_start (), seqnum);
  give_event (self, pad, gst_event_new_flush_stop (TRUE), seqnum);
}

void
gst_nt_mosaic_join_flush (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  const guint32 seqnum = find_seqnum (self);

  if (seqnum == GST_SEQNUM_INVALID)
    return;

  flush_pad (self, pad, seqnum);
  gst_nt_mosaic_stay_stopped (self);
}

/* A flush ends EOS, also if EOS is still queued. A pad that is not linked gets
 * no other data, so it has to go back to EOS. */
static void
flush_unlinked_pad (GstNtMosaic * self, GstNtMosaicPad * pad, guint32 seqnum)
{
  const gboolean is_eos = GST_PAD_IS_EOS (pad)
      || gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad));

  flush_pad (self, pad, seqnum);
  gst_nt_mosaic_pad_restart (pad);
  if (is_eos)
    give_event (self, pad, gst_event_new_eos (), seqnum);
}

static GList *
ref_unlinked_pads (GstNtMosaic * self)
{
  GList *pads = NULL;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    if (!gst_pad_is_linked (l->data))
      pads = g_list_prepend (pads, gst_object_ref (l->data));
  GST_OBJECT_UNLOCK (self);

  return pads;
}

void
gst_nt_mosaic_flush_unlinked (GstNtMosaic * self, guint32 seqnum)
{
  gboolean is_seek;
  GList *pads;
  GList *l;

  GST_OBJECT_LOCK (self);
  is_seek = self->seek_seqnum != GST_SEQNUM_INVALID
      && self->seek_seqnum == seqnum && !self->is_inactive;
  GST_OBJECT_UNLOCK (self);
  if (!is_seek)
    return;

  pads = ref_unlinked_pads (self);
  for (l = pads; l; l = l->next)
    flush_unlinked_pad (self, l->data, seqnum);
  g_list_free_full (pads, gst_object_unref);
}

/* The base class checks whether a flush is over when a pad gets a FLUSH_STOP,
 * and not when the last pad without one is released. So the pad that goes gets
 * one. The others can't get a second one: until strips are made, the base class
 * holds a lock of each pad whose upstream waits, and FLUSH_STOP needs that
 * lock. */
void
gst_nt_mosaic_leave_flush (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  if (is_flushing (self))
    gst_nt_mosaic_join_flush (self, pad);
}

/* ---- Sources that can't seek ---- */

static gboolean
can_seek (GstPad * pad)
{
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean can = TRUE;

  if (gst_pad_peer_query (pad, query))
    gst_query_parse_seeking (query, NULL, &can, NULL, NULL);
  gst_query_unref (query);

  return can;
}

gboolean
gst_nt_mosaic_can_flush (GstNtMosaic * self)
{
  GList *pads = gst_nt_mosaic_ref_pads (self);
  gboolean can = TRUE;
  GList *l;

  for (l = pads; l && can; l = l->next) {
    can = can_seek (l->data);
    if (!can)
      GST_WARNING_OBJECT (l->data, "the source of this pad can't seek, so the "
          "element refuses the flushing seek: use sources that can seek");
  }
  g_list_free_full (pads, gst_object_unref);

  return can;
}

/* The base class calls this when all pads have gone through the flush. */
static GstFlowReturn
gst_nt_mosaic_flush (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  forget_flushes (self);
  GST_OBJECT_LOCK (self);
  g_atomic_int_set (&self->has_ended, FALSE);
  GST_OBJECT_UNLOCK (self);
  gst_nt_mosaic_forget_time (self);
  gst_nt_mosaic_end_waiting (self);

  return GST_AGGREGATOR_CLASS (parent_class)->flush (agg);
}

void
gst_nt_mosaic_class_init_flush (GstNtMosaicClass * klass)
{
  parent_class = g_type_class_peek_parent (klass);

  GST_AGGREGATOR_CLASS (klass)->flush = gst_nt_mosaic_flush;
}
