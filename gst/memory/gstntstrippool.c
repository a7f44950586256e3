/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strip pool: a locked list of free strips, and a row of strips to come, which
 * frames that arrive are copied to. The lock guards the lists, which frame lies
 * where, and the configuration only; no memory as large as a strip is mapped,
 * touched or freed under it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrippool.h"
#include "gstntkernel.h"
#include "gstntstripallocator-private.h"
#include "gstntstrippool-private.h"

GST_DEBUG_CATEGORY (gst_nt_strip_pool_debug);
#define GST_CAT_DEFAULT gst_nt_strip_pool_debug

/* One that is written, and one that downstream shows: with fewer, nothing is in
 * turn. */
#define MIN_STRIPS 2

/* A strip that stood idle while so many were made is given back. Those that are in
 * turn come back after a few; a peak that comes back within some seconds, as a
 * queue's that runs full now and then, still finds its strips. */
#define IDLE_STRIPS 128

static void
init_debug_category (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (gst_nt_strip_pool_debug, "ntstrippool", 0,
        "strip pool");
    g_once_init_leave (&done, 1);
  }
}

static GPtrArray *
new_strip_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) gst_nt_strip_free);
}

GstNtStripPool *
gst_nt_strip_pool_new (void)
{
  GstNtStripPool *pool = g_atomic_rc_box_new0 (GstNtStripPool);

  init_debug_category ();
  gst_nt_kernel_get_name ();
  g_mutex_init (&pool->lock);
  pool->free_strips = new_strip_list ();

  return pool;
}

GstNtStripPool *
gst_nt_strip_pool_ref (GstNtStripPool * pool)
{
  return g_atomic_rc_box_acquire (pool);
}

gboolean
gst_nt_strip_pool_keep_if_home (GstNtStripPool * pool, GstNtStrip * strip)
{
  if (strip->out || strip->coming || strip->n_views > 0)
    return FALSE;
  if (strip->generation != pool->generation)
    return TRUE;

  strip->idle_since = pool->age;
  g_ptr_array_add (pool->free_strips, strip);
  return FALSE;
}

/* With the lock held: strips that were to come are not any more. */
static void
clear_coming (GstNtStripPool * pool)
{
  guint i;

  for (i = 0; i < GST_NT_STRIPS_AHEAD; i++) {
    GstNtStrip *strip = g_steal_pointer (&pool->coming[i]);

    if (strip == NULL)
      continue;
    strip->coming = FALSE;
    gst_nt_strip_pool_keep_if_home (pool, strip);
  }
}

static void
clear_pool (gpointer data)
{
  GstNtStripPool *pool = data;

  clear_coming (pool);
  g_ptr_array_unref (pool->free_strips);
  g_clear_pointer (&pool->layout, ntm_layout_unref);
  g_mutex_clear (&pool->lock);
}

void
gst_nt_strip_pool_unref (GstNtStripPool * pool)
{
  g_atomic_rc_box_release_full (pool, clear_pool);
}

/* With the lock held: gives up all strips, and returns those that are home for
 * the caller to free once it has dropped the lock. */
static GPtrArray *
disown_strips (GstNtStripPool * pool)
{
  GPtrArray *strips;

  clear_coming (pool);
  strips = pool->free_strips;
  pool->free_strips = new_strip_list ();
  pool->generation++;
  pool->n_strips = 0;
  pool->n_out = 0;

  return strips;
}

void
gst_nt_strip_pool_count_strip (GstNtStripPool * pool, GstNtStrip * strip)
{
  pool->n_allocated++;
  if (strip->generation == pool->generation) {
    pool->n_strips++;
    pool->n_out += strip->out;
  }
  GST_DEBUG ("%p: allocated strip %p of %" G_GSIZE_FORMAT " bytes, now %u",
      pool, strip, strip->bytes, pool->n_strips);
}

