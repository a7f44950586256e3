/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An upstream with the element's own memory; see the header. */

#include "schedule_borrower.h"

#include <gst/check/gstcheck.h>
#include <string.h>

/* Frames that an upstream acquires before it pushes the first of them. */
#define MAX_AHEAD 8

typedef struct
{
  GstBuffer *buffer;
  GstVideoInfo info;
  guint8 *bytes;                /* what it holds */
} Keepsake;

/* ---- Frames ---- */

static gsize
row_bytes (const GstVideoInfo * info)
{
  return (gsize) GST_VIDEO_INFO_WIDTH (info) * PIXEL_BYTES;
}

static gsize
frame_bytes (const GstVideoInfo * info)
{
  return row_bytes (info) * GST_VIDEO_INFO_HEIGHT (info);
}

gboolean
test_buffer_is_lent (GstBuffer * buffer)
{
  return gst_buffer_n_memory (buffer) == 1
      && gst_memory_is_type (gst_buffer_peek_memory (buffer, 0),
      "NtTileMemory");
}

void
test_buffer_view_as (GstBuffer * buffer, GstBuffer * of)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (of);

  if (meta)
    gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
        meta->format, meta->width, meta->height, 1, meta->offset,
        meta->stride);
}

static void
scribble_row (guint8 * row, gsize bytes, guint32 * x)
{
  gsize i;

  for (i = 0; i < bytes; i++) {
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    row[i] = *x;
  }
}

static void
write_rows (GRand * rand, GstBuffer * buffer, const GstVideoInfo * info,
    gboolean careless)
{
  guint32 x = g_rand_int (rand) | 1;
  GstVideoFrame frame;
  gsize stride;
  gint y;

  fail_unless (gst_video_frame_map (&frame, info, buffer, x & 2 ?
          GST_MAP_WRITE : GST_MAP_READWRITE));
  stride = GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);
  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++) {
    guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + y * stride;

    scribble_row (row, row_bytes (info), &x);
    if (careless && y < GST_VIDEO_INFO_HEIGHT (info) - 1
        && stride > row_bytes (info))
      row[x & 4 ? row_bytes (info) : stride - 1] = 0;
  }
  gst_video_frame_unmap (&frame);
}

void
test_buffer_write (GRand * rand, GstBuffer * buffer, const GstVideoInfo * info)
{
  write_rows (rand, buffer, info, FALSE);
}

guint8 *
test_buffer_read (GstBuffer * buffer, const GstVideoInfo * info)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  const gssize stride = meta ? meta->stride[0] : (gssize) row_bytes (info);
  const gssize offset = meta ? (gssize) meta->offset[0] : 0;
  guint8 *bytes = g_malloc (frame_bytes (info));
  gint y;

  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++)
    fail_unless (gst_buffer_extract (buffer, offset + y * stride,
            bytes + y * row_bytes (info), row_bytes (info))
        == row_bytes (info));

  return bytes;
}

/* ---- Frames that are kept ---- */

void
test_kept_init (TestKept * kept, GRand * rand, guint max_kept)
{
  kept->rand = rand;
  kept->kept = g_ptr_array_new ();
  kept->max_kept = max_kept;
  kept->broken = FALSE;
}

static void
check (TestKept * kept, const Keepsake * keepsake)
{
  guint8 *bytes = test_buffer_read (keepsake->buffer, &keepsake->info);

  if (memcmp (bytes, keepsake->bytes, frame_bytes (&keepsake->info)) != 0)
    kept->broken = TRUE;
  g_free (bytes);
}

/* Answers the buffer. */
static GstBuffer *
take (TestKept * kept, Keepsake * keepsake)
{
  GstBuffer *buffer = keepsake->buffer;

  check (kept, keepsake);
  g_ptr_array_remove (kept->kept, keepsake);
  g_free (keepsake->bytes);
  g_free (keepsake);

  return buffer;
}

gboolean
test_kept_let_go (TestKept * kept, gboolean all)
{
  const guint keep = all ? 0 : g_rand_int_range (kept->rand, 0,
      2 * kept->max_kept + 1);

  while (kept->kept->len > keep)
    gst_buffer_unref (take (kept, kept->kept->pdata[g_rand_int_range
                (kept->rand, 0, kept->kept->len)]));
  if (all)
    g_clear_pointer (&kept->kept, g_ptr_array_unref);

  return !kept->broken;
}

static void
keep (TestKept * kept, GstBuffer * buffer, const GstVideoInfo * info)
{
  Keepsake *keepsake;

  if (kept->kept->len >= kept->max_kept)
    return;

  keepsake = g_new0 (Keepsake, 1);
  keepsake->buffer = gst_buffer_ref (buffer);
  keepsake->info = *info;
  keepsake->bytes = test_buffer_read (buffer, info);
  g_ptr_array_add (kept->kept, keepsake);
}

/* Any that has a frame of @info in it; NULL: there is none. */
static Keepsake *
find_kept (TestKept * kept, const GstVideoInfo * info)
{
  guint i = g_rand_int_range (kept->rand, 0, G_MAXINT);
  guint n;

  for (n = 0; n < kept->kept->len; n++, i++) {
    Keepsake *keepsake = kept->kept->pdata[i % kept->kept->len];

    if (GST_VIDEO_INFO_FORMAT (&keepsake->info) == GST_VIDEO_INFO_FORMAT (info)
        && keepsake->info.width >= info->width
        && keepsake->info.height >= info->height)
      return keepsake;
  }

  return NULL;
}

