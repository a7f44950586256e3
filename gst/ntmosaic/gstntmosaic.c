/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/**
 * SECTION:element-ntmosaic
 * @title: ntmosaic
 * @short_description: Frames side by side in one strip
 *
 * Takes N frames and puts out one that has them side by side, from left to
 * right in the order of the pads' numbers: sink_0, sink_1, … sink_10. The strip
 * is as wide as its tiles together and as high as the highest one; shorter
 * tiles stand where #GstNtMosaic:align says, with background around them.
 *
 * Strips are allocated before the first frame and used again and again; tiles
 * are copied with streaming stores where the strip is too large for the cache.
 *
 * All pads share one format out of RGBA and its seven siblings, and must agree
 * in pixel-aspect-ratio, interlacing and colorimetry. Nothing is converted or
 * scaled: put `videoconvertscale` in front of the pads for that.
 *
 * The rate is that of the fastest input, unless downstream asks for another.
 * Inputs that all have the rate 0/1, as still images do, make one strip of each
 * frame that they send, and nothing is repeated.
 *
 * A pad without a frame (not yet, a gap, at EOS without
 * #GstVideoAggregatorPad:repeat-after-eos, silent for longer than
 * #GstVideoAggregatorPad:max-last-buffer-repeat) shows background.
 *
 * ## Example launch line
 *
 * |[
 * gst-launch-1.0 ntmosaic name=m ! videoconvert ! autovideosink  videotestsrc ! m.  videotestsrc pattern=ball ! m.
 * ]| Two test pictures side by side.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaic-private.h"

#include <string.h>

#include "gstntmosaiccaps.h"
#include "gstntmosaicpad.h"

/* Of all files of the element. */
GST_DEBUG_CATEGORY (gst_nt_mosaic_debug);
#define GST_CAT_DEFAULT gst_nt_mosaic_debug

#define TEMPLATE_CAPS GST_VIDEO_CAPS_MAKE (GST_NT_MOSAIC_FORMATS)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (TEMPLATE_CAPS));

static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (TEMPLATE_CAPS));

#define DEFAULT_ALIGN NTM_ALIGN_TOP
#define DEFAULT_BACKGROUND_COLOR 0xff000000
#define DEFAULT_TILE_SIZE 0
/* One that is written, one that downstream shows, one in between. */
#define DEFAULT_STRIPS 3
#define DEFAULT_NT_STORES GST_NT_STORES_AUTO
#define DEFAULT_IGNORE_INACTIVE_PADS FALSE

enum
{
  PROP_0,
  PROP_ALIGN,
  PROP_BACKGROUND_COLOR,
  PROP_TILE_WIDTH,
  PROP_TILE_HEIGHT,
  PROP_STRIPS,
  PROP_NT_STORES,
  PROP_IGNORE_INACTIVE_PADS,
  PROP_KERNEL,
  PROP_STATS,
};

#define gst_nt_mosaic_parent_class parent_class

static void gst_nt_mosaic_child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (GstNtMosaic, gst_nt_mosaic,
    GST_TYPE_VIDEO_AGGREGATOR,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_nt_mosaic_child_proxy_init));

/* The kernel is selected here, so that it stands in the log before any data
 * flows, and also where the element was registered without its plugin. */
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (ntmosaic, "ntmosaic", GST_RANK_NONE,
    GST_TYPE_NT_MOSAIC, gst_nt_kernel_get_name ());

static GType
gst_nt_mosaic_align_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NTM_ALIGN_TOP, "At the top, background below", "top"},
    {NTM_ALIGN_CENTER, "In the middle, background above and below", "center"},
    {NTM_ALIGN_BOTTOM, "At the bottom, background above", "bottom"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtMosaicAlign",
            values));

  return type;
}

static GType
gst_nt_mosaic_stores_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_NT_STORES_AUTO, "Where the strip is too large for the cache", "auto"},
    {GST_NT_STORES_ALWAYS, "Always", "always"},
    {GST_NT_STORES_NEVER, "Never", "never"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtMosaicStores",
            values));

  return type;
}

/* ---- Properties ---- */

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
      "tiles-kept", G_TYPE_UINT64, stats.tiles_kept,
      "tiles-background", G_TYPE_UINT64, stats.tiles_background,
      "bytes-copied", G_TYPE_UINT64, stats.bytes_copied,
      "copy-time", G_TYPE_UINT64, stats.copy_time,
      "strips-allocated", G_TYPE_UINT64,
      gst_nt_strip_pool_get_n_allocated (self->strip_pool),
      "kernel", G_TYPE_STRING, gst_nt_kernel_get_name (), NULL);
}

