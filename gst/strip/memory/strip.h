/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The insides of a strip, for the composer. */

#pragma once

#include "ledger/ledger.h"
#include "ntstrip.h"

struct NtmStrip
{
  uint8_t *data;                /* the first byte of the first row */
  ptrdiff_t stride;
  NtmLayout *layout;            /* a reference */
  NtmLedger ledger;
  NtmPages pages;               /* no mapping: the memory is the caller's */
  size_t bytes;                 /* of the strip's own memory; else 0 */
  size_t slack_bytes;           /* of these, behind the last row */
};

/* Returns what cell @cell of @strip should hold. @source may be NULL:
 * background. */
NtmWanted ntm_strip_want (const NtmStrip * strip, size_t cell,
    const NtmSource * source);

/* Returns the place of the frame of cell @cell. */
NtmPlace ntm_strip_get_place (const NtmStrip * strip, size_t cell);
