/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Stock elements that write in place. Each strip is compared with what the sources
 * show when they are run by themselves. */

#include "films.h"
#include "lending.h"

#define N_PADS 3

#define N_FRAMES 100

/* So many strips at the start don't count: frames are put to the test, and pads
 * find their step. */
#define N_FIRST 10

/* What a strip pool allocates: the strips that it has, and what it may make more in
 * order to lend tiles. */
#define MAX_STRIPS (3 + 5)

/* The ball is 40 pixels wide, and ends up outside of a frame that is smaller. */
#define SIZE "width=64,height=48,framerate=25/1,pixel-aspect-ratio=1/1"
#define RGBA "video/x-raw,format=RGBA," SIZE
#define I420 "video/x-raw,format=I420," SIZE
#define SMALL "video/x-raw,format=RGBA,width=44,height=42,framerate=25/1," \
    "pixel-aspect-ratio=1/1"

/* One source, whose queues don't hold more than there are strips ahead; each time with another @motion. */
#define BALL(n) "videotestsrc num-buffers=" G_STRINGIFY (n)                   \
    " pattern=ball motion=%s ! "

static const gchar *sources[] = {
  BALL (100) RGBA,
  BALL (100) I420 " ! videoconvert ! " RGBA,
  BALL (100) RGBA " ! queue max-size-buffers=3",
  BALL (100) I420 " ! videoconvert ! queue max-size-buffers=3 ! " RGBA,
  BALL (100) RGBA " ! identity",
  BALL (100) RGBA " ! identity ! queue max-size-buffers=1 ! capsfilter caps="
      RGBA " ! identity",
  BALL (100) SMALL " ! videoscale ! " RGBA,
  BALL (100) SMALL " ! queue ! videoscale ! " RGBA " ! identity",
  BALL (100) I420 " ! videoconvertscale ! " SMALL,
  BALL (100) RGBA " ! pngenc compression-level=0 ! pngdec ! " RGBA,
  BALL (100) RGBA " ! pngenc compression-level=0 ! decodebin ! videoconvert ! "
      RGBA,
  BALL (100) RGBA " ! videoflip method=rotate-180 ! " RGBA,
  BALL (100) RGBA " ! videocrop left=3 bottom=2",
};

static gchar *
name_source (const gchar * source, guint i)
{
  static const gchar *motions[] = { "wavy", "sweep", "hsweep" };
  GString *text = g_string_new (source);

  g_string_replace (text, "%s", motions[i % G_N_ELEMENTS (motions)], 0);

  return g_string_free (text, FALSE);
}

static TestPipeline *
new_pipeline (const gchar * source, const gchar * properties)
{
  GString *text = g_string_new ("ntmosaic name=m tile-meta=true ");
  TestPipeline *p;
  guint i;

  g_string_append_printf (text, "%s ! appsink name=s sync=false max-buffers=1 ",
      properties);
  for (i = 0; i < N_PADS; i++) {
    gchar *named = name_source (source, i);

    g_string_append_printf (text, " %s ! m.sink_%u", named, i);
    g_free (named);
  }

  p = test_pipeline_new_from_string (text->str);
  g_string_free (text, TRUE);

  return p;
}

static void
new_films (const gchar * source, TestFilm ** films)
{
  guint i;

  for (i = 0; i < N_PADS; i++) {
    gchar *named = name_source (source, i);

    films[i] = test_film_new (named);
    g_free (named);
  }
}

static void
free_films (TestFilm ** films)
{
  guint i;

  for (i = 0; i < N_PADS; i++)
    test_film_free (films[i]);
}

typedef struct
{
  TestFilm *films[N_PADS];
  guint n;
  guint n_in_place;
} Show;

/* In the streaming thread: nobody has any other strip. */
static GstFlowReturn
show_strip (GstAppSink * sink, gpointer data)
{
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *strip = gst_sample_get_buffer (sample);
  Show *show = data;

  fail_unless_equals_int (test_film_index (strip), show->n);
  test_assert_films (sample, show->films, N_PADS);
  if (show->n >= N_FIRST)
    show->n_in_place += test_count_state (strip, "in-place");
  show->n++;
  gst_sample_unref (sample);

  return GST_FLOW_OK;
}

