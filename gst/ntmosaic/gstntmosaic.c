/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/**
 * SECTION:element-ntmosaic
 * @title: ntmosaic
 * @short_description: Many frames in one: strips, walls and batches
 *
 * Takes one frame from each pad and pushes one wide frame, the strip. The
 * pads' frames are its tiles: they stand side by side, from left to right in
 * the order of the pads' numbers: sink_0, sink_1, … sink_10. The strip is as
 * wide as its tiles together and as high as the highest tile. Where a shorter
 * tile stands, #GstNtMosaic:align says; the rest is background.
 *
 * #GstNtMosaic:columns, #GstNtMosaic:rows, #GstNtMosaic:max-width and
 * #GstNtMosaic:square make a wall of several rows. One column is a batch, in
 * which each tile is one run of bytes.
 *
 * The element allocates strips before the first frame and uses them again and
 * again. It copies tiles with streaming stores if the strips are too large for
 * the last-level cache.
 *
 * All pads must have the same format, pixel-aspect-ratio, interlacing,
 * colorimetry and chroma-site. The element converts and scales nothing: put a
 * `videoconvertscale` before the pads for that. The format is any packed one
 * with whole bytes for a pixel: RGBA and its kin, which pads prefer, RGB,
 * GRAY8, GRAY16, RGBA64, AYUV and so on. In YUY2, UYVY and other formats in
 * which two pixels share their chroma, frames of an odd width are refused, and
 * a column begins at an even pixel: an odd #GstNtMosaic:gap is one pixel wider
 * there.
 *
 * Tiles don't overlap. The element copies alpha and does not blend, and
 * #GstVideoAggregatorPad:zorder has no effect.
 *
 * The strip has the rate of the fastest input, unless downstream asks for
 * another. If all inputs have the rate 0/1, as still images do, the k-th frames
 * of all pads make the k-th strip, and no frame is repeated. Frames of such
 * inputs need no timestamps: a frame without one is shown in the next strip.
 *
 * A pad without a frame shows background. That is a pad that has not had a
 * frame yet, that got a gap, that is at EOS without
 * #GstVideoAggregatorPad:repeat-after-eos, or that got nothing for longer than
 * #GstVideoAggregatorPad:max-last-buffer-repeat. At a gap with
 * %GST_GAP_FLAG_MISSING_DATA the pad goes on to show the frame before, unless
 * caps of another size or format came in between.
 *
 * The stream of strips ends with the longest of the pads' streams, or as
 * #GstNtMosaic:eos-policy says, with the shortest.
 *
 * Before the first strip, a frame that is too short, or a pad whose caps don't
 * fit those of the others, is an error. After it, the tile of that pad is
 * background, a warning names the pad and the cause, and all other tiles go on.
 * If the element has a single pad, it is always an error.
 *
 * If a live pad gets nothing for longer than its
 * #GstVideoAggregatorPad:max-last-buffer-repeat, the element posts one element
 * message `ntmosaic-pad-stalled`, and `ntmosaic-pad-resumed` when data come
 * again. Both have the name of the pad (`pad`, string), the running time of
 * the first strip with the new state (`running-time`, uint64, nanoseconds), and
 * if a frame came, the running time of the latest one (`last-running-time`,
 * uint64, nanoseconds). The silence of a pad without any data begins with its
 * first strip. A pad at EOS does not stall. By default there is no limit, and
 * no message.
 *
 * Each #GstVideoRegionOfInterestMeta of a frame is on the strips that show the
 * frame, moved to the frame's place. It gets an id of its own, and a structure
 * `application/x-ntmosaic-box`, which has the number of the pad (`pad`, uint)
 * and the ids that the box had (`id` and `parent-id`, int). Other metas of the
 * frames are dropped.
 *
 * Frames before running time 0 are dropped. Of a frame that begins before
 * running time 0 and ends after it, the first part is cut off.
 *
 * In a pipeline that is not live, a strip needs a frame of each pad that is not
 * at EOS. If the element waits for five seconds, a warning names the pads that
 * have had no data.
 *
 * The element refuses a flushing seek if a source says that it can't seek.
 *
 * A handler of #GstAggregator::samples-selected may set properties; they hold
 * for the strip that the signal is about. Those that change the strip's size
 * hold for the next one: columns, rows, max-width, square and gap. The handler
 * must not release a pad.
 *
 * ## Example launch line
 *
 * |[
 * gst-launch-1.0 ntmosaic name=m ! videoconvert ! autovideosink \
 *     videotestsrc ! m.  videotestsrc pattern=ball ! m.
 * ]| Shows two test pictures side by side.
 *
 * |[
 * gst-launch-1.0 ntmosaic name=m columns=2 gap=8 ! videoconvert ! \
 *     autovideosink  videotestsrc ! m.  videotestsrc pattern=ball ! m. \
 *     videotestsrc pattern=snow ! m.
 * ]| Shows three test pictures in two rows.
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
#include "gstntmosaicending.h"
#include "gstntmosaicflush.h"
#include "gstntmosaicformats.h"
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

#define gst_nt_mosaic_parent_class parent_class

static void gst_nt_mosaic_child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (GstNtMosaic, gst_nt_mosaic,
    GST_TYPE_VIDEO_AGGREGATOR,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_nt_mosaic_child_proxy_init));

/* Registering the element selects the copy kernel, so that the log names it
 * before any data flows. An application may register the element without its
 * plugin, so this is not done in the plugin's init function. */
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (ntmosaic, "ntmosaic", GST_RANK_NONE,
    GST_TYPE_NT_MOSAIC, gst_nt_kernel_get_name ());