void
gst_nt_strip_pool_get_config (const GstNtStripPool * pool,
    GstNtStripConfig * config)
{
  config->layout = pool->layout ? ntm_layout_ref (pool->layout) : NULL;
  config->padding = pool->padding;
  config->align_mask = pool->align_mask;
  config->generation = pool->generation;
}

/* Makes one more strip, which is out from now on. It counts as one of the pool's
 * if @config is still the current configuration. */
static GstNtStrip *
make_strip (GstNtStripPool * pool, const GstNtStripConfig * config,
    GError ** error)
{
  GstNtStrip *strip = gst_nt_strip_new (config->layout, config->padding,
      config->align_mask);

  if (strip == NULL) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "no memory for a strip of %" G_GSIZE_FORMAT " bytes",
        config->layout->bytes + config->padding);
    return NULL;
  }
  ntm_strip_touch (strip->strip);
  strip->generation = config->generation;
  strip->out = TRUE;

  g_mutex_lock (&pool->lock);
  gst_nt_strip_pool_count_strip (pool, strip);
  g_mutex_unlock (&pool->lock);

  return strip;
}

void
gst_nt_strip_pool_keep_or_free (GstNtStripPool * pool, GstNtStrip * strip)
{
  gboolean unwanted;

  g_mutex_lock (&pool->lock);
  strip->out = FALSE;
  if (strip->generation == pool->generation)
    pool->n_out--;
  unwanted = gst_nt_strip_pool_keep_if_home (pool, strip);
  g_mutex_unlock (&pool->lock);

  if (unwanted)
    gst_nt_strip_free (strip);
}

/* A few are better than none: where there is memory for some, these will do. */
static gboolean
may_go_on (GstNtStripPool * pool)
{
  const guint n_strips = gst_nt_strip_pool_get_n_strips (pool);

  if (n_strips < MIN_STRIPS)
    return FALSE;

  GST_WARNING ("%p: no memory for more than %u strips", pool, n_strips);
  return TRUE;
}

static gboolean
make_strips_until (GstNtStripPool * pool, guint n_strips, GError ** error)
{
  GError *why = NULL;

  for (;;) {
    GstNtStripConfig config = { NULL, };
    GstNtStrip *strip;
    gboolean enough;

    g_mutex_lock (&pool->lock);
    enough = pool->layout == NULL || pool->n_strips >= n_strips;
    if (!enough)
      gst_nt_strip_pool_get_config (pool, &config);
    g_mutex_unlock (&pool->lock);
    if (enough)
      return TRUE;

    strip = make_strip (pool, &config, &why);
    ntm_layout_unref (config.layout);
    if (strip == NULL)
      break;
    gst_nt_strip_pool_keep_or_free (pool, strip);
  }

  if (may_go_on (pool)) {
    g_error_free (why);
    return TRUE;
  }
  g_propagate_error (error, why);

  return FALSE;
}

gboolean
gst_nt_strip_pool_configure (GstNtStripPool * pool, NtmLayout * layout,
    guint n_strips, const GstAllocationParams * params, GError ** error)
{
  gsize align_mask = GST_NT_STRIP_ALIGN_MASK | (params ? params->align : 0);
  gsize padding = params ? params->padding : 0;
  GPtrArray *old_strips = NULL;
  gsize strip_bytes;

  if (!g_size_checked_add (&strip_bytes, layout->bytes, padding)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "a strip of %" G_GSIZE_FORMAT " bytes and a padding of %"
        G_GSIZE_FORMAT " are more than can be addressed",
        layout->bytes, padding);
    return FALSE;
  }

  g_mutex_lock (&pool->lock);
  if (pool->layout == NULL || strip_bytes != pool->layout->bytes + pool->padding
      || align_mask != pool->align_mask)
    old_strips = disown_strips (pool);
  else
    clear_coming (pool);
  pool->downstream = GST_NT_DOWNSTREAM_UNKNOWN;
  pool->n_configured = n_strips;
  pool->padding = padding;
  pool->align_mask = align_mask;
  ntm_layout_ref (layout);
  if (pool->layout)
    ntm_layout_unref (pool->layout);
  pool->layout = layout;
  g_mutex_unlock (&pool->lock);

  /* Before anything is allocated: the two need not exist side by side. */
  if (old_strips)
    g_ptr_array_unref (old_strips);

  return make_strips_until (pool, n_strips, error);
}

