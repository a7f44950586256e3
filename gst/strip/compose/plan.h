/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What has to be written to a strip, in units of work for threads. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest piece of work: large enough for long runs of neighbouring rows,
 * and small enough for threads to end together. Of 1 to 1024 rows of 4 KiB, 64
 * to 128 were fastest on two threads, and no slower on one. */
#define NTM_BLOCK_BYTES ((size_t) 256 << 10)

/* Something to write: a copy, or background where @src is NULL. */
typedef struct
{
  uint8_t *dst;
  const uint8_t *src;
  ptrdiff_t src_stride;
  size_t row_bytes;
  size_t rows;
} NtmJob;

/* Threads take units: one large job, or small jobs in a row, of NTM_BLOCK_BYTES
 * together at most. */
typedef struct
{
  NtmJob *jobs;
  size_t *units;                /* the first job of each */
  size_t room;                  /* of both arrays, in elements */
  size_t n_jobs;
  size_t n_units;
  size_t unit_bytes;            /* of the last unit so far */
  size_t bytes;                 /* to write in all */
} NtmPlan;

/* Makes an empty plan with room for some jobs. False: no memory. */
bool ntm_plan_init (NtmPlan * plan);

void ntm_plan_free (NtmPlan * plan);

/* Makes @plan empty; its room stays. */
void ntm_plan_clear (NtmPlan * plan);

/* Adds @job, which has at most NTM_BLOCK_BYTES, or one row. False: @plan is
 * full, and there is no memory to make it larger. */
bool ntm_plan_add (NtmPlan * plan, const NtmJob * job);

/* Returns the first job of unit @unit. With @unit == n_units: the end. */
size_t ntm_plan_get_first_job (const NtmPlan * plan, size_t unit);
