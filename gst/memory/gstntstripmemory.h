/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip as GstMemory, as long as it is out. A write map voids its ledger. */

#pragma once

#include "gstntprelude.h"
#include "gstntstrip.h"

G_BEGIN_DECLS

/* What the owner of a strip learns from its memory, from any thread. */
typedef struct
{
  /* Downstream was given a copy of a strip that it alone has, because it writes
   * and the memory is read-only. */
  void (*copied_for_writer) (GstNtStrip * strip);

  /* The last reference on the memory is gone. */
  void (*is_back) (GstNtStrip * strip);
} GstNtStripOwner;

/* Returns memory of the bytes of @strip's layout; its padding lies behind
 * them. */
GstMemory * gst_nt_strip_memory_new (GstNtStrip * strip,
    const GstNtStripOwner * owner, GstMemoryFlags flags);

/* Returns the strip whose memory @memory is, for ntm_composer_compose(); it
 * lives as long as @memory. NULL: @memory is of another kind, or only a part of
 * a strip. */
GST_NT_API
NtmStrip * gst_nt_strip_memory_get_strip (GstMemory * memory);

G_END_DECLS
