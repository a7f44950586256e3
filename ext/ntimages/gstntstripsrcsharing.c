/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcsharing.h"

#define GST_CAT_DEFAULT gst_nt_strip_src_debug

#define IMAGES_FIELD "images"

static gpointer parent_class;

static void
gst_nt_strip_src_set_context (GstElement * element, GstContext * context)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (element);
  GstNtImageCache *cache = NULL;
  GstNtImageCache *old = NULL;

  if (context
      && gst_context_has_context_type (context, GST_NT_IMAGES_CONTEXT)
      && gst_structure_get (gst_context_get_structure (context), IMAGES_FIELD,
          gst_nt_image_cache_get_type (), &cache, NULL)) {
    GST_OBJECT_LOCK (self);
    old = self->offered;
    self->offered = cache;
    GST_OBJECT_UNLOCK (self);
  }
  g_clear_pointer (&old, gst_nt_image_cache_unref);

  GST_ELEMENT_CLASS (parent_class)->set_context (element, context);
}

/* A reference on what a context offered; NULL: nothing. */
static GstNtImageCache *
get_offered (GstNtStripSrc * self)
{
  GstNtImageCache *cache;

  GST_OBJECT_LOCK (self);
  cache = self->offered ? gst_nt_image_cache_ref (self->offered) : NULL;
  GST_OBJECT_UNLOCK (self);

  return cache;
}

/* Asks the neighbours, the bins around, and the application, in this order. */
static GstNtImageCache *
look_for_cache (GstNtStripSrc * self)
{
  GstNtImageCache *cache = get_offered (self);
  GstContext *context = NULL;
  GstQuery *query;

  if (cache)
    return cache;

  query = gst_query_new_context (GST_NT_IMAGES_CONTEXT);
  if (gst_pad_peer_query (GST_BASE_SRC_PAD (self), query)) {
    gst_query_parse_context (query, &context);
    gst_element_set_context (GST_ELEMENT (self), context);
  }
  gst_query_unref (query);
  if (context == NULL)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_need_context (GST_OBJECT (self),
            GST_NT_IMAGES_CONTEXT));

  return get_offered (self);
}

static void
offer (GstNtStripSrc * self, GstNtImageCache * cache)
{
  GstContext *context = gst_context_new (GST_NT_IMAGES_CONTEXT, FALSE);

  gst_structure_set (gst_context_writable_structure (context), IMAGES_FIELD,
      gst_nt_image_cache_get_type (), cache, NULL);
  gst_element_set_context (GST_ELEMENT (self), context);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_have_context (GST_OBJECT (self), context));
}

/* Takes the reference on @cache, which the element uses from now on. NULL:
 * none. */
static void
use_cache (GstNtStripSrc * self, GstNtImageCache * cache)
{
  const guint64 asked = self->settings.cache_size;
  GstNtImageCache *old;

  GST_OBJECT_LOCK (self);
  old = self->cache;
  self->cache = cache;
  GST_OBJECT_UNLOCK (self);
  if (old)
    gst_nt_image_cache_leave (old);
  if (cache) {
    const gsize budget = gst_nt_image_cache_join (cache, asked);

    if (budget > asked && asked > 0)
      GST_INFO_OBJECT (self, "cache-size=%" G_GUINT64_FORMAT " has no effect, "
          "because other sources share the cache: its budget is %"
          G_GSIZE_FORMAT " bytes", asked, budget);
  }
  g_clear_pointer (&old, gst_nt_image_cache_unref);
}

/* The cache of the last start, that of a context, or a new one. A cache with
 * other rules is not shared: limits never become wider because of another
 * source. */
gboolean
gst_nt_strip_src_open_cache (GstNtStripSrc * self)
{
  const GstNtImageRules *rules = &self->settings.rules;
  GstNtImageCache *cache = self->cache;
  gboolean is_first;

  if (cache && gst_nt_image_cache_has (cache, rules)) {
    use_cache (self, gst_nt_image_cache_ref (cache));
    return TRUE;
  }

  cache = look_for_cache (self);
  is_first = cache == NULL;
  if (cache && gst_nt_image_cache_has (cache, rules)) {
    use_cache (self, cache);
    return TRUE;
  }
  g_clear_pointer (&cache, gst_nt_image_cache_unref);

  cache = gst_nt_image_cache_new (rules);
  use_cache (self, cache);
  if (cache == NULL)
    gst_nt_strip_src_fail_with (self, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "there is no memory for a cache");
  else if (is_first)
    offer (self, cache);

  return cache != NULL;
}

void
gst_nt_strip_src_close_cache (GstNtStripSrc * self)
{
  GstNtImageCache *offered;

  use_cache (self, NULL);
  GST_OBJECT_LOCK (self);
  offered = self->offered;
  self->offered = NULL;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&offered, gst_nt_image_cache_unref);
}

void
gst_nt_strip_src_class_init_sharing (GstNtStripSrcClass * klass)
{
  parent_class = g_type_class_peek_parent (klass);

  GST_ELEMENT_CLASS (klass)->set_context = gst_nt_strip_src_set_context;
}
