/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pads come and go; see the header. */

#include "inputs.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "source.h"

static guint
dice (Inputs * self, guint n)
{
  return g_rand_int_range (self->rand, 0, n);
}

Input *
inputs_find (Inputs * self, gboolean is_used)
{
  const guint first = dice (self, INPUTS_MOST);
  guint i;

  for (i = 0; i < INPUTS_MOST; i++) {
    Input *input = &self->all[(first + i) % INPUTS_MOST];

    if ((input->source != NULL) == is_used)
      return input;
  }

  return NULL;
}

guint
inputs_count (const Inputs * self)
{
  guint n = 0;
  guint i;

  for (i = 0; i < INPUTS_MOST; i++)
    n += self->all[i].source != NULL;

  return n;
}

static guint
get_number (GstPad * pad)
{
  return atoi (GST_PAD_NAME (pad) + strlen ("sink_"));
}

static GstPad *
get_last_pad (Input * input)
{
  return gst_element_get_static_pad (input->queue ? input->queue : input->head,
      "src");
}

static void
link_input (Inputs * self, Input * input)
{
  GstPad *src = get_last_pad (input);

  strip_check_link (self->check, get_number (input->pad), input->number,
      input->is_untimed);
  if (gst_pad_link (src, input->pad) != GST_PAD_LINK_OK)
    report_fail ("%s can't be linked", GST_PAD_NAME (input->pad));
  gst_object_unref (src);
}

static void
unlink_input (Input * input)
{
  GstPad *peer = gst_pad_get_peer (input->pad);

  if (peer) {
    gst_pad_unlink (peer, input->pad);
    gst_object_unref (peer);
  }
}

/* The other sink never waits, and holds some frames for a while. It is no sink
 * for the pipeline: it takes no part in preroll, seeks and EOS. */
static GstElement *
put_before_tee (GstElement * source)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *tee = gst_element_factory_make ("tee", NULL);
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *pad;

  if (tee == NULL || queue == NULL || sink == NULL)
    report_fail ("there is no tee, queue or fakesink");
  gst_util_set_object_arg (G_OBJECT (queue), "leaky", "downstream");
  g_object_set (queue, "max-size-buffers", 2, NULL);
  g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
  GST_OBJECT_FLAG_UNSET (sink, GST_ELEMENT_FLAG_SINK);
  gst_bin_add_many (GST_BIN (bin), source, tee, queue, sink, NULL);
  pad = gst_element_request_pad_simple (tee, "src_%u");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  gst_object_unref (pad);
  gst_element_link_many (source, tee, queue, sink, NULL);
  report_add (REPORT_TEES, 1);

  return bin;
}

/* Stills may be without timestamps, also beside inputs that have a rate. A
 * query that waits in a queue for a sink in PAUSED would wait for the mosaic,
 * which waits for the source of that query. */
static void
choose (Inputs * self, gboolean has_queue, gboolean has_tee,
    SourceSetup * setup)
{
  *setup = (SourceSetup) {
    .number = self->n_sources++,
    .seed = g_rand_int (self->rand),
    .key = self->check->key,
    .is_live = self->is_live,
    .asks = dice (self, 2) && !has_queue && !has_tee,
    .lacks_durations = dice (self, 4) == 0,
    .fps = self->is_live || dice (self, 5) ? self->fps : 0,
    .most_pixels = self->most_pixels,
    .format = self->format,
    .look = self->look,
    .position = self->position,
  };
  setup->refills = !setup->asks && dice (self, 2);
  setup->is_untimed = setup->fps == 0 && dice (self, 2);
}

/* With a queue behind it, or without. */
static void
make_source (Inputs * self, Input * input)
{
  const gboolean has_queue = dice (self, 3) == 0;
  const gboolean has_tee = dice (self, 4) == 0;
  SourceSetup setup;

  choose (self, has_queue, has_tee, &setup);
  input->number = setup.number;
  input->is_untimed = setup.is_untimed;
  input->source = source_new (&setup);
  input->head = has_tee ? put_before_tee (input->source)
      : input->source;
  gst_bin_add (GST_BIN (self->pipeline), input->head);
  if (has_queue) {
    input->queue = gst_element_factory_make ("queue", NULL);
    gst_bin_add (GST_BIN (self->pipeline), input->queue);
    gst_element_link (input->head, input->queue);
  }
}

static void
start_source (Input * input)
{
  if (input->queue)
    gst_element_sync_state_with_parent (input->queue);
  gst_element_sync_state_with_parent (input->head);
}

void
inputs_add (Inputs * self)
{
  Input *input = inputs_find (self, FALSE);

  if (input == NULL)
    return;
  report_add (REPORT_PADS_ADDED, 1);
  make_source (self, input);
  input->pad = gst_element_request_pad_simple (self->mosaic, "sink_%u");
  link_input (self, input);
  start_source (input);
}

static void
remove_element (Inputs * self, GstElement ** element)
{
  if (*element == NULL)
    return;
  gst_element_set_locked_state (*element, TRUE);
  gst_element_set_state (*element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), *element);
  *element = NULL;
}

/* ---- Blocks ---- */

/* A pad whose next push of data waits, in the thread of its element. */
typedef struct
{
  GstPad *pad;
  gulong probe;
} Block;

static GstPadProbeReturn
stay_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  return GST_PAD_PROBE_OK;
}

static Block
block (Input * input)
{
  GstPad *pad = get_last_pad (input);

  return (Block) {
    .pad = pad,
    .probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM,
        stay_blocked, NULL, NULL),
  };
}

