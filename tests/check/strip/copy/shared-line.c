/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Two tiles whose border is within a line, and two threads, one for each: every
 * thread writes its own tile again and again and must find only its own bytes
 * there. A store that covered the rest of the line as well, even with the bytes
 * that were there a moment ago, would take some of the neighbour's with it. */

#include <gst/check/gstcheck.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"

#define LINE 64

/* Both tiles together: room for a whole unrolled block (AVX-512: 256) in one
 * while the other has less than a line. */
#define STRIP_BYTES (8 * LINE)

/* At each of 2 x 63 borders, for each kernel. */
#define ROUNDS 500

typedef struct
{
  const NtmKernel *kernel;
  pthread_barrier_t *start;
  uint8_t *dst;
  size_t bytes;
  uint8_t first;                /* values of this writer: never the other's */
  unsigned lost;                /* rounds in which a byte was not ours */
} Writer;

static bool
holds_only (const uint8_t * bytes, size_t n, uint8_t value)
{
  for (size_t i = 0; i < n; i++) {
    if (bytes[i] != value)
      return false;
  }
  return true;
}

static void
write_round (Writer * writer, unsigned round, uint8_t * src)
{
  const NtmKernel *kernel = writer->kernel;
  const size_t n = writer->bytes;
  const uint8_t value = writer->first + round % 64;
  NtmPattern pattern;

  memset (src, value, n);
  if (round % 2 == 0) {
    kernel->copy_stream (writer->dst, (ptrdiff_t) n, src, (ptrdiff_t) n, n, 1);
  } else {
    ntm_pattern_init (&pattern, &value, 1);
    ntm_fill (kernel, true, &pattern, writer->dst, 0, n, 1);
  }
  kernel->fence ();
  if (!holds_only (writer->dst, n, value))
    writer->lost++;
}

static void *
write_rounds (void *data)
{
  Writer *writer = data;
  uint8_t src[STRIP_BYTES];

  pthread_barrier_wait (writer->start);
  for (unsigned i = 0; i < ROUNDS; i++)
    write_round (writer, i, src);
  return NULL;
}

static void
share_line (const NtmKernel * kernel, uint8_t * bytes, size_t border)
{
  pthread_barrier_t start;
  pthread_t thread;
  Writer left = { kernel, &start, bytes, border, 0, 0 };
  Writer right = { kernel, &start, bytes + border, STRIP_BYTES - border, 128,
    0
  };

  pthread_barrier_init (&start, NULL, 2);
  fail_unless (pthread_create (&thread, NULL, write_rounds, &left) == 0);
  write_rounds (&right);
  pthread_join (thread, NULL);
  pthread_barrier_destroy (&start);

  fail_if (left.lost > 0 || right.lost > 0,
      "\"%s\", border at %zu: bytes lost in %u and %u of %u rounds",
      kernel->name, border, left.lost, right.lost, ROUNDS);
}

GST_START_TEST (test_shared_line)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);
  const uint32_t features = ntm_cpu_features ();
  uint8_t *strip = aligned_alloc (LINE, STRIP_BYTES);

  for (size_t i = 0; i < n_kernels; i++) {
    if (kernels[i].needs & ~features)
      continue;
    for (size_t at = 1; at < LINE; at++) {
      share_line (&kernels[i], strip, at);
      share_line (&kernels[i], strip, STRIP_BYTES - LINE + at);
    }
  }
  free (strip);
}

GST_END_TEST;

static Suite *
shared_line_suite (void)
{
  Suite *s = suite_create ("shared-line");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 100);
  tcase_add_test (tc, test_shared_line);
  return s;
}

GST_CHECK_MAIN (shared_line);
