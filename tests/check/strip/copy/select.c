/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which kernel is chosen, for every set of features and every name; and what
 * the machine says of itself. */

#include <gst/check/gstcheck.h>

#include <stdio.h>
#include <string.h>

#include "kernels.h"

#define NAME(isa, needs) #isa,
#define OR_NEEDS(isa, needs) | (needs)

#define ALL_FEATURES (0 NTM_KERNELS (OR_NEEDS))

static const char *const known_names[] = { NTM_KERNELS (NAME) };

static const NtmKernel *
find_row (const char *name)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);

  for (size_t i = 0; i < n_kernels; i++) {
    if (strcmp (kernels[i].name, name) == 0)
      return &kernels[i];
  }
  return NULL;
}

/* The first row that needs no more than @features. */
static const NtmKernel *
first_row (uint32_t features)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);
  size_t i = 0;

  while ((kernels[i].needs & features) != kernels[i].needs) {
    i++;
    fail_unless (i < n_kernels);
  }
  return &kernels[i];
}

GST_START_TEST (test_table)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);
  size_t place = 0;

  fail_unless (n_kernels >= 1);
  for (size_t i = 0; i < n_kernels; i++) {
    while (place < G_N_ELEMENTS (known_names)
        && strcmp (kernels[i].name, known_names[place]) != 0)
      place++;
    fail_if (place == G_N_ELEMENTS (known_names),
        "\"%s\" is unknown, or out of order", kernels[i].name);

    fail_if (kernels[i].copy == NULL);
    fail_if (kernels[i].copy_stream == NULL);
    fail_if (kernels[i].fence == NULL);
    fail_if ((kernels[i].needs & ~(uint32_t) ALL_FEATURES) != 0);
  }

  fail_unless_equals_string (kernels[n_kernels - 1].name, "c");
  fail_unless_equals_int (kernels[n_kernels - 1].needs, 0);
}

GST_END_TEST;

GST_START_TEST (test_fences)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);
  const uint32_t features = ntm_cpu_features ();

  for (size_t i = 0; i < n_kernels; i++) {
    if ((kernels[i].needs & ~features) == 0)
      kernels[i].fence ();
  }
}

GST_END_TEST;

GST_START_TEST (test_nothing_forced)
{
  for (uint32_t features = 0; features <= ALL_FEATURES; features++) {
    static const char *const nothing[] = { NULL, "" };

    for (size_t i = 0; i < G_N_ELEMENTS (nothing); i++) {
      NtmKernelChoice choice = NTM_KERNEL_UNKNOWN;
      const NtmKernel *kernel =
          ntm_kernel_find (nothing[i], features, &choice);

      fail_unless (kernel == first_row (features));
      fail_unless_equals_int (choice, NTM_KERNEL_BEST);
    }
  }
}

GST_END_TEST;

static void
check_forced (const char *name, uint32_t features)
{
  const NtmKernel *row = find_row (name);
  NtmKernelChoice choice = NTM_KERNEL_BEST;
  const NtmKernel *kernel = ntm_kernel_find (name, features, &choice);

  if (row != NULL && (row->needs & features) == row->needs) {
    fail_unless (kernel == row);
    fail_unless_equals_int (choice, NTM_KERNEL_FORCED);
  } else {
    fail_unless (kernel == first_row (features));
    fail_unless_equals_int (choice, NTM_KERNEL_UNSUPPORTED);
  }
  fail_unless (ntm_kernel_find (name, features, NULL) == kernel);
}

GST_START_TEST (test_forced)
{
  for (uint32_t features = 0; features <= ALL_FEATURES; features++) {
    for (size_t i = 0; i < G_N_ELEMENTS (known_names); i++)
      check_forced (known_names[i], features);
  }
}

GST_END_TEST;

