/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How far pads run ahead of the strip. A pad that may queue one frame wakes its
 * upstream for each frame; with small tiles that takes longer than the copy. If
 * nothing is live, pads may queue more frames, as far as they take little
 * memory.
 *
 * The base class lets a pad queue frames for as much time as its property
 * `latency` says. Therefore the element has a property of that name itself, and
 * sets the base class' property to the larger of two times: the user's latency,
 * and the time that pads may run ahead. From GStreamer 1.26.5 on, the base
 * class adds the processing latency of the subclass, which is the time of one
 * strip. If nothing is live, the base class needs that time for nothing else,
 * and the element does not tell it. LATENCY queries are answered with the
 * user's latency and the time of one strip in any case. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicahead.h"

#include "gstntmosaicqueue.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* Bytes that all frames on their way to strips, and the strips that wait for
 * them, may take together. */
#define AHEAD_BYTES ((gsize) 32 << 20)

/* Larger frames are better copied on arrival, to one of the next strips. With 8
 * pads, running ahead took 1.0 times the CPU time with frames of 64 KiB, and
 * 1.5 times with frames of 256 KiB. */
#define MAX_FRAME_BYTES ((gsize) 32 << 10)

/* Frames of each pad besides the queued ones: the pad shows one, and upstream
 * draws another. */
#define OTHER_FRAMES 2

/* More than this saves hardly any more time: 400 pads of 16x16 took 13.3 ms a
 * strip with 1 frame, 6.2 with 4, 4.9 with 8 and 4.8 with 16 (one run, beside
 * other work). */
#define MAX_FRAMES_AHEAD 8

/* How long upstream waits for its pad's queue to be half empty, in
 * microseconds. A wait ends early when the queue empties or the element stops.
 * A wait of this length is a stall: pads don't run ahead any more, and the base
 * class makes upstream wait. A wait for frames whose timestamps don't advance
 * begins again. */
#define PATIENCE G_TIME_SPAN_SECOND

/* If something is live, a pad of the base class always has room for this many
 * frames. */
#define LEAST_ROOM 2

/* After a stall, pads run ahead again when this many strips were made. */
#define STRIPS_AFTER_STALL 16

/* ---- What the base class lets a pad queue ---- */

static void
set_base_latency (GstNtMosaic * self, GstClockTime latency)
{
  GObjectClass *base = g_type_class_peek (GST_TYPE_AGGREGATOR);
  GParamSpec *pspec = g_object_class_find_property (base, "latency");
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, latency);
  base->set_property (G_OBJECT (self), pspec->param_id, &value, pspec);
  g_value_unset (&value);
}

static GstClockTime
get_wanted_latency (GstNtMosaic * self)
{
  GstClockTime latency;

  GST_OBJECT_LOCK (self);
  latency = MAX (self->settings.latency, self->ahead);
  GST_OBJECT_UNLOCK (self);

  return latency;
}

/* Another thread may change the wanted latency at the same time. The loop makes
 * sure that the last value wins. */
static void
update_base_latency (GstNtMosaic * self)
{
  GstClockTime latency;

  do {
    latency = get_wanted_latency (self);
    set_base_latency (self, latency);
  } while (latency != get_wanted_latency (self));
}

static void
set_ahead (GstNtMosaic * self, GstClockTime ahead)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->ahead != ahead;
  self->ahead = ahead;
  GST_OBJECT_UNLOCK (self);

  if (changed)
    update_base_latency (self);
}

void
gst_nt_mosaic_set_latency (GstNtMosaic * self, GstClockTime latency)
{
  GST_OBJECT_LOCK (self);
  self->settings.latency = latency;
  GST_OBJECT_UNLOCK (self);

  update_base_latency (self);
}

/* Splits the time of one strip: the base class gets to know @told, and the
 * element adds @untold to LATENCY queries. */
static void
tell_strip_time (GstNtMosaic * self, GstClockTime told, GstClockTime untold)
{
  GST_OBJECT_LOCK (self);
  self->untold = untold;
  GST_OBJECT_UNLOCK (self);

  gst_aggregator_set_latency (GST_AGGREGATOR (self), told, told);
}

static gboolean
is_live (GstNtMosaic * self)
{
  GstAggregator *agg = GST_AGGREGATOR (self);

  return gst_aggregator_get_force_live (agg)
      || GST_CLOCK_TIME_IS_VALID (gst_aggregator_get_latency (agg));
}

/* The bytes of a tile on average, without the cells that have none. */
static gsize
get_tile_bytes (const NtmLayout * layout)
{
  guint64 pixels = 0;
  guint i;

  for (i = 0; i < layout->n_tiles; i++)
    pixels += (guint64) layout->cells[i].cell.width
        * layout->cells[i].cell.height;

  return pixels * layout->pixel_bytes / layout->n_tiles;
}

