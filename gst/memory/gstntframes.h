/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Memory for the frames of all upstreams of a strip. The block that came back last
 * is handed out next, to whichever upstream asks: the next frame is written to
 * memory that is still in the CPU's cache. */

#pragma once

#include "gstntprelude.h"

G_BEGIN_DECLS

typedef struct _GstNtFrames GstNtFrames;

/**
 * gst_nt_frames_new:
 *
 * All functions of frames are safe from any thread.
 *
 * Returns: (transfer full): frames without memory
 *
 * Since: 0.1
 */
GST_NT_API
GstNtFrames *   gst_nt_frames_new        (void);

/**
 * gst_nt_frames_ref:
 * @frames: frames
 *
 * Returns: (transfer full): @frames
 *
 * Since: 0.1
 */
GST_NT_API
GstNtFrames *   gst_nt_frames_ref        (GstNtFrames * frames);

/**
 * gst_nt_frames_unref:
 * @frames: (transfer full): frames. Blocks that are handed out are freed when they
 *   come back
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_frames_unref      (GstNtFrames * frames);

/**
 * gst_nt_frames_new_pool:
 * @frames: frames; a reference is taken
 *
 * Makes a pool for one upstream, to be configured as any other. Its buffers are
 * tight, aligned to a cache line at least, and to huge pages if they are that large.
 * It does not limit the number of buffers, whatever the configuration says, and
 * never waits.
 *
 * Returns: (transfer full): a new pool
 *
 * Since: 0.1
 */
GST_NT_API
GstBufferPool * gst_nt_frames_new_pool   (GstNtFrames * frames);

/**
 * gst_nt_frames_age:
 * @frames: frames
 *
 * To be called with each strip. Gives memory back to the system that stood idle for
 * some strips, a few blocks at a time.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_frames_age        (GstNtFrames * frames);

/**
 * gst_nt_frames_clear:
 * @frames: frames
 *
 * Gives all idle memory back to the system.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_frames_clear      (GstNtFrames * frames);

G_END_DECLS
