/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the engine's tests share. */

#pragma once

#include <gst/check/gstcheck.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define N_ELEMENTS(array) (sizeof (array) / sizeof ((array)[0]))

/* Numbers that are the same in each run, unless NTM_TEST_SEED is set: then the
 * seed is printed. */
void random_begin (void);

/* Returns a number from 0 to @n - 1. */
uint32_t random_below (uint32_t n);

/* Fills @bytes bytes. */
void random_fill (void *data, size_t bytes);

/* How many random cases to run: @n, or NTM_TEST_FEW_CASES if that is less. */
unsigned random_cases (unsigned n);

/* Runs @suite in a test program's main(). */
int run_suite (int argc, char **argv, Suite * suite, const char *file);
