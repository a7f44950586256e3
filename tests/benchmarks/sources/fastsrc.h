/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* `benchfastsrc`: the fastest source of RGBA frames that there is. Each row is
 * one memset; the frames are those of the pool that downstream proposes. */

#pragma once

#include <gst/gst.h>

/* For this process. */
void fast_src_register (void);

/* To be called with each strip that leaves. From any thread. */
void fast_src_note_strip (void);
