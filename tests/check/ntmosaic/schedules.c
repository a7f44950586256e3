/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Random schedules. Upstreams repeat, change, share, recycle and lose their
 * frames, draw them into the pad's pool, keep frames after the push, come and
 * go. The application holds the frames that the pads show. Downstream reads,
 * writes and holds strips, of which there are few or many. The test compares
 * every strip with a model that always copies, and every held frame or strip
 * with its earlier bytes. NTM_TEST_SEED repeats a run with the seed that it
 * printed. NTM_TEST_CASES is the number of cases; without it,
 * NTM_TEST_FEW_CASES, which slow machines set. Case n of seed s is case 0 of
 * seed s + n. */

#include "rig/rig.h"

#include <stdlib.h>

#include "schedule_model.h"
#include "schedule_sink.h"
#include "schedule_source.h"

#define DEFAULT_CASES 300
#define MAX_PADS 5
#define MAX_NUMBER 12

static const gchar *formats[] = { "RGBA", "BGRA", "ARGB", "xBGR" };

static const gchar *aligns[] = { "top", "center", "bottom" };

typedef struct
{
  guint number;
  GstHarness *input;
  TestSource source;
  ModelPad model;
  guint next_begin;             /* strip that shows the next frame first */
  gboolean has_new_caps;        /* with the next frame */
  gboolean steady;              /* one frame for each strip, and hardly a gap */
  GString *history;
} Pad;

typedef struct
{
  guint32 seed;
  guint n;
  GRand *rand;

  TestRig *rig;
  TestSink sink;
  TestKept kept;
  guint n_strips;               /* as the property */
  guint64 allocated;            /* number of strips at the latest change */
  gboolean changed;             /* something changes with the next strip */
  guint64 on_arrival;           /* of all tiles so far, copied on arrival */
  guint64 tiles;
  ModelRules rules;
  const gchar *format;
  Pad *pads[MAX_PADS];          /* by number. The @driver has a frame for every
                                 * strip: the element makes no strip before
                                 * the test sends it */
  Pad *driver;
  guint n_pads;
  guint k;                      /* the strip that is due */
  guint step;
} Case;

static void note (Case * c, Pad * pad, const gchar * format, ...)
    G_GNUC_PRINTF (3, 4);

static void
note (Case * c, Pad * pad, const gchar * format, ...)
{
  va_list args;

  g_string_append_printf (pad->history, "\n  step %u, strip %u: ", c->step,
      c->k);
  va_start (args, format);
  g_string_append_vprintf (pad->history, format, args);
  va_end (args);
}

static void
note_all (Case * c, const gchar * what)
{
  guint i;

  for (i = 0; i < c->n_pads; i++)
    note (c, c->pads[i], "%s", what);
}

static guint
dice (Case * c, guint sides)
{
  return g_rand_int_range (c->rand, 0, sides);
}

static void
give_up (Case * c, Pad * pad, const gchar * what)
{
  guint i;

  g_printerr ("%s\nreplay with NTM_TEST_SEED=%u NTM_TEST_CASES=1; step %u, "
      "strip %u\n", what, c->seed + c->n, c->step, c->k);
  for (i = 0; i < c->n_pads; i++)
    if (pad == NULL || pad == c->pads[i])
      g_printerr ("sink_%u:%s\n", c->pads[i]->number,
          c->pads[i]->history->str);
  fail ("%s, seed %u", what, c->seed + c->n);
}

/* ---- Pads ---- */

static void
send_caps (Case * c, Pad * pad)
{
  test_input_set_caps (pad->input, c->format, pad->source.width,
      pad->source.height);
  pad->has_new_caps = FALSE;
}

