/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A system with little memory: large mappings fail; or one in which something
 * happens while memory is mapped. The large mappings of a real system
 * depend on its memory, on its overcommit setting, and on the size of
 * addresses: with 32 bits, it can give half of all addresses.
 *
 * ../strip/faults.h has the same purpose for the engine alone. There the linker
 * redirects the calls, which works only where the engine is linked statically.
 * libgstntstrip is a shared library: here the test's mmap() comes before the C
 * library's for the whole process, and small requests must therefore pass. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From here on, mmap() succeeds only @n_left more times for @bytes or more. */
void test_limit_mappings (gint n_left, gsize bytes);

/* From here on, the system decides. */
void test_unlimit_mappings (void);

/* The next mmap() of @bytes or more, in this thread, calls @function first;
 * NULL: none does. Returns whether a function is given up that was not
 * called. */
gboolean test_at_next_mapping (gsize bytes, void (*function) (gpointer data),
    gpointer data);

G_END_DECLS
