/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that arrive: which frames get a place in a coming strip, that strips
 * are right whatever becomes of the frames, and how long each part lives. */

#include "arriving.h"

#include "gstntstrippool-private.h"
#include "mappings.h"

/* The composer copies the second tile in several blocks. */
static const NtmTile large_tiles[N_TILES] = {
  {.width = 3,.height = 401},
  {.width = 301,.height = 401},
  {.width = 1,.height = 7},
};

GST_START_TEST (test_placed)
{
  const NtmTile *tiles = __i__ ? large_tiles : small_tiles;
  GstBuffer *frames[N_TILES];
  NtmReport report;
  GstBuffer *strip;
  guint n;
  guint i;
  Fixture f;

  for (n = 0; n < 12; n++) {
    setup (&f, tiles, 2);
    ntm_composer_set_stores (f.composer, n % 3);
    for (i = 0; i < N_TILES; i++) {
      const gssize stride = row_bytes_of (&tiles[i]) + n / 3 % 2 * 12;

      frames[i] = arrive (&f, i, new_frame (&f, i, n < 6 ? stride : -stride));
      fail_unless (is_placed (&f, frames[i]));
      check_frame (&tiles[i], frames[i]);
    }
    strip = show (&f, frames, &report);
    fail_unless_equals_int (report.tiles_in_place, N_TILES);
    fail_unless_equals_int (report.tiles_copied, N_TILES);
    for (i = 0; i < N_TILES; i++)
      fail_unless_equals_int (ntm_strip_get_word (strip_of (strip), i),
          NTM_TILE_COPIED);
    gst_buffer_unref (strip);
    drop (frames);
    teardown (&f);
  }
}

GST_END_TEST;

/* ---- One frame ---- */

typedef enum
{
  NOTHING,
  HOLD_BUFFER,
  HOLD_COPY,
  HOLD_MEMORY,
  BE_PART,
  APPEND,
  APPEND_AND_HOLD,
} Change;

/* Returns the object that holds @frame or its memory, or NULL. */
static gpointer
change_frame (GstBuffer * frame, Change change)
{
  GstMemory *memory = gst_buffer_peek_memory (frame, 0);

  if (change == APPEND || change == APPEND_AND_HOLD) {
    memory = gst_allocator_alloc (NULL, 8, NULL);
    gst_buffer_append_memory (frame, memory);
  }
  if (change == BE_PART)
    gst_buffer_replace_all_memory (frame, gst_memory_share (memory, 0, -1));
  if (change == HOLD_BUFFER)
    return gst_buffer_ref (frame);
  if (change == HOLD_COPY)
    return gst_buffer_copy (frame);
  if (change == HOLD_MEMORY || change == APPEND_AND_HOLD)
    return gst_memory_ref (memory);

  return NULL;
}

static const struct
{
  Change change;
  guint more_width;
  guint more_height;
  guint more_bytes;             /* in a pixel */
  gboolean placed;
} one_frames[] = {
  {NOTHING, 0, 0, 0, TRUE},
  {APPEND, 0, 0, 0, TRUE},
  {HOLD_BUFFER, 0, 0, 0, FALSE},
  {HOLD_COPY, 0, 0, 0, FALSE},
  {HOLD_MEMORY, 0, 0, 0, FALSE},
  {BE_PART, 0, 0, 0, FALSE},
  {APPEND_AND_HOLD, 0, 0, 0, FALSE},
  {NOTHING, 1, 0, 0, FALSE},
  {NOTHING, 0, 1, 0, FALSE},
  {NOTHING, -1, 1, 0, FALSE},
  {NOTHING, 0, 0, 1, FALSE},
  {NOTHING, 0, 0, -1, FALSE},
};

