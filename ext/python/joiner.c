/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "joiner.h"

#include <string.h>

#include "words.h"

/* So many threads that stack at the same time find one each; a joiner takes
 * some 100 bytes a tile. */
#define MAX_IDLE 8

static void
free_joiner (Joiner * joiner)
{
  ntm_strip_free (joiner->strip);
  ntm_layout_unref (joiner->layout);
  ntm_composer_free (joiner->composer);
  PyMem_Free (joiner);
}

static bool
fits (const Joiner * joiner, const NtmTile * tiles, size_t n,
    const NtmLayoutRules * rules)
{
  const NtmLayout *layout = joiner->layout;

  return layout->n_tiles == n
      && layout->rules.pixel_bytes == rules->pixel_bytes
      && layout->rules.columns == rules->columns
      && memcmp (layout->tiles, tiles, n * sizeof *tiles) == 0;
}

static Joiner *
take_idle (State * state, const NtmTile * tiles, size_t n,
    const NtmLayoutRules * rules)
{
  for (Joiner ** link = &state->joiners; *link; link = &(*link)->next) {
    Joiner *joiner = *link;

    if (fits (joiner, tiles, n, rules)) {
      *link = joiner->next;
      return joiner;
    }
  }

  return NULL;
}

static void
complain_of_stride (ptrdiff_t stride)
{
  py_nt_complain (PyExc_ValueError, "out", NO_INDEX, "has rows that overlap:"
      " they are %zd bytes apart", (Py_ssize_t) stride);
}

static Joiner *
new_joiner (const NtmTile * tiles, size_t n, const NtmLayoutRules * rules,
    void *data, ptrdiff_t stride)
{
  Joiner *joiner = PyMem_Calloc (1, sizeof *joiner);
  NtmStatus status = NTM_NO_MEMORY;
  char text[256];

  if (joiner)
    joiner->composer = ntm_composer_new ();
  if (joiner && joiner->composer) {
    status = ntm_layout_new (&joiner->layout, tiles, n, rules);
    if (status == NTM_OK)
      status = ntm_strip_wrap (&joiner->strip, joiner->layout, data, stride);
    /* Results are in memory that is written once, or over and over. */
    ntm_composer_set_stream_from (joiner->composer, 0, 1);
  }
  if (status == NTM_OK)
    return joiner;

  if (status == NTM_BAD_STRIDE) {
    complain_of_stride (stride);
  } else {
    ntm_layout_explain (status, tiles, n, rules, text, sizeof text);
    if (status == NTM_NO_MEMORY)
      PyErr_SetString (PyExc_MemoryError, text);
    else
      PyErr_Format (PyExc_ValueError, "the result is too large: %s", text);
  }
  if (joiner)
    free_joiner (joiner);

  return NULL;
}

Joiner *
py_nt_joiner_take (State * state, const NtmTile * tiles, size_t n,
    const NtmLayoutRules * rules, void *data, ptrdiff_t stride)
{
  Joiner *joiner = take_idle (state, tiles, n, rules);

  if (joiner == NULL)
    return new_joiner (tiles, n, rules, data, stride);

  if (ntm_strip_set_data (joiner->strip, data, stride) != NTM_OK) {
    py_nt_joiner_give_back (state, joiner);
    complain_of_stride (stride);
    return NULL;
  }

  return joiner;
}

void
py_nt_joiner_give_back (State * state, Joiner * joiner)
{
  size_t n_idle = 1;

  joiner->next = state->joiners;
  state->joiners = joiner;
  for (Joiner * last = joiner; last->next; last = last->next)
    if (++n_idle > MAX_IDLE) {
      /* The one that was not used for the longest time. */
      free_joiner (last->next);
      last->next = NULL;
      break;
    }
}

void
py_nt_joiner_free_all (State * state)
{
  while (state->joiners) {
    Joiner *joiner = state->joiners;

    state->joiners = joiner->next;
    free_joiner (joiner);
  }
}
