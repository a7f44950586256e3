/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The first lines of every program's output: which build this is. Every figure
 * needs them. */

#pragma once

void about_print (void);
