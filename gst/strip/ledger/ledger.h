/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What each cell of a strip holds, and the one question about it: does it
 * already hold what it should? The choice of a strip asks, to weigh what is
 * missing; the composer asks, to write what is missing. */

#pragma once

#include <stdatomic.h>

#include "ntstrip.h"

/* One cell. */
typedef struct
{
  uint64_t frame;               /* content id of the frame's pixels, or
                                 * NTM_CONTENT_UNKNOWN */
  bool frame_is_background;     /* they are background; @frame is unknown */
  bool has_margin;              /* the margin is background */
  uint8_t word;                 /* NtmTileWord, of the last strip; before it,
                                 * NTM_TILE_BACKGROUND */
} NtmLine;

/* Belongs to the thread that has the strip, except @is_void. Different threads
 * may change lines of different cells at the same time. */
typedef struct
{
  NtmLine *lines;
  uint8_t background[NTM_MAX_PIXEL_BYTES];      /* the pixels that lines speak
                                                 * of */
  size_t background_bytes;
  size_t n_lines;
  atomic_bool is_void;          /* something else wrote; from any thread */
} NtmLedger;

/* What a cell should hold, or was just given. */
typedef struct
{
  uint64_t frame;
  bool frame_is_background;
  bool is_in_place;             /* the frame's pixels lie where they belong */
} NtmWanted;

/* Makes a ledger of @n_lines cells of which nothing is known. False: no
 * memory. */
bool ntm_ledger_init (NtmLedger * ledger, size_t n_lines,
    size_t background_bytes);

void ntm_ledger_clear (NtmLedger * ledger);

/* Begins a strip with @background. Forgets everything if something else wrote
 * meanwhile, and all background if its pixel was another one. */
void ntm_ledger_begin (NtmLedger * ledger, const void *background);

/* The question. Returns the bits of ntm_strip_ask(), also for a frame or margin
 * without pixels. */
unsigned ntm_ledger_ask (const NtmLedger * ledger, size_t cell,
    const NtmWanted * wanted, const void *background);

/* From now on, cell @cell holds @wanted, and background around it. */
void ntm_ledger_hold (NtmLedger * ledger, size_t cell,
    const NtmWanted * wanted);

/* Nothing is known of the frame of @cell any more. */
void ntm_ledger_forget_frame (NtmLedger * ledger, size_t cell);
