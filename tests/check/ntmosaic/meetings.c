/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Features where they meet: each strip is held against the model while
 * show-source, the size that downstream asks for, formats, pads that end, pads
 * that don't fit, bad frames, downstream's pools, held strips, flushes and
 * restarts come at random, and in any order. */

#include <string.h>

#include "rig/pixels.h"
#include "walls_site.h"

#define MOST_PADS 128
#define MOST_HELD 5

/* ---- What a pad does ---- */

typedef enum
{
  PAD_GOES_ON,
  PAD_HAS_ENDED,
  PAD_DOES_NOT_FIT,             /* it has another format than the others */
} PadState;

/* A strip that downstream holds, and its bytes when it came. */
typedef struct
{
  GstBuffer *strip;
  GstBuffer *copy;
  GstVideoInfo info;
} Held;

typedef struct
{
  Site site;
  PadState states[MOST_PADS];   /* by the numbers of the pads */
  gboolean repeats[MOST_PADS];  /* the same: repeat-after-eos */
  Held held[MOST_HELD];
  GstBufferPool *pool;          /* that downstream offers; NULL: none */
  GstAllocationParams params;   /* that downstream asks for */
  gboolean takes_meta;          /* GstVideoMeta */
  guint n_strips;
} Meeting;

/* ---- Downstream ---- */

static GstPadProbeReturn
answer_query (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  Meeting *meeting = user_data;
  GstCaps *caps;
  GstVideoInfo video;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;

  gst_query_parse_allocation (query, &caps, NULL);
  fail_unless (gst_video_info_from_caps (&video, caps));
  if (meeting->pool)
    gst_query_add_allocation_pool (query, meeting->pool,
        GST_VIDEO_INFO_SIZE (&video), 0, 3);
  if (meeting->takes_meta)
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_param (query, NULL, &meeting->params);

  return GST_PAD_PROBE_HANDLED;
}

/* A pool of memory of its own: GStreamer's, in a subclass. */
typedef struct
{
  GstVideoBufferPool parent;
} TestPool;

typedef struct
{
  GstVideoBufferPoolClass parent_class;
} TestPoolClass;

GType test_pool_get_type (void);

G_DEFINE_TYPE (TestPool, test_pool, GST_TYPE_VIDEO_BUFFER_POOL);

static void
test_pool_class_init (TestPoolClass * klass)
{
}

static void
test_pool_init (TestPool * pool)
{
}

static void
change_downstream (Meeting * meeting)
{
  Site *site = &meeting->site;

  meeting->takes_meta = site_dice (site, 2);
  gst_allocation_params_init (&meeting->params);
  meeting->params.align = (1 << site_dice (site, 8)) - 1;
  meeting->params.prefix = site_dice (site, 2) * site_dice (site, 100);
  meeting->params.padding = site_dice (site, 2) * site_dice (site, 100);
  gst_clear_object (&meeting->pool);
  if (site_dice (site, 3) == 0)
    meeting->pool = g_object_new (test_pool_get_type (), NULL);
  gst_harness_push_upstream_event (site->rig->out,
      gst_event_new_reconfigure ());
}

/* What downstream asks for from now on; 0: nothing. */
static void
ask_for (Site * site, guint width, guint height)
{
  GString *caps = g_string_new ("video/x-raw");

  if (width > 0)
    g_string_append_printf (caps, ",width=%u", width);
  if (height > 0)
    g_string_append_printf (caps, ",height=%u", height);
  gst_harness_set_sink_caps (site->rig->out, gst_caps_from_string (caps->str));
  gst_harness_push_upstream_event (site->rig->out,
      gst_event_new_reconfigure ());
  site->wall.min_width = width;
  site->wall.min_height = height;
  g_string_free (caps, TRUE);
}

