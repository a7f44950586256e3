/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Background in memory of any stride: rows from the last to the first, and
 * rows more than 2 GiB away from the first one. Around the memory lies some
 * that must not be touched. */

#include <gst/check/gstcheck.h>

#include <string.h>
#include <sys/mman.h>

#include "ntstrip.h"

#define WIDTH 4
#define BACKGROUND 0x11223344

/* More than the distance of any row, before and behind. */
#define GUARD_BYTES ((gsize) 5 << 29)

typedef struct
{
  gssize stride;
  guint rows;
} Case;

static const Case cases[] = {
  {WIDTH * 4, 5}, {100, 50}, {-16, 5}, {-100, 50}, {-4000, 50},
  {G_GINT64_CONSTANT (1) << 18, 8300}, {-(G_GINT64_CONSTANT (1) << 18), 8300},
  {G_GINT64_CONSTANT (1) << 30, 3}, {-(G_GINT64_CONSTANT (1) << 30), 3},
};

/* NULL if the machine gives no such address space. */
static guint8 *
map_guarded (gsize bytes)
{
  guint8 *mapping = mmap (NULL, bytes + 2 * GUARD_BYTES, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (mapping == MAP_FAILED)
    return NULL;
  if (mprotect (mapping + GUARD_BYTES, bytes, PROT_READ | PROT_WRITE) != 0) {
    munmap (mapping, bytes + 2 * GUARD_BYTES);
    return NULL;
  }

  return mapping + GUARD_BYTES;
}

static void
compose (guint8 * first, gssize stride, guint rows, GstNtStores stores)
{
  const NtmTile tile = {.width = WIDTH };
  const NtmLayoutRules rules = {.align = NTM_ALIGN_TOP,.min_height = rows };
  const GstNtTileSource source = { 0, };
  GstNtLayout *layout = gst_nt_layout_new (&tile, 1, &rules, NULL);
  GstNtComposer *composer = gst_nt_composer_new ();
  GstNtComposeReport report;

  fail_unless (layout != NULL);
  gst_nt_composer_set_stores (composer, stores);
  gst_nt_composer_compose_into (composer, layout, first, stride, &source,
      BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_background, 1);
  gst_nt_composer_free (composer);
  gst_nt_layout_unref (layout);
}

static void
check_rows (const guint8 * first, gssize stride, guint rows)
{
  guint y;
  guint x;

  for (y = 0; y < rows; y++)
    for (x = 0; x < WIDTH; x++) {
      guint32 pixel;

      memcpy (&pixel, first + (gssize) y * stride + x * 4, 4);
      fail_unless (pixel == BACKGROUND, "row %u, pixel %u: 0x%08x", y, x,
          pixel);
    }
}

GST_START_TEST (background_of_any_stride)
{
  const Case *c = &cases[__i__ / 2];
  const gsize step = ABS (c->stride);
  const gsize bytes = step * (c->rows - 1) + WIDTH * 4;
  guint8 *data = sizeof (gsize) > 4 ? map_guarded (bytes) : NULL;
  guint8 *first;

  if (data == NULL) {
    g_print ("skipped: no address space for %" G_GSIZE_FORMAT " bytes\n",
        bytes);
    return;
  }
  first = c->stride < 0 ? data + step * (c->rows - 1) : data;
  compose (first, c->stride, c->rows,
      __i__ % 2 ? GST_NT_STORES_ALWAYS : GST_NT_STORES_NEVER);
  check_rows (first, c->stride, c->rows);

  /* Between two rows nothing was written. */
  if (step > WIDTH * 4)
    fail_unless_equals_int (data[WIDTH * 4], 0);
  munmap (data - GUARD_BYTES, bytes + 2 * GUARD_BYTES);
}

GST_END_TEST;

static Suite *
fill_suite (void)
{
  Suite *suite = suite_create ("fill");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, background_of_any_stride, 0,
      2 * G_N_ELEMENTS (cases));

  return suite;
}

GST_CHECK_MAIN (fill);