GST_START_TEST (test_one_frame)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  NtmReport report;
  const NtmTile *tile = &small_tiles[1];
  GstMemory *place;
  gpointer holder;
  guint n_refs;
  Fixture f;

  setup (&f, small_tiles, 2);
  frames[1] = new_frame (&f, 1, row_bytes_of (tile));
  holder = change_frame (frames[1], one_frames[__i__].change);
  n_refs = GST_MINI_OBJECT_REFCOUNT_VALUE (frames[1]);
  place = gst_nt_arrivals_place (f.arrivals[1], frames[1],
      tile->width + one_frames[__i__].more_width,
      tile->height + one_frames[__i__].more_height,
      PIXEL_BYTES + one_frames[__i__].more_bytes);
  fail_unless_equals_int (place != NULL, one_frames[__i__].placed);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (frames[1]), n_refs);

  /* The composer can still show the frame itself. */
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 0);
  fail_unless_equals_int (report.tiles_copied, 1);

  if (place)
    gst_memory_unref (place);
  if (holder)
    gst_mini_object_unref (holder);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

static void
check_next (Fixture * f, guint i, gboolean placed)
{
  GstBuffer *frame;

  gst_nt_arrivals_restart (f->arrivals[i], f->n_taken[i]);
  frame = new_arrival (f, i);
  fail_unless_equals_int (is_placed (f, frame), placed);
  gst_buffer_unref (frame);
}

GST_START_TEST (test_tile)
{
  NtmLayout *old;
  Fixture f;

  setup (&f, small_tiles, 2);
  check_next (&f, 1, TRUE);
  gst_nt_arrivals_set_tile (f.arrivals[1], NULL, 0);
  check_next (&f, 1, FALSE);
  check_next (&f, 0, TRUE);
  gst_nt_arrivals_unref (f.arrivals[1]);
  f.arrivals[1] = gst_nt_arrivals_new (f.pool);
  check_next (&f, 1, FALSE);
  gst_nt_arrivals_set_tile (f.arrivals[1], f.layout, 1);
  check_next (&f, 1, TRUE);

  /* Until a strip of the new layout was out, the pool doesn't know what
   * downstream does with strips. */
  old = ntm_layout_ref (f.layout);
  change_layout (&f, 2);
  check_next (&f, 1, FALSE);
  let_one_strip_pass (&f);
  check_next (&f, 1, TRUE);
  gst_nt_arrivals_set_tile (f.arrivals[1], old, 1);
  check_next (&f, 1, FALSE);
  ntm_layout_unref (old);

  gst_nt_strip_pool_clear (f.pool);
  gst_nt_arrivals_set_tile (f.arrivals[1], f.layout, 1);
  check_next (&f, 1, FALSE);
  teardown (&f);
}

GST_END_TEST;

/* A tile may have no pixels: a pad without caps has 0x0, and so has its frame.
 * There is nothing to copy. */
GST_START_TEST (test_tiles_without_pixels)
{
  static const NtmTile tiles[N_TILES] = {
    {.width = 0,.height = 5}, {.width = 5,.height = 0}, {.width = 5,.height = 5}
  };
  guint i;
  Fixture f;

  setup (&f, tiles, 2);
  for (i = 0; i < N_TILES; i++) {
    GstBuffer *frame = gst_buffer_new_allocate (NULL, 100, NULL);
    const guint side = i == 2 ? 5 : 0;
    GstMemory *place = gst_nt_arrivals_place (f.arrivals[i], frame, side, side,
        PIXEL_BYTES);

    fail_unless_equals_int (place != NULL, i == 2);
    if (place)
      gst_memory_unref (place);
    gst_buffer_unref (frame);
  }
  teardown (&f);
}

GST_END_TEST;

/* ---- Downstream ---- */

/* What downstream does with a strip. */
typedef enum
{
  READ,
  WRITE,
  WRITE_COPY,
  WRITE_PART,
  COPY_DEEP,
  COPY_DEEP_WHILE_SHARED,
} Use;

static void
use_and_drop (GstBuffer * strip, Use use)
{
  GstBuffer *other = NULL;
  GstBuffer *mine = strip;

  if (use == WRITE_PART)
    mine = gst_buffer_copy_region (strip, GST_BUFFER_COPY_MEMORY, 64, 64);
  if (use == WRITE_COPY || use == COPY_DEEP_WHILE_SHARED)
    other = gst_buffer_copy (strip);
  if (use == COPY_DEEP || use == COPY_DEEP_WHILE_SHARED)
    mine = gst_buffer_copy_deep (strip);

  if (use == READ)
    data_of (mine);
  else
    gst_buffer_memset (mine, 0, 0x77, -1);

  if (mine != strip)
    gst_buffer_unref (mine);
  gst_clear_buffer (&other);
  gst_buffer_unref (strip);
}

