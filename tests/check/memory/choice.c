/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which strip is best for the frames that are due, and that the choice changes
 * nothing. */

#include <gst/check/gstcheck.h>

#include <string.h>

#include "gstntlayout.h"
#include "gstntstripchoice.h"

#define N_TILES 3
#define PIXEL_BYTES 4
#define MAX_STRIPS 8
#define BLACK 0xff000000
#define RED 0xff0000ff
#define BLUE 0xffff0000

/* Instead of a content id: the tile is background. */
#define NO_FRAME G_MAXUINT64

/* 45, 32 and 360 pixels; below the second are 40 of margin. */
static const NtmTile tiles[N_TILES] = {
  {.width = 5,.height = 9},
  {.width = 8,.height = 4},
  {.width = 40,.height = 9},
};

static const guint8 pixels[40 * 9 * PIXEL_BYTES];

typedef struct
{
  GstNtStripSet set;
  GstNtStrip *strips[MAX_STRIPS];       /* all */
  guint n_strips;
  NtmLayout *layout;
  NtmLayout *other_layout;              /* of the same size */
  NtmComposer *composer;

  NtmSource sources[N_TILES];
  GstNtTileInput inputs[N_TILES];
  guint32 background;
  GstNtDue due;
} Fixture;

/* ---- The set ---- */

static NtmLayout *
new_layout (void)
{
  const NtmLayoutRules rules = {.pixel_bytes = PIXEL_BYTES };
  NtmLayout *layout = gst_nt_layout_new (tiles, N_TILES, &rules, NULL);

  fail_unless (layout != NULL);

  return layout;
}

static void
setup (Fixture * f)
{
  memset (f, 0, sizeof (*f));
  gst_nt_strip_set_init (&f->set);
  f->layout = new_layout ();
  f->other_layout = new_layout ();
  f->composer = ntm_composer_new ();
  f->background = BLACK;
  f->due = (GstNtDue) {
    .layout = f->layout,
    .sources = f->sources,
    .inputs = f->inputs,
    .background = &f->background,
  };
}

static void
bring_home (Fixture * f, GstNtStrip * strip)
{
  fail_if (gst_nt_strip_set_bring_home (&f->set, strip));
}

static void
take_out (Fixture * f, GstNtStrip * strip)
{
  gst_nt_strip_set_take_out (&f->set, strip);
}

static void
teardown (Fixture * f)
{
  guint i;

  for (i = 0; i < f->n_strips; i++) {
    fail_unless_equals_int (f->strips[i]->n_views, 0);
    if (f->strips[i]->state == GST_NT_STRIP_OUT)
      bring_home (f, f->strips[i]);
  }
  gst_nt_strip_set_clear (&f->set);
  ntm_composer_free (f->composer);
  ntm_layout_unref (f->layout);
  ntm_layout_unref (f->other_layout);
}

/* A new strip, which is out. */
static GstNtStrip *
add (Fixture * f)
{
  GstNtStrip *strip = gst_nt_strip_new (f->layout, 0, GST_NT_STRIP_ALIGN_MASK);

  fail_unless (f->n_strips < MAX_STRIPS);
  f->strips[f->n_strips++] = strip;
  strip->generation = f->set.generation;
  gst_nt_strip_set_add (&f->set, strip);

  return strip;
}

/* A new strip, which is free. It holds nothing yet. */
static GstNtStrip *
add_free (Fixture * f)
{
  GstNtStrip *strip = add (f);

  bring_home (f, strip);

  return strip;
}

/* A new strip, which is coming. */
static GstNtStrip *
add_coming (Fixture * f, guint ahead)
{
  GstNtStrip *strip = add_free (f);

  fail_unless (gst_nt_strip_set_get_coming (&f->set, ahead, f->layout)
      == strip);

  return strip;
}

/* ---- What is due, and what strips hold ---- */

static NtmSource
source_of (guint tile, guint64 content)
{
  const NtmSource none = {.content = NTM_CONTENT_UNKNOWN };
  const NtmSource frame = {
    .pixels = pixels,
    .stride = (gsize) tiles[tile].width * PIXEL_BYTES,
    .content = content,
  };

  return content == NO_FRAME ? none : frame;
}

static void
set_due (Fixture * f, const guint64 * contents)
{
  guint i;

  for (i = 0; i < N_TILES; i++) {
    f->sources[i] = source_of (i, contents[i]);
    f->inputs[i].buffer = NULL;
  }
}

