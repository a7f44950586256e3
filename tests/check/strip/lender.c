/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The lender and its pools: who is lent a tile, who is put to the test, and
 * what others get. */

#include "lending_support.h"

/* As the lender has them. */
#define PROBATION_FRAMES 3
#define SPOT_CHECK_INTERVAL 256

/* Writes the next frame of @pool, shows it and drops it. */
static Where
use_frame (Fixture * f, guint i)
{
  GstBuffer *frame = lend_painted (f, i);
  const Where where = where_is (frame);

  fail_if (gst_nt_lender_inspect (f->lenders[i], frame));
  gst_buffer_unref (frame);

  return where;
}

GST_START_TEST (test_probation)
{
  Fixture f;
  guint n;

  setup (&f, 2);
  distrust (&f, 1);
  for (n = 0; n < PROBATION_FRAMES; n++)
    fail_unless_equals_int (use_frame (&f, 1), GUARDED);
  fail_unless_equals_int (use_frame (&f, 1), TILE);
  teardown (&f);
}

GST_END_TEST;

/* Only what came back tells anything, and once. */
GST_START_TEST (test_probation_of_many_ahead)
{
  GstBuffer *frames[PROBATION_FRAMES + 1];
  Fixture f;
  guint n;

  setup (&f, 2);
  distrust (&f, 1);
  for (n = 0; n < G_N_ELEMENTS (frames); n++) {
    frames[n] = lend_painted (&f, 1);
    fail_unless_equals_int (where_is (frames[n]), GUARDED);
  }
  for (n = 0; n < 2 * PROBATION_FRAMES; n++)
    fail_if (gst_nt_lender_inspect (f.lenders[1], frames[0]));
  fail_unless_equals_int (use_frame (&f, 1), GUARDED);
  fail_if (gst_nt_lender_inspect (f.lenders[1], frames[1]));
  fail_unless_equals_int (use_frame (&f, 1), TILE);
  for (n = 0; n < G_N_ELEMENTS (frames); n++)
    gst_buffer_unref (frames[n]);
  teardown (&f);
}

GST_END_TEST;

/* A frame that nobody wrote to is no proof. */
GST_START_TEST (test_probation_of_unwritten_frames)
{
  Fixture f;
  guint n;

  setup (&f, 2);
  distrust (&f, 1);
  for (n = 0; n < 3 * PROBATION_FRAMES; n++)
    gst_buffer_unref (lend (&f, 1));
  for (n = 0; n < PROBATION_FRAMES; n++)
    fail_unless_equals_int (use_frame (&f, 1), GUARDED);
  fail_unless_equals_int (use_frame (&f, 1), TILE);
  teardown (&f);
}

GST_END_TEST;

/* With another pool upstream may do other things: frames of the one before say
 * nothing about it. */
GST_START_TEST (test_probation_of_each_pool)
{
  GstBuffer *old[PROBATION_FRAMES];
  Fixture f;
  guint n;

  setup (&f, 2);
  distrust (&f, 1);
  for (n = 0; n < PROBATION_FRAMES; n++)
    old[n] = lend_painted (&f, 1);
  distrust (&f, 1);
  for (n = 0; n < PROBATION_FRAMES; n++)
    gst_buffer_unref (old[n]);
  for (n = 0; n < PROBATION_FRAMES; n++)
    fail_unless_equals_int (use_frame (&f, 1), GUARDED);
  fail_unless_equals_int (use_frame (&f, 1), TILE);
  teardown (&f);
}

GST_END_TEST;

GST_START_TEST (test_spot_checks)
{
  Fixture f;
  guint n;

  setup (&f, 2);
  distrust (&f, 0);
  for (n = 0; n < PROBATION_FRAMES; n++)
    fail_unless_equals_int (use_frame (&f, 0), GUARDED);
  for (n = 0; n < 4 * SPOT_CHECK_INTERVAL; n++)
    fail_unless_equals_int (use_frame (&f, 0),
        n > 0 && n % SPOT_CHECK_INTERVAL == 0 ? GUARDED : TILE);
  teardown (&f);
}

GST_END_TEST;

/* From the first byte of the frame on. */
static const gssize beside[] = {
  -1, -4, ROW_BYTES, ROW_BYTES + 3, STRIP_STRIDE - 1,
  ROW_BYTES * 3 + 100, -500, FRAME_BYTES,
};

/* The same, in rows of the frame: above and below. */
static const gint beyond[] = { -1, -16, TILE_HEIGHT, TILE_HEIGHT + 15 };

