/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A pipeline with an ntstripsrc over a folder of images, to which all happens
 * that an application may do, at random: requests, cancels, seeks, stops, and
 * files that change. */

#pragma once

#include <gst/gst.h>

/* As scene_play() of scene.h. */
void gallery_play (guint pipeline, guint episode, guint32 seed, gint * beat,
    const gint * is_over);