static void
compose (Fixture * f, GstNtStrip * strip, const guint64 * contents,
    guint32 background)
{
  NtmSource sources[N_TILES];
  guint i;

  for (i = 0; i < N_TILES; i++)
    sources[i] = source_of (i, contents[i]);
  ntm_composer_compose (f->composer, strip->strip, sources, &background, NULL);
}

/* ---- The choice changes nothing ---- */

typedef struct
{
  GstNtStripSet set;
  gpointer free[MAX_STRIPS];
  gpointer held[MAX_STRIPS];
  GstNtStrip strips[MAX_STRIPS];
  GstNtView *views[MAX_STRIPS][N_TILES];
  guint missing[MAX_STRIPS][N_TILES];
  gint n_refs[N_TILES];
} Snapshot;

static void
copy_list (gpointer * copy, const GPtrArray * list)
{
  guint i;

  for (i = 0; i < list->len; i++)
    copy[i] = g_ptr_array_index (list, i);
}

static void
take_snapshot (Snapshot * s, const Fixture * f)
{
  guint n;
  guint i;

  memset (s, 0, sizeof (*s));
  memcpy (&s->set, &f->set, sizeof (s->set));
  copy_list (s->free, f->set.free);
  copy_list (s->held, f->set.held);
  for (n = 0; n < f->n_strips; n++) {
    const GstNtStrip *strip = f->strips[n];

    memcpy (&s->strips[n], strip, sizeof (*strip));
    for (i = 0; i < N_TILES; i++) {
      s->views[n][i] = strip->views[i];
      s->missing[n][i] = ntm_strip_ask (strip->strip, i, &f->sources[i],
          &f->background);
    }
  }
  for (i = 0; i < N_TILES; i++)
    if (f->inputs[i].buffer)
      s->n_refs[i] = GST_MINI_OBJECT_REFCOUNT_VALUE (f->inputs[i].buffer);
}

static GstNtStrip *
choose (Fixture * f)
{
  Snapshot before;
  Snapshot after;
  GstNtStrip *strip;

  take_snapshot (&before, f);
  strip = gst_nt_strip_set_choose (&f->set, &f->due);
  take_snapshot (&after, f);
  fail_unless (memcmp (&before, &after, sizeof (before)) == 0);
  fail_unless (gst_nt_strip_set_choose (&f->set, &f->due) == strip);

  return strip;
}

/* ---- The least to write ---- */

/* Three strips that differ in the colour of a gap, home in any order. */
GST_START_TEST (test_least_to_write)
{
  static const guint32 colours[] = { BLACK, RED, BLUE };
  static const guint64 gaps[N_TILES] = { NO_FRAME, NO_FRAME, NO_FRAME };
  static const guint orders[][3] = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0},
  };
  guint i;
  Fixture f;

  setup (&f);
  set_due (&f, gaps);
  for (i = 0; i < 3; i++)
    compose (&f, add (&f), gaps, colours[i]);
  for (i = 0; i < 3; i++)
    bring_home (&f, f.strips[orders[__i__][i]]);
  for (i = 0; i < 3; i++) {
    f.background = colours[i];
    fail_unless (choose (&f) == f.strips[i]);
  }
  teardown (&f);
}

GST_END_TEST;

#define HOME_LAST -1
#define HOME_FIRST -2

/* Two strips, and which one is taken. Contents up to @last_content were shown
 * before, and are stills. */
