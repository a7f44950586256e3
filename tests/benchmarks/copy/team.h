/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Threads that share pieces of work, for the ways that the composer is compared
 * with: started once, with one atomic counter. */

#pragma once

#include <glib.h>

typedef struct _Team Team;

typedef void (*TeamFunc) (gpointer data, guint item);

/* Each thread calls this once, after its last item. */
typedef void (*TeamDoneFunc) (gpointer data);

/* The caller of team_run() is one of the @n_threads. */
Team *team_new (guint n_threads);
void team_free (Team * team);

/* Does items 0 … @n_items - 1, and returns when all are done. */
void team_run (Team * team, TeamFunc func, TeamDoneFunc done, gpointer data,
    guint n_items);
