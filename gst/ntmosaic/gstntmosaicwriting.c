/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicwriting.h"

/* One strip is written, downstream shows another, one is on its way. */
#define DEFAULT_STRIPS 3
#define DEFAULT_MAX_THREADS 0
#define DEFAULT_NT_STORES NTM_STORES_AUTO
#define DEFAULT_NT_THRESHOLD 0
#define DEFAULT_COPY_ON_ARRIVAL TRUE

/* One second at 60 strips a second. The pool touches the pages of all of them
 * before the first frame. If downstream holds more, the pool makes more. */
#define MAX_STRIPS 64

enum
{
  PROP_STRIPS,
  PROP_MAX_THREADS,
  PROP_NT_STORES,
  PROP_NT_THRESHOLD,
  PROP_COPY_ON_ARRIVAL,
};

static GType
gst_nt_mosaic_stores_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NTM_STORES_AUTO, "For strips of nt-threshold bytes or more", "auto"},
    {NTM_STORES_ALWAYS, "For strips of any size", "always"},
    {NTM_STORES_NEVER, "Ordinary stores for strips of any size", "never"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtMosaicStores",
            values));

  return type;
}

void
gst_nt_mosaic_init_writing (GstNtMosaicSettings * settings)
{
  settings->n_strips = DEFAULT_STRIPS;
  settings->max_threads = DEFAULT_MAX_THREADS;
  settings->nt_stores = DEFAULT_NT_STORES;
  settings->nt_threshold = DEFAULT_NT_THRESHOLD;
  settings->copy_on_arrival = DEFAULT_COPY_ON_ARRIVAL;
}

gboolean
gst_nt_mosaic_get_writing (const GstNtMosaicSettings * settings, guint id,
    GValue * value)
{
  switch (id) {
    case PROP_STRIPS:
      g_value_set_uint (value, settings->n_strips);
      return TRUE;
    case PROP_MAX_THREADS:
      g_value_set_uint (value, settings->max_threads);
      return TRUE;
    case PROP_NT_STORES:
      g_value_set_enum (value, settings->nt_stores);
      return TRUE;
    case PROP_NT_THRESHOLD:
      g_value_set_uint64 (value, settings->nt_threshold);
      return TRUE;
    case PROP_COPY_ON_ARRIVAL:
      g_value_set_boolean (value, settings->copy_on_arrival);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_nt_mosaic_change_writing (GstNtMosaicSettings * settings, guint id,
    const GValue * value)
{
  switch (id) {
    case PROP_STRIPS:
      settings->n_strips = g_value_get_uint (value);
      return TRUE;
    case PROP_MAX_THREADS:
      settings->max_threads = g_value_get_uint (value);
      return TRUE;
    case PROP_NT_STORES:
      settings->nt_stores = g_value_get_enum (value);
      return TRUE;
    case PROP_NT_THRESHOLD:
      settings->nt_threshold = g_value_get_uint64 (value);
      return TRUE;
    case PROP_COPY_ON_ARRIVAL:
      settings->copy_on_arrival = g_value_get_boolean (value);
      return TRUE;
    default:
      return FALSE;
  }
}

#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_READY)
#define PLAYING (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_PLAYING)

/* Into how many strips frames are copied, and when. */
static void
install_strips (GObjectClass * klass, guint first)
{
  /**
   * GstNtMosaic:strips:
   *
   * How many strips the element allocates before the first frame, with all
   * their pages touched. It uses them again and again. When downstream holds
   * all of them, the element allocates one more, and frees it when it stood
   * idle while 128 strips were made. If there is memory for two strips but not
   * for all, a warning says for how many.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_STRIPS,
      g_param_spec_uint ("strips", "Strips",
          "Number of strips allocated before the first frame "
          "(more are allocated when downstream holds all of them)",
          1, MAX_STRIPS, DEFAULT_STRIPS, READY));

  /**
   * GstNtMosaic:copy-on-arrival:
   *
   * Whether the pad copies an arriving frame to a coming strip at once, in
   * upstream's thread, while the frame is still in the CPU's cache. Upstream
   * then gets its memory back and can use it again.
   *
   * The element copies a frame only when it makes the strip if this is %FALSE,
   * if something else holds the frame too, or if the pad has a lower rate than
   * the strip. It copies all frames then if such pads make up more than half of
   * the strip, if downstream provides the strips' memory, or if downstream
   * writes to strips.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_COPY_ON_ARRIVAL,
      g_param_spec_boolean ("copy-on-arrival", "Copy on arrival",
          "Copy a frame to its strip as soon as it arrives, while it is in the "
          "CPU cache", DEFAULT_COPY_ON_ARRIVAL, READY));
}

/* By which threads, and with which stores. */
static void
install_stores (GObjectClass * klass, guint first)
{
  /**
   * GstNtMosaic:max-threads:
   *
   * How many threads at most write one strip, the streaming thread included.
   * 0: as many as the CPUs that this process may use, 8 at most. All elements
   * of a process share the helping threads. The streaming thread writes a small
   * strip alone.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_MAX_THREADS,
      g_param_spec_uint ("max-threads", "Max threads",
          "Largest number of threads that write one strip "
          "(0 = number of CPUs that this process may use, 8 at most)",
          0, G_MAXINT, DEFAULT_MAX_THREADS, PLAYING));

  /**
   * GstNtMosaic:nt-stores:
   *
   * Whether the element writes tiles with streaming (non-temporal) stores,
   * which bypass the CPU's caches. They are about twice as fast as ordinary
   * stores for strips that don't fit into the last-level cache, and slower for
   * strips that do.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_NT_STORES,
      g_param_spec_enum ("nt-stores", "Non-temporal stores",
          "When to write tiles with streaming (non-temporal) stores, which "
          "bypass the CPU caches",
          gst_nt_mosaic_stores_get_type (), DEFAULT_NT_STORES, PLAYING));

  /**
   * GstNtMosaic:nt-threshold:
   *
   * Smallest strip in bytes for which `nt-stores=auto` uses streaming stores.
   * 0: the size of the last-level cache / 2 / (#GstNtMosaic:strips + 1). All
   * strips of that size and the frames of one fill half of the cache.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_NT_THRESHOLD,
      g_param_spec_uint64 ("nt-threshold", "Non-temporal threshold",
          "Smallest strip in bytes for which nt-stores=auto uses streaming "
          "stores (0 = computed from the size of the last-level cache)",
          0, G_MAXUINT64, DEFAULT_NT_THRESHOLD, PLAYING));
}

void
gst_nt_mosaic_install_writing (GObjectClass * klass, guint first)
{
  install_strips (klass, first);
  install_stores (klass, first);

  gst_type_mark_as_plugin_api (gst_nt_mosaic_stores_get_type (), 0);
}
