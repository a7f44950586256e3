/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips whose tiles are lent: which strip a frame is written to, when that is the
 * one that is shown, and what becomes of both. Every strip is compared with what
 * its frames were. */

#include "lending_support.h"

#include <string.h>

/* As the pool has them. */
#define STRIPS_AHEAD 6
#define EXTRA_STRIPS 4
#define MIN_PAUSE 8

static void
drop (GstBuffer ** frames)
{
  guint i;

  for (i = 0; i < N_TILES; i++)
    gst_clear_buffer (&frames[i]);
}

/* Where the strip would be that @frame is a tile @i of. */
static guint8 *
strip_of (GstBuffer * frame, guint i)
{
  fail_unless_equals_int (where_is (frame), TILE);

  return data_of (frame) - i * ROW_BYTES;
}

/* So many frames of tile @i from now on are not in a strip. */
static guint
count_pause (Fixture * f, guint i)
{
  guint n;

  for (n = 0; n < 1000; n++) {
    GstBuffer *frame = lend (f, i);
    const Where where = where_is (frame);

    gst_buffer_unref (frame);
    if (where == TILE)
      break;
  }

  return n;
}

GST_START_TEST (test_frames_in_place)
{
  GstNtComposeReport report;
  GstBuffer *strip;
  guint8 *due;
  Fixture f;
  guint n;
  guint i;

  setup (&f, 2);
  for (n = 0; n < 20; n++) {
    GstBuffer *frames[N_TILES];

    for (i = 0; i < N_TILES; i++)
      frames[i] = lend_painted (&f, i);
    due = strip_of (frames[0], 0);
    for (i = 0; i < N_TILES; i++)
      fail_unless (strip_of (frames[i], i) == due);
    strip = show (&f, frames, &report);
    fail_unless (data_of (strip) == due);
    fail_unless_equals_int (report.tiles_in_place, N_TILES);
    fail_unless_equals_int (report.bytes_copied, 0);
    for (i = 0; i < N_TILES; i++)
      fail_unless_equals_int (gst_nt_composer_get_word (f.composer, i),
          GST_NT_TILE_IN_PLACE);
    drop (frames);
    gst_buffer_unref (strip);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.strips), 2);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), 0);
  teardown (&f);
}

GST_END_TEST;

/* Some in place, some copied, one not there. */
GST_START_TEST (test_mixed_frames)
{
  GstNtComposeReport report;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 20; n++) {
    GstBuffer *frames[N_TILES] = {
      lend_painted (&f, 0), n % 3 ? new_frame (&f) : NULL, lend_painted (&f, 2)
    };

    show_and_drop (&f, frames, &report);
    fail_unless_equals_int (report.tiles_in_place, 2);
    fail_unless_equals_int (report.tiles_copied, n % 3 ? 1 : 0);
    drop (frames);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.strips), 2);
  teardown (&f);
}

GST_END_TEST;

/* Whoever wants to write to a strip that shows frames in place gets a copy, and
 * the frames are nobody's to write to as long as it is out. */
GST_START_TEST (test_strip_is_read_only)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *strip;
  GstMapInfo map;
  Fixture f;

  setup (&f, 2);
  frames[1] = lend_painted (&f, 1);
  strip = show (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  fail_unless (GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (strip, 0)));
  fail_if (gst_memory_map (gst_buffer_peek_memory (strip, 0), &map,
          GST_MAP_WRITE));
  fail_if (gst_buffer_is_writable (frames[1]));

  gst_buffer_memset (strip, 0, 0xee, -1);
  fail_unless (*data_of (frames[1]) == (guint8) (f.next - 1));
  fail_unless_equals_int (*data_of (strip), 0xee);

  /* The strip itself went home when its buffer got the copy. */
  fail_unless (gst_buffer_is_writable (frames[1]));
  gst_buffer_unref (strip);
  drop (frames);

  strip = show (&f, frames, &report);
  fail_if (GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (strip, 0)));
  gst_buffer_unref (strip);
  teardown (&f);
}

