/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Mapping of large blocks. malloc promises none of what they need: an alignment
 * to huge pages, huge pages, and that the memory goes back to the system as soon
 * as it is freed. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntpages-private.h"

#include <sys/mman.h>

/* 400 MiB are 102,400 small pages, or 200 huge ones: fewer faults, fewer TLB
 * misses. Only whole huge pages are asked for: the last one would otherwise be
 * backed as a whole for a few bytes. A kernel without them says no, and all goes
 * on with small pages. */
static void
advise_huge_pages (const GstNtPages * pages, gsize bytes)
{
#ifdef MADV_HUGEPAGE
  (void) madvise (pages->data, bytes - bytes % GST_NT_HUGE_PAGE_BYTES,
      MADV_HUGEPAGE);
#endif
}

gboolean
gst_nt_pages_map (GstNtPages * pages, gsize bytes, gsize align_mask)
{
  gsize mapping_bytes;
  guint8 *mapping;

  if (bytes >= GST_NT_HUGE_PAGE_BYTES)
    align_mask |= GST_NT_HUGE_PAGE_BYTES - 1;
  if (!g_size_checked_add (&mapping_bytes, bytes, align_mask)
      || !g_size_checked_add (&mapping_bytes, mapping_bytes, 1))
    return FALSE;

  mapping = mmap (NULL, mapping_bytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    return FALSE;

  pages->data = (guint8 *) (((gsize) mapping + align_mask) & ~align_mask);
  pages->mapping = mapping;
  pages->mapping_bytes = mapping_bytes;
  if (bytes >= GST_NT_HUGE_PAGE_BYTES)
    advise_huge_pages (pages, bytes);

  return TRUE;
}

void
gst_nt_pages_unmap (const GstNtPages * pages)
{
  munmap (pages->mapping, pages->mapping_bytes);
}
