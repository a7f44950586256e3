/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#pragma once

/* Returns how many CPUs the process' main thread may use, 1 at least. */
unsigned ntm_images_count_cpus (void);
