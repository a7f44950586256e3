/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip as GstMemory. The allocator sees every map, so it knows who writes:
 * a write map voids the strip's ledger. When the last memory of a strip is
 * freed, the strip goes home to its pool: the life of a strip is tied to its
 * memory and not to a buffer, because buffers lose and share their memories. */

#pragma once

#include "gstntstrip-private.h"

G_BEGIN_DECLS

/* Wraps @strip, which is then out. The memory is @bytes long, with what is
 * left of the strip's bytes behind it as padding. */
GstMemory *gst_nt_strip_memory_new (GstNtStrip * strip, gsize bytes,
    GstMemoryFlags flags);

G_END_DECLS
