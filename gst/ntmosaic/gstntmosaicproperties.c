/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element's properties. The object lock guards all of them. The streaming
 * thread copies all of them once for each strip and each negotiation. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicproperties.h"

#include "gstntkernel.h"
#include "gstntmosaicahead.h"
#include "gstntmosaicending.h"
#include "gstntmosaicpace.h"
#include "gstntmosaicwall.h"
#include "gstntmosaicwriting.h"

#define DEFAULT_BACKGROUND_COLOR 0xff000000
#define DEFAULT_TILE_SIZE 0
#define DEFAULT_TILE_META FALSE
#define DEFAULT_SHOW_SOURCE -1
#define DEFAULT_FRAMES_AHEAD -1
#define DEFAULT_LATENCY 0
#define DEFAULT_IGNORE_INACTIVE_PADS FALSE

/* For more frames, put a queue before the pad. */
#define MAX_FRAMES_AHEAD 64

enum
{
  PROP_0,
  PROP_BACKGROUND_COLOR,
  PROP_TILE_WIDTH,
  PROP_TILE_HEIGHT,
  PROP_TILE_META,
  PROP_SHOW_SOURCE,
  PROP_FRAMES_AHEAD,
  PROP_LATENCY,
  PROP_IGNORE_INACTIVE_PADS,
  PROP_EOS_POLICY,
  PROP_KERNEL,
  PROP_STATS,

  /* The first of those in gstntmosaicwall.c and gstntmosaicwriting.c. */
  PROP_WALL = 100,
  PROP_WRITING = 200,
};

static GstStructure *
make_stats (GstNtMosaic * self)
{
  GstNtMosaicStats stats;

  GST_OBJECT_LOCK (self);
  stats = self->stats;
  GST_OBJECT_UNLOCK (self);

  return gst_structure_new ("application/x-ntmosaic-stats",
      "strips", G_TYPE_UINT64, stats.strips,
      "tiles-copied", G_TYPE_UINT64, stats.tiles_copied,
      "tiles-on-arrival", G_TYPE_UINT64, stats.tiles_on_arrival,
      "tiles-kept", G_TYPE_UINT64, stats.tiles_kept,
      "tiles-background", G_TYPE_UINT64, stats.tiles_background,
      "frames-refused", G_TYPE_UINT64, stats.frames_refused,
      "bytes-copied", G_TYPE_UINT64, stats.bytes_copied,
      "copy-time", G_TYPE_UINT64, stats.copy_time,
      "strips-allocated", G_TYPE_UINT64,
      gst_nt_strip_pool_get_n_allocated (self->strip_pool),
      "strip-rebuilds", G_TYPE_UINT64,
      gst_nt_strip_pool_get_n_rebuilds (self->strip_pool),
      "kernel", G_TYPE_STRING, gst_nt_kernel_get_name (), NULL);
}

