/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Sources share a cache: in one pipeline, and through a GstContext. */

#include "photos.h"

#define CONTEXT "ntmosaic.images"

static void
drain (Show * show, const Photos * photos)
{
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2), NULL);
  fail_unless (show_pull (show) == NULL);
}

/* Another source with the list of @photos in the pipeline of @show. */
static Show *
add_source (Show * show, const Photos * photos, const gchar * properties)
{
  static guint n = 1;
  Show *second = show_new_list (photos, properties, "");
  gchar *src = g_strdup_printf ("src-%u", ++n);
  gchar *sink = g_strdup_printf ("sink-%u", n);

  gst_object_ref (show->pipeline);
  gst_bin_remove (GST_BIN (second->pipeline), second->src);
  gst_bin_remove (GST_BIN (second->pipeline), second->sink);
  gst_object_unref (second->pipeline);
  second->pipeline = show->pipeline;
  gst_object_set_name (GST_OBJECT (second->src), src);
  gst_object_set_name (GST_OBJECT (second->sink), sink);
  g_free (src);
  g_free (sink);
  gst_bin_add_many (GST_BIN (show->pipeline), second->src, second->sink, NULL);
  fail_unless (gst_element_link (second->src, second->sink));

  return second;
}

GST_START_TEST (in_one_pipeline)
{
  Photos *photos = photos_new (3);
  Show *show = show_new_list (photos, "tiles=3", "");
  Show *second = add_source (show, photos, "tiles=3");

  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2), NULL);
  assert_strip (show_pull (second), photos, NUMBERS (0, 1, 2), NULL);
  fail_unless_equals_uint64 (show_get_stat (show, "decoded"), 3);
  fail_unless_equals_uint64 (show_get_stat (second, "decoded"), 3);
  show_free (second);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* An image that all of them want at once is decoded once. */
GST_START_TEST (many_sources_one_image)
{
  Photos *photos = photos_new (1);
  Show *shows[12];
  guint64 n = 0;
  guint i;

  shows[0] = show_new_list (photos, "tiles=1", "");
  for (i = 1; i < N_ELEMENTS (shows); i++)
    shows[i] = add_source (shows[0], photos, "tiles=1");
  show_play (shows[0]);
  for (i = 0; i < N_ELEMENTS (shows); i++) {
    assert_strip (show_pull (shows[i]), photos, NUMBERS (0), NULL);
    n += show_get_stat (shows[i], "hits") + show_get_stat (shows[i], "joined");
  }
  fail_unless_equals_uint64 (n, N_ELEMENTS (shows) - 1);
  fail_unless_equals_uint64 (show_get_stat (shows[0], "decoded"), 1);
  while (i-- > 0)
    show_free (shows[i]);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (not_with_other_limits)
{
  Photos *photos = photos_new (3);
  Show *show = show_new_list (photos, "tiles=3", "");
  Show *second = add_source (show, photos, "tiles=3 max-pixels=100");

  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2), NULL);
  gst_sample_unref (show_pull (second));
  fail_unless_equals_uint64 (show_get_failures (second, "too-large"), 3);
  fail_unless_equals_uint64 (show_get_stat (second, "decoded"), 0);
  fail_unless_equals_uint64 (show_get_stat (show, "decoded"), 3);
  show_free (second);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (by_a_context)
{
  Photos *photos = photos_new (3);
  Show *show = show_new_list (photos, "tiles=3", "");
  Show *second = show_new_list (photos, "tiles=3", "");
  GstContext *context;

  drain (show, photos);
  context = gst_element_get_context (show->src, CONTEXT);
  fail_unless (context != NULL);
  gst_element_set_context (second->pipeline, context);
  gst_context_unref (context);
  drain (second, photos);
  fail_unless_equals_uint64 (show_get_stat (second, "misses"), 0);
  fail_unless_equals_uint64 (show_get_stat (second, "hits"), 3);
  show_free (show);
  show_free (second);
  photos_free (photos);
}

GST_END_TEST;

