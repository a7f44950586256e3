/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Memory for frames: which configurations a pool accepts, that it never refuses
 * a frame and never waits, which block it hands out next, and when it gives
 * blocks back to the system. */

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mappings.h"
#include "gstntmemory.h"

/* More than any pool would have. */
#define MANY 40

/* Blocks of this size are mappings: a test can see when they are gone. */
#define LARGE_BYTES ((gsize) 3 << 20)

/* What upstream asks of a pool. */
typedef struct
{
  const gchar *caps;            /* NULL: none */
  guint size;                   /* 0: that of the caps */
  guint min;
  guint max;
  gboolean meta;
  GstAllocationParams params;
} Wish;

#define CAPS(format, width, height) "video/x-raw,format=" format ",width="     \
    width ",height=" height ",framerate=25/1"

static const Wish wishes[] = {
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {0,}},
  {CAPS ("RGBA", "8", "4"), 0, 32, 64, TRUE, {0,}},
  {CAPS ("RGBA", "8", "4"), 0, 2, 4, FALSE, {0,}},
  {CAPS ("RGBA", "8", "4"), 1, 0, 0, TRUE, {0,}},
  {CAPS ("RGBA", "8", "4"), 1000, 0, 0, TRUE, {0,}},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.align = 3}},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, FALSE, {.align = 255}},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.align = 4095}},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.prefix = 32,.padding = 7,.align =
              127,.flags = GST_MEMORY_FLAG_ZERO_PREFIXED}},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.prefix = 5,.padding = 99,.flags =
              GST_MEMORY_FLAG_ZERO_PADDED}},
  {CAPS ("RGBA", "7", "5"), 0, 0, 0, TRUE, {0,}},
  {CAPS ("I420", "9", "5"), 0, 4, 0, TRUE, {0,}},
  {CAPS ("I420", "8", "4"), 0, 4, 0, FALSE, {0,}},
  {"video/x-bayer,width=8,height=4", 77, 0, 0, TRUE, {0,}},
  {"audio/x-raw", 77, 0, 0, TRUE, {0,}},
  {NULL, 77, 1, 5, TRUE, {0,}},
  {NULL, 77, 0, 0, FALSE, {0,}},
  {NULL, 0, 0, 0, FALSE, {0,}},
};

static void
get_info (const Wish * wish, GstVideoInfo * info)
{
  GstCaps *caps = gst_caps_from_string (wish->caps ? wish->caps : "NONE");

  gst_video_info_init (info);
  if (wish->caps && !gst_video_info_from_caps (info, caps))
    gst_video_info_init (info);
  gst_caps_unref (caps);
}

static void
configure (GstBufferPool * pool, const Wish * wish)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = wish->caps ? gst_caps_from_string (wish->caps) : NULL;
  GstVideoInfo info;

  get_info (wish, &info);
  gst_buffer_pool_config_set_params (config, caps,
      wish->size ? wish->size : GST_VIDEO_INFO_SIZE (&info), wish->min,
      wish->max);
  gst_buffer_pool_config_set_allocator (config, NULL, &wish->params);
  gst_structure_remove_field (config, "options");
  if (wish->meta)
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  gst_clear_caps (&caps);
}

static GstBufferPool *
new_pool (GstNtFrames * frames, const Wish * wish)
{
  GstBufferPool *pool = gst_nt_frames_new_pool (frames);

  configure (pool, wish);
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));

  return pool;
}

static void
free_pool (GstBufferPool * pool)
{
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
}

static GstBuffer *
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

static guint8 *
data_of (GstBuffer * frame)
{
  GstMapInfo map;
  guint8 *data;

  fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
  data = map.data;
  gst_buffer_unmap (frame, &map);

  return data;
}

static guint8 *
drop (GstBuffer * frame)
{
  guint8 *data = data_of (frame);

  gst_buffer_unref (frame);

  return data;
}

/* ---- Configurations ---- */

static void
check_zeros (const guint8 * data, gsize bytes)
{
  while (bytes-- > 0)
    fail_unless_equals_int (data[bytes], 0);
}

static void
check_meta (GstBuffer * frame, const Wish * wish, const GstVideoInfo * info)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  const guint n_planes = GST_VIDEO_INFO_N_PLANES (info);

  fail_unless_equals_int (meta != NULL, wish->meta && n_planes > 0);
  if (meta == NULL)
    return;

  fail_unless (meta->format == GST_VIDEO_INFO_FORMAT (info));
  fail_unless (meta->width == (guint) info->width);
  fail_unless (meta->height == (guint) info->height);
  fail_unless (meta->n_planes == n_planes);
  fail_unless (memcmp (meta->stride, info->stride, n_planes * sizeof (gint))
      == 0);
  fail_unless (memcmp (meta->offset, info->offset, n_planes * sizeof (gsize))
      == 0);
}

