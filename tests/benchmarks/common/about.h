/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The first lines of every program's output: what was built. No figure without
 * it. */

#pragma once

void about_print (void);
