/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strip pool: a lock, a configuration, and a set of strips. The lock guards
 * where strips are, which frame lies where, and the configuration; no memory as
 * large as a strip is mapped, touched or freed with it held. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrippool.h"

#include "gstntarrivalcount.h"
#include "gstntkernel.h"
#include "gstntstripmemory.h"
#include "gstntstrippool-private.h"

GST_DEBUG_CATEGORY_STATIC (nt_strip_pool_debug);
#define GST_CAT_DEFAULT nt_strip_pool_debug

/* One that the element writes, and one that downstream shows. */
#define MIN_STRIPS 2

/* A strip that stood idle while this many were made is given back. Strips that
 * are in turn come back after a few. A peak that returns within some seconds,
 * such as a queue that runs full now and then, still finds its strips. */
#define IDLE_STRIPS 128

static void
init_debug_category (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (nt_strip_pool_debug, "ntstrippool", 0,
        "strip pool");
    g_once_init_leave (&done, 1);
  }
}

GstNtStripPool *
gst_nt_strip_pool_new (void)
{
  GstNtStripPool *pool = g_atomic_rc_box_new0 (GstNtStripPool);

  init_debug_category ();
  gst_nt_kernel_get_name ();
  g_mutex_init (&pool->lock);
  gst_nt_strip_set_init (&pool->set);

  return pool;
}

GstNtStripPool *
gst_nt_strip_pool_ref (GstNtStripPool * pool)
{
  return g_atomic_rc_box_acquire (pool);
}

static void
clear_pool (gpointer data)
{
  GstNtStripPool *pool = data;

  gst_nt_strip_set_clear (&pool->set);
  g_clear_pointer (&pool->config.layout, ntm_layout_unref);
  g_mutex_clear (&pool->lock);
}

void
gst_nt_strip_pool_unref (GstNtStripPool * pool)
{
  g_atomic_rc_box_release_full (pool, clear_pool);
}

/* ---- Making strips ---- */

/* With the lock held: returns the current configuration; the caller owns its
 * reference on the layout. */
static GstNtStripConfig
ref_config (const GstNtStripPool * pool)
{
  GstNtStripConfig config = pool->config;

  config.generation = pool->set.generation;
  if (config.layout)
    ntm_layout_ref (config.layout);

  return config;
}

/* With the lock held: @strip, which is new, is one of the pool's. Returns how
 * many it has. */
static guint
count_strip (GstNtStripPool * pool, GstNtStrip * strip)
{
  pool->n_allocated++;
  gst_nt_strip_set_add (&pool->set, strip);

  return pool->set.n_strips;
}

/* Without the lock: a log function is the application's. */
static void
log_new_strip (const GstNtStripPool * pool, const GstNtStripConfig * config,
    guint n_strips)
{
  GST_DEBUG ("%p: allocated a strip of %" G_GSIZE_FORMAT " bytes, now %u",
      pool, config->layout->bytes + config->padding, n_strips);
}

/* Makes one more strip, which is out from now on. Called without the lock. */
static GstNtStrip *
make_strip (GstNtStripPool * pool, const GstNtStripConfig * config,
    GError ** error)
{
  GstNtStrip *strip = gst_nt_strip_new (config->layout, config->padding,
      config->align_mask);
  guint n_strips;

  if (strip == NULL) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "no memory for a strip of %" G_GSIZE_FORMAT " bytes: make the strip "
        "smaller, or give the process more memory",
        config->layout->bytes + config->padding);
    return NULL;
  }
  ntm_strip_touch_until (strip->strip, &pool->is_hurried);
  strip->generation = config->generation;

  g_mutex_lock (&pool->lock);
  n_strips = count_strip (pool, strip);
  g_mutex_unlock (&pool->lock);
  log_new_strip (pool, config, n_strips);

  return strip;
}

/* @strip is not out any more. */
static void
bring_home (GstNtStripPool * pool, GstNtStrip * strip)
{
  gboolean unwanted;

  g_mutex_lock (&pool->lock);
  unwanted = gst_nt_strip_set_bring_home (&pool->set, strip);
  g_mutex_unlock (&pool->lock);

  if (unwanted)
    gst_nt_strip_free (strip);
}

