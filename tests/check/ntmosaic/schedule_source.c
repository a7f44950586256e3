/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstream's ways; see the header. */

#include "schedule_source.h"

#include <string.h>

#include "rig/waiting.h"
#include "schedule_model.h"

/* Spare bytes in a memory, for other offsets and strides. */
#define SPARE_BYTES 256

void
test_source_init (TestSource * source, GRand * rand, GstVideoFormat format,
    guint width, guint height)
{
  static const guint holds[] = { 0, 0, 0, 8, 2 };

  source->rand = rand;
  source->holds = source->borrower.pad == NULL ? 1
      : holds[g_rand_int_range (rand, 0, G_N_ELEMENTS (holds))];
  source->format = format;
  source->width = width;
  source->height = height;
  test_borrower_resize (&source->borrower, format, width, height);
}

void
test_source_clear (TestSource * source)
{
  guint i;

  gst_clear_buffer (&source->last);
  for (i = 0; i < SOURCE_MEMORIES; i++)
    if (source->memories[i])
      gst_memory_unref (g_steal_pointer (&source->memories[i]));
  test_borrower_clear (&source->borrower);
}

void
test_source_resize (TestSource * source, GstVideoFormat format, guint width,
    guint height)
{
  test_borrower_resize (&source->borrower, format, width, height);
  test_source_clear (source);
  source->format = format;
  source->width = width;
  source->height = height;
}

static gsize
row_bytes (const TestSource * source)
{
  return (gsize) source->width * PIXEL_BYTES;
}

static gsize
memory_bytes (const TestSource * source)
{
  return row_bytes (source) * source->height * 2 + SPARE_BYTES;
}

static void
scribble (TestSource * source, guint8 * data, gsize bytes)
{
  guint32 x = g_rand_int (source->rand) | 1;
  gsize i;

  for (i = 0; i < bytes; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    data[i] = x;
  }
}

static GstMemory *
new_memory (TestSource * source, gsize bytes)
{
  GstMemory *memory = gst_allocator_alloc (NULL, bytes, NULL);
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  scribble (source, map.data, map.size);
  gst_memory_unmap (memory, &map);

  return memory;
}

/* Says where in @buffer the frame is: anywhere it fits, upside down as well. */
static void
add_view (TestSource * source, GstBuffer * buffer)
{
  const gsize bytes = gst_buffer_get_size (buffer);
  const gsize rise = source->height - 1;
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, };
  gint strides[GST_VIDEO_MAX_PLANES] = { row_bytes (source), };
  gsize spare;

  if (rise > 0)
    strides[0] += g_rand_int_range (source->rand, 0,
        MIN ((bytes - row_bytes (source)) / rise - row_bytes (source), 64) + 1);
  spare = bytes - row_bytes (source) - rise * strides[0];
  offsets[0] = g_rand_int_range (source->rand, 0, MIN (spare, 64) + 1);
  if (g_rand_int_range (source->rand, 0, 6) == 0) {
    offsets[0] += rise * strides[0];
    strides[0] = -strides[0];
  }
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      source->format, source->width, source->height, 1, offsets, strides);
}

static void
add_view_or_not (TestSource * source, GstBuffer * buffer)
{
  if (g_rand_boolean (source->rand))
    add_view (source, buffer);
}

/* ---- Ways to make a frame ---- */

static GstBuffer *
make_new (TestSource * source)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, new_memory (source, memory_bytes (source)));
  add_view_or_not (source, buffer);

  return buffer;
}

static GstBuffer *
make_new_of_parts (TestSource * source)
{
  GstBuffer *buffer = gst_buffer_new ();
  const gsize bytes = memory_bytes (source);
  const gsize part = bytes / g_rand_int_range (source->rand, 2, 7);
  gsize offset;

  for (offset = 0; offset < bytes; offset += part)
    gst_buffer_append_memory (buffer, new_memory (source, MIN (part,
                bytes - offset)));
  add_view_or_not (source, buffer);

  return buffer;
}

/* The frame before, except for one of its memories. */
static GstBuffer *
make_partly_new (TestSource * source)
{
  GstBuffer *buffer = gst_buffer_copy (source->last);
  const guint i = gst_buffer_n_memory (buffer) - 1;
  const gsize bytes = gst_buffer_peek_memory (buffer, i)->size;

  gst_buffer_replace_memory (buffer, i, new_memory (source, bytes));

  return buffer;
}

/* As imagefreeze does it. */
static GstBuffer *
make_repeated (TestSource * source)
{
  return gst_buffer_copy (source->last);
}

