/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Memory straight from the kernel, for blocks that are large and live long. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The size of a huge page on x86-64, and the usual one on arm64. A block that
 * is not aligned to it can't be backed by huge pages at its ends. */
#define GST_NT_HUGE_PAGE_BYTES ((gsize) 2 << 20)

typedef struct
{
  guint8 *data;                 /* aligned as asked for */
  gpointer mapping;             /* what munmap() wants to have back */
  gsize mapping_bytes;
} GstNtPages;

/* Maps @bytes bytes, aligned as @align_mask says, and to a huge page if they are
 * at least as many. FALSE if the system has no memory, or @bytes are too many to
 * count. Takes no time: no page is backed by memory yet. */
gboolean gst_nt_pages_map (GstNtPages * pages, gsize bytes, gsize align_mask);

void gst_nt_pages_unmap (const GstNtPages * pages);

G_END_DECLS