GST_END_TEST;

/* Downstream writes to strips that are its own: the copy would cost more. Until
 * the next configuration. */
GST_START_TEST (test_downstream_that_writes)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *strip;
  GstBuffer *branch;
  Fixture f;

  setup (&f, 2);

  /* Not for a branch of a tee: it would have to copy anyway. */
  frames[1] = lend_painted (&f, 1);
  strip = show (&f, frames, &report);
  branch = gst_buffer_make_writable (gst_buffer_ref (strip));
  gst_buffer_memset (branch, 0, 0xee, 1);
  gst_buffer_unref (branch);
  gst_buffer_unref (strip);
  drop (frames);
  fail_unless_equals_int (count_pause (&f, 1), 0);

  frames[1] = lend_painted (&f, 1);
  strip = show (&f, frames, &report);
  gst_buffer_memset (strip, 0, 0xee, 1);
  gst_buffer_unref (strip);
  drop (frames);
  fail_unless_equals_int (count_pause (&f, 1), 1000);

  fail_unless (gst_nt_strip_pool_configure (f.strips, f.layout, 2, NULL, NULL));
  fail_unless_equals_int (count_pause (&f, 1), 0);
  teardown (&f);
}

GST_END_TEST;

/* Frames are kept until the strip is home, and the strip stays away while upstream
 * has one of its frames. */
GST_START_TEST (test_references)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstBuffer *none[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *strip;
  GstBuffer *other;
  guint8 *bytes;
  Fixture f;

  setup (&f, 2);
  frames[0] = lend_painted (&f, 0);
  frames[2] = lend_painted (&f, 2);
  bytes = strip_of (frames[2], 2);
  strip = show (&f, frames, &report);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (frames[0]), 2);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (frames[2]), 2);
  gst_clear_buffer (&frames[0]);
  gst_buffer_unref (strip);

  /* A decoder's reference. */
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (frames[2]), 1);
  strip = show (&f, none, &report);
  other = show (&f, none, &report);
  fail_unless (data_of (strip) != bytes);
  fail_unless (data_of (other) != bytes);
  gst_buffer_unref (strip);
  gst_buffer_unref (other);
  fail_unless_equals_int (*data_of (frames[2]), f.next - 1);

  /* Written again and shown again, it is in place. */
  paint (&f, frames[2]);
  strip = show (&f, frames, &report);
  fail_unless (data_of (strip) == bytes);
  fail_unless_equals_int (report.tiles_in_place, 1);
  gst_buffer_unref (strip);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* A frame is shown for longer than one strip: copied while the first is out, in
 * place again when that is home. */
GST_START_TEST (test_repeated_frame)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *strip;
  Fixture f;

  setup (&f, 2);
  frames[1] = lend_painted (&f, 1);
  strip = show (&f, frames, &report);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  gst_buffer_unref (strip);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* A lent frame that is shown with a content id, and what the strip is thought to
 * hold when upstream had it back. */
static GstNtTileWord
show_content (Fixture * f, GstBuffer * frame, guint64 content)
{
  GstNtTileSource sources[N_TILES] = { {NULL,}, };
  GstNtComposeReport report;
  GstBuffer *strip;

  sources[1] = (GstNtTileSource) {
    .data = data_of (frame),.stride = stride_of (frame),
    .content = content,.buffer = frame
  };
  strip = gst_nt_strip_pool_acquire (f->strips, sources, 0, NULL);
  gst_nt_composer_compose (f->composer, f->layout, strip, sources, 0, &report);
  fail_unless_equals_int (data_of (strip)[ROW_BYTES], *data_of (frame));
  gst_buffer_unref (strip);

  return gst_nt_composer_get_word (f->composer, 1);
}

