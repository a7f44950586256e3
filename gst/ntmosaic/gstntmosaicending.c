/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicending.h"

#include "gstntmosaicfailures.h"
#include "gstntmosaicover.h"
#include "gstntmosaicposition.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* ---- The property ---- */

static GType
gst_nt_mosaic_eos_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_NT_MOSAIC_EOS_ALL, "The longest stream ends the strips", "all"},
    {GST_NT_MOSAIC_EOS_FIRST, "The shortest stream ends the strips", "first"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtMosaicEosPolicy",
            values));

  return type;
}

void
gst_nt_mosaic_install_eos_policy (GObjectClass * klass, guint id)
{
  /**
   * GstNtMosaic:eos-policy:
   *
   * Which of the pads' streams ends the stream of strips.
   *
   * * `all`: the last one. A pad that has ended before is background, or with
   *   #GstVideoAggregatorPad:repeat-after-eos shows its last frame.
   * * `first`: the first one. The last strip is the last one in which each pad
   *   still shows a frame, for as long as that frame lasts: a frame without a
   *   duration lasts for one strip. Stills at 0/1 make as many strips as the
   *   pad with the fewest has stills. A stream without any frame ends the
   *   strips before the first one, and a warning names its pad.
   *
   * With `first`, a pad with #GstVideoAggregatorPad:repeat-after-eos does not
   * end the stream; if all pads have it, the last one does. Pads that are added
   * later count from their first frame or EOS on, a pad that is released does
   * not count any more, and #GstAggregator:force-live does not let strips go
   * on. In a live pipeline, a pad shows its last frame until its EOS comes.
   *
   * The stream ends when the next strip would be made: when the pads that have
   * not ended have their next frames, or in a live pipeline when the clock says
   * so. Then the element drops all queued frames, and the pads answer upstream
   * with %GST_FLOW_EOS, so that sources stop. Only a flushing seek or a stop
   * lets the stream start again. The element answers DURATION queries with the
   * duration of the longest stream, or of the shortest.
   *
   * A change while strips are made holds from the next strip on. If a pad has
   * ended long ago, `first` ends the stream before that strip.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, id,
      g_param_spec_enum ("eos-policy", "EOS policy",
          "Which of the pads' streams ends the stream of strips: the longest, "
          "or the shortest of the pads without repeat-after-eos",
          gst_nt_mosaic_eos_policy_get_type (), GST_NT_MOSAIC_EOS_ALL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));

  gst_type_mark_as_plugin_api (gst_nt_mosaic_eos_policy_get_type (), 0);
}

static gboolean
first_ends (GstNtMosaic * self)
{
  GstNtMosaicSettings settings;

  gst_nt_mosaic_get_settings (self, &settings);

  return settings.eos_policy == GST_NT_MOSAIC_EOS_FIRST;
}

/* ---- Pads that have ended ---- */

/* The pads at EOS, with a reference on each. Most strips have none. */
static GList *
ref_ended_pads (GstNtMosaic * self)
{
  GList *ended = NULL;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    if (gst_aggregator_pad_is_eos (l->data))
      ended = g_list_prepend (ended, gst_object_ref (l->data));
  GST_OBJECT_UNLOCK (self);

  return ended;
}

/* The running time at which the next strip begins. */
static GstClockTime
find_next_time (GstNtMosaic * self)
{
  gst_nt_mosaic_keep_position (self);

  return gst_nt_mosaic_find_strip_time (self);
}

gboolean
gst_nt_mosaic_all_are_over (GstNtMosaic * self)
{
  const GstClockTime now = find_next_time (self);
  GList *pads = ref_ended_pads (self);
  gboolean all = TRUE;
  GList *l;

  for (l = pads; l && all; l = l->next)
    all = gst_nt_mosaic_pad_is_over (l->data, now);
  g_list_free_full (pads, gst_object_unref);

  return all;
}

/* A stream that ends before the first strip leaves no other trace. @n_ended:
 * how many pads are at EOS. */
static void
explain_end (GstNtMosaic * self, GstNtMosaicPad * pad, guint n_ended)
{
  gboolean others_go_on;

  GST_INFO_OBJECT (pad, "the stream ends with this pad");
  GST_OBJECT_LOCK (self);
  others_go_on = GST_ELEMENT (self)->numsinkpads > n_ended;
  GST_OBJECT_UNLOCK (self);
  if (!others_go_on || gst_nt_mosaic_has_made_strips (self))
    return;

  gst_nt_mosaic_warn (self, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
      "There is no strip: %s has ended before the first one, and eos-policy is "
      "first. Give the pad a source that sends frames, release it, or set "
      "eos-policy to all", GST_OBJECT_NAME (pad));
}

gboolean
gst_nt_mosaic_has_first_ended (GstNtMosaic * self)
{
  GstNtMosaicPad *first = NULL;
  GstClockTime now;
  GList *pads;
  GList *l;

  if (!first_ends (self))
    return FALSE;

  now = find_next_time (self);
  pads = ref_ended_pads (self);
  for (l = pads; l && !first; l = l->next) {
    GstNtMosaicPad *pad = l->data;

    if (!gst_nt_mosaic_pad_repeats (pad)
        && !gst_nt_mosaic_held_is_released (&pad->held)
        && gst_nt_mosaic_pad_is_over (pad, now))
      first = pad;
  }
  if (first)
    explain_end (self, first, g_list_length (pads));
  g_list_free_full (pads, gst_object_unref);

  return first != NULL;
}

/* ---- The end ---- */

static void
set_ended (GstNtMosaic * self)
{
  GST_OBJECT_LOCK (self);
  g_atomic_int_set (&self->has_ended, TRUE);
  GST_OBJECT_UNLOCK (self);
}

/* At EOS, GStreamer 1.22 drops all that its pads have queued. From 1.24 on it
 * keeps that for a stream that starts again, and an upstream that waits for
 * room or for the answer to a query would wait for ever. After an error, all
 * versions drop it. They send EOS downstream in both cases. */
GstFlowReturn
gst_nt_mosaic_end (GstNtMosaic * self)
{
  GList *pads;
  GList *l;

  set_ended (self);
  g_atomic_int_set (&self->error_is_end, TRUE);
  pads = gst_nt_mosaic_ref_pads (self);
  for (l = pads; l; l = l->next) {
    gst_nt_mosaic_pad_end (l->data);
    gst_nt_mosaic_pad_drop_rest (l->data, GST_AGGREGATOR (self));
  }
  g_list_free_full (pads, gst_object_unref);

  return GST_FLOW_ERROR;
}

void
gst_nt_mosaic_end_new_pad (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  GST_OBJECT_LOCK (self);
  if (self->has_ended && pad->flushed_seqnum == GST_SEQNUM_INVALID)
    gst_nt_mosaic_pad_end (pad);
  GST_OBJECT_UNLOCK (self);
}

/* ---- How long it will be ---- */

/* The duration of the shortest stream. FALSE: a source does not know its own,
 * or each pad repeats its last frame. */
static gboolean
find_shortest (GstNtMosaic * self, gint64 * shortest)
{
  GList *pads = gst_nt_mosaic_ref_pads (self);
  gboolean are_known = TRUE;
  guint n = 0;
  GList *l;

  *shortest = G_MAXINT64;
  for (l = pads; l && are_known; l = l->next) {
    gint64 duration;

    if (gst_nt_mosaic_pad_repeats (l->data))
      continue;
    are_known = gst_pad_peer_query_duration (l->data, GST_FORMAT_TIME,
        &duration) && duration >= 0;
    *shortest = MIN (*shortest, duration);
    n++;
  }
  g_list_free_full (pads, gst_object_unref);

  return are_known && n > 0;
}

gboolean
gst_nt_mosaic_answer_duration (GstNtMosaic * self, GstQuery * query)
{
  GstFormat format;
  gint64 shortest;

  gst_query_parse_duration (query, &format, NULL);
  if (format != GST_FORMAT_TIME || !first_ends (self)
      || !find_shortest (self, &shortest))
    return FALSE;

  gst_query_set_duration (query, format, shortest);
  return TRUE;
}