static GstBuffer *
make_same_memory (TestSource * source, GstBuffer * of)
{
  GstBuffer *buffer = gst_buffer_new ();
  guint i;

  for (i = 0; i < gst_buffer_n_memory (of); i++)
    gst_buffer_append_memory (buffer, gst_buffer_get_memory (of, i));

  return buffer;
}

/* The same memories with another GstVideoMeta. */
static GstBuffer *
make_other_view (TestSource * source)
{
  GstBuffer *buffer = make_same_memory (source, source->last);

  add_view_or_not (source, buffer);

  return buffer;
}

/* The same memories without the first few bytes. */
static GstBuffer *
make_part (TestSource * source)
{
  GstBuffer *buffer = make_same_memory (source, source->last);
  const gsize frame_bytes = row_bytes (source) * source->height;
  const gsize spare = gst_buffer_get_size (buffer) - frame_bytes;

  gst_buffer_resize (buffer, g_rand_int_range (source->rand, 0,
          MIN (spare, 16) + 1), -1);

  return buffer;
}

/* The frame before, which a writer has made writable and changed. */
static GstBuffer *
make_written (TestSource * source)
{
  GstBuffer *buffer =
      gst_buffer_make_writable (g_steal_pointer (&source->last));
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READWRITE));
  scribble (source, map.data, map.size / 2);
  gst_buffer_unmap (buffer, &map);

  return buffer;
}

/* Waits until only the source holds @memory. */
static void
wait_for (GstMemory * memory)
{
  test_wait_until (GST_MINI_OBJECT_REFCOUNT_VALUE (memory) == 1);
}

/* As with a pool: the source writes to memory that comes back. */
static GstBuffer *
make_recycled (TestSource * source)
{
  GstMemory **memory = &source->memories[source->turn];
  GstBuffer *buffer = gst_buffer_new ();
  GstMapInfo map;
  gsize offset;

  source->turn = (source->turn + 1) % SOURCE_MEMORIES;
  if (*memory == NULL) {
    *memory = new_memory (source, memory_bytes (source) + SPARE_BYTES);
    GST_MINI_OBJECT_FLAG_SET (*memory, TEST_MEMORY_RETURNS);
  }
  wait_for (*memory);

  /* Often only the view of the memory changes, and not its bytes. */
  if (g_rand_boolean (source->rand)) {
    fail_unless (gst_memory_map (*memory, &map, GST_MAP_WRITE));
    scribble (source, map.data, map.size);
    gst_memory_unmap (*memory, &map);
  }
  offset = g_rand_int_range (source->rand, 0, SPARE_BYTES);
  gst_memory_resize (*memory, (gssize) offset - (gssize) (*memory)->offset,
      memory_bytes (source));
  gst_buffer_append_memory (buffer, gst_memory_ref (*memory));

  return buffer;
}

/* After the push, upstream may still hold @buffer: for longer, or until the
 * next one. Not until the next one if it is a view: the bytes between its rows
 * are not upstream's to show. */
static void
hold_on (TestSource * source, GstBuffer * buffer)
{
  const TestBorrower *borrower = &source->borrower;
  const gboolean holds = source->holds > 0
      && g_rand_int_range (source->rand, 0, source->holds) == 0;

  gst_buffer_replace (&source->last,
      holds && !test_frame_is_view (buffer) ? buffer : NULL);
  if (holds && g_rand_boolean (source->rand))
    test_kept_keep (borrower->kept, buffer, &borrower->info);
}

GstBuffer *
test_source_next (TestSource * source, GstClockTime pts,
    GstClockTime duration, const gchar ** how)
{
  const guint dice = g_rand_int_range (source->rand, 0, 100);
  GstBuffer *buffer;

  buffer = test_borrower_next (&source->borrower, how);
  if (buffer) {
    buffer = gst_buffer_make_writable (buffer);
  } else if (source->last == NULL || dice < 15) {
    *how = "new";
    buffer = make_new (source);
  } else if (dice < 20) {
    *how = "new, of parts";
    buffer = make_new_of_parts (source);
  } else if (dice < 25) {
    *how = "partly new";
    buffer = make_partly_new (source);
  } else if (dice < 50) {
    *how = "repeated";
    buffer = make_repeated (source);
  } else if (dice < 65) {
    *how = "other view";
    buffer = make_other_view (source);
  } else if (dice < 70) {
    *how = "part";
    buffer = make_part (source);
  } else if (dice < 80) {
    *how = "written";
    buffer = make_written (source);
  } else {
    *how = "recycled";
    buffer = make_recycled (source);
  }
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;
  hold_on (source, buffer);

  return buffer;
}
