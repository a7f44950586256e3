/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcmessages.h"

#define GST_CAT_DEFAULT gst_nt_strip_src_debug

static void
post (GstNtStripSrc * self, const gchar * name, const GstNtStripOrder * order,
    guint index, const gchar * reason)
{
  GST_INFO_OBJECT (self, "%s: %s: %s", name, order->names[index], reason);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new (name,
              "location", G_TYPE_STRING, order->names[index],
              "index", G_TYPE_UINT, index,
              "reason", G_TYPE_STRING, reason,
              "request", G_TYPE_UINT, order->id,
              "strip", G_TYPE_UINT64, order->number, NULL)));
}

static void
report_doubts (GstNtStripSrc * self, const GstNtStripOrder * order, guint i,
    const NtmImageInfo * info)
{
  if (info->damaged)
    post (self, "ntstripsrc-image-warning", order, i,
        "the file is damaged, and the tile may show it");
  if (info->animated && !self->said_animated) {
    self->said_animated = TRUE;
    post (self, "ntstripsrc-image-warning", order, i,
        "of an animation, the tile has the first picture");
  }
}

guint
gst_nt_strip_src_report_images (GstNtStripSrc * self,
    const GstNtStripOrder * order)
{
  guint first = order->n_names;
  guint i;

  for (i = 0; i < order->n_names; i++) {
    NtmImageInfo info;
    const NtmImageStatus status =
        ntm_request_get_result (order->request, i, &info);

    if (status == NTM_IMAGE_OK) {
      report_doubts (self, order, i, &info);
      continue;
    }
    first = MIN (first, i);
    post (self, "ntstripsrc-image-error", order, i,
        ntm_image_status_get_text (status));
    GST_OBJECT_LOCK (self);
    if ((guint) status < GST_NT_N_IMAGE_STATUSES)
      self->stats.failures[status]++;
    GST_OBJECT_UNLOCK (self);
  }

  return first;
}

static void
post_progress (GstNtStripSrc * self, GstProgressType type)
{
  gchar *text = self->settings.loop
      ? g_strdup_printf ("%" G_GUINT64_FORMAT " strips", self->n_done)
      : g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
      " strips", self->n_done, self->n_strips);

  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_progress (GST_OBJECT (self), type, "strips", text));
  g_free (text);
}

static gboolean
is_playing (GstNtStripSrc * self)
{
  gboolean playing;

  GST_OBJECT_LOCK (self);
  playing = GST_STATE (self) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK (self);

  return playing;
}

void
gst_nt_strip_src_report_progress (GstNtStripSrc * self, guint64 n_done)
{
  self->n_done = n_done;
  if (!self->is_list || !is_playing (self))
    return;

  post_progress (self, self->in_progress ? GST_PROGRESS_TYPE_CONTINUE
      : GST_PROGRESS_TYPE_START);
  self->in_progress = TRUE;
}

void
gst_nt_strip_src_end_progress (GstNtStripSrc * self, GstProgressType type)
{
  if (self->in_progress)
    post_progress (self, type);
  self->in_progress = FALSE;
}
