/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A cache of images that several sources share: NtmImages, its budget, and what
 * it was made with. References are counted, from any thread. */

#pragma once

#include <gst/gst.h>

#include "ntimages.h"

G_BEGIN_DECLS

/* The type of the GstContext that has a cache, in its field "images". */
#define GST_NT_IMAGES_CONTEXT "ntmosaic.images"

typedef struct _GstNtImageCache GstNtImageCache;

/* A boxed type, for the context. */
GType gst_nt_image_cache_get_type (void);

/* What all sources of a cache must agree about. */
typedef struct
{
  guint max_threads;            /* 0: from the CPUs */
  guint64 max_pixels;
  guint64 max_file_bytes;
  GstClockTime max_decode_time;
} GstNtImageRules;

/* Returns a cache, a reference, that no source uses yet; NULL: no memory. */
GstNtImageCache *gst_nt_image_cache_new (const GstNtImageRules * rules);

GstNtImageCache *gst_nt_image_cache_ref (GstNtImageCache * self);
void gst_nt_image_cache_unref (GstNtImageCache * self);

/* Whether it was made with these rules. */
gboolean gst_nt_image_cache_has (const GstNtImageCache * self,
    const GstNtImageRules * rules);

/* A source begins to use the cache, and asks for a budget of @bytes; 0: 1 GiB,
 * or a quarter of the memory that is free now, if that is less. A source that
 * is alone gets what it asks for; of several, the largest counts. Returns what
 * the budget is now. */
gsize gst_nt_image_cache_join (GstNtImageCache * self, guint64 bytes);

/* The source does not use it any more. The budget stays. */
void gst_nt_image_cache_leave (GstNtImageCache * self);

/* Returns the budget in bytes. */
gsize gst_nt_image_cache_get_bytes (GstNtImageCache * self);

/* Returns the engine's cache, which lives as long as @self. */
NtmImages *gst_nt_image_cache_get_images (GstNtImageCache * self);

G_END_DECLS
