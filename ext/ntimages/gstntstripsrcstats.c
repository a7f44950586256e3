/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcstats.h"

/* By NtmImageStatus. NTM_IMAGE_OK has none. */
static const gchar *const reasons[GST_NT_N_IMAGE_STATUSES] = {
  [NTM_IMAGE_NOT_FOUND] = "not-found",
  [NTM_IMAGE_UNREADABLE] = "unreadable",
  [NTM_IMAGE_NOT_A_FILE] = "not-a-file",
  [NTM_IMAGE_FILE_TOO_LARGE] = "file-too-large",
  [NTM_IMAGE_FILE_CHANGED] = "file-changed",
  [NTM_IMAGE_EMPTY] = "empty",
  [NTM_IMAGE_UNKNOWN_FORMAT] = "unknown-format",
  [NTM_IMAGE_NOT_BUILT_IN] = "not-built-in",
  [NTM_IMAGE_UNSUPPORTED] = "unsupported",
  [NTM_IMAGE_TOO_LARGE] = "too-large",
  [NTM_IMAGE_TOO_COMPLEX] = "too-complex",
  [NTM_IMAGE_TOO_SLOW] = "too-slow",
  [NTM_IMAGE_DAMAGED] = "damaged",
  [NTM_IMAGE_WRONG_SIZE] = "wrong-size",
  [NTM_IMAGE_CANCELLED] = "cancelled",
  [NTM_IMAGE_NO_MEMORY] = "no-memory",
  [NTM_IMAGE_BAD_TILE] = "bad-tile",
  [NTM_IMAGE_NO_ROOM] = "no-room",
};

static void
add_failures (GstStructure * stats, const GstNtStripSrcStats * own)
{
  GstStructure *failures = gst_structure_new_empty ("failures");
  guint64 sum = 0;
  guint i;

  for (i = 0; i < GST_NT_N_IMAGE_STATUSES; i++) {
    if (own->failures[i] == 0)
      continue;
    sum += own->failures[i];
    gst_structure_set (failures, reasons[i], G_TYPE_UINT64, own->failures[i],
        NULL);
  }
  gst_structure_set (stats, "failed", G_TYPE_UINT64, sum,
      "failures", GST_TYPE_STRUCTURE, failures, NULL);
  gst_structure_free (failures);
}

static void
add_cache (GstStructure * stats, GstNtImageCache * cache)
{
  NtmImagesStats all = { 0 };

  if (cache)
    ntm_images_get_stats (gst_nt_image_cache_get_images (cache), &all);
  gst_structure_set (stats,
      "requests", G_TYPE_UINT64, all.requests,
      "decoded", G_TYPE_UINT64, all.decoded,
      "evictions", G_TYPE_UINT64, all.evictions,
      "images", G_TYPE_UINT64, (guint64) all.images,
      "bytes", G_TYPE_UINT64, (guint64) all.bytes,
      "bytes-max", G_TYPE_UINT64, (guint64) all.bytes_max,
      "budget", G_TYPE_UINT64, (guint64) all.budget,
      "decode-time", G_TYPE_UINT64, all.decode_nanoseconds, NULL);
}

GstStructure *
gst_nt_strip_src_get_stats (GstNtStripSrc * self)
{
  GstNtStripSrcStats own;
  GstNtImageCache *cache;
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  own = self->stats;
  cache = self->cache ? gst_nt_image_cache_ref (self->cache) : NULL;
  GST_OBJECT_UNLOCK (self);

  stats = gst_structure_new ("application/x-ntstripsrc-stats",
      "strips", G_TYPE_UINT64, own.strips,
      "hits", G_TYPE_UINT64, own.hits,
      "joined", G_TYPE_UINT64, own.joined,
      "misses", G_TYPE_UINT64, own.misses,
      "tiles-copied", G_TYPE_UINT64, own.tiles_copied,
      "tiles-kept", G_TYPE_UINT64, own.tiles_kept, NULL);
  add_failures (stats, &own);
  add_cache (stats, cache);
  g_clear_pointer (&cache, gst_nt_image_cache_unref);

  return stats;
}
