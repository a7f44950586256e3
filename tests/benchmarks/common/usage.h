/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What this process has used so far. */

#pragma once

#include <glib.h>

typedef struct
{
  guint64 cpu_ns;
  guint64 faults;               /* page faults */
} Usage;

Usage usage_now (void);

/* Resident memory in bytes: the most that there ever was, and what there is. */
gsize usage_peak_bytes (void);
gsize usage_resident_bytes (void);
