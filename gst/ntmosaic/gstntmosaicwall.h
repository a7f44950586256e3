/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The properties that say where tiles stand. A change of any of them needs
 * another layout. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Installs them. Their numbers begin with @first. */
void gst_nt_mosaic_install_wall (GObjectClass * klass, guint first);

/* Reads one of them. @id: its number, less @first. FALSE: it is none of
 * them. */
gboolean gst_nt_mosaic_get_wall (const GstNtMosaicSettings * settings,
    guint id, GValue * value);

/* Changes one of them. With the object lock held. */
gboolean gst_nt_mosaic_change_wall (GstNtMosaicSettings * settings, guint id,
    const GValue * value);

G_END_DECLS