GST_START_TEST (test_content_of_frame_in_place)
{
  const gboolean written = __i__;
  GstBuffer *frame;
  GstBuffer *copy;
  Fixture f;

  setup (&f, 1);
  frame = lend_painted (&f, 1);
  fail_unless_equals_int (show_content (&f, frame, 7), GST_NT_TILE_IN_PLACE);

  copy = gst_buffer_copy_deep (frame);
  if (written)
    paint (&f, frame);
  gst_buffer_unref (frame);
  fail_unless_equals_int (show_content (&f, copy, 7), written
      ? GST_NT_TILE_COPIED : GST_NT_TILE_KEPT);
  fail_unless_equals_int (show_content (&f, copy, 7), GST_NT_TILE_KEPT);
  gst_buffer_unref (copy);

  /* Nothing is known of a tile that was lent, whatever came of it. */
  copy = new_frame (&f);
  fail_unless_equals_int (show_content (&f, copy, 8), GST_NT_TILE_COPIED);
  frame = written ? lend_painted (&f, 1) : lend (&f, 1);
  fail_unless_equals_int (where_is (frame), TILE);
  gst_buffer_unref (frame);
  fail_unless_equals_int (show_content (&f, copy, 8), GST_NT_TILE_COPIED);
  gst_buffer_unref (copy);
  teardown (&f);
}

GST_END_TEST;

/* ---- Which strip it is ---- */

/* The n-th frame of each is in the same strip, and no two are. */
GST_START_TEST (test_frames_ahead)
{
  GstBuffer *frames[STRIPS_AHEAD + 1][N_TILES];
  GstNtComposeReport report;
  GstBuffer *last;
  Fixture f;
  guint n;
  guint m;
  guint i;

  setup (&f, 3);
  for (i = 0; i < N_TILES; i++)
    for (n = 0; n < STRIPS_AHEAD; n++)
      frames[n][i] = lend_painted (&f, i);
  for (n = 0; n < STRIPS_AHEAD; n++)
    for (i = 0; i < N_TILES; i++) {
      fail_unless (strip_of (frames[n][i], i) == strip_of (frames[n][0], 0));
      for (m = 0; m < n; m++)
        fail_if (strip_of (frames[n][i], i) == strip_of (frames[m][i], i));
    }

  last = lend_painted (&f, 0);
  fail_unless_equals_int (where_is (last), TIGHT);
  gst_buffer_unref (last);

  for (n = 0; n < STRIPS_AHEAD; n++) {
    show_and_drop (&f, frames[n], &report);
    fail_unless_equals_int (report.tiles_in_place, N_TILES);
    drop (frames[n]);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), 0);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.strips),
      STRIPS_AHEAD);
  teardown (&f);
}

GST_END_TEST;

/* One is several frames ahead, another is not. */
GST_START_TEST (test_some_are_further_ahead)
{
  GstBuffer *ahead[3];
  GstNtComposeReport report;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < G_N_ELEMENTS (ahead); n++)
    ahead[n] = lend_painted (&f, 0);
  for (n = 0; n < 30; n++) {
    GstBuffer *frames[N_TILES] = {
      ahead[n % G_N_ELEMENTS (ahead)], NULL, lend_painted (&f, 2)
    };

    show_and_drop (&f, frames, &report);
    fail_unless_equals_int (report.tiles_in_place, 2);
    drop (frames);
    ahead[n % G_N_ELEMENTS (ahead)] = lend_painted (&f, 0);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), 0);
  for (n = 0; n < G_N_ELEMENTS (ahead); n++)
    gst_buffer_unref (ahead[n]);
  teardown (&f);
}

GST_END_TEST;

/* A frame that is dropped makes room for the next one. */
GST_START_TEST (test_dropped_frames)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *first;
  GstBuffer *next;
  guint8 *due;
  Fixture f;

  setup (&f, 2);
  frames[2] = lend_painted (&f, 2);
  due = strip_of (frames[2], 2);
  first = lend_painted (&f, 1);
  fail_unless (strip_of (first, 1) == due);
  next = lend_painted (&f, 1);
  gst_buffer_unref (first);

  /* Of the strip that is due, the first tile is free; but there is one ahead. */
  frames[1] = lend_painted (&f, 1);
  fail_unless_equals_int (where_is (frames[1]), TIGHT);
  gst_buffer_unref (next);
  gst_clear_buffer (&frames[1]);
  frames[1] = lend_painted (&f, 1);
  fail_unless (strip_of (frames[1], 1) == due);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 2);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* Somebody writes a frame for later to the strip that is due: another is taken, and
 * whose frame that is gets none for a while, each time longer. */