/* Where there is memory for a few strips only, these will do. */
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
    GstNtStripConfig config;
    GstNtStrip *strip;
    gboolean enough;

    g_mutex_lock (&pool->lock);
    enough = pool->config.layout == NULL || pool->set.n_strips >= n_strips
        || g_atomic_int_get (&pool->is_hurried);
    if (!enough)
      config = ref_config (pool);
    g_mutex_unlock (&pool->lock);
    if (enough)
      return TRUE;

    strip = make_strip (pool, &config, &why);
    ntm_layout_unref (config.layout);
    if (strip == NULL)
      break;
    bring_home (pool, strip);
  }

  if (may_go_on (pool)) {
    g_error_free (why);
    return TRUE;
  }
  g_propagate_error (error, why);

  return FALSE;
}

/* ---- Configuration ---- */

/* Returns the mask of a power of two that is enough for @params. Downstream may
 * ask for another number, with which GStreamer could not copy a strip. */
static gsize
get_align_mask (const GstAllocationParams * params)
{
  gsize mask = GST_NT_STRIP_ALIGN_MASK;

  while (params && (params->align & ~mask) != 0)
    mask = mask << 1 | 1;

  return mask;
}

/* With the lock held: whether strips of @a serve as strips of @b. The padding
 * of a strip stays padding, whatever its layout is. */
static gboolean
are_alike (const GstNtStripConfig * a, const GstNtStripConfig * b)
{
  return a->layout != NULL && a->align_mask == b->align_mask
      && a->layout->bytes == b->layout->bytes && a->padding == b->padding;
}

gboolean
gst_nt_strip_pool_configure (GstNtStripPool * pool, NtmLayout * layout,
    guint n_strips, const GstAllocationParams * params, GError ** error)
{
  const GstNtStripConfig config = {
    .layout = layout,
    .padding = params ? params->padding : 0,
    .align_mask = get_align_mask (params),
  };
  GPtrArray *old_strips = NULL;
  NtmLayout *old_layout;
  gsize strip_bytes;

  if (!g_size_checked_add (&strip_bytes, layout->bytes, config.padding)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "a strip of %" G_GSIZE_FORMAT " bytes and a padding of %"
        G_GSIZE_FORMAT " are more than can be addressed", layout->bytes,
        config.padding);
    return FALSE;
  }

  g_mutex_lock (&pool->lock);
  if (are_alike (&pool->config, &config))
    gst_nt_strip_set_forget_coming (&pool->set);
  else
    old_strips = gst_nt_strip_set_disown (&pool->set);
  old_layout = pool->config.layout;
  pool->config = config;
  ntm_layout_ref (layout);
  pool->downstream = GST_NT_DOWNSTREAM_UNKNOWN;
  pool->n_configured = n_strips;
  g_mutex_unlock (&pool->lock);

  /* Before anything is allocated: old and new strips need not exist side by
   * side. */
  if (old_strips)
    g_ptr_array_unref (old_strips);
  ntm_layout_unref (old_layout);

  return make_strips_until (pool, n_strips, error);
}

void
gst_nt_strip_pool_set_hurry (GstNtStripPool * pool, gboolean is_hurried)
{
  g_atomic_int_set (&pool->is_hurried, is_hurried);
}

void
gst_nt_strip_pool_clear (GstNtStripPool * pool)
{
  GPtrArray *strips;
  NtmLayout *layout;

  g_mutex_lock (&pool->lock);
  strips = gst_nt_strip_set_disown (&pool->set);
  layout = g_steal_pointer (&pool->config.layout);
  g_mutex_unlock (&pool->lock);

  g_ptr_array_unref (strips);
  ntm_layout_unref (layout);
}

/* ---- What the memory of a strip tells ---- */

/* Downstream writes to @strip, which is out: nothing is copied on arrival until
 * the pool is configured again. */
