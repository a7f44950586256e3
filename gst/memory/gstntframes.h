/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Memory for the frames of all upstreams of a strip. The block that came back
 * last is handed out next, whichever upstream asks: the next frame is written
 * to memory that is still in the CPU's cache. All functions may be called from
 * any thread. */

#pragma once

#include "gstntprelude.h"

G_BEGIN_DECLS

typedef struct _GstNtFrames GstNtFrames;

/* Returns frames without memory, a reference. */
GST_NT_API
GstNtFrames *   gst_nt_frames_new        (void);

/* Adds a reference. Returns @frames. */
GST_NT_API
GstNtFrames *   gst_nt_frames_ref        (GstNtFrames * frames);

/* Drops a reference. A block that is still handed out holds one, too. */
GST_NT_API
void            gst_nt_frames_unref      (GstNtFrames * frames);

/* Returns memory of @bytes bytes, with the alignment, prefix and padding of
 * @params; the caller owns it. NULL: the system has none, the sum of the sizes
 * overflows, or the alignment is no mask of a power of two. */
GstMemory *     gst_nt_frames_take       (GstNtFrames * frames, gsize bytes,
                                          const GstAllocationParams * params);

/* Gives blocks that stood idle for some strips back to the system, a few at a
 * time. The element calls it once a strip. */
GST_NT_API
void            gst_nt_frames_age        (GstNtFrames * frames);

/* Gives all idle blocks back to the system. */
GST_NT_API
void            gst_nt_frames_clear      (GstNtFrames * frames);

/* Returns a new pool for one upstream, which the caller owns, to be configured
 * as any other; it takes a reference on @frames. Its buffers are tight, aligned
 * to a cache line at least, and to huge pages if they are that large. It
 * ignores the configured numbers of buffers, and never waits. If there is no
 * memory for a buffer, upstream gets GST_FLOW_ERROR, and the pool emits the
 * signal "no-memory" (guint64 bytes) once, in upstream's thread. It stands in
 * gstntframepool.c. */
GST_NT_API
GstBufferPool * gst_nt_frames_new_pool   (GstNtFrames * frames);

G_END_DECLS