GST_START_TEST (test_rebuild_and_pause)
{
  GstNtComposeReport report;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 9; n++) {
    GstBuffer *frames[N_TILES] = { NULL, lend_painted (&f, 1), NULL };
    GstBuffer *late = lend_painted (&f, 2);
    GstBuffer *strip;

    fail_unless (strip_of (late, 2) == strip_of (frames[1], 1));
    fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), n);
    strip = show (&f, frames, &report);
    fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips),
        n + 1);
    fail_unless (data_of (strip) != strip_of (late, 2));
    fail_unless_equals_int (report.tiles_copied, 1);
    gst_buffer_unref (strip);
    drop (frames);
    gst_buffer_unref (late);
    fail_unless_equals_int (count_pause (&f, 1), 0);
    fail_unless_equals_int (count_pause (&f, 2), MIN (MIN_PAUSE << n, 512));
  }
  teardown (&f);
}

GST_END_TEST;

/* Until a frame of it is in place. */
GST_START_TEST (test_pause_is_forgotten)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *late;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 3; n++) {
    late = lend_painted (&f, 0);
    show_and_drop (&f, frames, &report);
    gst_buffer_unref (late);
    fail_unless_equals_int (count_pause (&f, 0), MIN_PAUSE << n);
  }
  frames[0] = lend_painted (&f, 0);
  frames[1] = new_frame (&f);
  frames[2] = new_frame (&f);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  drop (frames);
  late = lend_painted (&f, 0);
  show_and_drop (&f, frames, &report);
  gst_buffer_unref (late);
  fail_unless_equals_int (count_pause (&f, 0), MIN_PAUSE);
  teardown (&f);
}

GST_END_TEST;

/* A frame of tile @i is shown in another, or of another view of it. */
GST_START_TEST (test_frame_elsewhere)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *frame;
  Fixture f;

  setup (&f, 2);
  frame = lend_painted (&f, 1);
  frames[2] = frame;
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_copied, 1);

  /* In both at once. */
  frames[1] = frame;
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  fail_unless_equals_int (report.tiles_in_place, 1);
  gst_buffer_unref (frame);
  teardown (&f);
}

GST_END_TEST;

/* The same first byte, but other rows. */
GST_START_TEST (test_frame_of_another_stride)
{
  GstNtTileSource sources[N_TILES] = { {NULL,}, };
  GstNtComposeReport report;
  GstBuffer *frame;
  GstBuffer *strip;
  Fixture f;
  guint y;

  setup (&f, 2);
  frame = lend_painted (&f, 1);
  for (y = 0; y < TILE_HEIGHT; y++)
    data_of (frame)[y * STRIP_STRIDE] = y;
  sources[1] = (GstNtTileSource) {
    .data = data_of (frame),.stride = 0,.buffer = frame
  };
  strip = gst_nt_strip_pool_acquire (f.strips, sources, 0, NULL);
  gst_nt_composer_compose (f.composer, f.layout, strip, sources, 0, &report);
  for (y = 0; y < TILE_HEIGHT; y++)
    fail_unless_equals_int (data_of (strip)[ROW_BYTES + y * STRIP_STRIDE], 0);
  gst_buffer_unref (strip);
  gst_buffer_unref (frame);
  teardown (&f);
}

GST_END_TEST;

/* The memory of a lent frame in another buffer is in place too; part or a copy of
 * it is not. */