static void
write_beside (GstBuffer * frame, guint way)
{
  guint8 *data = data_of (frame);
  const gssize stride = stride_of (frame);

  if (way < G_N_ELEMENTS (beside))
    data[beside[way]] ^= 1;
  else
    data[beyond[way - G_N_ELEMENTS (beside)] * stride + 17] ^= 0x80;
}

#define N_WAYS (G_N_ELEMENTS (beside) + G_N_ELEMENTS (beyond))

/* Fails unless it is told once, and no tile is lent any more. */
static void
expect_refusal (Fixture * f, guint i, GstBuffer * shown)
{
  guint n;

  fail_unless (gst_nt_lender_inspect (f->lenders[i], shown));
  fail_unless (gst_nt_lender_is_refused (f->lenders[i]));
  fail_if (gst_nt_lender_inspect (f->lenders[i], shown));
  for (n = 0; n < 2 * PROBATION_FRAMES; n++)
    fail_unless_equals_int (use_frame (f, i), TIGHT);
  fail_unless (gst_nt_lender_is_refused (f->lenders[i]));
}

GST_START_TEST (test_write_beside_the_rows)
{
  GstBuffer *frame;
  Fixture f;

  setup (&f, 2);
  distrust (&f, 2);
  use_frame (&f, 2);
  frame = lend_painted (&f, 2);
  write_beside (frame, __i__);
  fail_if (gst_nt_lender_is_refused (f.lenders[2]));
  expect_refusal (&f, 2, frame);
  gst_buffer_unref (frame);

  /* The others are not to blame. */
  fail_if (gst_nt_lender_is_refused (f.lenders[1]));
  fail_unless_equals_int (use_frame (&f, 1), TILE);
  teardown (&f);
}

GST_END_TEST;

/* The frame never comes to be shown; another one is told of. */
GST_START_TEST (test_write_beside_the_rows_and_drop)
{
  GstBuffer *other;
  GstBuffer *frame;
  Fixture f;

  setup (&f, 2);
  distrust (&f, 0);
  frame = lend_painted (&f, 0);
  write_beside (frame, __i__);
  gst_buffer_unref (frame);
  fail_unless (gst_nt_lender_is_refused (f.lenders[0]));
  other = new_frame (&f);
  expect_refusal (&f, 0, other);
  gst_buffer_unref (other);
  teardown (&f);
}

GST_END_TEST;

/* One that goes astray late is found by a spot check, however many views it has
 * by then; they stay its own. */
GST_START_TEST (test_write_beside_the_rows_late)
{
  GstBuffer *view;
  GstBuffer *frame;
  Fixture f;
  guint n;

  setup (&f, 2);
  distrust (&f, 0);
  for (n = 0; n < PROBATION_FRAMES + SPOT_CHECK_INTERVAL - 1; n++)
    use_frame (&f, 0);
  view = lend_painted (&f, 0);
  fail_unless_equals_int (where_is (view), TILE);
  frame = lend_painted (&f, 0);
  fail_unless_equals_int (where_is (frame), GUARDED);
  write_beside (frame, 2);
  expect_refusal (&f, 0, frame);
  gst_buffer_unref (frame);
  paint (&f, view);
  gst_buffer_unref (view);
  teardown (&f);
}

GST_END_TEST;

/* Whoever was refused stays so. */
GST_START_TEST (test_refused_for_good)
{
  GstBuffer *frame;
  Fixture f;

  setup (&f, 2);
  distrust (&f, 0);
  frame = lend_painted (&f, 0);
  write_beside (frame, 0);
  expect_refusal (&f, 0, frame);
  gst_buffer_unref (frame);
  distrust (&f, 0);
  fail_unless_equals_int (use_frame (&f, 0), TIGHT);
  teardown (&f);
}

GST_END_TEST;

/* Another lender's frame is looked at on its own lender's behalf. */
GST_START_TEST (test_inspect_of_anothers_frame)
{
  GstBuffer *frame;
  Fixture f;

  setup (&f, 2);
  distrust (&f, 0);
  frame = lend_painted (&f, 0);
  write_beside (frame, 0);
  fail_if (gst_nt_lender_inspect (f.lenders[1], frame));
  fail_if (gst_nt_lender_is_refused (f.lenders[1]));
  gst_buffer_unref (frame);
  fail_unless (gst_nt_lender_is_refused (f.lenders[0]));
  teardown (&f);
}

GST_END_TEST;

