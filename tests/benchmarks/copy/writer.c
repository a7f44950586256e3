/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "writer.h"

#include "copy/copy.h"

#include <gst/gst.h>

struct _Writer
{
  const Material *material;
  NtmLayout *layout;
  guint n_strips;
  NtmStrip **strips;
  NtmSource *sources;           /* a source for each tile of each set */
  NtmComposer *composer;
  const NtmKernel *best;
};

const gchar *
writer_kernel (void)
{
  ntm_kernel_select (g_getenv ("NTMOSAIC_CPU"));

  return ntm_kernel_get_name ();
}

gchar *
writer_kernels (void)
{
  const uint32_t features = ntm_cpu_features ();
  GString *names = g_string_new (NULL);
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);

  for (size_t i = 0; i < n_kernels; i++) {
    if ((kernels[i].needs & ~features) == 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "",
          kernels[i].name);
  }
  return g_string_free (names, FALSE);
}

gsize
writer_cache_bytes (void)
{
  return ntm_llc_bytes ();
}

static gboolean
fail (GError ** error, NtmStatus status)
{
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
      ntm_status_get_text (status));
  return FALSE;
}

static gboolean
make_layout (Writer * writer, GError ** error)
{
  const Material *material = writer->material;
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmTile *tiles = g_new0 (NtmTile, material->n_tiles);
  NtmStatus status;

  for (guint i = 0; i < material->n_tiles; i++) {
    tiles[i].width = material->tile_width;
    tiles[i].height = material->tile_height;
  }
  status = ntm_layout_new (&writer->layout, tiles, material->n_tiles, &rules);
  g_free (tiles);

  return status == NTM_OK || fail (error, status);
}

static gboolean
make_strips (Writer * writer, GError ** error)
{
  for (guint i = 0; i < writer->n_strips; i++) {
    const NtmStatus status =
        ntm_strip_new (&writer->strips[i], writer->layout, NULL);

    if (status != NTM_OK)
      return fail (error, status);
    ntm_strip_touch (writer->strips[i]);
  }
  return TRUE;
}

static void
list_sources (Writer * writer)
{
  const Material *material = writer->material;
  const gsize n_frames = (gsize) material->n_tiles * material->n_sets;

  writer->sources = g_new0 (NtmSource, n_frames);
  for (gsize i = 0; i < n_frames; i++) {
    writer->sources[i].pixels = material->frames[i];
    writer->sources[i].stride = material->row_bytes;
  }
}

Writer *
writer_new (const Material * material, guint n_strips, GError ** error)
{
  Writer *writer = g_new0 (Writer, 1);

  writer_kernel ();
  writer->material = material;
  writer->n_strips = n_strips;
  writer->strips = g_new0 (NtmStrip *, n_strips);
  writer->best = ntm_kernel_find (NULL, ntm_cpu_features (), NULL);
  writer->composer = ntm_composer_new ();
  if (writer->composer == NULL)
    g_error ("no memory for a composer");
  ntm_composer_set_stream_from (writer->composer, 0, n_strips);
  if (!make_layout (writer, error) || !make_strips (writer, error)) {
    writer_free (writer);
    return NULL;
  }
  list_sources (writer);
  return writer;
}

void
writer_free (Writer * writer)
{
  for (guint i = 0; i < writer->n_strips; i++)
    ntm_strip_free (writer->strips[i]);
  ntm_layout_unref (writer->layout);
  ntm_composer_free (writer->composer);
  g_free (writer->strips);
  g_free (writer->sources);
  g_free (writer);
}

guint8 *
writer_strip (const Writer * writer, guint turn)
{
  return ntm_strip_get_data (writer->strips[turn % writer->n_strips]);
}

void
writer_set_threads (Writer * writer, guint n_threads)
{
  ntm_composer_set_max_threads (writer->composer, n_threads);
}

gboolean
writer_compose (Writer * writer, const gchar * stores, guint turn, guint set)
{
  static const gchar *const names[] = {
    [NTM_STORES_AUTO] = "auto",
    [NTM_STORES_ALWAYS] = "always",
    [NTM_STORES_NEVER] = "never",
  };
  static const guint8 background[4];
  const guint n_tiles = writer->material->n_tiles;
  NtmReport report;
  guint i = 0;

  while (i < G_N_ELEMENTS (names) && !g_str_equal (names[i], stores))
    i++;
  if (i == G_N_ELEMENTS (names))
    return FALSE;

  ntm_composer_set_stores (writer->composer, i);
  ntm_composer_compose (writer->composer,
      writer->strips[turn % writer->n_strips],
      writer->sources + (gsize) set * n_tiles, background, &report);
  if (report.tiles_copied != n_tiles)
    g_error ("%" G_GSIZE_FORMAT " of %u tiles were copied",
        report.tiles_copied, n_tiles);
  return TRUE;
}

void
writer_copy (const Writer * writer, gboolean stream, guint8 * dst,
    const guint8 * src, gsize bytes)
{
  (stream ? writer->best->copy_stream : writer->best->copy) (dst, bytes, src,
      bytes, bytes, 1);
}

void
writer_fence (const Writer * writer)
{
  writer->best->fence ();
}
