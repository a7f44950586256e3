/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How large the last-level cache is. A strip that does not fit gains nothing
 * from stores through the cache.
 *
 * Not sysconf (_SC_LEVEL3_CACHE_SIZE): the C library computes it from CPUID. On
 * a virtual machine where the kernel said 32 MiB, it answered 320 MiB. The
 * kernel knows which CPUs share the cache. */

#ifdef __linux__
#define _GNU_SOURCE             /* sched_getcpu */
#include <sched.h>
#endif

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "copy.h"

/* Where nothing answers: a common size of a desktop's last level. */
#define FALLBACK_BYTES ((size_t) 8 << 20)

#ifdef __linux__

/* Reads one word of cpu@cpu's cache number @index. */
static bool
read_attribute (int cpu, int index, const char *name, char word[16])
{
  char path[80];
  FILE *file;
  bool ok;

  snprintf (path, sizeof path,
      "/sys/devices/system/cpu/cpu%d/cache/index%d/%s", cpu, index, name);
  file = fopen (path, "re");
  if (file == NULL)
    return false;
  ok = fscanf (file, "%15s", word) == 1;
  fclose (file);
  return ok;
}

/* Returns the bytes of the outermost data cache of the CPU that this thread is
 * on; 0: unknown. The kernel writes all sizes in KiB, as in "32768K". */
static size_t
llc_from_sysfs (void)
{
  const int here = sched_getcpu ();
  const int cpu = here >= 0 ? here : 0;
  int outermost = 0;
  size_t bytes = 0;
  char word[16];

  for (int index = 0; read_attribute (cpu, index, "level", word); index++) {
    size_t kib;
    int level;

    if (sscanf (word, "%d", &level) != 1 || level <= outermost)
      continue;
    if (!read_attribute (cpu, index, "type", word)
        || strcmp (word, "Instruction") == 0)
      continue;
    if (!read_attribute (cpu, index, "size", word)
        || sscanf (word, "%zuK", &kib) != 1)
      continue;
    outermost = level;
    bytes = kib << 10;
  }
  return bytes;
}

#else

static size_t
llc_from_sysfs (void)
{
  return 0;
}

#endif

#if defined (__x86_64__) || defined (__i386__)

#include <cpuid.h>

/* Intel and AMD describe caches in the same format, in different leaves. */
#define LEAF_INTEL 0x4u
#define LEAF_AMD 0x8000001Du

/* The list ends with a cache of type 0. A virtual machine that answers the same
 * to every number would have no end; CPUs have up to five caches. */
#define MAX_CACHES 16

/* EAX bits 0-4: type, 0 after the last cache; bits 5-7: level. */
#define TYPE(eax) ((eax) & 0x1f)
#define TYPE_INSTRUCTION 2
#define LEVEL(eax) ((eax) >> 5 & 0x7)

/* EBX: ways - 1 (bits 22-31), partitions - 1 (12-21), line bytes - 1 (0-11);
 * ECX: sets - 1. */
static size_t
cache_bytes (unsigned ebx, unsigned ecx)
{
  const size_t ways = (ebx >> 22) + 1;
  const size_t partitions = (ebx >> 12 & 0x3ff) + 1;
  const size_t line_bytes = (ebx & 0xfff) + 1;
  const size_t sets = (size_t) ecx + 1;

  return ways * partitions * line_bytes * sets;
}

static size_t
llc_from_leaf (unsigned leaf)
{
  unsigned eax, ebx, ecx, edx;
  unsigned outermost = 0;
  size_t bytes = 0;

  for (unsigned i = 0; i < MAX_CACHES
      && __get_cpuid_count (leaf, i, &eax, &ebx, &ecx, &edx)
      && TYPE (eax) != 0; i++) {
    if (TYPE (eax) == TYPE_INSTRUCTION || LEVEL (eax) <= outermost)
      continue;
    outermost = LEVEL (eax);
    bytes = cache_bytes (ebx, ecx);
  }
  return bytes;
}

static size_t
llc_from_cpuid (void)
{
  const size_t bytes = llc_from_leaf (LEAF_INTEL);

  return bytes != 0 ? bytes : llc_from_leaf (LEAF_AMD);
}

#else

static size_t
llc_from_cpuid (void)
{
  return 0;
}

#endif

size_t
ntm_llc_bytes (void)
{
  size_t bytes = llc_from_sysfs ();

  if (bytes == 0)
    bytes = llc_from_cpuid ();
  return bytes != 0 ? bytes : FALLBACK_BYTES;
}
