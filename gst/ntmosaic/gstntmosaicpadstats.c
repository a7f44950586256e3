/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicpadstats.h"

/* Counters don't order anything else. */
#define add(counter, n) \
    atomic_fetch_add_explicit (counter, n, memory_order_relaxed)
#define get(counter) atomic_load_explicit (counter, memory_order_relaxed)
#define set(counter, value) \
    atomic_store_explicit (counter, value, memory_order_relaxed)

void
gst_nt_mosaic_pad_stats_reset (GstNtMosaicPadStats * stats, guint n_taken)
{
  set (&stats->frames, 0);
  set (&stats->shown, 0);
  set (&stats->repeated, 0);
  set (&stats->dropped, 0);
  set (&stats->late, 0);
  set (&stats->refused, 0);
  set (&stats->last_time, GST_CLOCK_TIME_NONE);
  set (&stats->stalled, FALSE);
  stats->last_end = GST_CLOCK_TIME_NONE;
  stats->n_taken = n_taken;
  stats->is_hidden = FALSE;
}

/* ---- Frames that come ---- */

static GstClockTime
find_time (const GstSegment * segment, GstClockTime position)
{
  position = CLAMP (position, segment->start, segment->stop);

  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, position);
}

/* Sets @begin and @end to running times; the same ones if @frame has no
 * duration. FALSE: it has none. */
static gboolean
find_times (const GstSegment * segment, GstBuffer * frame,
    GstClockTime * begin, GstClockTime * end)
{
  GstClockTime first = GST_BUFFER_PTS (frame);
  GstClockTime last = first;

  if (!GST_CLOCK_TIME_IS_VALID (first))
    return FALSE;
  if (GST_BUFFER_DURATION_IS_VALID (frame)
      && !g_uint64_checked_add (&last, first, GST_BUFFER_DURATION (frame)))
    last = G_MAXUINT64 - 1;

  *begin = find_time (segment, segment->rate > 0 ? first : last);
  *end = find_time (segment, segment->rate > 0 ? last : first);

  return GST_CLOCK_TIME_IS_VALID (*begin) && GST_CLOCK_TIME_IS_VALID (*end);
}

/* Whether the strips that a frame is for were made already, and the last of
 * them without a frame of that time. A source that is faster than the strip has
 * frames that are over too, but a strip showed the frame before such a frame,
 * in its own time. */
static gboolean
is_late (GstNtMosaicPadStats * stats, GstClockTime begin, GstClockTime end,
    GstNtMosaicSpan * last)
{
  const guint64 last_begin = get (&last->begin);
  const guint64 last_end = get (&last->end);

  return (begin == end ? begin < last_end : end <= last_end)
      && (!GST_CLOCK_TIME_IS_VALID (stats->last_end)
      || stats->last_end <= last_begin);
}

void
gst_nt_mosaic_pad_stats_count_in (GstNtMosaicPadStats * stats,
    const GstSegment * segment, GstBuffer * frame, GstNtMosaicSpan * last)
{
  GstClockTime begin;
  GstClockTime end;

  add (&stats->frames, 1);
  if (frame == NULL)
    add (&stats->dropped, 1);
  if (frame == NULL || !find_times (segment, frame, &begin, &end))
    return;

  if (is_late (stats, begin, end, last))
    add (&stats->late, 1);
  set (&stats->last_time, begin);
  stats->last_end = end;
}

void
gst_nt_mosaic_pad_stats_count_dropped (GstNtMosaicPadStats * stats, guint n)
{
  if (n > 0)
    add (&stats->dropped, n);
}

/* ---- Frames that are taken ---- */

/* A hidden frame that stays is accounted for when it is shown, or when it
 * goes. */
static void
count_fate (GstNtMosaicPadStats * stats, gboolean is_first,
    GstNtMosaicFate fate)
{
  const gboolean is_new = is_first || stats->is_hidden;

  stats->is_hidden = fate == GST_NT_MOSAIC_FATE_HIDDEN && is_new;
  if (fate == GST_NT_MOSAIC_FATE_SHOWN)
    add (is_new ? &stats->shown : &stats->repeated, 1);
  else if (fate == GST_NT_MOSAIC_FATE_REFUSED && is_new)
    add (&stats->refused, 1);
}

void
gst_nt_mosaic_pad_stats_count_taken (GstNtMosaicPadStats * stats,
    guint n_taken, gboolean is_first, GstNtMosaicFate fate)
{
  guint n_dropped = n_taken - stats->n_taken;

  stats->n_taken = n_taken;

  if (is_first && n_dropped > 0)
    n_dropped--;
  if (stats->is_hidden && (is_first || fate == GST_NT_MOSAIC_FATE_NONE)) {
    stats->is_hidden = FALSE;
    n_dropped++;
  }
  gst_nt_mosaic_pad_stats_count_dropped (stats, n_dropped);
  count_fate (stats, is_first, fate);
}

/* ---- The property ---- */

GstStructure *
gst_nt_mosaic_pad_stats_describe (GstNtMosaicPadStats * stats)
{
  const GstClockTime last_time = get (&stats->last_time);
  GstStructure *structure =
      gst_structure_new ("application/x-ntmosaic-pad-stats",
      "frames", G_TYPE_UINT64, get (&stats->frames),
      "shown", G_TYPE_UINT64, get (&stats->shown),
      "repeated", G_TYPE_UINT64, get (&stats->repeated),
      "dropped", G_TYPE_UINT64, get (&stats->dropped),
      "late", G_TYPE_UINT64, get (&stats->late),
      "frames-refused", G_TYPE_UINT64, get (&stats->refused),
      "stalled", G_TYPE_BOOLEAN, get (&stats->stalled), NULL);

  if (GST_CLOCK_TIME_IS_VALID (last_time))
    gst_structure_set (structure, "last-running-time", G_TYPE_UINT64,
        last_time, NULL);

  return structure;
}

void
gst_nt_mosaic_install_pad_stats (GObjectClass * klass, guint id)
{
  /**
   * GstNtMosaicPad:stats:
   *
   * Counters of the pad since the element was started, as a structure
   * `application/x-ntmosaic-pad-stats`:
   *
   * * `frames` (uint64): frames that came from upstream
   * * `shown` (uint64): of these, frames that are or were in a strip
   * * `dropped` (uint64): frames that were in no strip, because they had no
   *   running time, came late, were flushed, or because a later one was there
   *   for the same strip; counted with the next strip or flush
   * * `frames-refused` (uint64): frames that were too short, contradicted their
   *   caps, lacked a timestamp or could not be mapped
   * * `repeated` (uint64): how often a strip showed the frame of the strip
   *   before it once more
   * * `late` (uint64): frames that came when the strips of their time had been
   *   made without them. The next strip may show such a frame; otherwise it is
   *   one of `dropped` too
   * * `last-running-time` (uint64): running time in nanoseconds at which the
   *   latest frame that came begins; missing if none came, or none with a
   *   timestamp
   * * `stalled` (boolean): whether nothing came for longer than
   *   #GstVideoAggregatorPad:max-last-buffer-repeat; TRUE from the message
   *   `ntmosaic-pad-stalled` until `ntmosaic-pad-resumed`
   *
   * Frames that are in none of `shown`, `dropped` and `frames-refused` are on
   * their way: queued, or due in the next strip.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, id,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters of frames that came, were shown, dropped, late or refused "
          "since the element was started, the running time of the latest one, "
          "and whether the pad is stalled",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}