static const struct
{
  Use use;
  gboolean read_only;           /* the strip has frames in it */
  gboolean placed;              /* the next frame gets a place */
} uses[] = {
  {READ, FALSE, TRUE},
  {WRITE, FALSE, FALSE},
  {WRITE_COPY, FALSE, TRUE},
  {COPY_DEEP, FALSE, TRUE},
  {READ, TRUE, TRUE},
  {WRITE, TRUE, FALSE},
  {WRITE_COPY, TRUE, TRUE},
  {WRITE_PART, TRUE, TRUE},
  {COPY_DEEP, TRUE, TRUE},
  {COPY_DEEP_WHILE_SHARED, TRUE, TRUE},
};

GST_START_TEST (test_downstream)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  NtmReport report;
  GstBuffer *strip;
  Fixture f;

  setup (&f, small_tiles, 3);
  frames[0] = uses[__i__].read_only ? new_arrival (&f, 0)
      : new_frame (&f, 0, row_bytes_of (&small_tiles[0]));
  strip = show (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, uses[__i__].read_only);
  fail_unless_equals_int (is_read_only (strip), uses[__i__].read_only);
  use_and_drop (strip, uses[__i__].use);
  check_frame (&small_tiles[0], frames[0]);
  show_and_drop (&f, frames, &report);
  check_next (&f, 1, uses[__i__].placed);

  /* A strip that downstream only reads doesn't change that; a new configuration
   * does. */
  let_one_strip_pass (&f);
  check_next (&f, 1, uses[__i__].placed);
  fail_unless (gst_nt_strip_pool_configure (f.pool, f.layout, 3, NULL, NULL));
  check_next (&f, 1, FALSE);
  let_one_strip_pass (&f);
  check_next (&f, 1, TRUE);

  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* ---- Which strip ---- */

/* Each frame is in the strip that the pad counted, also where the counts wrap
 * around. */
GST_START_TEST (test_ahead)
{
  GstBuffer *frames[4][N_TILES] = { {NULL,}, };
  NtmReport report;
  GstBuffer *other;
  guint n;
  Fixture f;

  setup (&f, small_tiles, 4);
  f.n_taken[0] = -2 * __i__;
  gst_nt_arrivals_restart (f.arrivals[0], f.n_taken[0]);
  for (n = 0; n < 4; n++) {
    frames[n][0] = new_arrival (&f, 0);
    fail_unless_equals_int (is_placed (&f, frames[n][0]), n < 3);
  }
  for (n = 0; n < 4; n++) {
    show_and_drop (&f, frames[n], &report);
    fail_unless_equals_int (report.tiles_in_place, n < 3);
    fail_unless_equals_int (report.tiles_copied, 1);
    drop (frames[n]);
  }

  /* Two frames for the same strip: the second finds its tile occupied. */
  frames[0][0] = new_arrival (&f, 0);
  fail_unless (is_placed (&f, frames[0][0]));
  for (n = 0; n < 2; n++) {
    gst_nt_arrivals_uncount (f.arrivals[0]);
    other = new_arrival (&f, 0);
    fail_if (is_placed (&f, other));
    gst_buffer_unref (other);
  }
  drop (frames[0]);
  check_next (&f, 0, TRUE);
  teardown (&f);
}

GST_END_TEST;

/* A pad counts anew while one of its frames is on its way, as in a flush, and
 * then that frame is not shown: it is not counted any more. */
GST_START_TEST (test_uncount_after_restart)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  NtmReport report;
  Fixture f;

  setup (&f, small_tiles, 2);
  gst_buffer_unref (new_arrival (&f, 1));
  gst_nt_arrivals_restart (f.arrivals[1], f.n_taken[1]);
  gst_nt_arrivals_uncount (f.arrivals[1]);
  frames[1] = new_arrival (&f, 1);
  fail_unless (is_placed (&f, frames[1]));
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* The pool has the strips that can be coming and those that are out, and no
 * more. */
