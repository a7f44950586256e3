/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Our side of the comparison with programs outside GStreamer: writes a strip
 * whenever it is told to, and says how long it took. The one who asks is the
 * script `peers`, so that both sides take turns. Into one strip, again and
 * again, as the others do; frames are in the same kind of pages as NumPy's.
 *
 * usage: bench-peers-ours TILES WIDTH HEIGHT
 *
 * The first line of its output says what it is, as CSV. Then a line for each
 * line of its input, "WAY THREADS" (see way_names[]): milliseconds; or for
 * "verify": "right" or "wrong". */

#include "../common/machine.h"
#include "../copy/writer.h"

#include "ntstrip.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static gdouble
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void
say_who (void)
{
  GString *line = g_string_new (NULL);
  Machine machine;

  machine_init (&machine);
  machine_append_csv (&machine, line);
  printf ("%s,%s\n", line->str, ntm_kernel_get_name ());

  machine_clear (&machine);
  g_string_free (line, TRUE);
}

static gboolean
find_way (const char *name, Way * way)
{
  for (Way i = 0; i < N_WAYS; i++) {
    if (g_str_equal (name, way_names[i])) {
      *way = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
answer (Writer * writer, const char *line)
{
  gdouble start;
  char name[32];
  guint n_threads;
  Way way;

  if (g_str_has_prefix (line, "verify")) {
    puts (writer_verify (writer, WAY_AUTO, 0) ? "right" : "wrong");
    return TRUE;
  }
  if (sscanf (line, "%31s %u", name, &n_threads) != 2 || n_threads < 1
      || !find_way (name, &way))
    return FALSE;

  writer_set_threads (writer, n_threads);
  start = now_ms ();
  writer_write (writer, way, 0);
  printf ("%.4f\n", now_ms () - start);
  return TRUE;
}

static gboolean
serve (const Material * material)
{
  GError *error = NULL;
  Writer *writer = writer_new (material, &error);
  gboolean understood = TRUE;
  char line[64];

  if (writer == NULL) {
    fprintf (stderr, "%s\n", error->message);
    g_error_free (error);
    return FALSE;
  }
  say_who ();
  fflush (stdout);
  while (understood && fgets (line, sizeof line, stdin) != NULL) {
    understood = answer (writer, line);
    fflush (stdout);
  }

  writer_free (writer);
  return understood;
}

int
main (int argc, char **argv)
{
  Material *material;
  gboolean done;

  gst_init (NULL, NULL);
  if (argc != 4) {
    fprintf (stderr, "usage: %s TILES WIDTH HEIGHT\n", argv[0]);
    return EXIT_FAILURE;
  }
  material = material_new (atoi (argv[2]), atoi (argv[3]), atoi (argv[1]), 1,
      PAGES_OF_NUMPY);
  if (material == NULL) {
    fprintf (stderr, "no memory for the frames\n");
    return EXIT_FAILURE;
  }
  done = serve (material);

  material_free (material);
  gst_deinit ();
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
