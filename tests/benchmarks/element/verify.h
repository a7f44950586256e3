/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Are the strips right? One run of an element in which every byte of every
 * strip is compared with the frames that went in. Nothing is timed here. */

#pragma once

#include "mosaic.h"

/* FALSE with @error, which says what is wrong, if a strip is not the frames
 * side by side, comes at the wrong time or does not come at all. */
gboolean verify (const gchar * factory, const Options * options,
    const FrameRing * ring, GError ** error);