void
gst_nt_strip_pool_clear (GstNtStripPool * pool)
{
  GPtrArray *strips;

  g_mutex_lock (&pool->lock);
  strips = disown_strips (pool);
  g_clear_pointer (&pool->layout, ntm_layout_unref);
  g_mutex_unlock (&pool->lock);

  g_ptr_array_unref (strips);
}

/* A frame that lies in the strip may be shown again, so it must stay as it is: a
 * writer gets a copy. */
static GstBuffer *
wrap (GstNtStripPool * pool, GstNtStrip * strip, NtmLayout * layout,
    GError ** error)
{
  GstBuffer *buffer;

  if (!gst_nt_strip_prepare (strip, layout)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "no memory to say what %" G_GSIZE_FORMAT " tiles of a strip hold",
        layout->n_tiles);
    gst_nt_strip_pool_keep_or_free (pool, strip);
    return NULL;
  }

  buffer = gst_buffer_new ();

  g_atomic_int_set (&strip->written, FALSE);
  strip->pool = gst_nt_strip_pool_ref (pool);
  gst_buffer_append_memory (buffer,
      gst_nt_strip_memory_new (strip, layout->bytes,
          strip->read_only ? GST_MEMORY_FLAG_READONLY : 0));
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);

  return buffer;
}

GstBuffer *
gst_nt_strip_pool_acquire (GstNtStripPool * pool, const NtmSource * sources,
    const GstNtTileInput * inputs, gconstpointer background, GError ** error)
{
  GstBuffer *buffer = NULL;
  GstNtStripConfig config;
  GstNtStrip *strip;

  strip = gst_nt_strip_pool_choose (pool, sources, inputs, background, &config);
  if (config.layout == NULL) {
    g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        "the pool has no layout: it was never configured, or cleared");
    return NULL;
  }

  if (strip == NULL)
    strip = make_strip (pool, &config, error);
  if (strip != NULL)
    buffer = wrap (pool, strip, config.layout, error);
  ntm_layout_unref (config.layout);

  return buffer;
}

/* ---- Coming strips ---- */

GstNtStrip *
gst_nt_strip_pool_get_coming (GstNtStripPool * pool, guint ahead)
{
  GstNtStrip *strip = pool->coming[ahead];

  if (strip || pool->free_strips->len == 0)
    return strip;

  strip = g_ptr_array_index (pool->free_strips, pool->free_strips->len - 1);
  if (!gst_nt_strip_prepare (strip, pool->layout))
    return NULL;
  g_ptr_array_steal_index (pool->free_strips, pool->free_strips->len - 1);
  strip->coming = TRUE;
  pool->coming[ahead] = strip;

  return strip;
}

/* With the lock held: whether arrivals may have one more strip. As many as can be
 * coming are enough, besides those that downstream has. */
static gboolean
may_grow (const GstNtStripPool * pool)
{
  return !pool->growing && pool->layout != NULL
      && pool->n_strips - pool->n_out < GST_NT_STRIPS_AHEAD;
}

/* In upstream's thread: its pages are touched by those who write to them. */
void
gst_nt_strip_pool_grow (GstNtStripPool * pool)
{
  GstNtStripConfig config;
  GstNtStrip *strip;

  g_mutex_lock (&pool->lock);
  if (!may_grow (pool)) {
    g_mutex_unlock (&pool->lock);
    return;
  }
  pool->growing = TRUE;
  gst_nt_strip_pool_get_config (pool, &config);
  g_mutex_unlock (&pool->lock);

  strip = gst_nt_strip_new (config.layout, config.padding, config.align_mask);
  ntm_layout_unref (config.layout);

  g_mutex_lock (&pool->lock);
  pool->growing = FALSE;
  if (strip && config.generation == pool->generation) {
    strip->generation = config.generation;
    gst_nt_strip_pool_count_strip (pool, strip);
    gst_nt_strip_pool_keep_if_home (pool, strip);
    strip = NULL;
  }
  g_mutex_unlock (&pool->lock);

  if (strip)
    gst_nt_strip_free (strip);
}

