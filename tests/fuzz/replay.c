/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* In place of libFuzzer: gives the files that are named to the harness, each as
 * it is, cut off, and with bytes changed.
 *
 * usage: fuzz-... FILE... */

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A harness that is slow has fewer. */
#ifndef N_CHANGED
#define N_CHANGED 64
#endif

/* From a block of just that size. */
static void
run (const uint8_t * bytes, size_t n_bytes)
{
  uint8_t *copy = malloc (n_bytes > 0 ? n_bytes : 1);

  if (copy == NULL)
    return;
  memcpy (copy, bytes, n_bytes);
  (void) LLVMFuzzerTestOneInput (copy, n_bytes);
  free (copy);
}

static void
run_changed (uint8_t * bytes, size_t n_bytes)
{
  uint64_t state = n_bytes;

  for (unsigned i = 0; i < N_CHANGED; i++) {
    uint8_t *byte;
    uint8_t old;

    state = state * UINT64_C (6364136223846793005) + 1442695040888963407;
    byte = &bytes[(state >> 33) % n_bytes];
    old = *byte;
    *byte ^= 1 + (state >> 20) % 255;
    run (bytes, n_bytes);
    run (bytes, n_bytes * (i + 1) / N_CHANGED);
    *byte = old;
  }
}

static int
run_file (const char *name)
{
  FILE *file = fopen (name, "rb");
  uint8_t *bytes = malloc (1 << 20);
  size_t n_bytes;

  if (file == NULL || bytes == NULL) {
    fprintf (stderr, "can't read %s\n", name);
    return EXIT_FAILURE;
  }
  n_bytes = fread (bytes, 1, 1 << 20, file);
  fclose (file);
  run (bytes, n_bytes);
  if (n_bytes > 0)
    run_changed (bytes, n_bytes);
  free (bytes);

  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (run_file (argv[i]) != EXIT_SUCCESS)
      return EXIT_FAILURE;
  printf ("%d files\n", argc - 1);

  return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
