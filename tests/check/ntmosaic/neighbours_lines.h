/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How an element of the registry is brought to make video: descriptions in the
 * syntax of gst-launch, made from the elements' templates. */

#pragma once

#include <gst/gst.h>

/* What templates don't tell: an element that does nothing unless asked to. */
typedef struct
{
  const gchar *element;
  const gchar *properties;
  gint more_width;              /* of what it is fed, than of what it makes */
  gint more_height;
  gboolean turned;              /* it is fed @height x @width */
  gboolean interlaced;
  const gchar *format;          /* that it is fed; NULL: what it makes */
} TestSetting;

/* The @i-th that is known for @element; NULL: there are no more. */
const TestSetting *test_setting_get (GstElementFactory * element, guint i);

/* Elements that can make raw video of a format that strips have, by name; a
 * reference each. */
GList *test_list_elements (void);

/* One way to feed an element. */
typedef struct
{
  const gchar *format;          /* that it is to make */
  GstElementFactory *maker;     /* that makes its input; NULL: it takes frames */
  GstElementFactory *parser;    /* between the two; NULL: none */
} TestFeed;

/* Why an element can't be run at all; NULL if it may. */
gchar *test_explain_skip (GstElementFactory * element);

/* Whether it leaves bytes of its frames as they were. */
gboolean test_is_careless (GstElementFactory * element);

/* Ways that may work, likely ones first; the array has TestFeed. */
GArray *test_list_feeds (GstElementFactory * element);

/* A description that ends with the source pad of a capsfilter: @element's frames,
 * @n_frames or so, of @width x @height. What it is fed is in @memory: see
 * "testframes". */
gchar *test_line_new (GstElementFactory * element, const TestSetting * setting,
    const TestFeed * feed, const gchar * memory, guint width, guint height,
    guint n_frames);
