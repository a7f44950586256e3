/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcproperties.h"

#include "gstntstripsrcstats.h"
#include "gstntstripsrcwall.h"

#define DEFAULT_MAX_PIXELS (100 * 1000 * 1000)
#define DEFAULT_MAX_FILE_SIZE (256 << 20)
#define DEFAULT_MAX_DECODE_TIME (10 * GST_SECOND)
#define DEFAULT_PREFETCH 8

/* More strips than this ahead only make the cache's queue longer. */
#define MOST_PREFETCH 1000
#define MOST_THREADS 256

enum
{
  PROP_0,
  PROP_LOCATION,
  PROP_LOCATIONS,
  PROP_CACHE_SIZE,
  PROP_MAX_THREADS,
  PROP_ON_ERROR,
  PROP_MAX_PIXELS,
  PROP_MAX_FILE_SIZE,
  PROP_MAX_DECODE_TIME,
  PROP_LOOP,
  PROP_PREFETCH,
  PROP_FRAMERATE,
  PROP_STATS,
  PROP_WALL,                    /* the first of those in gstntstripsrcwall.c */
};

static GType
gst_nt_strip_src_on_error_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_NT_STRIP_SRC_PLACEHOLDER, "Its tile is background", "placeholder"},
    {GST_NT_STRIP_SRC_ERROR, "The stream ends with an error", "error"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtStripSrcOnError",
            values));

  return type;
}

