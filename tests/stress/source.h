/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An element with one source pad that does all that an upstream may do, at
 * random: frames of every kind, stills, bursts, stalls, gaps, segments, other
 * caps, flushes, EOS. */

#pragma once

#include "stream.h"

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
