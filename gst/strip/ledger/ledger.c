/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The ledger. A strip has one colour of background at a time, so a line says
 * only whether pixels have it, and the ledger says which. */

#include "ledger.h"

#include <stdlib.h>
#include <string.h>

bool
ntm_ledger_init (NtmLedger * ledger, size_t n_lines, size_t background_bytes)
{
  memset (ledger, 0, sizeof *ledger);
  ledger->lines = calloc (n_lines, sizeof *ledger->lines);
  if (ledger->lines == NULL)
    return false;

  for (size_t i = 0; i < n_lines; i++)
    ledger->lines[i].word = NTM_TILE_BACKGROUND;
  ledger->n_lines = n_lines;
  ledger->background_bytes = background_bytes;
  atomic_init (&ledger->is_void, false);

  return true;
}

void
ntm_ledger_clear (NtmLedger * ledger)
{
  free (ledger->lines);
}

static bool
has_background (const NtmLedger * ledger, const void *background)
{
  return memcmp (ledger->background, background, ledger->background_bytes) == 0;
}

static void
forget_background (NtmLedger * ledger)
{
  for (size_t i = 0; i < ledger->n_lines; i++) {
    ledger->lines[i].frame_is_background = false;
    ledger->lines[i].has_margin = false;
  }
}

void
ntm_ledger_begin (NtmLedger * ledger, const void *background)
{
  if (atomic_exchange_explicit (&ledger->is_void, false, memory_order_acq_rel))
    memset (ledger->lines, 0, ledger->n_lines * sizeof *ledger->lines);
  if (has_background (ledger, background))
    return;

  forget_background (ledger);
  memcpy (ledger->background, background, ledger->background_bytes);
}

unsigned
ntm_ledger_ask (const NtmLedger * ledger, size_t cell, const NtmWanted * wanted,
    const void *background)
{
  const NtmLine *line = &ledger->lines[cell];
  const bool is_void =
      atomic_load_explicit (&ledger->is_void, memory_order_acquire);
  const bool same_colour = !is_void && has_background (ledger, background);
  const bool has_frame = wanted->frame_is_background
      ? same_colour && line->frame_is_background
      : !is_void && wanted->frame != NTM_CONTENT_UNKNOWN
      && line->frame == wanted->frame;

  return (has_frame ? 0 : wanted->is_in_place ? NTM_FRAME_CAME
      : NTM_MISSES_FRAME)
      | (same_colour && line->has_margin ? 0 : NTM_MISSES_MARGIN);
}

void
ntm_ledger_hold (NtmLedger * ledger, size_t cell, const NtmWanted * wanted)
{
  NtmLine *line = &ledger->lines[cell];

  line->frame = wanted->frame;
  line->frame_is_background = wanted->frame_is_background;
  line->has_margin = true;
}

void
ntm_ledger_forget_frame (NtmLedger * ledger, size_t cell)
{
  NtmLine *line = &ledger->lines[cell];

  line->frame = NTM_CONTENT_UNKNOWN;
  line->frame_is_background = false;
}