static gboolean
has_size (const Keepsake * keepsake, const GstVideoInfo * info)
{
  return keepsake->info.width == info->width
      && keepsake->info.height == info->height;
}

/* ---- Pools ---- */

void
test_borrower_init (TestBorrower * borrower, GRand * rand, TestKept * kept,
    GstPad * pad, gboolean careless)
{
  static const guint whims[] = { 0, 0, 20, 2 };

  *borrower = (TestBorrower) {
    .rand = rand,
    .kept = kept,
    .pad = pad,
    .careless = careless,
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

/* One's own; in it, and not in a copy of it. */
static void
write_own (TestBorrower * borrower, GstBuffer * buffer)
{
  const GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

  write_rows (borrower->rand, buffer, &borrower->info, borrower->careless);
  fail_unless (gst_buffer_peek_memory (buffer, 0) == memory);
}

void
test_borrower_resize (TestBorrower * borrower, GstVideoFormat format,
    guint width, guint height)
{
  GstBuffer *buffer;

  while ((buffer = g_queue_pop_head (&borrower->ahead))) {
    write_own (borrower, buffer);
    test_borrower_pushed (borrower, buffer);
    gst_buffer_unref (buffer);
  }
  test_borrower_clear (borrower);
  fail_unless (gst_video_info_set_format (&borrower->info, format, width,
          height));
}

/* With some more or less common wishes. */
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

/* Some are written at once, some when it is their turn. */
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
make_lent (TestBorrower * borrower)
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
make_copy (TestBorrower * borrower)
{
  GstBuffer *buffer = make_lent (borrower);
  const guint dice = g_rand_int_range (borrower->rand, 0, 4);
  GstBuffer *copy;

  if (buffer == NULL)
    return NULL;

  if (dice == 0)
    copy = gst_buffer_copy (buffer);
  else if (dice == 1)
    copy = gst_buffer_copy_deep (buffer);
  else
    copy = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY |
        (dice == 2 ? 0 : GST_BUFFER_COPY_MERGE), 0, -1);
  if (dice >= 2)
    test_buffer_view_as (copy, buffer);
  gst_buffer_unref (buffer);

  return copy;
}

/* Part of a frame that is at least as large. */
static GstBuffer *
crop (TestBorrower * borrower, const Keepsake * keepsake)
{
  const GstVideoInfo *info = &borrower->info;
  const GstVideoMeta *meta = gst_buffer_get_video_meta (keepsake->buffer);
  const gint x = g_rand_int_range (borrower->rand, 0,
      keepsake->info.width - info->width + 1);
  const gint y = g_rand_int_range (borrower->rand, 0,
      keepsake->info.height - info->height + 1);
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = {
    meta ? meta->stride[0] : (gint) row_bytes (&keepsake->info)
  };
  GstBuffer *part;

  part = gst_buffer_copy_region (keepsake->buffer, GST_BUFFER_COPY_MEMORY,
      (meta ? meta->offset[0] : 0) + y * (gsize) stride[0] + x * PIXEL_BYTES,
      (info->height - 1) * (gsize) stride[0] + row_bytes (info));
  gst_buffer_add_video_meta_full (part, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), info->width, info->height, 1, offset,
      stride);

  return part;
}

/* An old frame, of this pad or another. */
static GstBuffer *
make_late (TestBorrower * borrower)
{
  Keepsake *keepsake = find_kept (borrower->kept, &borrower->info);

  if (keepsake == NULL)
    return NULL;
  if (has_size (keepsake, &borrower->info))
    return gst_buffer_ref (keepsake->buffer);

  return crop (borrower, keepsake);
}

static GstBuffer *
make_part (TestBorrower * borrower)
{
  Keepsake *keepsake = find_kept (borrower->kept, &borrower->info);

  return keepsake ? crop (borrower, keepsake) : NULL;
}

/* An old frame is written to if nobody else has it, as a pool does it; else, a
 * copy. */
static GstBuffer *
make_written_again (TestBorrower * borrower)
{
  Keepsake *keepsake = find_kept (borrower->kept, &borrower->info);
  const GstMemory *memory;
  GstBuffer *buffer;
  gboolean own;

  if (keepsake == NULL || !has_size (keepsake, &borrower->info))
    return NULL;

  buffer = gst_buffer_make_writable (take (borrower->kept, keepsake));
  memory = gst_buffer_peek_memory (buffer, 0);
  own = gst_buffer_is_all_memory_writable (buffer)
      && !GST_MEMORY_IS_READONLY (memory);
  test_buffer_write (borrower->rand, buffer, &borrower->info);
  fail_unless (!own || gst_buffer_peek_memory (buffer, 0) == memory);

  return buffer;
}

GstBuffer *
test_borrower_next (TestBorrower * borrower, const gchar ** how)
{
  if (borrower->kept == NULL)
    return NULL;

  if (!has_whim (borrower)) {
    *how = "lent";
    return make_lent (borrower);
  }

  switch (g_rand_int_range (borrower->rand, 0, 6)) {
    case 0:
      *how = "lent, copied";
      return make_copy (borrower);
    case 1:
      *how = "lent, late";
      return make_late (borrower);
    case 2:
      *how = "lent, part";
      return make_part (borrower);
    case 3:
      *how = "lent, written again";
      return make_written_again (borrower);
    default:
      return NULL;
  }
}

void
test_borrower_pushed (TestBorrower * borrower, GstBuffer * buffer)
{
  if (borrower->kept && test_buffer_is_lent (buffer)
      && g_rand_int_range (borrower->rand, 0, 3) == 0)
    keep (borrower->kept, buffer, &borrower->info);
}