/* The larger budget counts: in the smaller one, images have to leave. */
GST_START_TEST (the_largest_budget_counts)
{
  Photos *photos = photos_new (12);
  Show *show = show_new_list (photos, "tiles=3 tile-width=400 tile-height=400 "
      "cache-size=6000000", "");
  Show *second = show_new_list (photos,
      "tiles=3 tile-width=400 tile-height=400 loop=true", "");
  GstContext *context;
  GstSample *sample;
  guint64 evictions;
  guint i;

  show_play (show);
  while ((sample = show_pull (show)))
    gst_sample_unref (sample);
  evictions = show_get_stat (show, "evictions");
  fail_unless (evictions > 0);

  context = gst_element_get_context (show->src, CONTEXT);
  gst_element_set_context (second->pipeline, context);
  gst_context_unref (context);
  show_play (second);
  for (i = 0; i < 20; i++)
    gst_sample_unref (show_pull (second));
  fail_unless_equals_uint64 (show_get_stat (second, "evictions"), evictions);
  show_free (second);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

static void
give_cache (Show * from, Show * to)
{
  GstContext *context = gst_element_get_context (from->src, CONTEXT);

  fail_unless (context != NULL);
  gst_element_set_context (to->pipeline, context);
  gst_context_unref (context);
}

/* A strip of three tiles has 3360 bytes. The budget is that of the cache, not
 * what the source asked for. */
GST_START_TEST (a_strip_larger_than_its_own_budget)
{
  Photos *photos = photos_new (3);
  Show *show = show_new_list (photos, "tiles=3", "");
  Show *second = show_new_list (photos, "tiles=3 cache-size=3000", "");

  drain (show, photos);
  give_cache (show, second);
  drain (second, photos);
  fail_unless_equals_uint64 (show_get_stat (second, "budget"), 50000000);
  fail_unless_equals_uint64 (show_get_stat (second, "hits"), 3);
  show_free (show);
  show_free (second);
  photos_free (photos);
}

GST_END_TEST;

/* A smaller budget holds from the next start on, if the source is alone. */
GST_START_TEST (a_smaller_budget)
{
  Photos *photos = photos_new (3);
  Show *show = show_new_list (photos, "tiles=3", "");
  Show *second = show_new_list (photos, "tiles=3 cache-size=40000000", "");

  drain (show, photos);
  fail_unless_equals_uint64 (show_get_stat (show, "images"), 3);
  give_cache (show, second);
  show_stop (show, GST_STATE_READY);
  g_object_set (show->src, "tiles", 1, "cache-size",
      (guint64) TILE_WIDTH * TILE_HEIGHT * 4, NULL);
  fail_unless (gst_element_set_state (show->pipeline, GST_STATE_PAUSED)
      != GST_STATE_CHANGE_FAILURE);
  fail_unless_equals_uint64 (show_get_stat (show, "budget"), 1120);
  fail_unless (show_get_stat (show, "bytes") <= 1120);
  show_stop (show, GST_STATE_READY);
  g_object_set (show->src, "tiles", 3, "cache-size", (guint64) 30000000, NULL);
  drain (show, photos);
  fail_unless_equals_uint64 (show_get_stat (show, "budget"), 30000000);

  /* With another source, the largest counts; without it, the own one again. */
  drain (second, photos);
  fail_unless_equals_uint64 (show_get_stat (show, "budget"), 40000000);
  show_stop (show, GST_STATE_READY);
  drain (show, photos);
  fail_unless_equals_uint64 (show_get_stat (show, "budget"), 40000000);
  gst_element_set_state (second->pipeline, GST_STATE_NULL);
  show_stop (show, GST_STATE_READY);
  drain (show, photos);
  fail_unless_equals_uint64 (show_get_stat (show, "budget"), 30000000);
  show_free (second);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* READY and back: from the cache. NULL: it is gone. */
GST_START_TEST (until_null)
{
  Photos *photos = photos_new (3);
  Show *show = show_new_list (photos, "tiles=3", "");

  drain (show, photos);
  show_stop (show, GST_STATE_READY);
  drain (show, photos);
  fail_unless_equals_uint64 (show_get_stat (show, "decoded"), 3);
  fail_unless_equals_uint64 (show_get_stat (show, "hits"), 3);
  show_stop (show, GST_STATE_NULL);
  fail_unless_equals_uint64 (show_get_stat (show, "bytes"), 0);
  drain (show, photos);
  fail_unless_equals_uint64 (show_get_stat (show, "hits"), 0);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("sharing");
  TCase *tc = tcase_create ("sharing");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, in_one_pipeline);
  tcase_add_test (tc, many_sources_one_image);
  tcase_add_test (tc, not_with_other_limits);
  tcase_add_test (tc, by_a_context);
  tcase_add_test (tc, the_largest_budget_counts);
  tcase_add_test (tc, a_strip_larger_than_its_own_budget);
  tcase_add_test (tc, a_smaller_budget);
  tcase_add_test (tc, until_null);

  return run_suite (argc, argv, suite, __FILE__);
}
