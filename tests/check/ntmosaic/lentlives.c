/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Who outlives whom: frames that are lent, their pool, strips and the element end
 * in any order, and in any thread, at any moment. */

#include "lending.h"

#include <string.h>

/* ---- In any order ---- */

typedef enum
{
  FRAME,                        /* that upstream has, and writes to */
  STRIP,                        /* that the application has */
  POOL,
  ELEMENT,
  N_THINGS,
} Thing;

typedef struct
{
  Lending l;
  GstVideoInfo info;
  GstBuffer *frame;
  GstBuffer *shown;             /* a frame that is in the strip */
  GstBuffer *strip;
  GBytes *bytes;                /* of the strip */
} Lives;

static GBytes *
copy_bytes (GstBuffer * buffer)
{
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (buffer, 0, -1, &data, &size);

  return g_bytes_new_take (data, size);
}

static void
lives_init (Lives * s)
{
  memset (s, 0, sizeof (*s));
  lending_init_trusted (&s->l, 3);
  s->info = s->l.ups[0].info;
  s->shown = test_upstream_draw (&s->l.ups[0], 1);
  lending_push_and_keep (&s->l, 0, s->shown, 1);
  lending_push_one (&s->l, 1);
  lending_push_one (&s->l, 2);
  s->strip = lending_pull (&s->l);
  s->frame = test_upstream_draw (&s->l.ups[0], 2);
  s->bytes = copy_bytes (s->strip);
}

static void
end (Lives * s, Thing thing)
{
  guint i;

  switch (thing) {
    case FRAME:
      gst_clear_buffer (&s->frame);
      gst_clear_buffer (&s->shown);
      break;
    case STRIP:
      gst_clear_buffer (&s->strip);
      break;
    case POOL:
      for (i = 0; i < LENDING_MAX; i++)
        test_upstream_clear (&s->l.ups[i]);
      break;
    default:
      test_rig_free (s->l.rig);
      break;
  }
}

/* What there still is can be used. */
static void
use (Lives * s)
{
  GBytes *bytes;

  if (s->frame)
    test_draw (s->frame, &s->info, g_random_int ());
  if (s->shown)
    test_assert_drawn (s->shown, &s->info, 1);
  if (s->l.ups[0].pool)
    gst_buffer_unref (test_upstream_draw (&s->l.ups[0], 3));
  if (s->strip) {
    bytes = copy_bytes (s->strip);
    fail_unless (g_bytes_equal (bytes, s->bytes));
    g_bytes_unref (bytes);
  }
}

/* With @__i__ / 24, the element is in NULL first. */
GST_START_TEST (in_any_order)
{
  GArray *things = g_array_new (FALSE, FALSE, sizeof (Thing));
  guint order = __i__ % 24;
  Thing thing;
  Lives s;
  guint n;

  for (thing = 0; thing < N_THINGS; thing++)
    g_array_append_val (things, thing);
  lives_init (&s);
  if (__i__ / 24)
    gst_element_set_state (s.l.rig->element, GST_STATE_NULL);
  for (n = N_THINGS; n > 0; n--) {
    use (&s);
    end (&s, g_array_index (things, Thing, order % n));
    g_array_remove_index (things, order % n);
    order /= n;
  }
  g_bytes_unref (s.bytes);
  g_array_unref (things);
}

GST_END_TEST;

/* ---- Flushes and EOS ---- */

/* Time goes on: nobody downstream is flushed. */
static void
flush (Lending * l)
{
  GstSegment segment;
  guint i;

  for (i = 0; i < l->strip.n_tiles; i++)
    fail_unless (gst_harness_push_event (l->ups[i].input,
            gst_event_new_flush_start ()));
  for (i = 0; i < l->strip.n_tiles; i++)
    fail_unless (gst_harness_push_event (l->ups[i].input,
            gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (i = 0; i < l->strip.n_tiles; i++)
    fail_unless (gst_harness_push_event (l->ups[i].input,
            gst_event_new_segment (&segment)));
}

/* With frames on their way, and in upstream's hands. */
GST_START_TEST (flushes)
{
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < 10; i++) {
    GstBuffer *held = test_upstream_draw (&l.ups[i % 3], 700 + i);
    GstBuffer *strip;

    lending_push_one (&l, (i + 1) % 3);
    flush (&l);
    l.ups[(i + 1) % 3].n--;
    lending_push (&l);
    strip = lending_pull (&l);
    flush (&l);
    lending_assert_strip (&l, strip, l.tiles);
    test_assert_drawn (held, &l.ups[i % 3].info, 700 + i);
    gst_buffer_unref (held);
    gst_buffer_unref (strip);

    /* The pad of the frame that was held is lent none for a while. */
    lending_run (&l, 12);
    before = lending_count_in_place (&l);
    lending_run (&l, 5);
    fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 15);
  }
  fail_unless (test_get_stat (l.rig->element, "strips-allocated") <= 3 + 5);
  lending_clear (&l);
}

