/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips, in memory of their own and of the caller's, and what of them is
 * written. */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../support.h"
#include "ntstrip.h"

#define WIDTH 13
#define HEIGHT 7
#define PIXEL_BYTES 3

static const uint8_t black[NTM_MAX_PIXEL_BYTES] = { 1, 2, 3 };

/* Two tiles. The second is lower, and has a margin. */
static NtmLayout *
new_layout (uint32_t width, uint32_t height)
{
  const NtmTile tiles[] = { {width - 5, height}, {5, height - 1} };
  const NtmLayoutRules rules = {.pixel_bytes = PIXEL_BYTES };
  NtmLayout *layout;

  fail_unless_equals_int (ntm_layout_new (&layout, tiles, 2, &rules), NTM_OK);

  return layout;
}

/* Fills @strip with background, and says how many tiles had it already. */
static size_t
compose_background (NtmStrip * strip)
{
  const NtmSource sources[2] = { 0 };
  NtmComposer *composer = ntm_composer_new ();
  NtmReport report;

  ntm_composer_compose (composer, strip, sources, black, &report);
  ntm_composer_free (composer);
  assert_equals_uint64 (report.tiles_copied, 0);

  return report.tiles_kept;
}

static void
assert_background (const NtmStrip * strip)
{
  const NtmLayout *layout = ntm_strip_get_layout (strip);
  const uint8_t *row = ntm_strip_get_data (strip);

  for (uint32_t y = 0; y < layout->height; y++) {
    for (size_t i = 0; i < layout->stride; i++)
      if (row[i] != black[i % PIXEL_BYTES])
        fail ("row %u, byte %zu: 0x%02x", y, i, row[i]);
    row += ntm_strip_get_stride (strip);
  }
}

static NtmStrip *
new_strip (NtmLayout * layout, const NtmStripMemory * memory)
{
  NtmStrip *strip;

  assert_equals_int (ntm_strip_new (&strip, layout, memory), NTM_OK);
  fail_unless (ntm_strip_get_layout (strip) == layout);
  assert_equals_int64 (ntm_strip_get_stride (strip), layout->stride);

  return strip;
}

/* ---- Memory of its own ---- */

GST_START_TEST (own_memory)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmStrip *strip = new_strip (layout, NULL);

  /* The strip has a reference of its own. */
  ntm_layout_unref (layout);
  assert_equals_uint64 ((uintptr_t) ntm_strip_get_data (strip)
      % NTM_STRIP_ALIGNMENT, 0);
  assert_equals_uint64 (compose_background (strip), 0);
  assert_background (strip);
  assert_equals_uint64 (compose_background (strip), 2);
  ntm_strip_free (strip);
  ntm_strip_free (NULL);
}

GST_END_TEST;