/* Fails the test unless @frame is what upstream asked for. Writes other bytes
 * than zero into the frame and around it. */
static void
check_frame (GstBuffer * frame, const Wish * wish)
{
  const GstAllocationParams *params = &wish->params;
  GstVideoInfo info;
  guint8 *block;
  gsize bytes;
  gsize offset;
  gsize maxsize;

  get_info (wish, &info);
  bytes = gst_buffer_get_sizes (frame, &offset, &maxsize);
  fail_unless_equals_uint64 (bytes, MAX (wish->size,
          GST_VIDEO_INFO_SIZE (&info)));
  fail_unless_equals_uint64 (offset, params->prefix);
  fail_unless_equals_uint64 (maxsize, offset + bytes + params->padding);
  check_meta (frame, wish, &info);

  block = data_of (frame) - offset;
  fail_unless_equals_uint64 ((guintptr) block & (params->align | 63), 0);
  if (params->flags & GST_MEMORY_FLAG_ZERO_PREFIXED)
    check_zeros (block, offset);
  if (params->flags & GST_MEMORY_FLAG_ZERO_PADDED)
    check_zeros (block + offset + bytes, params->padding);
  memset (block, 0xff, offset + MIN (bytes, 4096));
  memset (block + offset + bytes, 0xff, params->padding);
}

/* Upstream holds them all at the same time, whatever maximum it configured. */
static void
check_many (GstBufferPool * pool, const Wish * wish)
{
  GstBuffer *frames[MANY];
  guint i;

  for (i = 0; i < MANY; i++) {
    frames[i] = acquire (pool);
    check_frame (frames[i], wish);
  }
  for (i = 0; i < MANY; i++)
    gst_buffer_unref (frames[i]);
}

/* With new blocks and with used ones. The same pool takes one configuration
 * after the other, and the same one twice, as videoconvert does. */
GST_START_TEST (test_any_wish)
{
  GstNtFrames *frames = gst_nt_frames_new ();
  GstBufferPool *pool = gst_nt_frames_new_pool (frames);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wishes); i++) {
    const Wish *other = &wishes[(i + 5) % G_N_ELEMENTS (wishes)];

    configure (pool, other);
    configure (pool, &wishes[i]);
    fail_unless (gst_buffer_pool_set_active (pool, TRUE));
    check_many (pool, &wishes[i]);
    check_many (pool, &wishes[i]);
    fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  }
  fail_unless (gst_buffer_pool_has_option (pool,
          GST_BUFFER_POOL_OPTION_VIDEO_META));
  gst_object_unref (pool);
  gst_nt_frames_unref (frames);
}

GST_END_TEST;

static void
count_signal (GstBufferPool * pool, guint64 bytes, guint * n)
{
  fail_unless (bytes > 0);
  ++*n;
}

/* More bytes than addresses, more bytes than the system has, an impossible
 * alignment: the pool reports an error, says so once, and can be used again. */
GST_START_TEST (test_no_memory)
{
  static const GstAllocationParams params[] = {
    {.padding = G_MAXSIZE},
    {.prefix = G_MAXSIZE},
    {.prefix = G_MAXSIZE / 2 + 1,.padding = G_MAXSIZE / 2},
    {.padding = G_MAXSIZE / 2},
    {.padding = LARGE_BYTES},
    {.align = 128},
  };
  GstNtFrames *frames = gst_nt_frames_new ();
  GstBufferPool *pool = gst_nt_frames_new_pool (frames);
  GstBuffer *frame;
  guint n_signals = 0;
  guint i;

  g_signal_connect (pool, "no-memory", G_CALLBACK (count_signal), &n_signals);
  test_limit_mappings (0, LARGE_BYTES);
  for (i = 0; i < G_N_ELEMENTS (params); i++) {
    Wish wish = wishes[0];

    wish.params = params[i];
    configure (pool, &wish);
    fail_unless (gst_buffer_pool_set_active (pool, TRUE));
    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &frame, NULL),
        GST_FLOW_ERROR);
    fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  }
  test_unlimit_mappings ();
  fail_unless_equals_int (n_signals, 1);

  configure (pool, &wishes[0]);
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  check_many (pool, &wishes[0]);
  free_pool (pool);
  gst_nt_frames_unref (frames);
}

