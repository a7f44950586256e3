/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcorders.h"

#include <string.h>

#define GST_CAT_DEFAULT gst_nt_strip_src_debug

#define MOST_TEXT_BYTES 256

/* A tile's spec is compared by its bytes: there are none between its fields. */
G_STATIC_ASSERT (sizeof (NtmTileSpec) == 8 * sizeof (guint32));

#define N_PRIORITIES (GST_NT_STRIP_SRC_TOP_PRIORITY \
    - GST_NT_STRIP_SRC_LEAST_PRIORITY + 1)

/* ---- One order ---- */

static GstNtStripOrder *
new_order (gchar ** names, guint n_names)
{
  GstNtStripOrder *order = g_new0 (GstNtStripOrder, 1);
  guint i;

  order->names = g_new0 (gchar *, n_names + 1);
  order->n_names = n_names;
  for (i = 0; i < n_names; i++)
    order->names[i] = g_strdup (names[i]);

  return order;
}

static void
free_order (GstNtStripOrder * order)
{
  ntm_request_free (order->request);
  g_strfreev (order->names);
  g_free (order);
}

/* ---- Requests ---- */

guint
gst_nt_strip_src_add_request (GstNtStripSrc * self, gchar ** names,
    gint priority)
{
  const guint n_names = names ? g_strv_length (names) : 0;
  GstNtStripOrder *order;
  gboolean refused;
  guint id = 0;

  GST_OBJECT_LOCK (self);
  refused = n_names == 0 || self->asked.location || self->asked.locations;
  GST_OBJECT_UNLOCK (self);
  if (refused)
    return 0;

  order = new_order (names, n_names);
  order->priority = CLAMP (priority, GST_NT_STRIP_SRC_LEAST_PRIORITY,
      GST_NT_STRIP_SRC_TOP_PRIORITY);
  g_mutex_lock (&self->lock);
  if (!self->is_ending && !(self->was_started && self->is_list)) {
    self->last_id += self->last_id == G_MAXUINT ? 2 : 1;
    id = order->id = self->last_id;
    order->number = self->next_number++;
    self->top_priority = MAX (self->top_priority, order->priority);
    g_queue_push_tail (&self->orders, order);
    g_cond_broadcast (&self->changed);
  }
  g_mutex_unlock (&self->lock);
  if (id == 0)
    free_order (order);
  else
    gst_nt_strip_src_hand_over (self);

  return id;
}

/* With the lock held, whenever one of these becomes true. Nothing waits for the
 * strip then. */
static void
give_up_if_unwanted (GstNtStripSrc * self, GstNtStripOrder * order)
{
  if (order->request && (order->is_cancelled || (self->is_flushing
              && order == g_queue_peek_head (&self->orders))))
    ntm_request_cancel (order->request);
}

/* With the lock held. */
static GList *
find_request (GstNtStripSrc * self, guint id)
{
  GList *l;

  for (l = self->orders.head; l; l = l->next) {
    const GstNtStripOrder *order = l->data;

    if (order->id == id)
      return l;
  }

  return NULL;
}

gboolean
gst_nt_strip_src_cancel_request (GstNtStripSrc * self, guint id)
{
  GstNtStripOrder *unused = NULL;
  GList *found;

  g_mutex_lock (&self->lock);
  found = id > 0 ? find_request (self, id) : NULL;
  if (found) {
    GstNtStripOrder *order = found->data;

    order->is_cancelled = TRUE;
    g_queue_delete_link (&self->orders, found);
    if (order->n_users == 0)
      unused = order;
    else
      give_up_if_unwanted (self, order);
    g_cond_broadcast (&self->changed);
  }
  g_mutex_unlock (&self->lock);
  if (unused)
    free_order (unused);

  return found != NULL;
}

