/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a downstream may do with a strip: read it, write to it in every way that
 * GStreamer has, hold it or a part of it, and drop it at any time. None of this
 * may change another strip. */

#pragma once

#include <gst/gst.h>

#include "schedule_model.h"

typedef struct
{
  GRand *rand;                  /* borrowed */
  GQueue held;                  /* of what downstream still holds */
  guint max_held;
  guint writes;                 /* downstream writes to one strip in so many; 0:
                                 * to none */
  gboolean broken;              /* a strip has had wrong bytes */
} TestSink;

void test_sink_init (TestSink * sink, GRand * rand, guint max_held,
    guint writes);

/* Does something with @buffer, whose bytes are @strip (transfer full both).
 * Returns the name of what it did. */
const gchar *test_sink_take (TestSink * sink, GstBuffer * buffer,
    ModelStrip * strip);

/* Drops some strips, in any order. Returns FALSE if the bytes of one of them,
 * or of one dropped before, have changed; or if a writer got a wrong copy. */
gboolean test_sink_let_go (TestSink * sink);

/* The same for all strips. */
gboolean test_sink_clear (TestSink * sink);

/* Whether @buffer holds @strip; if not, @where is the first wrong byte. */
gboolean test_sink_compare (GstBuffer * buffer, const ModelStrip * strip,
    gsize * where);