GST_START_TEST (nearly_all)
{
  GstAppSinkCallbacks callbacks = {.new_sample = show_strip };
  Show show = { {NULL,}, 0, 0 };
  GstMessage *message;
  TestPipeline *p;
  GstBus *bus;

  new_films (sources[__i__], show.films);
  p = new_pipeline (sources[__i__], "");
  gst_app_sink_set_callbacks (GST_APP_SINK (p->sink), &callbacks, &show, NULL);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  bus = gst_element_get_bus (p->pipeline);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_object_unref (bus);
  fail_unless_equals_int (show.n, N_FRAMES);
  fail_unless (show.n_in_place * 100 >= 97 * N_PADS * (N_FRAMES - N_FIRST),
      "%u of %u tiles are in place: %s", show.n_in_place,
      N_PADS * (N_FRAMES - N_FIRST), sources[__i__]);
  fail_unless (test_get_stat (p->mosaic, "strips-allocated") <= MAX_STRIPS);
  test_pipeline_free (p);
  free_films (show.films);
}

GST_END_TEST;

GST_START_TEST (never)
{
  TestFilm *films[N_PADS];
  TestPipeline *p = new_pipeline (sources[0], "in-place=never");
  guint n;

  new_films (sources[0], films);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (n = 0; n < 50; n++) {
    GstSample *sample = test_pipeline_pull (p);

    test_assert_films (sample, films, N_PADS);
    fail_unless_equals_int (test_count_state (gst_sample_get_buffer (sample),
            "copied"), N_PADS);
    gst_sample_unref (sample);
  }
  test_pipeline_free (p);
  free_films (films);
}

GST_END_TEST;

/* One pad at 30 fps, and others at 1 fps: these are lent nothing, and if they have
 * more than half of the strip, nobody is. */
GST_START_TEST (slower_pads)
{
  GString *line = g_string_new ("ntmosaic name=m in-place=always ! "
      "appsink name=s sync=false "
      "videotestsrc num-buffers=60 ! " RGBA ",framerate=30/1 ! m. ");
  guint64 n_in_place;
  TestPipeline *p;
  gint i;

  for (i = 0; i < __i__; i++)
    g_string_append (line,
        "videotestsrc num-buffers=2 ! " RGBA ",framerate=1/1 ! m. ");
  p = test_pipeline_new_from_string (line->str);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless_equals_int (test_pipeline_drain (p), 60);
  n_in_place = test_get_stat (p->mosaic, "tiles-in-place");
  fail_unless (__i__ > 1 ? n_in_place == 0
      : n_in_place >= 50 && n_in_place <= 60, "%u", (guint) n_in_place);
  test_pipeline_free (p);
  g_string_free (line, TRUE);
}

GST_END_TEST;

/* ---- Downstream and its time ---- */

/* What is seen behind an element that works in place is what it makes of frames
 * that were copied; and after a few strips, nothing is in place any more. */
GST_START_TEST (element_in_place)
{
  static const gchar *modes[] = { "never", "always" };
  GstSample *samples[2];
  TestPipeline *ps[2];
  guint i;
  guint n;

  for (i = 0; i < 2; i++) {
    gchar *line = g_strdup_printf ("ntmosaic name=m in-place=%s tile-meta=true "
        "! gamma gamma=3 ! appsink name=s sync=false max-buffers=1 "
        "videotestsrc pattern=ball ! " RGBA " ! m. "
        "videotestsrc pattern=ball motion=sweep ! " RGBA " ! m.", modes[i]);

    ps[i] = test_pipeline_new_from_string (line);
    test_pipeline_set_state (ps[i], GST_STATE_PLAYING);
    g_free (line);
  }
  for (n = 0; n < 50; n++) {
    GstMapInfo map;

    for (i = 0; i < 2; i++)
      samples[i] = test_pipeline_pull (ps[i]);
    fail_unless (gst_buffer_map (gst_sample_get_buffer (samples[0]), &map,
            GST_MAP_READ));
    fail_unless (gst_buffer_memcmp (gst_sample_get_buffer (samples[1]), 0,
            map.data, map.size) == 0, "strip %u", n);
    gst_buffer_unmap (gst_sample_get_buffer (samples[0]), &map);
    if (n > N_FIRST)
      fail_unless_equals_int (test_count_state (gst_sample_get_buffer
              (samples[1]), "in-place"), 0);
    for (i = 0; i < 2; i++)
      gst_sample_unref (samples[i]);
  }
  for (i = 0; i < 2; i++)
    test_pipeline_free (ps[i]);
}

GST_END_TEST;

/* Its write is not seen in the other branch, nor does it end the lending. */
GST_START_TEST (tee_with_element_in_place)
{
  TestFilm *films[N_PADS];
  TestPipeline *p;
  guint n;

  new_films (sources[0], films);
  p = new_pipeline (sources[0], "! tee name=t  t. ! queue ! gamma gamma=3 ! "
      "fakesink async=false  t. ! queue max-size-buffers=1");
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (n = 0; n < 100; n++) {
    GstSample *sample = test_pipeline_pull (p);

    test_assert_films (sample, films, N_PADS);
    gst_sample_unref (sample);
  }
  test_pipeline_free (p);
  free_films (films);
}

