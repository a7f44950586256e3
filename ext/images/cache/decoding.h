/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Decoding what requests want, in threads or in the caller's. */

#pragma once

#include "cache/store.h"

/* With the lock held: decodes the first image that is to be, or has images
 * leave that are too much for the budget, and unlocks meanwhile. Returns false
 * if there is none, or no room for it now. */
bool ntm_decoding_do_one (NtmImages * images);

/* With the lock held: starts the threads if they were not. Where the system has
 * none, there are fewer, or none. */
void ntm_decoding_start (NtmImages * images);

/* Without the lock: ends the threads, and waits for them. */
void ntm_decoding_end (NtmImages * images);