/* How many frames each pad may queue. */
static guint
count_frames_ahead (GstNtMosaic * self)
{
  const gsize strip_bytes = self->all_tiles->bytes;
  const gsize frames = AHEAD_BYTES / strip_bytes;
  GstNtMosaicSettings settings;

  gst_nt_mosaic_get_settings (self, &settings);
  if (settings.frames_ahead >= 0)
    return MAX (settings.frames_ahead, 1);
  if (get_tile_bytes (self->all_tiles) > MAX_FRAME_BYTES)
    return 1;

  return CLAMP ((gssize) frames - OTHER_FRAMES, 1, MAX_FRAMES_AHEAD);
}

/* The base class always lets a pad queue the frame to be taken next, and more
 * frames behind it until these last longer than the latency. So @frames need
 * @frames - 2 periods; half a period is added because durations are rounded. */
void
gst_nt_mosaic_allow_ahead (GstNtMosaic * self, GstClockTime period)
{
  const gboolean live = is_live (self);
  const guint frames = live || period == 0 ? 1 : count_frames_ahead (self);

  self->period = period;
  g_atomic_int_set (&self->n_after_stall, 0);
  tell_strip_time (self, live ? period : 0, live ? 0 : period);
  period = MIN (period, G_MAXINT64 / frames);
  GST_DEBUG_OBJECT (self, "pads may queue %u frames", frames);
  g_atomic_int_set (&self->n_queued, frames);
  set_ahead (self, frames > 1 ? (frames - 2) * period + period / 2 : 0);
}

void
gst_nt_mosaic_forbid_ahead (GstNtMosaic * self)
{
  g_atomic_int_set (&self->n_queued, 1);
  set_ahead (self, 0);
}

void
gst_nt_mosaic_check_ahead (GstNtMosaic * self)
{
  gboolean was_live;

  GST_OBJECT_LOCK (self);
  was_live = self->untold == 0;
  GST_OBJECT_UNLOCK (self);

  if (!was_live && is_live (self)) {
    gst_nt_mosaic_forbid_ahead (self);
    tell_strip_time (self, self->period, 0);
  }
  if (g_atomic_int_get (&self->n_after_stall) > 0
      && g_atomic_int_dec_and_test (&self->n_after_stall))
    gst_nt_mosaic_allow_ahead (self, self->period);
}

/* ---- Upstream's turn ---- */

/* The base class wakes a waiting upstream with each frame that it takes. Here
 * upstream waits until half of the queue is empty, and then makes several
 * frames in a row. */
static void
wait_for_half (GstNtMosaic * self, GstNtMosaicPad * pad, guint n_queued)
{
  /* The frame to be taken next was counted out of the queue already. */
  const guint full = n_queued - 1;

  if (full == 0 || gst_nt_mosaic_queue_get_n_queued (&pad->queue) < full
      || gst_nt_mosaic_queue_wait (&pad->queue, full / 2, PATIENCE))
    return;

  gst_nt_mosaic_forbid_ahead (self);
  g_atomic_int_set (&self->n_after_stall, STRIPS_AFTER_STALL);
}

/* Whether strips may still be made of the frames that @pad has queued. After an
 * error, and at the end, the base class drops the queue, and nothing wakes
 * upstream. */
static gboolean
goes_on (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);

  return !g_atomic_int_get (&self->failed) && !GST_PAD_IS_FLUSHING (pad)
      && !gst_nt_mosaic_held_is_released (&pad->held)
      && !GST_PAD_IS_EOS (srcpad)
      && gst_pad_get_last_flow_return (srcpad) == GST_FLOW_OK;
}

/* The base class limits the time in a queue and not the number of frames.
 * Frames whose timestamps don't advance never fill it, so this function limits
 * their number. */
void
gst_nt_mosaic_wait_for_turn (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstSegment * segment, GstBuffer * buffer)
{
  const guint n_queued = g_atomic_int_get (&self->n_queued);

  wait_for_half (self, pad, n_queued);

  if (gst_nt_mosaic_pad_adds_time (pad, segment, buffer))
    return;
  while (!gst_nt_mosaic_queue_wait (&pad->queue,
          MAX (n_queued, LEAST_ROOM) - 1, PATIENCE))
    if (!goes_on (self, pad))
      break;
}

/* Subtracts what the base class' latency has more than the user's, and adds the
 * time that the base class was not told. */
void
gst_nt_mosaic_correct_latency (GstNtMosaic * self, GstQuery * query)
{
  GstClockTime untold;
  GstClockTime excess;
  GstClockTime min;
  GstClockTime max;
  gboolean live;

  GST_OBJECT_LOCK (self);
  excess = MAX (self->settings.latency, self->ahead)
      - self->settings.latency;
  untold = self->untold;
  GST_OBJECT_UNLOCK (self);

  gst_query_parse_latency (query, &live, &min, &max);
  min += untold - MIN (excess, min);
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += untold - MIN (excess, max);
  gst_query_set_latency (query, live, min, max);
}
