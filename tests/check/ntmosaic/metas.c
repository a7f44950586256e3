/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The boxes of the frames go along to the strip, and no other meta does. */

#include "rig/rig.h"
#include "walls_site.h"

#define ROI_API GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE

#define MOST_BOXES 6

/* ---- A model of the boxes ---- */

/* A box that the test puts on a frame. */
typedef struct
{
  gint x;                       /* in the frame */
  gint y;
  guint w;
  guint h;
  gint id;
  gint parent_id;
  guint mark;                   /* value of its parameter; 0: it has none */

  gboolean is_kept;             /* filled in by place_box() */
  WallRect rect;                /* in the strip; the same */
} Box;

/* Goes along the edges between pixels, and finds those that belong to both, the
 * frame and the box. */
static gboolean
place_side (gint start, guint size, guint frame_size, guint * first,
    guint * last)
{
  guint n_edges = 0;
  guint edge;

  for (edge = 0; edge <= frame_size; edge++) {
    if (edge < (gint64) start || edge > (gint64) start + size)
      continue;
    if (n_edges++ == 0)
      *first = edge;
    *last = edge;
  }

  return size > 0 ? n_edges > 1 : n_edges > 0;
}

static void
place_box (Box * box, const WallRect * frame)
{
  guint left = 0;
  guint right = 0;
  guint top = 0;
  guint bottom = 0;

  box->is_kept = place_side (box->x, box->w, frame->width, &left, &right)
      && place_side (box->y, box->h, frame->height, &top, &bottom);
  if (box->is_kept)
    box->rect = (WallRect) {
    frame->x + left, frame->y + top, right - left, bottom - top};
}

static void
put_box (GstBuffer * frame, const Box * box)
{
  GstVideoRegionOfInterestMeta *meta =
      gst_buffer_add_video_region_of_interest_meta (frame, "test-box",
      (guint) box->x, (guint) box->y, box->w, box->h);

  meta->id = box->id;
  meta->parent_id = box->parent_id;
  if (box->mark > 0) {
    gst_video_region_of_interest_meta_add_param (meta,
        gst_structure_new ("test/mark", "mark", G_TYPE_UINT, box->mark, NULL));
    gst_video_region_of_interest_meta_add_param (meta,
        gst_structure_new ("test/more", "mark", G_TYPE_UINT, box->mark + 1,
            NULL));
  }
}

/* ---- What a strip has ---- */

static gboolean
is_tile (const GstVideoRegionOfInterestMeta * meta)
{
  return meta->roi_type == g_quark_from_static_string ("tile");
}

/* The boxes of @strip, in their order. Fails the test if two metas have the
 * same id, or if there is any meta besides boxes and tiles. */
static GPtrArray *
get_boxes (GstBuffer * strip)
{
  GHashTable *ids = g_hash_table_new (NULL, NULL);
  GPtrArray *boxes = g_ptr_array_new ();
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta (strip, &state))) {
    GstVideoRegionOfInterestMeta *box = (GstVideoRegionOfInterestMeta *) meta;

    fail_unless (meta->info->api == ROI_API, "there is a %s",
        g_type_name (meta->info->api));
    fail_unless (g_hash_table_add (ids, GINT_TO_POINTER (box->id)),
        "the id %d is there twice", box->id);
    if (!is_tile (box))
      g_ptr_array_add (boxes, box);
  }
  g_hash_table_unref (ids);

  return boxes;
}

static guint
count_boxes (GstBuffer * strip)
{
  GPtrArray *boxes = get_boxes (strip);
  const guint n = boxes->len;

  g_ptr_array_unref (boxes);
  return n;
}

static void
check_mark (GstVideoRegionOfInterestMeta * meta, const gchar * name, guint mark)
{
  const GstStructure *param =
      gst_video_region_of_interest_meta_get_param (meta, name);
  guint value;

  fail_unless_equals_int (param != NULL, mark > 0);
  if (mark == 0)
    return;
  fail_unless (gst_structure_get_uint (param, "mark", &value));
  fail_unless_equals_int (value, mark);
}

