/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The export mark of libgstntstrip-1.0. Functions without it are hidden. */

#pragma once

#include <gst/gst.h>

#ifdef BUILDING_GST_NT_STRIP
#define GST_NT_API GST_API_EXPORT
#else
#define GST_NT_API GST_API_IMPORT
#endif
