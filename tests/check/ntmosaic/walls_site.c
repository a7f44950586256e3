/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An element that makes walls; see the header. */

#include "walls_site.h"

#include <gst/base/gstaggregator.h>
#include <gst/video/navigation.h>
#include <string.h>

#include "rig/pixels.h"

static const gchar *const aligns[] = { "top", "center", "bottom" };
static const gchar *const aligns_x[] = { "left", "center", "right" };

guint
site_dice (Site * site, guint n)
{
  return g_rand_int_range (site->rand, 0, n);
}

void
site_init (Site * site, guint32 seed)
{
  memset (site, 0, sizeof (*site));
  site->rig = test_rig_new (0);
  site->rand = g_rand_new_with_seed (seed);
  site->wall.background = BLACK;
  site->wall.format = GST_VIDEO_FORMAT_RGBA;
  g_object_set (site->rig->element, "tile-meta", TRUE, NULL);
}

void
site_clear (Site * site)
{
  guint i;

  for (i = 0; i < WALL_MOST_TILES; i++)
    gst_clear_buffer (&site->stills[i]);
  test_rig_free (site->rig);
  g_rand_free (site->rand);
}

/* ---- The wall changes ---- */

/* What the pads take, and the table knows. */
static GstVideoFormat
choose_format (Site * site)
{
  GstCaps *caps = gst_pad_get_pad_template_caps (GST_AGGREGATOR_SRC_PAD
      (site->rig->element));
  const GValue *formats =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");
  GstVideoFormat format;

  do {
    const guint i = site_dice (site, gst_value_list_get_size (formats));

    format = gst_video_format_from_string (g_value_get_string
        (gst_value_list_get_value (formats, i)));
  } while (!test_pixels_know (format));
  gst_caps_unref (caps);

  return format;
}

void
site_choose_format (Site * site)
{
  Wall *wall = &site->wall;
  guint unit;
  guint i;

  wall->format = choose_format (site);
  unit = test_pixel_unit (wall->format);
  for (i = 0; i < wall->n_tiles; i++)
    site_resize (site, i, (wall->tiles[i].width + unit - 1) / unit * unit,
        wall->tiles[i].height);
}

void
site_set_wall (Site * site)
{
  const Wall *wall = &site->wall;

  g_object_set (site->rig->element, "columns", wall->columns,
      "rows", wall->rows, "max-width", wall->max_width, "square", wall->square,
      "gap", wall->gap, "background-color", wall->background,
      "show-source", (gint) wall->alone - 1, NULL);
  test_rig_set (site->rig, "align", aligns[wall->align]);
  test_rig_set (site->rig, "align-x", aligns_x[wall->align_x]);
}

void
site_choose_wall (Site * site)
{
  Wall *wall = &site->wall;
  const guint kind = site_dice (site, 7);

  wall->columns = kind == 0 || kind == 2 ? 1 + site_dice (site, 6) : 0;
  wall->rows = kind == 1 || kind == 2 ? 1 + site_dice (site, 6) : 0;
  wall->max_width = kind == 3 || kind == 4 || site_dice (site, 5) == 0
      ? 20 + site_dice (site, 150) : 0;
  wall->square = kind == 4 || kind == 5 || site_dice (site, 5) == 0;
  wall->gap = site_dice (site, 2) * site_dice (site, 9);
  wall->align = site_dice (site, 3);
  wall->align_x = site_dice (site, 3);
}

void
site_make_possible (Site * site)
{
  while (!wall_place (&site->wall))
    site_choose_wall (site);
  site_set_wall (site);
}

void
site_resize (Site * site, guint i, guint width, guint height)
{
  WallTile *tile = &site->wall.tiles[i];

  tile->width = width;
  tile->height = height;
  gst_clear_buffer (&site->stills[i]);
  test_input_set_caps (site->inputs[i],
      gst_video_format_to_string (site->wall.format), width, height);
}

void
site_restart (Site * site)
{
  guint i;

  test_rig_restart (site->rig, GST_STATE_READY);
  for (i = 0; i < site->wall.n_tiles; i++)
    test_input_set_caps (site->inputs[i],
        gst_video_format_to_string (site->wall.format),
        site->wall.tiles[i].width, site->wall.tiles[i].height);
  site->n_sent = 0;
}

static void
resize_at_random (Site * site, guint i)
{
  const guint highest = site->wall.tile_height;
  const guint unit = test_pixel_unit (site->wall.format);

  site_resize (site, i, (1 + site_dice (site, 40 / unit)) * unit,
      1 + site_dice (site, highest > 0 ? highest : 20));
}

void
site_add_pad (Site * site, guint number)
{
  Wall *wall = &site->wall;
  gchar *name = g_strdup_printf ("sink_%u", number);
  guint at = wall->n_tiles++;

  for (; at > 0 && wall->tiles[at - 1].pad > number; at--) {
    wall->tiles[at] = wall->tiles[at - 1];
    site->inputs[at] = site->inputs[at - 1];
    site->stills[at] = site->stills[at - 1];
  }
  wall->tiles[at] = (WallTile) {.pad = number };
  site->inputs[at] = test_rig_add (site->rig, name);
  site->stills[at] = NULL;
  resize_at_random (site, at);
  g_free (name);
}

void
site_add_pad_at_random (Site * site)
{
  guint number;
  guint i = 0;

  if (site->wall.n_tiles == WALL_MOST_TILES)
    return;
  number = site_dice (site, 40);
  while (i < site->wall.n_tiles)
    if (site->wall.tiles[i++].pad == number) {
      number++;
      i = 0;
    }
  site_add_pad (site, number);
}

