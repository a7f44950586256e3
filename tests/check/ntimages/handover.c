/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Orders on their way to the engine. Functions of the engine are stood in for,
 * so that a test can hold them: the test exports them (export_dynamic), and the
 * element calls them in place of the library's. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT */
#endif

#include "photos.h"

#include <dlfcn.h>

/* ---- The engine ---- */

#define MOST_STEPS 16

static struct
{
  GMutex lock;
  GCond changed;
  const gchar *held;            /* the request that begins with this image
                                 * waits before it returns; NULL: none */
  gboolean is_waiting;
  gboolean is_failing;          /* the next request fails */
  struct
  {
    gchar *name;                /* of the first image */
    gint priority;
  } requests[MOST_STEPS];       /* in the order of the calls */
  guint n_requests;
  NtmImageStatus composed[MOST_STEPS];  /* what became of strips */
  guint n_composed;
} engine;

/* Cases that run in one process have one engine. */
static void
begin (void)
{
  guint i;

  g_mutex_lock (&engine.lock);
  for (i = 0; i < engine.n_requests; i++)
    g_free (engine.requests[i].name);
  engine.n_requests = 0;
  engine.n_composed = 0;
  engine.is_failing = FALSE;
  engine.is_waiting = FALSE;
  g_mutex_unlock (&engine.lock);
}

static gpointer
find_real (const gchar * name)
{
  gpointer real = dlsym (RTLD_NEXT, name);

  fail_unless (real != NULL, "%s", name);

  return real;
}

static void
wait_if_held (const gchar * name)
{
  g_mutex_lock (&engine.lock);
  while (g_strcmp0 (engine.held, name) == 0) {
    engine.is_waiting = TRUE;
    g_cond_broadcast (&engine.changed);
    g_cond_wait (&engine.changed, &engine.lock);
  }
  engine.is_waiting = FALSE;
  g_mutex_unlock (&engine.lock);
}

static void
hold (const gchar * name)
{
  g_mutex_lock (&engine.lock);
  engine.held = name;
  g_cond_broadcast (&engine.changed);
  g_mutex_unlock (&engine.lock);
}

/* A case that fails must not leave a thread that waits: the process would not
 * end. */
static void
end (void)
{
  hold (NULL);
}

static void
wait_until_held (void)
{
  g_mutex_lock (&engine.lock);
  while (!engine.is_waiting)
    g_cond_wait (&engine.changed, &engine.lock);
  g_mutex_unlock (&engine.lock);
}

static NtmImageStatus
get_composed (guint i)
{
  NtmImageStatus status;

  g_mutex_lock (&engine.lock);
  fail_unless (i < engine.n_composed, "only %u strips", engine.n_composed);
  status = engine.composed[i];
  g_mutex_unlock (&engine.lock);

  return status;
}

/* Returns whether the request is to fail. */
static gboolean
note_request (const gchar * name, gint priority)
{
  gboolean failing;

  g_mutex_lock (&engine.lock);
  if (engine.n_requests < MOST_STEPS) {
    engine.requests[engine.n_requests].name = g_strdup (name);
    engine.requests[engine.n_requests++].priority = priority;
  }
  failing = engine.is_failing;
  engine.is_failing = FALSE;
  g_mutex_unlock (&engine.lock);

  return failing;
}

__attribute__ ((visibility ("default")))
NtmImageStatus
ntm_images_request (NtmImages * images, NtmRequest ** request,
    const char *const *names, size_t n_names, const NtmTileSpec * spec,
    int priority)
{
  NtmImageStatus (*const real) (NtmImages *, NtmRequest **,
      const char *const *, size_t, const NtmTileSpec *, int) =
      find_real ("ntm_images_request");
  NtmImageStatus status = NTM_IMAGE_NO_MEMORY;

  *request = NULL;
  if (!note_request (names[0], priority))
    status = real (images, request, names, n_names, spec, priority);
  wait_if_held (names[0]);

  return status;
}

__attribute__ ((visibility ("default")))
NtmImageStatus
ntm_request_compose (NtmRequest * request, NtmComposer * composer,
    NtmStrip * strip, const void *background, NtmRequestReport * report)
{
  NtmImageStatus (*const real) (NtmRequest *, NtmComposer *, NtmStrip *,
      const void *, NtmRequestReport *) = find_real ("ntm_request_compose");
  const NtmImageStatus status =
      real (request, composer, strip, background, report);

  g_mutex_lock (&engine.lock);
  if (engine.n_composed < MOST_STEPS)
    engine.composed[engine.n_composed++] = status;
  g_mutex_unlock (&engine.lock);

  return status;
}

/* ---- What is given up on its way ---- */

/* Three requests, of which the second is on its way to the engine, while the
 * first is shown. */
static Show *
show_held (Photos * photos, guint * ids)
{
  Show *show = show_new ("prefetch=0", "");
  gint i;

  hold (photos->names[1]);
  for (i = 0; i < 3; i++)
    ids[i] = show_request (show, photos, NUMBERS (i, 3));
  g_signal_emit_by_name (show->src, "end-of-stream");
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 3), NULL);
  fail_unless (gst_element_get_state (show->pipeline, NULL, NULL,
          TEST_PATIENCE) == GST_STATE_CHANGE_SUCCESS);
  wait_until_held ();

  return show;
}

