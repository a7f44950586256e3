/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An upstream that draws into the pool that it is offered; see the header. */

#include "schedule_borrower.h"

#include <gst/check/gstcheck.h>

/* Frames that an upstream acquires before it pushes the first of them. */
#define MAX_AHEAD 8

/* ---- Pools ---- */

void
test_borrower_init (TestBorrower * borrower, GRand * rand, TestKept * kept,
    GstPad * pad)
{
  static const guint whims[] = { 0, 0, 20, 2 };

  *borrower = (TestBorrower) {
    .rand = rand,
    .kept = kept,
    .pad = pad,
  };
  borrower->whims = whims[g_rand_int_range (rand, 0, G_N_ELEMENTS (whims))];
  borrower->n_ahead = g_rand_int_range (rand, 0,
      g_rand_boolean (rand) ? 3 : MAX_AHEAD);
  g_queue_init (&borrower->ahead);
}

static void
drop_pool (GstBufferPool ** pool, gboolean stop)
{
  if (*pool && stop)
    gst_buffer_pool_set_active (*pool, FALSE);
  gst_clear_object (pool);
}

void
test_borrower_clear (TestBorrower * borrower)
{
  guint i;

  for (i = 0; i < BORROWER_POOLS; i++)
    drop_pool (&borrower->pools[i], i == 0);
  g_queue_clear_full (&borrower->ahead, (GDestroyNotify) gst_buffer_unref);
}

/* Writes to a frame that upstream alone holds: into its memory, and not into a
 * copy. */
static void
write_own (TestBorrower * borrower, GstBuffer * buffer)
{
  const GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

  test_frame_write (borrower->rand, buffer, &borrower->info);
  fail_unless (gst_buffer_peek_memory (buffer, 0) == memory);
}

void
test_borrower_resize (TestBorrower * borrower, GstVideoFormat format,
    guint width, guint height)
{
  GstBuffer *buffer;

  while ((buffer = g_queue_pop_head (&borrower->ahead))) {
    write_own (borrower, buffer);
    if (g_rand_boolean (borrower->rand))
      test_kept_keep (borrower->kept, buffer, &borrower->info);
    gst_buffer_unref (buffer);
  }
  test_borrower_clear (borrower);
  fail_unless (gst_video_info_set_format (&borrower->info, format, width,
          height));
}

/* A configuration with some wishes, common ones and others. */
static gboolean
configure (TestBorrower * borrower, GstBufferPool * pool, GstCaps * caps,
    guint size)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstAllocationParams params = { 0, };
  const guint dice = g_rand_int_range (borrower->rand, 0, 20);

  gst_buffer_pool_config_set_params (config, caps,
      dice == 0 ? size + 40 : size, dice % 3, dice % 4 == 1 ? 4 : 0);
  if (dice > 2)
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (dice == 3)
    params.align = 4095;
  if (dice == 4)
    params.padding = 100;
  if (dice < 7)
    gst_buffer_pool_config_set_allocator (config, NULL, &params);

  return gst_buffer_pool_set_config (pool, config)
      && gst_buffer_pool_set_active (pool, TRUE);
}

static void
ask_for_pool (TestBorrower * borrower, GstBufferPool ** slot)
{
  GstCaps *caps = gst_video_info_to_caps (&borrower->info);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  guint size;

  drop_pool (slot, FALSE);
  if (gst_pad_peer_query (borrower->pad, query)
      && gst_query_get_n_allocation_pools (query) > 0) {
    gst_query_parse_nth_allocation_pool (query, 0, slot, &size, NULL, NULL);
    if (*slot)
      fail_unless (configure (borrower, *slot, caps, size));
  }
  gst_query_unref (query);
  gst_caps_unref (caps);
}

static GstBuffer *
acquire (TestBorrower * borrower)
{
  GstBufferPool **pool =
      &borrower->pools[g_rand_int_range (borrower->rand, 0, 20) == 0];
  GstBuffer *buffer;

  if (*pool == NULL || g_rand_int_range (borrower->rand, 0, 50) == 0)
    ask_for_pool (borrower, pool);
  if (*pool == NULL)
    return NULL;

  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (*pool, &buffer,
          NULL), GST_FLOW_OK);
  fail_unless (gst_buffer_is_writable (buffer));
  fail_unless (gst_buffer_is_all_memory_writable (buffer));

  return buffer;
}

/* ---- Ways to make a frame ---- */

static gboolean
has_whim (TestBorrower * borrower)
{
  return borrower->whims > 0
      && g_rand_int_range (borrower->rand, 0, borrower->whims) == 0;
}

/* Upstream writes some frames at once, and some when it is their turn. */
static void
go_ahead (TestBorrower * borrower)
{
  GstBuffer *buffer;

  while (g_queue_get_length (&borrower->ahead) <= borrower->n_ahead
      && (buffer = acquire (borrower))) {
    if (g_rand_boolean (borrower->rand))
      write_own (borrower, buffer);
    g_queue_push_tail (&borrower->ahead, buffer);
  }
  if (has_whim (borrower) && g_rand_boolean (borrower->rand)
      && (buffer = g_queue_pop_head (&borrower->ahead)))
    gst_buffer_unref (buffer);
}

