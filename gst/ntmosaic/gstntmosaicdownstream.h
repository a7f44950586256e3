/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which element downstream refuses a strip, and why. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The error that says why a strip can't go out of @srcpad; the caller owns it.
 * @strip: the caps of the strip, or of any strip. NULL if @srcpad is not
 * linked, or every element downstream takes the strip. Queries downstream,
 * without locks. */
GError *gst_nt_mosaic_explain_downstream (GstPad * srcpad,
    const GstCaps * strip);

/* The same, and never NULL: if no element is found, the error names only the
 * caps. Downstream may take other caps by now. */
GError *gst_nt_mosaic_explain_no_strip (GstPad * srcpad,
    const GstCaps * strip);

/* Downstream takes @caps, out of all that a strip may be: returns them, or none
 * if they are gray and downstream takes colours as well, in formats that a
 * strip can't have. A strip that lost its colours would be worse than an error
 * that asks for a converter. Takes over @caps. Queries downstream then, without
 * locks. */
GstCaps *gst_nt_mosaic_keep_colors (GstPad * srcpad, GstCaps * caps);

G_END_DECLS
