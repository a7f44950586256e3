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

/* Returns a cache, a reference; NULL: no memory. */
GstNtImageCache *gst_nt_image_cache_new (const GstNtImageRules * rules,
    gsize bytes);

GstNtImageCache *gst_nt_image_cache_ref (GstNtImageCache * self);
void gst_nt_image_cache_unref (GstNtImageCache * self);

/* Whether it was made with these rules. */
gboolean gst_nt_image_cache_has (const GstNtImageCache * self,
    const GstNtImageRules * rules);

/* The budget becomes @bytes, if it is less. */
void gst_nt_image_cache_raise (GstNtImageCache * self, gsize bytes);

/* Returns the engine's cache, which lives as long as @self. */
NtmImages *gst_nt_image_cache_get_images (GstNtImageCache * self);

/* Returns 1 GiB, or a quarter of the memory that is free now, if that is
 * less. */
gsize gst_nt_image_cache_get_default_bytes (void);

G_END_DECLS
