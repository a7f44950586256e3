/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A system without memory, or without threads, for the engine's calls: the
 * linker gives them to these wrappers (-Wl,--wrap). GLib and the C library
 * itself get what there is. That needs the engine linked statically; the tests
 * of the shared libgstntstrip have ../memory/mappings.h. */

#pragma once

#include <stdbool.h>
#include <stddef.h>

/* From now on the @nth request for memory fails (1: the next one), and where
 * @all_after, all after it. 0: none. Counts from 0 again. */
void faults_begin (unsigned nth, bool all_after);

/* All requests succeed again. Returns whether one failed. */
bool faults_end (void);

/* Requests for memory since faults_begin(). */
size_t faults_count_requests (void);

/* Blocks and mappings that the engine has now. */
size_t faults_count_blocks (void);

/* From now on the system gives @n more threads; -1: as many as there are. */
void faults_set_threads (int n);
