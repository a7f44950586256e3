/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Many cases, one line each: from 1 to 1000 pads, from small tiles to large
 * ones. Each case is measured by this same program in a process of its own, so
 * that none finds what another left behind. */

#pragma once

#include "options.h"

/* FALSE with @error if a case failed; the others are measured all the same. */
gboolean table_run (const Options * options, GError ** error);
