/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One number out of several measurements. */

#pragma once

#include <glib.h>

typedef struct
{
  gdouble median;
  gdouble least;
  gdouble most;
} Spread;

/* The median of @n_values values, which it sorts. */
gdouble median (gdouble * values, gsize n_values);

/* Of one value or more. */
Spread spread_of (const gdouble * values, gsize n_values);

/* The median of @over[i] / @under[i]: what was measured in the same round is
 * compared with each other, so that a machine that gets slower makes no
 * difference. */
gdouble median_ratio (const gdouble * over, const gdouble * under,
    gsize n_values);