/* The bytes between two rows are undefined. */
static void
assert_same_rows (GstVideoFrame * a, GstVideoFrame * b)
{
  const gsize row_bytes = (gsize) GST_VIDEO_FRAME_WIDTH (a)
      * GST_VIDEO_FRAME_COMP_PSTRIDE (a, 0);
  gint y;

  for (y = 0; y < GST_VIDEO_FRAME_HEIGHT (a); y++)
    fail_unless (memcmp ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (a, 0)
            + y * GST_VIDEO_FRAME_PLANE_STRIDE (a, 0),
            (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (b, 0)
            + y * GST_VIDEO_FRAME_PLANE_STRIDE (b, 0), row_bytes) == 0);
}

static void
give_back (Held * held)
{
  GstVideoFrame strip;
  GstVideoFrame copy;

  if (held->strip == NULL)
    return;
  fail_unless (gst_video_frame_map (&strip, &held->info, held->strip,
          GST_MAP_READ));
  fail_unless (gst_video_frame_map (&copy, &held->info, held->copy,
          GST_MAP_READ));
  assert_same_rows (&strip, &copy);
  gst_video_frame_unmap (&copy);
  gst_video_frame_unmap (&strip);
  gst_clear_buffer (&held->strip);
  gst_clear_buffer (&held->copy);
}

static void
hold (Meeting * meeting, GstBuffer * strip, const GstCaps * caps)
{
  Held *held = &meeting->held[site_dice (&meeting->site, MOST_HELD)];

  give_back (held);
  if (site_dice (&meeting->site, 2))
    return;
  fail_unless (gst_video_info_from_caps (&held->info, caps));
  held->strip = gst_buffer_ref (strip);
  held->copy = gst_buffer_copy_deep (strip);
}

/* ---- Frames ---- */

static GstBuffer *
make_frame (Meeting * meeting, const WallTile * tile)
{
  Site *site = &meeting->site;
  const guint row = tile->width * test_pixel_bytes (site->wall.format);
  GstBuffer *frame;
  gsize stride = 0;
  gsize offset = 0;

  if (site_dice (site, 3) == 0) {
    stride = row + site_dice (site, 40);
    offset = site_dice (site, 40);
  }
  if (site_dice (site, 6) == 0)
    frame = test_frame_new_upside_down (site->wall.format, tile->width,
        tile->height, MAX (stride, row), tile->seed);
  else
    frame = test_frame_new (site->wall.format, tile->width, tile->height,
        stride, offset, tile->seed);
  if (site_dice (site, 6) == 0)
    frame = test_frame_split (frame, 1 + site_dice (site, 200));
  if (site_dice (site, 3) == 0)
    gst_buffer_add_video_region_of_interest_meta (frame, "box",
        g_rand_int (site->rand), g_rand_int (site->rand),
        g_rand_int (site->rand), g_rand_int (site->rand));

  return frame;
}

static void
push_good (Meeting * meeting, guint i)
{
  Site *site = &meeting->site;
  WallTile *tile = &site->wall.tiles[i];
  GstBuffer *frame;

  gst_clear_buffer (&site->stills[i]);
  tile->has_frame = TRUE;
  tile->seed = g_rand_int (site->rand);
  frame = make_frame (meeting, tile);
  if (site_dice (site, 2))
    site->stills[i] = gst_buffer_ref (frame);
  test_input_push_nth (site->inputs[i], frame, site->n_sent);
}

/* Frames that are too short, or that a GstVideoMeta contradicts. */
static void
push_bad (Meeting * meeting, guint i)
{
  Site *site = &meeting->site;
  WallTile *tile = &site->wall.tiles[i];
  GstBuffer *frame;

  gst_clear_buffer (&site->stills[i]);
  tile->has_frame = FALSE;
  if (site_dice (site, 2)) {
    frame = gst_buffer_new_allocate (NULL, 1, NULL);
  } else {
    frame = test_frame_new (site->wall.format, tile->width, tile->height, 0, 0,
        1);
    if (gst_buffer_get_video_meta (frame))
      gst_buffer_remove_meta (frame, (GstMeta *)
          gst_buffer_get_video_meta (frame));
    gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE,
        site->wall.format, MAX (tile->width / 2, 1), tile->height);
    if (tile->width < 2)
      gst_buffer_resize (frame, 0, 0);
  }
  test_input_push_nth (site->inputs[i], frame, site->n_sent);
}

