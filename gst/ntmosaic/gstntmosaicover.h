/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Until when a pad that has ended shows its last frame. */

#pragma once

#include "gstntmosaicpad.h"

G_BEGIN_DECLS

/* Whether repeat-after-eos is set: the pad never ends. From any thread. */
gboolean gst_nt_mosaic_pad_repeats (GstNtMosaicPad * pad);

/* To be called with each frame and gap when it becomes the one to be taken
 * next. With the base class' lock of the pad held. */
void gst_nt_mosaic_pad_note_end (GstNtMosaicPad * pad, GstBuffer * buffer);

/* Whether the pad is at EOS, and its last frame is over at the running time
 * @now (NONE: at any time). A frame without a duration is over with the strip
 * that shows it first. In the streaming thread, without locks. */
gboolean gst_nt_mosaic_pad_is_over (GstNtMosaicPad * pad, GstClockTime now);

G_END_DECLS
