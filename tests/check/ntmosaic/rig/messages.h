/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Errors and warnings on a bus, and what their texts say. */

#pragma once

#include <gst/gst.h>

/* The next message of @types that is on @bus, or comes before @wait is over;
 * NULL: none. What else came before it is dropped. */
GstMessage *test_pop_message (GstBus * bus, GstMessageType types,
    GstClockTime wait);

/* The text of the next message of @types from @source that is on @bus, or comes
 * before @wait is over; NULL: none. What others sent before it is dropped. */
gchar *test_pop_text (GstBus * bus, GstElement * source,
    GstMessageType types, GstClockTime wait);

/* Fails the test unless there is a message of @types from @source, or comes
 * soon, and its text has all of the words, which end with NULL. That there is
 * no second one, test_rig_free () sees. */
void test_expect_message (GstBus * bus, GstElement * source,
    GstMessageType types, ...) G_GNUC_NULL_TERMINATED;

/* Fails the test if a message of @types from @source is on @bus. What others
 * sent is dropped. */
void test_expect_no_message (GstBus * bus, GstElement * source,
    GstMessageType types);
