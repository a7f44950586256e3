/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The composer: what it writes, what it leaves alone, and what it reports. The
 * tests make strips again and again, with frames that come, stay and go. A
 * model knows what each tile holds, and compares all bytes. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support.h"
#include "ntstrip.h"

#define EXIT_SKIPPED 77
#define MOST_TILES 12
#define N_PICTURES 3
#define N_ROUNDS 12
#define UNTOUCHED 0xee

/* ---- The model ---- */

/* What a tile of the strip holds. */
typedef struct
{
  uint64_t content;             /* 0: not known, or background */
  bool background;
  bool margin;                  /* is background */
} Held;

/* A strip in memory of ours, what it should hold, and what it does. */
typedef struct
{
  NtmLayout *layout;
  NtmStrip *strip;
  NtmComposer *composer;
  uint8_t *memory;              /* of the strip, and bytes between its rows */
  size_t bytes;
  uint8_t *expected;            /* the same, after the next strip */
  ptrdiff_t first;              /* offset of the first row */
  ptrdiff_t stride;
  uint8_t background[NTM_MAX_PIXEL_BYTES];
  uint8_t held_background[NTM_MAX_PIXEL_BYTES];
  uint8_t *pictures[MOST_TILES][N_PICTURES];
  NtmSource pictures_as_sources[MOST_TILES][N_PICTURES];
  NtmSource sources[MOST_TILES];
  NtmSource shown[MOST_TILES];  /* the same, with pixels that we have */
  Held held[MOST_TILES];
  NtmTileWord words[MOST_TILES];
  NtmReport report;             /* expected */
} Rig;

static const NtmRect *
get_frame (const Rig * rig, size_t tile)
{
  return &rig->layout->cells[tile].frame;
}

static bool
has_frame (const Rig * rig, size_t tile)
{
  return get_frame (rig, tile)->width > 0;
}

static bool
has_margin (const Rig * rig, size_t tile)
{
  const NtmRect *cell = &rig->layout->cells[tile].cell;
  const NtmRect *frame = get_frame (rig, tile);

  return (uint64_t) cell->width * cell->height
      > (uint64_t) frame->width * frame->height;
}

static void
forget (Rig * rig)
{
  memset (rig->held, 0, sizeof rig->held);
}

static bool
holds_frame (const Rig * rig, size_t tile)
{
  const NtmSource *source = &rig->sources[tile];
  const Held *held = &rig->held[tile];

  if (source->pixels == NULL)
    return held->background;

  return source->content != 0 && held->content == source->content;
}

/* What the next strip should say of @tile. */
static NtmTileWord
judge (const Rig * rig, size_t tile)
{
  if (has_frame (rig, tile) && !holds_frame (rig, tile))
    return rig->sources[tile].pixels ? NTM_TILE_COPIED : NTM_TILE_BACKGROUND;
  if (has_margin (rig, tile) && !rig->held[tile].margin)
    return NTM_TILE_BACKGROUND;

  return NTM_TILE_KEPT;
}

static void
count (Rig * rig, size_t tile)
{
  const NtmRect *frame = get_frame (rig, tile);

  switch (rig->words[tile]) {
    case NTM_TILE_COPIED:
      rig->report.tiles_copied++;
      rig->report.tiles_in_place +=
          rig->sources[tile].pixels != rig->shown[tile].pixels;
      rig->report.bytes_copied +=
          (size_t) frame->width * frame->height * rig->layout->pixel_bytes;
      break;
    case NTM_TILE_KEPT:
      rig->report.tiles_kept++;
      break;
    case NTM_TILE_BACKGROUND:
      rig->report.tiles_background++;
      break;
  }
}

/* Of a row, without what the layout's stride adds. */
static size_t
get_row_bytes (const NtmLayout * layout)
{
  return (size_t) layout->width * layout->pixel_bytes;
}

static uint8_t *
get_row (const Rig * rig, uint8_t * memory, uint32_t y)
{
  return memory + rig->first + (ptrdiff_t) y * rig->stride;
}