static void
add_pad (Case * c, guint number)
{
  Pad *pad = g_new0 (Pad, 1);
  gchar *name = g_strdup_printf ("sink_%u", number);
  const Pad *like = c->n_pads > 0 && dice (c, 2) ? c->pads[0] : NULL;
  const guint width = like ? like->source.width : dice (c, 12) + 1;
  const guint height = like ? like->source.height : dice (c, 7) + 1;
  guint i;

  for (i = c->n_pads; i > 0 && c->pads[i - 1]->number > number; i--)
    c->pads[i] = c->pads[i - 1];
  c->pads[i] = pad;
  c->n_pads++;

  pad->number = number;
  pad->input = test_rig_add (c->rig, name);
  pad->history = g_string_new (NULL);
  pad->next_begin = c->k;
  pad->has_new_caps = TRUE;
  pad->steady = dice (c, 4) > 0;
  test_borrower_init (&pad->source.borrower, c->rand, &c->kept,
      dice (c, 6) ? pad->input->srcpad : NULL);
  test_source_init (&pad->source, c->rand, c->rules.format, width, height);
  model_pad_init (&pad->model, width, height);
  pad->model.repeats = dice (c, 4) == 0;
  g_object_set (GST_PAD_PEER (pad->input->srcpad), "repeat-after-eos",
      pad->model.repeats, NULL);
  note (c, pad, "added");
  g_free (name);
}

static void
free_pad (Pad * pad)
{
  test_source_clear (&pad->source);
  model_pad_clear (&pad->model);
  g_string_free (pad->history, TRUE);
  g_free (pad);
}

static void
remove_pad (Case * c, guint index)
{
  Pad *pad = c->pads[index];

  test_rig_remove (c->rig, pad->input);
  free_pad (pad);
  for (c->n_pads--; index < c->n_pads; index++)
    c->pads[index] = c->pads[index + 1];
}

static gboolean
has_number (Case * c, guint number)
{
  guint i;

  for (i = 0; i < c->n_pads; i++)
    if (c->pads[i]->number == number)
      return TRUE;

  return FALSE;
}

static void
add_any_pad (Case * c)
{
  guint number = dice (c, MAX_NUMBER);

  while (has_number (c, number))
    number = (number + 1) % MAX_NUMBER;
  add_pad (c, number);
}

/* ---- Frames for the pads ---- */

static void
push_gap (Case * c, Pad * pad, const ModelFrame * frame)
{
  GstEvent *gap = gst_event_new_gap (frame->begin * TEST_FRAME_TIME,
      (frame->end - frame->begin) * TEST_FRAME_TIME);

  if (frame->missing)
    gst_event_set_gap_flags (gap, GST_GAP_FLAG_MISSING_DATA);
  test_input_push_event (pad->input, gap);
}

/* Sends a frame for strips @frame->begin to @frame->end - 1. */
static void
push_frame (Case * c, Pad * pad, ModelFrame * frame)
{
  const gchar *how;
  GstBuffer *buffer = test_source_next (&pad->source,
      frame->begin * TEST_FRAME_TIME,
      (frame->end - frame->begin) * TEST_FRAME_TIME, &how);

  frame->bytes = test_frame_read (buffer, &pad->source.borrower.info);
  note (c, pad, "%s, for strips %u to %u", how, frame->begin, frame->end - 1);
  test_input_push (pad->input, buffer);
}

static ModelFrame
new_frame (const Case * c, const Pad * pad, guint begin, guint end)
{
  const ModelFrame frame = {
    .format = c->rules.format,
    .width = pad->source.width,
    .height = pad->source.height,
    .begin = begin,
    .end = end,
  };

  return frame;
}

static void
push_next (Case * c, Pad * pad)
{
  const guint strips = pad == c->driver || pad->steady ? 1
      : 1 + dice (c, 12) / 5;
  const guint kind = dice (c, pad->steady ? 400 : 100);
  ModelFrame frame = new_frame (c, pad, pad->next_begin,
      pad->next_begin + strips);

  frame.missing = kind < 4;
  if (pad->has_new_caps)
    send_caps (c, pad);

  if (kind < 10) {
    note (c, pad, "gap%s, for strips %u to %u", frame.missing ? " (missing)" :
        "", frame.begin, frame.end - 1);
    push_gap (c, pad, &frame);
  } else {
    push_frame (c, pad, &frame);
  }
  pad->next_begin = frame.end;
  model_pad_queue (&pad->model, &frame);
}