GST_START_TEST (test_other_buffers)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *frame;
  Fixture f;

  setup (&f, 2);
  frame = lend_painted (&f, 1);
  frames[1] = gst_buffer_copy (frame);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  drop (frames);

  frames[1] = gst_buffer_copy_deep (frame);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  drop (frames);

  frames[1] = gst_buffer_new ();
  gst_buffer_append_memory (frames[1],
      gst_memory_share (gst_buffer_peek_memory (frame, 0), 0, -1));
  gst_buffer_add_video_meta_full (frames[1], 0, GST_VIDEO_FORMAT_RGBA,
      TILE_WIDTH, TILE_HEIGHT, 1, gst_buffer_get_video_meta (frame)->offset,
      gst_buffer_get_video_meta (frame)->stride);
  fail_unless (data_of (frames[1]) == data_of (frame));
  gst_buffer_unref (frame);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* Of another pool, with a strip of the same kind. */
GST_START_TEST (test_frame_of_another_pool)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  Fixture other;
  Fixture f;

  setup (&f, 2);
  setup (&other, 2);
  frames[1] = lend_painted (&other, 1);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  show_and_drop (&other, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  drop (frames);
  teardown (&other);
  teardown (&f);
}

GST_END_TEST;

/* ---- How many ---- */

/* Strips are made to be lent, but not without end. */
GST_START_TEST (test_strips_made_to_lend)
{
  GstBuffer *frames[STRIPS_AHEAD];
  Fixture f;
  guint n;

  setup (&f, 1);
  for (n = 0; n < G_N_ELEMENTS (frames); n++) {
    frames[n] = lend_painted (&f, 0);
    fail_unless_equals_int (where_is (frames[n]), n < 1 + EXTRA_STRIPS ? TILE
        : TIGHT);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.strips),
      1 + EXTRA_STRIPS);
  for (n = 0; n < G_N_ELEMENTS (frames); n++)
    gst_buffer_unref (frames[n]);
  teardown (&f);
}

GST_END_TEST;

/* ---- Other layouts ---- */

static void
set_layout (Fixture * f, GstNtLayout * layout,
    const GstAllocationParams * params)
{
  guint i;

  gst_nt_layout_ref (layout);
  gst_nt_layout_unref (f->layout);
  f->layout = layout;
  fail_unless (gst_nt_strip_pool_configure (f->strips, layout, 2, params,
          NULL));
  for (i = 0; i < N_TILES; i++)
    gst_nt_lender_set_tile (f->lenders[i], layout, i);
}

/* Frames that were lent before are copied, whatever came in between: another layout
 * of the same size, or of another one and back; and their strips come home. */
GST_START_TEST (test_layout_of_old_frames)
{
  GstNtComposeReport report;
  GstNtLayout *layout;
  GstBuffer *old[N_TILES];
  GstBuffer *frames[N_TILES];
  guint8 *bytes;
  Fixture f;
  guint i;

  setup (&f, 2);
  for (i = 0; i < N_TILES; i++)
    old[i] = lend_painted (&f, i);
  bytes = strip_of (old[0], 0);

  if (__i__ > 0) {
    layout = new_layout (TILE_WIDTH, TILE_HEIGHT + 1);
    set_layout (&f, layout, NULL);
    gst_nt_layout_unref (layout);
  }
  if (__i__ > 1)
    gst_nt_strip_pool_clear (f.strips);
  layout = new_layout (TILE_WIDTH, TILE_HEIGHT);
  set_layout (&f, layout, NULL);
  gst_nt_layout_unref (layout);

  for (i = 0; i < N_TILES; i++) {
    frames[i] = lend_painted (&f, i);
    fail_unless (strip_of (frames[i], i) != bytes);
  }
  show_and_drop (&f, old, &report);
  fail_unless_equals_int (report.tiles_copied, N_TILES);
  paint (&f, old[1]);
  drop (old);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, N_TILES);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* The same layout, but other demands on its memory. */
