/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The list of kernels and what they share, for their own files and for the
 * table in kernels.c. Private to this folder and its tests. Prototypes only: a
 * function body here would be compiled once for each instruction set, and the
 * linker could keep the AVX-512 one for every CPU. */

#pragma once

#include "copy.h"

/* Every kernel that some build has, best first: X (name, NTM_CPU_* bits that it
 * needs). The widest stores finish a line with the fewest instructions. "c"
 * needs nothing and is the last. */
#define NTM_KERNELS(X) \
  X (avx512, NTM_CPU_AVX512) \
  X (avx2, NTM_CPU_AVX2) \
  X (sse2, NTM_CPU_SSE2) \
  X (neon, NTM_CPU_NEON) \
  X (c, 0)

#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* A cache line: streaming stores fill it before they open the next. */
#define LINE 64

/* How far ahead of a streaming copy its source is prefetched. Frames are mostly
 * in pages of 4 KiB, where the CPU's own prefetcher stops at every row of 1024
 * pixels; docs/kernels.md has the gain. From 1 KiB on it was slower. A prefetch
 * past the end of the source does nothing. */
#define PREFETCH_BYTES 512

#define DECLARE(isa, needs) \
  void ntm_copy_##isa (uint8_t * dst, ptrdiff_t dst_stride, \
      const uint8_t * src, ptrdiff_t src_stride, size_t row_bytes, \
      size_t rows); \
  void ntm_copy_stream_##isa (uint8_t * dst, ptrdiff_t dst_stride, \
      const uint8_t * src, ptrdiff_t src_stride, size_t row_bytes, \
      size_t rows); \
  void ntm_fence_##isa (void);

NTM_KERNELS (DECLARE)

#undef DECLARE
