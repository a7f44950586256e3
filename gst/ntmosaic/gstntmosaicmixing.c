/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip: what its tiles show, how it is filled, its times and metas. The
 * streaming thread takes frames from the pads under their locks and copies them
 * without locks, so a source that pushes never waits for a copy. A handler of
 * samples-selected may set properties for the strip that the signal is about,
 * so all is decided after the signal. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicmixing.h"

#include "gstntmosaicallocation.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicformats.h"
#include "gstntmosaicframe.h"
#include "gstntmosaicmetas.h"
#include "gstntmosaicpad.h"
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

/* ---- What its tiles show ---- */

/* All that is needed to make one strip: a copy of the settings, references on
 * the pads, and what the pads show. The arrays have one item for each tile. */
typedef struct
{
  GstNtMosaicSettings settings;
  NtmLayout *layout;
  GstNtMosaicPad **pads;        /* NULL where a pad is gone */
  GstNtMosaicFrame *frames;
  NtmSource *sources;
  GstNtTileInput *inputs;
  GstClockTime hidden_time;     /* running time of the latest frame that is not
                                 * shown; NONE: there is none */
  guint8 background[NTM_MAX_PIXEL_BYTES];       /* as it stands in memory */
  NtmStrip *strip;              /* where it was composed; not owned */
} Picture;

static Picture *
new_picture (GstNtMosaic * self, const GstNtMosaicSettings * settings)
{
  Picture *picture = g_new0 (Picture, 1);
  GstVideoInfo info;
  GList *l;

  GST_OBJECT_LOCK (self);
  info = GST_VIDEO_AGGREGATOR (self)->info;
  picture->layout = ntm_layout_ref (self->layout);
  picture->pads = g_new0 (GstNtMosaicPad *, self->layout->n_tiles);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    GstNtMosaicPad *pad = l->data;

    if (pad->tile >= 0)
      picture->pads[pad->tile] = gst_object_ref (pad);
  }
  GST_OBJECT_UNLOCK (self);

  picture->settings = *settings;
  picture->hidden_time = GST_CLOCK_TIME_NONE;
  gst_nt_mosaic_format_paint (&info, settings->background_color,
      picture->background);
  picture->frames = g_new0 (GstNtMosaicFrame, picture->layout->n_tiles);
  picture->sources = g_new0 (NtmSource, picture->layout->n_tiles);
  picture->inputs = g_new0 (GstNtTileInput, picture->layout->n_tiles);

  return picture;
}

static void
free_picture (Picture * picture)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++) {
    gst_nt_mosaic_frame_unmap (&picture->frames[i]);
    gst_clear_object (&picture->pads[i]);
  }
  g_free (picture->inputs);
  g_free (picture->sources);
  g_free (picture->frames);
  g_free (picture->pads);
  ntm_layout_unref (picture->layout);
  g_free (picture);
}

/* One warning for each pad: a source that sends one such frame sends more. */
static void
warn_of_frames (GstNtMosaic * self, GstNtMosaicPad * pad, const gchar * why)
{
  if (pad->warned_of_frames)
    return;

  pad->warned_of_frames = TRUE;
  gst_nt_mosaic_warn (self, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s: %s. The tile is background in place of such frames, and "
      "frames-refused in stats counts them", GST_OBJECT_NAME (pad), why);
}

/* The frame that was taken from @pad can't be shown. @why: the cause. FALSE: no
 * strip was made before, or there is no other pad, and an error was posted.
 * Else the tile is background. */
static gboolean
refuse_frame (GstNtMosaic * self, GstNtMosaicPad * pad, const gchar * why)
{
  if (!gst_nt_mosaic_goes_on_without_one (self)) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s: %s",
        GST_OBJECT_NAME (pad), why);
    return FALSE;
  }

  if (gst_nt_mosaic_held_refuse (&pad->held)) {
    GST_OBJECT_LOCK (self);
    self->stats.frames_refused++;
    GST_OBJECT_UNLOCK (self);
  }
  warn_of_frames (self, pad, why);

  return TRUE;
}

