/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/**
 * SECTION:element-ntstripsrc
 * @title: ntstripsrc
 * @short_description: makes strips of image files, out of a cache
 *
 * The element decodes JPEG, PNG and WebP files in threads, sets them upright,
 * scales them to tiles, and puts the tiles side by side, or in rows and
 * columns. Tiles that were decoded stay in a cache of
 * #GstNtStripSrc:cache-size bytes.
 *
 * A list of files, #GstNtStripSrc:location or #GstNtStripSrc:locations, becomes
 * one strip after the other, and the stream ends after the last. Without a
 * list, the application asks for each strip by the action signal
 * #GstNtStripSrc::request, and ends the stream by
 * #GstNtStripSrc::end-of-stream.
 *
 * An image that can't be had is background, and an element message
 * "ntstripsrc-image-error" says which (location, index, request, strip) and why
 * (reason). "ntstripsrc-image-warning" has the same fields, and is about a tile
 * that shows a damaged image, or about the first animation.
 *
 * A list can be sought in: in strips (%GST_FORMAT_DEFAULT), and in time if
 * #GstNtStripSrc:framerate is set.
 *
 * |[
 * gst-launch-1.0 ntstripsrc location='*.jpg' tiles=12 tile-width=512 \
 *     tile-height=512 ! pngenc ! multifilesink location=strip-%03d.png
 * ]|
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrc.h"

#include "gstntstripsrcfiles.h"
#include "gstntstripsrcmaking.h"
#include "gstntstripsrcmessages.h"
#include "gstntstripsrcnegotiation.h"
#include "gstntstripsrcorders.h"
#include "gstntstripsrcproperties.h"
#include "gstntstripsrcseek.h"
#include "gstntstripsrcsharing.h"
#include "gstntstripsrcsignals.h"

GST_DEBUG_CATEGORY (gst_nt_strip_src_debug);
#define GST_CAT_DEFAULT gst_nt_strip_src_debug

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, format = (string) { RGBA, BGRA }, "
        "width = (int) [ 1, max ], height = (int) [ 1, max ], "
        "framerate = (fraction) [ 0/1, max ]"));

G_DEFINE_TYPE (GstNtStripSrc, gst_nt_strip_src, GST_TYPE_PUSH_SRC);
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (ntstripsrc, "ntstripsrc", GST_RANK_NONE,
    GST_TYPE_NT_STRIP_SRC,
    GST_DEBUG_CATEGORY_INIT (gst_nt_strip_src_debug, "ntstripsrc", 0,
        "strips of image files"));

/* ---- Start and stop ---- */

static gboolean
open_list (GstNtStripSrc * self)
{
  const GstNtStripSrcSettings *settings = &self->settings;
  GError *error = NULL;

  self->is_list = settings->location || settings->locations;
  if (!self->is_list)
    return TRUE;

  if (settings->locations)
    self->files = g_strdupv (settings->locations);
  else
    self->files = gst_nt_strip_src_list_files (settings->location, &error);
  if (self->files && self->files[0] == NULL)
    g_set_error (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "locations has no name in it: name at least one file, or don't set it");
  if (error) {
    gst_nt_strip_src_fail (self, error);
    g_error_free (error);
    return FALSE;
  }

  self->n_files = g_strv_length (self->files);
  self->n_strips =
      (self->n_files + (guint64) settings->tiles - 1) / settings->tiles;

  return TRUE;
}

static void
close_list (GstNtStripSrc * self)
{
  g_mutex_lock (&self->lock);
  self->was_started = FALSE;
  self->is_ending = FALSE;
  self->is_list = FALSE;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->files, g_strfreev);
}

static gboolean
gst_nt_strip_src_start (GstBaseSrc * src)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (src);

  g_atomic_int_set (&self->has_failed, 0);
  GST_OBJECT_LOCK (self);
  gst_nt_strip_src_copy_settings (&self->settings, &self->asked);
  memset (&self->stats, 0, sizeof (self->stats));
  GST_OBJECT_UNLOCK (self);
  self->seek_number = -1;
  self->said_animated = FALSE;
  self->in_progress = FALSE;
  self->n_done = 0;
  if (self->composer == NULL) {
    gst_nt_strip_src_fail_with (self, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "there was no memory for the "
        "element's composer when the element was made: make another one");
    return FALSE;
  }
  ntm_composer_set_max_threads (self->composer,
      self->settings.rules.max_threads);
  if (!open_list (self) || !gst_nt_strip_src_open_cache (self)) {
    close_list (self);
    return FALSE;
  }
  if (self->is_list)
    gst_nt_strip_src_restart (self, 0);
  g_mutex_lock (&self->lock);
  self->was_started = TRUE;
  g_mutex_unlock (&self->lock);

  return TRUE;
}

