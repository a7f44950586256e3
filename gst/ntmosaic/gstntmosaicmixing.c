/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip: how it is filled, its times and metas. The streaming thread copies
 * frames without locks, so a source that pushes never waits for a copy. A
 * handler of samples-selected may set properties for the strip that the signal
 * is about, so all is decided after the signal. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicmixing.h"

#include "gstntmosaicallocation.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicmetas.h"
#include "gstntmosaicpicture.h"
#include "gstntmosaicposition.h"
#include "gstntmosaicshown.h"
#include "gstntstripmemory.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* What to do about a pool of downstream's that does not work. */
#define WITHOUT_POOL "put identity drop-allocation=true behind the mosaic to " \
    "do without that pool"

/* Flags that say how the fields of an interlaced frame stand. */
#define FIELD_FLAGS (GST_VIDEO_BUFFER_FLAG_INTERLACED \
    | GST_VIDEO_BUFFER_FLAG_TFF | GST_VIDEO_BUFFER_FLAG_RFF \
    | GST_VIDEO_BUFFER_FLAG_ONEFIELD)

/* ---- How it is filled ---- */

static void
set_up_composer (GstNtMosaic * self, const GstNtMosaicSettings * settings)
{
  ntm_composer_set_stores (self->composer, settings->nt_stores);
  ntm_composer_set_stream_from (self->composer,
      MIN (settings->nt_threshold, G_MAXSIZE), settings->n_strips);
  ntm_composer_set_max_threads (self->composer, settings->max_threads);
}

static void
compose (GstNtMosaic * self, GstNtMosaicPicture * picture, NtmStrip * strip,
    NtmReport * report)
{
  picture->strip = strip;
  ntm_composer_compose (self->composer, strip, picture->sources,
      picture->background, report);
}

/* One NtmStrip serves for all buffers of downstream's pool; each buffer has
 * other memory. NULL: the rows of that memory are too short for a strip, or
 * there is no memory for an NtmStrip. */
static NtmStrip *
wrap_downstreams (GstNtMosaic * self, NtmLayout * layout,
    const GstVideoFrame * frame)
{
  guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  const gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

  if (self->downstreams_strip == NULL
      || ntm_strip_get_layout (self->downstreams_strip) != layout) {
    g_clear_pointer (&self->downstreams_strip, ntm_strip_free);
    ntm_strip_wrap (&self->downstreams_strip, layout, data, stride);
  } else if (ntm_strip_set_data (self->downstreams_strip, data, stride)
      != NTM_OK) {
    g_clear_pointer (&self->downstreams_strip, ntm_strip_free);
  }

  return self->downstreams_strip;
}

/* gst_video_frame_map() maps only the memory in which the first row begins, and
 * does not compare its size with the buffer's GstVideoMeta. A pool may shorten
 * its buffers to the size without padding: the memory behind that counts too.
 * Rows that are too short are left to wrap_downstreams(). */
static gboolean
has_room (const GstVideoFrame * frame)
{
  const GstMapInfo *map = &frame->map[0];
  const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  const guint64 stride = MAX (GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0), 0);
  const guint64 row_bytes = (guint64) GST_VIDEO_FRAME_WIDTH (frame)
      * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, 0);

  return map->memory && (guint64) (data - map->data)
      + stride * (GST_VIDEO_FRAME_HEIGHT (frame) - 1)
      + MIN (stride, row_bytes) <= map->maxsize;
}

static gboolean
map_downstreams (GstVideoFrame * frame, const GstVideoInfo * info,
    GstBuffer * buffer)
{
  if (!gst_video_frame_map (frame, info, buffer, GST_MAP_WRITE))
    return FALSE;
  if (has_room (frame))
    return TRUE;

  gst_video_frame_unmap (frame);
  return FALSE;
}