/* All that the strip should hold, byte by byte. */
static void
draw (Rig * rig)
{
  const NtmLayout *layout = rig->layout;
  const size_t pixel_bytes = layout->pixel_bytes;

  for (uint32_t y = 0; y < layout->height; y++)
    for (size_t i = 0; i < get_row_bytes (layout); i++)
      get_row (rig, rig->expected, y)[i] =
          rig->background[i % layout->background_bytes];

  for (size_t tile = 0; tile < layout->n_tiles; tile++) {
    const NtmRect *frame = get_frame (rig, tile);
    const NtmSource *source = &rig->shown[tile];

    for (uint32_t y = 0; source->pixels && y < frame->height; y++)
      for (size_t i = 0; i < frame->width * pixel_bytes; i++)
        get_row (rig, rig->expected, frame->y + y)[frame->x * pixel_bytes + i] =
            ((const uint8_t *) source->pixels)[y * source->stride + i];
  }
}

static void
predict (Rig * rig)
{
  const size_t bytes = rig->layout->background_bytes;

  if (memcmp (rig->background, rig->held_background, bytes) != 0)
    for (size_t i = 0; i < MOST_TILES; i++)
      rig->held[i].background = rig->held[i].margin = false;
  memcpy (rig->held_background, rig->background, bytes);

  rig->report = (NtmReport) { 0 };
  for (size_t i = 0; i < rig->layout->n_tiles; i++) {
    const NtmSource *source = &rig->sources[i];

    rig->words[i] = judge (rig, i);
    count (rig, i);
    rig->held[i].content = source->pixels ? source->content : 0;
    rig->held[i].background = source->pixels == NULL;
    rig->held[i].margin = true;
  }
  draw (rig);
}

/* ---- The rig ---- */

static void
make_pictures (Rig * rig, size_t tile)
{
  const NtmRect *frame = get_frame (rig, tile);
  const size_t row_bytes = frame->width * rig->layout->pixel_bytes;

  for (size_t k = 0; k < N_PICTURES; k++) {
    const size_t step = row_bytes + random_below (3) * random_below (70);
    const bool upside_down = random_below (3) == 0 && frame->height > 0;
    uint8_t *picture = g_malloc (step * frame->height + 1);

    random_fill (picture, step * frame->height);
    rig->pictures[tile][k] = picture;
    rig->pictures_as_sources[tile][k] = (NtmSource) {
      .pixels = upside_down ? picture + step * (frame->height - 1) : picture,
      .stride = upside_down ? -(ptrdiff_t) step : (ptrdiff_t) step,
      .content = ntm_content_new (),
    };
  }
}

static void
free_pictures (Rig * rig)
{
  for (size_t i = 0; i < rig->layout->n_tiles; i++)
    for (size_t k = 0; k < N_PICTURES; k++)
      g_free (rig->pictures[i][k]);
}

/* Sizes are about a cache line of pixels, more and less, and often nothing. */
static uint32_t
random_size (void)
{
  return random_below (5) == 0 ? 0 : 1 + random_below (random_below (40) + 1);
}

static NtmLayout *
new_random_layout (void)
{
  NtmTile tiles[MOST_TILES];
  const size_t n_tiles = 1 + random_below (MOST_TILES);
  const uint32_t unit = 1 + random_below (2) * random_below (4);
  const NtmLayoutRules rules = {
    .pixel_bytes = 1 + random_below (NTM_MAX_PIXEL_BYTES / unit),
    .x_granularity = unit,
    .stride_granularity = random_below (2) * random_below (17),
    .columns = random_below (n_tiles + 1),
    .align_x = random_below (3),
    .align_y = random_below (3),
    .y_granularity = random_below (3),
    .min_width = 1 + random_below (2) * random_below (100),
    .gap_x = random_below (2) * random_below (9),
    .gap_y = random_below (2) * random_below (9),
    .min_height = 1 + random_below (2) * random_below (50),
  };
  NtmLayout *layout;

  for (size_t i = 0; i < n_tiles; i++)
    tiles[i] = (NtmTile) { unit * random_size (), random_size () };
  fail_unless_equals_int (ntm_layout_new (&layout, tiles, n_tiles, &rules),
      NTM_OK);

  return layout;
}