/* Whether frames of @pad have the format of the strip, and the size of @place.
 * The base class negotiates before it takes a frame with new caps; if it ever
 * does not, the strip has no room for that frame. */
static gboolean
has_place (GstNtMosaic * self, GstNtMosaicPad * pad, const NtmRect * place)
{
  const GstVideoFormat format =
      GST_VIDEO_INFO_FORMAT (&GST_VIDEO_AGGREGATOR (self)->info);
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;

  if (GST_VIDEO_INFO_FORMAT (info) == format
      && (guint) GST_VIDEO_INFO_WIDTH (info) == place->width
      && (guint) GST_VIDEO_INFO_HEIGHT (info) == place->height)
    return TRUE;

  GST_WARNING_OBJECT (pad, "frame of %s %dx%d dropped: the tile is %s %ux%u",
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
      gst_video_format_to_string (format), place->width, place->height);
  return FALSE;
}

/* Maps @buffer, which the pad shows in tile @i, and takes it over. FALSE: there
 * can't be a strip, and an error was posted. */
static gboolean
map_frame (GstNtMosaic * self, Picture * picture, guint i, GstBuffer * buffer)
{
  GstNtMosaicPad *pad = picture->pads[i];
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;
  GstNtMosaicFrame *frame = &picture->frames[i];
  NtmSource *source = &picture->sources[i];
  gboolean goes_on;
  gchar *why = NULL;

  if (!gst_nt_mosaic_frame_map (frame, info, buffer, &why)) {
    goes_on = refuse_frame (self, pad, why);
    g_free (why);
    return goes_on;
  }

  source->pixels = frame->data;
  source->stride = frame->stride;
  picture->inputs[i].buffer = frame->buffer;
  return TRUE;
}

static GstClockTime
get_running_time (GstNtMosaicPad * pad, const GstBuffer * buffer)
{
  GstSegment segment;

  return gst_nt_mosaic_pad_get_segment (pad, &segment)
      ? gst_segment_to_running_time (&segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer)) : GST_CLOCK_TIME_NONE;
}

static GstClockTime
get_later (GstClockTime a, GstClockTime b)
{
  return !GST_CLOCK_TIME_IS_VALID (a) ? b
      : !GST_CLOCK_TIME_IS_VALID (b) ? a : MAX (a, b);
}

/* Without a rate, a strip has the time of its latest frame, whichever are
 * shown. */
static void
drop_hidden (Picture * picture, GstNtMosaicPad * pad, GstBuffer * buffer)
{
  picture->hidden_time = get_later (picture->hidden_time,
      get_running_time (pad, buffer));
  gst_buffer_unref (buffer);
}

/* Maps @buffer, which the pad of tile @i shows, if it can be shown, and takes
 * it over. FALSE: there can't be a strip, and an error was posted. */
static gboolean
use_frame (GstNtMosaic * self, Picture * picture, guint i, GstBuffer * buffer)
{
  GstNtMosaicPad *pad = picture->pads[i];
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;

  if (GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_UNKNOWN) {
    gst_buffer_unref (buffer);
    return refuse_frame (self, pad, "a buffer comes before caps: set caps on "
        "the source");
  }
  if (gst_nt_mosaic_is_hidden (self, i)) {
    drop_hidden (picture, pad, buffer);
    return TRUE;
  }
  if (!has_place (self, pad, &picture->layout->cells[i].frame)) {
    gst_buffer_unref (buffer);
    return TRUE;
  }

  return map_frame (self, picture, i, buffer);
}

