/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that arrive; see the header. The offset of a frame is its number, and
 * the end offset its stride: copies of the buffer keep both. */

#include "arriving.h"

const NtmTile small_tiles[N_TILES] = {
  {.width = 17,.height = 9},
  {.width = 5,.height = 20},
  {.width = 41,.height = 13},
};

gsize
row_bytes_of (const NtmTile * tile)
{
  return (gsize) tile->width * PIXEL_BYTES;
}

static NtmLayout *
new_layout (const NtmTile * tiles)
{
  const NtmLayoutRules rules = {
    .pixel_bytes = PIXEL_BYTES,
    .align_y = NTM_ALIGN_CENTER,
  };

  return gst_nt_layout_new (tiles, N_TILES, &rules, NULL);
}

void
change_layout (Fixture * f, guint n_strips)
{
  guint i;

  ntm_layout_unref (f->layout);
  f->layout = new_layout (f->shape->tiles);
  fail_unless (gst_nt_strip_pool_configure (f->pool, f->layout, n_strips, NULL,
          NULL));
  for (i = 0; i < N_TILES; i++)
    gst_nt_arrivals_set_tile (f->arrivals[i], f->layout, i);
}

void
let_one_strip_pass (Fixture * f)
{
  gst_buffer_unref (gst_nt_strip_pool_acquire (f->pool, NULL, NULL, NULL,
          NULL));
}

void
setup (Fixture * f, const NtmTile * tiles, guint n_strips)
{
  guint i;

  *f = (Fixture) {.shape = new_layout (tiles) };
  f->layout = ntm_layout_ref (f->shape);
  f->pool = gst_nt_strip_pool_new ();
  f->composer = ntm_composer_new ();
  for (i = 0; i < N_TILES; i++)
    f->arrivals[i] = gst_nt_arrivals_new (f->pool);
  change_layout (f, n_strips);
  let_one_strip_pass (f);
}

void
teardown (Fixture * f)
{
  guint i;

  for (i = 0; i < N_TILES; i++)
    gst_nt_arrivals_unref (f->arrivals[i]);
  ntm_composer_free (f->composer);
  gst_nt_strip_pool_unref (f->pool);
  ntm_layout_unref (f->layout);
  ntm_layout_unref (f->shape);
}

/* ---- Frames ---- */

static guint8
byte_of (guint64 number, guint y, guint b)
{
  return ((guint32) number * 7919 + y * 257 + b) * 2654435761u >> 24;
}

static gssize
stride_of (GstBuffer * frame)
{
  return (gssize) GST_BUFFER_OFFSET_END (frame);
}

const guint8 *
data_of (GstBuffer * buffer)
{
  GstMapInfo map;
  guint8 *data;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  data = map.data;
  if (GST_BUFFER_OFFSET_END_IS_VALID (buffer) && stride_of (buffer) < 0)
    data += map.size + stride_of (buffer);
  gst_buffer_unmap (buffer, &map);

  return data;
}

gboolean
is_read_only (GstBuffer * buffer)
{
  return GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (buffer, 0));
}

GstBuffer *
new_frame (Fixture * f, guint i, gssize stride)
{
  const NtmTile *tile = &f->shape->tiles[i];
  GstBuffer *frame =
      gst_buffer_new_allocate (NULL, ABS (stride) * tile->height, NULL);
  guint8 *data;
  guint y;
  guint b;

  GST_BUFFER_OFFSET (frame) = g_atomic_int_add (&f->n_frames, 1) + 1;
  GST_BUFFER_OFFSET_END (frame) = stride;
  data = (guint8 *) data_of (frame);
  for (y = 0; y < tile->height; y++)
    for (b = 0; b < row_bytes_of (tile); b++)
      data[(gssize) y * stride + b] = byte_of (GST_BUFFER_OFFSET (frame), y, b);

  return frame;
}

gboolean
is_placed (const Fixture * f, GstBuffer * frame)
{
  return stride_of (frame) == (gssize) f->shape->stride;
}

