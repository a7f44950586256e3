/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripchoice.h"

/* Weight of a frame that is likely to change, relative to a still. A still is
 * written once, and kept from then on. */
#define CHANGING_WEIGHT 8

/* What a strip misses, in pixels by weight. */
typedef struct
{
  guint64 frames;
  guint64 again;                /* of these, of frames that were shown before;
                                 * without their weight */
  guint64 margin;               /* counts only if the frames weigh the same:
                                 * margin is written once, and never changes.
                                 * A frame copied on arrival must not lose its
                                 * place to it, or it loses it every time */
} Missing;

/* The usable strip, of those seen so far, that misses least. */
typedef struct
{
  const GstNtStripSet *set;
  const GstNtDue *due;
  GstNtStrip *strip;
  Missing least;
} Search;

/* ---- Frames that lie in strips ---- */

GstNtView *
gst_nt_strip_set_get_due_view (const GstNtStripSet * set, const GstNtDue * due,
    guint i)
{
  GstBuffer *buffer = due->inputs ? due->inputs[i].buffer : NULL;
  GstNtView *view = buffer ? gst_nt_view_of (buffer) : NULL;
  const GstNtStrip *strip = view ? view->strip : NULL;

  if (strip == NULL || strip->state == GST_NT_STRIP_OUT
      || gst_nt_strip_get_layout (strip) != due->layout
      || strip->generation != set->generation || strip->views[i] != view
      || due->sources[i].pixels != view->place.data
      || due->sources[i].stride != view->place.stride)
    return NULL;

  return view;
}

static guint
count_due_views (const Search * search, const GstNtStrip * strip)
{
  guint count = 0;
  guint i;

  if (strip->n_views == 0 || search->due->sources == NULL
      || gst_nt_strip_get_layout (strip) != search->due->layout)
    return 0;

  for (i = 0; i < search->due->layout->n_tiles; i++)
    if (strip->views[i] && strip->views[i] ==
        gst_nt_strip_set_get_due_view (search->set, search->due, i))
      count++;

  return count;
}

gboolean
gst_nt_strip_set_is_usable (const GstNtStripSet * set, const GstNtDue * due,
    const GstNtStrip * strip)
{
  const Search search = {.set = set,.due = due };

  return count_due_views (&search, strip) == strip->n_views;
}

/* ---- Weights ---- */

static gboolean
stays (const NtmSource * source, guint64 last_content)
{
  return source == NULL || source->pixels == NULL
      || (source->content != NTM_CONTENT_UNKNOWN
      && source->content <= last_content);
}

/* Whether the frame was shown before, and a strip misses it. */
static gboolean
comes_again (const NtmSource * source, guint64 last_content)
{
  return source && source->pixels && stays (source, last_content);
}

static guint64
count_pixels (const NtmRect * rect)
{
  return (guint64) rect->width * rect->height;
}

static Missing
weigh_missing (const GstNtDue * due, const GstNtStrip * strip)
{
  const NtmLayout *layout = due->layout;
  const gboolean is_known = gst_nt_strip_get_layout (strip) == layout;
  Missing weight = { 0, 0, 0 };
  gsize i;

  if (due->sources == NULL)
    return weight;

  for (i = 0; i < layout->n_cells; i++) {
    const NtmSource *source = i < layout->n_tiles ? &due->sources[i] : NULL;
    const NtmCell *cell = &layout->cells[i];
    const guint64 pixels = count_pixels (&cell->frame);
    const guint missing = is_known
        ? ntm_strip_ask (strip->strip, i, source, due->background)
        : NTM_MISSES_FRAME | NTM_MISSES_MARGIN;

    if (missing & NTM_MISSES_FRAME)
      weight.frames += stays (source, due->last_content) ? pixels
          : pixels * CHANGING_WEIGHT;
    if ((missing & NTM_MISSES_FRAME)
        && comes_again (source, due->last_content))
      weight.again += pixels;
    if (missing & NTM_MISSES_MARGIN)
      weight.margin += count_pixels (&cell->cell) - pixels;
  }

  return weight;
}

static gboolean
is_nothing (const Missing * missing)
{
  return missing->frames == 0 && missing->margin == 0;
}

static gboolean
is_less (const Missing * a, const Missing * b)
{
  return a->frames < b->frames
      || (a->frames == b->frames && a->margin < b->margin);
}

/* Whether @strip is better than the best so far, which came home later if both
 * are free. Frames that come again, although no strip has kept them, are
 * likely to alternate with those that were shown last. So these stay where they
 * are, and the strip that came home first is written. It costs its margin
 * once. */
static gboolean
is_better (const Search * search, const GstNtStrip * strip,
    const Missing * missing)
{
  if (missing->frames == search->least.frames && missing->again > 0
      && missing->again == search->least.again
      && strip->state == GST_NT_STRIP_FREE
      && search->strip->state == GST_NT_STRIP_FREE)
    return TRUE;

  return is_less (missing, &search->least);
}

/* ---- The choice ---- */

static void
consider (Search * search, GstNtStrip * strip)
{
  Missing missing;

  if (strip == NULL || (search->strip && is_nothing (&search->least))
      || !gst_nt_strip_set_is_usable (search->set, search->due, strip))
    return;

  missing = weigh_missing (search->due, strip);
  if (search->strip == NULL || is_better (search, strip, &missing)) {
    search->strip = strip;
    search->least = missing;
  }
}

static void
consider_if_due_lies_in (Search * search, GstNtStrip * strip)
{
  if (strip && strip->n_views > 0)
    consider (search, strip);
}

GstNtStrip *
gst_nt_strip_set_choose (const GstNtStripSet * set, const GstNtDue * due)
{
  Search search = {.set = set,.due = due };
  guint i;

  for (i = 0; i < GST_NT_STRIPS_AHEAD; i++)
    consider_if_due_lies_in (&search, set->coming[i]);
  for (i = 0; i < set->held->len; i++)
    consider_if_due_lies_in (&search, g_ptr_array_index (set->held, i));
  consider (&search, set->coming[0]);
  for (i = set->free->len; i-- > 0;)
    consider (&search, g_ptr_array_index (set->free, i));
  for (i = 1; i < GST_NT_STRIPS_AHEAD && search.strip == NULL; i++)
    consider (&search, set->coming[i]);

  return search.strip;
}