GST_START_TEST (test_pool_grows)
{
  GstBuffer *frames[3][N_TILES] = { {NULL,}, };
  NtmReport report;
  GstBuffer *strip;
  guint n;
  Fixture f;

  setup (&f, small_tiles, 1);
  strip = gst_nt_strip_pool_acquire (f.pool, NULL, NULL, NULL, NULL);
  for (n = 0; n < 3; n++) {
    frames[n][0] = new_arrival (&f, 0);
    fail_if (is_placed (&f, frames[n][0]));
    fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.pool),
        n + 2);
    drop (frames[n]);

    gst_nt_arrivals_uncount (f.arrivals[0]);
    frames[n][0] = new_arrival (&f, 0);
    fail_unless (is_placed (&f, frames[n][0]));
  }
  gst_buffer_unref (strip);

  /* Three strips have frames in them and can't be used; one is free. */
  for (n = 0; n < 3; n++)
    show_and_drop (&f, frames[n], &report);
  strip = gst_nt_strip_pool_acquire (f.pool, NULL, NULL, NULL, NULL);
  for (n = 0; n < 3; n++) {
    gst_nt_arrivals_restart (f.arrivals[1], f.n_taken[1]);
    check_next (&f, 1, FALSE);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.pool), 4);

  gst_buffer_unref (strip);
  for (n = 0; n < 3; n++)
    drop (frames[n]);
  teardown (&f);
}

GST_END_TEST;

/* The pool uses a strip with a frame in it for that frame only. */
GST_START_TEST (test_frames_are_kept)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstBuffer *others[N_TILES] = { NULL, };
  NtmReport report;
  GstBuffer *strip;
  const guint8 *data;
  guint n;
  Fixture f;

  setup (&f, small_tiles, 2);
  frames[1] = new_arrival (&f, 1);
  strip = show (&f, frames, &report);
  data = data_of (strip);
  fail_unless_equals_int (report.tiles_in_place, 1);

  /* The same frame once more while the strip is out: a copy. */
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 0);
  fail_unless_equals_int (report.tiles_copied, 1);

  gst_buffer_unref (strip);
  for (n = 0; n < 5; n++) {
    others[0] = new_frame (&f, 0, row_bytes_of (&small_tiles[0]));
    strip = show (&f, others, &report);
    fail_unless (data_of (strip) != data);
    gst_buffer_unref (strip);
    drop (others);
    check_frame (&small_tiles[1], frames[1]);

    strip = show (&f, frames, &report);
    fail_unless (data_of (strip) == data);
    fail_unless_equals_int (report.tiles_copied, 0);
    fail_unless_equals_int (report.tiles_kept, N_TILES);
    gst_buffer_unref (strip);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.pool), 2);

  /* The frame is free again: the pool uses all strips. */
  drop (frames);
  strip = gst_nt_strip_pool_acquire (f.pool, NULL, NULL, NULL, NULL);
  gst_buffer_unref (gst_nt_strip_pool_acquire (f.pool, NULL, NULL, NULL, NULL));
  gst_buffer_unref (strip);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.pool), 2);
  teardown (&f);
}

GST_END_TEST;

/* The pool keeps strips of the same size. It frees other strips when their
 * frames are gone. */