GST_START_TEST (test_trusting)
{
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 2 * SPOT_CHECK_INTERVAL; n++)
    fail_unless_equals_int (use_frame (&f, 0), TILE);
  teardown (&f);
}

GST_END_TEST;

GST_START_TEST (test_no_tile)
{
  GstNtLayout *other = new_layout (TILE_WIDTH, TILE_HEIGHT);
  Fixture f;

  setup (&f, 2);
  gst_nt_lender_set_tile (f.lenders[0], NULL, 0);
  fail_unless_equals_int (use_frame (&f, 0), TIGHT);
  gst_nt_lender_set_tile (f.lenders[0], other, 0);
  fail_unless_equals_int (use_frame (&f, 0), TIGHT);
  gst_nt_lender_set_tile (f.lenders[0], f.layout, 2);
  fail_unless_equals_int (use_frame (&f, 0), TILE);
  gst_nt_strip_pool_clear (f.strips);
  fail_unless_equals_int (use_frame (&f, 0), TIGHT);

  /* Downstream's memory is used: ours is made only when that runs dry. */
  fail_unless (gst_nt_strip_pool_configure (f.strips, f.layout, 0, NULL, NULL));
  fail_unless_equals_int (use_frame (&f, 0), TIGHT);
  teardown (&f);
  gst_nt_layout_unref (other);
}

GST_END_TEST;

/* ---- What pools are configured for ---- */

typedef struct
{
  const gchar *format;          /* NULL: no caps */
  guint width;
  guint height;
  guint size;                   /* 0: that of the caps */
  gboolean meta;
  GstAllocationParams params;
  Where at_first;               /* by who isn't trusted */
  Where where;
} Wish;

#define SIZE TILE_WIDTH, TILE_HEIGHT

static const Wish wishes[] = {
  {"RGBA", SIZE, 0, TRUE, {0,}, GUARDED, TILE},
  {"xBGR", SIZE, 0, TRUE, {0,}, GUARDED, TILE},
  {"RGBA", SIZE, 0, TRUE, {.align = 7}, GUARDED, TILE},
  {"RGBA", SIZE, 1, TRUE, {0,}, GUARDED, TILE},

  /* The tiles don't do, but others might. */
  {"RGBA", TILE_WIDTH + 1, TILE_HEIGHT, 0, TRUE, {0,}, GUARDED, TIGHT},
  {"RGBA", TILE_WIDTH, TILE_HEIGHT - 1, 0, TRUE, {0,}, GUARDED, TIGHT},
  {"RGBA", SIZE, 0, TRUE, {.align = 15}, GUARDED, TIGHT},

  /* No tile ever does. */
  {"RGBA", SIZE, 0, FALSE, {0,}, TIGHT, TIGHT},
  {NULL, 0, 0, FRAME_BYTES, TRUE, {0,}, TIGHT, TIGHT},
  {NULL, 0, 0, 17, FALSE, {0,}, TIGHT, TIGHT},
  {"RGBA", SIZE, 0, TRUE, {.align = 255}, TIGHT, TIGHT},
  {"RGBA", SIZE, 0, TRUE, {.align = 8191}, TIGHT, TIGHT},
  {"RGBA", SIZE, 0, TRUE, {.padding = 33}, TIGHT, TIGHT},
  {"RGBA", SIZE, 0, TRUE, {.prefix = 5}, TIGHT, TIGHT},
  {"RGBA", SIZE, FRAME_BYTES + 1, TRUE, {0,}, TIGHT, TIGHT},
  {"RGBA", SIZE, 9 * FRAME_BYTES, TRUE, {0,}, TIGHT, TIGHT},
  {"I420", SIZE, 0, TRUE, {0,}, TIGHT, TIGHT},
  {"RGB", SIZE, 0, TRUE, {0,}, TIGHT, TIGHT},
};

/* A pool of @lender, and how many bytes a frame of it has at least. */
static GstBufferPool *
wish (GstNtLender * lender, const Wish * wish, gsize * bytes)
{
  GstBufferPool *pool = gst_nt_lender_new_pool (lender);
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = NULL;
  GstVideoInfo info;

  *bytes = wish->size;
  if (wish->format) {
    caps = new_caps (wish->format, wish->width, wish->height);
    fail_unless (gst_video_info_from_caps (&info, caps));
    *bytes = MAX (wish->size, GST_VIDEO_INFO_SIZE (&info));
  }
  gst_buffer_pool_config_set_params (config, caps, wish->size ? wish->size
      : *bytes, 1, 2);
  gst_buffer_pool_config_set_allocator (config, NULL, &wish->params);
  if (wish->meta)
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  gst_clear_caps (&caps);

  return pool;
}