static gboolean
fill_downstreams (GstNtMosaic * self, GstNtMosaicPicture * picture,
    GstBuffer * buffer, NtmReport * report)
{
  GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  GstVideoFrame frame;
  NtmStrip *strip;

  if (!map_downstreams (&frame, info, buffer)) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FAILED, "downstream's "
        "pool gave a buffer of %" G_GSIZE_FORMAT " bytes that can't be mapped "
        "for writing a strip of %dx%d: " WITHOUT_POOL,
        gst_buffer_get_size (buffer), GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info));
    return FALSE;
  }

  strip = wrap_downstreams (self, picture->layout, &frame);
  if (strip)
    compose (self, picture, strip, report);
  else
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FAILED, "downstream's "
        "pool gave a buffer with rows of %d bytes, but a strip needs %"
        G_GSIZE_FORMAT ": " WITHOUT_POOL,
        GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0),
        (gsize) picture->layout->width * picture->layout->pixel_bytes);
  gst_video_frame_unmap (&frame);

  return strip != NULL;
}

static gboolean
fill_strip (GstNtMosaic * self, GstNtMosaicPicture * picture, GstBuffer * strip,
    NtmReport * report)
{
  set_up_composer (self, &picture->settings);

  if (!self->strip_is_ours)
    return fill_downstreams (self, picture, strip, report);

  compose (self, picture,
      gst_nt_strip_memory_get_strip (gst_buffer_peek_memory (strip, 0)),
      report);
  return TRUE;
}

/* The engine has nothing to write for a tile without pixels, and calls it
 * kept. */
static void
forget_hidden (GstNtMosaic * self, const GstNtMosaicPicture * picture,
    NtmReport * report)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    report->tiles_kept -= gst_nt_mosaic_is_hidden (self, i);
}

static void
count (GstNtMosaic * self, const NtmReport * report)
{
  GstNtMosaicStats *stats = &self->stats;

  GST_OBJECT_LOCK (self);
  stats->strips++;
  stats->tiles_copied += report->tiles_copied;
  stats->tiles_on_arrival += report->tiles_in_place;
  stats->tiles_kept += report->tiles_kept;
  stats->tiles_background += report->tiles_background;
  stats->bytes_copied += report->bytes_copied;
  stats->copy_time += report->nanoseconds;
  GST_OBJECT_UNLOCK (self);

  GST_DEBUG_OBJECT (self, "strip %" G_GUINT64_FORMAT ": %" G_GSIZE_FORMAT
      " copied, of these %" G_GSIZE_FORMAT " on arrival, %" G_GSIZE_FORMAT
      " kept, %" G_GSIZE_FORMAT " background, %" G_GSIZE_FORMAT " bytes in %"
      GST_TIME_FORMAT, stats->strips, report->tiles_copied,
      report->tiles_in_place, report->tiles_kept,
      report->tiles_background, report->bytes_copied,
      GST_TIME_ARGS (report->nanoseconds));
}

/* ---- Its times, flags and metas ---- */

/* Without a rate, a strip has the running time of its latest frame. If it has
 * no frame, it has the timestamp of the strip before it. */
static void
set_time_of_frames (GstNtMosaic * self, const GstNtMosaicPicture * picture,
    GstBuffer * strip)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  const GstClockTime latest = gst_nt_mosaic_picture_find_time (picture);
  GstSegment segment;

  GST_OBJECT_LOCK (self);
  GST_BUFFER_PTS (strip) = self->last_time;
  segment = GST_AGGREGATOR_PAD (agg->srcpad)->segment;
  GST_OBJECT_UNLOCK (self);
  if (GST_CLOCK_TIME_IS_VALID (latest) || !GST_BUFFER_PTS_IS_VALID (strip))
    GST_BUFFER_PTS (strip) = gst_segment_position_from_running_time (&segment,
        GST_FORMAT_TIME, GST_CLOCK_TIME_IS_VALID (latest) ? latest : 0);
  GST_BUFFER_DURATION (strip) = GST_CLOCK_TIME_NONE;
}

static void
set_field_flags (const GstNtMosaicPicture * picture, GstBuffer * strip)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->frames[i].buffer) {
      GST_BUFFER_FLAG_SET (strip, GST_BUFFER_FLAGS (picture->frames[i].buffer)
          & FIELD_FLAGS);
      return;
    }
}

