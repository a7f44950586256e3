/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a downstream may do with a strip: read it, write it by every way that
 * GStreamer has, hold it or a part of it, and let go of it at any time. Nothing
 * of that may show in another strip. */

#pragma once

#include <gst/gst.h>

#include "schedule_model.h"

typedef struct
{
  GRand *rand;                  /* borrowed */
  GQueue held;                  /* of what was not let go of yet */
  guint max_held;
  guint writes;                 /* one strip in so many is written to; 0:
                                 * none */
  gboolean broken;              /* one held other bytes than it should */
} TestSink;

void test_sink_init (TestSink * sink, GRand * rand, guint max_held,
    guint writes);

/* Takes @buffer and @strip, which was found to be what it holds, and does
 * something with it. Answers the name of that. */
const gchar *test_sink_take (TestSink * sink, GstBuffer * buffer,
    ModelStrip * strip);

/* Lets go of some strips, in any order. FALSE if one of them, or of those before,
 * has other bytes than it had; or if a writer got a copy that had. */
gboolean test_sink_let_go (TestSink * sink);

/* The same for all. */
gboolean test_sink_clear (TestSink * sink);

/* Whether @buffer holds @strip; if not, @where is the first byte that is
 * wrong. */
gboolean test_sink_compare (GstBuffer * buffer, const ModelStrip * strip,
    gsize * where);