static void
unblock (Block * block)
{
  gst_pad_remove_probe (block->pad, block->probe);
  gst_object_unref (block->pad);
}

static gboolean
are_reached (const Block * blocks, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    if (!gst_pad_is_blocking (blocks[i].pad))
      return FALSE;

  return TRUE;
}

/* Whether all pads wait. A thread that waits in the mosaic comes back when it
 * has made a strip. The wait is bounded: a source may stall or have ended, and
 * a pipeline in PAUSED makes no strip. */
static gboolean
reach (const Block * blocks, guint n)
{
  guint i;

  for (i = 0; i < 200 && !are_reached (blocks, n); i++)
    g_usleep (500);

  return are_reached (blocks, n);
}

/* ---- Release ---- */

/* The queue is stopped before the source, which may wait for room in it. */
static void
remove_source (Inputs * self, Input * input)
{
  remove_element (self, &input->queue);
  remove_element (self, &input->head);
  input->source = NULL;
}

static gboolean
has_ended (GstPad * src)
{
  GstEvent *eos = gst_pad_get_sticky_event (src, GST_EVENT_EOS, 0);
  const gboolean is_there = eos != NULL;

  gst_clear_event (&eos);

  return is_there;
}

/* Takes the source from its pad, between two frames or after its EOS. The state
 * change ends the wait of a thread that is blocked. Returns FALSE if frames
 * flow. */
static gboolean
detach_source (Inputs * self, Input * input)
{
  Block last = block (input);
  const gboolean is_reached = has_ended (last.pad) || reach (&last, 1);

  if (is_reached) {
    source_forbid_flushes ();
    unlink_input (input);
    source_allow_flushes ();
    remove_source (self, input);
  }
  unblock (&last);

  return is_reached;
}

/* The source goes first, or the pad while frames flow. */
static void
release_input (Inputs * self, Input * input)
{
  const gboolean goes_first = dice (self, 2);

  source_stop_asking (input->source);
  if (goes_first)
    detach_source (self, input);
  gst_element_release_request_pad (self->mosaic, input->pad);
  gst_clear_object (&input->pad);
  remove_source (self, input);
}

void
inputs_release (Inputs * self)
{
  Input *input = inputs_find (self, TRUE);

  if (input == NULL || inputs_count (self) < 2)
    return;
  report_add (REPORT_PADS_RELEASED, 1);
  release_input (self, input);
}

/* ---- Relinking ---- */

/* Another source for the same pad. What comes after this is the same, whether
 * or not the source could be taken away. */
void
inputs_replace (Inputs * self)
{
  Input *input = inputs_find (self, TRUE);
  const guint32 seed = g_rand_int (self->rand);

  if (detach_source (self, input)) {
    report_add (REPORT_SOURCES_REPLACED, 1);
    make_source (self, input);
    link_input (self, input);
    start_source (input);
  }
  g_rand_set_seed (self->rand, seed);
}

static void
swap_pads (Inputs * self, Input * a, Input * b)
{
  GstPad *pad = a->pad;

  unlink_input (a);
  unlink_input (b);
  a->pad = b->pad;
  b->pad = pad;
  link_input (self, a);
  link_input (self, b);
}

/* To a pad that is new. The old one goes before the link, or after. */
static void
move (Inputs * self, Input * input, gboolean is_early)
{
  GstPad *old = input->pad;

  unlink_input (input);
  if (is_early)
    gst_element_release_request_pad (self->mosaic, old);
  input->pad = gst_element_request_pad_simple (self->mosaic, "sink_%u");
  link_input (self, input);
  if (!is_early)
    gst_element_release_request_pad (self->mosaic, old);
  gst_object_unref (old);
}

static void
rejoin (Inputs * self, Input * input)
{
  unlink_input (input);
  link_input (self, input);
}

/* Two sources change places, or one comes back to its pad or to a new one. */
static void
relink (Inputs * self, Input * a, Input * b, gboolean is_new, gboolean is_early)
{
  report_add (REPORT_PADS_RELINKED, 1);
  report_add (REPORT_PADS_SWAPPED, a != b);
  report_add (REPORT_PADS_MOVED, a == b && is_new);
  if (a != b)
    swap_pads (self, a, b);
  else if (is_new)
    move (self, a, is_early);
  else
    rejoin (self, a);
}

/* GStreamer wants a pad that is linked anew not to push meanwhile, and an
 * application blocks it. A flush passes a block and a queue, and would begin at
 * one pad of the mosaic and end at the other. */
void
inputs_relink (Inputs * self)
{
  Input *a = inputs_find (self, TRUE);
  Input *b = dice (self, 2) ? inputs_find (self, TRUE) : a;
  const gboolean is_new = dice (self, 2);
  const gboolean is_early = dice (self, 2);
  const guint n = a == b ? 1 : 2;
  Block blocks[2];
  guint i;

  blocks[0] = block (a);
  if (n == 2)
    blocks[1] = block (b);
  if (reach (blocks, n)) {
    source_forbid_flushes ();
    relink (self, a, b, is_new, is_early);
    source_allow_flushes ();
  }
  for (i = 0; i < n; i++)
    unblock (&blocks[i]);
}

void
inputs_release_all (Inputs * self)
{
  guint i;

  for (i = 0; i < INPUTS_MOST; i++)
    if (self->all[i].source)
      release_input (self, &self->all[i]);
}