static void
gst_nt_mosaic_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstNtMosaic *self = GST_NT_MOSAIC (object);

  if (id == PROP_IGNORE_INACTIVE_PADS) {
    g_value_set_boolean (value,
        gst_aggregator_get_ignore_inactive_pads (GST_AGGREGATOR (self)));
    return;
  }
  if (id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_ALIGN:
      g_value_set_enum (value, self->align);
      break;
    case PROP_BACKGROUND_COLOR:
      g_value_set_uint (value, self->background_color);
      break;
    case PROP_TILE_WIDTH:
      g_value_set_uint (value, self->tile_width);
      break;
    case PROP_TILE_HEIGHT:
      g_value_set_uint (value, self->tile_height);
      break;
    case PROP_STRIPS:
      g_value_set_uint (value, self->n_strips);
      break;
    case PROP_NT_STORES:
      g_value_set_enum (value, self->nt_stores);
      break;
    case PROP_KERNEL:
      g_value_set_static_string (value, gst_nt_kernel_get_name ());
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_nt_mosaic_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstNtMosaic *self = GST_NT_MOSAIC (object);

  if (id == PROP_IGNORE_INACTIVE_PADS) {
    gst_aggregator_set_ignore_inactive_pads (GST_AGGREGATOR (self),
        g_value_get_boolean (value));
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_ALIGN:
      self->align = g_value_get_enum (value);
      break;
    case PROP_BACKGROUND_COLOR:
      self->background_color = g_value_get_uint (value);
      break;
    case PROP_TILE_WIDTH:
      self->tile_width = g_value_get_uint (value);
      break;
    case PROP_TILE_HEIGHT:
      self->tile_height = g_value_get_uint (value);
      break;
    case PROP_STRIPS:
      self->n_strips = g_value_get_uint (value);
      break;
    case PROP_NT_STORES:
      self->nt_stores = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);

  /* A new place for the tiles is a new layout. */
  if (id == PROP_ALIGN)
    gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));
}

/* ---- Pads ---- */

/* Numbers up to G_MAXINT: that is what the base class keeps one in. */
static gboolean
parse_number (const gchar * name, guint * number)
{
  guint64 value;

  if (!g_str_has_prefix (name, "sink_") || !g_ascii_string_to_unsigned (name +
          strlen ("sink_"), 10, 0, G_MAXINT, &value, NULL))
    return FALSE;

  *number = value;
  return TRUE;
}

static GstAggregatorPad *
gst_nt_mosaic_create_new_pad (GstAggregator * agg, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  GstAggregatorPad *aggpad;
  guint number;

  if (name && strchr (name, '%') == NULL && !parse_number (name, &number)) {
    GST_WARNING_OBJECT (agg, "no pad can be named %s: sink_ and a number up to "
        "%d it is", name, G_MAXINT);
    return NULL;
  }

  aggpad = GST_AGGREGATOR_CLASS (parent_class)->create_new_pad (agg, templ,
      name, caps);
  if (aggpad && parse_number (GST_OBJECT_NAME (aggpad), &number))
    GST_NT_MOSAIC_PAD (aggpad)->number = number;

  return aggpad;
}

static GstPad *
gst_nt_mosaic_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (element);
  GstPad *pad = GST_ELEMENT_CLASS (parent_class)->request_new_pad (element,
      templ, name, caps);
  gboolean reserved;

  if (pad == NULL)
    return NULL;

  /* With tile-width, its tile is there before its caps are. */
  GST_OBJECT_LOCK (self);
  reserved = self->tile_width > 0;
  GST_OBJECT_UNLOCK (self);
  if (reserved)
    gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));

  gst_child_proxy_child_added (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));

  return pad;
}

static void
gst_nt_mosaic_release_pad (GstElement * element, GstPad * pad)
{
  gst_child_proxy_child_removed (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));

  GST_ELEMENT_CLASS (parent_class)->release_pad (element, pad);
}

static GObject *
gst_nt_mosaic_get_child_by_index (GstChildProxy * proxy, guint index)
{
  GstElement *element = GST_ELEMENT (proxy);
  GObject *child;

  GST_OBJECT_LOCK (element);
  child = g_list_nth_data (element->sinkpads, index);
  if (child)
    g_object_ref (child);
  GST_OBJECT_UNLOCK (element);

  return child;
}