static void
check_origin (GstVideoRegionOfInterestMeta * meta, guint pad, const Box * box)
{
  const GstStructure *param = gst_video_region_of_interest_meta_get_param (meta,
      "application/x-ntmosaic-box");
  guint of_pad;
  gint id;
  gint parent_id;

  fail_unless (param != NULL);
  fail_unless (gst_structure_get (param, "pad", G_TYPE_UINT, &of_pad,
          "id", G_TYPE_INT, &id, "parent-id", G_TYPE_INT, &parent_id, NULL));
  fail_unless_equals_int (of_pad, pad);
  fail_unless_equals_int (id, box->id);
  fail_unless_equals_int (parent_id, box->parent_id);
}

static void
check_box (GstVideoRegionOfInterestMeta * meta, guint pad, const Box * box)
{
  fail_unless_equals_string (g_quark_to_string (meta->roi_type), "test-box");
  fail_unless_equals_int (meta->x, box->rect.x);
  fail_unless_equals_int (meta->y, box->rect.y);
  fail_unless_equals_int (meta->w, box->rect.width);
  fail_unless_equals_int (meta->h, box->rect.height);
  check_origin (meta, pad, box);
  check_mark (meta, "test/mark", box->mark);
  check_mark (meta, "test/more", box->mark > 0 ? box->mark + 1 : 0);
}

/* @metas: those of the kept ones of @boxes, which belong to one frame. */
static void
check_parents (GstVideoRegionOfInterestMeta ** metas, const Box * boxes,
    guint n_boxes)
{
  guint child;
  guint i;

  for (child = 0; child < n_boxes; child++) {
    gint expected = 0;

    if (!boxes[child].is_kept)
      continue;
    for (i = 0; i < n_boxes && expected == 0; i++)
      if (boxes[child].parent_id != 0 && boxes[i].is_kept
          && boxes[i].id == boxes[child].parent_id)
        expected = metas[i]->id;
    fail_unless_equals_int (metas[child]->parent_id, expected);
  }
}

/* ---- Boxes at random ---- */

typedef struct
{
  Site site;
  Box boxes[WALL_MOST_TILES][MOST_BOXES];
  guint n_boxes[WALL_MOST_TILES];
  gboolean has_tile_metas;
  guint n_checked;
} Shop;

static void
shop_init (Shop * shop, guint32 seed)
{
  site_init (&shop->site, seed);
  shop->has_tile_metas = TRUE;
  shop->n_checked = 0;
}

static void
choose_box (Shop * shop, guint i, Box * box)
{
  Site *site = &shop->site;
  const WallTile *tile = &site->wall.tiles[i];

  *box = (Box) {
    .x = (gint) site_dice (site, tile->width + 9) - 6,
    .y = (gint) site_dice (site, tile->height + 9) - 6,
    .w = site_dice (site, tile->width + 3),
    .h = site_dice (site, tile->height + 3),
    .id = (gint) site_dice (site, 8) - 2,
    .parent_id = site_dice (site, 3) ? 0 : (gint) site_dice (site, 8) - 2,
    .mark = site_dice (site, 3) * 10,
  };
  if (site_dice (site, 30) == 0)
    box->w = G_MAXUINT - site_dice (site, 3);
}

/* A frame that is copied on arrival, or held by the test; or a gap. Pads whose
 * number is even have no boxes for a while. */
static void
push_with_boxes (Shop * shop, guint i)
{
  Site *site = &shop->site;
  WallTile *tile = &site->wall.tiles[i];
  GstBuffer *frame;
  guint k;

  shop->n_boxes[i] = 0;
  gst_clear_buffer (&site->stills[i]);
  tile->has_frame = site_dice (site, 6) > 0;
  if (!tile->has_frame) {
    test_input_push_gap (site->inputs[i], site->n_sent);
    return;
  }

  tile->seed = g_rand_int (site->rand);
  frame = test_frame_new (site->wall.format, tile->width, tile->height, 0, 0,
      tile->seed);
  if (site_dice (site, 4) > 0)
    shop->n_boxes[i] = site_dice (site, MOST_BOXES + 1);
  for (k = 0; k < shop->n_boxes[i]; k++) {
    choose_box (shop, i, &shop->boxes[i][k]);
    put_box (frame, &shop->boxes[i][k]);
  }
  if (site_dice (site, 2))
    site->stills[i] = gst_buffer_ref (frame);
  test_input_push_nth (site->inputs[i], frame, site->n_sent);
}

