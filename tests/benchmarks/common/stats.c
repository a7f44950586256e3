/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "stats.h"

#include <stdlib.h>
#include <string.h>

static int
compare_doubles (const void *a, const void *b)
{
  gdouble left = *(const gdouble *) a;
  gdouble right = *(const gdouble *) b;

  return (left > right) - (left < right);
}

gdouble
median (gdouble * values, gsize n_values)
{
  qsort (values, n_values, sizeof (*values), compare_doubles);
  return (values[(n_values - 1) / 2] + values[n_values / 2]) / 2;
}

Spread
spread_of (const gdouble * values, gsize n_values)
{
  gdouble *sorted = g_new (gdouble, n_values);
  Spread spread;

  memcpy (sorted, values, n_values * sizeof (*values));
  spread.median = median (sorted, n_values);
  spread.least = sorted[0];
  spread.most = sorted[n_values - 1];

  g_free (sorted);
  return spread;
}

gdouble
median_ratio (const gdouble * over, const gdouble * under, gsize n_values)
{
  gdouble *ratios = g_new (gdouble, n_values);
  gdouble result;

  for (gsize i = 0; i < n_values; i++)
    ratios[i] = over[i] / under[i];
  result = median (ratios, n_values);

  g_free (ratios);
  return result;
}
