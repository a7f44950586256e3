/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcnegotiation.h"

#include "gstntlayout.h"
#include "gstntstripsrcorders.h"

#define GST_CAT_DEFAULT gst_nt_strip_src_debug

#define PIXEL_BYTES 4

/* Strips made ahead: one to write while downstream has the other. The pool
 * makes more if downstream keeps more. */
#define N_STRIPS 2

/* ---- The size of a tile ---- */

/* Returns the status of the first one if none can be had. A file that has no
 * room in the cache is not read. */
static NtmImageStatus
probe_any (GstNtStripSrc * self, gchar ** names, guint n_names,
    NtmImageInfo * info)
{
  const GstNtImageRules *rules = &self->settings.rules;
  const NtmImageLimits limits = {
    .max_file_bytes = MIN (rules->max_file_bytes,
        gst_nt_image_cache_get_bytes (self->cache)),
    .max_pixels = rules->max_pixels,
    .max_decode_nanoseconds = rules->max_decode_time,
  };
  NtmImageStatus first = NTM_IMAGE_NOT_FOUND;
  guint i;

  for (i = 0; i < n_names; i++) {
    const NtmImageStatus status = ntm_image_probe (names[i], &limits, info);

    if (status == NTM_IMAGE_OK)
      return status;
    if (i == 0)
      first = status;
  }

  return first;
}

static guint
scale (guint64 size, guint to, guint from)
{
  const guint64 scaled = gst_util_uint64_scale_round (size, to, from);

  return CLAMP (scaled, 1, G_MAXINT);
}

/* Fills in what the properties leave to the first image: of a list, to the
 * first one that can be had. */
static gboolean
find_size (GstNtStripSrc * self, const GstNtStripOrder * order,
    NtmTileSpec * spec)
{
  NtmImageInfo info;
  NtmImageStatus status;

  if (spec->width > 0 && spec->height > 0)
    return TRUE;

  status = probe_any (self, order->names, order->n_names, &info);
  if (status != NTM_IMAGE_OK && self->is_list)
    status = probe_any (self, self->files, self->n_files, &info);
  if (status != NTM_IMAGE_OK) {
    gst_nt_strip_src_fail_with (self, GST_STREAM_ERROR,
        GST_STREAM_ERROR_DECODE, "the size of a tile is not known, because "
        "none of %u images can be read, of which the first is %s (%s): set "
        "tile-width and tile-height", self->is_list ? self->n_files
        : order->n_names, order->names[0], ntm_image_status_get_text (status));
    return FALSE;
  }
  if (spec->width == 0 && spec->height == 0) {
    spec->width = info.width;
    spec->height = info.height;
  } else if (spec->width == 0) {
    spec->width = scale (info.width, spec->height, info.height);
  } else {
    spec->height = scale (info.height, spec->width, info.width);
  }

  return TRUE;
}

/* ---- The layout ---- */

static NtmLayout *
new_layout (GstNtStripSrc * self, const NtmTileSpec * spec, guint n_tiles)
{
  const GstNtStripSrcSettings *settings = &self->settings;
  const NtmLayoutRules rules = {
    .pixel_bytes = PIXEL_BYTES,
    .columns = settings->columns,
    .rows = settings->rows,
    .fold = settings->max_width > 0 ? NTM_FOLD_WIDE : NTM_FOLD_NEVER,
    .gap_x = settings->gap,
    .gap_y = settings->gap,
    .max_width = settings->max_width,
  };
  NtmTile *tiles = g_new0 (NtmTile, n_tiles);
  GError *error = NULL;
  NtmLayout *layout;
  guint i;

  for (i = 0; i < n_tiles; i++)
    tiles[i] = (NtmTile) {
      .width = spec->width,.height = spec->height,
    };
  layout = gst_nt_layout_new (tiles, n_tiles, &rules, &error);
  g_free (tiles);
  if (layout == NULL) {
    gst_nt_strip_src_fail (self, error);
    g_error_free (error);
  }

  return layout;
}

/* Without room for its tiles, a strip would push out its own images. */
static gboolean
check_budget (GstNtStripSrc * self, const NtmTileSpec * spec, guint n_tiles)
{
  const guint64 asked = self->settings.cache_size;
  const gsize budget = gst_nt_image_cache_get_bytes (self->cache);
  const guint64 bytes = (guint64) spec->width * spec->height * PIXEL_BYTES;

  if (bytes <= budget / n_tiles)
    return TRUE;

  gst_nt_strip_src_fail_with (self, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "a strip of %u tiles of %ux%u has %"
      G_GUINT64_FORMAT " bytes, and the cache %" G_GSIZE_FORMAT "%s: "
      "set a larger cache-size, or fewer or smaller tiles", n_tiles,
      spec->width, spec->height, bytes * n_tiles, budget,
      asked > 0 ? "" : " by default, a quarter of the free memory at most");
  return FALSE;
}

static gboolean
is_laid_out (GstNtStripSrc * self, guint n_tiles)
{
  return self->layout && self->layout->n_tiles == n_tiles;
}

static gboolean
lay_out (GstNtStripSrc * self, const GstNtStripOrder * order,
    NtmTileSpec * spec, guint n_tiles)
{
  NtmLayout *layout;

  if (!find_size (self, order, spec) || !check_budget (self, spec, n_tiles))
    return FALSE;
  layout = new_layout (self, spec, n_tiles);
  if (layout == NULL)
    return FALSE;

  ntm_layout_unref (self->layout);
  self->layout = layout;

  return TRUE;
}