GST_START_TEST (alignment)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);

  for (size_t alignment = 1; alignment <= 4 * NTM_HUGE_PAGE_BYTES;
      alignment *= 2) {
    const NtmStripMemory memory = {.alignment = alignment };
    NtmStrip *strip = new_strip (layout, &memory);
    const size_t expected = MAX (alignment, NTM_STRIP_ALIGNMENT);

    assert_equals_uint64 ((uintptr_t) ntm_strip_get_data (strip) % expected, 0);
    compose_background (strip);
    assert_background (strip);
    ntm_strip_free (strip);
  }
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Large strips are aligned to huge pages. */
GST_START_TEST (large_strips_are_aligned)
{
  NtmLayout *layout = new_layout (1024, 1024);
  NtmStrip *strip = new_strip (layout, NULL);

  assert_equals_uint64 ((uintptr_t) ntm_strip_get_data (strip)
      % NTM_HUGE_PAGE_BYTES, 0);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* The slack is behind the last row, and is not written to. */
GST_START_TEST (slack)
{
  const NtmStripMemory memory = {.slack_bytes = 1000 };
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmStrip *strip = new_strip (layout, &memory);
  uint8_t *end = (uint8_t *) ntm_strip_get_data (strip) + layout->bytes;

  memset (end, 0x5a, 1000);
  compose_background (strip);
  for (size_t i = 0; i < 1000; i++)
    if (end[i] != 0x5a)
      fail ("byte %zu behind the strip was written", i);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Whatever layout a strip gets, it has its slack behind the last row. */
GST_START_TEST (slack_is_no_room_for_a_layout)
{
  const NtmStripMemory memory = {.slack_bytes = 3 * PIXEL_BYTES * HEIGHT };
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmLayout *smaller = new_layout (WIDTH - 1, HEIGHT);
  NtmLayout *larger = new_layout (WIDTH + 1, HEIGHT);
  NtmStrip *strip = new_strip (layout, &memory);

  assert_equals_int (ntm_strip_set_layout (strip, larger), NTM_TOO_LARGE);
  fail_unless (ntm_strip_get_layout (strip) == layout);
  assert_equals_int (ntm_strip_set_layout (strip, smaller), NTM_OK);
  assert_equals_int (ntm_strip_set_layout (strip, larger), NTM_TOO_LARGE);
  assert_equals_int (ntm_strip_set_layout (strip, layout), NTM_OK);
  ntm_strip_free (strip);
  ntm_layout_unref (larger);
  ntm_layout_unref (smaller);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* A size that can't be addressed is refused before the system is asked. */
GST_START_TEST (too_large_to_address)
{
  static const NtmStripMemory memories[] = {
    {.slack_bytes = SIZE_MAX}, {.slack_bytes = PTRDIFF_MAX},
    {.alignment = SIZE_MAX / 2 + 1}, {.alignment = SIZE_MAX / 4 + 1,
        .slack_bytes = SIZE_MAX / 4},
  };
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmPages pages = {.data = &pages,.mapping = &pages,.mapping_bytes = 1 };

  for (size_t i = 0; i < N_ELEMENTS (memories); i++) {
    NtmStrip *strip = (NtmStrip *) layout;

    assert_equals_int (ntm_strip_new (&strip, layout, &memories[i]),
        NTM_NO_MEMORY);
    fail_unless (strip == NULL);
  }
  ntm_layout_unref (layout);

  assert_equals_int (ntm_pages_map (&pages, SIZE_MAX, 64), NTM_NO_MEMORY);
  fail_unless (pages.data == NULL && pages.mapping == NULL);
  ntm_pages_unmap (&pages);
}

GST_END_TEST;

/* A program that was built for a later version reads zeros, not rubbish, in
 * fields that this version doesn't have. */
GST_START_TEST (reserved_fields_are_zero)
{
  static const uint64_t zeros[8];
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmStrip *strip = new_strip (layout, NULL);
  NtmPages block;
  NtmPlace place;

  for (size_t i = 0; i < layout->n_cells; i++)
    fail_unless (memcmp (layout->cells[i].reserved, zeros,
            sizeof layout->cells[i].reserved) == 0);

  memset (&place, 0xff, sizeof place);
  ntm_strip_fill_tile (strip, 0, NTM_CONTENT_UNKNOWN, &place);
  fail_unless (memcmp (place.reserved, zeros, sizeof place.reserved) == 0);

  memset (&block, 0xff, sizeof block);
  assert_equals_int (ntm_pages_map (&block, 1, 1), NTM_OK);
  fail_unless (memcmp (block.reserved, zeros, sizeof block.reserved) == 0);
  ntm_pages_unmap (&block);

  ntm_strip_free (strip);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (pages)
{
  static const size_t sizes[] = {
    1, 4096, NTM_HUGE_PAGE_BYTES - 1, NTM_HUGE_PAGE_BYTES,
    3 * NTM_HUGE_PAGE_BYTES + 1
  };

  for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
    NtmPages block;

    assert_equals_int (ntm_pages_map (&block, sizes[i], 128), NTM_OK);
    assert_equals_uint64 ((uintptr_t) block.data
        % (sizes[i] < NTM_HUGE_PAGE_BYTES ? 128 : NTM_HUGE_PAGE_BYTES), 0);
    memset (block.data, 0x5a, sizes[i]);
    ntm_pages_unmap (&block);
    fail_unless (block.data == NULL && block.mapping == NULL);
    ntm_pages_unmap (&block);
  }
}

GST_END_TEST;

/* 0 is any alignment, as 1 is. */
GST_START_TEST (pages_of_any_alignment)
{
  NtmPages block;

  for (size_t alignment = 0; alignment < 2; alignment++) {
    assert_equals_int (ntm_pages_map (&block, 4096, alignment), NTM_OK);
    fail_unless (block.data == block.mapping);
    memset (block.data, 0x5a, 4096);
    ntm_pages_unmap (&block);
  }
}

GST_END_TEST;

/* ---- Touching ---- */

static size_t
count_resident_pages (const NtmStrip * strip, size_t bytes)
{
  const size_t page_bytes = sysconf (_SC_PAGESIZE);
  const size_t n_pages = bytes / page_bytes;
  unsigned char *pages = g_malloc (n_pages);
  size_t count = 0;

  fail_unless (mincore (ntm_strip_get_data (strip), n_pages * page_bytes,
          pages) == 0);
  for (size_t i = 0; i < n_pages; i++)
    count += pages[i] & 1;
  g_free (pages);

  return count;
}

GST_START_TEST (touched_pages_are_there)
{
  const size_t page_bytes = sysconf (_SC_PAGESIZE);
  NtmLayout *layout = new_layout (1024, 4096);
  NtmStrip *strip = new_strip (layout, NULL);

  assert_equals_uint64 (count_resident_pages (strip, layout->bytes), 0);
  ntm_strip_touch (strip);
  assert_equals_uint64 (count_resident_pages (strip, layout->bytes),
      layout->bytes / page_bytes);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (touching_ends_early)
{
  const int is_over = 1;
  NtmLayout *layout = new_layout (1024, 4096);
  NtmStrip *strip = new_strip (layout, NULL);

  ntm_strip_touch_until (strip, &is_over);
  assert_equals_uint64 (count_resident_pages (strip, layout->bytes), 0);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* A strip that is touched too late is right again with the next strip. */
GST_START_TEST (touched_too_late)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmStrip *strip = new_strip (layout, NULL);

  compose_background (strip);
  ntm_strip_touch (strip);
  compose_background (strip);
  assert_background (strip);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* ---- Memory of the caller's ---- */

/* Rows with bytes between them, which stay, from the first or the last on. */
static void
check_wrapped (ptrdiff_t padding, bool upside_down)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  const size_t step = layout->stride + padding;
  uint8_t *memory = g_malloc (step * HEIGHT);
  uint8_t *top = upside_down ? memory + step * (HEIGHT - 1) : memory;
  const ptrdiff_t stride = upside_down ? -(ptrdiff_t) step : (ptrdiff_t) step;
  NtmStrip *strip;

  memset (memory, 0x5a, step * HEIGHT);
  assert_equals_int (ntm_strip_wrap (&strip, layout, top, stride), NTM_OK);
  fail_unless (ntm_strip_get_data (strip) == top);
  assert_equals_int64 (ntm_strip_get_stride (strip), stride);
  compose_background (strip);
  assert_background (strip);
  for (size_t i = 0; i < step * HEIGHT; i++)
    if (i % step >= layout->stride && memory[i] != 0x5a)
      fail ("byte %zu, between two rows, was written", i);
  assert_equals_uint64 (compose_background (strip), 2);

  /* Its pages are the caller's to touch. */
  ntm_strip_touch (strip);
  assert_background (strip);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
  g_free (memory);
}

GST_START_TEST (wrapped_memory)
{
  for (int upside_down = 0; upside_down < 2; upside_down++)
    for (ptrdiff_t padding = 0; padding < 70; padding += 23)
      check_wrapped (padding, upside_down);
}

GST_END_TEST;

GST_START_TEST (bad_strides)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  const ptrdiff_t row_bytes = layout->stride;
  const ptrdiff_t strides[] = { 0, 1, -1, row_bytes - 1, 1 - row_bytes };
  uint8_t *memory = g_malloc (layout->bytes);
  NtmStrip *strip;
  NtmStrip *none;

  assert_equals_int (ntm_strip_wrap (&strip, layout, memory, row_bytes),
      NTM_OK);
  for (size_t i = 0; i < N_ELEMENTS (strides); i++) {
    none = strip;
    assert_equals_int (ntm_strip_wrap (&none, layout, memory, strides[i]),
        NTM_BAD_STRIDE);
    fail_unless (none == NULL);
    assert_equals_int (ntm_strip_set_data (strip, NULL, strides[i]),
        NTM_BAD_STRIDE);
    fail_unless (ntm_strip_get_data (strip) == memory);
    assert_equals_int64 (ntm_strip_get_stride (strip), row_bytes);
  }
  none = strip;
  assert_equals_int (ntm_strip_wrap (&none, layout, memory, PTRDIFF_MIN),
      NTM_OK);
  ntm_strip_free (none);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
  g_free (memory);
}

GST_END_TEST;

/* One strip serves several buffers in turn. */
GST_START_TEST (set_data)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  const ptrdiff_t stride = layout->stride;
  uint8_t *top = g_malloc0 (layout->bytes);
  uint8_t *second = g_malloc0 (2 * layout->bytes);
  NtmStrip *strip;

  assert_equals_int (ntm_strip_wrap (&strip, layout, top, stride), NTM_OK);
  compose_background (strip);
  assert_equals_int (ntm_strip_set_data (strip, second, 2 * stride), NTM_OK);
  fail_unless (ntm_strip_get_data (strip) == second);
  assert_equals_uint64 (compose_background (strip), 0);
  assert_background (strip);

  /* The same memory again: it may have been written to meanwhile. */
  assert_equals_int (ntm_strip_set_data (strip, second, 2 * stride), NTM_OK);
  assert_equals_uint64 (compose_background (strip), 0);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
  g_free (top);
  g_free (second);
}

GST_END_TEST;

/* ---- Another layout ---- */

GST_START_TEST (set_layout)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmLayout *flat = new_layout (WIDTH * 2, HEIGHT / 2);
  NtmLayout *too_large = new_layout (WIDTH, HEIGHT + 1);
  NtmStrip *strip = new_strip (layout, NULL);

  compose_background (strip);
  assert_equals_int (ntm_strip_set_layout (strip, layout), NTM_OK);
  assert_equals_uint64 (compose_background (strip), 2);

  assert_equals_int (ntm_strip_set_layout (strip, too_large), NTM_TOO_LARGE);
  fail_unless (ntm_strip_get_layout (strip) == layout);
  assert_equals_uint64 (compose_background (strip), 2);

  assert_equals_int (ntm_strip_set_layout (strip, flat), NTM_OK);
  fail_unless (ntm_strip_get_layout (strip) == flat);
  assert_equals_int64 (ntm_strip_get_stride (strip), flat->stride);
  assert_equals_uint64 (compose_background (strip), 0);
  assert_background (strip);

  assert_equals_int (ntm_strip_set_layout (strip, layout), NTM_OK);
  assert_equals_uint64 (compose_background (strip), 0);
  assert_background (strip);
  ntm_layout_unref (too_large);
  ntm_layout_unref (flat);
  ntm_layout_unref (layout);
  ntm_strip_free (strip);
}

GST_END_TEST;

static void
assert_words (const NtmStrip * strip, NtmTileWord word)
{
  for (size_t i = 0; i < 2; i++)
    assert_equals_int (ntm_strip_get_word (strip, i), word);
}

/* Before a strip is composed, with its first layout or another, no tile of it
 * has a frame. */
GST_START_TEST (words_before_composing)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmLayout *other = new_layout (WIDTH, HEIGHT);
  NtmStrip *strip = new_strip (layout, NULL);

  assert_words (strip, NTM_TILE_BACKGROUND);
  compose_background (strip);
  compose_background (strip);
  assert_words (strip, NTM_TILE_KEPT);
  ntm_strip_invalidate (strip);
  assert_words (strip, NTM_TILE_KEPT);

  assert_equals_int (ntm_strip_set_layout (strip, other), NTM_OK);
  assert_words (strip, NTM_TILE_BACKGROUND);
  ntm_strip_free (strip);
  ntm_layout_unref (other);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Rows of the caller's memory stay where they are. */
GST_START_TEST (set_layout_of_wrapped)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  NtmLayout *narrow = new_layout (WIDTH - 2, HEIGHT);
  NtmLayout *wide = new_layout (WIDTH + 1, HEIGHT);
  const ptrdiff_t stride = layout->stride;
  uint8_t *memory = g_malloc0 (layout->bytes);
  NtmStrip *strip;

  assert_equals_int (ntm_strip_wrap (&strip, layout,
          memory + (HEIGHT - 1) * stride, -stride), NTM_OK);
  assert_equals_int (ntm_strip_set_layout (strip, wide), NTM_BAD_STRIDE);
  fail_unless (ntm_strip_get_layout (strip) == layout);
  compose_background (strip);
  assert_equals_int (ntm_strip_set_layout (strip, narrow), NTM_OK);
  assert_equals_int64 (ntm_strip_get_stride (strip), -stride);
  assert_equals_uint64 (compose_background (strip), 0);
  assert_background (strip);
  ntm_strip_free (strip);
  ntm_layout_unref (wide);
  ntm_layout_unref (narrow);
  ntm_layout_unref (layout);
  g_free (memory);
}

