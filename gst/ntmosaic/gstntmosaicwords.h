/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Why caps don't fit, in one sentence with names and numbers that ends with
 * what can be done. Finds out nothing that negotiation depends on. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Why the pad @pad_name, with @template_caps, refuses @caps, which are fixed
 * and no subset of these. */
gchar *gst_nt_mosaic_explain_input (const gchar * pad_name,
    const GstCaps * caps, const GstCaps * template_caps);

/* Why nothing that upstream @offers is for the pad @pad_name with
 * @template_caps. */
gchar *gst_nt_mosaic_explain_offer (const gchar * pad_name,
    const GstCaps * offers, const GstCaps * template_caps);

/* Why the element @name, which takes only @limits, does not take a strip of the
 * caps @strip: fixed caps, or those of any strip. */
gchar *gst_nt_mosaic_explain_strip (const gchar * name, const GstCaps * limits,
    const GstCaps * strip);

/* Whether some of @caps, which are not ANY or EMPTY, has frames in system
 * memory and no other caps features. */
gboolean gst_nt_mosaic_has_plain_memory (const GstCaps * caps);

/* What to think of when no link to the pad @pad_name came to be. */
gchar *gst_nt_mosaic_explain_no_link (const gchar * pad_name,
    const GstCaps * template_caps);

G_END_DECLS
