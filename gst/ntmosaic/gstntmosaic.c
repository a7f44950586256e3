/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/**
 * SECTION:element-ntmosaic
 * @title: ntmosaic
 * @short_description: Frames side by side in one strip
 *
 * Takes N frames and puts out one that has them side by side, from left to
 * right in the order of the pads' numbers: sink_0, sink_1, … sink_10. The strip
 * is as wide as its tiles together and as high as the highest one; shorter
 * tiles stand where #GstNtMosaic:align says, with background around them.
 *
 * Strips are allocated before the first frame and used again and again; tiles
 * are copied with streaming stores where the strip is too large for the cache.
 *
 * All pads share one format out of RGBA and its seven siblings, and must agree
 * in pixel-aspect-ratio, interlacing and colorimetry. Nothing is converted or
 * scaled: put `videoconvertscale` in front of the pads for that.
 *
 * Tiles don't overlap. Alpha is kept as it came and not blended, and
 * #GstVideoAggregatorPad:zorder does nothing.
 *
 * The rate is that of the fastest input, unless downstream asks for another.
 * Inputs that all have the rate 0/1, as still images do, make one strip of each
 * frame that they send, and nothing is repeated. Frames of such inputs need no
 * timestamps: one without is shown in the next strip.
 *
 * A pad without a frame (not yet, a gap, at EOS without
 * #GstVideoAggregatorPad:repeat-after-eos, silent for longer than
 * #GstVideoAggregatorPad:max-last-buffer-repeat) shows background. A gap with
 * %GST_GAP_FLAG_MISSING_DATA lets the frame before it stay, unless caps of
 * another size or format came in between.
 *
 * Before the first strip, a frame that is too short, or a pad whose caps don't
 * fit those of the others, is an error. Later it makes that tile background: a
 * warning names the pad and the cause, and all other tiles go on. An only pad
 * has no others, so there it always is an error.
 *
 * Frames before running time 0 are dropped. A frame that begins before it is
 * cut.
 *
 * Where nothing is live, a strip needs a frame of each pad that is not at EOS.
 * If a pad has had none after five seconds, a warning names it.
 *
 * A flushing seek is refused if a source says that it can't seek.
 *
 * What a handler of #GstAggregator::samples-selected sets holds for the strip
 * of that signal. The handler must not release a pad.
 *
 * ## Example launch line
 *
 * |[
 * gst-launch-1.0 ntmosaic name=m ! videoconvert ! autovideosink \
 *     videotestsrc ! m.  videotestsrc pattern=ball ! m.
 * ]| Two test pictures side by side.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaic.h"

#include <string.h>

#include "gstntkernel.h"
#include "gstntmosaicahead.h"
#include "gstntmosaicallocation.h"
#include "gstntmosaiccaps.h"
#include "gstntmosaicflush.h"
#include "gstntmosaicinputs.h"
#include "gstntmosaicmixing.h"
#include "gstntmosaicnegotiation.h"
#include "gstntmosaicpace.h"
#include "gstntmosaicpad.h"
#include "gstntmosaicposition.h"
#include "gstntmosaicproperties.h"
#include "gstntmosaicqueries.h"
#include "gstntmosaicqueue.h"
#include "gstntmosaicrefusals.h"
#include "gstntmosaicsilence.h"
#include "gstntmosaicsinkevents.h"
#include "gstntmosaicsrcevents.h"
#include "gstntmosaicstate.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

#define TEMPLATE_CAPS GST_VIDEO_CAPS_MAKE (GST_NT_MOSAIC_FORMATS)

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (TEMPLATE_CAPS));

static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (TEMPLATE_CAPS));

#define gst_nt_mosaic_parent_class parent_class

static void gst_nt_mosaic_child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (GstNtMosaic, gst_nt_mosaic,
    GST_TYPE_VIDEO_AGGREGATOR,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_nt_mosaic_child_proxy_init));

/* The kernel is selected here, so that it stands in the log before any data
 * flows, and also where the element was registered without its plugin. */
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (ntmosaic, "ntmosaic", GST_RANK_NONE,
    GST_TYPE_NT_MOSAIC, gst_nt_kernel_get_name ());

/* ---- Pads ---- */

/* Numbers up to G_MAXINT: that is what the base class keeps one in. Only the
 * usual form is a name: sink_007 would be a second sink_7. */
