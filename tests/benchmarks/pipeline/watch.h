/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What probes on the pads of the mixer see of a pipeline. */

#pragma once

#include <gst/gst.h>

typedef struct _Watch Watch;

/* Watches @mixer from now on. Of @n_strips strips, the first @n_warm_up are not
 * measured. @arrivals: watches its sink pads as well, for the delay from the
 * last frame of a strip to the strip. */
Watch *watch_new (GstElement * mixer, guint n_strips, guint n_warm_up,
    gboolean arrivals);
void watch_free (Watch * watch);

/* Prints a line "NAME VALUE" for each figure. Returns FALSE with @error if
 * there were too few strips. */
gboolean watch_print (const Watch * watch, GError ** error);