static void
check_boxes (Shop * shop, GstBuffer * strip)
{
  const Wall *wall = &shop->site.wall;
  GPtrArray *found = get_boxes (strip);
  guint n = 0;
  guint i;
  guint k;

  for (i = 0; i < wall->n_tiles; i++) {
    GstVideoRegionOfInterestMeta *metas[MOST_BOXES];

    for (k = 0; k < shop->n_boxes[i]; k++) {
      Box *box = &shop->boxes[i][k];

      place_box (box, &wall->tiles[i].frame);
      if (!box->is_kept)
        continue;
      fail_unless (n < found->len, "a box is missing");
      metas[k] = found->pdata[n++];
      check_box (metas[k], wall->tiles[i].pad, box);
    }
    check_parents (metas, shop->boxes[i], shop->n_boxes[i]);
  }
  fail_unless_equals_int (found->len, n);
  g_ptr_array_unref (found);
  shop->n_checked += n;
}

/* The ids of tiles are the pads' numbers. */
static void
check_tiles (Shop * shop, GstBuffer * strip)
{
  const Wall *wall = &shop->site.wall;
  guint i;

  for (i = 0; i < wall->n_tiles; i++) {
    const GstVideoRegionOfInterestMeta *meta =
        gst_buffer_get_video_region_of_interest_meta_id (strip,
        wall->tiles[i].pad);

    fail_unless_equals_int (meta != NULL, shop->has_tile_metas);
    fail_unless (meta == NULL || is_tile (meta));
  }
}

static void
run_shop (Shop * shop)
{
  Site *site = &shop->site;
  GstBuffer *strip;
  GstCaps *caps;
  guint i;

  if (site_dice (site, 4) == 0) {
    shop->has_tile_metas = site_dice (site, 2);
    g_object_set (site->rig->element, "tile-meta", shop->has_tile_metas, NULL);
  }
  for (i = 0; i < site->wall.n_tiles; i++)
    push_with_boxes (shop, i);
  strip = test_rig_pull (site->rig, &caps);
  wall_assert (&site->wall, strip, caps);
  check_boxes (shop, strip);
  check_tiles (shop, strip);
  site->n_sent++;
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
}

GST_START_TEST (at_random)
{
  Shop shop;
  guint n;

  shop_init (&shop, 100 + __i__);
  site_choose_format (&shop.site);
  for (n = 0; n < 4; n++)
    site_add_pad_at_random (&shop.site);
  site_make_possible (&shop.site);
  for (n = 0; n < 120; n++) {
    run_shop (&shop);
    site_change_at_random (&shop.site);
  }
  fail_unless (shop.n_checked > 200);
  site_clear (&shop.site);
}

GST_END_TEST;

/* ---- Which frames' boxes ---- */

static GstBuffer *
new_frame_with_box (guint32 seed, gint x)
{
  const Box box = {.x = x,.y = 1,.w = 2,.h = 2,.id = 7,.mark = 30 };
  GstBuffer *frame = test_frame_new_small (seed, 0, TEST_STEP);

  put_box (frame, &box);
  return frame;
}

/* Fails the test unless the next strip has one box, which begins at @x; or none
 * if @x is negative. */
static void
expect_box_at (TestRig * rig, gint x)
{
  GstBuffer *strip = test_rig_pull (rig, NULL);
  GPtrArray *boxes = get_boxes (strip);

  fail_unless_equals_int (boxes->len, x >= 0);
  if (x >= 0) {
    const GstVideoRegionOfInterestMeta *box = boxes->pdata[0];

    fail_unless_equals_int (box->x, x);
    fail_unless_equals_int (box->y, 1);
  }
  g_ptr_array_unref (boxes);
  gst_buffer_unref (strip);
}

/* The frame for strip @n and the three after it. */
static void
push_long_frame (TestRig * rig, guint n)
{
  GstBuffer *frame = new_frame_with_box (n, n / 4);

  GST_BUFFER_PTS (frame) = n * TEST_STEP;
  GST_BUFFER_DURATION (frame) = 4 * TEST_STEP;
  gst_harness_push (test_rig_input (rig, 0), frame);
}

