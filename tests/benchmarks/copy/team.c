/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "team.h"

#include <pthread.h>

struct _Team
{
  guint n_members;              /* threads besides the caller */
  GThread **members;
  pthread_barrier_t start;
  pthread_barrier_t end;

  /* The caller writes these before the start. */
  gboolean ending;
  TeamFunc func;
  TeamDoneFunc done;
  gpointer data;
  guint n_items;

  gint next;                    /* atomic: the next item to take */
};

static void
work (Team * team)
{
  guint item;

  while ((item = g_atomic_int_add (&team->next, 1)) < team->n_items)
    team->func (team->data, item);
  team->done (team->data);
}

static gpointer
member_main (gpointer data)
{
  Team *team = data;

  for (;;) {
    pthread_barrier_wait (&team->start);
    if (team->ending)
      return NULL;
    work (team);
    pthread_barrier_wait (&team->end);
  }
}

Team *
team_new (guint n_threads)
{
  Team *team = g_new0 (Team, 1);

  team->n_members = n_threads - 1;
  team->members = g_new (GThread *, team->n_members);
  pthread_barrier_init (&team->start, NULL, n_threads);
  pthread_barrier_init (&team->end, NULL, n_threads);
  for (guint i = 0; i < team->n_members; i++)
    team->members[i] = g_thread_new ("team", member_main, team);

  return team;
}

void
team_free (Team * team)
{
  team->ending = TRUE;
  pthread_barrier_wait (&team->start);
  for (guint i = 0; i < team->n_members; i++)
    g_thread_join (team->members[i]);

  pthread_barrier_destroy (&team->start);
  pthread_barrier_destroy (&team->end);
  g_free (team->members);
  g_free (team);
}

void
team_run (Team * team, TeamFunc func, TeamDoneFunc done, gpointer data,
    guint n_items)
{
  team->func = func;
  team->done = done;
  team->data = data;
  team->n_items = n_items;
  g_atomic_int_set (&team->next, 0);

  pthread_barrier_wait (&team->start);
  work (team);
  pthread_barrier_wait (&team->end);
}