/* ---- Downstream ---- */

void
gst_nt_strip_pool_note_writer (GstNtStrip * strip)
{
  GstNtStripPool *pool = strip->pool;

  g_mutex_lock (&pool->lock);
  if (gst_nt_strip_get_layout (strip) == pool->layout) {
    GST_INFO ("%p: downstream writes to strips, nothing is copied on arrival",
        pool);
    pool->downstream = GST_NT_DOWNSTREAM_WRITES;
  }
  g_mutex_unlock (&pool->lock);
}

/* With the lock held: @strip came back. */
static void
learn_about_downstream (GstNtStripPool * pool, GstNtStrip * strip)
{
  if (gst_nt_strip_get_layout (strip) != pool->layout)
    return;

  if (g_atomic_int_get (&strip->written))
    pool->downstream = GST_NT_DOWNSTREAM_WRITES;
  else if (pool->downstream == GST_NT_DOWNSTREAM_UNKNOWN)
    pool->downstream = GST_NT_DOWNSTREAM_READS;
}

void
gst_nt_strip_pool_take_back (GstNtStrip * strip)
{
  GstNtStripPool *pool = g_steal_pointer (&strip->pool);

  g_mutex_lock (&pool->lock);
  learn_about_downstream (pool, strip);
  g_mutex_unlock (&pool->lock);

  gst_nt_strip_pool_keep_or_free (pool, strip);
  gst_nt_strip_pool_unref (pool);
}

/* ---- After a peak ---- */

/* With the lock held: a strip that is not needed any more, which is the caller's now;
 * or NULL. Arrivals may have as many as can be coming, besides those that are out. */
static GstNtStrip *
take_idle_strip (GstNtStripPool * pool)
{
  const guint needed =
      MAX (pool->n_configured, pool->n_out + GST_NT_STRIPS_AHEAD);
  const GstNtStrip *oldest;

  if (pool->free_strips->len == 0 || pool->n_strips <= needed)
    return NULL;

  oldest = pool->free_strips->pdata[0];
  if (pool->age - oldest->idle_since < IDLE_STRIPS)
    return NULL;

  pool->n_strips--;

  return g_ptr_array_steal_index (pool->free_strips, 0);
}

void
gst_nt_strip_pool_age (GstNtStripPool * pool)
{
  GstNtStrip *strip;
  guint n_strips;

  g_mutex_lock (&pool->lock);
  pool->age++;
  strip = take_idle_strip (pool);
  n_strips = pool->n_strips;
  g_mutex_unlock (&pool->lock);

  if (strip == NULL)
    return;

  GST_DEBUG ("%p: strip %p stood idle, now %u", pool, strip, n_strips);
  gst_nt_strip_free (strip);
}

/* ---- Counts ---- */

guint
gst_nt_strip_pool_get_n_strips (GstNtStripPool * pool)
{
  guint n_strips;

  g_mutex_lock (&pool->lock);
  n_strips = pool->n_strips;
  g_mutex_unlock (&pool->lock);

  return n_strips;
}

guint64
gst_nt_strip_pool_get_n_rebuilds (GstNtStripPool * pool)
{
  guint64 n_rebuilds;

  g_mutex_lock (&pool->lock);
  n_rebuilds = pool->n_rebuilds;
  g_mutex_unlock (&pool->lock);

  return n_rebuilds;
}

guint64
gst_nt_strip_pool_get_n_allocated (GstNtStripPool * pool)
{
  guint64 n_allocated;

  g_mutex_lock (&pool->lock);
  n_allocated = pool->n_allocated;
  g_mutex_unlock (&pool->lock);

  return n_allocated;
}