/* With the object lock held. FALSE: it is none of these. */
static gboolean
get_setting (const GstNtStripSrcSettings * asked, guint id, GValue * value)
{
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string (value, asked->location);
      return TRUE;
    case PROP_LOCATIONS:
      g_value_set_boxed (value, asked->locations);
      return TRUE;
    case PROP_CACHE_SIZE:
      g_value_set_uint64 (value, asked->cache_size);
      return TRUE;
    case PROP_MAX_THREADS:
      g_value_set_uint (value, asked->rules.max_threads);
      return TRUE;
    case PROP_ON_ERROR:
      g_value_set_enum (value, asked->on_error);
      return TRUE;
    case PROP_MAX_PIXELS:
      g_value_set_uint64 (value, asked->rules.max_pixels);
      return TRUE;
    case PROP_MAX_FILE_SIZE:
      g_value_set_uint64 (value, asked->rules.max_file_bytes);
      return TRUE;
    case PROP_MAX_DECODE_TIME:
      g_value_set_uint64 (value, asked->rules.max_decode_time);
      return TRUE;
    case PROP_LOOP:
      g_value_set_boolean (value, asked->loop);
      return TRUE;
    case PROP_PREFETCH:
      g_value_set_uint (value, asked->prefetch);
      return TRUE;
    case PROP_FRAMERATE:
      gst_value_set_fraction (value, asked->fps_n, asked->fps_d);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_nt_strip_src_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (object);
  gboolean known;

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_nt_strip_src_get_stats (self));
    return;
  }

  GST_OBJECT_LOCK (self);
  known = gst_nt_strip_src_get_wall (&self->asked, id - PROP_WALL, value)
      || get_setting (&self->asked, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* With the object lock held. FALSE: it is none of these. */
static gboolean
change_setting (GstNtStripSrcSettings * asked, guint id,
    const GValue * value)
{
  switch (id) {
    case PROP_LOCATION:
      g_free (asked->location);
      asked->location = g_value_dup_string (value);
      return TRUE;
    case PROP_LOCATIONS:
      g_strfreev (asked->locations);
      asked->locations = g_value_dup_boxed (value);
      return TRUE;
    case PROP_CACHE_SIZE:
      asked->cache_size = g_value_get_uint64 (value);
      return TRUE;
    case PROP_MAX_THREADS:
      asked->rules.max_threads = g_value_get_uint (value);
      return TRUE;
    case PROP_ON_ERROR:
      asked->on_error = g_value_get_enum (value);
      return TRUE;
    case PROP_MAX_PIXELS:
      asked->rules.max_pixels = g_value_get_uint64 (value);
      return TRUE;
    case PROP_MAX_FILE_SIZE:
      asked->rules.max_file_bytes = g_value_get_uint64 (value);
      return TRUE;
    case PROP_MAX_DECODE_TIME:
      asked->rules.max_decode_time = g_value_get_uint64 (value);
      return TRUE;
    case PROP_LOOP:
      asked->loop = g_value_get_boolean (value);
      return TRUE;
    case PROP_PREFETCH:
      asked->prefetch = g_value_get_uint (value);
      return TRUE;
    case PROP_FRAMERATE:
      asked->fps_n = gst_value_get_fraction_numerator (value);
      asked->fps_d = gst_value_get_fraction_denominator (value);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_nt_strip_src_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = gst_nt_strip_src_change_wall (&self->asked, id - PROP_WALL, value)
      || change_setting (&self->asked, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

void
gst_nt_strip_src_init_properties (GstNtStripSrc * self)
{
  self->asked = (GstNtStripSrcSettings) {
    .rules = {
      .max_pixels = DEFAULT_MAX_PIXELS,
      .max_file_bytes = DEFAULT_MAX_FILE_SIZE,
      .max_decode_time = DEFAULT_MAX_DECODE_TIME,
    },
    .on_error = GST_NT_STRIP_SRC_PLACEHOLDER,
    .prefetch = DEFAULT_PREFETCH,
    .fps_d = 1,
  };
  gst_nt_strip_src_init_wall (&self->asked);
}

/* A change holds from the next start on. */
#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_READY)

/* Of which images. */
static void
install_files (GObjectClass * klass)
{
  /**
   * GstNtStripSrc:location:
   *
   * A glob, such as *.jpg: the files that match it when the element is
   * started, in the order of the shell, become strips of
   * #GstNtStripSrc:tiles each. Folders are left out. %NULL, and no
   * #GstNtStripSrc:locations either: the application asks for strips by
   * #GstNtStripSrc::request.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_LOCATION,
      g_param_spec_string ("location", "Location",
          "Glob of the image files (NULL = the application asks for strips)",
          NULL, READY));

  /**
   * GstNtStripSrc:locations:
   *
   * The names of the files, one by one, in place of
   * #GstNtStripSrc:location.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_LOCATIONS,
      g_param_spec_boxed ("locations", "Locations",
          "Names of the image files, in place of location",
          G_TYPE_STRV, READY));

  /**
   * GstNtStripSrc:loop:
   *
   * Whether a list begins again after its end.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_LOOP,
      g_param_spec_boolean ("loop", "Loop",
          "Begin a list again after its end",
          FALSE, READY));
}

/* What the cache may take. */
static void
install_cache (GObjectClass * klass)
{
  /**
   * GstNtStripSrc:cache-size:
   *
   * The budget of the cache in bytes: of decoded tiles, and of all that
   * decoders need. Strips don't count. 0: 1 GiB, but a quarter of the free
   * memory at most. It must hold the tiles of one strip. A source that is alone
   * with its cache gets what it asks for when it starts; of sources that share
   * a cache, the largest counts. #GstNtStripSrc:stats has the "budget" that
   * the cache has.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_CACHE_SIZE,
      g_param_spec_uint64 ("cache-size", "Cache size",
          "Bytes of decoded tiles, and of all that decoders need (0 = 1 GiB, "
          "but a quarter of the free memory at most)",
          0, G_MAXUINT64, 0, READY));

  /**
   * GstNtStripSrc:max-threads:
   *
   * The most threads that decode, and the most that copy. 0: as many as the
   * process may use CPUs.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MAX_THREADS,
      g_param_spec_uint ("max-threads", "Max threads",
          "Most threads that decode, and that copy (0 = from the CPUs)",
          0, MOST_THREADS, 0, READY));

  /**
   * GstNtStripSrc:prefetch:
   *
   * How many strips ahead of the one that is due are known to the cache: their
   * images are loaded, and stay until then.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_PREFETCH,
      g_param_spec_uint ("prefetch", "Prefetch",
          "Strips ahead of the one that is due whose images are loaded",
          0, MOST_PREFETCH, DEFAULT_PREFETCH, READY));
}

/* What an image may be. */
static void
install_limits (GObjectClass * klass)
{
  /**
   * GstNtStripSrc:max-pixels:
   *
   * The most pixels that an image may have, by its header. Larger ones are
   * refused before memory is taken.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MAX_PIXELS,
      g_param_spec_uint64 ("max-pixels", "Max pixels",
          "Most pixels of an image; larger ones are not decoded",
          1, G_MAXUINT64, DEFAULT_MAX_PIXELS, READY));

  /**
   * GstNtStripSrc:max-file-size:
   *
   * The most bytes that a file may have.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MAX_FILE_SIZE,
      g_param_spec_uint64 ("max-file-size", "Max file size",
          "Most bytes of a file; larger ones are not read",
          1, G_MAXUINT64, DEFAULT_MAX_FILE_SIZE, READY));

  /**
   * GstNtStripSrc:max-decode-time:
   *
   * The most nanoseconds that an image may take to decode.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MAX_DECODE_TIME,
      g_param_spec_uint64 ("max-decode-time", "Max decode time",
          "Most nanoseconds that an image may take to decode",
          1, G_MAXUINT64, DEFAULT_MAX_DECODE_TIME, READY));

  /**
   * GstNtStripSrc:on-error:
   *
   * What becomes of an image that can't be had. The element message
   * "ntstripsrc-image-error" names it in any case.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ON_ERROR,
      g_param_spec_enum ("on-error", "On error",
          "What becomes of an image that can't be had",
          gst_nt_strip_src_on_error_get_type (), GST_NT_STRIP_SRC_PLACEHOLDER,
          READY));
}

/* The stream, and what is known of it. */
static void
install_stream (GObjectClass * klass)
{
  /**
   * GstNtStripSrc:framerate:
   *
   * How many strips there are in a second. 0/1: strips have no timestamps, and
   * downstream shows each as it comes.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_FRAMERATE,
      gst_param_spec_fraction ("framerate", "Framerate",
          "Strips per second (0/1 = strips have no times)",
          0, 1, G_MAXINT, 1, 0, 1, READY));

  /**
   * GstNtStripSrc:stats:
   *
   * What happened, as a #GstStructure "application/x-ntstripsrc-stats". Since
   * the last start of this element, all guint64: strips; hits, joined and
   * misses: images that were in the cache when their strip was handed to it, on
   * their way for another strip, or neither; tiles-copied; tiles-kept: the
   * strip held the image already; failed: images without a tile; failures: a
   * structure with their number for each reason. Of the cache, with all its
   * sources: requests, decoded, evictions, images, bytes, bytes-max, budget (in
   * bytes, that it may take), decode-time (in nanoseconds, of all threads).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Stats",
          "What happened since the element was started",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_nt_strip_src_class_init_properties (GstNtStripSrcClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gst_nt_strip_src_get_property;
  object_class->set_property = gst_nt_strip_src_set_property;
  install_files (object_class);
  install_cache (object_class);
  install_limits (object_class);
  install_stream (object_class);
  gst_nt_strip_src_install_wall (object_class, PROP_WALL);

  gst_type_mark_as_plugin_api (gst_nt_strip_src_on_error_get_type (), 0);
}