GST_START_TEST (test_params_of_old_frames)
{
  const GstAllocationParams params = {.align = 4095,.padding = 4096 };
  GstNtComposeReport report;
  GstBuffer *frames[N_TILES] = { NULL, };
  GstBuffer *strip;
  gsize maxsize;
  Fixture f;

  setup (&f, 2);
  frames[1] = lend_painted (&f, 1);
  set_layout (&f, f.layout, &params);
  strip = show (&f, frames, &report);
  gst_buffer_get_sizes (strip, NULL, &maxsize);
  fail_unless (maxsize >= gst_buffer_get_size (strip) + params.padding);
  fail_unless_equals_int ((gsize) data_of (strip) & params.align, 0);
  fail_unless_equals_int (report.tiles_copied, 1);
  gst_buffer_unref (strip);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* While a strip with frames in place is out. */
GST_START_TEST (test_reconfigured_while_out)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstNtLayout *layout;
  GstBuffer *strip;
  Fixture f;

  setup (&f, 2);
  frames[0] = lend_painted (&f, 0);
  frames[1] = lend_painted (&f, 1);
  strip = show (&f, frames, &report);
  layout = new_layout (TILE_WIDTH, TILE_HEIGHT + __i__);
  set_layout (&f, layout, NULL);
  gst_nt_layout_unref (layout);
  if (__i__ == 2)
    gst_nt_strip_pool_clear (f.strips);

  gst_clear_buffer (&frames[0]);
  fail_unless_equals_int (data_of (strip)[ROW_BYTES], f.next - 1);
  gst_buffer_unref (strip);
  paint (&f, frames[1]);
  gst_clear_buffer (&frames[1]);
  teardown (&f);
}

GST_END_TEST;

/* ---- Threads ---- */

#define N_TURNS 3000

typedef struct
{
  Fixture f;
  GAsyncQueue *queues[N_TILES]; /* of GstBuffer: to be shown */
  GAsyncQueue *shown;           /* of GstBuffer: strips; an empty one ends it */
  gint n_writers;               /* atomic: that are not through */
} Race;

typedef struct
{
  Race *race;
  guint tile;
} Writer;

/* Writes frames, keeps some, drops some. */
static gpointer
write_frames (gpointer data)
{
  Writer *writer = data;
  Fixture *f = &writer->race->f;
  GRand *rand = g_rand_new ();
  GstBuffer *kept[4] = { NULL, };
  guint n;

  for (n = 0; n < N_TURNS; n++) {
    GstBuffer **place = &kept[n % G_N_ELEMENTS (kept)];
    GstBuffer *frame = lend (f, writer->tile);
    GstMapInfo map;
    guint y;

    gst_clear_buffer (place);
    fail_unless (gst_buffer_map (frame, &map, GST_MAP_WRITE));
    for (y = 0; y < TILE_HEIGHT; y++)
      memset (map.data + y * stride_of (frame), n, ROW_BYTES);
    gst_buffer_unmap (frame, &map);
    if (g_rand_int_range (rand, 0, 10) == 0) {
      gst_buffer_unref (frame);
      continue;
    }
    if (g_rand_int_range (rand, 0, 4) == 0)
      *place = gst_buffer_ref (frame);
    g_async_queue_push (writer->race->queues[writer->tile], frame);
    while (g_async_queue_length (writer->race->queues[writer->tile]) > 5)
      g_thread_yield ();
  }
  for (n = 0; n < G_N_ELEMENTS (kept); n++)
    gst_clear_buffer (&kept[n]);
  g_rand_free (rand);
  g_atomic_int_add (&writer->race->n_writers, -1);

  return NULL;
}

/* Reads strips some time after they were made. */
static gpointer
read_strips (gpointer data)
{
  Race *race = data;
  GstBuffer *strip;

  while (gst_buffer_get_size (strip = g_async_queue_pop (race->shown)) > 0) {
    GstMapInfo map;
    guint i;
    guint y;

    fail_unless (gst_buffer_map (strip, &map, GST_MAP_READ));
    for (i = 0; i < N_TILES; i++)
      for (y = 0; y < TILE_HEIGHT; y++) {
        const guint8 *row = map.data + y * STRIP_STRIDE + i * ROW_BYTES;

        fail_unless (row[0] == map.data[i * ROW_BYTES]);
        fail_unless (memcmp (row, row + 4, ROW_BYTES - 4) == 0);
      }
    gst_buffer_unmap (strip, &map);
    gst_buffer_unref (strip);
  }
  gst_buffer_unref (strip);

  return NULL;
}