static const struct
{
  guint64 holds[2][N_TILES];
  guint32 background[2];
  guint64 due[N_TILES];
  guint64 last_content;
  gint best;
} weights[] = {
  /* All of it, or some of it. */
  {{{1, 2, 3}, {4, 5, 6}}, {BLACK, BLACK}, {1, 2, 3}, 6, 0},
  {{{1, 2, 3}, {1, 2, 3}}, {BLACK, BLACK}, {1, 2, 3}, 6, HOME_LAST},
  {{{4, 5, 6}, {7, 8, 9}}, {BLACK, BLACK}, {11, 12, 13}, 9, HOME_LAST},
  {{{4, 5, 6}, {7, 8, 9}}, {BLACK, BLACK},
      {NO_FRAME, NO_FRAME, NO_FRAME}, 9, HOME_LAST},

  /* Frames that come again, and that no strip has kept. */
  {{{4, 5, 6}, {7, 8, 9}}, {BLACK, BLACK}, {1, 2, 3}, 9, HOME_FIRST},
  {{{4, 5, 6}, {7, 8, 9}}, {RED, BLACK}, {1, 2, 3}, 9, HOME_FIRST},
  {{{4, 12, 6}, {7, 12, 9}}, {BLACK, BLACK}, {11, 12, 3}, 9, HOME_FIRST},
  {{{1, 5, 3}, {1, 2, 6}}, {BLACK, BLACK}, {1, 2, 3}, 6, 0},

  /* One lacks the wide frame only, the other one a small one as well. */
  {{{NO_FRAME, 2, 3}, {5, 2, 3}}, {BLACK, BLACK}, {5, 2, 6}, 5, 1},

  /* Pixels count, and not tiles: 360 against 45 + 32. */
  {{{1, 2, 9}, {8, 9, 3}}, {BLACK, BLACK}, {1, 2, 3}, 9, 1},

  /* New frames weigh eight times as much: 360 against 8 * (45 + 32), 8 * 45
   * and 8 * 32. */
  {{{7, 8, 4}, {1, 2, 3}}, {BLACK, BLACK}, {7, 8, 3}, 8, 1},
  {{{7, 8, 4}, {1, 2, 3}}, {BLACK, BLACK}, {7, 8, 3}, 6, 0},
  {{{7, 2, 4}, {1, 2, 3}}, {BLACK, BLACK}, {7, 2, 3}, 6, HOME_LAST},
  {{{7, 2, 4}, {1, 2, 3}}, {BLACK, BLACK}, {7, 2, 3}, 7, 1},
  {{{1, 8, 4}, {1, 2, 3}}, {BLACK, BLACK}, {1, 8, 3}, 7, 1},

  /* Background is a still: 45 and 32 + 40 against 360. */
  {{{1, 2, 3}, {NO_FRAME, 2, 4}}, {BLACK, BLACK}, {NO_FRAME, 2, 3}, 4, 0},
  {{{NO_FRAME, 2, 4}, {NO_FRAME, 2, 3}}, {BLACK, RED}, {NO_FRAME, 2, 3}, 4, 1},

  /* Margin counts only where the frames weigh the same: 40 against 45, against
   * 32, and against nothing. */
  {{{1, 2, 3}, {4, 2, 3}}, {RED, BLACK}, {1, 2, 3}, 4, 0},
  {{{1, 2, 3}, {1, 4, 3}}, {RED, BLACK}, {1, 2, 3}, 4, 0},
  {{{1, 2, 3}, {1, 2, 3}}, {RED, BLACK}, {1, 2, 3}, 4, 1},
};

GST_START_TEST (test_weights)
{
  const gint best = weights[__i__].best;
  guint first;
  guint i;
  Fixture f;

  for (first = 0; first < 2; first++) {
    setup (&f);
    for (i = 0; i < 2; i++)
      compose (&f, add (&f), weights[__i__].holds[i],
          weights[__i__].background[i]);
    bring_home (&f, f.strips[first]);
    bring_home (&f, f.strips[1 - first]);
    set_due (&f, weights[__i__].due);
    f.due.last_content = weights[__i__].last_content;
    fail_unless (choose (&f) == f.strips[best == HOME_LAST ? 1 - first
            : best == HOME_FIRST ? first : (guint) best]);
    teardown (&f);
  }
}

GST_END_TEST;

/* Something else wrote to a strip, or it holds the frames of another layout: a
 * strip with other frames and the same margin is better. */
GST_START_TEST (test_unknown_strip)
{
  static const guint64 contents[N_TILES] = { 1, 2, 3 };
  static const guint64 others[N_TILES] = { 4, 5, 6 };
  Fixture f;

  setup (&f);
  f.due.last_content = 6;
  set_due (&f, contents);
  compose (&f, add (&f), others, BLACK);
  compose (&f, add (&f), contents, BLACK);
  bring_home (&f, f.strips[0]);
  bring_home (&f, f.strips[1]);
  fail_unless (choose (&f) == f.strips[1]);

  if (__i__ == 0) {
    ntm_strip_invalidate (f.strips[1]->strip);
  } else {
    fail_unless (gst_nt_strip_prepare (f.strips[1], f.other_layout));
    compose (&f, f.strips[1], contents, BLACK);
  }
  fail_unless (choose (&f) == f.strips[0]);
  teardown (&f);
}

GST_END_TEST;

/* Rounds of the same frames, as of an application that shows some pictures in
 * turn. After the second round each strip keeps its own. */