/* The frame of a pad with the wrong format. */
static void
push_misfit (Meeting * meeting, guint i)
{
  Site *site = &meeting->site;

  site->wall.tiles[i].has_frame = FALSE;
  test_input_send (site->inputs[i], 1, site->n_sent);
}

/* A still that the site holds was not shown since a flush. */
static void
push_site (Site * site, guint i)
{
  site_push_at_random (site, i);
  site->wall.tiles[i].has_frame |= site->stills[i] != NULL;
}

static void
push (Meeting * meeting, guint i)
{
  Site *site = &meeting->site;
  const guint pad = site->wall.tiles[i].pad;

  if (meeting->states[pad] == PAD_DOES_NOT_FIT)
    push_misfit (meeting, i);
  else if (meeting->states[pad] == PAD_HAS_ENDED)
    site->wall.tiles[i].has_frame &= meeting->repeats[pad];
  else if (site_dice (site, 3) > 0)
    push_good (meeting, i);
  else if (meeting->n_strips > 0 && site->wall.n_tiles > 1
      && site_dice (site, 6) == 0)
    push_bad (meeting, i);
  else
    push_site (site, i);
}

/* ---- What changes ---- */

static guint
choose_pad (Meeting * meeting)
{
  return site_dice (&meeting->site, meeting->site.wall.n_tiles);
}

static guint
count_that_go_on (Meeting * meeting)
{
  const Wall *wall = &meeting->site.wall;
  guint n = 0;
  guint i;

  for (i = 0; i < wall->n_tiles; i++)
    n += meeting->states[wall->tiles[i].pad] == PAD_GOES_ON;

  return n;
}

static void
show_one (Meeting * meeting)
{
  Site *site = &meeting->site;
  const guint kind = site_dice (site, 4);

  site->wall.alone = kind == 0 ? 0 : kind == 1 ? 1 + site_dice (site, 50)
      : 1 + site->wall.tiles[choose_pad (meeting)].pad;
}

static void
end_one (Meeting * meeting)
{
  const guint i = choose_pad (meeting);
  const guint pad = meeting->site.wall.tiles[i].pad;

  if (meeting->states[pad] != PAD_GOES_ON || count_that_go_on (meeting) < 2)
    return;
  meeting->states[pad] = PAD_HAS_ENDED;
  test_input_end (meeting->site.inputs[i]);
}

static void
unfit_one (Meeting * meeting)
{
  Site *site = &meeting->site;
  const guint i = choose_pad (meeting);
  const WallTile *tile = &site->wall.tiles[i];

  if (meeting->states[tile->pad] != PAD_GOES_ON || meeting->n_strips == 0
      || count_that_go_on (meeting) < 2)
    return;
  meeting->states[tile->pad] = PAD_DOES_NOT_FIT;
  gst_clear_buffer (&site->stills[i]);
  test_input_set_caps (site->inputs[i], site->wall.format
      == GST_VIDEO_FORMAT_RGB ? "BGR" : "RGB", tile->width + site_dice (site,
          4), tile->height + site_dice (site, 4));
}

static void
set_repeats (Meeting * meeting, const WallTile * tile)
{
  gchar *name = g_strdup_printf ("sink_%u", tile->pad);
  GstPad *pad = gst_element_get_static_pad (meeting->site.rig->element, name);

  g_object_set (pad, "repeat-after-eos", meeting->repeats[tile->pad], NULL);
  gst_object_unref (pad);
  g_free (name);
}

static void
repeat_one (Meeting * meeting)
{
  const WallTile *tile = &meeting->site.wall.tiles[choose_pad (meeting)];

  if (meeting->states[tile->pad] == PAD_HAS_ENDED)
    return;
  meeting->repeats[tile->pad] = !meeting->repeats[tile->pad];
  set_repeats (meeting, tile);
}

