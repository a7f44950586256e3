/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "areas.h"

#include <gst/check/gstcheck.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

uint64_t
get_seed (void)
{
  const char *given = g_getenv ("NTM_TEST_SEED");
  uint64_t seed = (uint64_t) g_get_real_time ();

  if (given != NULL && given[0] != '\0')
    seed = g_ascii_strtoull (given, NULL, 0);
  printf ("NTM_TEST_SEED=%" G_GUINT64_FORMAT "\n", seed);
  fflush (stdout);
  return seed;
}

/* xorshift64*, Vigna 2014. */
uint64_t
draw (uint64_t * state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1d;
}

size_t
draw_below (uint64_t * state, size_t limit)
{
  return (draw (state) >> 16) % limit;
}

static void
draw_bytes (uint64_t * state, uint8_t * bytes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    bytes[i] = draw (state) >> 56;
}

static void
open_area (Area * area, size_t bytes)
{
  area->page_bytes = sysconf (_SC_PAGESIZE);
  area->size = bytes + (-bytes & (area->page_bytes - 1));
  area->mapping = mmap (NULL, area->size + 2 * area->page_bytes, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fail_if (area->mapping == MAP_FAILED);
  area->bytes = area->mapping + area->page_bytes;
  fail_unless (mprotect (area->bytes, area->size, PROT_READ | PROT_WRITE) == 0);
}

static void
close_area (Area * area)
{
  munmap (area->mapping, area->size + 2 * area->page_bytes);
}

void
open_areas (Areas * areas, size_t bytes, uint64_t * state)
{
  open_area (&areas->dst, bytes);
  open_area (&areas->src, bytes);
  areas->canary = g_malloc (areas->dst.size);
  areas->expected = g_malloc (areas->dst.size);
  draw_bytes (state, areas->canary, areas->dst.size);
  draw_bytes (state, areas->src.bytes, areas->src.size);
}

void
close_areas (Areas * areas)
{
  close_area (&areas->dst);
  close_area (&areas->src);
  g_free (areas->canary);
  g_free (areas->expected);
}

/* Bytes from the lowest to the highest of a rectangle. */
static size_t
extent (ptrdiff_t stride, size_t row_bytes, size_t rows)
{
  return rows == 0 ? 0 : (rows - 1) * (size_t) ABS (stride) + row_bytes;
}

size_t
first_row (Place place, size_t rows)
{
  if (place.stride >= 0 || rows == 0)
    return place.at;
  return place.at + (rows - 1) * (size_t) (-place.stride);
}

size_t
at_end (const Area * area, ptrdiff_t stride, size_t row_bytes, size_t rows)
{
  return area->size - extent (stride, row_bytes, rows);
}

uint8_t *
reset_areas (Areas * areas, const Rect * r)
{
  memcpy (areas->dst.bytes, areas->canary, areas->dst.size);
  return areas->dst.bytes + first_row (r->dst, r->rows);
}

void
check_areas (const Areas * areas, const Rect * r, const NtmKernel * kernel,
    const char *what)
{
  const uint8_t *got = areas->dst.bytes;
  size_t i = 0;

  if (memcmp (got, areas->expected, areas->dst.size) == 0)
    return;
  while (got[i] == areas->expected[i])
    i++;
  fail ("%s of \"%s\": byte %zu is %02x, not %02x (%zu rows of %zu bytes; "
      "dst at %zu stride %td, src at %zu stride %td)", what, kernel->name, i,
      got[i], areas->expected[i], r->rows, r->row_bytes, r->dst.at,
      r->dst.stride, r->src.at, r->src.stride);
}

Place
draw_place (uint64_t * state, const Area * area, ptrdiff_t stride,
    size_t row_bytes, size_t rows)
{
  const size_t end = at_end (area, stride, row_bytes, rows);
  Place place = { 0, stride };

  switch (draw_below (state, 4)) {
    case 0:
      break;
    case 1:
      place.at = end;
      break;
    default:
      place.at = draw_below (state, end + 1);
      break;
  }
  return place;
}

ptrdiff_t
draw_stride (uint64_t * state, size_t row_bytes, size_t limit)
{
  size_t gap = draw_below (state, limit - row_bytes + 1);

  switch (draw_below (state, 4)) {
    case 0:
      gap = 0;
      break;
    case 1:
      break;
    default:
      gap -= gap % 4;
      break;
  }
  return (ptrdiff_t) (row_bytes + gap) * (draw_below (state, 2) ? 1 : -1);
}
