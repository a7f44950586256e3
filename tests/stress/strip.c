/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The bytes of a strip, from its tile-meta; see the header. */

#include "strip.h"

#include <string.h>

#include "../check/ntmosaic/rig/frames.h"
#include "../check/ntmosaic/rig/pixels.h"
#include "frame.h"
#include "report.h"

const guint32 strip_colours[STRIP_COLOURS] = {
  0xff000000, 0xff204060, 0x80ffffff, 0xffd01030
};

/* What the metas say of one strip. */
typedef struct
{
  guint pad;
  guint x;
  guint y;
  guint width;
  guint height;
  const gchar *state;
  GstClockTime pts;
  guint code;                   /* of its frame */
} Tile;

typedef struct
{
  GstVideoInfo info;
  guint pixel_bytes;
  guint n_tiles;
  Tile tiles[STRIP_MOST_PADS];
} Strip;

void
strip_check_init (StripCheck * self, guint32 key)
{
  *self = (StripCheck) {.key = key };
  g_mutex_init (&self->lock);
  self->links = g_new0 (StripLinks, STRIP_MOST_PADS);
}

void
strip_check_clear (StripCheck * self)
{
  g_mutex_clear (&self->lock);
  g_free (self->links);
  g_free (self->expected);
}

void
strip_check_link (StripCheck * self, guint pad, guint source,
    gboolean is_untimed)
{
  StripLinks *links = &self->links[pad];

  if (pad >= STRIP_MOST_PADS)
    report_fail ("there is a pad %u", pad);
  source %= FRAME_MOST_SOURCES;
  g_mutex_lock (&self->lock);
  links->last[source] = ++links->n_links;
  if (links->first[source] == 0)
    links->first[source] = links->n_links;
  self->is_untimed[source] = is_untimed;
  g_mutex_unlock (&self->lock);
}

/* ---- What the metas say ---- */

static void
read_tile (Tile * tile, GstVideoRegionOfInterestMeta * meta)
{
  const GstStructure *s = gst_video_region_of_interest_meta_get_param (meta,
      "application/x-ntmosaic-tile");

  if (s == NULL)
    report_fail ("a tile-meta without its structure");
  *tile = (Tile) {
    .x = meta->x,.y = meta->y,.width = meta->w,.height = meta->h,
    .pts = GST_CLOCK_TIME_NONE,
  };
  if (!gst_structure_get_uint (s, "pad", &tile->pad)
      || (gint) tile->pad != meta->id || tile->pad >= STRIP_MOST_PADS)
    report_fail ("a tile-meta of pad %d names pad %u", meta->id, tile->pad);
  tile->state = gst_structure_get_string (s, "state");
  gst_structure_get_uint64 (s, "pts", &tile->pts);
}

/* A tile that shows no frame. A still without a timestamp gets one. */
static gboolean
is_background (const Tile * tile)
{
  return tile->pts == GST_CLOCK_TIME_NONE;
}

static gboolean
overlap (const Tile * a, const Tile * b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width
      && a->y < b->y + b->height && b->y < a->y + a->height;
}

static void
check_place (const Strip * strip, const Tile * tile)
{
  const guint width = GST_VIDEO_INFO_WIDTH (&strip->info);
  const guint height = GST_VIDEO_INFO_HEIGHT (&strip->info);
  const Tile *other;

  if (tile->width > width || tile->x > width - tile->width
      || tile->height > height || tile->y > height - tile->height)
    report_fail ("pad %u: tile %ux%u at %u,%u is not inside of %ux%u",
        tile->pad, tile->width, tile->height, tile->x, tile->y, width, height);
  for (other = strip->tiles; other < tile; other++)
    if (other->pad == tile->pad || overlap (other, tile))
      report_fail ("the tiles of pads %u and %u overlap", other->pad,
          tile->pad);
}

static void
read_strip (Strip * strip, GstBuffer * buffer, GstCaps * caps)
{
  const GstMetaInfo *wanted = gst_video_region_of_interest_meta_get_info ();
  gpointer state = NULL;
  GstMeta *meta;

  if (caps == NULL || !gst_video_info_from_caps (&strip->info, caps))
    report_fail ("a strip without caps");
  strip->pixel_bytes = test_pixel_bytes (GST_VIDEO_INFO_FORMAT (&strip->info));
  strip->n_tiles = 0;
  while ((meta = gst_buffer_iterate_meta (buffer, &state))) {
    Tile *tile = &strip->tiles[strip->n_tiles];

    if (meta->info->api != wanted->api)
      continue;
    if (++strip->n_tiles > STRIP_MOST_PADS)
      report_fail ("more tiles than pads");
    read_tile (tile, (GstVideoRegionOfInterestMeta *) meta);
    check_place (strip, tile);
  }
}

