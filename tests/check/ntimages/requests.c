/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips that the application asks for: their order, their numbers, and those
 * that it takes back. */

#include "photos.h"

static gboolean
cancel (Show * show, guint id)
{
  gboolean done;

  g_signal_emit_by_name (show->src, "cancel", id, &done);

  return done;
}

static void
end (Show * show)
{
  g_signal_emit_by_name (show->src, "end-of-stream");
}

GST_START_TEST (strips_come_in_their_order)
{
  Photos *photos = photos_new (6);
  Show *show = show_new ("prefetch=2", "");
  guint id;

  /* Also those that were asked for before the start. */
  id = show_request (show, photos, NUMBERS (3, 1));
  fail_unless (id > 0);
  show_play (show);
  fail_unless_equals_int (show_request (show, photos, NUMBERS (5)), id + 1);
  fail_unless (show_request (show, photos, NUMBERS (0, 0, 2, 4)) > 0);
  fail_unless (show_request (show, photos, NUMBERS (4, 2, 0, 0)) > 0);
  assert_strip (show_pull (show), photos, NUMBERS (3, 1), NULL);
  assert_strip (show_pull (show), photos, NUMBERS (5), NULL);
  assert_strip (show_pull (show), photos, NUMBERS (0, 0, 2, 4), NULL);
  assert_strip (show_pull (show), photos, NUMBERS (4, 2, 0, 0), NULL);

  /* The source waits for more. */
  fail_unless (show_request (show, photos, NUMBERS (1, 2)) > 0);
  assert_strip (show_pull (show), photos, NUMBERS (1, 2), NULL);
  end (show);
  fail_unless (show_pull (show) == NULL);
  fail_unless_equals_uint64 (show_get_stat (show, "strips"), 5);
  fail_unless_equals_uint64 (show_get_stat (show, "decoded"), 6);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (the_end_comes_after_the_last)
{
  Photos *photos = photos_new (2);
  Show *show = show_new ("", "");

  show_request (show, photos, NUMBERS (0));
  show_request (show, photos, NUMBERS (1));
  end (show);
  fail_unless_equals_int (show_request (show, photos, NUMBERS (1)), 0);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0), NULL);
  assert_strip (show_pull (show), photos, NUMBERS (1), NULL);
  fail_unless (show_pull (show) == NULL);

  /* After a stop, the stream begins anew. */
  show_stop (show, GST_STATE_READY);
  fail_unless (show_request (show, photos, NUMBERS (1)) > 0);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (1), NULL);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (refused)
{
  Photos *photos = photos_new (2);
  Show *show = show_new_list (photos, "", "");

  fail_unless_equals_int (show_request (show, photos, NUMBERS (0)), 0);
  g_object_set (show->src, "location", NULL, NULL);
  fail_unless_equals_int (show_request (show, photos, NUMBERS (-1)), 0);
  fail_if (cancel (show, 0));
  fail_if (cancel (show, 1));
  fail_unless (show_request (show, photos, NUMBERS (0)) > 0);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* As many strips as downstream may hold are in turn; after that, all of them
 * have the images. */
GST_START_TEST (the_same_again_is_kept)
{
  Photos *photos = photos_new (4);
  Show *show = show_new ("", "");
  guint64 copied;
  guint i;

  show_play (show);
  for (i = 0; i < 20; i++) {
    show_request (show, photos, NUMBERS (0, 1, 2, 3));
    assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2, 3), NULL);
  }
  copied = show_get_stat (show, "tiles-copied");
  fail_unless (copied <= 4 * 5, "%" G_GUINT64_FORMAT, copied);
  fail_unless_equals_uint64 (copied + show_get_stat (show, "tiles-kept"), 80);
  fail_unless_equals_uint64 (show_get_stat (show, "misses"), 4);
  fail_unless_equals_uint64 (show_get_stat (show, "hits"), 76);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* Three requests in turn, and as many strips and one more, because the sink
 * once held three: from the third round on, each strip keeps its own. */