/* Memory for the layout, of any alignment and stride. */
static void
make_memory (Rig * rig)
{
  const NtmLayout *layout = rig->layout;
  const size_t step = get_row_bytes (layout)
      + random_below (3) * random_below (90);
  const size_t shift = random_below (65);
  const bool upside_down = random_below (3) == 0;

  rig->bytes = step * layout->height + shift;
  rig->memory = g_malloc (rig->bytes);
  rig->expected = g_malloc (rig->bytes);
  memset (rig->memory, UNTOUCHED, rig->bytes);
  memset (rig->expected, UNTOUCHED, rig->bytes);
  rig->first = shift + (upside_down ? step * (layout->height - 1) : 0);
  rig->stride = upside_down ? -(ptrdiff_t) step : (ptrdiff_t) step;
}

static void
setup (Rig * rig, NtmLayout * layout)
{
  memset (rig, 0, sizeof *rig);
  rig->layout = layout;
  make_memory (rig);
  assert_equals_int (ntm_strip_wrap (&rig->strip, layout,
          rig->memory + rig->first, rig->stride), NTM_OK);
  rig->composer = ntm_composer_new ();
  fail_unless (rig->composer != NULL);
  for (size_t i = 0; i < layout->n_tiles; i++)
    make_pictures (rig, i);
}

static void
teardown (Rig * rig)
{
  free_pictures (rig);
  ntm_composer_free (rig->composer);
  ntm_strip_free (rig->strip);
  ntm_layout_unref (rig->layout);
  g_free (rig->memory);
  g_free (rig->expected);
}

static void
show_nothing (Rig * rig, size_t tile)
{
  rig->sources[tile] = rig->shown[tile] = (NtmSource) { NULL };
}

static void
show (Rig * rig, size_t tile, size_t picture, bool known)
{
  rig->shown[tile] = rig->pictures_as_sources[tile][picture];
  if (!known)
    rig->shown[tile].content = NTM_CONTENT_UNKNOWN;
  rig->sources[tile] = rig->shown[tile];
}

/* The test copies the frame to its place, if the strip says that it must. */
static void
fill_in (Rig * rig, size_t tile, size_t picture, bool known)
{
  const NtmRect *frame = get_frame (rig, tile);
  const size_t pixel_bytes = rig->layout->pixel_bytes;
  NtmPlace place;

  show (rig, tile, picture, known);
  assert_equals_int (ntm_strip_fill_tile (rig->strip, tile,
          rig->shown[tile].content, &place), !holds_frame (rig, tile));
  fail_unless (place.data == get_row (rig, rig->memory, frame->y)
      + frame->x * pixel_bytes);
  assert_equals_int64 (place.stride, rig->stride);
  assert_equals_uint64 (place.row_bytes, frame->width * pixel_bytes);
  assert_equals_uint64 (place.rows, frame->height);

  if (!holds_frame (rig, tile)) {
    rig->held[tile].content = 0;
    rig->held[tile].background = false;
    ntm_composer_copy (rig->composer, &place, rig->layout->bytes,
        rig->shown[tile].pixels, rig->shown[tile].stride);
  }
  rig->sources[tile].pixels = place.data;
  rig->sources[tile].stride = place.stride;
}

/* What ntm_strip_ask() answers before the strip is made. */
static void
check_answers (Rig * rig)
{
  const bool same_colour = memcmp (rig->background, rig->held_background,
      rig->layout->background_bytes) == 0;

  for (size_t i = 0; i < rig->layout->n_tiles; i++) {
    const NtmSource *source = &rig->sources[i];
    const unsigned answer =
        ntm_strip_ask (rig->strip, i, source, rig->background);
    const bool held = holds_frame (rig, i) && (source->pixels || same_colour);
    const bool is_in_place = source->pixels != rig->shown[i].pixels;

    if (has_frame (rig, i))
      assert_equals_int (answer & (NTM_MISSES_FRAME | NTM_FRAME_CAME),
          held ? 0 : is_in_place ? NTM_FRAME_CAME : NTM_MISSES_FRAME);
    assert_equals_int ((answer & NTM_MISSES_MARGIN) != 0,
        !(same_colour && rig->held[i].margin));
  }
}