GST_END_TEST;

GST_START_TEST (test_not_active)
{
  GstNtFrames *frames = gst_nt_frames_new ();
  GstBufferPool *pool = gst_nt_frames_new_pool (frames);
  GstBuffer *held = NULL;
  GstBuffer *frame;
  guint i;

  configure (pool, &wishes[0]);
  for (i = 0; i < 6; i++) {
    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &frame, NULL),
        GST_FLOW_FLUSHING);
    gst_clear_buffer (&held);
    fail_unless (gst_buffer_pool_set_active (pool, TRUE));
    gst_buffer_pool_set_flushing (pool, FALSE);
    held = acquire (pool);
    if (i & 1)
      gst_buffer_pool_set_flushing (pool, TRUE);
    else
      fail_unless (gst_buffer_pool_set_active (pool, FALSE));
    check_frame (held, &wishes[0]);
  }
  gst_buffer_unref (held);
  free_pool (pool);
  gst_nt_frames_unref (frames);
}

GST_END_TEST;

/* ---- Blocks ---- */

static const Wish tight = {.size = 128 };
static const Wish with_meta = {.caps = CAPS ("RGBA", "8", "4"),.meta = TRUE };
static const Wish aligned = {.size = 128,.params = {.align = 4095} };
static const Wish large = {.size = LARGE_BYTES,.params = {.padding = 1,.flags =
        GST_MEMORY_FLAG_ZERO_PADDED}
};

/* The block that came back last is the next one in every pool that it fits. */
GST_START_TEST (test_last_in_first_out)
{
  GstNtFrames *frames = gst_nt_frames_new ();
  GstBufferPool *pools[] = { new_pool (frames, &tight),
    new_pool (frames, &with_meta), new_pool (frames, &aligned),
    new_pool (frames, &large)
  };
  GstBuffer *held[4];
  guint8 *blocks[4];
  guint i;

  for (i = 0; i < 4; i++)
    held[i] = acquire (pools[i & 1]);
  for (i = 0; i < 4; i++)
    blocks[i] = drop (held[i]);
  for (i = 0; i < 4; i++) {
    held[i] = acquire (pools[i / 2]);
    fail_unless (data_of (held[i]) == blocks[3 - i]);
    fail_unless_equals_int (gst_buffer_get_video_meta (held[i]) != NULL, i / 2);
  }
  for (i = 0; i < 4; i++)
    gst_buffer_unref (held[i]);
  for (i = 0; i < 4; i++)
    fail_unless (drop (acquire (pools[i & 1])) == blocks[0]);

  /* A pool leaves blocks of another size alone, and blocks with too small an
   * alignment. */
  blocks[1] = drop (acquire (pools[3]));
  fail_unless (drop (acquire (pools[0])) == blocks[0]);
  blocks[2] = drop (acquire (pools[2]));
  fail_unless (drop (acquire (pools[1])) == blocks[2]);
  fail_unless (drop (acquire (pools[3])) == blocks[1]);

  for (i = 0; i < 4; i++)
    free_pool (pools[i]);
  gst_nt_frames_unref (frames);
}

GST_END_TEST;

/* Freed in any order; the memory may be in another buffer by then. */
GST_START_TEST (test_frames_outlive_all)
{
  GstNtFrames *frames = gst_nt_frames_new ();
  GstBufferPool *pool = new_pool (frames, __i__ & 4 ? &large : &tight);
  GstBuffer *frame = acquire (pool);
  GstMemory *memory = gst_buffer_get_memory (frame, 0);
  GstBuffer *other = gst_buffer_new ();

  gst_buffer_append_memory (other, memory);
  if (__i__ & 1)
    free_pool (pool);
  gst_nt_frames_unref (frames);
  if (__i__ & 2) {
    gst_buffer_unref (frame);
    gst_buffer_memset (other, 0, 1, -1);
    gst_buffer_unref (other);
  } else {
    gst_buffer_unref (other);
    gst_buffer_memset (frame, 0, 1, -1);
    gst_buffer_unref (frame);
  }
  if (!(__i__ & 1))
    free_pool (pool);
}

GST_END_TEST;

static gboolean
is_mapped (guint8 * block)
{
  guint8 resident;

  return mincore (block, sysconf (_SC_PAGESIZE), &resident) == 0;
}

static void
age (GstNtFrames * frames, guint n_strips)
{
  while (n_strips-- > 0)
    gst_nt_frames_age (frames);
}