GST_END_TEST;

/* ---- Content ids ---- */

#define N_IDS 1000

static void *
take_ids (void *data)
{
  uint64_t *ids = data;

  for (size_t i = 0; i < N_IDS; i++)
    ids[i] = ntm_content_new ();

  return NULL;
}

static int
compare (const void *a, const void *b)
{
  const uint64_t x = *(const uint64_t *) a;
  const uint64_t y = *(const uint64_t *) b;

  return x < y ? -1 : x > y;
}

GST_START_TEST (content_ids_are_new)
{
  static uint64_t ids[4][N_IDS];
  const uint64_t *all = ids[0];
  pthread_t threads[4];

  for (size_t i = 0; i < 4; i++)
    fail_unless (pthread_create (&threads[i], NULL, take_ids, ids[i]) == 0);
  for (size_t i = 0; i < 4; i++)
    pthread_join (threads[i], NULL);
  qsort (ids, 4 * N_IDS, sizeof all[0], compare);
  fail_if (all[0] == NTM_CONTENT_UNKNOWN);
  for (size_t i = 1; i < 4 * N_IDS; i++)
    fail_unless (all[i] > all[i - 1]);
}

GST_END_TEST;

static Suite *
strip_suite (void)
{
  Suite *suite = suite_create ("strip-memory-strip");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, own_memory);
  tcase_add_test (tc, alignment);
  tcase_add_test (tc, large_strips_are_aligned);
  tcase_add_test (tc, slack);
  tcase_add_test (tc, slack_is_no_room_for_a_layout);
  tcase_add_test (tc, too_large_to_address);
  tcase_add_test (tc, reserved_fields_are_zero);
  tcase_add_test (tc, pages);
  tcase_add_test (tc, pages_of_any_alignment);
  tcase_add_test (tc, touched_pages_are_there);
  tcase_add_test (tc, touching_ends_early);
  tcase_add_test (tc, touched_too_late);
  tcase_add_test (tc, wrapped_memory);
  tcase_add_test (tc, bad_strides);
  tcase_add_test (tc, set_data);
  tcase_add_test (tc, set_layout);
  tcase_add_test (tc, words_before_composing);
  tcase_add_test (tc, set_layout_of_wrapped);
  tcase_add_test (tc, content_ids_are_new);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, strip_suite (), __FILE__);
}
