/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How long set_state(NULL) of a pipeline with an ntstripsrc takes, while it
 * decodes images, has requests, or waits for downstream. */

#pragma once

#include <gst/gst.h>

typedef struct GalleryStops GalleryStops;

/* Writes large images to a folder. */
GalleryStops *gallery_stops_new (void);

/* Makes a pipeline and stops it. Returns microseconds; @where gets the steps
 * that took long. The @number-th stop is the same each time with the same
 * @seed. */
gint64 gallery_stops_one (GalleryStops * self, guint32 seed, guint32 number,
    gchar ** where);

/* Removes the folder. */
void gallery_stops_free (GalleryStops * self);