static void
check_bytes (const Rig * rig)
{
  if (memcmp (rig->memory, rig->expected, rig->bytes) == 0)
    return;

  for (size_t i = 0; i < rig->bytes; i++)
    if (rig->memory[i] != rig->expected[i])
      fail ("byte %zd of the strip, stride %zd: 0x%02x, not 0x%02x",
          (ptrdiff_t) i - rig->first, rig->stride, rig->memory[i],
          rig->expected[i]);
}

/* Makes a strip of what is shown, and checks its bytes and the report. */
static void
make_strip (Rig * rig)
{
  NtmReport report;

  check_answers (rig);
  predict (rig);
  memset (&report, 0xff, sizeof report);
  ntm_composer_compose (rig->composer, rig->strip, rig->sources,
      rig->background, &report);
  check_bytes (rig);
  for (size_t i = 0; i < rig->layout->n_tiles; i++)
    fail_unless (ntm_strip_get_word (rig->strip, i) == rig->words[i],
        "tile %zu: %d, not %d", i, ntm_strip_get_word (rig->strip, i),
        rig->words[i]);
  assert_equals_uint64 (report.tiles_copied, rig->report.tiles_copied);
  assert_equals_uint64 (report.tiles_in_place, rig->report.tiles_in_place);
  assert_equals_uint64 (report.tiles_kept, rig->report.tiles_kept);
  assert_equals_uint64 (report.tiles_background, rig->report.tiles_background);
  assert_equals_uint64 (report.bytes_copied, rig->report.bytes_copied);
}

/* ---- Random strips ---- */

static void
change_tile (Rig * rig, size_t tile)
{
  const size_t picture = random_below (N_PICTURES);
  const bool known = random_below (4) > 0;

  switch (random_below (5)) {
    case 0:
      show_nothing (rig, tile);
      break;
    case 1:
      fill_in (rig, tile, picture, known);
      break;
    case 2:
      show (rig, tile, picture, known);
      break;
    default:
      /* As it is; but a frame that was filled in is known no more. */
      rig->sources[tile] = rig->shown[tile];
      break;
  }
}

/* Something else writes to the strip, and says so. */
static void
scribble (Rig * rig)
{
  for (uint32_t y = 0; y < rig->layout->height; y++)
    random_fill (get_row (rig, rig->memory, y), get_row_bytes (rig->layout));
  ntm_strip_invalidate (rig->strip);
  forget (rig);
}

/* The strip moves to other memory. */
static void
move (Rig * rig)
{
  g_free (rig->memory);
  g_free (rig->expected);
  make_memory (rig);
  assert_equals_int (ntm_strip_set_data (rig->strip, rig->memory + rig->first,
          rig->stride), NTM_OK);
  forget (rig);
}

static void
change_settings (Rig * rig)
{
  ntm_composer_set_stores (rig->composer, random_below (3));
  ntm_composer_set_max_threads (rig->composer, random_below (4));
  ntm_composer_set_stream_from (rig->composer, random_below (3) * 1000,
      1 + random_below (3));
}

GST_START_TEST (random_strips)
{
  const unsigned n_cases = random_cases (600);

  for (unsigned i = 0; i < n_cases; i++) {
    Rig rig;

    setup (&rig, new_random_layout ());
    for (unsigned round = 0; round < N_ROUNDS; round++) {
      if (random_below (6) == 0)
        scribble (&rig);
      if (random_below (8) == 0)
        move (&rig);
      if (random_below (3) == 0)
        random_fill (rig.background, sizeof rig.background);
      change_settings (&rig);
      for (size_t tile = 0; tile < rig.layout->n_tiles; tile++)
        change_tile (&rig, tile);
      make_strip (&rig);
    }
    teardown (&rig);
  }
}

GST_END_TEST;

/* ---- By example ---- */

