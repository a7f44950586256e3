/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "measure.h"

#include "../common/stats.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct
{
  guint64 cpu_ns;
  guint64 faults;
} Usage;

typedef struct
{
  guint n_expected;
  guint n_strips;               /* that left so far */
  GstClockTime *left;           /* when; n_expected of them */
  GstClockTime negotiated;      /* when the first caps left */
  Usage start;                  /* when the last strip of the warm-up left */
  Usage end;                    /* when the last strip of all left */
} Watch;

static Usage
usage_now (void)
{
  struct timespec cpu = { 0, };
  struct rusage usage = { 0, };
  Usage now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu);
  getrusage (RUSAGE_SELF, &usage);
  now.cpu_ns = GST_TIMESPEC_TO_TIME (cpu);
  now.faults = usage.ru_minflt + usage.ru_majflt;
  return now;
}

static GstPadProbeReturn
event_leaves (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Watch *watch = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS
      && watch->negotiated == 0)
    watch->negotiated = gst_util_get_timestamp ();

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
strip_leaves (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Watch *watch = user_data;
  guint n = watch->n_strips++;

  if (n < watch->n_expected)
    watch->left[n] = gst_util_get_timestamp ();
  if (n == WARM_UP - 1)
    watch->start = usage_now ();
  else if (n == watch->n_expected - 1)
    watch->end = usage_now ();

  return GST_PAD_PROBE_OK;
}

static gdouble
median_wall_ms (const Watch * watch)
{
  guint n_steps = watch->n_expected - WARM_UP;
  gdouble *steps = g_new (gdouble, n_steps);
  gdouble result;

  for (guint i = 0; i < n_steps; i++) {
    steps[i] = (gdouble) (watch->left[WARM_UP + i] -
        watch->left[WARM_UP + i - 1]) / GST_MSECOND;
  }
  result = median (steps, n_steps);

  g_free (steps);
  return result;
}

static void
read_tiles (GstElement * element, Figures * figures)
{
  GstStructure *stats = NULL;

  if (!g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stats"))
    return;
  g_object_get (element, "stats", &stats, NULL);
  gst_structure_get (stats, "tiles-copied", G_TYPE_UINT64,
      &figures->tiles_copied, "tiles-kept", G_TYPE_UINT64,
      &figures->tiles_kept, "tiles-in-place", G_TYPE_UINT64,
      &figures->tiles_in_place, "tiles-background", G_TYPE_UINT64,
      &figures->tiles_background, NULL);
  gst_structure_free (stats);
}

static void
read_watch (const Watch * watch, GstClockTime asked, Figures * figures)
{
  guint n_measured = watch->n_expected - WARM_UP;

  figures->wall_ms = median_wall_ms (watch);
  figures->cpu_ms = (gdouble) (watch->end.cpu_ns - watch->start.cpu_ns) /
      GST_MSECOND / n_measured;
  figures->negotiated_ms =
      (gdouble) (watch->negotiated - asked) / GST_MSECOND;
  figures->first_ms = (gdouble) (watch->left[0] - asked) / GST_MSECOND;
  figures->faults = (gdouble) (watch->end.faults - watch->start.faults) /
      n_measured;
}

gboolean
measure (const gchar * factory, const Options * options,
    const FrameRing * ring, Figures * figures, GError ** error)
{
  Watch watch = {.n_expected = WARM_UP + options->strips };
  Mosaic *mosaic = mosaic_new (factory, options, ring, watch.n_expected, error);
  GstClockTime asked;
  gboolean played;

  if (mosaic == NULL)
    return FALSE;
  memset (figures, 0, sizeof (*figures));
  watch.left = g_new0 (GstClockTime, watch.n_expected);
  gst_pad_add_probe (mosaic->src, GST_PAD_PROBE_TYPE_BUFFER, strip_leaves,
      &watch, NULL);
  gst_pad_add_probe (mosaic->src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      event_leaves, &watch, NULL);

  asked = gst_util_get_timestamp ();
  played = mosaic_play (mosaic, error);
  read_tiles (mosaic->element, figures);
  mosaic_free (mosaic);

  if (played && watch.n_strips != watch.n_expected) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "%s: %u strips came instead of %u", factory, watch.n_strips,
        watch.n_expected);
    played = FALSE;
  }
  if (played)
    read_watch (&watch, asked, figures);
  g_free (watch.left);
  return played;
}

gsize
measure_peak (const gchar * factory, const Options * options, GError ** error)
{
  gchar **argv = options_for_peak (options, factory);
  gchar *output = NULL;
  gint status = 0;
  gsize peak = 0;

  if (g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output,
          NULL, &status, error)) {
    if (status == 0)
      peak = g_ascii_strtoull (output, NULL, 10);
    else
      g_set_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
          "the process that measures the peak of %s failed", factory);
  }

  g_free (output);
  g_strfreev (argv);
  return peak;
}

gboolean
measure_own_peak (const Options * options, GError ** error)
{
  FrameRing *ring = frame_ring_new (options->pads, options->ring,
      options->width, options->height);
  struct rusage usage = { 0, };
  Figures figures;
  gboolean played = measure (options->peak, options, ring, &figures, error);

  frame_ring_free (ring);
  getrusage (RUSAGE_SELF, &usage);
  if (played)
    g_print ("%" G_GSIZE_FORMAT "\n", (gsize) usage.ru_maxrss * 1024);
  return played;
}
