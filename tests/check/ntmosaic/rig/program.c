/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The program; see the header. */

#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit status that means "skipped" to Meson. */
#define EXIT_SKIPPED 77

/* In a process of its own: elements start threads, and Check's children, which
 * are forks of this process, would lack them. Returns an exit status. */
static int
try_kernel (const gchar * forced)
{
  GstElement *element = gst_element_factory_make ("ntmosaic", NULL);
  int status = EXIT_SUCCESS;
  gchar *kernel;

  if (element == NULL) {
    g_printerr ("there is no element ntmosaic in GST_PLUGIN_PATH_1_0\n");
    return EXIT_FAILURE;
  }

  g_object_get (element, "kernel", &kernel, NULL);
  gst_object_unref (element);
  if (forced && g_strcmp0 (forced, kernel) != 0) {
    g_print ("skipped: this CPU has no kernel %s\n", forced);
    status = EXIT_SKIPPED;
  }
  g_free (kernel);

  return status;
}

void
test_init (int *argc, char ***argv)
{
  int status = EXIT_FAILURE;
  pid_t child;

  gst_check_init (argc, argv);
  fflush (NULL);
  child = fork ();
  if (child == 0) {
    status = try_kernel (g_getenv ("NTMOSAIC_CPU"));
    fflush (NULL);
    _exit (status);
  }

  if (child < 0 || waitpid (child, &status, 0) != child
      || !WIFEXITED (status)) {
    g_printerr ("the element can't be tried\n");
    exit (EXIT_FAILURE);
  }
  if (WEXITSTATUS (status) != EXIT_SUCCESS)
    exit (WEXITSTATUS (status));
}

int
test_run (const gchar * name, const gchar * file, void (*add) (TCase * tc))
{
  Suite *suite = suite_create (name);
  TCase *tc = tcase_create (name);

  suite_add_tcase (suite, tc);
  add (tc);
  if (gst_check_run_suite (suite, name, file) > 0) {
    fflush (NULL);
    _exit (EXIT_FAILURE);
  }

  return EXIT_SUCCESS;
}

void
test_at_random (void (*check) (guint32 seed), guint n_cases)
{
  const gchar *first = g_getenv ("NTM_TEST_SEED");
  const gchar *cases = g_getenv ("NTM_TEST_CASES");
  guint32 seed = first ? g_ascii_strtoull (first, NULL, 10) : g_random_int ();
  const guint n = cases ? g_ascii_strtoull (cases, NULL, 10) : n_cases;
  guint i;

  for (i = 0; i < n; i++) {
    g_print ("NTM_TEST_SEED=%u\n", seed + i);
    check (seed + i);
  }
}