static gboolean
parse_number (const gchar * name, guint * number)
{
  const gchar *digits = name + strlen ("sink_");
  guint64 value;

  if (!g_str_has_prefix (name, "sink_") || (digits[0] == '0' && digits[1])
      || !g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT, &value, NULL))
    return FALSE;

  *number = value;
  return TRUE;
}

static GstAggregatorPad *
gst_nt_mosaic_create_new_pad (GstAggregator * agg, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  GstAggregatorPad *aggpad;
  guint number;

  if (name && strchr (name, '%') == NULL && !parse_number (name, &number)) {
    GST_WARNING_OBJECT (agg, "no pad can be named %s: a name is sink_ and a "
        "number up to %d without leading zeros", name, G_MAXINT);
    return NULL;
  }

  aggpad = GST_AGGREGATOR_CLASS (parent_class)->create_new_pad (agg, templ,
      name, caps);
  if (aggpad == NULL)
    return NULL;

  /* The base class counts up from the highest number that was in use. */
  if (!parse_number (GST_OBJECT_NAME (aggpad), &number)) {
    GST_WARNING_OBJECT (agg, "no number is left, request a pad by its name");
    gst_object_unref (gst_object_ref_sink (aggpad));
    return NULL;
  }
  GST_NT_MOSAIC_PAD (aggpad)->number = number;
  GST_NT_MOSAIC_PAD (aggpad)->arrivals =
      gst_nt_arrivals_new (GST_NT_MOSAIC (agg)->strip_pool);
  gst_nt_mosaic_init_pad_inputs (GST_NT_MOSAIC_PAD (aggpad));
  gst_nt_mosaic_init_pad_refusals (GST_NT_MOSAIC_PAD (aggpad));

  return aggpad;
}

static GstPad *
gst_nt_mosaic_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (element);
  GstPad *pad = GST_ELEMENT_CLASS (parent_class)->request_new_pad (element,
      templ, name, caps);
  GstNtMosaicSettings settings;

  if (pad == NULL)
    return NULL;

  /* With tile-width, its tile is there before its caps are. */
  gst_nt_mosaic_get_settings (self, &settings);
  if (settings.tile_width > 0)
    gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));

  gst_nt_mosaic_join_flush (self, GST_NT_MOSAIC_PAD (pad));
  gst_child_proxy_child_added (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));

  return pad;
}

static void
gst_nt_mosaic_release_pad (GstElement * element, GstPad * pad)
{
  GstNtMosaic *self = GST_NT_MOSAIC (element);
  const guint32 seqnum =
      gst_nt_mosaic_get_flush (self, GST_NT_MOSAIC_PAD (pad));

  gst_child_proxy_child_removed (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));

  gst_nt_mosaic_explain_release (GST_NT_MOSAIC (element),
      GST_NT_MOSAIC_PAD (pad));
  gst_nt_mosaic_pad_release (GST_NT_MOSAIC_PAD (pad));
  GST_ELEMENT_CLASS (parent_class)->release_pad (element, pad);
  gst_nt_mosaic_leave_flush (self, seqnum);
}

static GObject *
gst_nt_mosaic_get_child_by_index (GstChildProxy * proxy, guint index)
{
  GstElement *element = GST_ELEMENT (proxy);
  GObject *child;

  GST_OBJECT_LOCK (element);
  child = g_list_nth_data (element->sinkpads, index);
  if (child)
    g_object_ref (child);
  GST_OBJECT_UNLOCK (element);

  return child;
}

static guint
gst_nt_mosaic_get_children_count (GstChildProxy * proxy)
{
  GstElement *element = GST_ELEMENT (proxy);
  guint count;

  GST_OBJECT_LOCK (element);
  count = element->numsinkpads;
  GST_OBJECT_UNLOCK (element);

  return count;
}

static void
gst_nt_mosaic_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *child_proxy = iface;

  child_proxy->get_child_by_index = gst_nt_mosaic_get_child_by_index;
  child_proxy->get_children_count = gst_nt_mosaic_get_children_count;
}

/* ---- Life and death ---- */

static void
forget_layouts (GstNtMosaic * self)
{
  NtmLayout *layout;

  GST_OBJECT_LOCK (self);
  layout = g_steal_pointer (&self->layout);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&layout, ntm_layout_unref);
  g_clear_pointer (&self->next_layout, ntm_layout_unref);
  g_clear_pointer (&self->next_seats, g_array_unref);
  g_clear_pointer (&self->downstreams_strip, ntm_strip_free);
}

