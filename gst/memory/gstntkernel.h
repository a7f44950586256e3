/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The copy kernel of this process. It is selected once, at the first call of
 * any function here: the best that the CPU has, or the one that the environment
 * variable NTMOSAIC_CPU names (c, sse2, avx2, avx512, neon). All functions are safe
 * from any thread and cost next to nothing after the first call. */

#pragma once

#include "gstntprelude.h"

G_BEGIN_DECLS

/**
 * gst_nt_kernel_get_name:
 *
 * Returns: (transfer none): the name of the kernel in use: "c", "sse2", "avx2",
 *   "avx512" or "neon"
 *
 * Since: 0.1
 */
GST_NT_API
const gchar * gst_nt_kernel_get_name    (void);

/**
 * gst_nt_kernel_get_warning:
 *
 * Returns: (transfer none) (nullable): one sentence that says why the kernel
 *   named by NTMOSAIC_CPU is not the one in use; %NULL if all is as asked
 *
 * Since: 0.1
 */
GST_NT_API
const gchar * gst_nt_kernel_get_warning (void);

G_END_DECLS
