/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcsignals.h"

#include "gstntstripsrcorders.h"

static guint
add_request (GstNtStripSrc * self, gchar ** locations)
{
  return gst_nt_strip_src_add_request (self, locations, 0);
}

static void
install_requests (GType type, GSignalFlags flags)
{
  /**
   * GstNtStripSrc::request:
   * @src: the element
   * @locations: (array zero-terminated=1): the names of the images' files
   *
   * Asks for a strip of these images, the first one in the first tile. Strips
   * come in the order of the requests, each with as many tiles as the request
   * has images. The images of the next strips are loaded meanwhile, as
   * #GstNtStripSrc:prefetch says. From any thread, in any state; what was asked
   * for in NULL or READY comes when the element is started. It costs a look at
   * the times of the files.
   *
   * Returns: the number of the request, for #GstNtStripSrc::cancel and in
   * messages about images. 0: it is refused, because there is no name in it,
   * #GstNtStripSrc:location or #GstNtStripSrc:locations is set, or
   * #GstNtStripSrc::end-of-stream was emitted.
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("request", type, flags,
      G_CALLBACK (add_request), NULL, NULL, NULL,
      G_TYPE_UINT, 1, G_TYPE_STRV);

  /**
   * GstNtStripSrc::request-full:
   * @src: the element
   * @locations: (array zero-terminated=1): the names of the images' files
   * @priority: of the decodes, -7 to 7 (beyond these, the nearest of them);
   *     #GstNtStripSrc::request has 0
   *
   * The same, with a priority: images of a higher one are decoded first, those
   * of the newest request in an application that scrolls, say. Strips come in
   * the order of the requests all the same, and the images of the strip that is
   * due come before all others: requests that are not wanted any more are for
   * #GstNtStripSrc::cancel. Of each priority, the images of as many strips are
   * loaded ahead as #GstNtStripSrc:prefetch says; strips of a higher priority
   * that come sooner count.
   *
   * Returns: as #GstNtStripSrc::request does.
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("request-full", type, flags,
      G_CALLBACK (gst_nt_strip_src_add_request), NULL, NULL, NULL,
      G_TYPE_UINT, 2, G_TYPE_STRV, G_TYPE_INT);
}

void
gst_nt_strip_src_class_init_signals (GstNtStripSrcClass * klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);
  const GSignalFlags flags = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  install_requests (type, flags);

  /**
   * GstNtStripSrc::cancel:
   * @src: the element
   * @id: the number of a request
   *
   * Takes a request back. Images that no other request needs are not decoded
   * any further. From any thread.
   *
   * Returns: %TRUE: its strip does not come. %FALSE: its strip came or is about
   * to, or there is no such request.
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("cancel", type, flags,
      G_CALLBACK (gst_nt_strip_src_cancel_request), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_UINT);

  /**
   * GstNtStripSrc::end-of-stream:
   * @src: the element
   *
   * There are no more requests: after the strips that were asked for, the
   * stream ends. Until the element is stopped, further requests are refused. An
   * EOS event that is sent to the element ends the stream at once, without
   * these strips. From any thread.
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("end-of-stream", type, flags,
      G_CALLBACK (gst_nt_strip_src_end_requests), NULL, NULL, NULL,
      G_TYPE_NONE, 0);
}