static void
note_writer (GstNtStrip * strip)
{
  GstNtStripPool *pool = strip->pool;
  gboolean is_current;

  g_mutex_lock (&pool->lock);
  is_current = gst_nt_strip_get_layout (strip) == pool->config.layout;
  if (is_current)
    pool->downstream = GST_NT_DOWNSTREAM_WRITES;
  g_mutex_unlock (&pool->lock);

  if (is_current)
    GST_INFO ("%p: downstream writes to strips, nothing is copied on arrival",
        pool);
}

/* With the lock held: @strip came back. */
static void
learn_about_downstream (GstNtStripPool * pool, const GstNtStrip * strip)
{
  if (gst_nt_strip_get_layout (strip) != pool->config.layout)
    return;

  if (g_atomic_int_get (&strip->written))
    pool->downstream = GST_NT_DOWNSTREAM_WRITES;
  else if (pool->downstream == GST_NT_DOWNSTREAM_UNKNOWN)
    pool->downstream = GST_NT_DOWNSTREAM_READS;
}

static void
take_back (GstNtStrip * strip)
{
  GstNtStripPool *pool = g_steal_pointer (&strip->pool);

  g_mutex_lock (&pool->lock);
  learn_about_downstream (pool, strip);
  g_mutex_unlock (&pool->lock);

  bring_home (pool, strip);
  gst_nt_strip_pool_unref (pool);
}

static const GstNtStripOwner owner = {
  .copied_for_writer = note_writer,
  .is_back = take_back,
};

/* ---- Acquiring ---- */

static void
note_inputs (GstNtStripPool * pool, const GstNtDue * due)
{
  guint i;

  for (i = 0; due->inputs && i < due->layout->n_tiles; i++)
    if (due->inputs[i].arrivals)
      due->inputs[i].arrivals->n_taken = due->inputs[i].n_taken;
  for (i = 0; due->sources && i < due->layout->n_tiles; i++)
    pool->last_content = MAX (pool->last_content, due->sources[i].content);
}

/* Notes which frames @chosen shows where they lie. Those that lie in another
 * strip are copied once more, and are blamed. Returns whether any lies in
 * @chosen. */
static gboolean
note_due_views (const GstNtStripPool * pool, const GstNtDue * due,
    const GstNtStrip * chosen)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; due->sources && i < due->layout->n_tiles; i++) {
    GstNtView *view = gst_nt_strip_set_get_due_view (&pool->set, due, i);

    if (view && view->strip == chosen) {
      gst_nt_arrivals_note_shown (view);
      any = TRUE;
    } else if (view) {
      gst_nt_arrivals_blame (view);
    }
  }

  return any;
}

/* Frames that lie in the strip that is due, and are not due themselves, came
 * too early. */
static void
blame_early_frames (GstNtStripPool * pool, const GstNtDue * due)
{
  const GstNtStrip *strip = pool->set.coming[0];
  guint i;

  if (strip == NULL || gst_nt_strip_set_is_usable (&pool->set, due, strip))
    return;

  for (i = 0; i < due->layout->n_tiles; i++) {
    GstNtView *view = strip->views[i];

    if (view && (due->sources == NULL
            || gst_nt_strip_set_get_due_view (&pool->set, due, i) != view))
      gst_nt_arrivals_blame (view);
  }
  pool->n_rebuilds++;
}

/* With the lock held: takes out the strip that is best for @due, and moves on
 * to the next strip. NULL: none is usable. *@flags: those of its memory, which
 * is read-only if a frame that it shows lies in it: the frame may be shown
 * again. */
static GstNtStrip *
take_best (GstNtStripPool * pool, const GstNtDue * due, GstMemoryFlags * flags)
{
  GstNtStrip *strip = gst_nt_strip_set_choose (&pool->set, due);

  blame_early_frames (pool, due);
  *flags = note_due_views (pool, due, strip) ? GST_MEMORY_FLAG_READONLY : 0;
  note_inputs (pool, due);
  if (strip)
    gst_nt_strip_set_take_out (&pool->set, strip);
  gst_nt_strip_set_advance (&pool->set);

  return strip;
}

