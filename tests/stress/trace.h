/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* When each element of a pipeline stopped. It has when its message
 * STATE_CHANGED says so: sinks first, sources last. */

#pragma once

#include <gst/gst.h>

typedef struct
{
  GMutex lock;
  gint64 begin;                 /* under lock; 0: not stopping */
  GString *text;
  gint64 last;
} Trace;

/* Hears all messages of @pipeline until it is freed, and drops them. */
void trace_init (Trace * self, GstElement * pipeline);
void trace_clear (Trace * self);

/* From now on, notes what takes a millisecond and more. Returns the time. */
gint64 trace_begin (Trace * self);
