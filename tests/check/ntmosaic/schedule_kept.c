/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that upstream or the application keeps; see the header. */

#include "schedule_kept.h"

#include <gst/base/gstaggregator.h>
#include <gst/check/gstcheck.h>
#include <string.h>

/* ---- Frames ---- */

gsize
test_frame_row_bytes (const GstVideoInfo * info)
{
  return (gsize) GST_VIDEO_INFO_WIDTH (info) * PIXEL_BYTES;
}

static gsize
frame_bytes (const GstVideoInfo * info)
{
  return test_frame_row_bytes (info) * GST_VIDEO_INFO_HEIGHT (info);
}

gboolean
test_frame_is_view (GstBuffer * buffer)
{
  return gst_memory_is_type (gst_buffer_peek_memory (buffer, 0), "NtMemory");
}

void
test_frame_write (GRand * rand, GstBuffer * buffer, const GstVideoInfo * info)
{
  guint32 x = g_rand_int (rand) | 1;
  GstVideoFrame frame;
  gsize i;
  gint y;

  fail_unless (gst_video_frame_map (&frame, info, buffer, x & 2 ?
          GST_MAP_WRITE : GST_MAP_READWRITE));
  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++) {
    guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (i = 0; i < test_frame_row_bytes (info); i++) {
      x ^= x << 13;
      x ^= x >> 17;
      x ^= x << 5;
      row[i] = x;
    }
  }
  gst_video_frame_unmap (&frame);
}

guint8 *
test_frame_read (GstBuffer * buffer, const GstVideoInfo * info)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  const gsize row_bytes = test_frame_row_bytes (info);
  const gssize stride = meta ? meta->stride[0] : (gssize) row_bytes;
  const gssize offset = meta ? (gssize) meta->offset[0] : 0;
  guint8 *bytes = g_malloc (frame_bytes (info));
  gint y;

  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++)
    fail_unless (gst_buffer_extract (buffer, offset + y * stride,
            bytes + y * row_bytes, row_bytes) == row_bytes);

  return bytes;
}

/* ---- One that is kept ---- */

static TestKeptFrame *
new_frame (GstBuffer * buffer, const GstVideoInfo * info)
{
  TestKeptFrame *frame = g_new0 (TestKeptFrame, 1);

  frame->buffer = gst_buffer_ref (buffer);
  frame->info = *info;
  frame->bytes = test_frame_read (buffer, info);

  return frame;
}

/* Returns the buffer. */
static GstBuffer *
free_frame (TestKept * kept, TestKeptFrame * frame)
{
  GstBuffer *buffer = frame->buffer;
  guint8 *bytes = test_frame_read (buffer, &frame->info);

  if (memcmp (bytes, frame->bytes, frame_bytes (&frame->info)) != 0)
    kept->broken = TRUE;
  g_free (bytes);
  g_free (frame->bytes);
  g_free (frame);

  return buffer;
}

/* ---- All ---- */

void
test_kept_init (TestKept * kept, GRand * rand, guint max_frames)
{
  *kept = (TestKept) {
    .rand = rand,
    .frames = g_ptr_array_new (),
    .seen = g_ptr_array_new (),
    .max_frames = max_frames,
  };
}

void
test_kept_clear (TestKept * kept)
{
  g_ptr_array_unref (kept->frames);
  g_ptr_array_unref (kept->seen);
}

static gboolean
may_keep (const TestKept * kept, GstBuffer * buffer)
{
  guint i;

  for (i = 0; i < gst_buffer_n_memory (buffer); i++)
    if (GST_MEMORY_FLAG_IS_SET (gst_buffer_peek_memory (buffer, i),
            TEST_MEMORY_RETURNS))
      return FALSE;

  return kept->frames->len < kept->max_frames;
}

void
test_kept_keep (TestKept * kept, GstBuffer * buffer, const GstVideoInfo * info)
{
  if (may_keep (kept, buffer))
    g_ptr_array_add (kept->frames, new_frame (buffer, info));
}

GstBuffer *
test_kept_take (TestKept * kept, TestKeptFrame * frame)
{
  g_ptr_array_remove (kept->frames, frame);

  return free_frame (kept, frame);
}

gboolean
test_kept_let_go (TestKept * kept, gboolean all)
{
  const guint keep = all ? 0 : g_rand_int_range (kept->rand, 0,
      2 * kept->max_frames + 1);

  while (kept->frames->len > keep)
    gst_buffer_unref (test_kept_take (kept, kept->frames->pdata
            [g_rand_int_range (kept->rand, 0, kept->frames->len)]));

  return !kept->broken;
}

TestKeptFrame *
test_kept_find (TestKept * kept, const GstVideoInfo * info)
{
  guint i = g_rand_int_range (kept->rand, 0, G_MAXINT);
  guint n;

  for (n = 0; n < kept->frames->len; n++, i++) {
    TestKeptFrame *frame = kept->frames->pdata[i % kept->frames->len];

    if (GST_VIDEO_INFO_FORMAT (&frame->info) == GST_VIDEO_INFO_FORMAT (info)
        && frame->info.width >= info->width
        && frame->info.height >= info->height)
      return frame;
  }

  return NULL;
}

/* ---- The application ---- */

/* The caps may be those of a later frame, or gone already. Without a
 * GstVideoMeta, the application looks at any bytes of the buffer. */
static gboolean
get_info (GstSample * sample, GstVideoInfo * info)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstCaps *caps = gst_sample_get_caps (sample);
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  if (meta)
    return gst_video_info_set_format (info, meta->format, meta->width,
        meta->height);

  return caps && gst_video_info_from_caps (info, caps)
      && gst_buffer_get_size (buffer) >= frame_bytes (info);
}

/* In the streaming thread, before the element pushes the strip. */
static gboolean
look_at_pad (GstElement * mosaic, GstPad * pad, gpointer data)
{
  TestKept *kept = data;
  GstSample *sample = gst_aggregator_peek_next_sample (GST_AGGREGATOR (mosaic),
      GST_AGGREGATOR_PAD (pad));
  GstVideoInfo info;

  if (sample == NULL)
    return TRUE;
  if (gst_buffer_get_size (gst_sample_get_buffer (sample)) > 0
      && get_info (sample, &info))
    g_ptr_array_add (kept->seen,
        new_frame (gst_sample_get_buffer (sample), &info));
  gst_sample_unref (sample);

  return TRUE;
}

static void
look_at_pads (GstElement * mosaic, GstSegment * segment, guint64 pts,
    guint64 dts, guint64 duration, GstStructure * info, TestKept * kept)
{
  gst_element_foreach_sink_pad (mosaic, look_at_pad, kept);
}

void
test_kept_watch (TestKept * kept, GstElement * mosaic)
{
  g_object_set (mosaic, "emit-signals", TRUE, NULL);
  g_signal_connect (mosaic, "samples-selected", G_CALLBACK (look_at_pads),
      kept);
}

void
test_kept_choose_seen (TestKept * kept)
{
  guint i;

  for (i = 0; i < kept->seen->len; i++) {
    TestKeptFrame *frame = kept->seen->pdata[i];

    if (may_keep (kept, frame->buffer)
        && g_rand_int_range (kept->rand, 0, 8) == 0)
      g_ptr_array_add (kept->frames, frame);
    else
      gst_buffer_unref (free_frame (kept, frame));
  }
  g_ptr_array_set_size (kept->seen, 0);
}
