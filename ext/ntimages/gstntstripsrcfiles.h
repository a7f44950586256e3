/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The files that a glob names. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Returns the files that match @pattern, in the order of the shell, for
 * g_strfreev(). Folders are left out. NULL, with @error: there is none
 * (GST_RESOURCE_ERROR_NOT_FOUND), or a folder can't be read
 * (GST_RESOURCE_ERROR_OPEN_READ). */
gchar **gst_nt_strip_src_list_files (const gchar * pattern, GError ** error);

G_END_DECLS