/* Four tiles of different widths and heights; the third has no width. */
static void
setup_four (Rig * rig)
{
  const NtmTile tiles[] = { {17, 9}, {1, 20}, {0, 5}, {40, 20} };
  const NtmLayoutRules rules = {.pixel_bytes = 4,.align_y = NTM_ALIGN_CENTER };
  NtmLayout *layout;

  fail_unless_equals_int (ntm_layout_new (&layout, tiles, 4, &rules), NTM_OK);
  setup (rig, layout);
  random_fill (rig->background, 4);
  for (size_t i = 0; i < 4; i++)
    show (rig, i, 0, true);
}

static void
expect_words (const Rig * rig, NtmTileWord a, NtmTileWord b, NtmTileWord c,
    NtmTileWord d)
{
  const NtmTileWord words[] = { a, b, c, d };

  for (size_t i = 0; i < N_ELEMENTS (words); i++)
    assert_equals_int (rig->words[i], words[i]);
}

GST_START_TEST (content_is_kept)
{
  Rig rig;

  setup_four (&rig);
  make_strip (&rig);
  expect_words (&rig, NTM_TILE_COPIED, NTM_TILE_COPIED, NTM_TILE_KEPT,
      NTM_TILE_COPIED);
  make_strip (&rig);
  expect_words (&rig, NTM_TILE_KEPT, NTM_TILE_KEPT, NTM_TILE_KEPT,
      NTM_TILE_KEPT);

  /* One frame that isn't known, and one that goes. */
  show (&rig, 1, 0, false);
  show_nothing (&rig, 3);
  make_strip (&rig);
  expect_words (&rig, NTM_TILE_KEPT, NTM_TILE_COPIED, NTM_TILE_KEPT,
      NTM_TILE_BACKGROUND);

  /* The first tile alone has a margin. */
  rig.background[0]++;
  show (&rig, 1, 0, true);
  make_strip (&rig);
  expect_words (&rig, NTM_TILE_BACKGROUND, NTM_TILE_COPIED, NTM_TILE_KEPT,
      NTM_TILE_BACKGROUND);
  teardown (&rig);
}

GST_END_TEST;

/* Not one byte of what is kept is written: it has been changed behind the
 * engine's back, and stays so. */
GST_START_TEST (kept_is_not_written)
{
  Rig rig;

  setup_four (&rig);
  make_strip (&rig);
  for (uint32_t y = 0; y < rig.layout->height; y++)
    random_fill (get_row (&rig, rig.memory, y), rig.layout->stride);
  memcpy (rig.expected, rig.memory, rig.bytes);
  ntm_composer_compose (rig.composer, rig.strip, rig.sources, rig.background,
      NULL);
  check_bytes (&rig);
  teardown (&rig);
}

GST_END_TEST;

/* A tile that was to be filled in, and then has another frame after all. */
GST_START_TEST (filled_in_and_not_shown)
{
  Rig rig;

  setup_four (&rig);
  make_strip (&rig);
  fill_in (&rig, 3, 1, true);
  show (&rig, 3, 0, true);
  make_strip (&rig);
  assert_equals_int (rig.words[3], NTM_TILE_COPIED);
  fill_in (&rig, 3, 1, true);
  show_nothing (&rig, 3);
  make_strip (&rig);
  assert_equals_int (rig.words[3], NTM_TILE_BACKGROUND);
  teardown (&rig);
}

GST_END_TEST;

/* A frame of one row lies in its place with any stride: arrays of one row have
 * any. */
GST_START_TEST (one_row_in_its_place)
{
  const NtmTile tile = { 40, 1 };
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmLayout *layout;
  Rig rig;

  fail_unless_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_OK);
  setup (&rig, layout);
  fill_in (&rig, 0, 0, true);
  rig.sources[0].stride = 1;
  make_strip (&rig);
  assert_equals_uint64 (rig.report.tiles_in_place, 1);
  teardown (&rig);
}

GST_END_TEST;

/* A row with more bytes than the composer's largest piece of work is a piece of
 * its own: of a frame that is copied, of one that arrives, of background. */