/* ---- What should be in it ---- */

/* The first row, and then all from the first. */
static void
paint_background (guint8 * bytes, const GstVideoInfo * info, gsize row_bytes,
    guint32 colour)
{
  guint8 pixels[TEST_MOST_PIXEL_BYTES];
  const guint n = test_pixels_paint (info, colour, pixels);
  gsize x;
  gint y;

  for (x = 0; x < row_bytes; x++)
    bytes[x] = pixels[x % n];
  for (y = 1; y < GST_VIDEO_INFO_HEIGHT (info); y++)
    memcpy (bytes + y * row_bytes, bytes, row_bytes);
}

static FrameLook
get_look (const StripCheck * self, const Strip * strip, const Tile * tile)
{
  return (FrameLook) {
    .key = self->key,.code = tile->code,
    .format = GST_VIDEO_INFO_FORMAT (&strip->info),
    .width = tile->width,.height = tile->height,
  };
}

/* Whether the pad may show a frame of this source; any number may have been
 * read from the bytes. With the lock held. */
static gboolean
has_source (const StripCheck * self, const Tile * tile, guint source)
{
  const StripLinks *links = &self->links[tile->pad];

  return source < FRAME_MOST_SOURCES && links->last[source] > 0
      && links->last[source] >= links->shown;
}

/* The frame may be of any of the links of its source. With the lock held. */
static void
note_shown (StripCheck * self, const Tile * tile, guint source)
{
  StripLinks *links = &self->links[tile->pad];

  links->shown = MAX (links->shown, links->first[source]);
}

/* The code of a tile's frame is in its timestamp, and in its bytes if its
 * source has frames without timestamps. */
static void
find_code (StripCheck * self, const Strip * strip, Tile * tile,
    const guint8 * bytes, gssize stride)
{
  const FrameLook look = get_look (self, strip, tile);
  const guint code = frame_read_code (&look, bytes + tile->y * stride
      + (gsize) tile->x * strip->pixel_bytes, stride);
  const guint source = frame_get_source (code);

  tile->code = frame_get_code (tile->pts);
  g_mutex_lock (&self->lock);
  if (has_source (self, tile, source) && self->is_untimed[source]) {
    tile->code = code;
    report_add (REPORT_UNTIMED_TILES, 1);
  }
  if (!has_source (self, tile, frame_get_source (tile->code)))
    report_fail ("pad %u, %s, %ux%u, pts %" G_GUINT64_FORMAT ", bytes of %u: "
        "it never had a source %u, or has shown a later one", tile->pad,
        tile->state, tile->width, tile->height, tile->pts, code,
        frame_get_source (tile->code));
  note_shown (self, tile, frame_get_source (tile->code));
  g_mutex_unlock (&self->lock);
}

static void
paint_tile (StripCheck * self, const Strip * strip, const Tile * tile,
    gsize row_bytes)
{
  const FrameLook look = get_look (self, strip, tile);

  frame_write (&look, self->expected + tile->y * row_bytes
      + (gsize) tile->x * strip->pixel_bytes, row_bytes);
}

static void
paint (StripCheck * self, const Strip * strip, gsize row_bytes)
{
  const gsize bytes = row_bytes * GST_VIDEO_INFO_HEIGHT (&strip->info);
  guint i;

  if (bytes > self->bytes) {
    g_free (self->expected);
    self->expected = g_malloc (bytes);
    self->bytes = bytes;
  }
  paint_background (self->expected, &strip->info, row_bytes,
      strip_colours[self->colour]);
  for (i = 0; i < strip->n_tiles; i++)
    if (!is_background (&strip->tiles[i]))
      paint_tile (self, strip, &strip->tiles[i], row_bytes);
}

/* ---- The comparison ---- */

static gboolean
is_same (StripCheck * self, const GstVideoFrame * frame, gsize row_bytes)
{
  const guint8 *bytes = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  gint y;

  for (y = 0; y < GST_VIDEO_FRAME_HEIGHT (frame); y++)
    if (memcmp (bytes + y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0),
            self->expected + y * row_bytes, row_bytes) != 0)
      return FALSE;

  return TRUE;
}

