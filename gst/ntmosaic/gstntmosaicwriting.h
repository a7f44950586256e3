/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The properties that say how strips are written: into how many, when, by which
 * threads and with which stores. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Installs them. Their numbers begin with @first. */
void gst_nt_mosaic_install_writing (GObjectClass * klass, guint first);

/* Sets the defaults. */
void gst_nt_mosaic_init_writing (GstNtMosaicSettings * settings);

/* Reads one of them. @id: its number, less @first. FALSE: it is none of
 * them. */
gboolean gst_nt_mosaic_get_writing (const GstNtMosaicSettings * settings,
    guint id, GValue * value);

/* Changes one of them. With the object lock held. */
gboolean gst_nt_mosaic_change_writing (GstNtMosaicSettings * settings,
    guint id, const GValue * value);

G_END_DECLS
