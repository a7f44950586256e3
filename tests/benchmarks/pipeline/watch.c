/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "watch.h"

#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* The last strips, at which the resident memory is read: ntmosaic gives back
 * the memory of frames that were idle for 8 strips. */
#define MAX_RESTING 10

typedef struct
{
  GstClockTime time;
  guint64 cpu_ns;               /* of the whole process */
  guint64 faults;
} Moment;

struct _Watch
{
  GstElement *mixer;
  guint n_strips;
  guint n_warm_up;

  GstClockTime asked;           /* when the program asked for PLAYING */
  GstClockTime negotiated;      /* when the first caps left */
  guint n_left;                 /* strips that left */
  GstClockTime *left;           /* time of each */
  gdouble *delays_ms;
  gdouble resting_mib[MAX_RESTING];
  Moment start;                 /* when the last strip of the warm-up left */
  Moment end;                   /* when the last strip of all left */

  GMutex lock;                  /* guards arrivals: */
  GstClockTime *arrivals;       /* time of the last frame of each strip;
                                 * NULL: the pads are not watched */
};

static Moment
moment_now (void)
{
  Moment now = {.time = gst_util_get_timestamp () };
  struct rusage usage = { 0, };
  struct timespec cpu = { 0, };

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu);
  getrusage (RUSAGE_SELF, &usage);
  now.cpu_ns = cpu.tv_sec * G_GUINT64_CONSTANT (1000000000) + cpu.tv_nsec;
  now.faults = usage.ru_minflt + usage.ru_majflt;
  return now;
}

/* The number of KiB behind @name in /proc/self/status, where there is one.
 * getrusage() won't do: its peak includes that of the program that started this
 * one. */
static gdouble
memory_mib (const gchar * name)
{
  const gchar *line = NULL;
  gchar *text = NULL;
  gdouble mib = 0;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    line = strstr (text, name);
  if (line != NULL)
    mib = g_ascii_strtoull (line + strlen (name), NULL, 10) / 1024.0;
  g_free (text);

  return mib;
}

static guint
n_resting (const Watch * watch)
{
  return MIN (MAX_RESTING, watch->n_strips);
}

/* The pad calls this before its chain function. Of several strips that show a
 * frame, only the first one waits for it. */
static GstPadProbeReturn
frame_arrives (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  const GstClockTime now = gst_util_get_timestamp ();
  GstBuffer *frame = GST_PAD_PROBE_INFO_BUFFER (info);
  Watch *watch = user_data;
  const guint64 strip = gst_util_uint64_scale_round (GST_BUFFER_PTS (frame),
      FRAMES_PER_SECOND, GST_SECOND);

  if (strip < watch->n_strips) {
    g_mutex_lock (&watch->lock);
    watch->arrivals[strip] = MAX (watch->arrivals[strip], now);
    g_mutex_unlock (&watch->lock);
  }
  return GST_PAD_PROBE_OK;
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
  const GstClockTime now = gst_util_get_timestamp ();
  Watch *watch = user_data;
  const guint n = watch->n_left++;
  const guint first_resting = watch->n_strips - n_resting (watch);

  source_note_strip ();
  if (n >= watch->n_strips)
    return GST_PAD_PROBE_OK;

  watch->left[n] = now;
  if (watch->arrivals != NULL) {
    g_mutex_lock (&watch->lock);
    watch->delays_ms[n] = GST_CLOCK_DIFF (watch->arrivals[n], now) / 1e6;
    g_mutex_unlock (&watch->lock);
  }
  /* Reading the resident memory costs page faults, which the figures count. */
  if (watch->arrivals != NULL && n >= first_resting)
    watch->resting_mib[n - first_resting] = memory_mib ("VmRSS:");

  if (n == watch->n_warm_up - 1)
    watch->start = moment_now ();
  else if (n == watch->n_strips - 1)
    watch->end = moment_now ();
  return GST_PAD_PROBE_OK;
}

Watch *
watch_new (GstElement * mixer, guint n_strips, guint n_warm_up,
    gboolean arrivals)
{
  Watch *watch = g_new0 (Watch, 1);
  GstPad *src = mixer->srcpads->data;

  watch->mixer = mixer;
  watch->n_strips = n_strips;
  watch->n_warm_up = n_warm_up;
  watch->left = g_new0 (GstClockTime, n_strips);
  watch->delays_ms = g_new0 (gdouble, n_strips);
  watch->arrivals = arrivals ? g_new0 (GstClockTime, n_strips) : NULL;
  g_mutex_init (&watch->lock);

  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, strip_leaves, watch, NULL);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, event_leaves,
      watch, NULL);
  for (GList * l = mixer->sinkpads; arrivals && l != NULL; l = l->next)
    gst_pad_add_probe (l->data, GST_PAD_PROBE_TYPE_BUFFER, frame_arrives, watch,
        NULL);

  watch->asked = gst_util_get_timestamp ();
  return watch;
}

