/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "joiner.h"

#include <string.h>

#include "out.h"

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

static Joiner *
new_joiner (const NtmTile * tiles, size_t n, const NtmLayoutRules * rules,
    void *data, ptrdiff_t stride)
{
  Joiner *joiner = PyMem_Calloc (1, sizeof *joiner);

  if (joiner == NULL || (joiner->composer = ntm_composer_new ()) == NULL) {
    PyMem_Free (joiner);
    PyErr_NoMemory ();
    return NULL;
  }
  /* Results are in memory that is written once, or over and over. */
  ntm_composer_set_stream_from (joiner->composer, 0, 1);
  joiner->layout = py_nt_layout_new (tiles, n, rules,
      "the result is too large: ");
  if (joiner->layout == NULL
      || py_nt_out_set (&joiner->strip, joiner->layout, data, stride) < 0) {
    free_joiner (joiner);
    return NULL;
  }

  return joiner;
}

Joiner *
py_nt_joiner_take (State * state, const NtmTile * tiles, size_t n,
    const NtmLayoutRules * rules, void *data, ptrdiff_t stride)
{
  Joiner *joiner = take_idle (state, tiles, n, rules);

  if (joiner == NULL)
    return new_joiner (tiles, n, rules, data, stride);

  if (py_nt_out_set (&joiner->strip, joiner->layout, data, stride) < 0) {
    py_nt_joiner_give_back (state, joiner);
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