GST_START_TEST (test_rounds)
{
  const guint n_strips = __i__;
  guint64 contents[N_TILES];
  guint n_written = 0;
  guint round;
  Fixture f;
  guint i;
  guint n;

  setup (&f);
  for (i = 0; i < n_strips; i++)
    add_free (&f);
  for (round = 0; round < 5; round++) {
    for (n = 0; n < n_strips; n++) {
      GstNtStrip *strip;

      for (i = 0; i < N_TILES; i++)
        contents[i] = 1 + N_TILES * n + i;
      set_due (&f, contents);
      strip = choose (&f);
      n_written += (ntm_strip_ask (strip->strip, 0, &f.sources[0],
              &f.background) & NTM_MISSES_FRAME) > 0;
      take_out (&f, strip);
      compose (&f, strip, contents, BLACK);
      bring_home (&f, strip);
      f.due.last_content = MAX (f.due.last_content, contents[N_TILES - 1]);
    }
  }
  fail_unless (n_written < 2 * n_strips, "%u of %u", n_written, n_strips);
  teardown (&f);
}

GST_END_TEST;

/* ---- Frames that lie in strips ---- */

/* The fixture whose views come and go. */
static Fixture *fixture_of_views;

static void
view_is_gone (GstNtView * view)
{
  Fixture *f = fixture_of_views;
  GstNtStrip *strip = view->strip;
  guint i;

  strip->views[view->tile] = NULL;
  if (!gst_nt_strip_set_view_gone (&f->set, strip))
    return;

  for (i = 0; i < f->n_strips; i++)
    if (f->strips[i] == strip)
      f->strips[i] = f->strips[--f->n_strips];
  gst_nt_strip_free (strip);
}

/* A frame that lies in @strip. */
static GstBuffer *
arrive (Fixture * f, GstNtStrip * strip, guint tile)
{
  GstBuffer *buffer = gst_buffer_new ();
  NtmPlace place;
  GstNtView *view;

  fixture_of_views = f;
  ntm_strip_fill_tile (strip->strip, tile, NTM_CONTENT_UNKNOWN, &place);
  view = gst_nt_view_new (strip, &place, view_is_gone);
  view->tile = tile;
  strip->views[tile] = view;
  strip->n_views++;
  gst_buffer_append_memory (buffer, GST_MEMORY_CAST (view));

  return buffer;
}

/* The frame in @buffer is due as tile @tile. */
static void
set_due_frame (Fixture * f, guint tile, GstBuffer * buffer)
{
  const GstNtView *view = gst_nt_view_of (buffer);

  f->sources[tile] = source_of (tile, 100 + tile);
  f->sources[tile].pixels = view->place.data;
  f->sources[tile].stride = view->place.stride;
  f->inputs[tile].buffer = buffer;
}

typedef enum
{
  NOTHING,
  STRIP_IS_HELD,
  BUFFER_IS_COPIED,             /* the same memory in another buffer */
  STRIP_IS_OUT,
  OTHER_GENERATION,
  OTHER_LAYOUT,
  NO_SOURCES,
  NO_INPUTS,
  NO_BUFFER,
  OTHER_TILE,
  PART,
  MORE_MEMORY,
  OTHER_PIXELS,
  OTHER_STRIDE,
  N_CHANGES
} Change;

/* The frame in *@buffer is due as tile 1. */
static void
change (Fixture * f, GstNtStrip * strip, GstBuffer ** buffer, Change change)
{
  GstMemory *memory = gst_buffer_peek_memory (*buffer, 0);
  GstBuffer *other = NULL;
  GPtrArray *strips;

  switch (change) {
    case STRIP_IS_HELD:
      gst_nt_strip_set_advance (&f->set);
      break;
    case STRIP_IS_OUT:
      take_out (f, strip);
      break;
    case OTHER_GENERATION:
      strips = gst_nt_strip_set_disown (&f->set);
      fail_unless_equals_int (strips->len, 0);
      g_ptr_array_unref (strips);
      break;
    case OTHER_LAYOUT:
      f->due.layout = f->other_layout;
      break;
    case NO_SOURCES:
      f->due.sources = NULL;
      break;
    case NO_INPUTS:
      f->due.inputs = NULL;
      break;
    case NO_BUFFER:
      f->inputs[1].buffer = NULL;
      break;
    case OTHER_TILE:
      f->sources[0] = f->sources[1];
      f->inputs[0] = f->inputs[1];
      f->inputs[1].buffer = NULL;
      break;
    case BUFFER_IS_COPIED:
      other = gst_buffer_copy (*buffer);
      break;
    case PART:
      other = gst_buffer_new ();
      gst_buffer_append_memory (other, gst_memory_share (memory, 0, -1));
      break;
    case MORE_MEMORY:
      gst_buffer_append_memory (*buffer, gst_allocator_alloc (NULL, 8, NULL));
      break;
    case OTHER_PIXELS:
      f->sources[1].pixels = (const guint8 *) f->sources[1].pixels + 4;
      break;
    case OTHER_STRIDE:
      f->sources[1].stride *= 2;
      break;
    default:
      break;
  }
  if (other) {
    f->inputs[1].buffer = other;
    gst_buffer_unref (*buffer);
    *buffer = other;
  }
}