static void
push_missing (Case * c, const Pad * not_to)
{
  guint i;

  for (i = 0; i < c->n_pads; i++) {
    Pad *pad = c->pads[i];

    if (pad != not_to && !pad->model.has_next && !pad->model.ended)
      push_next (c, pad);
  }
}

/* A late frame: the pads give what they have for this strip, and the element
 * waits for more data. */
static void
push_late (Case * c)
{
  ModelFrame frame = new_frame (c, c->driver, c->k - 1, c->k);
  guint i;

  push_frame (c, c->driver, &frame);
  model_pad_queue (&c->driver->model, &frame);
  model_pad_advance (&c->driver->model, c->k);
  for (i = 0; i < c->n_pads; i++)
    if (c->pads[i] != c->driver)
      model_pad_advance (&c->pads[i]->model, c->k);
  push_missing (c, c->driver);
}

/* ---- Other events ---- */

static void
start_again (Case * c)
{
  guint i;

  c->k = 0;
  for (i = 0; i < c->n_pads; i++) {
    c->pads[i]->next_begin = 0;
    model_pad_clear (&c->pads[i]->model);
  }
}

static void
flush (Case * c)
{
  GstEvent *stop = gst_event_new_flush_stop (TRUE);
  GstSegment segment;
  guint i;

  note_all (c, "flushed");
  for (i = 0; i < c->n_pads; i++) {
    GstEvent *start = gst_event_new_flush_start ();

    gst_event_set_seqnum (start, gst_event_get_seqnum (stop));
    test_input_push_event (c->pads[i]->input, start);
  }
  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (i = 0; i < c->n_pads; i++)
    test_input_push_event (c->pads[i]->input, gst_event_ref (stop));
  for (i = 0; i < c->n_pads; i++)
    test_input_push_event (c->pads[i]->input, gst_event_new_segment (&segment));
  gst_event_unref (stop);
  start_again (c);
}

