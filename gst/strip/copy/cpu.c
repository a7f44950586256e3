/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which vector instructions this process may use. On x86, an instruction counts
 * only where the CPU has it (CPUID) and the operating system saves its
 * registers when it switches threads (XGETBV). Features nest: a CPU that has
 * one has all the narrower ones too. */

#include "copy.h"

#if defined (__x86_64__) || defined (__i386__)

#include <cpuid.h>

/* Bits of XCR0: what the operating system saves. */
#define XCR0_XMM (1u << 1)
#define XCR0_YMM (1u << 2)
#define XCR0_ZMM (7u << 5)      /* masks, upper halves, the upper 16 */
#define XCR0_AVX (XCR0_XMM | XCR0_YMM)
#define XCR0_AVX512 (XCR0_AVX | XCR0_ZMM)

/* By hand: the intrinsic needs this file compiled with -mxsave. */
static uint32_t
read_xcr0 (void)
{
  uint32_t eax, edx;

  __asm__ volatile ("xgetbv" : "=a" (eax), "=d" (edx) : "c" (0));
  return eax;
}

uint32_t
ntm_cpu_features (void)
{
  unsigned eax, ebx, ecx, edx;
  uint32_t features;
  uint32_t xcr0;

  if (!__get_cpuid (1, &eax, &ebx, &ecx, &edx) || !(edx & bit_SSE2))
    return 0;
  features = NTM_CPU_SSE2;

  if (!(ecx & bit_OSXSAVE) || !(ecx & bit_AVX))
    return features;
  xcr0 = read_xcr0 ();

  if ((xcr0 & XCR0_AVX) != XCR0_AVX
      || !__get_cpuid_count (7, 0, &eax, &ebx, &ecx, &edx)
      || !(ebx & bit_AVX2))
    return features;
  features |= NTM_CPU_AVX2;

  if ((xcr0 & XCR0_AVX512) == XCR0_AVX512 && (ebx & bit_AVX512F))
    features |= NTM_CPU_AVX512;
  return features;
}

#elif defined (__aarch64__)

/* Nothing to ask: every AArch64 compiler uses these registers for floating
 * point. */
uint32_t
ntm_cpu_features (void)
{
  return NTM_CPU_NEON;
}

#else

uint32_t
ntm_cpu_features (void)
{
  return 0;
}

#endif