/* Takes the frame that the pad of tile @i shows. FALSE: as above. */
static gboolean
take_frame (GstNtMosaic * self, Picture * picture, guint i)
{
  GstNtMosaicPad *pad = picture->pads[i];
  GstNtTileInput *input = &picture->inputs[i];
  gboolean goes_on = TRUE;
  GstNtMosaicTaken taken;
  gboolean is_shown;

  input->arrivals = pad->arrivals;
  input->n_taken = gst_nt_mosaic_pad_get_n_taken (pad);
  gst_nt_mosaic_held_take (&pad->held, pad->unfit, &self->last_content, &taken);
  if (taken.buffer)
    goes_on = use_frame (self, picture, i, taken.buffer);
  is_shown = picture->frames[i].buffer != NULL;
  if (is_shown)
    picture->sources[i].content = taken.content;
  gst_nt_mosaic_pad_count_taken (pad, input->n_taken, &taken, is_shown);

  return goes_on;
}

static gboolean
take_frames (GstNtMosaic * self, Picture * picture)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->pads[i] && !take_frame (self, picture, i))
      return FALSE;

  return TRUE;
}

/* The running time of the latest frame; NONE if there is no frame. */
static GstClockTime
find_latest_time (const Picture * picture)
{
  GstClockTime latest = picture->hidden_time;
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->frames[i].buffer)
      latest = get_later (latest, get_running_time (picture->pads[i],
              picture->frames[i].buffer));

  return latest;
}

/* Without a rate, a strip has the running time of its latest frame. If it has
 * no frame, it has the timestamp of the strip before it. */
static void
set_time_of_frames (GstNtMosaic * self, const Picture * picture,
    GstBuffer * strip)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  const GstClockTime latest = find_latest_time (picture);
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
set_field_flags (const Picture * picture, GstBuffer * strip)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->frames[i].buffer) {
      GST_BUFFER_FLAG_SET (strip, GST_BUFFER_FLAGS (picture->frames[i].buffer)
          & FIELD_FLAGS);
      return;
    }
}

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
compose (GstNtMosaic * self, Picture * picture, NtmStrip * strip,
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

static gboolean
fill_downstreams (GstNtMosaic * self, Picture * picture, GstBuffer * buffer,
    NtmReport * report)
{
  GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  GstVideoFrame frame;
  NtmStrip *strip;

  if (!gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE)) {
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
fill_strip (GstNtMosaic * self, Picture * picture, GstBuffer * strip,
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
forget_hidden (GstNtMosaic * self, const Picture * picture,
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

static GstNtMosaicTile
get_tile (const Picture * picture, guint i)
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
add_metas (GstNtMosaic * self, const Picture * picture, GstBuffer * strip)
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
describe (GstNtMosaic * self, const Picture * picture, GstBuffer * strip)
{
  if (gst_nt_mosaic_has_no_rate (self))
    set_time_of_frames (self, picture, strip);
  gst_nt_mosaic_set_time_of_last_backwards (self, strip);
  gst_nt_mosaic_remember_time (self, strip);
  if (GST_VIDEO_INFO_IS_INTERLACED (&GST_VIDEO_AGGREGATOR (self)->info))
    set_field_flags (picture, strip);
  add_metas (self, picture, strip);
}

/* Takes the frames before the strip: the best strip is the one that holds most
 * of these frames already. */
static gboolean
make_strip (GstNtMosaic * self, Picture * picture, GstBuffer * strip)
{
  NtmReport report;

  if (!take_frames (self, picture))
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

/* A src pad that is deactivated forgets that it has to negotiate again. If the
 * streaming thread is started once more after that, the strips may be of
 * another layout: then there is no strip. */
static GstFlowReturn
gst_nt_mosaic_aggregate_frames (GstVideoAggregator * vagg, GstBuffer * strip)
{
  GstNtMosaic *self = GST_NT_MOSAIC (vagg);
  GstNtMosaicSettings settings;
  gboolean made = FALSE;
  Picture *picture;

  gst_nt_mosaic_get_settings (self, &settings);
  if (self->strips_fit && gst_nt_mosaic_follow_settings (self, &settings)) {
    picture = new_picture (self, &settings);
    made = make_strip (self, picture, strip);
    free_picture (picture);
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
