/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Stops; see the header. */

#include "stops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gallery_stops.h"
#include "report.h"
#include "sink.h"
#include "source.h"
#include "trace.h"

#define MOST_PADS 50

typedef struct
{
  GRand *rand;
  GstElement *pipeline;
  GstElement *mosaic;
  StripCheck check;
  Sink sink;
  gint format;
  gint look;
  Trace trace;
} Stop;

static guint
dice (Stop * self, guint n)
{
  return g_rand_int_range (self->rand, 0, n);
}

static void
add_input (Stop * self, guint number, gboolean has_queue, guint most_pixels)
{
  const SourceSetup setup = {
    .number = number,
    .seed = g_rand_int (self->rand),
    .key = self->check.key,
    .fps = 25,
    .most_pixels = most_pixels,
    .format = &self->format,
    .look = &self->look,
    .position = &self->sink.position,
  };
  GstElement *source = source_new (&setup);
  GstElement *last = source;

  gst_bin_add (GST_BIN (self->pipeline), source);
  if (has_queue) {
    last = gst_element_factory_make ("queue", NULL);
    gst_bin_add (GST_BIN (self->pipeline), last);
    gst_element_link (source, last);
  }
  strip_check_link (&self->check, number, number, FALSE);
  gst_element_link_pads (last, "src", self->mosaic, NULL);
}

static guint
set_up (Stop * self, guint number)
{
  const guint n = dice (self, 3) == 0 ? MOST_PADS : 1 + dice (self, 8);
  const gboolean has_queues = dice (self, 2);
  const guint most_pixels = n == MOST_PADS ? 64 : 200;
  guint i;

  self->format = GST_VIDEO_FORMAT_RGBA;
  self->pipeline = gst_pipeline_new (NULL);
  self->mosaic = gst_element_factory_make ("ntmosaic", NULL);
  g_object_set (self->mosaic, "tile-meta", TRUE, NULL);
  sink_init (&self->sink, &self->check, 0, number, g_rand_int (self->rand),
      dice (self, 2));
  gst_bin_add_many (GST_BIN (self->pipeline), self->mosaic,
      self->sink.appsink, NULL);
  gst_element_link (self->mosaic, self->sink.appsink);
  trace_init (&self->trace, self->pipeline);
  for (i = 0; i < n; i++)
    add_input (self, i, has_queues, most_pixels);

  return n;
}

/* Of all threads, in microseconds. */
static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);

  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* A flush of all pads begins before the stop, and may end after it. */
static gpointer
seek (gpointer data)
{
  Stop *self = data;

  gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH, 0);

  return NULL;
}

/* Microseconds; @where gets the steps that took long. The @number-th stop is
 * the same each time with the same @seed. */
static gint64
stop_one (guint32 seed, guint32 number, gchar ** where)
{
  const guint32 seeds[] = { seed, number };
  Stop self = {.rand = g_rand_new_with_seed_array (seeds, 2) };
  GThread *thread = NULL;
  gint64 cpu;
  gint64 begin;
  gint64 end;
  guint n;

  strip_check_init (&self.check, seed);
  n = set_up (&self, number);
  gst_element_set_state (self.pipeline, GST_STATE_PLAYING);
  g_usleep (dice (&self, 100) * 1000);
  if (dice (&self, 4) == 0)
    thread = g_thread_new ("seek", seek, &self);

  cpu = get_cpu_time ();
  begin = trace_begin (&self.trace);
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  end = g_get_monotonic_time ();

  cpu = get_cpu_time () - cpu;
  *where = g_strdup_printf ("--episode=%u, %u pads%s, after %d strips:%s the "
      "rest %.1f ms; %.1f ms of CPU time", number, n, thread ? ", a seek" : "",
      g_atomic_int_get (&self.sink.n_strips), self.trace.text->str,
      (end - self.trace.last) / 1e3, cpu / 1e3);
  if (thread)
    g_thread_join (thread);
  gst_object_unref (self.pipeline);
  sink_clear (&self.sink);
  strip_check_clear (&self.check);
  trace_clear (&self.trace);
  g_rand_free (self.rand);

  return end - begin;
}

/* Every fourth stop is one of an ntstripsrc, where images can be decoded. */
static gint64
stop_any (guint32 seed, guint number, GalleryStops * gallery, gchar ** where)
{
#ifdef HAVE_IMAGES
  if (number % 4 == 3)
    return gallery_stops_one (gallery, seed, number, where);
#endif

  return stop_one (seed, number, where);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gint64 left = *(const gint64 *) a;
  const gint64 right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

void
stops_measure (guint32 seed, gint only, guint n_tries, gint * beat)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));
  GalleryStops *gallery = NULL;
  gint64 longest = -1;
  guint i;

#ifdef HAVE_IMAGES
  gallery = gallery_stops_new ();
#endif
  for (i = 0; i < n_tries; i++) {
    const guint number = only >= 0 ? (guint) only : i;
    gchar *where;
    const gint64 time = stop_any (seed, number, gallery, &where);

    g_array_append_val (times, time);
    if (time > longest) {
      longest = time;
      printf ("%.1f ms: %s\n", time / 1e3, where);
      fflush (stdout);
    }
    report_stop (time, where);
    g_free (where);
    g_atomic_int_inc (beat);
  }
  g_array_sort (times, compare);
  if (times->len > 0)
    printf ("%u stops: median %.1f ms, 99%% within %.1f ms, longest %.1f ms\n",
        times->len, g_array_index (times, gint64, times->len / 2) / 1e3,
        g_array_index (times, gint64, times->len * 99 / 100) / 1e3,
        g_array_index (times, gint64, times->len - 1) / 1e3);
#ifdef HAVE_IMAGES
  gallery_stops_free (gallery);
#endif
  g_array_unref (times);
}