/* Takes what is there; changes the layout now and then. */
static void
make_strips (Race * race)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  guint n;
  guint i;

  for (n = 0; g_atomic_int_get (&race->n_writers) > 0; n++) {
    GstNtComposeReport report;

    for (i = 0; i < N_TILES; i++) {
      GstBuffer *frame = g_async_queue_try_pop (race->queues[i]);

      if (frame) {
        gst_clear_buffer (&frames[i]);
        frames[i] = frame;
        fail_if (gst_nt_lender_inspect (race->f.lenders[i], frame));
      }
    }
    g_async_queue_push (race->shown, show (&race->f, frames, &report));
    while (g_async_queue_length (race->shown) > 3)
      g_thread_yield ();
    if (n % 500 == 499) {
      GstNtLayout *layout = new_layout (TILE_WIDTH, TILE_HEIGHT);

      set_layout (&race->f, layout, NULL);
      gst_nt_layout_unref (layout);
    } else if (n % 100 == 99) {
      gst_nt_lender_set_trusting (race->f.lenders[n % N_TILES], n & 1);
    }
  }
  drop (frames);
  g_async_queue_push (race->shown, gst_buffer_new ());
}

GST_START_TEST (test_many_threads)
{
  GThread *threads[N_TILES + 1];
  Writer writers[N_TILES];
  Race race;
  guint i;

  setup (&race.f, 2);
  race.shown = g_async_queue_new_full ((GDestroyNotify) gst_buffer_unref);
  race.n_writers = N_TILES;
  for (i = 0; i < N_TILES; i++) {
    writers[i] = (Writer) {&race, i };
    race.queues[i] =
        g_async_queue_new_full ((GDestroyNotify) gst_buffer_unref);
  }
  for (i = 0; i < N_TILES; i++)
    threads[i] = g_thread_new ("writer", write_frames, &writers[i]);
  threads[i] = g_thread_new ("reader", read_strips, &race);
  make_strips (&race);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (i = 0; i < N_TILES; i++)
    g_async_queue_unref (race.queues[i]);
  g_async_queue_unref (race.shown);
  teardown (&race.f);
}

GST_END_TEST;

static Suite *
lending_suite (void)
{
  Suite *suite = suite_create ("lending");
  TCase *tcase = tcase_create ("lending");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_frames_in_place);
  tcase_add_test (tcase, test_mixed_frames);
  tcase_add_test (tcase, test_strip_is_read_only);
  tcase_add_test (tcase, test_downstream_that_writes);
  tcase_add_test (tcase, test_references);
  tcase_add_test (tcase, test_repeated_frame);
  tcase_add_loop_test (tcase, test_content_of_frame_in_place, FALSE, TRUE + 1);
  tcase_add_test (tcase, test_frames_ahead);
  tcase_add_test (tcase, test_some_are_further_ahead);
  tcase_add_test (tcase, test_dropped_frames);
  tcase_add_test (tcase, test_rebuild_and_pause);
  tcase_add_test (tcase, test_pause_is_forgotten);
  tcase_add_test (tcase, test_frame_elsewhere);
  tcase_add_test (tcase, test_frame_of_another_stride);
  tcase_add_test (tcase, test_other_buffers);
  tcase_add_test (tcase, test_frame_of_another_pool);
  tcase_add_test (tcase, test_strips_made_to_lend);
  tcase_add_loop_test (tcase, test_layout_of_old_frames, 0, 3);
  tcase_add_test (tcase, test_params_of_old_frames);
  tcase_add_loop_test (tcase, test_reconfigured_while_out, 0, 3);
  tcase_add_test (tcase, test_many_threads);

  return suite;
}

GST_CHECK_MAIN (lending);
