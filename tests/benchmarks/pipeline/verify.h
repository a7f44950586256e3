/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Are the strips right? Compares every byte of every strip with the frames that
 * went in, and times nothing. */

#pragma once

#include "frames.h"

typedef struct _Verifier Verifier;

/* Checks every strip that leaves @mixer from now on. It has @n_columns frames
 * in a row. */
Verifier *verifier_new (GstElement * mixer, const FrameRing * ring,
    guint n_columns);
void verifier_free (Verifier * verifier);

/* Returns FALSE with @error, which says what is wrong, if a strip is not the
 * frames in their places, has the wrong time, or is missing. */
gboolean verifier_check (const Verifier * verifier, guint n_expected,
    GError ** error);