static guint
gst_nt_mosaic_get_children_count (GstChildProxy * proxy)
{
  GstElement *element = GST_ELEMENT (proxy);
  guint count;

  GST_OBJECT_LOCK (element);
  count = element->numsinkpads;
  GST_OBJECT_UNLOCK (element);

  return count;
}

static void
gst_nt_mosaic_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *child_proxy = iface;

  child_proxy->get_child_by_index = gst_nt_mosaic_get_child_by_index;
  child_proxy->get_children_count = gst_nt_mosaic_get_children_count;
}

/* ---- Life and death ---- */

void
gst_nt_mosaic_fail (GstNtMosaic * self, const GError * error)
{
  if (self->failed)
    return;

  self->failed = TRUE;
  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
      error->domain, error->code, g_strdup (error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
}

void
gst_nt_mosaic_fail_stream (GstNtMosaic * self, gint code,
    const gchar * format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = g_error_new_valist (GST_STREAM_ERROR, code, format, args);
  va_end (args);

  gst_nt_mosaic_fail (self, error);
  g_error_free (error);
}

static gboolean
gst_nt_mosaic_start (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  const gchar *warning = gst_nt_kernel_get_warning ();

  if (warning)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS, ("%s", warning), (NULL));

  self->failed = FALSE;
  GST_OBJECT_LOCK (self);
  self->stats = (GstNtMosaicStats) { 0, };
  GST_OBJECT_UNLOCK (self);

  return GST_AGGREGATOR_CLASS (parent_class)->start (agg);
}

static gboolean
gst_nt_mosaic_stop (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstNtLayout *layout;
  GList *l;

  GST_OBJECT_LOCK (self);
  layout = g_steal_pointer (&self->layout);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    gst_nt_mosaic_pad_reset (l->data);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&layout, gst_nt_layout_unref);
  g_clear_pointer (&self->next_layout, gst_nt_layout_unref);
  g_clear_pointer (&self->next_seats, g_array_unref);
  gst_nt_strip_pool_clear (self->strip_pool);

  return GST_AGGREGATOR_CLASS (parent_class)->stop (agg);
}

static gboolean
gst_nt_mosaic_src_activate (GstAggregator * agg, GstPadMode mode,
    gboolean active)
{
  gst_nt_mosaic_set_stopping (GST_NT_MOSAIC (agg), !active);

  return TRUE;
}

