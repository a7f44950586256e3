/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The memory of strips, and of frames that were copied on arrival: copies and
 * parts of it. Only a strip without such frames is writable. */

#include "arriving.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The rows of the second tile are pages apart. */
static const NtmTile wide_tiles[N_TILES] = {
  {.width = 8192,.height = 3},
  {.width = 17,.height = 9},
  {.width = 8192,.height = 3},
};

typedef enum
{
  STRIP,
  READ_ONLY_STRIP,
  VIEW,
  COPY_OF_VIEW,
  N_KINDS
} Kind;

/* A buffer, and the range of its bytes that belong to it. */
typedef struct
{
  Fixture f;
  GstBuffer *frame;
  GstBuffer *buffer;
  gsize stride;
  gsize row_bytes;
  gsize n_rows;
} Subject;

static void
make_subject (Subject * s, Kind kind)
{
  const NtmTile *tile = &small_tiles[1];
  GstBuffer *frames[N_TILES] = { NULL, };
  NtmReport report;

  setup (&s->f, small_tiles, 2);
  s->frame = kind == STRIP ? new_frame (&s->f, 1, row_bytes_of (tile))
      : new_arrival (&s->f, 1);
  frames[1] = s->frame;
  if (kind == VIEW)
    s->buffer = gst_buffer_ref (s->frame);
  else if (kind == COPY_OF_VIEW)
    s->buffer = gst_buffer_copy_deep (s->frame);
  else
    s->buffer = show (&s->f, frames, &report);

  s->stride = s->f.shape->stride;
  s->row_bytes = kind <= READ_ONLY_STRIP ? s->stride : row_bytes_of (tile);
  s->n_rows = tile->height;
  fail_unless_equals_int (s->n_rows, s->f.shape->height);
  if (kind == VIEW)
    gst_clear_buffer (&s->frame);
}

static void
free_subject (Subject * s)
{
  gst_buffer_unref (s->buffer);
  gst_clear_buffer (&s->frame);
  teardown (&s->f);
}

/* Whether the rows of @buffer from row @from on are those at @wanted. */
static void
check_rows (const Subject * s, GstBuffer * buffer, const guint8 * wanted,
    gsize from)
{
  const guint8 *data = data_of (buffer);
  gsize y;

  for (y = from; y < s->n_rows; y++)
    fail_unless (memcmp (data + y * s->stride, wanted + y * s->stride,
            s->row_bytes) == 0);
}

static gpointer
dup_bytes (GstBuffer * buffer)
{
  return g_memdup2 (data_of (buffer), gst_buffer_get_size (buffer));
}

/* A copy has bytes of its own once the test writes to it, at the same
 * stride. */
GST_START_TEST (test_copies)
{
  GstBuffer *copies[3];
  GstBuffer *part;
  guint8 *bytes;
  Subject s;
  gsize row;
  guint n;

  make_subject (&s, __i__);
  row = s.stride;
  bytes = dup_bytes (s.buffer);
  copies[0] = gst_buffer_copy (s.buffer);
  fail_unless (data_of (copies[0]) == data_of (s.buffer));
  copies[1] = gst_buffer_copy_deep (s.buffer);
  copies[2] = gst_buffer_copy_deep (copies[1]);
  part = gst_buffer_copy_region (s.buffer, GST_BUFFER_COPY_MEMORY, 2 * row + 4,
      s.row_bytes - 8);
  fail_unless (data_of (part) == data_of (s.buffer) + 2 * row + 4);

  for (n = 0; n < G_N_ELEMENTS (copies); n++) {
    fail_unless_equals_uint64 (gst_buffer_get_size (copies[n]),
        gst_buffer_get_size (s.buffer));
    check_rows (&s, copies[n], bytes, 0);
    gst_buffer_memset (copies[n], 0, 0xf0 + n, s.row_bytes);
    check_rows (&s, copies[n], bytes, 1);
  }
  gst_buffer_memset (part, 0, 0xf4, -1);

  check_rows (&s, s.buffer, bytes, 0);
  fail_unless_equals_int (data_of (part)[s.row_bytes - 9], 0xf4);
  gst_buffer_unref (part);
  for (n = 0; n < G_N_ELEMENTS (copies); n++) {
    fail_unless_equals_int (data_of (copies[n])[s.row_bytes - 1], 0xf0 + n);
    gst_buffer_unref (copies[n]);
  }

  g_free (bytes);
  free_subject (&s);
}

GST_END_TEST;