/* Whether the pixel at @x and @y is of the tile. */
static gboolean
has_pixel (const Tile * tile, guint x, guint y)
{
  return x - tile->x < tile->width && y - tile->y < tile->height;
}

/* How many bytes are not as expected: all, or those of @tile. */
static guint64
count_wrong (StripCheck * self, const Strip * strip,
    const GstVideoFrame * frame, gsize row_bytes, const Tile * tile)
{
  const guint8 *bytes = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  const gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  const gsize n = row_bytes * GST_VIDEO_FRAME_HEIGHT (frame);
  guint64 n_wrong = 0;
  gsize i;

  for (i = 0; i < n; i++) {
    const guint x = i % row_bytes / strip->pixel_bytes;
    const guint y = i / row_bytes;

    if (bytes[y * stride + i % row_bytes] != self->expected[i]
        && (!tile || has_pixel (tile, x, y)))
      n_wrong++;
  }

  return n_wrong;
}

/* Of the colours that the background may have, that with the fewest bytes that
 * are wrong. */
static void
paint_best (StripCheck * self, const Strip * strip, const GstVideoFrame * frame,
    gsize row_bytes)
{
  guint64 fewest = G_MAXUINT64;
  guint best = 0;
  guint i;

  for (i = 0; i < STRIP_COLOURS; i++) {
    guint64 n_wrong;

    self->colour = i;
    paint (self, strip, row_bytes);
    n_wrong = count_wrong (self, strip, frame, row_bytes, NULL);
    if (n_wrong < fewest) {
      fewest = n_wrong;
      best = i;
    }
  }
  self->colour = best;
  paint (self, strip, row_bytes);
}

static void
explain (StripCheck * self, const Strip * strip, const GstVideoFrame * frame,
    gsize row_bytes)
{
  GString *text = g_string_new (NULL);
  guint i;

  paint_best (self, strip, frame, row_bytes);
  g_string_append_printf (text, "strip of %dx%d, %s: %" G_GUINT64_FORMAT
      " wrong bytes", GST_VIDEO_FRAME_WIDTH (frame),
      GST_VIDEO_FRAME_HEIGHT (frame), GST_VIDEO_INFO_NAME (&strip->info),
      count_wrong (self, strip, frame, row_bytes, NULL));
  for (i = 0; i < strip->n_tiles; i++) {
    const Tile *tile = &strip->tiles[i];

    g_string_append_printf (text, "\n  pad %u: %s, %ux%u at %u,%u, pts %"
        G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " wrong", tile->pad,
        tile->state, tile->width, tile->height, tile->x, tile->y, tile->pts,
        count_wrong (self, strip, frame, row_bytes, tile));
  }
  report_fail ("%s", text->str);
}

static void
find_codes (StripCheck * self, Strip * strip, const GstVideoFrame * frame)
{
  guint i;

  for (i = 0; i < strip->n_tiles; i++) {
    Tile *tile = &strip->tiles[i];

    if (is_background (tile)) {
      report_add (REPORT_BACKGROUND, 1);
      continue;
    }
    find_code (self, strip, tile, GST_VIDEO_FRAME_PLANE_DATA (frame, 0),
        GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0));
    report_add (REPORT_TILES, 1);
    report_add (REPORT_KEPT, strcmp (tile->state, "kept") == 0);
  }
  report_add (REPORT_STRIPS, 1);
}

void
strip_check (StripCheck * self, GstBuffer * buffer, GstCaps * caps)
{
  Strip strip;
  GstVideoFrame frame;
  gsize row_bytes;
  guint i;

  read_strip (&strip, buffer, caps);
  row_bytes = (gsize) GST_VIDEO_INFO_WIDTH (&strip.info) * strip.pixel_bytes;
  if (!gst_video_frame_map (&frame, &strip.info, buffer, GST_MAP_READ))
    report_fail ("a strip that can't be mapped");
  find_codes (self, &strip, &frame);
  for (i = 0; i < STRIP_COLOURS; i++) {
    paint (self, &strip, row_bytes);
    if (is_same (self, &frame, row_bytes))
      break;
    self->colour = (self->colour + 1) % STRIP_COLOURS;
  }
  if (i == STRIP_COLOURS)
    explain (self, &strip, &frame, row_bytes);
  report_add (REPORT_BYTES, row_bytes * GST_VIDEO_INFO_HEIGHT (&strip.info));
  gst_video_frame_unmap (&frame);
}
