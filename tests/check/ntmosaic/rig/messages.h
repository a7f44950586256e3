/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Errors and warnings on a bus, and the words in their texts. */

#pragma once

#include <gst/gst.h>

/* The next message of @types that is on @bus, or comes before @wait is over;
 * NULL: none. What else came before it is dropped. */
GstMessage *test_pop_message (GstBus * bus, GstMessageType types,
    GstClockTime wait);

/* The text of the next message of @types from @source that is on @bus, or comes
 * before @wait is over; NULL: none. Drops earlier messages of other
 * elements. */
gchar *test_pop_text (GstBus * bus, GstElement * source,
    GstMessageType types, GstClockTime wait);

/* Fails the test unless there is a message of @types from @source, or comes
 * soon, and its text has all of the words, which end with NULL.
 * test_rig_free() fails if there is a second message. */
void test_expect_message (GstBus * bus, GstElement * source,
    GstMessageType types, ...) G_GNUC_NULL_TERMINATED;

/* Fails the test if a message of @types from @source is on @bus. Drops messages
 * of other elements. */
void test_expect_no_message (GstBus * bus, GstElement * source,
    GstMessageType types);

/* @text, with "{formats}" replaced by the formats that the pads of @mosaic
 * take, as errors name them; to be freed. */
gchar *test_fill_in_formats (GstElement * mosaic, const gchar * text);