/* A part of a part, and a copy of that. Both outlive the whole. */
GST_START_TEST (test_parts)
{
  GstMemory *half;
  GstMemory *part;
  GstMemory *copy;
  GstMapInfo map;
  guint8 *bytes;
  Subject s;
  gsize row;

  make_subject (&s, __i__);
  row = s.stride;
  bytes = dup_bytes (s.buffer);
  half = gst_memory_share (gst_buffer_peek_memory (s.buffer, 0), row, -1);
  part = gst_memory_share (half, row, 2 * row + 4);
  copy = gst_memory_copy (part, row, -1);
  gst_memory_unref (half);
  free_subject (&s);

  fail_if (gst_memory_map (part, &map, GST_MAP_WRITE));
  fail_unless (gst_memory_map (part, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, 2 * row + 4);
  fail_unless (memcmp (map.data, bytes + 2 * row, s.row_bytes) == 0);
  fail_unless (memcmp (map.data + 2 * row, bytes + 4 * row, 4) == 0);
  gst_memory_unmap (part, &map);

  fail_unless (gst_memory_map (copy, &map, GST_MAP_READWRITE));
  fail_unless_equals_uint64 (map.size, row + 4);
  fail_unless (memcmp (map.data, bytes + 3 * row, s.row_bytes) == 0);
  fail_unless (memcmp (map.data + row, bytes + 4 * row, 4) == 0);
  memset (map.data, 0xff, map.size);
  gst_memory_unmap (copy, &map);

  gst_memory_unref (part);
  gst_memory_unref (copy);
  g_free (bytes);
}

GST_END_TEST;

/* A writer gets the memory itself, or a copy if the strip has frames in it. */
GST_START_TEST (test_writing)
{
  const gboolean read_only = __i__ == READ_ONLY_STRIP || __i__ == VIEW;
  const guint8 *data;
  GstMemory *memory;
  GstMapInfo map;
  guint8 *bytes;
  Subject s;

  make_subject (&s, __i__);
  bytes = dup_bytes (s.buffer);
  data = data_of (s.buffer);
  fail_unless_equals_int (is_read_only (s.buffer), read_only);
  memory = gst_buffer_get_memory (s.buffer, 0);
  fail_unless_equals_int (gst_memory_map (memory, &map, GST_MAP_WRITE),
      !read_only);
  if (!read_only)
    gst_memory_unmap (memory, &map);

  fail_unless (gst_buffer_map (s.buffer, &map, GST_MAP_READWRITE));
  fail_unless_equals_int (map.data == data, !read_only);
  check_rows (&s, s.buffer, bytes, 0);
  memset (map.data, 0xff, s.row_bytes);
  gst_buffer_unmap (s.buffer, &map);

  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless_equals_int (memcmp (map.data, bytes, s.row_bytes) == 0,
      read_only);
  gst_memory_unmap (memory, &map);

  gst_memory_unref (memory);
  g_free (bytes);
  free_subject (&s);
}

GST_END_TEST;

/* How many pages of the @bytes bytes at @data are resident; -1: they are not
 * mapped. */
static gint
count_resident (const guint8 * data, gsize bytes)
{
  const gsize page_bytes = sysconf (_SC_PAGESIZE);
  guint8 *start = (guint8 *) ((gsize) data & ~(page_bytes - 1));
  const gsize n_pages = (data + bytes - start + page_bytes - 1) / page_bytes;
  guint8 *resident = g_malloc0 (n_pages);
  gint count = 0;
  gsize i;

  if (mincore (start, n_pages * page_bytes, resident) != 0)
    count = -1;
  for (i = 0; i < n_pages; i++)
    count += resident[i] & 1;
  g_free (resident);

  return count;
}

/* A row is in one page, or in two; a strip has 16 times as many. */
GST_START_TEST (test_copy_of_view_takes_its_rows_only)
{
  const gint n_rows = wide_tiles[1].height;
  const guint8 *data;
  GstBuffer *frame;
  GstBuffer *copy;
  gsize bytes;
  Fixture f;

  setup (&f, wide_tiles, 1);
  frame = new_arrival (&f, 1);
  fail_unless (is_placed (&f, frame));
  copy = gst_buffer_copy_deep (frame);
  check_frame (&wide_tiles[1], copy);
  data = data_of (copy);
  bytes = gst_buffer_get_size (copy);
  fail_unless (count_resident (data, bytes) >= n_rows);
  fail_unless (count_resident (data, bytes) <= 2 * n_rows);
  gst_buffer_unref (copy);
  fail_unless_equals_int (count_resident (data, bytes), -1);

  gst_buffer_unref (frame);
  teardown (&f);
}

GST_END_TEST;

static Suite *
memory_suite (void)
{
  Suite *suite = suite_create ("memory");
  TCase *tcase = tcase_create ("memory");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_copies, 0, N_KINDS);
  tcase_add_loop_test (tcase, test_parts, 0, N_KINDS);
  tcase_add_loop_test (tcase, test_writing, 0, N_KINDS);
  tcase_add_test (tcase, test_copy_of_view_takes_its_rows_only);

  return suite;
}

GST_CHECK_MAIN (memory);
