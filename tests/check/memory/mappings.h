/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A system with little memory, as far as large mappings go. What a real one
 * gives depends on its memory, on its overcommit setting, and on the size of
 * addresses: with 32 bits it can give half of all addresses. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From here on, mmap() succeeds only @n_left more times for @bytes or more. */
void test_limit_mappings (gint n_left, gsize bytes);

/* The system gives again what it has. */
void test_unlimit_mappings (void);

G_END_DECLS
