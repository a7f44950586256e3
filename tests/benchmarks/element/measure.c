/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "measure.h"

#include "../common/child.h"
#include "../common/stats.h"
#include "../common/usage.h"

#include <string.h>

typedef struct
{
  guint n_expected;
  guint n_strips;               /* that left so far */
  GstClockTime *left;           /* when; n_expected of them */
  GstClockTime negotiated;      /* when the first caps left */
  Usage start;                  /* when the last strip of the warm-up left */
  Usage end;                    /* when the last strip of all left */
} Watch;

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
  played = pipeline_play (mosaic->pipeline, error);
  figures->tiles = pipeline_read_tiles (mosaic->element);
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
  gchar **arguments = options_for_peak (options, factory);
  gchar *output = child_run ((const gchar * const *) arguments, error);
  gsize peak = 0;

  if (output != NULL)
    peak = g_ascii_strtoull (output, NULL, 10);
  else
    g_prefix_error (error, "the peak of %s: ", factory);

  g_free (output);
  g_strfreev (arguments);
  return peak;
}

gboolean
measure_own_peak (const Options * options, GError ** error)
{
  FrameRing *ring = frame_ring_new (options->pads, options->ring,
      options->width, options->height);
  Figures figures;
  gboolean played = measure (options->peak, options, ring, &figures, error);

  frame_ring_free (ring);
  if (played)
    g_print ("%" G_GSIZE_FORMAT "\n", usage_peak_bytes ());
  return played;
}
