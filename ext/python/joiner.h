/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What writes one result of concatenate() and the like: a composer, a layout,
 * and a strip in the memory of the result. Calls of the same shape, one after
 * the other, use the same one. */

#pragma once

#include "prelude.h"

#include "ntstrip.h"
#include "state.h"

struct Joiner
{
  NtmComposer *composer;
  NtmLayout *layout;
  NtmStrip *strip;
  Joiner *next;                 /* in the list of idle ones */
};

/* Takes an idle joiner, or makes one, for these tiles and this result; it
 * belongs to the caller until it is given back. NULL with ValueError or
 * MemoryError. The caller has the GIL. */
Joiner *py_nt_joiner_take (State * state, const NtmTile * tiles, size_t n,
    const NtmLayoutRules * rules, void *data, ptrdiff_t stride);

/* Gives @joiner back. The caller has the GIL. */
void py_nt_joiner_give_back (State * state, Joiner * joiner);

/* Frees the idle ones. */
void py_nt_joiner_free_all (State * state);
