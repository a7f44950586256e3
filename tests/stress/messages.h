/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which errors and warnings a disturbed pipeline may post, and what GStreamer
 * may log. */

#pragma once

#include <gst/gst.h>

/* Ends the program unless @message, an error or a warning, is one of those that
 * what happens to the pipeline explains. @has_error: there was an error since
 * the last start. In any thread. */
void messages_check (GstMessage * message, gboolean has_error);

/* From now on, a warning that a library logs ends the program, unless it is a
 * known one of GStreamer's. */
void messages_hear_log (void);