static gboolean
gst_nt_strip_src_stop (GstBaseSrc * src)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (src);

  gst_nt_strip_src_end_progress (self, GST_PROGRESS_TYPE_CANCELED);
  gst_nt_strip_src_set_spec (self, NULL);
  gst_nt_strip_src_restart (self, 0);
  close_list (self);
  gst_nt_strip_pool_clear (self->pool);
  g_clear_pointer (&self->layout, ntm_layout_unref);

  return TRUE;
}

static gboolean
gst_nt_strip_src_unlock (GstBaseSrc * src)
{
  gst_nt_strip_src_set_flushing (GST_NT_STRIP_SRC (src), TRUE);
  gst_nt_strip_pool_set_hurry (GST_NT_STRIP_SRC (src)->pool, TRUE);

  return TRUE;
}

static gboolean
gst_nt_strip_src_unlock_stop (GstBaseSrc * src)
{
  gst_nt_strip_pool_set_hurry (GST_NT_STRIP_SRC (src)->pool, FALSE);
  gst_nt_strip_src_set_flushing (GST_NT_STRIP_SRC (src), FALSE);

  return TRUE;
}

static GstStateChangeReturn
gst_nt_strip_src_change_state (GstElement * element, GstStateChange change)
{
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS (gst_nt_strip_src_parent_class)->change_state (element,
      change);

  if (change == GST_STATE_CHANGE_READY_TO_NULL)
    gst_nt_strip_src_close_cache (GST_NT_STRIP_SRC (element));

  return result;
}

/* ---- Messages ---- */

/* The base class posts an error of its own after each failure, "Internal data
 * stream error"; one with a cause is enough. */
static gboolean
gst_nt_strip_src_post_message (GstElement * element, GstMessage * message)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (element);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
      && g_atomic_int_get (&self->has_failed) == GST_NT_STRIP_SRC_FAILED) {
    gst_message_unref (message);
    return TRUE;
  }

  return GST_ELEMENT_CLASS (gst_nt_strip_src_parent_class)->post_message
      (element, message);
}

/* ---- The object ---- */

static void
gst_nt_strip_src_finalize (GObject * object)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (object);

  /* Requests that were made before a start that never came. */
  gst_nt_strip_src_restart (self, 0);
  gst_nt_strip_src_close_cache (self);
  gst_nt_strip_src_clear_settings (&self->settings);
  gst_nt_strip_src_clear_settings (&self->asked);
  gst_nt_strip_pool_unref (self->pool);
  ntm_composer_free (self->composer);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->hand_over_lock);

  G_OBJECT_CLASS (gst_nt_strip_src_parent_class)->finalize (object);
}

static void
gst_nt_strip_src_init (GstNtStripSrc * self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->hand_over_lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->orders);
  self->pool = gst_nt_strip_pool_new ();
  self->composer = ntm_composer_new ();
  gst_nt_strip_src_init_properties (self);

  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

static void
gst_nt_strip_src_class_init (GstNtStripSrcClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_nt_strip_src_finalize;
  element_class->change_state = gst_nt_strip_src_change_state;
  element_class->post_message = gst_nt_strip_src_post_message;
  src_class->start = gst_nt_strip_src_start;
  src_class->stop = gst_nt_strip_src_stop;
  src_class->unlock = gst_nt_strip_src_unlock;
  src_class->unlock_stop = gst_nt_strip_src_unlock_stop;

  gst_nt_strip_src_class_init_properties (klass);
  gst_nt_strip_src_class_init_signals (klass);
  gst_nt_strip_src_class_init_seek (klass);
  gst_nt_strip_src_class_init_making (klass);
  gst_nt_strip_src_class_init_negotiation (klass);
  gst_nt_strip_src_class_init_sharing (klass);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Strips of image files", "Source/Video/Image",
      "Makes strips and walls of JPEG, PNG and WebP files, out of a cache",
      "The ntmosaic authors");
}