GST_START_TEST (rows_longer_than_a_piece)
{
  const NtmTile tile = { 70001, 3 };
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmLayout *layout;
  Rig rig;

  fail_unless_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_OK);
  setup (&rig, layout);
  show (&rig, 0, 0, true);
  make_strip (&rig);
  fill_in (&rig, 0, 1, true);
  make_strip (&rig);
  show_nothing (&rig, 0);
  make_strip (&rig);
  teardown (&rig);
}

GST_END_TEST;

/* ---- Threads ---- */

/* Large enough that several threads write, each with blocks of every tile. */
#define LARGE_TILES 5
#define LARGE_WIDTH 613
#define LARGE_HEIGHT 997
#define LARGE_ROW (LARGE_WIDTH * 4)

static NtmStrip *
new_large_strip (void)
{
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmTile tiles[LARGE_TILES];
  NtmLayout *layout;
  NtmStrip *strip;

  for (size_t i = 0; i < LARGE_TILES; i++)
    tiles[i] = (NtmTile) { LARGE_WIDTH, LARGE_HEIGHT };
  fail_unless_equals_int (ntm_layout_new (&layout, tiles, LARGE_TILES, &rules),
      NTM_OK);
  fail_unless_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  ntm_layout_unref (layout);

  return strip;
}

static void
check_large_strip (const NtmStrip * strip, const uint8_t * frame,
    const uint8_t * background)
{
  const uint8_t *row = ntm_strip_get_data (strip);

  for (size_t y = 0; y < LARGE_HEIGHT; y++) {
    for (size_t i = 0; i < LARGE_TILES; i++)
      if (i != 2 && memcmp (row + i * LARGE_ROW, frame + y * LARGE_ROW,
              LARGE_ROW) != 0)
        fail ("tile %zu, row %zu", i, y);
    for (size_t x = 0; x < LARGE_WIDTH; x++)
      if (memcmp (row + 2 * LARGE_ROW + 4 * x, background, 4) != 0)
        fail ("background, row %zu, pixel %zu", y, x);
    row += ntm_strip_get_stride (strip);
  }
}

static void *
make_large_strips (void *unused)
{
  static const uint8_t background[] = { 0x11, 0x22, 0x33, 0x44 };
  NtmComposer *composer = ntm_composer_new ();
  NtmStrip *strip = new_large_strip ();
  uint8_t *frame = g_malloc (LARGE_ROW * LARGE_HEIGHT);
  NtmSource sources[LARGE_TILES] = { 0 };

  for (unsigned threads = 0; threads < 6; threads++) {
    for (uint32_t i = 0; i < LARGE_ROW * LARGE_HEIGHT; i++)
      frame[i] = (i * 2654435761u + threads) >> 13;
    for (size_t i = 0; i < LARGE_TILES; i++)
      if (i != 2)
        sources[i] = (NtmSource) { frame, LARGE_ROW };

    ntm_strip_invalidate (strip);
    ntm_composer_set_max_threads (composer, threads);
    ntm_composer_set_stores (composer, threads % 3);
    ntm_composer_compose (composer, strip, sources, background, NULL);
    check_large_strip (strip, frame, background);
  }

  g_free (frame);
  ntm_composer_free (composer);
  ntm_strip_free (strip);

  return NULL;
}