/* A frame that is in several strips has its boxes on each of them. One frame is
 * always in the queue. */
GST_START_TEST (repeated_frame)
{
  TestRig *rig = test_rig_new_small (2);
  guint n;

  push_long_frame (rig, 0);
  for (n = 0; n < 36; n++) {
    if (n % 4 == 1)
      push_long_frame (rig, n / 4 * 4 + 4);
    test_rig_push (rig, 1, 100 + n, n);
    expect_box_at (rig, n / 4);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* The tile is kept, because the memory is the same, but the boxes are those of
 * the buffer that came last. */
GST_START_TEST (still_with_other_boxes)
{
  GstBuffer *still = test_frame_new_small (1, 0, TEST_STEP);
  TestRig *rig = test_rig_new_small (1);
  guint n;

  for (n = 0; n < 10; n++) {
    const Box box = {.x = n,.y = 1,.w = 2,.h = 2 };
    GstBuffer *frame = gst_buffer_copy (still);

    if (n % 3 > 0)
      put_box (frame, &box);
    test_input_push_nth (test_rig_input (rig, 0), frame, n);
    expect_box_at (rig, n % 3 > 0 ? (gint) n : -1);
  }
  fail_unless (test_get_stat (rig->element, "tiles-kept") >= 7);
  gst_buffer_unref (still);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (copied_on_arrival)
{
  TestRig *rig = test_rig_new_small (2);
  guint n;

  for (n = 0; n < 20; n++) {
    test_rig_push (rig, 0, n, n);
    test_input_push_nth (test_rig_input (rig, 1),
        new_frame_with_box (100 + n, n % 10), n);
    expect_box_at (rig, TEST_TILE_WIDTH + n % 10);
  }
  test_expect_stat (rig, "tiles-on-arrival", 2 * 19);
  test_rig_free (rig);
}

GST_END_TEST;

/* A frame that can't be shown has no boxes, and neither has a pad at EOS. */
GST_START_TEST (background)
{
  TestRig *rig = test_rig_new_small (2);
  GstBuffer *frame;

  test_rig_push (rig, 0, 1, 0);
  test_input_push_nth (test_rig_input (rig, 1), new_frame_with_box (2, 3), 0);
  expect_box_at (rig, TEST_TILE_WIDTH + 3);

  test_rig_push (rig, 0, 1, 1);
  frame = new_frame_with_box (2, 3);
  gst_buffer_resize (frame, 0, 20);
  test_input_push_nth (test_rig_input (rig, 1), frame, 1);
  expect_box_at (rig, -1);
  test_rig_expect_warning (rig, "sink_1", "20 bytes");

  test_rig_push (rig, 0, 1, 2);
  test_input_push_nth (test_rig_input (rig, 1), new_frame_with_box (2, 3), 2);
  expect_box_at (rig, TEST_TILE_WIDTH + 3);

  test_rig_push (rig, 0, 1, 3);
  test_input_end (test_rig_input (rig, 1));
  expect_box_at (rig, -1);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Ids ---- */

/* Boxes go on behind the highest number of a pad, and from the highest number
 * that an id can be with the lowest one. */
GST_START_TEST (highest_pad_number)
{
  TestRig *rig = test_rig_new (0);
  GstBuffer *strip;
  GPtrArray *boxes;

  g_object_set (rig->element, "tile-meta", TRUE, NULL);
  test_input_set_small_caps (test_rig_add (rig, "sink_0"));
  test_input_set_small_caps (test_rig_add (rig, "sink_2147483647"));
  test_input_push (test_rig_input (rig, 0), new_frame_with_box (1, 1));
  test_input_push (test_rig_input (rig, 1), new_frame_with_box (2, 2));
  strip = test_rig_pull (rig, NULL);
  boxes = get_boxes (strip);
  fail_unless_equals_int (boxes->len, 2);
  fail_unless (gst_buffer_get_video_region_of_interest_meta_id (strip,
          G_MININT) == boxes->pdata[0]);
  fail_unless (gst_buffer_get_video_region_of_interest_meta_id (strip,
          G_MININT + 1) == boxes->pdata[1]);
  g_ptr_array_unref (boxes);
  gst_buffer_unref (strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* Each box but the first is part of the one before it. */
GST_START_TEST (many_boxes)
{
  TestRig *rig = test_rig_new_small (16);
  GstBuffer *strip;
  GPtrArray *boxes;
  guint i;
  gint k;

  for (i = 0; i < 16; i++) {
    GstBuffer *frame = test_frame_new_small (i, 0, TEST_STEP);

    for (k = 1; k <= 500; k++)
      put_box (frame, &(Box) {.w = 1,.h = 1,.id = k,.parent_id = k - 1});
    test_input_push (test_rig_input (rig, i), frame);
  }
  strip = test_rig_pull (rig, NULL);
  boxes = get_boxes (strip);
  fail_unless_equals_int (boxes->len, 16 * 500);
  for (i = 0; i < boxes->len; i++) {
    const GstVideoRegionOfInterestMeta *box = boxes->pdata[i];

    fail_unless_equals_int (box->x, i / 500 * TEST_TILE_WIDTH);
    fail_unless_equals_int (box->parent_id, i % 500 ? box->id - 1 : 0);
  }
  g_ptr_array_unref (boxes);
  gst_buffer_unref (strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Strips of strips ---- */

static guint
get_pad (const GstVideoRegionOfInterestMeta * meta, guint n)
{
  const GstStructure *param = g_list_nth_data (meta->params, n);
  guint pad;

  fail_unless_equals_string (gst_structure_get_name (param),
      "application/x-ntmosaic-box");
  fail_unless (gst_structure_get_uint (param, "pad", &pad));
  return pad;
}

/* The tiles of the inner strip are boxes of the outer one. The first structure
 * is about the outer strip. */
GST_START_TEST (strip_in_a_strip)
{
  TestRig *inner = test_rig_new_small (3);
  TestRig *outer = test_rig_new (2);
  GstVideoRegionOfInterestMeta *meta;
  gpointer state = NULL;
  GstBuffer *strip;
  guint n_tiles = 0;
  guint i;

  g_object_set (inner->element, "tile-meta", TRUE, NULL);
  for (i = 0; i < 3; i++)
    test_input_push (test_rig_input (inner, i), new_frame_with_box (i, i));
  test_input_set_small_caps (test_rig_input (outer, 0));
  test_input_set_caps_full (test_rig_input (outer, 1), "RGBA",
      3 * TEST_TILE_WIDTH, TEST_TILE_HEIGHT, TEST_FPS, 1);
  test_rig_push (outer, 0, 1, 0);
  test_input_push (test_rig_input (outer, 1), test_rig_pull (inner, NULL));
  strip = test_rig_pull (outer, NULL);

  for (i = 0; (meta = (GstVideoRegionOfInterestMeta *)
          gst_buffer_iterate_meta_filtered (strip, &state, ROI_API)); i++) {
    fail_unless_equals_int (get_pad (meta, 0), 1);
    if (is_tile (meta)) {
      fail_unless_equals_int (meta->x, (1 + n_tiles++) * TEST_TILE_WIDTH);
      continue;
    }
    fail_unless_equals_int (get_pad (meta, 1), i - 3);
    fail_unless_equals_int (meta->x, (1 + i - 3) * TEST_TILE_WIDTH + i - 3);
  }
  fail_unless_equals_int (n_tiles, 3);
  fail_unless_equals_int (i, 6);
  gst_buffer_unref (strip);
  test_rig_free (outer);
  test_rig_free (inner);
}

GST_END_TEST;

/* ---- Other metas ---- */

static const gchar *const no_tag[] = { NULL };
static const gchar *const video[] = { "video", NULL };
static const gchar *const size[] = { "video", "size", NULL };
static const gchar *const orientation[] = { "video", "orientation", NULL };
static const gchar *const colorspace[] = { "video", "colorspace", NULL };
static const gchar *const memory[] = { "memory", NULL };
static const gchar *const reference[] = { "memory-reference", NULL };
static const gchar *const own[] = { "test-tag", NULL };

static const struct
{
  const gchar *name;
  const gchar *const *tags;
} customs[] = {
  {"NtmTestNoTag", no_tag},
  {"NtmTestVideo", video},
  {"NtmTestSize", size},
  {"NtmTestOrientation", orientation},
  {"NtmTestColorspace", colorspace},
  {"NtmTestMemory", memory},
  {"NtmTestReference", reference},
  {"NtmTestOwn", own},
};

/* Once in a process: under valgrind, all cases run in one. */
static void
register_customs (void)
{
  guint i;

  if (gst_meta_get_info (customs[0].name) != NULL)
    return;
  for (i = 0; i < G_N_ELEMENTS (customs); i++)
    fail_unless (gst_meta_register_custom (customs[i].name,
            (const gchar **) customs[i].tags, NULL, NULL, NULL) != NULL);
}

static void
put_other_metas (GstBuffer * frame)
{
  static const guint8 caption[] = { 0x80, 0x80, 0x80 };
  GstCaps *ntp = gst_caps_new_empty_simple ("timestamp/x-ntp");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (customs); i++)
    fail_unless (gst_buffer_add_custom_meta (frame, customs[i].name) != NULL);
  gst_buffer_add_reference_timestamp_meta (frame, ntp, 5, GST_CLOCK_TIME_NONE);
  gst_caps_unref (ntp);
  gst_buffer_add_video_caption_meta (frame, GST_VIDEO_CAPTION_TYPE_CEA608_RAW,
      caption, sizeof (caption));
  gst_buffer_add_video_time_code_meta_full (frame, 25, 1, NULL, 0, 0, 0, 0, 0,
      0);
  gst_buffer_add_video_afd_meta (frame, 0, GST_VIDEO_AFD_SPEC_ATSC_A53,
      GST_VIDEO_AFD_4_3_FULL_16_9_FULL);
  gst_buffer_add_video_bar_meta (frame, 0, TRUE, 1, 1);
  gst_buffer_add_video_affine_transformation_meta (frame);
  gst_buffer_add_video_crop_meta (frame)->width = 1;
}

/* Boxes among other metas, in frames that are copied early or late. With a
 * single pad, all is the same. */
GST_START_TEST (other_metas)
{
  const guint n_pads = 1 + __i__;
  TestRig *rig = test_rig_new_small (n_pads);
  guint n;
  guint i;

  register_customs ();
  for (n = 0; n < 6; n++) {
    GstBuffer *held[2] = { NULL, NULL };
    GstBuffer *strip;

    for (i = 0; i < n_pads; i++) {
      GstBuffer *frame = test_frame_new_small (n, 0, TEST_STEP);

      put_box (frame, &(Box) {.w = 1,.h = 1});
      put_other_metas (frame);
      put_box (frame, &(Box) {.x = 1,.w = 1,.h = 1});
      if (n % 2)
        held[i] = gst_buffer_ref (frame);
      test_input_push_nth (test_rig_input (rig, i), frame, n);
    }
    strip = test_rig_pull (rig, NULL);
    fail_unless_equals_int (count_boxes (strip), 2 * n_pads);
    gst_buffer_unref (strip);
    for (i = 0; i < n_pads; i++)
      gst_clear_buffer (&held[i]);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* Upstream can ask whether boxes are of use. */
GST_START_TEST (allocation_query)
{
  TestRig *rig = test_rig_new_small (1);
  GstCaps *caps = test_caps_new ("RGBA", TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
      TEST_FPS, 1);
  GstQuery *query = gst_query_new_allocation (caps, FALSE);

  fail_unless (gst_pad_peer_query (test_rig_input (rig, 0)->srcpad, query));
  fail_unless (gst_query_find_allocation_meta (query, ROI_API, NULL));
  gst_query_unref (query);
  gst_caps_unref (caps);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (metas)
{
  tcase_add_loop_test (tc, at_random, 0, 4);
  tcase_add_test (tc, repeated_frame);
  tcase_add_test (tc, still_with_other_boxes);
  tcase_add_test (tc, copied_on_arrival);
  tcase_add_test (tc, background);
  tcase_add_test (tc, highest_pad_number);
  tcase_add_test (tc, many_boxes);
  tcase_add_test (tc, strip_in_a_strip);
  tcase_add_loop_test (tc, other_metas, 0, 2);
  tcase_add_test (tc, allocation_query);
}
