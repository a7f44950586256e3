/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The composer: given a strip and what each of its tiles should hold, plans
 * what has to be written, and writes it. What the strip already holds is not
 * written again. */

#pragma once

#include "gstntlayout.h"
#include "gstntprelude.h"
#include "gstntstrippool.h"

G_BEGIN_DECLS

typedef struct _GstNtComposer GstNtComposer;

/**
 * GstNtStores:
 * @GST_NT_STORES_AUTO: streaming stores for strips too large for the cache
 * @GST_NT_STORES_ALWAYS: streaming stores always
 * @GST_NT_STORES_NEVER: ordinary stores always
 *
 * Which kind of store writes a strip. Streaming stores go to memory past the
 * caches: no line is read before it is written, and none is in cache after.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_NT_STORES_AUTO,
  GST_NT_STORES_ALWAYS,
  GST_NT_STORES_NEVER,
} GstNtStores;

/**
 * GstNtTileWord:
 * @GST_NT_TILE_COPIED: its frame was copied, now or on arrival
 * @GST_NT_TILE_KEPT: the strip already held what the tile should
 * @GST_NT_TILE_BACKGROUND: background was filled in, and no frame was copied
 *
 * What happened to a tile. For each tile exactly one holds.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_NT_TILE_COPIED,
  GST_NT_TILE_KEPT,
  GST_NT_TILE_BACKGROUND,
} GstNtTileWord;

/**
 * GstNtComposeReport:
 * @tiles_copied: tiles whose frame was copied, now or on arrival
 * @tiles_on_arrival: of these, the tiles whose frame was copied on arrival
 * @tiles_kept: tiles that already held what they should
 * @tiles_background: tiles without a copied frame in which background was filled
 * @bytes_copied: bytes of the copied frames
 * @time: how long planning and writing took
 *
 * What gst_nt_composer_compose() did. The tiles that were copied, kept and
 * background add up to the tiles of the layout.
 *
 * Since: 0.1
 */
typedef struct
{
  guint tiles_copied;
  guint tiles_on_arrival;
  guint tiles_kept;
  guint tiles_background;
  gsize bytes_copied;
  GstClockTime time;
} GstNtComposeReport;

/**
 * gst_nt_composer_new:
 *
 * A composer composes for one thread at a time. gst_nt_arrivals_copy() may use it at
 * the same time from any thread.
 *
 * Returns: (transfer full): a composer
 *
 * Since: 0.1
 */
GST_NT_API
GstNtComposer * gst_nt_composer_new      (void);

/**
 * gst_nt_composer_free:
 * @composer: (transfer full): a composer
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_composer_free     (GstNtComposer * composer);

/**
 * gst_nt_composer_set_stores:
 * @composer: a composer
 * @stores: which stores to use from the next strip on; automatic at first
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_composer_set_stores (GstNtComposer * composer,
                                            GstNtStores stores);

/**
 * gst_nt_composer_set_stream_from:
 * @composer: a composer
 * @bytes: strips of so many bytes and more are streamed by
 *   %GST_NT_STORES_AUTO; 0, as at first: decided from the last-level cache and
 *   @n_strips
 * @n_strips: how many strips are in turn; 1 or more, 3 at first
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_composer_set_stream_from (GstNtComposer * composer,
                                            gsize bytes, guint n_strips);

/**
 * gst_nt_composer_set_max_threads:
 * @composer: a composer
 * @max_threads: how many threads may write one strip, the caller's own
 *   included; 0, as at first: as many as the process may use CPUs, and not more
 *   than are known to help
 *
 * Helping threads are shared by all composers of the process. Small strips are
 * written by the caller alone.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_composer_set_max_threads (GstNtComposer * composer,
                                            guint max_threads);

/**
 * gst_nt_composer_compose:
 * @composer: a composer
 * @layout: the layout that the pool of @strip was configured with
 * @strip: a buffer from gst_nt_strip_pool_acquire() that nobody else has seen
 * @sources: (array): what each tile of @layout should hold, from left to right
 * @background: the four bytes of a background pixel, as they stand in memory
 * @report: (out): what was done
 *
 * Makes @strip hold @sources. Waits until all is written and visible to other
 * threads. Cannot fail.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_composer_compose  (GstNtComposer * composer,
                                          const GstNtLayout * layout,
                                          GstBuffer * strip,
                                          const GstNtTileSource * sources,
                                          guint32 background,
                                          GstNtComposeReport * report);

/**
 * gst_nt_composer_compose_into:
 * @composer: a composer
 * @layout: a layout
 * @data: (not nullable): the first byte of the first row of the memory to write
 * @stride: bytes from one row of @data to the next, at least those of a row;
 *   may be negative
 * @sources: (array): what each tile of @layout should hold, from left to right
 * @background: the four bytes of a background pixel, as they stand in memory
 * @report: (out): what was done
 *
 * As gst_nt_composer_compose(), into memory that no strip pool made: nothing is
 * known of what it holds, so every tile is written.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_composer_compose_into (GstNtComposer * composer,
                                          const GstNtLayout * layout,
                                          guint8 * data, gssize stride,
                                          const GstNtTileSource * sources,
                                          guint32 background,
                                          GstNtComposeReport * report);

/**
 * gst_nt_composer_get_word:
 * @composer: a composer
 * @tile: a tile of the strip that was composed last, from 0
 *
 * Returns: what happened to that tile
 *
 * Since: 0.1
 */
GST_NT_API
GstNtTileWord   gst_nt_composer_get_word (const GstNtComposer * composer,
                                          guint tile);

G_END_DECLS