static GstNtMosaicTile
get_tile (const GstNtMosaicPicture * picture, guint i)
{
  return (GstNtMosaicTile) {
    .pad = picture->pads[i] ? picture->pads[i]->number : 0,
    .cell = &picture->layout->cells[i],
    .frame = picture->frames[i].buffer,
    .word = ntm_strip_get_word (picture->strip, i),
  };
}

/* The pads' numbers are the ids of tile metas, so boxes have higher ids. */
static void
add_metas (GstNtMosaic * self, const GstNtMosaicPicture * picture,
    GstBuffer * strip)
{
  const guint n_tiles = picture->layout->n_tiles;
  guint last_id = 0;
  guint i;

  for (i = 0; i < n_tiles; i++) {
    const GstNtMosaicTile tile = get_tile (picture, i);

    last_id = MAX (last_id, tile.pad);
    if (picture->settings.tile_meta && picture->pads[i]
        && !gst_nt_mosaic_is_hidden (self, i))
      gst_nt_mosaic_add_tile_meta (strip, &tile);
  }
  for (i = 0; i < n_tiles; i++) {
    const GstNtMosaicTile tile = get_tile (picture, i);

    gst_nt_mosaic_move_boxes (strip, &tile, &last_id);
  }
}

static void
describe (GstNtMosaic * self, const GstNtMosaicPicture * picture,
    GstBuffer * strip)
{
  if (gst_nt_mosaic_has_no_rate (self))
    set_time_of_frames (self, picture, strip);
  gst_nt_mosaic_set_time_of_last_backwards (self, strip);
  gst_nt_mosaic_remember_time (self, strip);
  if (GST_VIDEO_INFO_IS_INTERLACED (&GST_VIDEO_AGGREGATOR (self)->info))
    set_field_flags (picture, strip);
  add_metas (self, picture, strip);
}

/* ---- One strip ---- */

/* Takes the frames before the strip: the best strip is the one that holds most
 * of these frames already. */
static gboolean
make_strip (GstNtMosaic * self, GstNtMosaicPicture * picture, GstBuffer * strip)
{
  NtmReport report;

  if (!gst_nt_mosaic_picture_take_frames (self, picture))
    return FALSE;
  gst_nt_mosaic_remember_span (self, strip);
  if ((self->strip_is_ours && !gst_nt_mosaic_give_memory (self, strip,
              picture->sources, picture->inputs, picture->background))
      || !fill_strip (self, picture, strip, &report))
    return FALSE;

  describe (self, picture, strip);
  forget_hidden (self, picture, &report);
  count (self, &report);

  return TRUE;
}

/* A src pad that is deactivated gets no strip: a stop does not wait for one.
 * It also forgets that it has to negotiate again. If the streaming thread is
 * started once more after that, the strips may be of another layout: then there
 * is no strip either. */
static GstFlowReturn
gst_nt_mosaic_aggregate_frames (GstVideoAggregator * vagg, GstBuffer * strip)
{
  GstNtMosaic *self = GST_NT_MOSAIC (vagg);
  GstNtMosaicSettings settings;
  gboolean made = FALSE;
  GstNtMosaicPicture *picture;

  if (g_atomic_int_get (&self->is_inactive))
    return GST_FLOW_FLUSHING;
  gst_nt_mosaic_get_settings (self, &settings);
  if (self->strips_fit && gst_nt_mosaic_follow_settings (self, &settings)) {
    picture = gst_nt_mosaic_picture_new (self, &settings);
    made = make_strip (self, picture, strip);
    gst_nt_mosaic_picture_free (picture);
  }
  if (made)
    return GST_FLOW_OK;

  return g_atomic_int_get (&self->failed) ? GST_FLOW_ERROR
      : GST_FLOW_FLUSHING;
}

void
gst_nt_mosaic_class_init_mixing (GstNtMosaicClass * klass)
{
  GST_VIDEO_AGGREGATOR_CLASS (klass)->aggregate_frames =
      gst_nt_mosaic_aggregate_frames;
}
