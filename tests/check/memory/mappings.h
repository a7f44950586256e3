/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A system with little memory, as far as large mappings go, or one in which
 * something happens while memory is mapped. What a real one gives depends on
 * its memory, on its overcommit setting, and on the size of addresses: with 32
 * bits it can give half of all addresses. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From here on, mmap() succeeds only @n_left more times for @bytes or more. */
void test_limit_mappings (gint n_left, gsize bytes);

/* The system gives again what it has. */
void test_unlimit_mappings (void);

/* The next mmap() of @bytes or more, in this thread, calls @function first;
 * NULL: none does. Returns whether a function is given up that was not
 * called. */
gboolean test_at_next_mapping (gsize bytes, void (*function) (gpointer data),
    gpointer data);

G_END_DECLS