/* All pads send frames of the wall's format from here on. */
static void
heal (Meeting * meeting)
{
  Site *site = &meeting->site;
  guint i;

  for (i = 0; i < site->wall.n_tiles; i++) {
    const WallTile *tile = &site->wall.tiles[i];

    if (meeting->states[tile->pad] == PAD_DOES_NOT_FIT)
      site_resize (site, i, tile->width, tile->height);
    meeting->states[tile->pad] = PAD_GOES_ON;
  }
}

static void
flush (Meeting * meeting)
{
  Site *site = &meeting->site;
  const guint32 seqnum = test_rig_begin_seek (site->rig);
  guint i;

  for (i = 0; i < site->wall.n_tiles; i++) {
    test_input_flush (site->inputs[i], seqnum);
    site->wall.tiles[i].has_frame = FALSE;
  }
  heal (meeting);
  site->n_sent = 0;
}

static void
restart (Meeting * meeting)
{
  Site *site = &meeting->site;
  guint i;

  site_restart (site);
  for (i = 0; i < site->wall.n_tiles; i++) {
    site->wall.tiles[i].has_frame = FALSE;
    meeting->states[site->wall.tiles[i].pad] = PAD_GOES_ON;
  }
  meeting->n_strips = 0;
}

static gboolean
all_go_on (Meeting * meeting)
{
  return count_that_go_on (meeting) == meeting->site.wall.n_tiles;
}

/* Chooses until the tiles can be placed. What downstream asks for may be
 * wider than max-width. */
static void
make_possible (Site * site)
{
  Wall *wall = &site->wall;
  const guint unit = test_pixel_unit (wall->format);

  if (wall->min_width % unit != 0)
    ask_for (site, wall->min_width + 1, wall->min_height);
  while (!wall_place (wall) || (wall->max_width > 0
          && wall->min_width > wall->max_width)
      || (wall->min_width > 0 && wall->width > wall->min_width)
      || (wall->min_height > 0 && wall->height > wall->min_height)) {
    if (site_dice (site, 20) == 0)
      ask_for (site, 0, 0);
    site_choose_wall (site);
  }
  site_set_wall (site);
}

/* The element may negotiate once with the old caps of one pad and the new ones
 * of another, so no strip is too wide. */
static void
choose_without_limit (Site * site)
{
  do {
    site_choose_wall (site);
    site->wall.max_width = 0;
  } while (!wall_place (&site->wall));
  site_set_wall (site);
}

static void
change_pads (Meeting * meeting)
{
  Site *site = &meeting->site;
  guint i;

  if (!all_go_on (meeting))
    return;
  ask_for (site, 0, 0);
  for (i = 1 + site_dice (site, 4); i > 0; i--)
    site_change_at_random (site);
  choose_without_limit (site);
  for (i = 0; i < site->wall.n_tiles; i++)
    set_repeats (meeting, &site->wall.tiles[i]);
}

static void
change_format (Meeting * meeting)
{
  Site *site = &meeting->site;
  guint i;

  ask_for (site, 0, 0);
  site_choose_format (site);
  choose_without_limit (site);
  for (i = 0; i < site->wall.n_tiles; i++)
    push_good (meeting, i);
}

static void
change_settings (Meeting * meeting)
{
  Site *site = &meeting->site;
  static const gchar *const stores[] = { "auto", "always", "never" };

  g_object_set (site->rig->element, "strips", 1 + site_dice (site, 5),
      "max-threads", site_dice (site, 3),
      "copy-on-arrival", site_dice (site, 3) > 0, NULL);
  test_rig_set (site->rig, "nt-stores", stores[site_dice (site, 3)]);
}