GST_START_TEST (in_turn_is_kept)
{
  static const gint requests[3][5] = {
    {0, 1, 2, 3, -1}, {4, 5, 6, 7, -1}, {3, 4, 1, 6, -1},
  };
  Photos *photos = photos_new (8);
  Show *show = show_new ("", "");
  GstSample *held[3];
  guint i;

  show_play (show);
  for (i = 0; i < 3; i++) {
    show_request (show, photos, requests[0]);
    held[i] = show_pull (show);
  }
  for (i = 0; i < 3; i++)
    gst_sample_unref (held[i]);
  for (i = 0; i < 30; i++) {
    show_request (show, photos, requests[i % 3]);
    assert_strip (show_pull (show), photos, requests[i % 3], NULL);
  }
  fail_unless (show_get_stat (show, "tiles-copied") <= 3 * 4 + 2 * 3 * 4,
      "%" G_GUINT64_FORMAT, show_get_stat (show, "tiles-copied"));
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (what_is_cancelled_does_not_come)
{
  Photos *photos = photos_new (4);
  Show *show = show_new ("", "");
  const guint a = show_request (show, photos, NUMBERS (0));
  const guint b = show_request (show, photos, NUMBERS (1));
  const guint c = show_request (show, photos, NUMBERS (2));

  fail_unless (cancel (show, a));
  fail_if (cancel (show, a));
  fail_unless (cancel (show, c));
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (1), NULL);
  fail_if (cancel (show, b));
  end (show);
  fail_unless (show_pull (show) == NULL);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* ---- At random ---- */

#define N_REQUESTS 300

typedef struct
{
  guint id;
  gint which[6];
  gboolean is_cancelled;
} Asked;

/* Small tiles are made at once; large ones leave the cache. */
static const struct
{
  const gchar *properties;
  Expected like;
} sizes[] = {
  {"prefetch=1", {0}},
  {"tile-width=240 tile-height=160 cache-size=3000000 prefetch=3",
      {.tile_width = 240,.tile_height = 160}},
};

static void
ask (Show * show, const Photos * photos, Asked * asked)
{
  const guint n = 1 + random_below (5);
  guint i;

  for (i = 0; i < n; i++)
    asked->which[i] = random_below (photos->n);
  asked->which[n] = -1;
  asked->id = show_request (show, photos, asked->which);
  fail_unless (asked->id > 0);
}

/* Pulls strips until those that were asked for are through. */
static guint
pull_some (Show * show, const Photos * photos, const Expected * like,
    const Asked * asked, guint next, guint n)
{
  while (next < n) {
    if (!asked[next].is_cancelled) {
      assert_strip (show_pull (show), photos, asked[next].which, like);
      if (random_below (3) == 0)
        return next + 1;
    }
    next++;
  }

  return next;
}

GST_START_TEST (requests_and_cancels_at_random)
{
  Photos *photos = photos_new (12);
  Show *show = show_new (sizes[__i__].properties, "");
  Asked *asked = g_new0 (Asked, N_REQUESTS);
  guint next = 0;
  guint n = 0;

  random_begin ();
  show_play (show);
  while (n < N_REQUESTS) {
    ask (show, photos, &asked[n++]);
    if (random_below (4) == 0) {
      Asked *old = &asked[next + random_below (n - next)];

      if (!old->is_cancelled)
        old->is_cancelled = cancel (show, old->id);
    }
    if (n - next > random_below (8))
      next = pull_some (show, photos, &sizes[__i__].like, asked, next, n);
  }
  end (show);
  while (next < n)
    next = pull_some (show, photos, &sizes[__i__].like, asked, next, n);
  fail_unless (show_pull (show) == NULL);
  fail_unless (show_get_stat (show, "bytes-max")
      <= (__i__ == 0 ? 50000000 : 3000000));
  g_free (asked);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("requests");
  TCase *tc = tcase_create ("requests");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, strips_come_in_their_order);
  tcase_add_test (tc, the_end_comes_after_the_last);
  tcase_add_test (tc, refused);
  tcase_add_test (tc, the_same_again_is_kept);
  tcase_add_test (tc, in_turn_is_kept);
  tcase_add_test (tc, what_is_cancelled_does_not_come);
  tcase_add_loop_test (tc, requests_and_cancels_at_random, 0,
      N_ELEMENTS (sizes));

  return run_suite (argc, argv, suite, __FILE__);
}