/* ---- Pads ---- */

/* The number of a pad's name; FALSE if it is no name of a pad. The base class
 * keeps numbers in a gint, so G_MAXINT is the largest. Leading zeros are
 * refused: sink_007 would be a second sink_7. */
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
    GST_WARNING_OBJECT (agg, "no pad can be named %s: request sink_ and a "
        "number from 0 to %d without leading zeros", name, G_MAXINT);
    return NULL;
  }

  aggpad = GST_AGGREGATOR_CLASS (parent_class)->create_new_pad (agg, templ,
      name, caps);
  if (aggpad == NULL)
    return NULL;

  /* The base class counts up from the highest number that was in use. */
  if (!parse_number (GST_OBJECT_NAME (aggpad), &number)) {
    GST_WARNING_OBJECT (agg, "no number is left after %d: request a pad by "
        "its name, such as sink_0", G_MAXINT);
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

  /* With tile-width, the strip has a tile for the pad before the pad has
   * caps. */
  gst_nt_mosaic_get_settings (self, &settings);
  if (settings.tile_width > 0)
    gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));

  gst_nt_mosaic_join_flush (self, GST_NT_MOSAIC_PAD (pad));
  gst_nt_mosaic_end_new_pad (self, GST_NT_MOSAIC_PAD (pad));
  gst_child_proxy_child_added (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));

  return pad;
}

static void
gst_nt_mosaic_release_pad (GstElement * element, GstPad * pad)
{
  GstNtMosaic *self = GST_NT_MOSAIC (element);

  gst_child_proxy_child_removed (GST_CHILD_PROXY (element), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));

  gst_nt_mosaic_explain_release (self, GST_NT_MOSAIC_PAD (pad));
  gst_nt_mosaic_pad_release (GST_NT_MOSAIC_PAD (pad));
  gst_nt_mosaic_leave_flush (self, GST_NT_MOSAIC_PAD (pad));
  GST_ELEMENT_CLASS (parent_class)->release_pad (element, pad);
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

/* ---- Start and stop ---- */

static void
forget_layouts (GstNtMosaic * self)
{
  NtmLayout *all_tiles;
  NtmLayout *layout;

  GST_OBJECT_LOCK (self);
  all_tiles = g_steal_pointer (&self->all_tiles);
  layout = g_steal_pointer (&self->layout);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&all_tiles, ntm_layout_unref);
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
  GList *l;

  if (self->composer == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("there was no memory for the element's composer when the element was "
            "made: free memory and make a new element"), (NULL));
    return FALSE;
  }
  if (warning)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS, ("%s", warning), (NULL));

  gst_nt_mosaic_end_flushes (self);
  g_atomic_int_set (&self->failed, FALSE);
  g_atomic_int_set (&self->has_untimed, FALSE);
  self->strip_time = 0;
  self->strip_is_guessed = FALSE;
  self->unknown_source = -1;
  self->has_good_settings = FALSE;
  self->warned_of_settings = FALSE;
  self->warned_of_crowd = FALSE;
  self->warned_of_width = FALSE;
  self->few_strips = 0;
  forget_layouts (self);
  gst_nt_mosaic_forget_time (self);
  gst_nt_mosaic_forbid_ahead (self);
  g_atomic_int_set (&self->n_after_stall, 0);
  gst_nt_mosaic_forget_waiting (self);
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    gst_nt_mosaic_pad_start_stats (l->data);
  self->stats = (GstNtMosaicStats) { 0, };
  GST_OBJECT_UNLOCK (self);

  return GST_AGGREGATOR_CLASS (parent_class)->start (agg);
}

