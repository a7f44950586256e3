/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#pragma once

#include <stdint.h>

/* Returns the time on the monotonic clock, in nanoseconds. */
uint64_t ntm_clock_get_nanoseconds (void);