/* One that is due and lies in a coming strip, and all that makes it another. */
GST_START_TEST (test_due_frame)
{
  static const guint64 contents[N_TILES] = { 1, 2, 3 };
  const gboolean due = __i__ < STRIP_IS_OUT;
  GstNtStrip *strip;
  GstNtStrip *other;
  GstBuffer *buffer;
  GstNtView *view;
  Fixture f;

  setup (&f);
  set_due (&f, contents);
  strip = add_coming (&f, 0);
  buffer = arrive (&f, strip, 1);
  view = gst_nt_view_of (buffer);
  set_due_frame (&f, 1, buffer);
  change (&f, strip, &buffer, __i__);
  other = add_free (&f);

  if (f.due.sources) {
    fail_unless (gst_nt_strip_set_get_due_view (&f.set, &f.due, 1) ==
        (due ? view : NULL));
    fail_unless (gst_nt_strip_set_get_due_view (&f.set, &f.due, 0) == NULL);
  }
  fail_unless_equals_int (gst_nt_strip_set_is_usable (&f.set, &f.due, strip),
      due);
  fail_unless (gst_nt_strip_set_is_usable (&f.set, &f.due, other));
  fail_unless (choose (&f) == (due ? strip : other));

  gst_buffer_unref (buffer);
  teardown (&f);
}

GST_END_TEST;

/* A strip with two frames is used if both are due, whatever else it lacks. */
GST_START_TEST (test_frames_in_one_strip)
{
  static const guint64 contents[N_TILES] = { 1, 2, 3 };
  GstBuffer *buffers[2];
  GstNtStrip *strip;
  GstNtStrip *other;
  Fixture f;

  setup (&f);
  set_due (&f, contents);
  other = add (&f);
  compose (&f, other, contents, BLACK);
  bring_home (&f, other);
  strip = add_coming (&f, 0);
  buffers[0] = arrive (&f, strip, 0);
  buffers[1] = arrive (&f, strip, 2);
  fail_unless (choose (&f) == other);

  set_due_frame (&f, 0, buffers[0]);
  fail_if (gst_nt_strip_set_is_usable (&f.set, &f.due, strip));
  fail_unless (choose (&f) == other);
  take_out (&f, other);
  fail_unless (choose (&f) == NULL);
  bring_home (&f, other);

  set_due_frame (&f, 2, buffers[1]);
  fail_unless (gst_nt_strip_set_is_usable (&f.set, &f.due, strip));
  fail_unless (choose (&f) == strip);

  /* The frame that is not due is gone. */
  f.sources[2] = source_of (2, 4);
  f.inputs[2].buffer = NULL;
  fail_unless (choose (&f) == other);
  gst_buffer_unref (buffers[1]);
  fail_unless (gst_nt_strip_set_is_usable (&f.set, &f.due, strip));
  gst_buffer_unref (buffers[0]);
  f.inputs[0].buffer = NULL;
  teardown (&f);
}

GST_END_TEST;

/* A due frame does not make up for a still that another strip has. */
GST_START_TEST (test_less_to_write_elsewhere)
{
  static const guint64 contents[N_TILES] = { 1, 2, 3 };
  GstNtStrip *strip;
  GstNtStrip *other;
  GstBuffer *buffer;
  Fixture f;

  setup (&f);
  set_due (&f, contents);
  f.due.last_content = 3;
  other = add (&f);
  compose (&f, other, contents, BLACK);
  bring_home (&f, other);
  strip = add_coming (&f, 0);
  buffer = arrive (&f, strip, 1);
  set_due_frame (&f, 1, buffer);

  /* The frame is new, 8 * 32, and not two stills, 45 + 360. */
  fail_unless (choose (&f) == other);
  /* Two stills that the other one lacks as well. */
  f.sources[0].content = 5;
  f.sources[2].content = 6;
  fail_unless (choose (&f) == strip);

  f.inputs[1].buffer = NULL;
  gst_buffer_unref (buffer);
  teardown (&f);
}

