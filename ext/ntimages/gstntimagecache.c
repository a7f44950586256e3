/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntimagecache.h"

#include <string.h>
#include <unistd.h>

#define MOST_DEFAULT_BYTES (G_GUINT64_CONSTANT (1) << 30)

struct _GstNtImageCache
{
  gint n_refs;                  /* atomic */
  GMutex lock;
  guint n_users;                /* guarded by the lock, as is the next one */
  gsize bytes;                  /* the budget */
  GstNtImageRules rules;
  NtmImages *images;
};

G_DEFINE_BOXED_TYPE (GstNtImageCache, gst_nt_image_cache,
    gst_nt_image_cache_ref, gst_nt_image_cache_unref)

GstNtImageCache *
gst_nt_image_cache_new (const GstNtImageRules * rules)
{
  const NtmImagesConfig config = {
    .max_threads = rules->max_threads,
    .limits = {
      .max_file_bytes = rules->max_file_bytes,
      .max_pixels = rules->max_pixels,
      .max_decode_nanoseconds = rules->max_decode_time,
    },
  };
  GstNtImageCache *self = g_new0 (GstNtImageCache, 1);

  if (ntm_images_new (&self->images, &config) != NTM_IMAGE_OK) {
    g_free (self);
    return NULL;
  }
  self->n_refs = 1;
  self->rules = *rules;
  g_mutex_init (&self->lock);

  return self;
}

GstNtImageCache *
gst_nt_image_cache_ref (GstNtImageCache * self)
{
  g_atomic_int_inc (&self->n_refs);

  return self;
}

void
gst_nt_image_cache_unref (GstNtImageCache * self)
{
  if (!g_atomic_int_dec_and_test (&self->n_refs))
    return;

  ntm_images_unref (self->images);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
gst_nt_image_cache_has (const GstNtImageCache * self,
    const GstNtImageRules * rules)
{
  return self->rules.max_threads == rules->max_threads
      && self->rules.max_pixels == rules->max_pixels
      && self->rules.max_file_bytes == rules->max_file_bytes
      && self->rules.max_decode_time == rules->max_decode_time;
}

/* What the system would give without swapping. Linux says so; elsewhere, all
 * of the memory counts. */
static guint64
get_free_bytes (void)
{
  const glong pages = sysconf (_SC_PHYS_PAGES);
  const glong page_bytes = sysconf (_SC_PAGESIZE);
  guint64 bytes = pages > 0 && page_bytes > 0
      ? (guint64) pages * page_bytes : MOST_DEFAULT_BYTES;
  gchar *text;
  const gchar *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return bytes;
  line = strstr (text, "MemAvailable:");
  if (line)
    bytes = g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
  g_free (text);

  return bytes;
}

static gsize
get_default_bytes (void)
{
  return MIN (MOST_DEFAULT_BYTES, MAX (get_free_bytes () / 4, 1));
}

gsize
gst_nt_image_cache_join (GstNtImageCache * self, guint64 bytes)
{
  const gsize asked = bytes > 0 ? MIN (bytes, G_MAXSIZE)
      : get_default_bytes ();
  gsize budget;

  g_mutex_lock (&self->lock);
  if (self->n_users++ == 0 || asked > self->bytes) {
    self->bytes = asked;
    ntm_images_set_cache_bytes (self->images, asked);
  }
  budget = self->bytes;
  g_mutex_unlock (&self->lock);

  return budget;
}

void
gst_nt_image_cache_leave (GstNtImageCache * self)
{
  g_mutex_lock (&self->lock);
  self->n_users--;
  g_mutex_unlock (&self->lock);
}

gsize
gst_nt_image_cache_get_bytes (GstNtImageCache * self)
{
  NtmImagesStats stats;

  ntm_images_get_stats (self->images, &stats);

  return stats.budget;
}

NtmImages *
gst_nt_image_cache_get_images (GstNtImageCache * self)
{
  return self->images;
}
