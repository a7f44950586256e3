/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcstate.h"

void
gst_nt_strip_src_fail (GstNtStripSrc * self, const GError * error)
{
  if (!g_atomic_int_compare_and_exchange (&self->has_failed, 0,
          GST_NT_STRIP_SRC_FAILING))
    return;

  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
      error->domain, error->code, g_strdup (error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
  g_atomic_int_set (&self->has_failed, GST_NT_STRIP_SRC_FAILED);
}

void
gst_nt_strip_src_fail_with (GstNtStripSrc * self, GQuark domain, gint code,
    const gchar * format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = g_error_new_valist (domain, code, format, args);
  va_end (args);

  gst_nt_strip_src_fail (self, error);
  g_error_free (error);
}

GstClockTime
gst_nt_strip_src_get_time (const GstNtStripSrc * self, guint64 number)
{
  return gst_util_uint64_scale (number, GST_SECOND * self->settings.fps_d,
      self->settings.fps_n);
}

void
gst_nt_strip_src_copy_settings (GstNtStripSrcSettings * to,
    const GstNtStripSrcSettings * from)
{
  gst_nt_strip_src_clear_settings (to);
  *to = *from;
  to->location = g_strdup (from->location);
  to->locations = g_strdupv (from->locations);
}

void
gst_nt_strip_src_clear_settings (GstNtStripSrcSettings * settings)
{
  g_clear_pointer (&settings->location, g_free);
  g_clear_pointer (&settings->locations, g_strfreev);
}