void
watch_free (Watch * watch)
{
  g_free (watch->left);
  g_free (watch->delays_ms);
  g_free (watch->arrivals);
  g_mutex_clear (&watch->lock);
  g_free (watch);
}

static int
compare_doubles (const void *a, const void *b)
{
  const gdouble left = *(const gdouble *) a;
  const gdouble right = *(const gdouble *) b;

  return (left > right) - (left < right);
}

/* A sorted copy: the last value is the largest. Free with g_free(). */
static gdouble *
sort (const gdouble * values, gsize n_values)
{
  gdouble *sorted = g_memdup2 (values, n_values * sizeof (*values));

  qsort (sorted, n_values, sizeof (*sorted), compare_doubles);
  return sorted;
}

static gdouble
median (const gdouble * values, gsize n_values)
{
  gdouble *sorted = sort (values, n_values);
  const gdouble middle =
      (sorted[(n_values - 1) / 2] + sorted[n_values / 2]) / 2;

  g_free (sorted);
  return middle;
}

static void
print_times (const Watch * watch, guint n_measured)
{
  const GstClockTime *left = watch->left + watch->n_warm_up;
  const Moment *start = &watch->start;
  const Moment *end = &watch->end;
  gdouble *steps_ms = g_new (gdouble, n_measured);

  for (guint i = 0; i < n_measured; i++)
    steps_ms[i] = GST_CLOCK_DIFF (left[(gint) i - 1], left[i]) / 1e6;
  g_print ("step_ms %.4f\n", median (steps_ms, n_measured));
  g_print ("wall_ms %.4f\n",
      GST_CLOCK_DIFF (start->time, end->time) / 1e6 / n_measured);
  g_print ("cpu_ms %.4f\n", (end->cpu_ns - start->cpu_ns) / 1e6 / n_measured);
  g_print ("negotiated_ms %.3f\n",
      GST_CLOCK_DIFF (watch->asked, watch->negotiated) / 1e6);
  g_print ("first_ms %.3f\n",
      GST_CLOCK_DIFF (watch->asked, watch->left[0]) / 1e6);
  g_print ("faults %.3f\n",
      (gdouble) (end->faults - start->faults) / n_measured);
  g_free (steps_ms);
}

static void
print_arrivals (const Watch * watch, guint n_measured)
{
  gdouble *sorted = sort (watch->delays_ms + watch->n_warm_up, n_measured);

  g_print ("delay_ms %.4f\n", median (sorted, n_measured));
  g_print ("delay_most_ms %.4f\n", sorted[n_measured - 1]);
  g_print ("resting_mib %.2f\n",
      median (watch->resting_mib, n_resting (watch)));
  g_free (sorted);
}

/* Percentages of all tiles, the warm-up's included; nothing if the mixer counts
 * none. */
static void
print_tiles (GstElement * mixer)
{
  guint64 copied = 0, on_arrival = 0, kept = 0, background = 0, all;
  GstStructure *stats = NULL;

  if (!g_object_class_find_property (G_OBJECT_GET_CLASS (mixer), "stats"))
    return;
  g_object_get (mixer, "stats", &stats, NULL);
  gst_structure_get (stats, "tiles-copied", G_TYPE_UINT64, &copied,
      "tiles-on-arrival", G_TYPE_UINT64, &on_arrival,
      "tiles-kept", G_TYPE_UINT64, &kept,
      "tiles-background", G_TYPE_UINT64, &background, NULL);
  gst_structure_free (stats);

  all = MAX (copied + kept + background, 1);
  g_print ("copied_percent %.2f\non_arrival_percent %.2f\nkept_percent %.2f\n",
      100.0 * copied / all, 100.0 * on_arrival / all, 100.0 * kept / all);
}

gboolean
watch_print (const Watch * watch, GError ** error)
{
  const guint n_measured = watch->n_strips - watch->n_warm_up;

  if (watch->n_left < watch->n_strips) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "%u strips came instead of %u", watch->n_left, watch->n_strips);
    return FALSE;
  }
  print_times (watch, n_measured);
  g_print ("peak_mib %.2f\n", memory_mib ("VmHWM:"));
  if (watch->arrivals != NULL)
    print_arrivals (watch, n_measured);
  print_tiles (watch->mixer);
  return TRUE;
}