static GstBuffer *
wrap_in_buffer (GstNtStripPool * pool, GstNtStrip * strip, NtmLayout * layout,
    GstMemoryFlags flags, GError ** error)
{
  GstBuffer *buffer;

  if (!gst_nt_strip_prepare (strip, layout)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "no memory to say what %" G_GSIZE_FORMAT " tiles of a strip hold: "
        "free memory, or use fewer tiles",
        layout->n_tiles);
    bring_home (pool, strip);
    return NULL;
  }

  buffer = gst_buffer_new ();
  strip->pool = gst_nt_strip_pool_ref (pool);
  gst_buffer_append_memory (buffer,
      gst_nt_strip_memory_new (strip, &owner, flags));
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);

  return buffer;
}

GstBuffer *
gst_nt_strip_pool_acquire (GstNtStripPool * pool, const NtmSource * sources,
    const GstNtTileInput * inputs, gconstpointer background, GError ** error)
{
  GstNtDue due = {
    .sources = sources,
    .inputs = sources ? inputs : NULL,
    .background = background,
  };
  GstBuffer *buffer = NULL;
  GstNtStrip *strip = NULL;
  GstMemoryFlags flags = 0;
  GstNtStripConfig config;

  g_mutex_lock (&pool->lock);
  config = ref_config (pool);
  due.layout = config.layout;
  due.last_content = pool->last_content;
  if (config.layout)
    strip = take_best (pool, &due, &flags);
  g_mutex_unlock (&pool->lock);

  if (config.layout == NULL) {
    g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        "the pool has no layout: it was never configured, or cleared");
    return NULL;
  }

  if (strip == NULL)
    strip = make_strip (pool, &config, error);
  if (strip != NULL)
    buffer = wrap_in_buffer (pool, strip, config.layout, flags, error);
  ntm_layout_unref (config.layout);

  return buffer;
}

/* ---- More strips, and fewer ---- */

/* With the lock held: whether arrivals may have one more strip. As many as can
 * be coming are enough, besides those that are out. */
static gboolean
may_grow (const GstNtStripPool * pool)
{
  return !pool->growing && pool->config.layout != NULL
      && pool->set.n_strips - pool->set.n_out < GST_NT_STRIPS_AHEAD;
}

/* Runs in upstream's thread, which doesn't wait until all pages are touched:
 * their first writers touch them. */
void
gst_nt_strip_pool_grow (GstNtStripPool * pool)
{
  GstNtStripConfig config;
  gboolean unwanted = FALSE;
  GstNtStrip *strip;
  guint n_strips = 0;

  g_mutex_lock (&pool->lock);
  if (!may_grow (pool)) {
    g_mutex_unlock (&pool->lock);
    return;
  }
  pool->growing = TRUE;
  config = ref_config (pool);
  g_mutex_unlock (&pool->lock);

  strip = gst_nt_strip_new (config.layout, config.padding, config.align_mask);

  g_mutex_lock (&pool->lock);
  pool->growing = FALSE;
  if (strip) {
    strip->generation = config.generation;
    n_strips = count_strip (pool, strip);
    unwanted = gst_nt_strip_set_bring_home (&pool->set, strip);
  }
  g_mutex_unlock (&pool->lock);

  if (strip)
    log_new_strip (pool, &config, n_strips);
  ntm_layout_unref (config.layout);
  if (unwanted)
    gst_nt_strip_free (strip);
}

/* GST_NT_STRIPS_AHEAD strips stay for arrivals, besides those that are out. */
void
gst_nt_strip_pool_age (GstNtStripPool * pool)
{
  GstNtStrip *strip;
  guint n_strips;

  g_mutex_lock (&pool->lock);
  pool->set.age++;
  strip = gst_nt_strip_set_take_idle (&pool->set, MAX (pool->n_configured,
          pool->set.n_out + GST_NT_STRIPS_AHEAD), IDLE_STRIPS);
  n_strips = pool->set.n_strips;
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
  n_strips = pool->set.n_strips;
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
