/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that were written to a tile of a strip: when they are in place
 * there, and what becomes of the strip and the frame after that. Every strip
 * is compared with what its frames were. */

#include "lending_support.h"

#include <string.h>

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

/* Frames are kept until the strip is home, and the strip stays away while
 * upstream has one of its frames. */
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

/* A lent frame that is shown with a content id, and what the strip is
 * thought to hold when upstream had it back. */
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

/* What is shown of the frame is not what was lent: other rows, or they begin
 * elsewhere. It is copied from its strip to another. */
GST_START_TEST (test_frame_seen_another_way)
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
    memset (data_of (frame) + y * STRIP_STRIDE, y, 8);
  sources[1] = (GstNtTileSource) {
    .data = data_of (frame) + (__i__ ? STRIP_STRIDE : 0),
    .stride = 0,.buffer = frame
  };
  if (__i__ == 2) {
    sources[1].data = data_of (frame) + (TILE_HEIGHT - 1) * STRIP_STRIDE;
    sources[1].stride = -STRIP_STRIDE;
  } else if (__i__ == 3) {
    sources[1].data = data_of (frame) + 4;
    sources[1].stride = STRIP_STRIDE;
  }
  strip = gst_nt_strip_pool_acquire (f.strips, sources, 0, NULL);
  fail_if (data_of (strip) == strip_of (frame, 1));
  gst_nt_composer_compose (f.composer, f.layout, strip, sources, 0, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  for (y = 0; y < TILE_HEIGHT; y++)
    fail_unless_equals_int (data_of (strip)[ROW_BYTES + y * STRIP_STRIDE],
        __i__ < 2 ? (guint) __i__ : __i__ == 2 ? TILE_HEIGHT - 1 - y : y);
  gst_buffer_unref (strip);
  gst_buffer_unref (frame);
  teardown (&f);
}

GST_END_TEST;

/* The memory of a lent frame in another buffer is in place too; part or a
 * copy of it is not. */
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

/* Of another pool, whose strips are of the same layout. */
GST_START_TEST (test_frame_of_another_pool)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  Fixture other;
  Fixture f;

  setup (&f, 2);
  setup (&other, 2);
  set_layout (&other, f.layout, NULL);
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
  tcase_add_test (tcase, test_frame_elsewhere);
  tcase_add_loop_test (tcase, test_frame_seen_another_way, 0, 4);
  tcase_add_test (tcase, test_other_buffers);
  tcase_add_test (tcase, test_frame_of_another_pool);

  return suite;
}

GST_CHECK_MAIN (lending);