GST_START_TEST (test_frames_of_old_layout)
{
  const GstAllocationParams padding = {.padding = 64 };
  GstBuffer *frames[3][N_TILES];
  NtmReport report;
  guint n;
  guint i;
  Fixture f;

  setup (&f, small_tiles, 3);
  for (n = 0; n < 3; n++)
    for (i = 0; i < N_TILES; i++) {
      frames[n][i] = new_arrival (&f, i);
      fail_unless (is_placed (&f, frames[n][i]));
    }
  change_layout (&f, 3);
  if (__i__)
    fail_unless (gst_nt_strip_pool_configure (f.pool, f.layout, 3, &padding,
            NULL));
  show_and_drop (&f, frames[0], &report);
  fail_unless_equals_int (report.tiles_copied, N_TILES);
  fail_unless_equals_int (report.tiles_in_place, 0);
  for (n = 0; n < 3; n++) {
    for (i = 0; i < N_TILES; i++)
      check_frame (&small_tiles[i], frames[n][i]);
    drop (frames[n]);
  }

  /* No strip of the old layout is coming any more. */
  for (i = 0; i < N_TILES; i++) {
    gst_nt_arrivals_restart (f.arrivals[i], f.n_taken[i]);
    frames[0][i] = new_arrival (&f, i);
  }
  show_and_drop (&f, frames[0], &report);
  fail_unless_equals_int (report.tiles_in_place, N_TILES);
  drop (frames[0]);
  teardown (&f);
}

GST_END_TEST;

/* ---- Pauses ---- */

/* The first frame of tile @i that has a place; @n_before had none. */
static GstBuffer *
next_placed (Fixture * f, guint i, guint * n_before)
{
  for (*n_before = 0; *n_before < 1000; ++*n_before) {
    GstBuffer *frame = new_arrival (f, i);

    if (is_placed (f, frame))
      return frame;
    gst_nt_arrivals_uncount (f->arrivals[i]);
    gst_buffer_unref (frame);
  }
  fail ("no frame has a place any more");

  return NULL;
}

static guint
drop_next_placed (Fixture * f, guint i)
{
  guint n_before;

  gst_buffer_unref (next_placed (f, i, &n_before));
  gst_nt_arrivals_uncount (f->arrivals[i]);

  return n_before;
}

GST_START_TEST (test_pauses)
{
  static const guint pauses[] = { 0, 8, 16, 32, 64, 128, 256, 512, 512 };
  GstBuffer *frames[N_TILES] = { NULL, };
  NtmReport report;
  guint n_before;
  guint n;
  Fixture f;

  setup (&f, small_tiles, 3);
  for (n = 0; n < G_N_ELEMENTS (pauses); n++)
    fail_unless_equals_int (drop_next_placed (&f, 1), pauses[n]);
  fail_unless_equals_int (drop_next_placed (&f, 2), 0);

  /* A pad forgets its pauses when a strip shows its frame in place, and when
   * it restarts. */
  frames[1] = next_placed (&f, 1, &n_before);
  fail_unless_equals_int (n_before, 512);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  drop (frames);
  fail_unless_equals_int (drop_next_placed (&f, 1), 0);
  fail_unless_equals_int (drop_next_placed (&f, 1), 8);
  gst_nt_arrivals_restart (f.arrivals[1], f.n_taken[1]);
  fail_unless_equals_int (drop_next_placed (&f, 1), 0);
  fail_unless_equals_int (drop_next_placed (&f, 1), 8);

  /* A frame in more than one strip. */
  frames[0] = new_arrival (&f, 0);
  for (n = 0; n < 3; n++)
    show_and_drop (&f, frames, &report);
  drop (frames);
  fail_unless_equals_int (drop_next_placed (&f, 0), 8);
  teardown (&f);
}

GST_END_TEST;

/* The frame of one tile is due, and is in a strip together with a frame that
 * isn't due. */