GST_START_TEST (many_threads)
{
  pthread_t threads[3];

  for (size_t i = 0; i < N_ELEMENTS (threads); i++)
    fail_unless (pthread_create (&threads[i], NULL, make_large_strips, NULL)
        == 0);
  for (size_t i = 0; i < N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
}

GST_END_TEST;

/* Frames that arrive: each in a thread of its own, in one strip. */
typedef struct
{
  NtmComposer *composer;
  NtmStrip *strip;
  size_t tile;
  const uint8_t *frame;
  NtmSource source;
} Arrival;

static void *
arrive (void *data)
{
  Arrival *arrival = data;
  NtmPlace place;

  fail_unless (ntm_strip_fill_tile (arrival->strip, arrival->tile,
          NTM_CONTENT_UNKNOWN, &place));
  ntm_composer_copy (arrival->composer, &place,
      ntm_strip_get_layout (arrival->strip)->bytes, arrival->frame, LARGE_ROW);
  arrival->source = (NtmSource) { place.data, place.stride };

  return NULL;
}

GST_START_TEST (arrivals_in_many_threads)
{
  static const uint8_t background[] = { 0x11, 0x22, 0x33, 0x44 };
  NtmComposer *composer = ntm_composer_new ();
  NtmStrip *strip = new_large_strip ();
  uint8_t *frame = g_malloc (LARGE_ROW * LARGE_HEIGHT);
  NtmSource sources[LARGE_TILES] = { 0 };
  Arrival arrivals[LARGE_TILES];
  pthread_t threads[LARGE_TILES];
  NtmReport report;

  random_fill (frame, LARGE_ROW * LARGE_HEIGHT);
  for (size_t i = 0; i < LARGE_TILES; i++)
    if (i != 2) {
      arrivals[i] = (Arrival) { composer, strip, i, frame };
      fail_unless (pthread_create (&threads[i], NULL, arrive, &arrivals[i])
          == 0);
    }
  for (size_t i = 0; i < LARGE_TILES; i++)
    if (i != 2) {
      pthread_join (threads[i], NULL);
      sources[i] = arrivals[i].source;
    }
  ntm_composer_compose (composer, strip, sources, background, &report);
  assert_equals_uint64 (report.tiles_in_place, LARGE_TILES - 1);
  assert_equals_uint64 (report.tiles_background, 1);
  check_large_strip (strip, frame, background);
  g_free (frame);
  ntm_composer_free (composer);
  ntm_strip_free (strip);
}

GST_END_TEST;

/* ---- Stores ---- */

static bool
is_streamed (Rig * rig)
{
  NtmReport report;

  ntm_composer_compose (rig->composer, rig->strip, rig->sources,
      rig->background, &report);

  return report.streamed;
}

GST_START_TEST (streamed_or_not)
{
  Rig rig;
  size_t bytes;

  setup_four (&rig);
  bytes = rig.layout->bytes;
  fail_if (is_streamed (&rig));
  ntm_composer_set_stores (rig.composer, NTM_STORES_ALWAYS);
  fail_unless (is_streamed (&rig));
  ntm_composer_set_stores (rig.composer, NTM_STORES_NEVER);
  fail_if (is_streamed (&rig));
  ntm_composer_set_stores (rig.composer, NTM_STORES_AUTO);
  ntm_composer_set_stream_from (rig.composer, bytes, 1);
  fail_unless (is_streamed (&rig));
  ntm_composer_set_stream_from (rig.composer, bytes + 1, 1);
  fail_if (is_streamed (&rig));
  ntm_composer_set_stream_from (rig.composer, 0, 1);
  fail_if (is_streamed (&rig));

  /* With this many strips, none fits in the cache. */
  ntm_composer_set_stream_from (rig.composer, 0, SIZE_MAX);
  fail_unless (is_streamed (&rig));
  teardown (&rig);
}

GST_END_TEST;

static Suite *
composer_suite (void)
{
  Suite *suite = suite_create ("strip-compose-composer");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, random_strips);
  tcase_add_test (tcase, content_is_kept);
  tcase_add_test (tcase, kept_is_not_written);
  tcase_add_test (tcase, filled_in_and_not_shown);
  tcase_add_test (tcase, one_row_in_its_place);
  tcase_add_test (tcase, rows_longer_than_a_piece);
  tcase_add_test (tcase, many_threads);
  tcase_add_test (tcase, arrivals_in_many_threads);
  tcase_add_test (tcase, streamed_or_not);

  return suite;
}

int
main (int argc, char **argv)
{
  const char *kernel = getenv ("NTMOSAIC_CPU");

  switch (ntm_kernel_select (kernel)) {
    case NTM_KERNEL_UNKNOWN:
    case NTM_KERNEL_UNSUPPORTED:
      printf ("skipped: this CPU, or this build, has no kernel %s\n", kernel);
      return EXIT_SKIPPED;
    default:
      break;
  }
  random_begin ();

  return run_suite (argc, argv, composer_suite (), __FILE__);
}
