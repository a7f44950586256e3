/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whose memory the strips are made of, and which pool the element offers to
 * upstream. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Configures the strip pool for the current layout and allocates the strips.
 * While downstream's pool is in use, no strip is allocated ahead: the strip
 * pool then makes one whenever downstream's has no buffer left. FALSE with
 * @error set: there is no memory for a strip. In the streaming thread. */
gboolean gst_nt_mosaic_configure_strips (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GError ** error);

/* Gives memory to @strip, which has none yet: that of the strip in which least
 * of @sources has to be written. @inputs: where the frames of @sources come
 * from. @background: as ntm_composer_compose() gets it. FALSE: there is no
 * memory, and an error was posted; or the element is stopping. In the streaming
 * thread. */
gboolean gst_nt_mosaic_give_memory (GstNtMosaic * self, GstBuffer * strip,
    const NtmSource * sources, const GstNtTileInput * inputs,
    gconstpointer background);

/* Answers an ALLOCATION query that has come to @pad. In upstream's thread,
 * without locks. */
void gst_nt_mosaic_answer_allocation (GstNtMosaic * self,
    GstAggregatorPad * pad, GstQuery * query);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_allocation (GstNtMosaicClass * klass);

G_END_DECLS
