/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A pipeline with an ntmosaic, to which all happens that an application may
 * do, at random. */

#pragma once

#include <gst/gst.h>

/* One life of a pipeline: it is made, disturbed, stopped and freed. What
 * happens depends on @seed alone, but for the order of threads. @beat is set to
 * another value after each event. Ends early when @is_over is not 0. */
void scene_play (guint pipeline, guint episode, guint32 seed, gint * beat,
    const gint * is_over);