GST_START_TEST (test_early_frame)
{
  GstBuffer *early[N_TILES] = { NULL, };
  GstBuffer *due[N_TILES] = { NULL, };
  GstBuffer *strips[3];
  NtmReport report;
  guint n;
  Fixture f;

  setup (&f, small_tiles, 3);
  for (n = 0; n < 3; n++)
    strips[n] = show (&f, early, &report);
  for (n = 0; n < 3; n++)
    gst_buffer_unref (strips[n]);
  early[0] = new_arrival (&f, 0);
  due[1] = new_arrival (&f, 1);
  fail_unless (is_placed (&f, early[0]) && is_placed (&f, due[1]));
  show_and_drop (&f, due, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  fail_unless_equals_int (report.tiles_in_place, 0);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.pool), 1);
  check_frame (&small_tiles[0], early[0]);

  /* Both pads pause at once, for eight frames. */
  for (n = 0; n < 2; n++) {
    GstBuffer *frame = new_arrival (&f, n);

    fail_if (is_placed (&f, frame));
    gst_buffer_unref (frame);
    gst_nt_arrivals_uncount (f.arrivals[n]);
  }

  /* The early frame has the strip to itself once the other frame is gone. */
  if (__i__)
    drop (due);
  show_and_drop (&f, early, &report);
  fail_unless_equals_int (report.tiles_copied, 1);
  fail_unless_equals_int (report.tiles_in_place, __i__);
  drop (due);
  drop (early);
  fail_unless_equals_int (drop_next_placed (&f, 0), 7);
  fail_unless_equals_int (drop_next_placed (&f, 1), 7);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.pool), 1);
  teardown (&f);
}

GST_END_TEST;

/* ---- Lifetimes ---- */

#define N_PARTS 4

/* @order: the part that the test frees first, second and so on. */
static void
free_in_order (const guint * order, gboolean clear)
{
  GstBuffer *frames[N_TILES];
  NtmReport report;
  GstBuffer *strip;
  guint n;
  guint i;
  Fixture f;

  setup (&f, small_tiles, 2);
  for (i = 0; i < N_TILES; i++)
    frames[i] = new_arrival (&f, i);
  strip = show (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, N_TILES);
  if (clear)
    gst_nt_strip_pool_clear (f.pool);

  for (n = 0; n < N_PARTS; n++) {
    for (i = 0; i < N_TILES; i++)
      if (frames[i])
        check_frame (&small_tiles[i], frames[i]);
    if (strip)
      check_strip (&f, strip);

    switch (order[n]) {
      case 0:
        gst_nt_strip_pool_unref (f.pool);
        break;
      case 1:
        for (i = 0; i < N_TILES; i++)
          gst_nt_arrivals_unref (f.arrivals[i]);
        break;
      case 2:
        drop (frames);
        break;
      default:
        gst_clear_buffer (&strip);
        break;
    }
  }
  ntm_composer_free (f.composer);
  ntm_layout_unref (f.layout);
  ntm_layout_unref (f.shape);
}

GST_START_TEST (test_any_order_of_freeing)
{
  guint order;

  /* Each digit is one part, if no two are the same. */
  for (order = 0; order < 256; order++) {
    const guint parts[N_PARTS] = {
      order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6
    };

    if ((1 << parts[0] | 1 << parts[1] | 1 << parts[2] | 1 << parts[3]) != 15)
      continue;
    free_in_order (parts, FALSE);
    free_in_order (parts, TRUE);
  }
}

GST_END_TEST;

/* ---- The log ---- */

static guint n_messages;
static guint n_under_lock;

static void
try_lock (GstDebugCategory * category, GstDebugLevel level, const gchar * file,
    const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer data)
{
  GstNtStripPool *pool = data;

  n_messages++;
  if (g_mutex_trylock (&pool->lock))
    g_mutex_unlock (&pool->lock);
  else
    n_under_lock++;
}

/* A log function of the application may ask the pool, or wait for a
 * terminal. */
GST_START_TEST (test_log_without_lock)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  NtmReport report;
  GstBuffer *strip;
  Fixture f;

  setup (&f, small_tiles, 1);
  gst_debug_remove_log_function (NULL);
  gst_debug_add_log_function (try_lock, f.pool, NULL);
  gst_debug_set_active (TRUE);
  gst_debug_set_threshold_for_name ("ntstrippool", GST_LEVEL_LOG);
  gst_debug_set_threshold_for_name ("ntarrivals", GST_LEVEL_LOG);

  frames[0] = new_arrival (&f, 0);
  strip = show (&f, frames, &report);
  fail_unless (is_read_only (strip));
  gst_buffer_unref (new_arrival (&f, 0));
  change_layout (&f, 4);
  show_and_drop (&f, frames, &report);
  use_and_drop (strip, WRITE);
  drop (frames);
  let_one_strip_pass (&f);

  frames[0] = new_arrival (&f, 0);
  use_and_drop (show (&f, frames, &report), WRITE);
  drop (frames);
  gst_nt_strip_pool_age (f.pool);
  gst_debug_remove_log_function (try_lock);
  fail_unless (n_messages > 0);
  fail_unless_equals_int (n_under_lock, 0);
  teardown (&f);
}

