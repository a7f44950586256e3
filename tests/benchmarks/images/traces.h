/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which images an application asks for. Each request has N_WANTED different
 * images of N_IMAGES. A seed makes the same requests in each run. */

#pragma once

#include <stdint.h>

#define N_IMAGES 10000
#define N_WANTED 100

typedef uint16_t Request[N_WANTED];

typedef struct
{
  const char *name;
  void (*make) (Request * requests, unsigned n_requests);
} Trace;

#define N_TRACES 7

extern const Trace traces[N_TRACES];

/* What is random begins anew. 0 at the beginning. */
void trace_set_seed (uint64_t seed);

/* Returns a number from 0 to @n - 1. */
uint32_t trace_random_below (uint32_t n);
