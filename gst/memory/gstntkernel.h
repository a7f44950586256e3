/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The copy kernel of this process. The first call of any function here selects
 * it, once: the best that the CPU has, or the one that the environment variable
 * NTMOSAIC_CPU names (c, sse2, avx2, avx512, neon). All functions may be called
 * from any thread, and cost next to nothing after the first call. */

#pragma once

#include "gstntprelude.h"

G_BEGIN_DECLS

/* Returns the name of the kernel in use, for ever valid: "c", "sse2", "avx2",
 * "avx512" or "neon". */
GST_NT_API
const gchar * gst_nt_kernel_get_name    (void);

/* Returns one sentence, for ever valid: why the kernel that NTMOSAIC_CPU names
 * is not the one in use. NULL: it is, or NTMOSAIC_CPU names none. */
GST_NT_API
const gchar * gst_nt_kernel_get_warning (void);

G_END_DECLS