GST_END_TEST;

/* ---- Threads ---- */

#define N_ROUNDS 600

/* An upstream for each tile. Before each frame it frees a strip that downstream
 * has had, or waits for one: it queues three frames at most. */
typedef struct
{
  Fixture *f;
  guint i;
  GAsyncQueue *strips;
  GAsyncQueue *frames;
  GThread *thread;
} Upstream;

static gpointer
push_frames (gpointer data)
{
  const Upstream *up = data;
  guint n;

  for (n = 0; n < N_ROUNDS; n++) {
    GstBuffer *strip = g_async_queue_pop (up->strips);

    if (gst_buffer_n_memory (strip) > 0)
      check_strip (up->f, strip);
    gst_buffer_unref (strip);

    /* No strip shows some of the frames. */
    if (n % 97 == 31 * up->i) {
      gst_buffer_unref (new_arrival (up->f, up->i));
      gst_nt_arrivals_uncount (up->f->arrivals[up->i]);
    }
    g_async_queue_push (up->frames, new_arrival (up->f, up->i));
  }

  return NULL;
}

static void
start_upstream (Upstream * up, Fixture * f, guint i)
{
  guint n;

  *up = (Upstream) { f, i, g_async_queue_new (), g_async_queue_new (), NULL };
  for (n = 0; n < 3; n++)
    g_async_queue_push (up->strips, gst_buffer_new ());
  up->thread = g_thread_new ("upstream", push_frames, up);
}

static void
stop_upstream (Upstream * up)
{
  guint n;

  g_thread_join (up->thread);
  for (n = 0; n < 3; n++)
    gst_buffer_unref (g_async_queue_pop (up->strips));
  g_async_queue_unref (up->strips);
  g_async_queue_unref (up->frames);
}

/* Strips are right when the composer has made them, and while they are out. */
GST_START_TEST (test_many_threads)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  NtmReport report;
  Upstream ups[N_TILES];
  guint n;
  guint i;
  Fixture f;

  setup (&f, small_tiles, 2);
  for (i = 0; i < N_TILES; i++)
    start_upstream (&ups[i], &f, i);
  for (n = 0; n < N_ROUNDS; n++) {
    if (n % 100 == 99)
      change_layout (&f, 2);
    for (i = 0; i < N_TILES; i++) {
      /* Now and then the last tile is late. Then it drops a frame. */
      if (i == 2 && n % 50 == 20)
        continue;
      if (i == 2 && n % 50 == 30) {
        gst_buffer_unref (g_async_queue_pop (ups[i].frames));
        f.n_taken[i]++;
        g_async_queue_push (ups[i].strips, gst_buffer_new ());
      }
      gst_clear_buffer (&frames[i]);
      frames[i] = g_async_queue_pop (ups[i].frames);
    }
    for (i = 1; i < N_TILES; i++)
      if (i == 1 || n % 50 != 20)
        g_async_queue_push (ups[i].strips, gst_buffer_new ());
    g_async_queue_push (ups[0].strips, show (&f, frames, &report));
  }

  for (i = 0; i < N_TILES; i++)
    stop_upstream (&ups[i]);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* ---- While a strip is made ---- */

typedef enum
{
  MORE_PADDING,
  SAME_SIZE,
  CLEAR,
  CLEAR_AND_SAME_SIZE,
  ANOTHER_FRAME,
  N_EVENTS
} Event;

typedef struct
{
  Fixture f;
  Event event;
  GstAllocationParams params;
} Meanwhile;

