/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A pool of an upstream that uses its memory again at once: when the last
 * reference on a buffer is gone, all its bytes are written. */

#pragma once

#include <gst/gst.h>

/* A pool of two buffers of @bytes bytes, active. */
GstBufferPool *refill_pool_new (GstCaps * caps, gsize bytes);