void
site_remove_pad (Site * site, guint i)
{
  Wall *wall = &site->wall;

  if (wall->n_tiles == 1)
    return;
  test_rig_remove (site->rig, site->inputs[i]);
  gst_clear_buffer (&site->stills[i]);
  for (wall->n_tiles--; i < wall->n_tiles; i++) {
    wall->tiles[i] = wall->tiles[i + 1];
    site->inputs[i] = site->inputs[i + 1];
    site->stills[i] = g_steal_pointer (&site->stills[i + 1]);
  }
}

void
site_change_at_random (Site * site)
{
  switch (site_dice (site, 8)) {
    case 0:
      site_add_pad_at_random (site);
      break;
    case 1:
      site_remove_pad (site, site_dice (site, site->wall.n_tiles));
      break;
    case 2:
      resize_at_random (site, site_dice (site, site->wall.n_tiles));
      break;
    case 3:
      site->wall.background = g_rand_int (site->rand);
      break;
    case 4:
      site->wall.align = site_dice (site, 3);
      site->wall.align_x = site_dice (site, 3);
      break;
    case 5:
      site_choose_wall (site);
      break;
    default:
      break;
  }
  site_make_possible (site);
}

/* ---- One strip ---- */

void
site_push_new (Site * site, guint i)
{
  gst_clear_buffer (&site->stills[i]);
  site->wall.tiles[i].has_frame = TRUE;
  site->wall.tiles[i].seed = g_rand_int (site->rand);
  test_input_send (site->inputs[i], site->wall.tiles[i].seed, site->n_sent);
}

void
site_push_still (Site * site, guint i)
{
  WallTile *tile = &site->wall.tiles[i];

  if (site->stills[i] == NULL) {
    tile->has_frame = TRUE;
    tile->seed = g_rand_int (site->rand);
    site->stills[i] = test_frame_new (site->wall.format, tile->width,
        tile->height, 0, 0, tile->seed);
  }
  test_input_push_nth (site->inputs[i], gst_buffer_copy (site->stills[i]),
      site->n_sent);
}

void
site_push_at_random (Site * site, guint i)
{
  switch (site_dice (site, 5)) {
    case 0:
      gst_clear_buffer (&site->stills[i]);
      site->wall.tiles[i].has_frame = FALSE;
      test_input_push_gap (site->inputs[i], site->n_sent);
      break;
    case 1:
      site_push_new (site, i);
      break;
    default:
      site_push_still (site, i);
      break;
  }
}

static void
assert_meta (GstBuffer * strip, const WallTile * tile)
{
  const WallRect *rect = tile->has_frame ? &tile->frame : &tile->cell;
  const GstVideoRegionOfInterestMeta *meta =
      gst_buffer_get_video_region_of_interest_meta_id (strip, tile->pad);

  fail_unless (meta != NULL, "no meta of pad %u", tile->pad);
  fail_unless_equals_int (meta->x, rect->x);
  fail_unless_equals_int (meta->y, rect->y);
  fail_unless_equals_int (meta->w, rect->width);
  fail_unless_equals_int (meta->h, rect->height);
}

void
site_check_strip (Site * site, GstBuffer * strip, GstCaps * caps)
{
  guint n_metas = 0;
  guint i;

  wall_assert (&site->wall, strip, caps);
  for (i = 0; i < site->wall.n_tiles; i++)
    if (!site->wall.tiles[i].is_hidden) {
      assert_meta (strip, &site->wall.tiles[i]);
      n_metas++;
    }
  fail_unless_equals_int (gst_buffer_get_n_meta (strip,
          GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE), n_metas);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (strip),
      site->n_sent * TEST_FRAME_TIME);
  site->n_sent++;
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
}

static void
expect_wall (Site * site)
{
  GstCaps *caps;
  GstBuffer *strip = test_rig_pull (site->rig, &caps);

  site_check_strip (site, strip, caps);
}

void
site_run (Site * site, void (*push) (Site * site, guint i), guint n_strips)
{
  guint i;

  for (; n_strips > 0; n_strips--) {
    for (i = 0; i < site->wall.n_tiles; i++)
      push (site, i);
    expect_wall (site);
  }
}

/* ---- Navigation ---- */

static GstEvent *
take_navigation (GstHarness * input)
{
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (input))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION)
      return event;
    gst_event_unref (event);
  }

  return NULL;
}

void
site_click (Site * site, guint x, guint y)
{
  const WallTile *hit = wall_find (&site->wall, x, y);
  GstEvent *event = gst_navigation_event_new_mouse_move (x + 0.5, y + 0.5,
      GST_NAVIGATION_MODIFIER_NONE);
  guint i;

  fail_unless_equals_int (gst_harness_push_upstream_event (site->rig->out,
          event), hit != NULL);
  for (i = 0; i < site->wall.n_tiles; i++) {
    const WallTile *tile = &site->wall.tiles[i];
    gdouble in_x;
    gdouble in_y;

    event = take_navigation (site->inputs[i]);
    fail_unless_equals_int (event != NULL, tile == hit);
    if (event == NULL)
      continue;
    fail_unless (gst_navigation_event_parse_mouse_move_event (event, &in_x,
            &in_y));
    fail_unless_equals_float (in_x, x + 0.5 - tile->frame.x);
    fail_unless_equals_float (in_y, y + 0.5 - tile->frame.y);
    gst_event_unref (event);
  }
}