static gboolean
gst_nt_mosaic_start (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  const gchar *warning = gst_nt_kernel_get_warning ();

  if (self->composer == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("there was no memory to make the element"), (NULL));
    return FALSE;
  }
  if (warning)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS, ("%s", warning), (NULL));

  g_atomic_int_set (&self->failed, FALSE);
  g_atomic_int_set (&self->has_untimed, FALSE);
  self->strip_time = 0;
  self->strip_is_guessed = FALSE;
  forget_layouts (self);
  gst_nt_mosaic_forget_time (self);
  gst_nt_mosaic_forbid_ahead (self);
  g_atomic_int_set (&self->n_after_stall, 0);
  gst_nt_mosaic_forget_flushes (self);
  gst_nt_mosaic_forget_waiting (self);
  GST_OBJECT_LOCK (self);
  self->stats = (GstNtMosaicStats) { 0, };
  GST_OBJECT_UNLOCK (self);

  return GST_AGGREGATOR_CLASS (parent_class)->start (agg);
}

/* Layouts stay until the next start: a flush that arrives while the pads are
 * being deactivated can start the streaming thread once more, and the base
 * class ends it only after this. */
static gboolean
gst_nt_mosaic_stop (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GList *l;

  gst_nt_mosaic_forget_waiting (self);
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    gst_nt_mosaic_pad_reset (l->data);
  GST_OBJECT_UNLOCK (self);

  gst_nt_strip_pool_clear (self->strip_pool);
  gst_nt_frames_clear (self->frames);

  return GST_AGGREGATOR_CLASS (parent_class)->stop (agg);
}

static gboolean
gst_nt_mosaic_src_activate (GstAggregator * agg, GstPadMode mode,
    gboolean active)
{
  GList *l;

  gst_nt_mosaic_set_stopping (GST_NT_MOSAIC (agg), !active);

  GST_OBJECT_LOCK (agg);
  for (l = GST_ELEMENT (agg)->sinkpads; l; l = l->next)
    gst_nt_mosaic_queue_set_hurry (&GST_NT_MOSAIC_PAD (l->data)->queue,
        !active);
  GST_OBJECT_UNLOCK (agg);

  return TRUE;
}

static void
gst_nt_mosaic_finalize (GObject * object)
{
  GstNtMosaic *self = GST_NT_MOSAIC (object);

  gst_nt_mosaic_forget_waiting (self);
  ntm_composer_free (self->composer);
  gst_nt_strip_pool_unref (self->strip_pool);
  gst_nt_frames_unref (self->frames);
  forget_layouts (self);

  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_nt_mosaic_init (GstNtMosaic * self)
{
  gst_nt_mosaic_init_properties (self);
  self->waiting_since = GST_CLOCK_TIME_NONE;
  self->strip_pool = gst_nt_strip_pool_new ();
  self->frames = gst_nt_frames_new ();
  self->composer = ntm_composer_new ();
}

static void
gst_nt_mosaic_class_init (GstNtMosaicClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_nt_mosaic_debug, "ntmosaic", 0,
      "frames side by side in one strip");

  object_class->finalize = gst_nt_mosaic_finalize;

  element_class->request_new_pad = gst_nt_mosaic_request_new_pad;
  element_class->release_pad = gst_nt_mosaic_release_pad;
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &sink_template, GST_TYPE_NT_MOSAIC_PAD);
  gst_element_class_set_static_metadata (element_class, "Strip mosaic",
      "Filter/Editor/Video/Compositor",
      "Puts RGBA frames side by side into one wide frame, writing each tile at "
      "most once", "The ntmosaic authors");

  agg_class->create_new_pad = gst_nt_mosaic_create_new_pad;
  agg_class->start = gst_nt_mosaic_start;
  agg_class->stop = gst_nt_mosaic_stop;
  agg_class->src_activate = gst_nt_mosaic_src_activate;
  gst_nt_mosaic_class_init_properties (klass);
  gst_nt_mosaic_class_init_queries (klass);
  gst_nt_mosaic_class_init_inputs (klass);
  gst_nt_mosaic_class_init_sink_events (klass);
  gst_nt_mosaic_class_init_negotiation (klass);
  gst_nt_mosaic_class_init_allocation (klass);
  gst_nt_mosaic_class_init_pace (klass);
  gst_nt_mosaic_class_init_src_events (klass);
  gst_nt_mosaic_class_init_flush (klass);
  gst_nt_mosaic_class_init_ahead (klass);
  gst_nt_mosaic_class_init_mixing (klass);

  gst_type_mark_as_plugin_api (GST_TYPE_NT_MOSAIC_PAD, 0);
}
