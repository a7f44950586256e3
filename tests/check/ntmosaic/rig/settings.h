/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The properties of an object, read and set. */

#pragma once

#include <gst/check/gstcheck.h>

/* The properties of @object's own class: each has its default at first, and
 * then what it was set to, at the ends of its range and between; and no other
 * changes. Returns how many can be set. */
guint test_settings (gpointer object);
