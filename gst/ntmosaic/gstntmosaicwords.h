/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Why caps don't fit, as a text for the user: names, numbers, and what to do.
 * The caller frees the texts. Negotiation does not depend on these
 * functions. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Why the pad @pad_name refuses @caps. @template_caps: those of the pad. @caps:
 * fixed, and no subset of @template_caps. */
gchar *gst_nt_mosaic_explain_input (const gchar * pad_name,
    const GstCaps * caps, const GstCaps * template_caps);

/* Why the pad @pad_name can take none of @offers, the caps that upstream can
 * do. @template_caps: those of the pad. */
gchar *gst_nt_mosaic_explain_offer (const gchar * pad_name,
    const GstCaps * offers, const GstCaps * template_caps);

/* Why the element @name does not take a strip. @limits: the caps that it takes.
 * @strip: the caps of the strip, or of any strip. */
gchar *gst_nt_mosaic_explain_strip (const gchar * name, const GstCaps * limits,
    const GstCaps * strip);

/* Whether a structure of @caps is for frames in system memory, without other
 * caps features. FALSE for ANY and EMPTY. */
gboolean gst_nt_mosaic_has_plain_memory (const GstCaps * caps);

/* Why a link to the pad @pad_name may have failed. @template_caps: those of the
 * pad. */
gchar *gst_nt_mosaic_explain_no_link (const gchar * pad_name,
    const GstCaps * template_caps);

G_END_DECLS
