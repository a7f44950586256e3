/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The copy kernels: how the bytes of a rectangle get from one place to another.
 * One const table, best row first; the last row is plain C and runs everywhere.
 * Fills are copies too, out of a block of one repeated pixel.
 *
 * What every kernel promises
 *
 * - Any alignment, any stride (negative too), any length, zero included.
 *   A destination aligned to 64 bytes is only faster.
 * - Exactly the rows x row_bytes bytes of the destination are written; bytes
 *   between rows are neither read nor written, on both sides.
 * - A streaming store never covers a partial 64-byte line: the head and the
 *   tail of a row are plain stores. A line is finished before the next one is
 *   opened.
 * - Kernels can't fail, and return nothing.
 *
 * What every caller promises
 *
 * - Source and destination do not overlap.
 * - After the last streaming call, and before another thread is told that the
 *   bytes are there, the thread that made the calls calls the row's fence()
 *   once. The cached forms need no fence.
 */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ntstrip.h"

/* Copies @rows rows of @row_bytes bytes. Strides are in bytes, from the start
 * of a row to the start of the next. */
typedef void (*NtmCopyFunc) (uint8_t * dst, ptrdiff_t dst_stride,
    const uint8_t * src, ptrdiff_t src_stride, size_t row_bytes, size_t rows);

/* CPU features that a kernel can need; see ntm_cpu_features(). */
enum
{
  NTM_CPU_SSE2 = 1 << 0,
  NTM_CPU_AVX2 = 1 << 1,
  NTM_CPU_AVX512 = 1 << 2,      /* AVX-512F, with the OS saving ZMM state */
  NTM_CPU_NEON = 1 << 3,        /* Advanced SIMD of AArch64 */
};

typedef struct
{
  const char *name;             /* "avx512", "avx2", "sse2", "neon", "c" */
  uint32_t needs;               /* NTM_CPU_* bits, all of them needed */
  NtmCopyFunc copy;             /* ordinary stores: the result is in cache */
  NtmCopyFunc copy_stream;      /* streaming stores: the result is in memory */
  void (*fence) (void);         /* orders this thread's streaming stores */
} NtmKernel;

/* Returns the features that this process may use, as NTM_CPU_* bits. On x86,
 * CPUID says that the CPU has the instructions, XGETBV that the operating
 * system saves their registers; AArch64 always has NEON. Cheap, without state,
 * from any thread. */
uint32_t ntm_cpu_features (void);

/* Returns all kernels of this build, best first, the "c" row last. */
const NtmKernel *ntm_kernels (size_t * n_kernels);

/* Returns the kernel to use on a CPU with @features: the one with the name
 * @forced, or the best one where @forced is NULL, empty, or can't be had. Never
 * NULL. @choice may be NULL. Pure: same arguments, same answer. */
const NtmKernel *ntm_kernel_find (const char *forced, uint32_t features,
    NtmKernelChoice * choice);

/* The longest run of pixels that a fill copies at once, and how far into the
 * block a run can begin. */
#define NTM_PATTERN_MAX_RUN_BYTES 4096
#define NTM_PATTERN_MAX_START_BYTES (1024 + NTM_MAX_PIXEL_BYTES)

/* One pixel, repeated: what fills copy from. The caller allocates it, with any
 * alignment; the members are for ntm_fill() only. It holds no pointer and can
 * be copied. */
typedef struct
{
  size_t pixel_bytes;
  size_t run_bytes;             /* whole pixels and whole lines */
  size_t second_start;          /* whole pixels */
  uint8_t bytes[NTM_PATTERN_MAX_RUN_BYTES + NTM_PATTERN_MAX_START_BYTES];
} NtmPattern;

/* Repeats the @pixel_bytes bytes of one pixel, 1 to NTM_MAX_PIXEL_BYTES, as
 * they stand in memory. It writes 5 KiB: call it once for each colour, not for
 * each tile. After that, any number of threads may fill from the pattern at
 * once. */
void ntm_pattern_init (NtmPattern * pattern, const void *pixel,
    size_t pixel_bytes);

/* Fills @rows rows of @row_bytes bytes, a multiple of the pixel's size, with
 * the pattern's pixel; each row begins with a whole one. @stream: by the
 * kernel's streaming stores, else by ordinary ones. The promises of kernels and
 * their callers hold here too, the fence after streaming included. */
void ntm_fill (const NtmKernel * kernel, bool stream,
    const NtmPattern * pattern, uint8_t * dst, ptrdiff_t dst_stride,
    size_t row_bytes, size_t rows);

/* Returns the kernel of this process: the one that ntm_kernel_select()
 * selected, or the best one. From any thread. */
const NtmKernel *ntm_kernel_get (void);

/* Returns the bytes of the last-level cache that this process can see, from
 * sysfs, else from CPUID, else a constant; never 0. Reads files: call it once,
 * not for each frame. */
size_t ntm_llc_bytes (void);
