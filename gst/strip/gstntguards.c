/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Guard bytes around a frame; see the header. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntguards-private.h"

#include <string.h>

/* Bytes between two rows, at the least: 128 pixels. What is known to write outside
 * of its rows goes on by whole rows, or rounds the width up to a block or vector. */
#define SIDE_BYTES ((gsize) 512)

/* Rows above and below: codecs round the height up to a macroblock. */
#define GUARD_ROWS ((gsize) 16)

/* What stands there, over and over. No two neighbours are alike, and no run of them
 * is of a usual colour: what was overwritten with black, white or grey is seen. */
static const guint8 pattern[] = {
  0xa5, 0x3b, 0xd7, 0x69, 0x1d, 0xe3, 0x97, 0x4f,
  0xc1, 0x2e, 0x8a, 0x74, 0xf2, 0x5c, 0x16, 0xb8,
  0x63, 0xdd, 0x07, 0x92, 0x3e, 0xaf, 0x51, 0xc8,
  0x1a, 0xe6, 0x7d, 0x24, 0xbb, 0x48, 0x95, 0xf6,
};

static gsize
get_stride (gsize row_bytes)
{
  return ((row_bytes + 63) & ~(gsize) 63) + SIDE_BYTES;
}

gsize
gst_nt_guards_get_size (gsize row_bytes, gsize n_rows)
{
  const gsize stride = get_stride (row_bytes);
  gsize size;

  if (!g_size_checked_mul (&size, stride, n_rows + 2 * GUARD_ROWS))
    return 0;

  return size;
}

/* The guards are all that is neither in a row nor between the end of the block and
 * the beginning: a run before the first row, one after each row but the last, and
 * one after the last row. */
typedef gboolean (*RunFunc) (guint8 * bytes, gsize n_bytes);

static gboolean
for_each_run (const GstNtTileRows * rows, RunFunc func)
{
  guint8 *end = rows->data + rows->stride * (rows->n_rows + GUARD_ROWS);
  guint8 *row = rows->data;
  gsize i;

  if (!func (rows->data - rows->stride * GUARD_ROWS,
          rows->stride * GUARD_ROWS))
    return FALSE;

  for (i = 1; i < rows->n_rows; i++, row += rows->stride)
    if (!func (row + rows->row_bytes, rows->stride - rows->row_bytes))
      return FALSE;

  row += rows->row_bytes;
  return func (row, end - row);
}

static gboolean
set_run (guint8 * bytes, gsize n_bytes)
{
  for (; n_bytes > sizeof (pattern); n_bytes -= sizeof (pattern)) {
    memcpy (bytes, pattern, sizeof (pattern));
    bytes += sizeof (pattern);
  }
  memcpy (bytes, pattern, n_bytes);

  return TRUE;
}

static gboolean
check_run (guint8 * bytes, gsize n_bytes)
{
  for (; n_bytes > sizeof (pattern); n_bytes -= sizeof (pattern)) {
    if (memcmp (bytes, pattern, sizeof (pattern)) != 0)
      return FALSE;
    bytes += sizeof (pattern);
  }

  return memcmp (bytes, pattern, n_bytes) == 0;
}

GstNtTileRows
gst_nt_guards_set (guint8 * block, gsize row_bytes, gsize n_rows)
{
  const gsize stride = get_stride (row_bytes);
  const GstNtTileRows rows = {
    .data = block + stride * GUARD_ROWS,
    .stride = stride,
    .row_bytes = row_bytes,
    .n_rows = n_rows,
  };

  for_each_run (&rows, set_run);

  return rows;
}

gboolean
gst_nt_guards_are_intact (const GstNtTileRows * rows)
{
  return for_each_run (rows, check_run);
}