static void
gst_nt_mosaic_finalize (GObject * object)
{
  GstNtMosaic *self = GST_NT_MOSAIC (object);

  gst_nt_composer_free (self->composer);
  gst_nt_strip_pool_unref (self->strip_pool);
  g_clear_pointer (&self->layout, gst_nt_layout_unref);
  g_clear_pointer (&self->next_layout, gst_nt_layout_unref);
  g_clear_pointer (&self->next_seats, g_array_unref);

  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_nt_mosaic_init (GstNtMosaic * self)
{
  self->align = DEFAULT_ALIGN;
  self->background_color = DEFAULT_BACKGROUND_COLOR;
  self->tile_width = DEFAULT_TILE_SIZE;
  self->tile_height = DEFAULT_TILE_SIZE;
  self->n_strips = DEFAULT_STRIPS;
  self->nt_stores = DEFAULT_NT_STORES;
  self->strip_pool = gst_nt_strip_pool_new ();
  self->composer = gst_nt_composer_new ();
}

static void
install_properties (GObjectClass * klass)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags ready =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstNtMosaic:align:
   *
   * Where a tile that is shorter than the strip stands. Interlaced frames are
   * moved up by a row where they would stand on an odd one.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ALIGN,
      g_param_spec_enum ("align", "Align",
          "Where a tile that is shorter than the strip stands",
          gst_nt_mosaic_align_get_type (), DEFAULT_ALIGN, playing));

  /**
   * GstNtMosaic:background-color:
   *
   * Colour of what no frame covers, as 0xAARRGGBB.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_BACKGROUND_COLOR,
      g_param_spec_uint ("background-color", "Background color",
          "Color of what no frame covers (big-endian ARGB)",
          0, G_MAXUINT32, DEFAULT_BACKGROUND_COLOR, playing));

  /**
   * GstNtMosaic:tile-width:
   *
   * Width of every tile in pixels. A pad then has its room in the strip before
   * its first frame, so that a live strip does not change its width when a
   * camera appears late; frames of another width are refused. 0: each tile is as
   * wide as its frames.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_TILE_WIDTH,
      g_param_spec_uint ("tile-width", "Tile width",
          "Width of every tile in pixels, known before its caps are "
          "(0 = as wide as the frames)",
          0, G_MAXINT, DEFAULT_TILE_SIZE, ready));

  /**
   * GstNtMosaic:tile-height:
   *
   * Height of the strip in pixels. Higher frames are refused, shorter ones stand
   * where #GstNtMosaic:align says. 0: as high as the highest frame.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_TILE_HEIGHT,
      g_param_spec_uint ("tile-height", "Tile height",
          "Height of the strip in pixels, known before any caps are "
          "(0 = as high as the highest frame)",
          0, G_MAXINT, DEFAULT_TILE_SIZE, ready));

  /**
   * GstNtMosaic:strips:
   *
   * How many strips are allocated, and their pages touched, before the first
   * frame. They are used again and again; when downstream holds all of them, one
   * more is made, which then belongs to them.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STRIPS,
      g_param_spec_uint ("strips", "Strips",
          "Number of strips allocated before the first frame "
          "(more are made when downstream holds all of them)",
          1, G_MAXINT, DEFAULT_STRIPS, ready));

  /**
   * GstNtMosaic:nt-stores:
   *
   * Whether tiles are written with streaming (non-temporal) stores, which go
   * past the caches to memory. They are about twice as fast for strips that
   * don't fit the last-level cache, and slower for those that do.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_NT_STORES,
      g_param_spec_enum ("nt-stores", "Non-temporal stores",
          "Whether tiles are written with streaming stores, past the caches",
          gst_nt_mosaic_stores_get_type (), DEFAULT_NT_STORES, playing));

  /**
   * GstNtMosaic:ignore-inactive-pads:
   *
   * In live pipelines, don't wait for pads that haven't had any data yet.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_IGNORE_INACTIVE_PADS,
      g_param_spec_boolean ("ignore-inactive-pads", "Ignore inactive pads",
          "Avoid timing out waiting for inactive pads",
          DEFAULT_IGNORE_INACTIVE_PADS, playing));

  /**
   * GstNtMosaic:kernel:
   *
   * The copy kernel in use: c, sse2, avx2 or avx512. It is the best that the CPU
   * has; the environment variable NTMOSAIC_CPU forces another.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_KERNEL,
      g_param_spec_string ("kernel", "Kernel",
          "Copy kernel in use, selected when the plugin was loaded",
          NULL, readable));

  /**
   * GstNtMosaic:stats:
   *
   * What has been done since the element was started, as a structure
   * `application/x-ntmosaic-stats`:
   *
   * * `strips` (uint64): strips made
   * * `tiles-copied` (uint64): tiles whose frame was copied
   * * `tiles-kept` (uint64): tiles that the strip already held
   * * `tiles-background` (uint64): tiles filled with background
   * * `bytes-copied` (uint64): bytes of the copied frames
   * * `copy-time` (uint64): nanoseconds spent on all this
   * * `strips-allocated` (uint64): strips allocated since the element was made
   * * `kernel` (string): the copy kernel
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "What has been done since the element was started",
          GST_TYPE_STRUCTURE, readable));
}

static void
gst_nt_mosaic_class_init (GstNtMosaicClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_nt_mosaic_debug, "ntmosaic", 0,
      "frames side by side in one strip");

  object_class->get_property = gst_nt_mosaic_get_property;
  object_class->set_property = gst_nt_mosaic_set_property;
  object_class->finalize = gst_nt_mosaic_finalize;
  install_properties (object_class);

  element_class->request_new_pad = gst_nt_mosaic_request_new_pad;
  element_class->release_pad = gst_nt_mosaic_release_pad;
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &sink_template, GST_TYPE_NT_MOSAIC_PAD);
  gst_element_class_set_static_metadata (element_class, "Strip mosaic",
      "Filter/Editor/Video/Compositor",
      "Puts RGBA frames side by side into one wide frame, writing each tile at "
      "most once", "The ntmosaic authors");

  agg_class->create_new_pad = gst_nt_mosaic_create_new_pad;
  agg_class->start = gst_nt_mosaic_start;
  agg_class->stop = gst_nt_mosaic_stop;
  agg_class->src_activate = gst_nt_mosaic_src_activate;
  gst_nt_mosaic_class_init_negotiation (klass);
  gst_nt_mosaic_class_init_mixing (klass);

  gst_type_mark_as_plugin_api (gst_nt_mosaic_align_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_nt_mosaic_stores_get_type (), 0);
  gst_type_mark_as_plugin_api (GST_TYPE_NT_MOSAIC_PAD, 0);
}