GstBuffer *
arrive (Fixture * f, guint i, GstBuffer * frame)
{
  const NtmTile *tile = &f->shape->tiles[i];
  GstMemory *place = gst_nt_arrivals_place (f->arrivals[i], frame, tile->width,
      tile->height, PIXEL_BYTES);
  GstBuffer *placed;

  if (place == NULL)
    return frame;

  gst_nt_arrivals_copy (place, f->composer, data_of (frame), stride_of (frame));
  placed = gst_buffer_new ();
  GST_BUFFER_OFFSET (placed) = GST_BUFFER_OFFSET (frame);
  GST_BUFFER_OFFSET_END (placed) = gst_nt_arrivals_get_stride (place);
  gst_buffer_append_memory (placed, place);
  gst_buffer_unref (frame);
  fail_unless (is_placed (f, placed));

  return placed;
}

GstBuffer *
new_arrival (Fixture * f, guint i)
{
  return arrive (f, i, new_frame (f, i, row_bytes_of (&f->shape->tiles[i])));
}

void
check_frame (const NtmTile * tile, GstBuffer * frame)
{
  const guint8 *data = data_of (frame);
  guint y;
  guint b;

  for (y = 0; y < tile->height; y++)
    for (b = 0; b < row_bytes_of (tile); b++)
      if (data[(gssize) y * stride_of (frame) + b] !=
          byte_of (GST_BUFFER_OFFSET (frame), y, b))
        fail ("row %u, byte %u", y, b);
}

void
drop (GstBuffer ** frames)
{
  guint i;

  for (i = 0; i < N_TILES; i++)
    gst_clear_buffer (&frames[i]);
}

/* ---- Strips ---- */

static GQuark
get_quark (void)
{
  return g_quark_from_static_string ("numbers-of-frames");
}

void
check_strip (const Fixture * f, GstBuffer * strip)
{
  static const guint32 background = BACKGROUND;
  const NtmLayout *shape = f->shape;
  const guint64 *numbers =
      gst_mini_object_get_qdata (GST_MINI_OBJECT_CAST (strip), get_quark ());
  const guint8 *data = data_of (strip);
  guint i;
  guint y;
  guint b;

  for (i = 0; i < N_TILES; i++)
    for (y = 0; y < shape->height; y++)
      for (b = 0; b < row_bytes_of (&shape->tiles[i]); b++) {
        const NtmRect *frame = &shape->cells[i].frame;
        const guint frame_row = y - frame->y;
        const guint8 wanted = numbers[i] && frame_row < frame->height
            ? byte_of (numbers[i], frame_row, b)
            : ((const guint8 *) &background)[b % PIXEL_BYTES];

        if (data[y * shape->stride + frame->x * PIXEL_BYTES + b] != wanted)
          fail ("tile %u, row %u, byte %u", i, y, b);
      }
}

NtmStrip *
strip_of (GstBuffer * buffer)
{
  return gst_nt_strip_memory_get_strip (gst_buffer_peek_memory (buffer, 0));
}

GstBuffer *
show (Fixture * f, GstBuffer * const *frames, NtmReport * report)
{
  static const guint32 background = BACKGROUND;
  NtmSource sources[N_TILES] = { {0,}, };
  GstNtTileInput inputs[N_TILES] = { {0,}, };
  guint64 *numbers = g_new0 (guint64, N_TILES);
  GstBuffer *strip;
  guint i;

  for (i = 0; i < N_TILES; i++) {
    numbers[i] = frames[i] ? GST_BUFFER_OFFSET (frames[i]) : 0;
    if (numbers[i] > f->last_shown[i]) {
      f->last_shown[i] = numbers[i];
      f->n_taken[i]++;
    }
    if (frames[i]) {
      sources[i].pixels = data_of (frames[i]);
      sources[i].stride = stride_of (frames[i]);
      sources[i].content = numbers[i];
      inputs[i].buffer = frames[i];
    }
    inputs[i].arrivals = f->arrivals[i];
    inputs[i].n_taken = f->n_taken[i];
  }

  strip = gst_nt_strip_pool_acquire (f->pool, sources, inputs, &background,
      NULL);
  fail_unless (strip != NULL);
  ntm_composer_compose (f->composer, strip_of (strip), sources, &background,
      report);
  fail_unless_equals_int (report->tiles_copied + report->tiles_kept
      + report->tiles_background, N_TILES);
  fail_unless (report->tiles_in_place <= report->tiles_copied);
  gst_mini_object_set_qdata (GST_MINI_OBJECT_CAST (strip), get_quark (),
      numbers, g_free);
  check_strip (f, strip);

  return strip;
}

void
show_and_drop (Fixture * f, GstBuffer * const *frames,
    NtmReport * report)
{
  gst_buffer_unref (show (f, frames, report));
}
