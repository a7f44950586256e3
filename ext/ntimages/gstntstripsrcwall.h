/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The properties that say what a strip looks like: its tiles, and where they
 * stand. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Installs them. Their numbers begin with @first. */
void gst_nt_strip_src_install_wall (GObjectClass * klass, guint first);

/* Sets the defaults. */
void gst_nt_strip_src_init_wall (GstNtStripSrcSettings * asked);

/* Reads one of them. @id: its number, less @first. FALSE: it is none of them.
 * With the object lock held. */
gboolean gst_nt_strip_src_get_wall (const GstNtStripSrcSettings * asked,
    guint id, GValue * value);

/* Changes one of them. With the object lock held. */
gboolean gst_nt_strip_src_change_wall (GstNtStripSrcSettings * asked,
    guint id, const GValue * value);

G_END_DECLS
