/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An element with one source pad that does all that an upstream may do, at
 * random: frames of every kind, stills, bursts, stalls, gaps, segments, other
 * caps, flushes, EOS. */

#pragma once

#include <gst/video/video.h>

#define SOURCE_LOOKS 5

typedef struct
{
  guint number;                 /* of the source, in its frames */
  guint32 seed;                 /* of what it does */
  guint32 key;                  /* of the bytes of its frames */
  gboolean is_live;
  gboolean asks;                /* for the pad's pool */
  gboolean refills;             /* its own pool of two buffers, if it doesn't */
  gboolean is_untimed;          /* many frames have no timestamp; rate 0/1 */
  gboolean lacks_durations;     /* many frames have none */
  guint fps;                    /* frames per second; 0: each strip has one
                                 * frame */
  guint most_pixels;            /* width and height are at most this */
  gint *format;                 /* atomic: the GstVideoFormat that fits; lives
                                 * longer than the source */
  gint *look;                   /* atomic: the same of all other caps that pads
                                 * have to agree in; below SOURCE_LOOKS */
  gint *position;               /* atomic: running time of the strips in
                                 * milliseconds, where a source that starts
                                 * begins; lives as long */
} SourceSetup;

/* Not linked, in NULL. */
GstElement *source_new (const SourceSetup * setup);

/* Waits for a query under way, and asks for no more pools. A pad that answers a
 * query must not be released. */
void source_stop_asking (GstElement * source);

/* A flush from the application's thread: the source begins anew, also after
 * EOS. */
void source_flush (GstElement * source);

/* Between the two, no source flushes for a reason of its own. If its FLUSH_STOP
 * overtook the FLUSH_START of a seek, a sink of GStreamer 1.22 would wait for
 * ever: it looks whether it is flushing only when it has been woken. */
void source_forbid_flushes (void);
void source_allow_flushes (void);
