/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One run of one pipeline, in a process of its own because of the peak of its
 * memory. 'bench' starts it.
 *
 * usage: bench-pipeline STRIPS WARM_UP RING PADSxWxH[/COLUMNS] OPERATOR LINE
 *
 * LINE is a pipeline as in gst-launch, in which the element 'mixer' makes
 * STRIPS strips. The first WARM_UP of them are not measured. RING is the number
 * of ready frames for each of the mixer's pads, for 'benchsrc pad=N'. If it is
 * not 0, the pipeline runs once before, and the program fails unless the strips
 * are those frames side by side, or in rows of COLUMNS frames. That run also
 * does what a process does only once. The program sets the place of pads that
 * have one, and their 'operator' unless OPERATOR is '-': the parser of LINE
 * takes minutes for the properties of a thousand pads. */

#include "../common/about.h"
#include "source.h"
#include "verify.h"
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>

/* A run that takes longer hangs. */
#define PATIENCE (300 * GST_SECOND)

typedef struct
{
  const char *operator;
  const char *line;
  guint n_strips;
  guint n_warm_up;
  guint n_slots;
  guint n_pads;
  guint width;
  guint height;
  guint n_columns;
} Job;

static gboolean
play (GstElement * pipeline, GError ** error)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean ended = FALSE;
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (message == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
        "the pipeline did not come to an end");
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, error, NULL);
  } else {
    ended = TRUE;
  }

  gst_clear_message (&message);
  gst_object_unref (bus);
  return ended;
}

static gboolean
verify (const Job * job, GstElement * pipeline, GstElement * mixer,
    const FrameRing * ring, GError ** error)
{
  const guint n_strips = job->n_warm_up + job->n_slots;
  Verifier *verifier = verifier_new (mixer, ring, job->n_columns);
  gboolean right;

  source_set_frames (n_strips);
  right = play (pipeline, error)
      && verifier_check (verifier, n_strips, error);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  verifier_free (verifier);
  return right;
}

static gboolean
measure (const Job * job, GstElement * pipeline, GstElement * mixer,
    GError ** error)
{
  Watch *watch;
  gboolean measured;

  source_set_frames (job->n_strips);
  watch = watch_new (mixer, job->n_strips, job->n_warm_up, job->n_slots == 0);
  measured = play (pipeline, error)
      && watch_print (watch, error);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  watch_free (watch);
  return measured;
}

static void
place_pads (const Job * job, GstElement * mixer)
{
  for (GList * l = mixer->sinkpads; l != NULL; l = l->next) {
    guint n;

    if (!g_object_class_find_property (G_OBJECT_GET_CLASS (l->data), "xpos")
        || sscanf (GST_PAD_NAME (l->data), "sink_%u", &n) != 1)
      continue;
    g_object_set (l->data,
        "xpos", (gint) (n % job->n_columns * job->width),
        "ypos", (gint) (n / job->n_columns * job->height), NULL);
    if (!g_str_equal (job->operator, "-"))
      gst_util_set_object_arg (l->data, "operator", job->operator);
  }
}

/* Verifies the strips if there is a @ring; otherwise measures. */
static gboolean
run (const Job * job, const FrameRing * ring, GError ** error)
{
  GstElement *pipeline = gst_parse_launch_full (job->line, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);
  GstElement *mixer;
  gboolean done;

  if (pipeline == NULL)
    return FALSE;
  mixer = gst_bin_get_by_name (GST_BIN (pipeline), "mixer");
  place_pads (job, mixer);
  done = ring != NULL ? verify (job, pipeline, mixer, ring, error)
      : measure (job, pipeline, mixer, error);

  gst_object_unref (mixer);
  gst_object_unref (pipeline);
  return done;
}

/* Reads PADSxWxH[/COLUMNS]. */
static gboolean
parse_shape (Job * job, const char *shape)
{
  const gint n = sscanf (shape, "%ux%ux%u/%u", &job->n_pads, &job->width,
      &job->height, &job->n_columns);

  if (n == 3)
    job->n_columns = job->n_pads;

  return n >= 3 && job->n_columns > 0;
}

static gboolean
parse (Job * job, int argc, char **argv)
{
  if (argc != 7)
    return FALSE;
  job->n_strips = atoi (argv[1]);
  job->n_warm_up = atoi (argv[2]);
  job->n_slots = atoi (argv[3]);
  job->operator = argv[5];
  job->line = argv[6];
  return parse_shape (job, argv[4]) && job->n_warm_up > 0
      && job->n_strips > job->n_warm_up;
}

int
main (int argc, char **argv)
{
  FrameRing *ring = NULL;
  GError *error = NULL;
  Job job = { 0 };
  gboolean done;

  gst_init (NULL, NULL);
  if (!parse (&job, argc, argv)) {
    g_printerr ("usage: %s STRIPS WARM_UP RING PADSxWxH[/COLUMNS] OPERATOR "
        "LINE\n", argv[0]);
    return EXIT_FAILURE;
  }
  about_print ();
  if (job.n_slots > 0)
    ring = frame_ring_new (job.n_pads, job.n_slots, job.width, job.height);
  source_register (ring);
  done = (ring == NULL || run (&job, ring, &error))
      && run (&job, NULL, &error);
  if (!done)
    g_printerr ("%s\n", error->message);

  g_clear_error (&error);
  g_clear_pointer (&ring, frame_ring_free);
  gst_deinit ();
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