/* ---- Caps ---- */

static GstCaps *
get_strip_caps (GstNtStripSrc * self)
{
  GstCaps *caps = gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (self));

  caps = gst_caps_make_writable (caps);
  gst_caps_set_simple (caps,
      "width", G_TYPE_INT, (gint) self->layout->width,
      "height", G_TYPE_INT, (gint) self->layout->height,
      "framerate", GST_TYPE_FRACTION, self->settings.fps_n,
      self->settings.fps_d,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1,
      "interlace-mode", G_TYPE_STRING, "progressive",
      "colorimetry", G_TYPE_STRING, "sRGB", NULL);

  return caps;
}

static void
fail_for_caps (GstNtStripSrc * self, const GstCaps * ours)
{
  GstCaps *theirs = gst_pad_peer_query_caps (GST_BASE_SRC_PAD (self), NULL);
  gchar *ours_text = gst_caps_to_string (ours);
  gchar *theirs_text = theirs ? gst_caps_to_string (theirs)
      : g_strdup ("nothing");

  gst_nt_strip_src_fail_with (self, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "strips are %s, but downstream takes only %s: put a videoconvert behind "
      "ntstripsrc for another format, or set columns, rows, max-width, tiles, "
      "tile-width, tile-height or framerate for another size or rate",
      ours_text, theirs_text);
  g_free (theirs_text);
  g_free (ours_text);
  gst_clear_caps (&theirs);
}

static gboolean
is_flushing (GstNtStripSrc * self)
{
  gboolean flushing;

  g_mutex_lock (&self->lock);
  flushing = self->is_flushing;
  g_mutex_unlock (&self->lock);

  return flushing || GST_PAD_IS_FLUSHING (GST_BASE_SRC_PAD (self));
}

/* Of what downstream takes. Before there is a layout, there are no caps. */
static gboolean
gst_nt_strip_src_negotiate (GstBaseSrc * src)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (src);
  GstCaps *ours;
  GstCaps *caps;
  gboolean ok;

  if (self->layout == NULL)
    return TRUE;

  ours = get_strip_caps (self);
  caps = gst_pad_peer_query_caps (GST_BASE_SRC_PAD (src), ours);
  ok = !gst_caps_is_empty (caps);
  if (ok) {
    caps = gst_caps_fixate (caps);
    ok = gst_base_src_set_caps (src, caps);
  }
  if (!ok && !is_flushing (self))
    fail_for_caps (self, ours);
  gst_caps_unref (caps);
  gst_caps_unref (ours);

  return ok;
}

/* ---- Memory ---- */

/* Strips are the element's own: they keep what they hold. */
static gboolean
gst_nt_strip_src_decide_allocation (GstBaseSrc * src, GstQuery * query)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (src);
  GstAllocationParams params;
  GError *error = NULL;

  while (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);
  if (self->layout == NULL)
    return TRUE;

  gst_allocation_params_init (&params);
  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, NULL, &params);
  if (gst_nt_strip_pool_configure (self->pool, self->layout, N_STRIPS, &params,
          &error))
    return TRUE;

  gst_nt_strip_src_fail (self, error);
  g_error_free (error);
  return FALSE;
}

/* ---- All of it ---- */

static NtmPixels
get_pixels (GstNtStripSrc * self)
{
  GstCaps *caps = gst_pad_get_current_caps (GST_BASE_SRC_PAD (self));
  const gchar *format = caps ? gst_structure_get_string
      (gst_caps_get_structure (caps, 0), "format") : NULL;
  const NtmPixels pixels = g_strcmp0 (format, "BGRA") == 0
      ? NTM_PIXELS_BGRA : NTM_PIXELS_RGBA;

  gst_clear_caps (&caps);

  return pixels;
}

static void
paint (NtmTileSpec * spec, guint32 argb)
{
  const gboolean is_bgra = spec->pixels == NTM_PIXELS_BGRA;

  spec->background[is_bgra ? 2 : 0] = argb >> 16;
  spec->background[1] = argb >> 8;
  spec->background[is_bgra ? 0 : 2] = argb;
  spec->background[3] = argb >> 24;
}

GstFlowReturn
gst_nt_strip_src_prepare (GstNtStripSrc * self, const GstNtStripOrder * order)
{
  const GstNtStripSrcSettings *settings = &self->settings;
  const guint n_tiles = self->is_list ? settings->tiles : order->n_names;
  NtmTileSpec spec = {
    .width = settings->tile_width,
    .height = settings->tile_height,
    .fit = settings->fit,
  };

  /* As long as the stream lasts, the first image counts. */
  if (self->layout) {
    spec.width = self->layout->tiles[0].width;
    spec.height = self->layout->tiles[0].height;
  }
  if (!is_laid_out (self, n_tiles)) {
    if (!lay_out (self, order, &spec, n_tiles))
      return GST_FLOW_ERROR;
    if (!gst_base_src_negotiate (GST_BASE_SRC (self)))
      return is_flushing (self) ? GST_FLOW_FLUSHING : GST_FLOW_ERROR;
  }
  spec.pixels = get_pixels (self);
  paint (&spec, settings->background_color);
  gst_nt_strip_src_set_spec (self, &spec);

  return GST_FLOW_OK;
}

void
gst_nt_strip_src_class_init_negotiation (GstNtStripSrcClass * klass)
{
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  src_class->negotiate = gst_nt_strip_src_negotiate;
  src_class->decide_allocation = gst_nt_strip_src_decide_allocation;
}