/* A block that upstream needs every eight strips stays, and so does a block
 * that is out. */
GST_START_TEST (test_age)
{
  GstNtFrames *frames = gst_nt_frames_new ();
  GstBufferPool *pool = new_pool (frames, &large);
  GstBuffer *held = acquire (pool);
  guint8 *blocks[2] = { drop (acquire (pool)), data_of (held) };
  guint n;

  for (n = 0; n < 4; n++) {
    age (frames, 8);
    fail_unless (drop (acquire (pool)) == blocks[0]);
  }
  age (frames, 8);
  fail_unless (is_mapped (blocks[0]));
  age (frames, 1);
  fail_if (is_mapped (blocks[0]));
  gst_nt_frames_clear (frames);
  check_frame (held, &large);

  fail_unless (drop (held) == blocks[1]);
  age (frames, 8);
  fail_unless (is_mapped (blocks[1]));
  gst_nt_frames_clear (frames);
  fail_if (is_mapped (blocks[1]));
  gst_buffer_unref (acquire (pool));

  free_pool (pool);
  gst_nt_frames_unref (frames);
}

GST_END_TEST;

/* The pool gives blocks back one by one, the oldest first: all at once would
 * take as long as a strip. */
GST_START_TEST (test_age_of_many)
{
  GstNtFrames *frames = gst_nt_frames_new ();
  GstBufferPool *pool = new_pool (frames, &large);
  GstBuffer *held[MANY];
  guint8 *blocks[MANY];
  guint n_mapped = 0;
  guint i;

  for (i = 0; i < MANY; i++)
    held[i] = acquire (pool);
  for (i = 0; i < MANY; i++)
    blocks[i] = drop (held[i]);
  age (frames, 9);
  for (i = 0; i < MANY; i++)
    n_mapped += is_mapped (blocks[i]);
  fail_unless (n_mapped > MANY / 2);
  for (i = 0; i < MANY; i++)
    fail_unless_equals_int (is_mapped (blocks[i]), i >= MANY - n_mapped);
  age (frames, MANY);
  for (i = 0; i < MANY; i++)
    fail_if (is_mapped (blocks[i]));

  free_pool (pool);
  gst_nt_frames_unref (frames);
}

GST_END_TEST;

/* ---- Threads ---- */

#define N_TURNS 500

typedef struct
{
  GstNtFrames *frames;
  guint8 number;
} Taker;

/* No block is out twice at the same time. */
static gpointer
take_and_give_back (gpointer data)
{
  const Taker *taker = data;
  GstBufferPool *pool = new_pool (taker->frames, &with_meta);
  GstBuffer *held = acquire (pool);
  guint n;

  gst_buffer_memset (held, 0, taker->number, -1);
  for (n = 0; n < N_TURNS; n++) {
    GstBuffer *next = acquire (pool);

    gst_buffer_memset (next, 0, taker->number, -1);
    fail_unless_equals_int (data_of (held)[n % 128], taker->number);
    gst_buffer_unref (held);
    held = next;
  }
  gst_buffer_unref (held);
  free_pool (pool);

  return NULL;
}

GST_START_TEST (test_many_threads)
{
  GstNtFrames *frames = gst_nt_frames_new ();
  Taker takers[4];
  GThread *threads[G_N_ELEMENTS (takers)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (takers); i++) {
    takers[i] = (Taker) { frames, i + 1 };
    threads[i] = g_thread_new ("taker", take_and_give_back, &takers[i]);
  }
  for (i = 0; i < N_TURNS; i++) {
    gst_nt_frames_age (frames);
    if (i % 100 == 0)
      gst_nt_frames_clear (frames);
  }
  for (i = 0; i < G_N_ELEMENTS (takers); i++)
    g_thread_join (threads[i]);
  gst_nt_frames_unref (frames);
}

GST_END_TEST;

static Suite *
frames_suite (void)
{
  Suite *suite = suite_create ("frames");
  TCase *tcase = tcase_create ("frames");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_any_wish);
  tcase_add_test (tcase, test_no_memory);
  tcase_add_test (tcase, test_not_active);
  tcase_add_test (tcase, test_last_in_first_out);
  tcase_add_loop_test (tcase, test_frames_outlive_all, 0, 8);
  tcase_add_test (tcase, test_age);
  tcase_add_test (tcase, test_age_of_many);
  tcase_add_test (tcase, test_many_threads);

  return suite;
}

GST_CHECK_MAIN (frames);
