/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "compose/plan.h"

#include <stdlib.h>
#include <string.h>

/* Enough for a strip of a hundred small tiles and their margins. */
#define FIRST_ROOM 256

bool
ntm_plan_init (NtmPlan * plan)
{
  memset (plan, 0, sizeof *plan);
  plan->jobs = calloc (FIRST_ROOM, sizeof *plan->jobs);
  plan->units = calloc (FIRST_ROOM, sizeof *plan->units);
  if (plan->jobs == NULL || plan->units == NULL) {
    ntm_plan_free (plan);
    return false;
  }
  plan->room = FIRST_ROOM;

  return true;
}

void
ntm_plan_free (NtmPlan * plan)
{
  free (plan->units);
  free (plan->jobs);
}

void
ntm_plan_clear (NtmPlan * plan)
{
  plan->n_jobs = 0;
  plan->n_units = 0;
  plan->unit_bytes = 0;
  plan->bytes = 0;
}

/* If only one array can grow, @room stays what it was. No array has more bytes
 * than PTRDIFF_MAX: twice that does not overflow. */
static bool
grow (NtmPlan * plan)
{
  const size_t room = 2 * plan->room;
  size_t *units;
  NtmJob *jobs;

  jobs = realloc (plan->jobs, room * sizeof *jobs);
  if (jobs == NULL)
    return false;
  plan->jobs = jobs;
  units = realloc (plan->units, room * sizeof *units);
  if (units == NULL)
    return false;
  plan->units = units;
  plan->room = room;

  return true;
}

bool
ntm_plan_add (NtmPlan * plan, const NtmJob * job)
{
  const size_t bytes = job->row_bytes * job->rows;

  if (plan->n_jobs == plan->room && !grow (plan))
    return false;

  if (plan->n_units == 0 || plan->unit_bytes + bytes > NTM_BLOCK_BYTES) {
    plan->units[plan->n_units++] = plan->n_jobs;
    plan->unit_bytes = 0;
  }
  plan->jobs[plan->n_jobs++] = *job;
  plan->unit_bytes += bytes;
  plan->bytes += bytes;

  return true;
}

size_t
ntm_plan_get_first_job (const NtmPlan * plan, size_t unit)
{
  return unit < plan->n_units ? plan->units[unit] : plan->n_jobs;
}