static GstBuffer *
make_pooled (TestBorrower * borrower)
{
  GstBuffer *buffer;

  go_ahead (borrower);
  buffer = g_queue_pop_head (&borrower->ahead);
  if (buffer == NULL)
    buffer = acquire (borrower);
  if (buffer)
    write_own (borrower, buffer);

  return buffer;
}

/* Another buffer with the same memory, or with a copy of it. */
static GstBuffer *
copy (TestBorrower * borrower, GstBuffer * buffer)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  const guint dice = g_rand_int_range (borrower->rand, 0, 4);
  GstBuffer *copy;

  if (dice == 0)
    return gst_buffer_copy (buffer);
  if (dice == 1)
    return gst_buffer_copy_deep (buffer);

  copy = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY |
      (dice == 2 ? 0 : GST_BUFFER_COPY_MERGE), 0, -1);
  if (meta)
    gst_buffer_add_video_meta_full (copy, GST_VIDEO_FRAME_FLAG_NONE,
        meta->format, meta->width, meta->height, 1, meta->offset,
        meta->stride);

  return copy;
}

/* By then, the original frame may be gone, or upstream may still hold it. */
static GstBuffer *
make_copy (TestBorrower * borrower)
{
  GstBuffer *buffer = make_pooled (borrower);
  GstBuffer *frame;

  if (buffer == NULL)
    return NULL;

  frame = copy (borrower, buffer);
  gst_buffer_unref (buffer);

  return frame;
}

/* Part of a frame that is at least as large. */
static GstBuffer *
crop (TestBorrower * borrower, const TestKeptFrame * frame)
{
  const GstVideoInfo *info = &borrower->info;
  const GstVideoMeta *meta = gst_buffer_get_video_meta (frame->buffer);
  const gssize whole_stride = meta ? meta->stride[0]
      : (gssize) test_frame_row_bytes (&frame->info);
  const gint x = g_rand_int_range (borrower->rand, 0,
      frame->info.width - info->width + 1);
  const gint y = g_rand_int_range (borrower->rand, 0,
      frame->info.height - info->height + 1);
  const gssize rise = (info->height - 1) * whole_stride;
  const gssize first = (meta ? (gssize) meta->offset[0] : 0)
      + y * whole_stride + x * PIXEL_BYTES;
  gsize offset[GST_VIDEO_MAX_PLANES] = { rise < 0 ? -rise : 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = { whole_stride, };
  GstBuffer *part;

  part = gst_buffer_copy_region (frame->buffer, GST_BUFFER_COPY_MEMORY,
      first + MIN (rise, 0), ABS (rise) + test_frame_row_bytes (info));
  gst_buffer_add_video_meta_full (part, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), info->width, info->height, 1, offset,
      stride);

  return part;
}

static gboolean
has_size (const TestKeptFrame * frame, const GstVideoInfo * info)
{
  return frame->info.width == info->width
      && frame->info.height == info->height;
}

/* An old frame, of this pad or another. */
static GstBuffer *
make_late (TestBorrower * borrower)
{
  TestKeptFrame *frame = test_kept_find (borrower->kept, &borrower->info);

  if (frame == NULL)
    return NULL;
  if (!has_size (frame, &borrower->info))
    return crop (borrower, frame);

  return g_rand_boolean (borrower->rand) ? gst_buffer_ref (frame->buffer)
      : copy (borrower, frame->buffer);
}

static GstBuffer *
make_part (TestBorrower * borrower)
{
  TestKeptFrame *frame = test_kept_find (borrower->kept, &borrower->info);

  return frame ? crop (borrower, frame) : NULL;
}

/* Upstream writes to an old frame that it alone holds, as with a pool, and
 * otherwise to a copy. Frames of several memories can't be mapped row by
 * row. */
static GstBuffer *
make_written_again (TestBorrower * borrower)
{
  TestKeptFrame *frame = test_kept_find (borrower->kept, &borrower->info);
  const GstMemory *memory;
  GstBuffer *buffer;
  gboolean own;

  if (frame == NULL || !has_size (frame, &borrower->info)
      || gst_buffer_n_memory (frame->buffer) > 1)
    return NULL;

  buffer = gst_buffer_make_writable (test_kept_take (borrower->kept, frame));
  memory = gst_buffer_peek_memory (buffer, 0);
  own = gst_buffer_is_all_memory_writable (buffer)
      && !GST_MEMORY_IS_READONLY (memory);
  test_frame_write (borrower->rand, buffer, &borrower->info);
  fail_unless (!own || gst_buffer_peek_memory (buffer, 0) == memory);

  return buffer;
}

GstBuffer *
test_borrower_next (TestBorrower * borrower, const gchar ** how)
{
  if (borrower->pad == NULL)
    return NULL;

  if (!has_whim (borrower)) {
    *how = "pooled";
    return make_pooled (borrower);
  }

  switch (g_rand_int_range (borrower->rand, 0, 6)) {
    case 0:
      *how = "pooled, copied";
      return make_copy (borrower);
    case 1:
      *how = "kept before";
      return make_late (borrower);
    case 2:
      *how = "part of one kept before";
      return make_part (borrower);
    case 3:
      *how = "kept before, written again";
      return make_written_again (borrower);
    default:
      return NULL;
  }
}
