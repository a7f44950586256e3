/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Are the strips right? Every byte of every strip is compared with the frames
 * that went in. Nothing is timed here. */

#pragma once

#include "frames.h"

typedef struct _Verifier Verifier;

/* Looks at what leaves @mixer from now on. */
Verifier *verifier_new (GstElement * mixer, const FrameRing * ring);
void verifier_free (Verifier * verifier);

/* FALSE with @error, which says what is wrong, if a strip is not the frames
 * side by side, comes at the wrong time, or does not come at all. */
gboolean verifier_check (const Verifier * verifier, guint n_expected,
    GError ** error);
