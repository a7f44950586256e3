/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Lent frames; see the header. */

#include "lending_support.h"

#include <string.h>

#define BACKGROUND 0x44332211

GstNtLayout *
new_layout (guint width, guint height)
{
  const NtmLayoutRules rules = {.align = NTM_ALIGN_TOP };
  NtmTile tiles[N_TILES];
  GstNtLayout *layout;
  guint i;

  for (i = 0; i < N_TILES; i++)
    tiles[i] = (NtmTile) {.width = width,.frame_height = height };
  layout = gst_nt_layout_new (tiles, N_TILES, &rules, NULL);
  fail_unless (layout != NULL);

  return layout;
}

GstCaps *
new_caps (const gchar * format, guint width, guint height)
{
  return gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format,
      "width", G_TYPE_INT, width, "height", G_TYPE_INT, height,
      "framerate", GST_TYPE_FRACTION, 25, 1, NULL);
}

void
start_pool (GstBufferPool * pool, guint width, guint height)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = new_caps ("RGBA", width, height);

  gst_buffer_pool_config_set_params (config, caps, width * height * 4, 0, 0);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_META);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  gst_caps_unref (caps);
}

void
setup (Fixture * f, guint n_strips)
{
  guint i;

  f->layout = new_layout (TILE_WIDTH, TILE_HEIGHT);
  f->strips = gst_nt_strip_pool_new ();
  f->composer = gst_nt_composer_new ();
  f->next = 1;
  fail_unless (gst_nt_strip_pool_configure (f->strips, f->layout, n_strips,
          NULL, NULL));
  for (i = 0; i < N_TILES; i++) {
    f->lenders[i] = gst_nt_lender_new (f->strips);
    gst_nt_lender_set_tile (f->lenders[i], f->layout, i);
    gst_nt_lender_set_trusting (f->lenders[i], TRUE);
    f->pools[i] = gst_nt_lender_new_pool (f->lenders[i]);
    start_pool (f->pools[i], TILE_WIDTH, TILE_HEIGHT);
  }
}

void
teardown (Fixture * f)
{
  guint i;

  for (i = 0; i < N_TILES; i++) {
    gst_buffer_pool_set_active (f->pools[i], FALSE);
    gst_object_unref (f->pools[i]);
    gst_nt_lender_unref (f->lenders[i]);
  }
  gst_nt_composer_free (f->composer);
  gst_nt_strip_pool_unref (f->strips);
  gst_nt_layout_unref (f->layout);
}

GstBuffer *
acquire (GstBufferPool * pool)
{
  GstBuffer *frame;

  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &frame, NULL),
      GST_FLOW_OK);
  fail_unless_equals_int (gst_buffer_n_memory (frame), 1);
  fail_unless (gst_buffer_is_writable (frame));
  fail_unless (gst_buffer_is_all_memory_writable (frame));

  return frame;
}

GstBuffer *
lend (Fixture * f, guint i)
{
  return acquire (f->pools[i]);
}

gssize
stride_of (GstBuffer * frame)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (frame);

  return meta ? meta->stride[0] : ROW_BYTES;
}

Where
where_is (GstBuffer * frame)
{
  switch (stride_of (frame)) {
    case ROW_BYTES:
      return TIGHT;
    case STRIP_STRIDE:
      return TILE;
    default:
      return GUARDED;
  }
}

guint8 *
data_of (GstBuffer * frame)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  GstMapInfo map;

  fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
  gst_buffer_unmap (frame, &map);

  return map.data + (meta ? meta->offset[0] : 0);
}

void
paint (Fixture * f, GstBuffer * frame)
{
  const GstMemory *memory = gst_buffer_peek_memory (frame, 0);
  GstMapInfo map;
  guint y;

  fail_unless (gst_buffer_map (frame, &map, GST_MAP_WRITE));
  fail_unless (gst_buffer_peek_memory (frame, 0) == memory);
  for (y = 0; y < TILE_HEIGHT; y++)
    memset (map.data + y * stride_of (frame), f->next, ROW_BYTES);
  gst_buffer_unmap (frame, &map);
  f->next++;
}

