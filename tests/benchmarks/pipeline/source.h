/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element 'benchsrc': a source that costs as little as possible.
 *
 * pad=N        hands out the frames that the ring has for pad N
 * otherwise    fills the frames of the pool that downstream proposes, a memset
 *              for each row
 * paced=true   fills a frame when the strip before it has left */

#pragma once

#include "frames.h"

/* Registers the element in this process. @ring may be NULL; it must outlive all
 * sources. */
void source_register (const FrameRing * ring);

/* Sets how many ready frames each source hands out from now on. */
void source_set_frames (guint n_frames);

/* The program calls this for each strip that leaves the mixer. Any thread. */
void source_note_strip (void);