GST_START_TEST (test_unknown)
{
  static const char *const unknown[] = {
    "AVX2", "avx", "avx5", "avx512f", "sse", " c", "c ", "best", "auto"
  };

  for (uint32_t features = 0; features <= ALL_FEATURES; features++) {
    for (size_t i = 0; i < G_N_ELEMENTS (unknown); i++) {
      NtmKernelChoice choice = NTM_KERNEL_BEST;
      const NtmKernel *kernel =
          ntm_kernel_find (unknown[i], features, &choice);

      fail_unless (kernel == first_row (features));
      fail_unless_equals_int (choice, NTM_KERNEL_UNKNOWN);
    }
  }
}

GST_END_TEST;

/* Features nest, and are the same whenever they are asked for. */
GST_START_TEST (test_features)
{
  const uint32_t features = ntm_cpu_features ();

  printf ("features %#x, kernel \"%s\"\n", features,
      ntm_kernel_find (NULL, features, NULL)->name);
  fail_unless_equals_int (ntm_cpu_features (), features);
  fail_if ((features & ~(uint32_t) ALL_FEATURES) != 0);
  fail_if ((features & NTM_CPU_AVX512) && !(features & NTM_CPU_AVX2));
  fail_if ((features & NTM_CPU_AVX2) && !(features & NTM_CPU_SSE2));
#ifdef __x86_64__
  fail_unless (features & NTM_CPU_SSE2);
#endif
#ifdef __aarch64__
  fail_unless_equals_int (features, NTM_CPU_NEON);
#endif
}

GST_END_TEST;

static char *
read_attribute (unsigned cpu, unsigned index, const char *name)
{
  char *path =
      g_strdup_printf ("/sys/devices/system/cpu/cpu%u/cache/index%u/%s", cpu,
      index, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  g_free (path);
  return text != NULL ? g_strchomp (text) : NULL;
}

/* Bytes of the last cache for data of one CPU; 0 where sysfs doesn't say. */
static guint64
llc_of_cpu (unsigned cpu)
{
  guint64 outermost = 0;
  guint64 bytes = 0;

  for (unsigned index = 0;; index++) {
    char *level = read_attribute (cpu, index, "level");
    char *type = read_attribute (cpu, index, "type");
    char *size = read_attribute (cpu, index, "size");
    const gboolean ok = level != NULL && type != NULL && size != NULL;

    if (ok && strcmp (type, "Instruction") != 0
        && g_ascii_strtoull (level, NULL, 10) > outermost) {
      outermost = g_ascii_strtoull (level, NULL, 10);
      fail_unless (g_str_has_suffix (size, "K"));
      bytes = g_ascii_strtoull (size, NULL, 10) * 1024;
    }
    g_free (level);
    g_free (type);
    g_free (size);
    if (!ok)
      return bytes;
  }
}

/* CPUs of one machine may differ; the answer must be that of one of them. */
GST_START_TEST (test_llc)
{
  const guint64 llc = ntm_llc_bytes ();
  gboolean readable = FALSE;
  gboolean found = FALSE;

  printf ("last-level cache: %" G_GUINT64_FORMAT " bytes\n", llc);
  fail_unless (llc >= 64 * 1024);
  fail_unless (llc <= G_GUINT64_CONSTANT (1) << 36);

  for (unsigned cpu = 0; cpu < g_get_num_processors (); cpu++) {
    const guint64 bytes = llc_of_cpu (cpu);

    readable |= bytes != 0;
    found |= bytes == llc;
  }
  if (readable)
    fail_unless (found, "no CPU in sysfs says so");
  else
    printf ("sysfs: NOT COMPARED, it describes no cache\n");
}

GST_END_TEST;

static Suite *
select_suite (void)
{
  Suite *s = suite_create ("select");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_table);
  tcase_add_test (tc, test_fences);
  tcase_add_test (tc, test_nothing_forced);
  tcase_add_test (tc, test_forced);
  tcase_add_test (tc, test_unknown);
  tcase_add_test (tc, test_features);
  tcase_add_test (tc, test_llc);
  return s;
}

GST_CHECK_MAIN (select);
