/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The model of a schedule; see the header. */

#include "schedule_model.h"

#include <string.h>

static void
clear_frame (ModelFrame * frame)
{
  g_clear_pointer (&frame->bytes, g_free);
}

void
model_pad_init (ModelPad * pad, guint width, guint height)
{
  *pad = (ModelPad) {
    .width = width,
    .height = height,
  };
}

void
model_pad_clear (ModelPad * pad)
{
  if (pad->has_next) {
    pad->width = pad->next.width;
    pad->height = pad->next.height;
    clear_frame (&pad->next);
  }
  clear_frame (&pad->shown);
  pad->has_next = FALSE;
  pad->ended = FALSE;
}

void
model_pad_queue (ModelPad * pad, const ModelFrame * frame)
{
  g_assert (!pad->has_next);
  pad->next = *frame;
  pad->has_next = TRUE;
}

void
model_pad_advance (ModelPad * pad, guint k)
{
  if (pad->has_next && pad->next.begin <= k) {
    pad->width = pad->next.width;
    pad->height = pad->next.height;
    if (pad->next.missing) {
      pad->shown.end = pad->next.end;
    } else {
      clear_frame (&pad->shown);
      pad->shown = pad->next;
    }
    pad->has_next = FALSE;
  } else if (pad->ended && !pad->repeats && pad->shown.end <= k) {
    clear_frame (&pad->shown);
  }
}

/* ---- The strip ---- */

/* A component other than red, green and blue is alpha or padding. */
static void
background_bytes (const ModelRules * rules, guint8 * pixel)
{
  const GstVideoFormatInfo *info = gst_video_format_get_info (rules->format);

  memset (pixel, rules->background >> 24, PIXEL_BYTES);
  pixel[GST_VIDEO_FORMAT_INFO_POFFSET (info, 0)] = rules->background >> 16;
  pixel[GST_VIDEO_FORMAT_INFO_POFFSET (info, 1)] = rules->background >> 8;
  pixel[GST_VIDEO_FORMAT_INFO_POFFSET (info, 2)] = rules->background;
}

static guint
frame_top (guint align, guint strip_height, guint height)
{
  switch (align) {
    case 0:
      return 0;
    case 1:
      return (strip_height - height) / 2;
    default:
      return strip_height - height;
  }
}

static gboolean
fits (const ModelRules * rules, const ModelPad * pad)
{
  return pad->shown.format == rules->format && pad->shown.width == pad->width
      && pad->shown.height == pad->height;
}

static void
paint_tile (ModelStrip * strip, guint x, guint top, const ModelFrame * frame)
{
  const gsize row_bytes = (gsize) frame->width * PIXEL_BYTES;
  guint y;

  for (y = 0; y < frame->height; y++)
    memcpy (strip->bytes
        + ((gsize) (top + y) * strip->width + x) * PIXEL_BYTES,
        frame->bytes + y * row_bytes, row_bytes);
}

void
model_strip_init (ModelStrip * strip, const ModelRules * rules,
    ModelPad ** pads, guint n_pads)
{
  guint8 pixel[PIXEL_BYTES];
  guint x = 0;
  gsize p;
  guint i;

  *strip = (ModelStrip) { 0, };
  for (i = 0; i < n_pads; i++) {
    strip->width += pads[i]->width;
    strip->height = MAX (strip->height, pads[i]->height);
  }
  strip->bytes = g_malloc ((gsize) strip->width * strip->height * PIXEL_BYTES);

  background_bytes (rules, pixel);
  for (p = 0; p < (gsize) strip->width * strip->height; p++)
    memcpy (strip->bytes + p * PIXEL_BYTES, pixel, PIXEL_BYTES);
  for (i = 0; i < n_pads; x += pads[i++]->width)
    if (pads[i]->shown.bytes && fits (rules, pads[i]))
      paint_tile (strip, x, frame_top (rules->align, strip->height,
              pads[i]->height), &pads[i]->shown);
}

void
model_strip_clear (ModelStrip * strip)
{
  g_clear_pointer (&strip->bytes, g_free);
}
