/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Navigation events: from coordinates of the strip to those of a frame, in
 * pixels. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicnavigation.h"

#include "gstntmosaicpad.h"

/* The fields of GstNavigation's mouse and touch events. The getters of
 * GStreamer 1.22 don't know scroll events, and warn when a field is missing. */
#define FIELD_X "pointer_x"
#define FIELD_Y "pointer_y"

/* Index of the tile whose frame covers the pixel, or -1. */
static gint
find_tile (const NtmLayout * layout, gdouble x, gdouble y)
{
  guint i;

  for (i = 0; i < layout->n_tiles; i++) {
    const NtmRect *frame = &layout->cells[i].frame;

    if (x >= frame->x && x < (gdouble) frame->x + frame->width
        && y >= frame->y && y < (gdouble) frame->y + frame->height)
      return i;
  }

  return -1;
}

static GstPad *
ref_pad_of_tile (GstElement * element, gint tile)
{
  GstPad *pad = NULL;
  GList *l;

  GST_OBJECT_LOCK (element);
  for (l = element->sinkpads; l && !pad; l = l->next)
    if (GST_NT_MOSAIC_PAD (l->data)->tile == tile)
      pad = gst_object_ref (l->data);
  GST_OBJECT_UNLOCK (element);

  return pad;
}

gboolean
gst_nt_mosaic_navigate (GstElement * element, const NtmLayout * layout,
    GstEvent * event)
{
  const GstStructure *s = gst_event_get_structure (event);
  gboolean handled = FALSE;
  GstPad *pad = NULL;
  gdouble x;
  gdouble y;
  gint index;

  if (!gst_structure_get_double (s, FIELD_X, &x)
      || !gst_structure_get_double (s, FIELD_Y, &y))
    goto done;

  index = find_tile (layout, x, y);
  if (index >= 0)
    pad = ref_pad_of_tile (element, index);
  if (pad == NULL)
    goto done;

  event = gst_event_make_writable (event);
  gst_structure_set (gst_event_writable_structure (event),
      FIELD_X, G_TYPE_DOUBLE, x - layout->cells[index].frame.x,
      FIELD_Y, G_TYPE_DOUBLE, y - layout->cells[index].frame.y, NULL);
  handled = gst_pad_push_event (pad, g_steal_pointer (&event));
  gst_object_unref (pad);

done:
  if (event)
    gst_event_unref (event);
  return handled;
}