GST_END_TEST;

/* ---- Equal strips ---- */

static void
expect_and_take (Fixture * f, GstNtStrip * strip)
{
  fail_unless (choose (f) == strip);
  take_out (f, strip);
}

/* Strips in which the same is missing, in the order in which they are taken; 0:
 * where it is not known what is due. */
GST_START_TEST (test_equal_strips)
{
  GstNtStrip *coming[GST_NT_STRIPS_AHEAD];
  GstNtStrip *first;
  GstNtStrip *last;
  guint i;
  Fixture f;

  setup (&f);
  f.due.sources = __i__ ? f.sources : NULL;
  f.due.inputs = __i__ ? f.inputs : NULL;
  for (i = GST_NT_STRIPS_AHEAD; i-- > 0;)
    coming[i] = add_coming (&f, i);
  first = add_free (&f);
  last = add_free (&f);

  expect_and_take (&f, coming[0]);
  expect_and_take (&f, last);
  expect_and_take (&f, first);
  for (i = 1; i < GST_NT_STRIPS_AHEAD; i++)
    expect_and_take (&f, coming[i]);
  fail_unless (choose (&f) == NULL);
  teardown (&f);
}

GST_END_TEST;

/* A strip in which a due frame lies goes before one that is free, and that goes
 * before one that is coming later, whatever is missing there. */
GST_START_TEST (test_equal_strips_and_frames)
{
  static const guint64 contents[N_TILES] = { 1, 2, 3 };
  GstNtStrip *held;
  GstNtStrip *later;
  GstNtStrip *free;
  GstBuffer *buffers[2];
  guint i;
  Fixture f;

  setup (&f);
  set_due (&f, contents);
  f.due.last_content = 200;
  for (i = 0; i < 3; i++)
    compose (&f, add (&f), contents, BLACK);
  held = f.strips[0];
  later = f.strips[1];
  free = f.strips[2];

  bring_home (&f, held);
  gst_nt_strip_set_get_coming (&f.set, 0, f.layout);
  buffers[0] = arrive (&f, held, 0);
  gst_nt_strip_set_advance (&f.set);
  fail_unless_equals_int (held->state, GST_NT_STRIP_HELD);
  bring_home (&f, later);
  gst_nt_strip_set_get_coming (&f.set, 2, f.layout);
  bring_home (&f, free);
  fail_unless (choose (&f) == free);

  /* The others lack the frame, or hold the same bytes. */
  set_due_frame (&f, 0, buffers[0]);
  fail_unless (choose (&f) == held);
  f.sources[0].content = 1;
  fail_unless (choose (&f) == held);

  f.inputs[0].buffer = NULL;
  f.sources[0] = source_of (0, 1);
  ntm_strip_invalidate (free->strip);
  expect_and_take (&f, free);
  fail_unless (choose (&f) == later);
  buffers[1] = arrive (&f, later, 1);
  fail_unless (choose (&f) == NULL);
  set_due_frame (&f, 1, buffers[1]);
  bring_home (&f, free);
  fail_unless (choose (&f) == later);

  f.inputs[1].buffer = NULL;
  gst_buffer_unref (buffers[0]);
  gst_buffer_unref (buffers[1]);
  teardown (&f);
}

GST_END_TEST;

static Suite *
choice_suite (void)
{
  Suite *suite = suite_create ("choice");
  TCase *tcase = tcase_create ("choice");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_least_to_write, 0, 6);
  tcase_add_loop_test (tcase, test_weights, 0, G_N_ELEMENTS (weights));
  tcase_add_loop_test (tcase, test_rounds, 1, MAX_STRIPS);
  tcase_add_loop_test (tcase, test_unknown_strip, 0, 2);
  tcase_add_loop_test (tcase, test_due_frame, 0, N_CHANGES);
  tcase_add_test (tcase, test_frames_in_one_strip);
  tcase_add_test (tcase, test_less_to_write_elsewhere);
  tcase_add_loop_test (tcase, test_equal_strips, 0, 2);
  tcase_add_test (tcase, test_equal_strips_and_frames);

  return suite;
}

GST_CHECK_MAIN (choice);
