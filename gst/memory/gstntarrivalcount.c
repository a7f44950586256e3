/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntarrivalcount.h"

/* After a copy that was useless, this many frames are not copied on arrival.
 * Each further one doubles the pause, until a copy was of use. */
#define MIN_PAUSE 8
#define MAX_PAUSE 512

void
gst_nt_arrivals_blame (GstNtView * view)
{
  GstNtArrivals *arrivals = view->arrivals;

  if (view->blamed)
    return;
  view->blamed = TRUE;

  arrivals->next_pause = CLAMP (arrivals->next_pause * 2, MIN_PAUSE, MAX_PAUSE);
  arrivals->pause = arrivals->next_pause;
}

void
gst_nt_arrivals_note_shown (GstNtView * view)
{
  if (view->shown)
    gst_nt_arrivals_blame (view);
  view->shown = TRUE;
}

void
gst_nt_arrivals_note_gone (GstNtView * view, gboolean could_be_shown)
{
  if (view->shown && !view->blamed)
    view->arrivals->next_pause = 0;
  if (!view->shown && could_be_shown)
    gst_nt_arrivals_blame (view);
}
