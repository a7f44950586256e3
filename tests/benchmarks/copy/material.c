/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "material.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BYTES_PER_PIXEL 4
#define CACHE_LINE_BYTES ((gsize) 64)
#define PAGE_BYTES ((gsize) 4096)
#define HUGE_PAGE_BYTES ((gsize) 2 << 20)

/* From this size on, NumPy asks for huge pages: _npy_alloc_cache() of 1.24. */
#define NUMPY_ADVISES_BYTES ((gsize) 4 << 20)

/* Most allocators align real frames to pages. With that alignment, small frames
 * here would be mostly unused memory. */
static guint8 *
block_new (gsize bytes, guint32 seed, const gchar * pages)
{
  const gboolean huge =
      g_str_equal (pages, "huge") && bytes >= HUGE_PAGE_BYTES;
  const gboolean advised = huge
      || (g_str_equal (pages, "numpy") && bytes >= NUMPY_ADVISES_BYTES);
  gsize align = bytes >= PAGE_BYTES ? PAGE_BYTES : CACHE_LINE_BYTES;
  void *block = NULL;

  if (posix_memalign (&block, huge ? HUGE_PAGE_BYTES : align, bytes) != 0)
    return NULL;
#ifdef MADV_HUGEPAGE
  if (advised)
    (void) madvise (block, bytes, MADV_HUGEPAGE);
#endif
  for (gsize i = 0; i < bytes / sizeof (seed); i++)
    ((guint32 *) block)[i] = seed + 0x9e3779b1u * (guint32) i;

  return block;
}

static gboolean
make_blocks (guint8 ** blocks, gsize n_blocks, gsize bytes, const gchar * pages)
{
  for (gsize i = 0; i < n_blocks; i++) {
    blocks[i] = block_new (bytes, (guint32) (i + 1) * 0x85ebca6bu, pages);
    if (blocks[i] == NULL)
      return FALSE;
  }
  return TRUE;
}

Material *
material_new (guint tile_width, guint tile_height, guint n_tiles,
    guint n_sets, const gchar * pages)
{
  Material *material = g_new0 (Material, 1);
  const gsize n_frames = (gsize) n_tiles * n_sets;

  material->tile_width = tile_width;
  material->tile_height = tile_height;
  material->n_tiles = n_tiles;
  material->row_bytes = (gsize) tile_width * BYTES_PER_PIXEL;
  material->tile_bytes = material->row_bytes * tile_height;
  material->strip_bytes = material->tile_bytes * n_tiles;
  material->n_sets = n_sets;
  material->frames = g_new0 (guint8 *, n_frames);
  material->pieces = g_new0 (guint8 *, n_sets);

  if (!make_blocks (material->frames, n_frames, material->tile_bytes, pages)
      || !make_blocks (material->pieces, n_sets, material->strip_bytes, pages))
    g_clear_pointer (&material, material_free);
  return material;
}

void
material_free (Material * material)
{
  for (gsize i = 0; i < (gsize) material->n_tiles * material->n_sets; i++)
    free (material->frames[i]);
  for (guint i = 0; i < material->n_sets; i++)
    free (material->pieces[i]);
  g_free (material->frames);
  g_free (material->pieces);
  g_free (material);
}

guint8 *
material_frame (const Material * material, guint set, guint tile)
{
  return material->frames[(gsize) set * material->n_tiles + tile];
}

gboolean
material_is_strip (const Material * material, guint set, const guint8 * strip)
{
  const gsize stride = material->row_bytes * material->n_tiles;

  for (guint i = 0; i < material->n_tiles; i++) {
    const guint8 *frame = material_frame (material, set, i);
    const guint8 *tile = strip + i * material->row_bytes;

    for (guint y = 0; y < material->tile_height; y++) {
      if (memcmp (tile + y * stride, frame + y * material->row_bytes,
              material->row_bytes) != 0)
        return FALSE;
    }
  }
  return TRUE;
}