GST_END_TEST;

/* One pad ends; the strip that shows its last frame is not waited for. */
GST_START_TEST (one_ends)
{
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  if (__i__)
    g_object_set (gst_pad_get_peer (l.ups[2].input->srcpad),
        "repeat-after-eos", TRUE, NULL);
  fail_unless (gst_harness_push_event (l.ups[2].input, gst_event_new_eos ()));
  if (__i__ == 0)
    l.tiles[2].height = 0;
  before = lending_count_in_place (&l);
  for (i = 0; i < 30; i++) {
    lending_push_one (&l, 0);
    lending_push_one (&l, 1);
    lending_expect (&l);
  }
  fail_unless (lending_count_in_place (&l) - before >= 2 * 28);
  if (__i__)
    gst_object_unref (GST_PAD_PEER (l.ups[2].input->srcpad));
  lending_clear (&l);
}

GST_END_TEST;

/* ---- In any thread ---- */

#define RACE_PADS 4
#define RACE_FRAMES 150

/* An upstream with a thread of its own, which does whatever is allowed. */
typedef struct
{
  TestUpstream up;
  GRand *rand;
  guint pad;
  guint n_strips;               /* that each frame is shown in */
  GQueue kept;                  /* of frames that were pushed */
  GThread *thread;
} Racer;

static guint32
seed_of (guint pad, guint n)
{
  return pad * 100000 + n;
}

static guint
dice (GRand * rand, guint n)
{
  return g_rand_int_range (rand, 0, n);
}

/* A frame of its own, or one that was lent, and sometimes one that is lent and
 * dropped. NULL: the pool is not active any more. */
static GstBuffer *
make_frame (Racer * racer, guint n)
{
  const GstVideoInfo *info = &racer->up.info;
  const guint32 seed = seed_of (racer->pad, n);
  const guint way = dice (racer->rand, 12);
  GstBuffer *frame;

  if (way == 0)
    return test_frame_new (GST_VIDEO_FORMAT_RGBA, GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), 0, 0, seed);
  frame = test_upstream_draw (&racer->up, way == 1 ? 7 : seed);
  if (way == 1) {
    gst_buffer_unref (frame);
    frame = test_upstream_draw (&racer->up, seed);
  }

  return frame;
}

/* Reads or, if that is allowed, writes one that was pushed; lets go of some. */
static void
use_kept (Racer * racer)
{
  while (racer->kept.length > dice (racer->rand, 5)) {
    GstBuffer *frame = g_queue_pop_head (&racer->kept);

    if (gst_buffer_is_all_memory_writable (frame)
        && gst_buffer_is_writable (frame))
      test_draw (frame, &racer->up.info, 9);
    gst_buffer_unref (frame);
  }
}

static gpointer
race (gpointer data)
{
  Racer *racer = data;
  GQueue ready = G_QUEUE_INIT;
  GstFlowReturn ret = GST_FLOW_OK;
  guint n = 0;

  while (ret == GST_FLOW_OK && n < RACE_FRAMES) {
    const guint n_ahead = 1 + dice (racer->rand, 3);
    GstBuffer *frame;

    while (ready.length < n_ahead)
      g_queue_push_tail (&ready, make_frame (racer, n + ready.length));
    frame = g_queue_pop_head (&ready);
    GST_BUFFER_PTS (frame) = n * racer->n_strips * TEST_FRAME_TIME;
    GST_BUFFER_DURATION (frame) = racer->n_strips * TEST_FRAME_TIME;
    if (dice (racer->rand, 3) == 0)
      g_queue_push_tail (&racer->kept, gst_buffer_ref (frame));
    ret = gst_harness_push (racer->up.input, frame);
    use_kept (racer);
    n++;
  }
  if (ret == GST_FLOW_OK)
    gst_harness_push_event (racer->up.input, gst_event_new_eos ());
  g_queue_clear_full (&ready, (GDestroyNotify) gst_buffer_unref);

  return NULL;
}

typedef struct
{
  TestRig *rig;
  GRand *rand;
  Racer racers[RACE_PADS];
  GQueue held;                  /* of strips */
} Race;

