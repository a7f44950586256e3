/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What happened, how often, and how a failure is repeated. All functions may be
 * called by any thread. */

#pragma once

#include <gst/gst.h>

/* What is counted: a name of an enum value, and words for the summary. */
#define REPORT_COUNTS(X)                                                      \
    X (STRIPS, "strips checked")                                              \
    X (TILES, "tiles checked that show a frame")                              \
    X (UNTIMED_TILES, "of these, known by their bytes, not their timestamp")  \
    X (KEPT, "tiles that show a frame, kept from an earlier strip")            \
    X (BACKGROUND, "tiles checked that are background")                       \
    X (BYTES, "bytes compared")                                               \
    X (HELD, "strips held, and compared again later")                         \
    X (WRITTEN, "strips written to, in place or as a copy")                   \
    X (IN_PLACE, "of these, in place")                                        \
    X (DOWNSTREAM_POOL, "strips in downstream's memory")                      \
    X (EPISODES, "pipelines made")                                            \
    X (FRAMES, "frames pushed")                                               \
    X (STILLS, "of these, the same memory again")                             \
    X (UNTIMED, "frames without a timestamp")                                 \
    X (NO_DURATION, "frames without a duration")                              \
    X (BAD_FRAMES, "bad frames pushed")                                       \
    X (POOLED, "frames out of the pad's pool")                                \
    X (REFILLED, "frames of an upstream's own pool, written over once free")  \
    X (LISTS, "lists of frames")                                              \
    X (GAPS, "gaps")                                                          \
    X (STALLS, "stalls")                                                      \
    X (BURSTS, "bursts")                                                      \
    X (SEGMENTS, "segments")                                                  \
    X (CAPS, "changes of caps")                                               \
    X (OTHER_CAPS, "changes of caps at the same format and size")             \
    X (MISFITS, "caps that don't fit")                                        \
    X (SOURCE_EOS, "ends of a source")                                        \
    X (SOURCE_FLUSHES, "flushes by a source")                                 \
    X (PADS_ADDED, "pads added")                                              \
    X (TEES, "of these, with a tee that shares the frames")                   \
    X (PADS_RELEASED, "pads released")                                        \
    X (PADS_RELINKED, "pads relinked, one or two at once")                    \
    X (PADS_SWAPPED, "of these, two that changed places")                     \
    X (PADS_MOVED, "of these, with a new pad, the old one released")          \
    X (SOURCES_REPLACED, "sources replaced by another on the same pad")       \
    X (FORMATS, "changes of the format")                                      \
    X (SETTINGS, "changes of a property")                                     \
    X (DOWNSTREAM_CAPS, "changes of what downstream takes")                   \
    X (STATES, "state changes")                                               \
    X (FLUSHES, "flushes of a source by the application")                     \
    X (SEEKS, "seeks")                                                        \
    X (SEEKS_REFUSED, "of these, refused")                                    \
    X (EOS, "ends of the strips")                                             \
    X (IMAGE_STRIPS, "strips of images checked")                              \
    X (REQUESTS, "requests for such strips")                                  \
    X (CANCELS, "of these, taken back")                                       \
    X (FILES, "changes of an image file")                                     \
    X (WARNINGS, "warnings")                                                  \
    X (ERRORS, "errors, each followed by another start")

typedef enum
{
#define REPORT_ENUM(name, words) REPORT_##name,
  REPORT_COUNTS (REPORT_ENUM)
#undef REPORT_ENUM
  REPORT_N_COUNTS
} ReportCount;

/* The command line that repeats a failure begins with @command. */
void report_begin (const gchar * command);

void report_add (ReportCount what, guint64 n);

/* Names what the caller's thread is doing: the pipeline's number and that of
 * its episode. A failure in that thread prints them. */
void report_set_place (guint pipeline, guint episode);

/* Says what is wrong and how to repeat it, and aborts the program. Checks of
 * the rig (fail_unless()) end here, too. */
void report_fail (const gchar * format, ...) G_GNUC_PRINTF (1, 2)
    G_GNUC_NORETURN;

/* Keeps the longest stop: how long, and what was going on meanwhile. */
void report_stop (gint64 microseconds, const gchar * meanwhile);

/* One line, or all. */
void report_print_line (void);
void report_print_summary (void);
