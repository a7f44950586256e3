/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Stops, flushes and seeks at any moment: nothing hangs, nothing is lost that
 * was not taken back, and nothing is left. */

#include "photos.h"

#define N_ROUNDS 60

GST_START_TEST (a_list_is_stopped)
{
  Photos *photos = photos_new (20);
  guint i;

  random_begin ();
  for (i = 0; i < random_cases (N_ROUNDS); i++) {
    Show *show = show_new_list (photos, "tiles=2 loop=true cache-size=4000000",
        random_below (2) ? "queue !" : "");
    guint n = random_below (6);

    show_play (show);
    while (n-- > 0)
      gst_sample_unref (show_pull (show));
    if (random_below (2))
      show_stop (show, GST_STATE_READY);
    if (GST_STATE (show->src) == GST_STATE_READY) {
      show_play (show);
      assert_strip (show_pull (show), photos, NUMBERS (0, 1), NULL);
    }
    show_free (show);
  }
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (requests_are_stopped)
{
  Photos *photos = photos_new (20);
  guint i;

  random_begin ();
  for (i = 0; i < random_cases (N_ROUNDS); i++) {
    Show *show = show_new ("cache-size=4000000 prefetch=3", "");
    guint n = random_below (6);
    guint pulls = n > 0 ? random_below (n) : 0;

    show_play (show);
    while (n-- > 0)
      fail_unless (show_request (show, photos, NUMBERS (n, n + 5, 3)) > 0);
    while (pulls-- > 0)
      gst_sample_unref (show_pull (show));
    show_free (show);
  }
  photos_free (photos);
}

GST_END_TEST;

/* An application thread asks while the pipeline goes up and down: as often as
 * it is told to, so that a slow machine has no more to do. */
typedef struct
{
  Show *show;
  Photos *photos;
  GAsyncQueue *turns;           /* TURN for each request, and END */
} Asking;

#define TURN GINT_TO_POINTER (1)
#define END GINT_TO_POINTER (2)
#define N_TURNS 10

static gpointer
ask (gpointer data)
{
  Asking *asking = data;
  guint last = 0;

  while (g_async_queue_pop (asking->turns) != END) {
    gboolean unused;
    const guint id = show_request (asking->show, asking->photos,
        NUMBERS (last % 7, last % 5));

    if (last % 3 == 0)
      g_signal_emit_by_name (asking->show->src, "cancel", last, &unused);
    last = id;
  }

  return NULL;
}

static void
let_ask (Asking * asking)
{
  guint i;

  for (i = 0; i < N_TURNS; i++)
    g_async_queue_push (asking->turns, TURN);
}

GST_START_TEST (requests_meet_state_changes)
{
  Photos *photos = photos_new (8);
  Show *show = show_new ("prefetch=3", "");
  Asking asking = {
    .show = show,.photos = photos,.turns = g_async_queue_new ()
  };
  GThread *thread = g_thread_new ("asks", ask, &asking);
  guint i;

  random_begin ();
  for (i = 0; i < random_cases (N_ROUNDS); i++) {
    let_ask (&asking);
    show_play (show);
    if (random_below (2))
      gst_sample_unref (show_pull (show));
    let_ask (&asking);
    show_stop (show, random_below (2) ? GST_STATE_READY : GST_STATE_NULL);
  }
  g_async_queue_push (asking.turns, END);
  g_thread_join (thread);
  g_async_queue_unref (asking.turns);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

static void
flush (Show * show)
{
  show_wait_playing (show);
  fail_unless (gst_element_send_event (show->src,
          gst_event_new_flush_start ()));
  fail_unless (gst_element_send_event (show->src,
          gst_event_new_flush_stop (TRUE)));
}

/* The strip that is under way may be lost; the next ones are not. */
GST_START_TEST (a_flush_leaves_requests)
{
  Photos *photos = photos_new (6);
  Show *show = show_new ("", "");
  guint i;

  for (i = 0; i < 40; i++)
    fail_unless (show_request (show, photos, NUMBERS (i % 6, 1)) > 0);
  fail_unless (show_request (show, photos, NUMBERS (2, 3, 4)) > 0);
  g_signal_emit_by_name (show->src, "end-of-stream");
  show_play (show);
  for (i = 0; i < 5; i++) {
    gst_sample_unref (show_pull (show));
    flush (show);
  }
  for (;;) {
    GstSample *sample = show_pull (show);

    fail_unless (sample != NULL);
    if (gst_buffer_get_size (gst_sample_get_buffer (sample))
        == 3 * TILE_WIDTH * TILE_HEIGHT * 4) {
      assert_strip (sample, photos, NUMBERS (2, 3, 4), NULL);
      break;
    }
    gst_sample_unref (sample);
  }
  fail_unless (show_pull (show) == NULL);
  fail_unless (show_get_stat (show, "strips") >= 41);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (an_eos_event_ends_at_once)
{
  Photos *photos = photos_new (4);
  Show *show = show_new ("", "");

  show_play (show);
  show_request (show, photos, NUMBERS (0, 1));
  gst_sample_unref (show_pull (show));
  fail_unless (gst_element_send_event (show->src, gst_event_new_eos ()));
  fail_unless (show_pull (show) == NULL);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("disturbed");
  TCase *tc = tcase_create ("disturbed");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, a_list_is_stopped);
  tcase_add_test (tc, requests_are_stopped);
  tcase_add_test (tc, requests_meet_state_changes);
  tcase_add_test (tc, a_flush_leaves_requests);
  tcase_add_test (tc, an_eos_event_ends_at_once);

  return run_suite (argc, argv, suite, __FILE__);
}