static void
race_init (Race * r, guint32 seed)
{
  static const TestTile tiles[RACE_PADS] = {
    {5, 3, 0}, {16, 3, 0}, {1, 3, 0}, {9, 3, 0},
  };
  guint i;

  r->rand = g_rand_new_with_seed (seed);
  r->rig = test_rig_new (RACE_PADS);
  g_queue_init (&r->held);
  gst_util_set_object_arg (G_OBJECT (r->rig->element), "in-place",
      dice (r->rand, 2) ? "auto" : "always");
  g_object_set (r->rig->element, "strips", 1 + dice (r->rand, 4), NULL);
  for (i = 0; i < RACE_PADS; i++) {
    Racer *racer = &r->racers[i];

    *racer = (Racer) {.pad = i };
    test_input_set_caps (test_rig_input (r->rig, i), "RGBA", tiles[i].width,
        tiles[i].height);
    test_upstream_init (&racer->up, test_rig_input (r->rig, i));
    racer->rand = g_rand_new_with_seed (seed + 1 + i);
    racer->n_strips = i == 0 ? 1 : 1 + dice (r->rand, 3);
  }
  for (i = 0; i < RACE_PADS; i++)
    r->racers[i].thread = g_thread_new ("racer", race, &r->racers[i]);
}

static void
check_strip (gpointer data, gpointer user_data)
{
  GstBuffer *strip = data;
  Race *r = user_data;
  const guint k = GST_BUFFER_PTS (strip) / TEST_FRAME_TIME;
  TestTile tiles[RACE_PADS];
  const TestStrip expected = { tiles, RACE_PADS, 3, "top", 0xff000000 };
  GstCaps *caps = gst_pad_get_current_caps (r->rig->out->sinkpad);
  guint i;

  for (i = 0; i < RACE_PADS; i++) {
    const Racer *racer = &r->racers[i];

    tiles[i] = (TestTile) { GST_VIDEO_INFO_WIDTH (&racer->up.info), 3,
      seed_of (i, k / racer->n_strips)
    };
  }
  test_assert_strip (strip, caps, &expected);
  gst_caps_unref (caps);
}

/* Holds it, writes to it or lets it go. */
static void
take_strip (Race * r, gboolean writes)
{
  GstBuffer *strip = test_rig_pull (r->rig, NULL);

  check_strip (strip, r);
  if (writes && dice (r->rand, 4) == 0) {
    GstMapInfo map;

    strip = gst_buffer_make_writable (strip);
    fail_unless (gst_buffer_map (strip, &map, GST_MAP_WRITE));
    memset (map.data, 0x77, map.size);
    gst_buffer_unmap (strip, &map);
    gst_buffer_unref (strip);
    return;
  }

  g_queue_push_tail (&r->held, strip);
  while (r->held.length > dice (r->rand, 6)) {
    check_strip (r->held.head->data, r);
    gst_buffer_unref (g_queue_pop_head (&r->held));
  }
}

static void
race_clear (Race * r)
{
  guint i;

  g_queue_foreach (&r->held, check_strip, r);
  for (i = 0; i < RACE_PADS; i++) {
    Racer *racer = &r->racers[i];

    g_thread_join (racer->thread);
    g_queue_clear_full (&racer->kept, (GDestroyNotify) gst_buffer_unref);
    g_rand_free (racer->rand);
  }
  g_queue_foreach (&r->held, check_strip, r);
  test_rig_free (r->rig);
  for (i = 0; i < RACE_PADS; i++)
    test_upstream_clear (&r->racers[i].up);
  g_queue_clear_full (&r->held, (GDestroyNotify) gst_buffer_unref);
  g_rand_free (r->rand);
}

static guint32
get_seed (void)
{
  const gchar *given = g_getenv ("NTM_TEST_SEED");
  const guint32 seed = given ? g_ascii_strtoull (given, NULL, 10)
      : g_random_int ();

  g_print ("seed: NTM_TEST_SEED=%u\n", seed);

  return seed;
}

/* To the end, also with a downstream that writes to some strips. */
GST_START_TEST (races)
{
  const guint32 seed = get_seed ();
  guint round;

  for (round = 0; round < 6; round++) {
    guint k;
    Race r;

    race_init (&r, seed + 100 * round);
    for (k = 0; k < RACE_FRAMES; k++)
      take_strip (&r, round % 2);
    gst_element_set_state (r.rig->element, GST_STATE_NULL);
    race_clear (&r);
  }
}

GST_END_TEST;

/* Until somebody stops the element. */
GST_START_TEST (races_stopped)
{
  const guint32 seed = get_seed ();
  guint round;

  for (round = 0; round < 20; round++) {
    guint n_strips;
    Race r;

    race_init (&r, seed + 100 * round);
    for (n_strips = dice (r.rand, 30); n_strips > 0; n_strips--)
      take_strip (&r, FALSE);
    gst_element_set_state (r.rig->element, GST_STATE_NULL);
    race_clear (&r);
  }
}

GST_END_TEST;

static Suite *
lentlives_suite (void)
{
  Suite *s = suite_create ("lentlives");
  TCase *tc = tcase_create ("lentlives");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, in_any_order, 0, 2 * 24);
  tcase_add_test (tc, flushes);
  tcase_add_loop_test (tc, one_ends, 0, 2);
  tcase_add_test (tc, races);
  tcase_add_test (tc, races_stopped);

  return s;
}

NTMOSAIC_CHECK_MAIN (lentlives)