void
gst_nt_strip_src_end_requests (GstNtStripSrc * self)
{
  g_mutex_lock (&self->lock);
  self->is_ending = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* ---- The list ---- */

/* With the lock held: the next strip of the list. FALSE: there is none. */
static gboolean
add_of_list (GstNtStripSrc * self)
{
  const guint tiles = self->settings.tiles;
  GstNtStripOrder *order;
  guint64 first;

  if (!self->is_list
      || (!self->settings.loop && self->next_number >= self->n_strips))
    return FALSE;

  first = self->next_number % self->n_strips * tiles;
  order = new_order (self->files + first, MIN (tiles, self->n_files - first));
  order->number = self->next_number++;
  g_queue_push_tail (&self->orders, order);

  return TRUE;
}

/* ---- To the engine ---- */

/* With the lock held: the first order whose turn it is and that the engine
 * doesn't know; NULL: none. It is the turn of an order if no more than prefetch
 * orders ahead of it have its priority, or a higher one. */
static GstNtStripOrder *
find_unknown (GstNtStripSrc * self)
{
  const guint prefetch = self->settings.prefetch;
  const guint top = self->top_priority - GST_NT_STRIP_SRC_LEAST_PRIORITY;
  guint n_ahead[N_PRIORITIES] = { 0 };  /* of this priority or a higher one */
  GList *l;

  for (l = self->orders.head; l && n_ahead[top] <= prefetch; l = l->next) {
    GstNtStripOrder *order = l->data;
    const guint level = order->priority - GST_NT_STRIP_SRC_LEAST_PRIORITY;
    guint i;

    if (order->request == NULL && n_ahead[level] <= prefetch)
      return order;
    for (i = 0; i <= level; i++)
      n_ahead[i]++;
  }

  return NULL;
}

/* Returns such an order, in use. */
static GstNtStripOrder *
take_unknown (GstNtStripSrc * self)
{
  GstNtStripOrder *found = NULL;

  g_mutex_lock (&self->lock);
  if (!self->is_flushing) {
    while (self->orders.length <= self->settings.prefetch
        && add_of_list (self));
    found = find_unknown (self);
  }
  if (found)
    found->n_users++;
  g_mutex_unlock (&self->lock);

  return found;
}

/* With the hand-over lock held. While the engine looks at the files, the order
 * may be cancelled, or a flush may begin. Returns why there is no request, to
 * be freed; NULL: there is one. */
static gchar *
make_request (GstNtStripSrc * self, GstNtStripOrder * order)
{
  NtmImages *images = gst_nt_image_cache_get_images (self->cache);
  gchar text[MOST_TEXT_BYTES];
  NtmRequest *request;
  const NtmImageStatus status = ntm_images_request (images, &request,
      (const gchar * const *) order->names, order->n_names, &self->spec,
      order->priority);

  g_mutex_lock (&self->lock);
  order->request = request;
  give_up_if_unwanted (self, order);
  g_mutex_unlock (&self->lock);
  if (status == NTM_IMAGE_OK)
    return NULL;

  ntm_images_explain (images, status, order->n_names, &self->spec, text,
      sizeof (text));
  return g_strdup (text);
}

/* Hands over the next order, and returns it, in use. NULL: there is none. */
static GstNtStripOrder *
hand_over_next (GstNtStripSrc * self, gchar ** failure)
{
  GstNtStripOrder *order = NULL;

  g_mutex_lock (&self->hand_over_lock);
  if (self->spec.width > 0)
    order = take_unknown (self);
  if (order)
    *failure = make_request (self, order);
  g_mutex_unlock (&self->hand_over_lock);

  return order;
}

/* No lock is held where an error is posted: the application may answer it with
 * another request. */
gboolean
gst_nt_strip_src_hand_over (GstNtStripSrc * self)
{
  gchar *failure = NULL;
  GstNtStripOrder *order;

  while (failure == NULL && (order = hand_over_next (self, &failure))) {
    if (failure)
      gst_nt_strip_src_fail_with (self, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NO_SPACE_LEFT, "a request for %u images can't be "
          "made: %s", order->n_names, failure);
    gst_nt_strip_src_release (self, order, FALSE);
  }
  if (failure == NULL)
    return TRUE;

  g_free (failure);
  return FALSE;
}

/* With the hand-over lock held, and no strip under way. Returns the requests,
 * to be freed without it. */
static GSList *
take_requests_back (GstNtStripSrc * self)
{
  GSList *requests = NULL;
  GList *l;

  g_mutex_lock (&self->lock);
  for (l = self->orders.head; l; l = l->next) {
    GstNtStripOrder *order = l->data;

    if (order->request)
      requests = g_slist_prepend (requests, order->request);
    order->request = NULL;
  }
  g_mutex_unlock (&self->lock);

  return requests;
}

void
gst_nt_strip_src_set_spec (GstNtStripSrc * self, const NtmTileSpec * spec)
{
  static const NtmTileSpec none;
  GSList *requests = NULL;

  if (spec == NULL)
    spec = &none;
  g_mutex_lock (&self->hand_over_lock);
  if (memcmp (&self->spec, spec, sizeof (*spec)) != 0) {
    requests = take_requests_back (self);
    self->spec = *spec;
  }
  g_mutex_unlock (&self->hand_over_lock);
  g_slist_free_full (requests, (GDestroyNotify) ntm_request_free);
}

/* ---- The strip that is due ---- */

GstFlowReturn
gst_nt_strip_src_take_due (GstNtStripSrc * self, GstNtStripOrder ** order)
{
  GstFlowReturn flow = GST_FLOW_OK;

  g_mutex_lock (&self->lock);
  while (!self->is_flushing && self->orders.length == 0
      && !add_of_list (self) && !self->is_list && !self->is_ending)
    g_cond_wait (&self->changed, &self->lock);
  *order = g_queue_peek_head (&self->orders);
  if (self->is_flushing)
    flow = GST_FLOW_FLUSHING;
  else if (*order == NULL)
    flow = GST_FLOW_EOS;
  else
    (*order)->n_users++;
  g_mutex_unlock (&self->lock);

  return flow;
}

gboolean
gst_nt_strip_src_release (GstNtStripSrc * self, GstNtStripOrder * order,
    gboolean is_made)
{
  gboolean was_cancelled;
  gboolean is_unused;

  g_mutex_lock (&self->lock);
  order->n_users--;
  was_cancelled = order->is_cancelled;
  if (is_made && !order->is_cancelled) {
    order->is_cancelled = TRUE;
    g_queue_remove (&self->orders, order);
  }
  is_unused = order->is_cancelled && order->n_users == 0;
  g_mutex_unlock (&self->lock);
  if (is_unused)
    free_order (order);

  return !was_cancelled;
}

void
gst_nt_strip_src_set_flushing (GstNtStripSrc * self, gboolean is_flushing)
{
  GstNtStripOrder *due;

  g_mutex_lock (&self->lock);
  self->is_flushing = is_flushing;
  due = g_queue_peek_head (&self->orders);
  if (due && due->n_users > 0)
    give_up_if_unwanted (self, due);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* What the application's thread is handing over is freed by it. */
void
gst_nt_strip_src_restart (GstNtStripSrc * self, guint64 number)
{
  GQueue dropped = G_QUEUE_INIT;
  GstNtStripOrder *order;

  g_mutex_lock (&self->lock);
  while ((order = g_queue_pop_head (&self->orders))) {
    order->is_cancelled = TRUE;
    if (order->n_users == 0)
      g_queue_push_tail (&dropped, order);
    else
      give_up_if_unwanted (self, order);
  }
  self->next_number = number;
  self->top_priority = 0;
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&dropped, (GDestroyNotify) free_order);
}