static void
forget_data (GstNtMosaic * self)
{
  GList *pads = gst_nt_mosaic_ref_pads (self);
  GList *l;

  for (l = pads; l; l = l->next)
    gst_nt_mosaic_held_forget_data (&GST_NT_MOSAIC_PAD (l->data)->held);
  g_list_free_full (pads, gst_object_unref);
}

/* Layouts stay until the next start. */
static gboolean
gst_nt_mosaic_stop (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GList *l;

  gst_nt_mosaic_forget_waiting (self);
  forget_data (self);
  GST_OBJECT_LOCK (self);
  g_atomic_int_set (&self->has_ended, FALSE);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    gst_nt_mosaic_pad_reset (l->data);
  GST_OBJECT_UNLOCK (self);

  gst_nt_strip_pool_clear (self->strip_pool);
  gst_nt_frames_clear (self->frames);

  return GST_AGGREGATOR_CLASS (parent_class)->stop (agg);
}

/* GStreamer deactivates one pad after the other, and waits each time until
 * upstream's thread has left the pad. Here all of them are sent home first, so
 * that these waits overlap. The function of the base class does not wait. The
 * end of the stop resets the segments, so the base class must hold no frame. */
static void
send_upstream_home (GstNtMosaic * self)
{
  GList *pads = gst_nt_mosaic_ref_pads (self);
  GList *l;

  for (l = pads; l; l = l->next)
    GST_PAD_ACTIVATEMODEFUNC (l->data) (l->data, GST_OBJECT (self),
        GST_PAD_MODE_PUSH, FALSE);
  for (l = pads; l; l = l->next)
    gst_nt_mosaic_pad_drop_next (l->data, GST_AGGREGATOR (self));
  g_list_free_full (pads, gst_object_unref);
}

static gboolean
gst_nt_mosaic_src_activate (GstAggregator * agg, GstPadMode mode,
    gboolean active)
{
  GList *l;

  gst_nt_mosaic_set_active (GST_NT_MOSAIC (agg), active);
  gst_nt_strip_pool_set_hurry (GST_NT_MOSAIC (agg)->strip_pool, !active);

  GST_OBJECT_LOCK (agg);
  for (l = GST_ELEMENT (agg)->sinkpads; l; l = l->next)
    gst_nt_mosaic_queue_set_hurry (&GST_NT_MOSAIC_PAD (l->data)->queue,
        !active);
  GST_OBJECT_UNLOCK (agg);
  if (!active)
    send_upstream_home (GST_NT_MOSAIC (agg));

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
  g_mutex_clear (&self->ignore_lock);

  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_nt_mosaic_init (GstNtMosaic * self)
{
  gst_nt_mosaic_init_properties (self);
  self->is_inactive = TRUE;
  self->waiting_since = GST_CLOCK_TIME_NONE;
  g_mutex_init (&self->ignore_lock);
  self->strip_pool = gst_nt_strip_pool_new ();
  self->frames = gst_nt_frames_new ();
  self->composer = ntm_composer_new ();
}

static void
add_pad_templates (GstElementClass * klass)
{
  GstCaps *caps = gst_nt_mosaic_formats_new_caps ();

  gst_element_class_add_pad_template (klass,
      gst_pad_template_new_with_gtype ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps,
          GST_TYPE_AGGREGATOR_PAD));
  gst_element_class_add_pad_template (klass,
      gst_pad_template_new_with_gtype ("sink_%u", GST_PAD_SINK,
          GST_PAD_REQUEST, caps, GST_TYPE_NT_MOSAIC_PAD));
  gst_caps_unref (caps);
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
  add_pad_templates (element_class);
  gst_element_class_set_static_metadata (element_class, "Strip mosaic",
      "Filter/Editor/Video/Compositor",
      "Puts many frames (tiles) into one (a strip): side by side, in rows and "
      "columns, or one below the other; writes each tile at most once",
      "The ntmosaic authors");

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
  gst_nt_mosaic_class_init_mixing (klass);

  gst_type_mark_as_plugin_api (GST_TYPE_NT_MOSAIC_PAD, 0);
}