GstBuffer *
lend_painted (Fixture * f, guint i)
{
  GstBuffer *frame = lend (f, i);

  paint (f, frame);

  return frame;
}

GstBuffer *
new_frame (Fixture * f)
{
  GstBuffer *frame = gst_buffer_new_allocate (NULL, FRAME_BYTES, NULL);

  paint (f, frame);

  return frame;
}

static void
check_tile (GstBuffer * strip, guint i, const guint8 * frame, gssize stride)
{
  static const guint32 background = BACKGROUND;
  const guint8 *tile = data_of (strip) + i * ROW_BYTES;
  guint x;
  guint y;

  for (y = 0; y < TILE_HEIGHT; y++)
    for (x = 0; x < ROW_BYTES; x++) {
      const guint8 wanted = frame ? frame[y * stride + x]
          : ((const guint8 *) &background)[x % 4];

      if (tile[y * STRIP_STRIDE + x] != wanted)
        fail ("tile %u, row %u, byte %u", i, y, x);
    }
}

GstBuffer *
show (Fixture * f, GstBuffer ** frames, GstNtComposeReport * report)
{
  GstNtTileSource sources[N_TILES] = { {NULL,}, };
  guint8 *copies[N_TILES] = { NULL, };
  GstBuffer *strip;
  guint i;
  guint y;

  for (i = 0; i < N_TILES; i++) {
    if (frames[i] == NULL)
      continue;
    sources[i].data = data_of (frames[i]);
    sources[i].stride = stride_of (frames[i]);
    sources[i].buffer = frames[i];
    copies[i] = g_malloc (FRAME_BYTES);
    for (y = 0; y < TILE_HEIGHT; y++)
      memcpy (copies[i] + y * ROW_BYTES,
          sources[i].data + y * sources[i].stride, ROW_BYTES);
  }

  strip = gst_nt_strip_pool_acquire (f->strips, sources, BACKGROUND, NULL);
  fail_unless (strip != NULL);
  gst_nt_composer_compose (f->composer, f->layout, strip, sources, BACKGROUND,
      report);
  fail_unless_equals_int (report->tiles_copied + report->tiles_kept
      + report->tiles_in_place + report->tiles_background, N_TILES);
  for (i = 0; i < N_TILES; i++) {
    check_tile (strip, i, copies[i], ROW_BYTES);
    g_free (copies[i]);
  }

  return strip;
}

void
show_and_drop (Fixture * f, GstBuffer ** frames, GstNtComposeReport * report)
{
  gst_buffer_unref (show (f, frames, report));
}

void
drop (GstBuffer ** frames)
{
  guint i;

  for (i = 0; i < N_TILES; i++)
    gst_clear_buffer (&frames[i]);
}

guint8 *
strip_of (GstBuffer * frame, guint i)
{
  fail_unless_equals_int (where_is (frame), TILE);

  return data_of (frame) - i * ROW_BYTES;
}

void
set_layout (Fixture * f, GstNtLayout * layout,
    const GstAllocationParams * params)
{
  guint i;

  gst_nt_layout_ref (layout);
  gst_nt_layout_unref (f->layout);
  f->layout = layout;
  fail_unless (gst_nt_strip_pool_configure (f->strips, layout, 2, params,
          NULL));
  for (i = 0; i < N_TILES; i++)
    gst_nt_lender_set_tile (f->lenders[i], layout, i);
}

guint
count_pause (Fixture * f, guint i)
{
  guint n;

  for (n = 0; n < 1000; n++) {
    GstBuffer *frame = lend (f, i);
    const Where where = where_is (frame);

    gst_buffer_unref (frame);
    if (where == TILE)
      break;
  }

  return n;
}

void
distrust (Fixture * f, guint i)
{
  gst_nt_lender_set_trusting (f->lenders[i], FALSE);
  gst_object_unref (f->pools[i]);
  f->pools[i] = gst_nt_lender_new_pool (f->lenders[i]);
  start_pool (f->pools[i], TILE_WIDTH, TILE_HEIGHT);
}
