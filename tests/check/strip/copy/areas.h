/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Rectangles between pages that can't be touched. The whole of what lies
 * between those pages is compared, so a byte too many, read or written, is
 * seen. */

#pragma once

#include "copy.h"

#define LINE 64

/* Memory between two guard pages. */
typedef struct
{
  uint8_t *bytes;
  uint8_t *mapping;
  size_t size;
  size_t page_bytes;
} Area;

typedef struct
{
  Area dst;
  Area src;
  uint8_t *canary;              /* what the destination holds before a call */
  uint8_t *expected;            /* and what it must hold after */
} Areas;

/* A rectangle in an area: from where its lowest byte lies. */
typedef struct
{
  size_t at;
  ptrdiff_t stride;
} Place;

typedef struct
{
  Place dst;
  Place src;
  size_t row_bytes;
  size_t rows;
} Rect;

/* Areas of @bytes at least, random bytes in them. */
void open_areas (Areas * areas, size_t bytes, uint64_t * state);
void close_areas (Areas * areas);

/* The destination becomes the canary; returns where row 0 of @r starts. */
uint8_t *reset_areas (Areas * areas, const Rect * r);

/* The destination is what is expected, or the test fails. */
void check_areas (const Areas * areas, const Rect * r,
    const NtmKernel * kernel, const char *what);

/* Offset of row 0: the lowest row, or the highest of a negative stride. */
size_t first_row (Place place, size_t rows);

/* Offset at which the rectangle ends with the area. */
size_t at_end (const Area * area, ptrdiff_t stride, size_t row_bytes,
    size_t rows);

/* NTM_TEST_SEED, or the time; printed. */
uint64_t get_seed (void);
uint64_t draw (uint64_t * state);
size_t draw_below (uint64_t * state, size_t limit);

/* A stride that is not less than @row_bytes nor more than @limit, of either
 * sign; one in four has no gap, one in two a gap of whole four-byte pixels. */
ptrdiff_t draw_stride (uint64_t * state, size_t row_bytes, size_t limit);

/* A place for rows; one in two touches a guard page. */
Place draw_place (uint64_t * state, const Area * area, ptrdiff_t stride,
    size_t row_bytes, size_t rows);
