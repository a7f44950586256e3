/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "album.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t background[4] = { 17, 34, 51, 255 };

/* Not zero where a row of it is not. */
static void
draw (unsigned number, unsigned version, uint8_t * pixels, ptrdiff_t stride)
{
  for (uint32_t y = 0; y < ALBUM_HEIGHT; y++)
    for (uint32_t x = 0; x < ALBUM_WIDTH; x++) {
      const uint8_t pixel[4] = { number, number >> 8, x * 3 + version, y };

      memcpy (pixels + (ptrdiff_t) y * stride + x * 4, pixel, 4);
    }
}

/* ---- The loader ---- */

static NtmImageStatus
load (void *data, const char *name, const NtmTileSpec * spec, void *pixels,
    ptrdiff_t stride)
{
  Album *album = data;
  const unsigned number = strtoul (name, NULL, 10);
  const unsigned version = atomic_load (&album->versions[number]);

  fail_unless (spec->width == ALBUM_WIDTH && spec->height == ALBUM_HEIGHT);
  pthread_mutex_lock (&album->lock);
  if (album->n_loads < ALBUM_MOST)
    album->log[album->n_loads] = number;
  album->n_loads++;
  album->n_waiting++;
  pthread_cond_broadcast (&album->changed);
  while (album->is_held)
    pthread_cond_wait (&album->changed, &album->lock);
  album->n_waiting--;
  pthread_mutex_unlock (&album->lock);

  atomic_fetch_add (&album->loads[number], 1);
  draw (number, version, pixels, stride);

  return atomic_load (&album->statuses[number]);
}

void
album_hold (Album * album, bool is_held)
{
  pthread_mutex_lock (&album->lock);
  album->is_held = is_held;
  pthread_cond_broadcast (&album->changed);
  pthread_mutex_unlock (&album->lock);
}

void
album_wait_for_loads (Album * album, unsigned n)
{
  pthread_mutex_lock (&album->lock);
  while (album->n_waiting < n)
    pthread_cond_wait (&album->changed, &album->lock);
  pthread_mutex_unlock (&album->lock);
}

/* ---- Beginning and end ---- */

static Album *
make_album (unsigned n_tiles, unsigned n_threads, uint64_t retry_nanoseconds)
{
  Album *album = g_new0 (Album, 1);
  const NtmImagesConfig config = {
    .cache_bytes = n_tiles * ALBUM_BYTES,.max_threads = n_threads,
    .load = load,.load_data = album,.retry_nanoseconds = retry_nanoseconds,
  };

  album->spec = (NtmTileSpec) {
    .width = ALBUM_WIDTH,.height = ALBUM_HEIGHT,
  };
  pthread_mutex_init (&album->lock, NULL);
  pthread_cond_init (&album->changed, NULL);
  for (unsigned i = 0; i < ALBUM_MOST; i++)
    snprintf (album->names[i], sizeof album->names[i], "%u", i);
  assert_equals_int (ntm_images_new (&album->images, &config), NTM_IMAGE_OK);

  return album;
}

Album *
album_new (unsigned n_tiles, unsigned n_threads)
{
  return make_album (n_tiles, n_threads, UINT64_MAX);
}

Album *
album_new_retrying (unsigned n_tiles, unsigned n_threads)
{
  return make_album (n_tiles, n_threads, 1);
}

void
album_free (Album * album)
{
  ntm_images_unref (album->images);
  assert_equals_int (album->n_waiting, 0);
  pthread_cond_destroy (&album->changed);
  pthread_mutex_destroy (&album->lock);
  g_free (album);
}

NtmImagesStats
album_get_stats (Album * album)
{
  NtmImagesStats stats;

  ntm_images_get_stats (album->images, &stats);

  return stats;
}

void
album_wait_until_decoded (Album * album, uint64_t n)
{
  while (album_get_stats (album).decoded < n)
    g_usleep (1000);
}

NtmRequest *
album_request (Album * album, const unsigned *numbers, size_t n, int priority)
{
  const char **names = g_new (const char *, n + 1);
  NtmRequest *request;

  for (size_t i = 0; i < n; i++)
    names[i] = album->names[numbers[i]];
  assert_equals_int (ntm_images_request (album->images, &request, names, n,
          &album->spec, priority), NTM_IMAGE_OK);
  g_free (names);

  return request;
}

/* ---- Strips ---- */

Target
target_new (size_t n)
{
  NtmTile *tiles = g_new0 (NtmTile, n + 1);
  const NtmLayoutRules rules = {.pixel_bytes = 4,.columns = 7,.gap_x = 1 };
  Target target = {.composer = ntm_composer_new (),.n = n };
  NtmLayout *layout;

  for (size_t i = 0; i < n; i++)
    tiles[i] = (NtmTile) {ALBUM_WIDTH, ALBUM_HEIGHT};
  assert_equals_int (ntm_layout_new (&layout, tiles, n, &rules), NTM_OK);
  assert_equals_int (ntm_strip_new (&target.strip, layout, NULL), NTM_OK);
  ntm_layout_unref (layout);
  g_free (tiles);

  return target;
}

void
target_free (Target * target)
{
  ntm_strip_free (target->strip);
  ntm_composer_free (target->composer);
}

void
album_check_tile (Album * album, const Target * target, size_t i, int number)
{
  const NtmLayout *layout = ntm_strip_get_layout (target->strip);
  const NtmRect *frame = &layout->cells[i].frame;
  const uint8_t *data = ntm_strip_get_data (target->strip);
  uint8_t expected[ALBUM_BYTES];

  if (number < 0)
    for (size_t at = 0; at < ALBUM_BYTES; at += 4)
      memcpy (expected + at, background, 4);
  else
    draw (number, atomic_load (&album->versions[number]), expected,
        ALBUM_WIDTH * 4);
  for (uint32_t y = 0; y < ALBUM_HEIGHT; y++)
    if (memcmp (data + (frame->y + y) * layout->stride + frame->x * 4,
            expected + y * ALBUM_WIDTH * 4, ALBUM_WIDTH * 4) != 0)
      fail ("tile %zu, row %u: not image %d", i, y, number);
}

void
album_check (Album * album, Target * target, NtmRequest * request,
    const unsigned *numbers, size_t n, NtmRequestReport * report)
{
  NtmRequestReport unused;

  if (report == NULL)
    report = &unused;
  assert_equals_int (ntm_request_compose (request, target->composer,
          target->strip, background, report), NTM_IMAGE_OK);
  for (size_t i = 0; i < target->n; i++) {
    const bool is_there = i < n && ntm_request_get_result (request, i, NULL)
        == NTM_IMAGE_OK;

    if (i < n)
      assert_equals_int (ntm_request_get_result (request, i, NULL),
          atomic_load (&album->statuses[numbers[i]]));
    album_check_tile (album, target, i, is_there ? (int) numbers[i] : -1);
  }
  assert_equals_uint64 (report->hits + report->joined + report->misses, n);
  assert_equals_uint64 (report->tiles_copied + report->tiles_kept
      + report->failures, n);
  ntm_request_free (request);
}
