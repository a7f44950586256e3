/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which element downstream does not take a strip, and why. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The error for a strip that is to go out of @srcpad, which is linked. @strip:
 * its caps, or those of any strip. NULL if every element downstream would take
 * it. Asks downstream; no locks may be held. */
GError *gst_nt_mosaic_explain_downstream (GstPad * srcpad,
    const GstCaps * strip);

G_END_DECLS
