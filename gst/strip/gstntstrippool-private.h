/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The way home, for the memory that wraps a strip. */

#pragma once

#include "gstntstrip-private.h"

G_BEGIN_DECLS

/* Takes @strip, whose last memory is gone, and the reference on the pool that
 * it holds. */
void gst_nt_strip_pool_take_back (GstNtStrip * strip);

G_END_DECLS
