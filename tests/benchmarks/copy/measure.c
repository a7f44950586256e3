/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "measure.h"

#include "copy/copy.h"
#include "ntstrip.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A strip several times the size of the last-level cache finds nothing of
 * itself there, whichever set of frames it is made of. */
#define LARGE_STRIP_CACHES 4

/* All strips of the pool are used once, and a way's own traces are in the
 * cache, before a way is timed. */
#define ROTATION 3

/* Small strips: a sample takes about 5 ms at 8 GB/s, long beside the clock. */
#define SAMPLE_BYTES ((gsize) 40 << 20)

Samples *
samples_new (const Options * options)
{
  const gsize bytes = sizeof (Samples) + sizeof (gdouble) * N_MODES * N_WAYS *
      options->threads->len * options->rounds;
  Samples *samples = mmap (NULL, bytes, PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (samples == MAP_FAILED)
    g_error ("no memory for the samples");
  samples->bytes = bytes;
  samples->n_threads = options->threads->len;
  samples->n_rounds = options->rounds;
  return samples;
}

void
samples_free (Samples * samples)
{
  munmap (samples, samples->bytes);
}

gdouble *
samples_at (Samples * samples, guint threads, Mode mode, Way way)
{
  return samples->ms +
      ((threads * N_MODES + mode) * N_WAYS + way) * samples->n_rounds;
}

static gboolean
is_large (gsize strip_bytes)
{
  return strip_bytes >= LARGE_STRIP_CACHES * ntm_llc_bytes ();
}

guint
measure_n_sets (const Options * options, gsize strip_bytes)
{
  return is_large (strip_bytes) ? 1 : options->ring;
}

static gdouble
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void
write_strips (Writer * writer, Way way, Mode mode, guint n_strips)
{
  for (guint turn = 0; turn < n_strips; turn++) {
    writer_write (writer, way, turn);
    if (mode == MODE_READ)
      writer_read (writer, turn);
  }
}

static gdouble
take_sample (Writer * writer, Way way, Mode mode, gsize strip_bytes)
{
  guint n_before = 1;
  guint n_timed = 1;
  gdouble start;

  if (!is_large (strip_bytes)) {
    n_before = ROTATION;
    n_timed = ROTATION * MAX (SAMPLE_BYTES / strip_bytes / ROTATION, 1);
  }
  write_strips (writer, way, mode, n_before);
  start = now_ms ();
  write_strips (writer, way, mode, n_timed);
  return (now_ms () - start) / n_timed;
}

/* Each round begins with another way and goes the other way round, so that none
 * always comes after the same one. */
static void
take_round (const Options * options, Writer * writer, guint threads, Mode mode,
    guint round, gsize strip_bytes, Samples * samples)
{
  for (guint i = 0; i < N_WAYS; i++) {
    const guint turn = round % 2 == 0 ? i : N_WAYS - 1 - i;
    const Way way = (turn + round / 2) % N_WAYS;

    if (options->ways[way])
      samples_at (samples, threads, mode, way)[round] =
          take_sample (writer, way, mode, strip_bytes);
  }
}

static gboolean
verify (const Options * options, Writer * writer, guint n_threads)
{
  for (Way way = 0; way < N_WAYS; way++) {
    if (options->ways[way] && !writer_verify (writer, way, way)) {
      g_printerr ("%s with %s on %u threads: the strip is not the frames side "
          "by side\n", ntm_kernel_get_name (), way_names[way], n_threads);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
measure_here (const Options * options, const Cell * cell,
    const Material * material, Samples * samples)
{
  GError *error = NULL;
  Writer *writer = writer_new (material, &error);
  gboolean right = TRUE;

  if (writer == NULL) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  for (guint i = 0; right && i < options->threads->len; i++) {
    const guint n_threads = g_array_index (options->threads, guint, i);

    writer_set_threads (writer, n_threads);
    right = verify (options, writer, n_threads);
    for (Mode mode = 0; right && mode < N_MODES; mode++) {
      for (gint round = 0; cell->modes[mode] && round < options->rounds;
          round++)
        take_round (options, writer, i, mode, round, material->strip_bytes,
            samples);
    }
  }

  writer_free (writer);
  return right;
}

static gboolean
use_kernel (const gchar * kernel)
{
  g_setenv ("NTMOSAIC_CPU", kernel, TRUE);
  if (g_str_equal (ntm_kernel_get_name (), kernel))
    return TRUE;

  g_printerr ("asked for kernel %s and got %s\n", kernel,
      ntm_kernel_get_name ());
  return FALSE;
}

/* A fork and no exec: the frames are there already. This process has no threads
 * and has not asked for a kernel yet. */
gboolean
measure_cell (const Options * options, const Cell * cell,
    const Material * material, const gchar * kernel, Samples * samples,
    GError ** error)
{
  int status = -1;
  pid_t child;

  fflush (stdout);
  child = fork ();
  if (child == 0)
    _exit (use_kernel (kernel)
        && measure_here (options, cell, material, samples)
        ? EXIT_SUCCESS : EXIT_FAILURE);

  if (child > 0 && waitpid (child, &status, 0) == child && WIFEXITED (status)
      && WEXITSTATUS (status) == EXIT_SUCCESS)
    return TRUE;
  g_set_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
      "measuring %u tiles of %ux%u with kernel %s failed", material->n_tiles,
      material->tile_width, material->tile_height, kernel);
  return FALSE;
}