GST_END_TEST;

/* Before a pad: there, nothing is lent. */
GST_START_TEST (tee_before_the_pad)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m "
      "tile-meta=true ! appsink name=s sync=false max-buffers=1 "
      "videotestsrc num-buffers=100 pattern=ball motion=wavy ! " RGBA
      " ! tee name=t  t. ! queue ! gamma gamma=3 ! fakesink "
      "async=false  t. ! queue ! m.sink_0 "
      "videotestsrc pattern=ball motion=sweep ! " RGBA " ! m.sink_1");
  TestFilm *films[N_PADS];
  guint n;

  new_films (sources[0], films);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (n = 0; n < 100; n++) {
    GstSample *sample = test_pipeline_pull (p);

    test_assert_films (sample, films, 2);
    gst_sample_unref (sample);
  }
  test_pipeline_free (p);
  free_films (films);
}

GST_END_TEST;

/* A source counts its buffers on after a seek. */
static void
make_endless (const GValue * source, gpointer unused)
{
  g_object_set (g_value_get_object (source), "num-buffers", -1, NULL);
}

static void
make_sources_endless (TestPipeline * p)
{
  GstIterator *all = gst_bin_iterate_all_by_element_factory_name
      (GST_BIN (p->pipeline), "videotestsrc");

  gst_iterator_foreach (all, make_endless, NULL);
  gst_iterator_free (all);
}

/* To any time, while tiles are lent. */
GST_START_TEST (seeks)
{
  TestFilm *films[N_PADS];
  TestPipeline *p;
  guint i;

  new_films (sources[__i__], films);
  p = new_pipeline (sources[__i__], "");
  make_sources_endless (p);
  test_pipeline_set_state (p, GST_STATE_PAUSED);
  test_pipeline_wait_state (p);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (i = 0; i < 20; i++) {
    guint n;

    fail_unless (gst_element_seek_simple (p->pipeline, GST_FORMAT_TIME,
            GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
            i * 37 % 90 * FILM_STEP));
    for (n = 0; n < i % 7; n++) {
      GstSample *sample = test_pipeline_pull (p);

      fail_unless_equals_int (test_film_index (gst_sample_get_buffer (sample)),
          i * 37 % 90 + n);
      test_assert_films (sample, films, N_PADS);
      gst_sample_unref (sample);
    }
  }
  test_pipeline_free (p);
  free_films (films);
}

GST_END_TEST;

/* At any moment, with strips in the application's hands; and again. */
GST_START_TEST (stop_and_go)
{
  TestFilm *films[N_PADS];
  GQueue held = G_QUEUE_INIT;
  TestPipeline *p;
  guint i;

  new_films (sources[__i__], films);
  p = new_pipeline (sources[__i__], "");
  for (i = 0; i < 15; i++) {
    GList *link;
    guint n;

    test_pipeline_set_state (p, GST_STATE_PLAYING);
    for (n = 0; n < i; n++) {
      GstSample *sample = test_pipeline_pull (p);

      test_assert_films (sample, films, N_PADS);
      g_queue_push_tail (&held, sample);
    }
    test_pipeline_set_state (p, i % 3 ? GST_STATE_NULL : GST_STATE_READY);
    for (link = held.head; link; link = link->next)
      test_assert_films (link->data, films, N_PADS);
    while (held.length > 5)
      gst_sample_unref (g_queue_pop_head (&held));
  }
  test_pipeline_free (p);
  g_queue_clear_full (&held, (GDestroyNotify) gst_sample_unref);
  free_films (films);
}

GST_END_TEST;

static Suite *
borrowers_suite (void)
{
  Suite *s = suite_create ("borrowers");
  TCase *tc = tcase_create ("borrowers");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, nearly_all, 0, G_N_ELEMENTS (sources));
  tcase_add_test (tc, never);
  tcase_add_loop_test (tc, slower_pads, 0, 4);
  tcase_add_test (tc, element_in_place);
  tcase_add_test (tc, tee_with_element_in_place);
  tcase_add_test (tc, tee_before_the_pad);
  tcase_add_loop_test (tc, seeks, 0, 3);
  tcase_add_loop_test (tc, stop_and_go, 0, 3);

  return s;
}

NTMOSAIC_CHECK_MAIN (borrowers)
