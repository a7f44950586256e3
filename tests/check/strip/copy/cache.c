/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How large the last-level cache is, whatever the kernel says of caches. This
 * file plays the kernel: the CPU that the thread is on, and the files in /sys
 * that describe the caches of a CPU. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT */
#endif

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <gst/check/gstcheck.h>

#include "copy.h"

#define KIB ((size_t) 1024)

/* ---- The kernel ---- */

/* One cache. NULL: there is no such file. */
typedef struct
{
  const char *level;
  const char *type;
  const char *size;
} Cache;

#define MOST_CACHES 6

static const Cache *caches;     /* the first without a level ends them */
static int cpu_of_thread;       /* -1: the kernel does not say */
static int cpu_of_caches;

int
sched_getcpu (void)
{
  return cpu_of_thread;
}

static FILE *
open_text (const char *text)
{
  FILE *file = text ? tmpfile () : NULL;

  if (file) {
    fputs (text, file);
    rewind (file);
  }

  return file;
}

/* Where off_t is made larger, this is fopen64(), as it is for the engine. */
FILE *
fopen (const char *name, const char *mode)
{
  FILE *(*real) (const char *, const char *) =
      (FILE * (*)(const char *, const char *)) dlsym (RTLD_NEXT, "fopen64");
  unsigned index;
  int cpu;
  int end;

  if (!g_str_has_prefix (name, "/sys/devices/system/cpu/"))
    return real (name, mode);
  fail_unless_equals_int (sscanf (name,
          "/sys/devices/system/cpu/cpu%d/cache/index%u/%n", &cpu, &index,
          &end), 2);
  fail_unless_equals_int (cpu, cpu_of_caches);
  fail_unless (index < MOST_CACHES);
  name += end;
  if (strcmp (name, "level") == 0)
    return open_text (caches[index].level);
  if (strcmp (name, "type") == 0)
    return open_text (caches[index].type);
  fail_unless_equals_string (name, "size");

  return open_text (caches[index].size);
}

/* ---- Machines ---- */

/* KiB 0: the kernel says nothing of use. */
static const struct
{
  size_t kib;
  Cache caches[MOST_CACHES];
} machines[] = {
  {32768, {{"1\n", "Data\n", "32K\n"}, {"1\n", "Instruction\n", "64K\n"},
      {"2\n", "Unified\n", "512K\n"}, {"3\n", "Unified\n", "32768K\n"}}},
  /* In another order, and without an end of lines. */
  {2048, {{"2", "Unified", "2048K"}, {"1", "Data", "48K"}}},
  /* Larger caches for instructions do not count. */
  {16, {{"1\n", "Data\n", "16K\n"}, {"2\n", "Instruction\n", "4096K\n"}}},
  /* Caches that are described only in part. */
  {256, {{"1\n", "Data\n", "32K\n"}, {"2\n", "Unified\n", "256K\n"},
      {"3\n", NULL, "4096K\n"}}},
  {256, {{"2\n", "Unified\n", "256K\n"}, {"3\n", "Unified\n", NULL}}},
  {256, {{"2\n", "Unified\n", "256K\n"}, {"3\n", "", "4096K\n"}}},
  {256, {{"2\n", "Unified\n", "256K\n"}, {"3\n", "Unified\n", "unknown\n"}}},
  {256, {{"2\n", "Unified\n", "256K\n"}, {"third\n", "Unified\n", "1K\n"}}},
  {1024, {{"first\n", "Unified\n", "1K\n"}, {"2\n", "Unified\n", "1024K\n"}}},
  {0, {{NULL}}},
  {0, {{"", "Unified\n", "512K\n"}}},
  {0, {{"1\n", "Instruction\n", "32K\n"}}},
};

static size_t
ask (unsigned machine, int cpu)
{
  caches = machines[machine].caches;
  cpu_of_thread = cpu;
  cpu_of_caches = cpu >= 0 ? cpu : 0;

  return ntm_llc_bytes ();
}

/* Where the kernel says nothing, the CPU is asked, or a size is assumed. It is
 * the same whichever way the kernel says nothing. */
GST_START_TEST (machine)
{
  const int cpus[] = { -1, 0, 7, 1234 };
  const size_t unknown = ask (G_N_ELEMENTS (machines) - 1, 0);
  const size_t kib = machines[__i__].kib;

  fail_unless (unknown >= 16 * KIB);
  for (unsigned i = 0; i < G_N_ELEMENTS (cpus); i++)
    assert_equals_uint64 (ask (__i__, cpus[i]), kib > 0 ? kib * KIB : unknown);
}

GST_END_TEST;

static Suite *
cache_suite (void)
{
  Suite *suite = suite_create ("cache");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, machine, 0, G_N_ELEMENTS (machines));

  return suite;
}

GST_CHECK_MAIN (cache);
