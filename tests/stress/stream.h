/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a source sends: caps, segments, gaps and frames. The streaming thread
 * calls all functions, or another thread that holds its lock. */

#pragma once

#include <gst/video/video.h>

#include "supply.h"

#define SOURCE_LOOKS 5

/* What a source is told when it is made. */
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

typedef struct
{
  GstPad *pad;                  /* borrowed */
  SourceSetup setup;
  GRand *rand;
  Supply supply;

  gboolean has_begun;           /* stream-start was sent */
  gboolean needs_segment;
  gint look;                    /* as in SourceSetup; -1: any */
  GstVideoInfo info;            /* format UNKNOWN: no caps yet */
  GstClockTime running;         /* of the next frame, full milliseconds */
  GstClockTime start;           /* of the segment, full milliseconds */
  GstClockTime base;
  guint n_frames;               /* made since the start */
  guint content;
  GstBuffer *still;             /* the last frame, or NULL */
  guint still_code;
} Stream;

void stream_init (Stream * self, GstPad * pad, const SourceSetup * setup);
void stream_clear (Stream * self);

/* As after a state change, and after a flush. */
void stream_reset (Stream * self);
void stream_forget (Stream * self);

guint stream_dice (Stream * self, guint n);

/* Bad data is an error before the first strip, and a warning later. */
gboolean stream_is_young (const Stream * self);

/* Sends what has to come before any frame. */
void stream_begin (Stream * self);

/* Whether the pipeline has another format or look now. */
gboolean stream_is_outdated (const Stream * self);

void stream_send_caps (Stream * self);
void stream_send_misfit (Stream * self);
void stream_send_other_rate (Stream * self);
void stream_send_other_look (Stream * self);
void stream_send_segment (Stream * self);
void stream_send_gap (Stream * self);

/* The next frame, of any kind. */
GstBuffer *stream_make_frame (Stream * self);
