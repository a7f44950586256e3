/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Writes strips without an element, on command, and prints how long it took.
 * 'bench' gives the commands and decides on their order.
 *
 * usage: bench-copy [TILES WIDTH HEIGHT SETS STRIPS malloc|numpy|huge]
 *
 * SETS sets of TILES frames, in that kind of pages, into STRIPS strips. The
 * program first describes itself in lines "NAME VALUE", which an empty line
 * ends. Then it answers each line of its input (ways.h lists the ways):
 *
 * verify WAY THREADS   "right", or "wrong"
 * write WAY THREADS BEFORE TIMED
 *                      writes BEFORE strips, and then TIMED strips; answers the
 *                      milliseconds for one
 * write+read ...       the same, and reads each strip after writing it */

#include "../common/about.h"
#include "ways.h"

#include <gst/gst.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static gdouble
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static gboolean
write_strips (Ways * ways, const gchar * way, gboolean read, guint n_strips)
{
  for (guint turn = 0; turn < n_strips; turn++) {
    if (!ways_write (ways, way, turn))
      return FALSE;
    if (read)
      ways_read (ways, turn);
  }
  return TRUE;
}

/* Returns FALSE if @line is no command. */
static gboolean
answer (Ways * ways, const gchar * line)
{
  gchar what[32], way[32];
  guint n_threads, n_before, n_timed;
  gdouble start;
  gboolean read;
  const gint n_words = sscanf (line, "%31s %31s %u %u %u", what, way,
      &n_threads, &n_before, &n_timed);

  if (n_words < 3 || n_threads < 1)
    return FALSE;
  ways_set_threads (ways, n_threads);
  if (g_str_equal (what, "verify")) {
    puts (ways_verify (ways, way, 1) ? "right" : "wrong");
    return TRUE;
  }

  read = g_str_equal (what, "write+read");
  if (n_words < 5 || n_timed < 1 || !write_strips (ways, way, read, n_before))
    return FALSE;
  start = now_ms ();
  write_strips (ways, way, read, n_timed);
  printf ("%.5f\n", (now_ms () - start) / n_timed);
  return TRUE;
}

static gboolean
serve (const Material * material, guint n_strips)
{
  GError *error = NULL;
  Writer *writer = writer_new (material, n_strips, &error);
  gboolean understood = TRUE;
  gchar line[128];
  Ways *ways;

  if (writer == NULL) {
    g_printerr ("%s\n", error->message);
    g_error_free (error);
    return FALSE;
  }
  ways = ways_new (material, writer);
  while (understood && fgets (line, sizeof (line), stdin) != NULL) {
    understood = answer (ways, line);
    fflush (stdout);
  }
  if (!understood)
    g_printerr ("bench-copy does not understand: %s", line);

  ways_free (ways);
  writer_free (writer);
  return understood;
}

static void
say_what (void)
{
  gchar *kernels = writer_kernels ();

  about_print ();
  g_print ("kernel %s\nkernels %s\ncache_bytes %" G_GSIZE_FORMAT "\n\n",
      writer_kernel (), kernels, writer_cache_bytes ());
  fflush (stdout);
  g_free (kernels);
}

int
main (int argc, char **argv)
{
  Material *material = NULL;
  gboolean done = argc == 1;

  gst_init (NULL, NULL);
  say_what ();
  if (argc == 7)
    material = material_new (atoi (argv[2]), atoi (argv[3]), atoi (argv[1]),
        atoi (argv[4]), argv[6]);
  if (material != NULL)
    done = serve (material, atoi (argv[5]));
  else if (!done)
    g_printerr ("%s: no memory for the frames, or wrong arguments\n", argv[0]);

  g_clear_pointer (&material, material_free);
  gst_deinit ();
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
