/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The program that a test file is. */

#pragma once

#include <gst/check/gstcheck.h>

/* Initializes the checks. Where NTMOSAIC_CPU asks for a kernel that this CPU
 * lacks, says so and ends the program as skipped: another kernel would be
 * tested twice. */
void test_init (int *argc, char ***argv);

/* Runs the cases that @add adds; the exit code of the program, if it returns.
 * Without a fork (under valgrind), a check that failed leaves its element
 * running, and GStreamer would wait for that for ever on the way out: the
 * program then ends here. */
int test_run (const gchar * name, const gchar * file,
    void (*add) (TCase * tc));

/* The end of a test file: what follows is the body of the function that adds
 * the file's cases to @tc. */
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