static void
let_happen (gpointer data)
{
  Meanwhile *m = data;

  if (m->event == CLEAR || m->event == CLEAR_AND_SAME_SIZE)
    gst_nt_strip_pool_clear (m->f.pool);
  if (m->event == SAME_SIZE || m->event == CLEAR_AND_SAME_SIZE)
    change_layout (&m->f, 1);
  if (m->event == MORE_PADDING) {
    m->params.padding = 64;
    fail_unless (gst_nt_strip_pool_configure (m->f.pool, m->f.layout, 1,
            &m->params, NULL));
  }
  if (m->event == ANOTHER_FRAME)
    gst_buffer_unref (new_arrival (&m->f, 1));
}

/* All strips are of the last configuration, and none is lost. */
static void
check_pool (Meanwhile * m)
{
  const GstNtStripSet *set = &m->f.pool->set;
  GstBuffer *strips[4];
  gsize maxsize;
  guint i;

  for (i = 0; i < 4; i++) {
    strips[i] = gst_nt_strip_pool_acquire (m->f.pool, NULL, NULL, NULL, NULL);
    fail_unless_equals_uint64 (gst_buffer_get_sizes (strips[i], NULL, &maxsize),
        m->f.layout->bytes);
    fail_unless_equals_uint64 (maxsize, m->f.layout->bytes + m->params.padding);
  }
  fail_unless_equals_int (set->n_out, 4);
  for (i = 0; i < 4; i++)
    gst_buffer_unref (strips[i]);

  fail_unless_equals_int (set->n_out, 0);
  fail_unless_equals_int (set->n_strips, 4);
  fail_unless_equals_int (set->free->len, 4);
}

/* All strips are out. One more is made without the lock, so that all may happen
 * meanwhile: for a frame that arrives, or because it is due. */
GST_START_TEST (test_while_a_strip_is_made)
{
  Meanwhile m = {.event = __i__ % N_EVENTS };
  const gboolean is_due = __i__ / N_EVENTS;
  GstBuffer *strip;
  GstBuffer *more;

  setup (&m.f, small_tiles, 1);
  strip = gst_nt_strip_pool_acquire (m.f.pool, NULL, NULL, NULL, NULL);
  test_at_next_mapping (m.f.layout->bytes, let_happen, &m);
  if (is_due)
    more = gst_nt_strip_pool_acquire (m.f.pool, NULL, NULL, NULL, NULL);
  else
    more = new_arrival (&m.f, 0);
  fail_unless (more != NULL);
  fail_if (test_at_next_mapping (0, NULL, NULL));
  gst_buffer_unref (more);
  gst_buffer_unref (strip);

  /* One at a time for frames, besides one that is due. */
  if (m.event == ANOTHER_FRAME)
    fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (m.f.pool),
        2 + is_due);
  if (m.event == CLEAR) {
    fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (m.f.pool), 0);
    change_layout (&m.f, 1);
  }
  check_pool (&m);
  teardown (&m.f);
}

GST_END_TEST;

static Suite *
arrivals_suite (void)
{
  Suite *suite = suite_create ("arrivals");
  TCase *tcase = tcase_create ("arrivals");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_placed, 0, 2);
  tcase_add_loop_test (tcase, test_one_frame, 0, G_N_ELEMENTS (one_frames));
  tcase_add_test (tcase, test_tile);
  tcase_add_test (tcase, test_tiles_without_pixels);
  tcase_add_loop_test (tcase, test_downstream, 0, G_N_ELEMENTS (uses));
  tcase_add_loop_test (tcase, test_ahead, 0, 2);
  tcase_add_test (tcase, test_uncount_after_restart);
  tcase_add_test (tcase, test_pool_grows);
  tcase_add_test (tcase, test_frames_are_kept);
  tcase_add_loop_test (tcase, test_frames_of_old_layout, 0, 2);
  tcase_add_test (tcase, test_pauses);
  tcase_add_loop_test (tcase, test_early_frame, 0, 2);
  tcase_add_test (tcase, test_any_order_of_freeing);
  tcase_add_test (tcase, test_log_without_lock);
  tcase_add_test (tcase, test_many_threads);
  tcase_add_loop_test (tcase, test_while_a_strip_is_made, 0, 2 * N_EVENTS);

  return suite;
}

GST_CHECK_MAIN (arrivals);