/* As many frames as anybody likes, each with all that was asked for. */
static void
check_wish (GstNtLender * lender, const Wish * w, Where where)
{
  GstBuffer *frames[PROBATION_FRAMES];
  gsize bytes;
  GstBufferPool *pool = wish (lender, w, &bytes);
  guint n;

  for (n = 0; n < G_N_ELEMENTS (frames); n++) {
    const GstVideoMeta *meta;

    frames[n] = acquire (pool);
    meta = gst_buffer_get_video_meta (frames[n]);
    fail_unless_equals_int ((gsize) data_of (frames[n]) & w->params.align, 0);
    if (where == TIGHT) {
      fail_unless_equals_int (gst_buffer_get_size (frames[n]), bytes);
      fail_unless (meta == NULL || meta->stride[0] == (gint) w->width * 4);
    } else {
      fail_unless_equals_int (where_is (frames[n]), where);
      fail_unless (gst_buffer_get_size (frames[n]) >= FRAME_BYTES);
      fail_unless_equals_int (meta->width, w->width);
      fail_unless_equals_int (meta->height, w->height);
    }
    gst_buffer_memset (frames[n], 0, 0x77, where == TIGHT ? -1 : ROW_BYTES);
  }
  for (n = 0; n < G_N_ELEMENTS (frames); n++)
    gst_buffer_unref (frames[n]);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

GST_START_TEST (test_configurations)
{
  const Wish *w = &wishes[__i__];
  Fixture f;
  guint i;

  setup (&f, 2);
  for (i = 0; i < N_TILES; i++) {
    check_wish (f.lenders[i], w, w->where);
    gst_nt_lender_set_tile (f.lenders[i], NULL, 0);
    check_wish (f.lenders[i], w, TIGHT);
  }
  teardown (&f);
}

GST_END_TEST;

/* What can never be a tile needs no test, and a guarded frame would not be
 * what was asked for. */
GST_START_TEST (test_configurations_in_probation)
{
  const Wish *w = &wishes[__i__];
  Fixture f;

  setup (&f, 2);
  gst_nt_lender_set_trusting (f.lenders[0], FALSE);
  check_wish (f.lenders[0], w, w->at_first);
  teardown (&f);
}

GST_END_TEST;

GST_START_TEST (test_inactive_pool)
{
  GstBuffer *frame;
  GstBuffer *view;
  Fixture f;

  setup (&f, 2);
  view = lend_painted (&f, 0);
  gst_buffer_pool_set_flushing (f.pools[0], TRUE);
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (f.pools[0], &frame,
          NULL), GST_FLOW_FLUSHING);
  gst_buffer_pool_set_flushing (f.pools[0], FALSE);
  gst_buffer_unref (lend (&f, 0));
  gst_buffer_pool_set_active (f.pools[0], FALSE);
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (f.pools[0], &frame,
          NULL), GST_FLOW_FLUSHING);
  paint (&f, view);
  gst_buffer_unref (view);
  teardown (&f);
}

GST_END_TEST;

static Suite *
lender_suite (void)
{
  Suite *suite = suite_create ("lender");
  TCase *tcase = tcase_create ("lender");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_probation);
  tcase_add_test (tcase, test_probation_of_many_ahead);
  tcase_add_test (tcase, test_probation_of_unwritten_frames);
  tcase_add_test (tcase, test_probation_of_each_pool);
  tcase_add_test (tcase, test_spot_checks);
  tcase_add_loop_test (tcase, test_write_beside_the_rows, 0, N_WAYS);
  tcase_add_loop_test (tcase, test_write_beside_the_rows_and_drop, 0, N_WAYS);
  tcase_add_test (tcase, test_write_beside_the_rows_late);
  tcase_add_test (tcase, test_refused_for_good);
  tcase_add_test (tcase, test_inspect_of_anothers_frame);
  tcase_add_test (tcase, test_trusting);
  tcase_add_test (tcase, test_no_tile);
  tcase_add_loop_test (tcase, test_configurations, 0, G_N_ELEMENTS (wishes));
  tcase_add_loop_test (tcase, test_configurations_in_probation, 0,
      G_N_ELEMENTS (wishes));
  tcase_add_test (tcase, test_inactive_pool);

  return suite;
}

GST_CHECK_MAIN (lender);