/* Returns FALSE for a change that it does not know. */
static gboolean
change_pad (Meeting * meeting, guint kind)
{
  switch (kind) {
    case 0:
    case 1:
    case 2:
      show_one (meeting);
      return TRUE;
    case 3:
      end_one (meeting);
      return TRUE;
    case 4:
      unfit_one (meeting);
      return TRUE;
    case 5:
      repeat_one (meeting);
      return TRUE;
    case 6:
      flush (meeting);
      return TRUE;
    case 7:
    case 8:
      change_pads (meeting);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
change_others (Meeting * meeting, guint kind)
{
  Site *site = &meeting->site;

  switch (kind) {
    case 9:
      if (site_dice (site, 4) == 0)
        restart (meeting);
      break;
    case 10:
      change_downstream (meeting);
      break;
    case 11:
      change_settings (meeting);
      break;
    case 12:
      ask_for (site, site->wall.width + site_dice (site, 30),
          site->wall.height + site_dice (site, 30));
      break;
    case 13:
      site_choose_wall (site);
      break;
    default:
      break;
  }
}

/* TRUE: the frames of the next strip have been pushed. */
static gboolean
change (Meeting * meeting)
{
  Site *site = &meeting->site;
  const guint kind = site_dice (site, 19);

  if (kind == 18) {
    if (!all_go_on (meeting))
      flush (meeting);
    change_format (meeting);
    return TRUE;
  }
  if (kind == 8 && !all_go_on (meeting))
    flush (meeting);
  if (!change_pad (meeting, kind))
    change_others (meeting, kind);
  make_possible (site);

  return FALSE;
}

/* ---- Strips ---- */

static void
drop_warnings (Meeting * meeting)
{
  gchar *text;

  while ((text = test_pop_text (meeting->site.rig->bus,
              meeting->site.rig->element, GST_MESSAGE_WARNING, 0))) {
    fail_unless (strstr (text, "show-source is") || strstr (text, "too short")
        || strstr (text, "GstVideoMeta") || strstr (text, "has format"),
        "unexpected: %s", text);
    g_free (text);
  }
}

static void
run_one (Meeting * meeting, gboolean is_pushed)
{
  Site *site = &meeting->site;
  GstBuffer *strip;
  GstCaps *caps;
  guint i;

  for (i = 0; !is_pushed && i < site->wall.n_tiles; i++)
    push (meeting, i);
  strip = test_rig_pull (site->rig, &caps);
  wall_assert (&site->wall, strip, caps);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (strip),
      site->n_sent * TEST_FRAME_TIME);
  site->n_sent++;
  meeting->n_strips++;
  hold (meeting, strip, caps);
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
  drop_warnings (meeting);
}

/* The stream ends with a pad, shown or hidden, and goes on after a flush. */
static void
end_with_first (Meeting * meeting)
{
  Site *site = &meeting->site;
  guint first;
  guint i;

  flush (meeting);
  first = choose_pad (meeting);
  if (meeting->repeats[site->wall.tiles[first].pad])
    return;
  test_rig_set (site->rig, "eos-policy", "first");
  make_possible (site);
  run_one (meeting, FALSE);
  test_input_end (site->inputs[first]);
  for (i = 0; i < site->wall.n_tiles; i++)
    if (i != first)
      test_input_send (site->inputs[i], 1, site->n_sent);
  test_rig_expect_eos (site->rig);
  test_rig_set (site->rig, "eos-policy", "all");
  flush (meeting);
  drop_warnings (meeting);
}

static void
check_meeting (guint32 seed)
{
  const guint n_strips = 100;
  Meeting meeting = { 0, };
  Site *site = &meeting.site;
  GstPad *pad;
  guint i;

  gst_allocation_params_init (&meeting.params);
  site_init (site, seed);
  pad = gst_element_get_static_pad (site->rig->element, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer_query,
      &meeting, NULL);
  gst_object_unref (pad);
  site_choose_format (site);
  for (i = 1 + site_dice (site, 9); i > 0; i--)
    site_add_pad_at_random (site);
  site_choose_wall (site);
  make_possible (site);
  for (i = 0; i < n_strips; i++) {
    if (site_dice (site, 30) == 0)
      end_with_first (&meeting);
    run_one (&meeting, change (&meeting));
  }

  for (i = 0; i < MOST_HELD; i++)
    give_back (&meeting.held[i]);
  site_clear (site);
  gst_clear_object (&meeting.pool);
}

/* As a loop, because the time of a case is limited. */
GST_START_TEST (at_random)
{
  test_at_random (check_meeting, 4);
}

GST_END_TEST;

TEST_CASES (meetings)
{
  tcase_add_loop_test (tc, at_random, 0, 5);
}