/* FALSE: no other property that can be set has this @id. */
static gboolean
get_setting (const GstNtMosaicSettings * settings, guint id, GValue * value)
{
  switch (id) {
    case PROP_BACKGROUND_COLOR:
      g_value_set_uint (value, settings->background_color);
      return TRUE;
    case PROP_TILE_WIDTH:
      g_value_set_uint (value, settings->tile_width);
      return TRUE;
    case PROP_TILE_HEIGHT:
      g_value_set_uint (value, settings->tile_height);
      return TRUE;
    case PROP_TILE_META:
      g_value_set_boolean (value, settings->tile_meta);
      return TRUE;
    case PROP_SHOW_SOURCE:
      g_value_set_int (value, settings->show_source);
      return TRUE;
    case PROP_FRAMES_AHEAD:
      g_value_set_int (value, settings->frames_ahead);
      return TRUE;
    case PROP_LATENCY:
      g_value_set_uint64 (value, settings->latency);
      return TRUE;
    case PROP_IGNORE_INACTIVE_PADS:
      g_value_set_boolean (value, settings->ignore_inactive_pads);
      return TRUE;
    case PROP_EOS_POLICY:
      g_value_set_enum (value, settings->eos_policy);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_nt_mosaic_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstNtMosaic *self = GST_NT_MOSAIC (object);
  GstNtMosaicSettings settings;

  gst_nt_mosaic_get_settings (self, &settings);
  if (gst_nt_mosaic_get_wall (&settings, id - PROP_WALL, value)
      || gst_nt_mosaic_get_writing (&settings, id - PROP_WRITING, value)
      || get_setting (&settings, id, value))
    return;

  switch (id) {
    case PROP_KERNEL:
      g_value_set_static_string (value, gst_nt_kernel_get_name ());
      break;
    case PROP_STATS:
      g_value_take_boxed (value, make_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

/* The same for setting it. */
static gboolean
change_setting (GstNtMosaicSettings * settings, guint id,
    const GValue * value)
{
  switch (id) {
    case PROP_BACKGROUND_COLOR:
      settings->background_color = g_value_get_uint (value);
      return TRUE;
    case PROP_TILE_WIDTH:
      settings->tile_width = g_value_get_uint (value);
      return TRUE;
    case PROP_TILE_HEIGHT:
      settings->tile_height = g_value_get_uint (value);
      return TRUE;
    case PROP_TILE_META:
      settings->tile_meta = g_value_get_boolean (value);
      return TRUE;
    case PROP_SHOW_SOURCE:
      settings->show_source = g_value_get_int (value);
      return TRUE;
    case PROP_FRAMES_AHEAD:
      settings->frames_ahead = g_value_get_int (value);
      return TRUE;
    case PROP_IGNORE_INACTIVE_PADS:
      settings->ignore_inactive_pads = g_value_get_boolean (value);
      return TRUE;
    case PROP_EOS_POLICY:
      settings->eos_policy = g_value_get_enum (value);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_nt_mosaic_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstNtMosaic *self = GST_NT_MOSAIC (object);
  gboolean moved;
  gboolean changed;

  if (id == PROP_LATENCY) {
    gst_nt_mosaic_set_latency (self, g_value_get_uint64 (value));
    return;
  }

  GST_OBJECT_LOCK (self);
  moved = gst_nt_mosaic_change_wall (&self->settings, id - PROP_WALL, value);
  changed = moved
      || gst_nt_mosaic_change_writing (&self->settings, id - PROP_WRITING,
      value)
      || change_setting (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);

  if (moved)
    g_atomic_int_set (&self->has_new_wall, TRUE);
  if (id == PROP_IGNORE_INACTIVE_PADS)
    gst_nt_mosaic_ignore_inactive_pads (self);
}

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_READY)
#define PLAYING (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_PLAYING)

/* What the strip looks like, and its metas. */
static void
install_look (GObjectClass * klass)
{
  /**
   * GstNtMosaic:background-color:
   *
   * Colour of the strip where no frame covers it, as 0xAARRGGBB. In a strip of
   * YUV or gray, it is converted with the matrix and the range of the strip's
   * colorimetry. A format without alpha shows it opaque.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BACKGROUND_COLOR,
      g_param_spec_uint ("background-color", "Background color",
          "Color of the strip where no frame covers it (0xAARRGGBB)",
          0, G_MAXUINT32, DEFAULT_BACKGROUND_COLOR, PLAYING));

  /**
   * GstNtMosaic:tile-meta:
   *
   * Whether each strip gets a #GstVideoRegionOfInterestMeta for each tile. The
   * type of the meta is `tile`, its id is the number of the pad. Its rectangle
   * is that of the pad's frame in the strip in pixels, or if the pad has no
   * frame, that of its tile. The meta has one parameter, a structure
   * `application/x-ntmosaic-tile`:
   *
   * * `pad` (uint): the number of the pad
   * * `state` (string): `copied`, `kept` or `background`
   * * `pts` (uint64): the timestamp of the frame in nanoseconds, in the pad's
   *   segment; missing if the pad has no frame. A still without a timestamp
   *   has that of the strip which it was first shown in
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_TILE_META,
      g_param_spec_boolean ("tile-meta", "Tile meta",
          "Add a GstVideoRegionOfInterestMeta for each tile to each strip",
          DEFAULT_TILE_META, PLAYING));
}

/* What of the strip is shown. */
static void
install_show (GObjectClass * klass)
{
  /**
   * GstNtMosaic:show-source:
   *
   * The number of the pad whose tile is shown alone, at its own size, in a
   * strip of the same size and caps; the rest is background. It stands there as
   * #GstNtMosaic:align and #GstNtMosaic:align-x say. The frames of the other
   * pads are taken and dropped, and #GstNtMosaic:stats doesn't count their
   * tiles. -1: all tiles are shown.
   *
   * The size of the strip follows the tiles of all pads. If no pad has that
   * number, or the pad leaves, the strip is background, and one warning names
   * the pads; the tile is shown as soon as there is such a pad. With
   * #GstNtMosaic:tile-meta only the shown tile has a meta, and navigation
   * events go to its pad only.
   *
   * A change from any thread, and in a handler of
   * #GstAggregator::samples-selected, holds for the next strip that is made.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SHOW_SOURCE,
      g_param_spec_int ("show-source", "Show source",
          "Number of the pad whose tile is shown alone, in a strip of the same "
          "size (-1 = all tiles are shown)",
          -1, G_MAXINT, DEFAULT_SHOW_SOURCE, PLAYING));
}

/* What is known before the first frame. */
static void
install_sizes (GObjectClass * klass)
{
  /**
   * GstNtMosaic:tile-width:
   *
   * Width of every tile in pixels. Each pad then has its tile before it has
   * caps, so that a live strip keeps its width when a camera comes late. The
   * element refuses frames of another width. 0: each tile is as wide as its
   * frames.
   *
   * With #GstAggregator:force-live and #GstNtMosaic:tile-height, the element
   * makes strips of background before any pad has caps, at 25/1 unless
   * downstream asks for another rate. The first pad with caps replaces rate and
   * format.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_TILE_WIDTH,
      g_param_spec_uint ("tile-width", "Tile width",
          "Width of every tile in pixels; frames of another width are refused "
          "(0 = width of the frames)",
          0, G_MAXINT, DEFAULT_TILE_SIZE, READY));

  /**
   * GstNtMosaic:tile-height:
   *
   * Height of each row of tiles in pixels. The element refuses higher frames.
   * Where shorter frames stand, #GstNtMosaic:align says. 0: a row is as high as
   * its highest frame.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_TILE_HEIGHT,
      g_param_spec_uint ("tile-height", "Tile height",
          "Height of each row of tiles in pixels; higher frames are refused "
          "(0 = height of the highest frame)",
          0, G_MAXINT, DEFAULT_TILE_SIZE, READY));
}

/* How far frames run ahead of the strip. */
static void
install_frames (GObjectClass * klass)
{
  /**
   * GstNtMosaic:frames-ahead:
   *
   * How many frames each pad may queue if nothing is live: upstream runs ahead
   * of the strip by as many. The element then wakes fewer threads for each
   * strip, which is most of the cost of many small tiles. 0 and 1: one frame.
   * -1: if a tile has 32 KiB or less, as many as fit into 32 MiB together with
   * the coming strips, 8 at most; else one, because larger frames are better
   * copied on arrival. If #GstAggregator:latency is longer than these frames
   * last, a pad queues as many frames as last so long; of frames whose
   * timestamps don't advance, two beyond this number at most. The reported
   * latency does not depend on this property.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_FRAMES_AHEAD,
      g_param_spec_int ("frames-ahead", "Frames ahead",
          "Number of frames that each pad may queue in a pipeline that is not "
          "live (-1 = for tiles of up to 32 KiB as many as fit into 32 MiB, "
          "8 at most; for larger tiles 1)",
          -1, MAX_FRAMES_AHEAD, DEFAULT_FRAMES_AHEAD, READY));
}

/* The base class has properties of these names. The element gives them values
 * that differ from those that the user set. */
static void
install_inherited (GObjectClass * klass)
{
  /* See gstntmosaicahead.c. The base class refuses GST_CLOCK_TIME_NONE. */
  g_object_class_install_property (klass, PROP_LATENCY,
      g_param_spec_uint64 ("latency", "Buffer latency",
          "Additional latency in live mode to allow upstream to take longer to "
          "produce buffers for the current position (in nanoseconds)",
          0, G_MAXUINT64 - 1, DEFAULT_LATENCY, PLAYING));

  /**
   * GstNtMosaic:ignore-inactive-pads:
   *
   * Whether a live element goes on without pads that have had no data yet.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_IGNORE_INACTIVE_PADS,
      g_param_spec_boolean ("ignore-inactive-pads", "Ignore inactive pads",
          "In live pipelines, don't wait for pads that have had no data yet",
          DEFAULT_IGNORE_INACTIVE_PADS, PLAYING));
}

/* Properties that can only be read. */
static void
install_reports (GObjectClass * klass)
{
  /**
   * GstNtMosaic:kernel:
   *
   * The copy kernel, which is the routine that copies tiles: c, sse2, avx2,
   * avx512 or neon. It is the best one for this CPU; the environment variable
   * NTMOSAIC_CPU forces another.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_KERNEL,
      g_param_spec_string ("kernel", "Kernel",
          "Routine that copies tiles, the best one for this CPU; the "
          "environment variable NTMOSAIC_CPU forces another",
          NULL, READABLE));

  /**
   * GstNtMosaic:stats:
   *
   * Counters since the element was started, as a structure
   * `application/x-ntmosaic-stats`:
   *
   * * `strips` (uint64): strips made
   * * `tiles-copied` (uint64): tiles whose frame was copied
   * * `tiles-on-arrival` (uint64): of these, tiles whose frame was copied when
   *   it arrived
   * * `tiles-kept` (uint64): tiles that the strip already held
   * * `tiles-background` (uint64): tiles that were filled with background,
   *   wholly or around a frame that was kept
   * * `frames-refused` (uint64): frames that were too short, contradicted their
   *   caps, lacked a timestamp or could not be mapped: their tiles were
   *   background
   * * `bytes-copied` (uint64): bytes of the frames of `tiles-copied`
   * * `copy-time` (uint64): nanoseconds that the streaming thread took to write
   *   the strips; copies on arrival are not part of it
   * * `strips-allocated` (uint64): strips allocated since the element was
   *   created
   * * `strip-rebuilds` (uint64): strips that could not be used when they were
   *   due, because frames had been copied to them that were not due yet; since
   *   the element was created
   * * `kernel` (string): the copy kernel
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters of strips, tiles, bytes and time (copy-time is in "
          "nanoseconds) since the element was started",
          GST_TYPE_STRUCTURE, READABLE));
}

void
gst_nt_mosaic_init_properties (GstNtMosaic * self)
{
  self->settings = (GstNtMosaicSettings) {
    .background_color = DEFAULT_BACKGROUND_COLOR,
    .tile_width = DEFAULT_TILE_SIZE,
    .tile_height = DEFAULT_TILE_SIZE,
    .tile_meta = DEFAULT_TILE_META,
    .show_source = DEFAULT_SHOW_SOURCE,
    .frames_ahead = DEFAULT_FRAMES_AHEAD,
    .latency = DEFAULT_LATENCY,
    .ignore_inactive_pads = DEFAULT_IGNORE_INACTIVE_PADS,
  };
  gst_nt_mosaic_init_writing (&self->settings);
}

void
gst_nt_mosaic_class_init_properties (GstNtMosaicClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gst_nt_mosaic_get_property;
  object_class->set_property = gst_nt_mosaic_set_property;
  gst_nt_mosaic_install_wall (object_class, PROP_WALL);
  install_look (object_class);
  install_show (object_class);
  install_sizes (object_class);
  gst_nt_mosaic_install_writing (object_class, PROP_WRITING);
  install_frames (object_class);
  install_inherited (object_class);
  gst_nt_mosaic_install_eos_policy (object_class, PROP_EOS_POLICY);
  install_reports (object_class);
}
