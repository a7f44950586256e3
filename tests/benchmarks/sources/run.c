/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "run.h"

#include "fastsrc.h"
#include "../common/child.h"
#include "../common/pipeline.h"
#include "../common/stats.h"
#include "../common/usage.h"

/* ntmosaic gives back what stood idle for 8 strips. */
#define MAX_RESTING 10

#define MIB (1024.0 * 1024.0)

const gchar *const figure_names[N_FIGURES] = {
  [FIGURE_WALL] = "wall_ms",
  [FIGURE_CPU] = "cpu_ms",
  [FIGURE_DELAY] = "delay_ms",
  [FIGURE_DELAY_MOST] = "delay_most_ms",
  [FIGURE_PEAK] = "peak_mib",
  [FIGURE_RESTING] = "resting_mib",
  [FIGURE_ON_ARRIVAL] = "on_arrival_percent",
  [FIGURE_COPIED] = "copied_percent",
};

typedef struct
{
  gint64 time;                  /* monotonic, microseconds */
  Usage usage;
} Moment;

typedef struct
{
  guint n_strips;
  guint n_left;                 /* strips that left */
  Moment start;                 /* when the last strip of the warm-up left */
  Moment end;                   /* when the last strip of all left */
  gdouble *delays_ms;           /* of each strip */
  gdouble resting_mib[MAX_RESTING];

  GMutex lock;                  /* guards: */
  gint64 *arrivals;             /* when the last of each strip's frames came */
} Watch;

guint
run_n_warm_up (guint n_strips)
{
  return MIN (20, n_strips / 2);
}

static guint
n_resting (const Watch * watch)
{
  return MIN (MAX_RESTING, watch->n_strips);
}

static Moment
moment_now (void)
{
  Moment now = {.time = g_get_monotonic_time (),.usage = usage_now () };

  return now;
}

/* Called by the pad before its chain function. Only the first of several strips
 * that show a frame waits for it. */
static GstPadProbeReturn
frame_arrives (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  const gint64 now = g_get_monotonic_time ();
  GstBuffer *frame = GST_PAD_PROBE_INFO_BUFFER (info);
  Watch *watch = user_data;
  const guint64 strip = gst_util_uint64_scale_round (GST_BUFFER_PTS (frame),
      RUN_RATE, GST_SECOND);

  if (strip < watch->n_strips) {
    g_mutex_lock (&watch->lock);
    watch->arrivals[strip] = MAX (watch->arrivals[strip], now);
    g_mutex_unlock (&watch->lock);
  }

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
strip_leaves (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  const gint64 now = g_get_monotonic_time ();
  Watch *watch = user_data;
  const guint n = watch->n_left++;
  const guint first_resting = watch->n_strips - n_resting (watch);

  fast_src_note_strip ();
  if (n >= watch->n_strips)
    return GST_PAD_PROBE_OK;

  g_mutex_lock (&watch->lock);
  watch->delays_ms[n] = (now - watch->arrivals[n]) / 1e3;
  g_mutex_unlock (&watch->lock);
  if (n >= first_resting)
    watch->resting_mib[n - first_resting] = usage_resident_bytes () / MIB;

  if (n == run_n_warm_up (watch->n_strips) - 1)
    watch->start = moment_now ();
  else if (n == watch->n_strips - 1)
    watch->end = moment_now ();

  return GST_PAD_PROBE_OK;
}

static void
watch_pad (GstPad * pad, GstPadProbeCallback callback, Watch * watch)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, watch, NULL);
}

static void
watch_mixer (GstElement * mixer, Watch * watch)
{
  GList *l;

  for (l = mixer->sinkpads; l; l = l->next)
    watch_pad (l->data, frame_arrives, watch);
  for (l = mixer->srcpads; l; l = l->next)
    watch_pad (l->data, strip_leaves, watch);
}

static void
read_watch (const Watch * watch, Figures * figures)
{
  const guint n_warm_up = run_n_warm_up (watch->n_strips);
  const guint n_measured = watch->n_strips - n_warm_up;
  const Spread delay = spread_of (watch->delays_ms + n_warm_up, n_measured);

  figures->values[FIGURE_WALL] =
      (watch->end.time - watch->start.time) / 1e3 / n_measured;
  figures->values[FIGURE_CPU] =
      (watch->end.usage.cpu_ns - watch->start.usage.cpu_ns) / 1e6 / n_measured;
  figures->values[FIGURE_DELAY] = delay.median;
  figures->values[FIGURE_DELAY_MOST] = delay.most;
  figures->values[FIGURE_PEAK] = usage_peak_bytes () / MIB;
  figures->values[FIGURE_RESTING] =
      spread_of (watch->resting_mib, n_resting (watch)).median;
}

/* All 0 if the mixer counts no tiles. */
static void
read_tiles (GstElement * mixer, Figures * figures)
{
  const Tiles tiles = pipeline_read_tiles (mixer);
  const guint64 all = MAX (tiles.copied + tiles.kept + tiles.background, 1);

  figures->values[FIGURE_ON_ARRIVAL] = 100.0 * tiles.on_arrival / all;
  figures->values[FIGURE_COPIED] = 100.0 * tiles.copied / all;
}

static gboolean
play (GstElement * pipeline, Watch * watch, Figures * figures, GError ** error)
{
  GstElement *mixer = gst_bin_get_by_name (GST_BIN (pipeline), "mixer");
  gboolean played;

  watch_mixer (mixer, watch);
  played = pipeline_play (pipeline, error);
  if (played && watch->n_left < watch->n_strips) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "%u strips came instead of %u", watch->n_left, watch->n_strips);
    played = FALSE;
  }
  if (played) {
    read_watch (watch, figures);
    read_tiles (mixer, figures);
  }
  gst_object_unref (mixer);

  return played;
}

gboolean
run_here (const gchar * line, guint n_strips, GError ** error)
{
  GstElement *pipeline = gst_parse_launch_full (line, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);
  Watch watch = {.n_strips = n_strips };
  Figures figures = { 0, };
  gboolean played;

  if (pipeline == NULL)
    return FALSE;
  g_mutex_init (&watch.lock);
  watch.delays_ms = g_new0 (gdouble, n_strips);
  watch.arrivals = g_new0 (gint64, n_strips);

  played = play (pipeline, &watch, &figures, error);
  for (guint i = 0; played && i < N_FIGURES; i++)
    g_print ("%g\n", figures.values[i]);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_free (watch.arrivals);
  g_free (watch.delays_ms);
  g_mutex_clear (&watch.lock);

  return played;
}

gboolean
run_in_child (const gchar * line, guint n_strips, Figures * figures,
    GError ** error)
{
  gchar *strips = g_strdup_printf ("--strips=%u", n_strips);
  const gchar *arguments[] = { "--run", line, strips, NULL };
  gchar *output = child_run (arguments, error);
  const gboolean ran = output != NULL;
  gchar *rest = output;

  for (guint i = 0; ran && i < N_FIGURES; i++)
    figures->values[i] = g_ascii_strtod (rest, &rest);

  g_free (output);
  g_free (strips);

  return ran;
}
