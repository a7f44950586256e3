/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripset.h"

#include <string.h>

static GPtrArray *
new_free_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) gst_nt_strip_free);
}

void
gst_nt_strip_set_init (GstNtStripSet * set)
{
  *set = (GstNtStripSet) {
    .free = new_free_list (),
    .held = g_ptr_array_new (),
  };
}

void
gst_nt_strip_set_clear (GstNtStripSet * set)
{
  gst_nt_strip_set_forget_coming (set);
  g_ptr_array_unref (set->held);
  g_ptr_array_unref (set->free);
}

/* ---- Transitions ---- */

/* @strip is home, and not coming. TRUE: it is unwanted. */
static gboolean
settle (GstNtStripSet * set, GstNtStrip * strip)
{
  const gboolean is_current = strip->generation == set->generation;

  strip->state = strip->n_views > 0 ? GST_NT_STRIP_HELD : GST_NT_STRIP_FREE;
  if (!is_current)
    return strip->n_views == 0;

  strip->idle_since = set->age;
  g_ptr_array_add (strip->n_views > 0 ? set->held : set->free, strip);

  return FALSE;
}

/* Takes @strip out of the list that it is in. */
static void
unlist (GstNtStripSet * set, GstNtStrip * strip)
{
  GPtrArray *list = strip->state == GST_NT_STRIP_HELD ? set->held : set->free;
  guint i;

  if (strip->state == GST_NT_STRIP_COMING) {
    for (i = 0; i < GST_NT_STRIPS_AHEAD; i++)
      if (set->coming[i] == strip)
        set->coming[i] = NULL;
  } else if (g_ptr_array_find (list, strip, &i)) {
    g_ptr_array_steal_index (list, i);
  }
}

void
gst_nt_strip_set_add (GstNtStripSet * set, GstNtStrip * strip)
{
  strip->state = GST_NT_STRIP_OUT;
  if (strip->generation != set->generation)
    return;

  set->n_strips++;
  set->n_out++;
}

void
gst_nt_strip_set_take_out (GstNtStripSet * set, GstNtStrip * strip)
{
  unlist (set, strip);
  strip->state = GST_NT_STRIP_OUT;
  set->n_out++;
}

gboolean
gst_nt_strip_set_bring_home (GstNtStripSet * set, GstNtStrip * strip)
{
  if (strip->generation == set->generation)
    set->n_out--;

  return settle (set, strip);
}

gboolean
gst_nt_strip_set_view_gone (GstNtStripSet * set, GstNtStrip * strip)
{
  strip->n_views--;
  if (strip->state != GST_NT_STRIP_HELD || strip->n_views > 0)
    return FALSE;

  unlist (set, strip);

  return settle (set, strip);
}

/* ---- Coming strips ---- */

GstNtStrip *
gst_nt_strip_set_get_coming (GstNtStripSet * set, guint ahead,
    NtmLayout * layout)
{
  GstNtStrip *strip = set->coming[ahead];

  if (strip || set->free->len == 0)
    return strip;

  strip = g_ptr_array_index (set->free, set->free->len - 1);
  if (!gst_nt_strip_prepare (strip, layout))
    return NULL;

  unlist (set, strip);
  strip->state = GST_NT_STRIP_COMING;
  set->coming[ahead] = strip;

  return strip;
}

/* A coming strip is never unwanted: it is of this generation. */
static void
stop_coming (GstNtStripSet * set, guint ahead)
{
  GstNtStrip *strip = g_steal_pointer (&set->coming[ahead]);

  if (strip)
    settle (set, strip);
}

void
gst_nt_strip_set_forget_coming (GstNtStripSet * set)
{
  guint i;

  for (i = 0; i < GST_NT_STRIPS_AHEAD; i++)
    stop_coming (set, i);
}

void
gst_nt_strip_set_advance (GstNtStripSet * set)
{
  stop_coming (set, 0);
  memmove (set->coming, set->coming + 1,
      (GST_NT_STRIPS_AHEAD - 1) * sizeof (set->coming[0]));
  set->coming[GST_NT_STRIPS_AHEAD - 1] = NULL;
}

/* ---- Fewer strips ---- */

GPtrArray *
gst_nt_strip_set_disown (GstNtStripSet * set)
{
  GPtrArray *strips;

  gst_nt_strip_set_forget_coming (set);
  strips = g_steal_pointer (&set->free);
  set->free = new_free_list ();
  g_ptr_array_set_size (set->held, 0);
  set->generation++;
  set->n_strips = 0;
  set->n_out = 0;

  return strips;
}

GstNtStrip *
gst_nt_strip_set_take_idle (GstNtStripSet * set, guint n_needed,
    guint idle_strips)
{
  const GstNtStrip *oldest;

  if (set->free->len == 0 || set->n_strips <= n_needed)
    return NULL;

  oldest = g_ptr_array_index (set->free, 0);
  if (set->age - oldest->idle_since < idle_strips)
    return NULL;

  set->n_strips--;

  return g_ptr_array_steal_index (set->free, 0);
}
