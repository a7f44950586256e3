/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The program of a test file. */

#pragma once

#include <gst/check/gstcheck.h>

/* Initializes the checks. If NTMOSAIC_CPU names a kernel that this CPU lacks,
 * says so and ends the program as skipped: the tests would run with another
 * kernel twice. */
void test_init (int *argc, char ***argv);

/* Runs the cases that @add adds, and returns the program's exit status. If a
 * check fails without a fork (under valgrind), its element is still running,
 * and GStreamer would wait for it for ever at exit: the program then ends
 * here. */
int test_run (const gchar * name, const gchar * file,
    void (*add) (TCase * tc));

/* Calls @check with @n_cases seeds, one after the other, and prints each seed.
 * Each run has other seeds; NTM_TEST_SEED=4711 NTM_TEST_CASES=1 repeats a
 * case. */
void test_at_random (void (*check) (guint32 seed), guint n_cases);

/* The end of a test file. The body of the function that adds the file's cases
 * to @tc follows. */
#define TEST_CASES(name)                                                      \
    static void add_cases (TCase * tc);                                       \
                                                                              \
    int                                                                       \
    main (int argc, char **argv)                                              \
    {                                                                         \
      test_init (&argc, &argv);                                               \
                                                                              \
      return test_run (#name, __FILE__, add_cases);                           \
    }                                                                         \
                                                                              \
    static void                                                               \
    add_cases (TCase * tc)
