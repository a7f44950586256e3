/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How long set_state(NULL) takes, at any moment, with up to 50 pads or with an
 * ntstripsrc. */

#pragma once

#include <gst/gst.h>

/* Stops pipelines @n_tries times, and prints how long it took: the median, the
 * longest, and for the longest which part of the pipeline took how much of it,
 * and the CPU time: a busy machine takes long, too. @only: the number of the
 * one stop to be tried again and again; below 0: all. @beat is set to another
 * value after each try. */
void stops_measure (guint32 seed, gint only, guint n_tries, gint * beat);