static void
restart (Case * c)
{
  guint i;

  note_all (c, "restarted");
  fail_unless_equals_int (gst_element_set_state (c->rig->element, dice (c, 2) ?
          GST_STATE_READY : GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (gst_element_set_state (c->rig->element,
          GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  for (i = 0; i < c->n_pads; i++) {
    test_input_push_event (c->pads[i]->input,
        gst_event_new_stream_start ("again"));
    c->pads[i]->has_new_caps = TRUE;
  }
  start_again (c);
}

static void
set_copy_on_arrival (Case * c)
{
  const gboolean on = dice (c, 12) > 0;

  note_all (c, on ? "copies on arrival" : "copies late");
  g_object_set (c->rig->element, "copy-on-arrival", on, NULL);
}

/* Some properties apply from the next layout on. */
static void
set_property (Case * c)
{
  GObject *element = G_OBJECT (c->rig->element);

  switch (dice (c, 5)) {
    case 0:
      c->rules.align = dice (c, 3);
      note_all (c, aligns[c->rules.align]);
      gst_util_set_object_arg (element, "align", aligns[c->rules.align]);
      break;
    case 1:
      c->n_strips = dice (c, 5) + 1;
      g_object_set (element, "strips", c->n_strips, NULL);
      break;
    case 2:
      set_copy_on_arrival (c);
      break;
    default:
      c->rules.background = dice (c, 3) * 0x11223344;
      note_all (c, "background");
      g_object_set (element, "background-color", c->rules.background, NULL);
      break;
  }
}

static void
set_format (Case * c)
{
  guint i;

  /* Pads with frames of the old format still to come would not agree. */
  for (i = 0; i < c->n_pads; i++)
    if (c->pads[i]->next_begin != c->k || c->pads[i]->model.has_next
        || c->pads[i]->model.ended)
      return;

  c->format = formats[dice (c, G_N_ELEMENTS (formats))];
  c->rules.format = gst_video_format_from_string (c->format);
  note_all (c, c->format);
  for (i = 0; i < c->n_pads; i++) {
    TestSource *source = &c->pads[i]->source;

    test_source_resize (source, c->rules.format, source->width, source->height);
    c->pads[i]->has_new_caps = TRUE;
  }
}

static void
set_size (Case * c, Pad * pad)
{
  if (pad->model.has_next || pad->model.ended)
    return;

  note (c, pad, "new size");
  test_source_resize (&pad->source, c->rules.format, dice (c, 12) + 1,
      dice (c, 7) + 1);
  pad->has_new_caps = TRUE;
}

/* Only a pad that has shown a frame. */
static void
end_pad (Case * c, Pad * pad)
{
  if (pad == c->driver || pad->model.has_next || pad->model.ended
      || pad->next_begin == 0 || pad->has_new_caps)
    return;

  note (c, pad, "EOS");
  test_input_end (pad->input);
  pad->model.ended = TRUE;
}

static void
change_something (Case * c)
{
  const guint kind = dice (c, 100);
  const guint index = dice (c, c->n_pads);

  if (kind < 33)
    c->changed = TRUE;
  if (kind < 8)
    set_size (c, c->pads[index]);
  else if (kind < 11 && c->pads[index] != c->driver)
    remove_pad (c, index);
  else if (kind < 14 && c->n_pads < MAX_PADS)
    add_any_pad (c);
  else if (kind < 16)
    end_pad (c, c->pads[index]);
  else if (kind < 19)
    flush (c);
  else if (kind < 20)
    restart (c);
  else if (kind < 28)
    set_property (c);
  else if (kind < 31)
    set_format (c);
  else if (kind < 33)
    gst_harness_push_upstream_event (c->rig->out,
        gst_event_new_reconfigure ());
}

/* ---- Strips ---- */

static Pad *
pad_at (Case * c, const ModelStrip * strip, gsize where)
{
  guint x = where / PIXEL_BYTES % strip->width;
  guint i;

  for (i = 0; i < c->n_pads; i++) {
    if (x < c->pads[i]->model.width)
      return c->pads[i];
    x -= c->pads[i]->model.width;
  }

  return NULL;
}

static void
take_strip (Case * c)
{
  ModelPad *models[MAX_PADS];
  ModelStrip strip;
  GstBuffer *buffer = gst_harness_pull (c->rig->out);
  gsize where;
  guint i;

  if (buffer == NULL)
    give_up (c, NULL, "no strip");
  for (i = 0; i < c->n_pads; i++) {
    models[i] = &c->pads[i]->model;
    model_pad_advance (models[i], c->k);
  }
  model_strip_init (&strip, &c->rules, models, c->n_pads);
  if (!test_sink_compare (buffer, &strip, &where)) {
    note_all (c, "wrong");
    give_up (c, pad_at (c, &strip, where), "a strip has wrong bytes");
  }
  note_all (c, test_sink_take (&c->sink, buffer, &strip));
  test_kept_choose_seen (&c->kept);
  if (!test_sink_let_go (&c->sink))
    give_up (c, NULL, "a strip changed while it was held");
  if (!test_kept_let_go (&c->kept, FALSE))
    give_up (c, NULL, "a frame changed while it was kept");
  c->k++;
}

/* The pool makes more strips for frames that arrive, until three are not out;
 * and for the next strip if all are out or have frames in them. Downstream
 * holds strips, kept frames are views, and each pad has a frame that it shows
 * and the next one. */
static void
check_allocated (Case * c)
{
  const guint64 allocated =
      test_get_stat (c->rig->element, "strips-allocated");
  const guint most = 3 + (c->sink.max_held + 1) + c->kept.max_frames
      + 2 * c->n_pads + 1;

  if (c->changed)
    c->allocated = allocated;
  c->changed = FALSE;
  if (allocated > c->allocated + most)
    give_up (c, NULL, "too many strips");
}

/* The counts have all tiles of all strips. */
static void
check_stats (Case * c, guint64 tiles)
{
  GstElement *element = c->rig->element;
  const guint64 copied = test_get_stat (element, "tiles-copied");

  if (copied + test_get_stat (element, "tiles-kept")
      + test_get_stat (element, "tiles-background") != tiles
      || test_get_stat (element, "tiles-on-arrival") > copied)
    give_up (c, NULL, "the tiles are not counted right");
}

static void
run_step (Case * c, guint64 * tiles)
{
  const guint64 on_arrival =
      test_get_stat (c->rig->element, "tiles-on-arrival");

  if (test_get_stat (c->rig->element, "strips") == 0)
    *tiles = 0;
  if (dice (c, 20) == 0 && c->k > 0 && !c->driver->has_new_caps) {
    push_missing (c, c->driver);
    push_late (c);
    push_next (c, c->driver);
  } else {
    push_missing (c, NULL);
  }
  take_strip (c);
  *tiles += c->n_pads;
  check_stats (c, *tiles);
  check_allocated (c);
  c->tiles += c->n_pads;
  c->on_arrival += test_get_stat (c->rig->element, "tiles-on-arrival")
      - on_arrival;
}

/* Adds the counts of a case to @total. */
static void
run_case (guint32 seed, guint n, Case * total)
{
  static const gchar *stores[] = { "auto", "always", "never" };
  static const guint writes[] = { 0, 0, 0, 30, 3 };
  Case c = {.seed = seed,.n = n,.format = "RGBA",.changed = TRUE };
  guint64 tiles = 0;
  gboolean calm;
  guint n_pads;
  guint n_steps;

  c.rand = g_rand_new_with_seed (seed + n);
  c.rules.format = GST_VIDEO_FORMAT_RGBA;
  c.rig = test_rig_new (0);
  test_sink_init (&c.sink, c.rand, dice (&c, 6), writes[dice (&c, 5)]);
  test_kept_init (&c.kept, c.rand, dice (&c, 12));
  c.rules.background = BLACK;
  c.n_strips = dice (&c, 5) + 1;
  g_object_set (c.rig->element, "strips", c.n_strips, NULL);
  if (dice (&c, 2))
    test_kept_watch (&c.kept, c.rig->element);
  set_copy_on_arrival (&c);
  test_rig_set (c.rig, "nt-stores", stores[dice (&c, 3)]);
  for (n_pads = dice (&c, MAX_PADS) + 1; n_pads > 0; n_pads--)
    add_any_pad (&c);
  c.driver = c.pads[dice (&c, c.n_pads)];

  calm = dice (&c, 2) == 0;
  n_steps = dice (&c, 30) + (calm ? 30 : 5);
  for (c.step = 0; c.step < n_steps; c.step++) {
    if (c.step > 0 && !calm)
      change_something (&c);
    run_step (&c, &tiles);
  }

  if (!test_sink_clear (&c.sink))
    give_up (&c, NULL, "a strip changed while it was held");
  test_rig_free (c.rig);
  while (c.n_pads > 0)
    free_pad (c.pads[--c.n_pads]);
  if (!test_kept_let_go (&c.kept, TRUE))
    give_up (&c, NULL, "a frame changed while it was kept");
  test_kept_clear (&c.kept);
  g_rand_free (c.rand);

  total->step += n_steps;
  total->tiles += c.tiles;
  total->on_arrival += c.on_arrival;
}

static guint32
get_number (const gchar * variable, guint32 otherwise)
{
  const gchar *given = g_getenv (variable);

  return given ? g_ascii_strtoull (given, NULL, 10) : otherwise;
}

GST_START_TEST (random_schedules)
{
  const guint32 seed = get_number ("NTM_TEST_SEED", g_random_int ());
  const guint few_cases = get_number ("NTM_TEST_FEW_CASES", DEFAULT_CASES);
  const guint n_cases = get_number ("NTM_TEST_CASES", few_cases);
  Case total = { 0, };
  guint n;

  g_print ("seed: NTM_TEST_SEED=%u\n", seed);
  for (n = 0; n < n_cases; n++)
    run_case (seed, n, &total);
  g_print ("%u strips in %u cases, %.1f%% of the tiles copied on arrival\n",
      total.step, n_cases, 100.0 * total.on_arrival / MAX (total.tiles, 1));
  fail_unless (total.on_arrival > 0 || n_cases < DEFAULT_CASES);
}

GST_END_TEST;

/* Seconds, enough for any number of cases. Meson ends a test that hangs. */
#define TIMEOUT 800

TEST_CASES (schedules)
{
  tcase_set_timeout (tc, TIMEOUT);
  tcase_add_test (tc, random_schedules);
}