GST_START_TEST (cancelled)
{
  Photos *photos = photos_new (4);
  guint ids[3];
  Show *show = show_held (photos, ids);
  gboolean done;

  g_signal_emit_by_name (show->src, "cancel", ids[1], &done);
  fail_unless (done);
  hold (NULL);
  assert_strip (show_pull (show), photos, NUMBERS (2, 3), NULL);
  fail_unless (show_pull (show) == NULL);
  assert_equals_int (get_composed (1), NTM_IMAGE_CANCELLED);
  fail_unless_equals_uint64 (show_get_stat (show, "strips"), 2);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* The strip under way is given up, but it comes after the flush. */
GST_START_TEST (flushed)
{
  Photos *photos = photos_new (4);
  guint ids[3];
  Show *show = show_held (photos, ids);
  GstPad *pad = gst_element_get_static_pad (show->src, "src");

  show_wait_playing (show);
  fail_unless (gst_element_send_event (show->src,
          gst_event_new_flush_start ()));
  hold (NULL);
  test_wait_until (gst_pad_get_task_state (pad) == GST_TASK_PAUSED);
  fail_unless (gst_element_send_event (show->src,
          gst_event_new_flush_stop (TRUE)));
  assert_strip (show_pull (show), photos, NUMBERS (1, 3), NULL);
  assert_strip (show_pull (show), photos, NUMBERS (2, 3), NULL);
  fail_unless (show_pull (show) == NULL);
  assert_equals_int (get_composed (1), NTM_IMAGE_CANCELLED);
  fail_unless_equals_uint64 (show_get_stat (show, "strips"), 3);
  gst_object_unref (pad);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* ---- Errors ---- */

typedef struct
{
  Show *show;
  Photos *photos;
  gint id;                      /* atomic */
} Answering;

/* In the thread that posts the error. */
static GstBusSyncReply
answer (GstBus * bus, GstMessage * message, gpointer data)
{
  Answering *answering = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_atomic_int_set (&answering->id, show_request (answering->show,
            answering->photos, NUMBERS (1)));

  return GST_BUS_PASS;
}

GST_START_TEST (an_error_is_answered_by_a_request)
{
  Photos *photos = photos_new (2);
  Show *show = show_new ("", "");
  GstBus *bus = gst_element_get_bus (show->pipeline);
  Answering answering = {.show = show,.photos = photos };
  const guint id = show_request (show, photos, NUMBERS (0, 1));

  gst_bus_set_sync_handler (bus, answer, &answering, NULL);
  engine.is_failing = TRUE;
  show_play (show);
  test_expect_message (bus, show->src, GST_MESSAGE_ERROR, "2 images",
      "no memory", NULL);
  test_wait_until (g_atomic_int_get (&answering.id) == (gint) id + 1);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  gst_object_unref (bus);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* ---- Priorities ---- */

static guint
request_full (Show * show, const gchar * name, gint priority)
{
  const gchar *const names[] = { name, NULL };
  guint id;

  g_signal_emit_by_name (show->src, "request-full", names, priority, &id);

  return id;
}

/* The strip that is due, one behind it, and then two of higher priorities are
 * known to the engine before any strip is made. */
GST_START_TEST (urgent_ones_are_known_sooner)
{
  static const gint priorities[] = { 0, 0, 0, 2, 100, 2, -3, 2, -100 };
  static const gint expected[] = { 0, 1, 3, 4 };
  const guint n = N_ELEMENTS (priorities);
  Photos *photos = photos_new (n);
  Show *show = show_new ("prefetch=1", "");
  guint i;

  for (i = 0; i < n; i++)
    fail_unless_equals_int (request_full (show, photos->names[i],
            priorities[i]), i + 1);
  g_signal_emit_by_name (show->src, "end-of-stream");
  hold (photos->names[4]);
  show_play (show);
  wait_until_held ();
  fail_unless_equals_int (engine.n_requests, N_ELEMENTS (expected));
  fail_unless_equals_int (engine.n_composed, 0);
  hold (NULL);
  for (i = 0; i < n; i++)
    assert_strip (show_pull (show), photos, NUMBERS (i), NULL);
  fail_unless (show_pull (show) == NULL);

  fail_unless_equals_int (engine.n_requests, n);
  for (i = 0; i < N_ELEMENTS (expected); i++)
    fail_unless_equals_string (engine.requests[i].name,
        photos->names[expected[i]]);
  for (i = 0; i < n; i++) {
    guint k = 0;

    while (g_strcmp0 (engine.requests[k].name, photos->names[i]) != 0)
      k++;
    fail_unless_equals_int (engine.requests[k].priority,
        CLAMP (priorities[i], -7, 7));
  }
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (refused_as_others)
{
  Photos *photos = photos_new (1);
  Show *show = show_new_list (photos, "", "");

  fail_unless_equals_int (request_full (show, photos->names[0], 1), 0);
  g_object_set (show->src, "location", NULL, NULL);
  fail_unless_equals_int (request_full (show, NULL, 1), 0);
  fail_unless_equals_int (request_full (show, photos->names[0], 1), 1);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("handover");
  TCase *tc = tcase_create ("handover");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, begin, end);
  tcase_add_test (tc, cancelled);
  tcase_add_test (tc, flushed);
  tcase_add_test (tc, an_error_is_answered_by_a_request);
  tcase_add_test (tc, urgent_ones_are_known_sooner);
  tcase_add_test (tc, refused_as_others);

  return run_suite (argc, argv, suite, __FILE__);
}
