/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "about.h"

#include "commit.h"

#include <gst/gst.h>

void
about_print (void)
{
  gchar *gstreamer = gst_version_string ();

  g_print ("version %s\ncommit %s\ngstreamer %s\n", BENCH_VERSION, COMMIT,
      gstreamer);
  g_free (gstreamer);
}
