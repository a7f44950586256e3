/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Two buffers; see the header. */

#include "refill.h"

#include <string.h>

#include "report.h"

#define N_BUFFERS 2

typedef struct
{
  GstBufferPool parent;
} RefillPool;

typedef struct
{
  GstBufferPoolClass parent_class;
} RefillPoolClass;

static GType refill_pool_get_type (void);

G_DEFINE_TYPE (RefillPool, refill_pool, GST_TYPE_BUFFER_POOL);

/* Memory that another buffer shares, as with a still, is left as it is: the
 * pool makes a new buffer in place of this one. */
static void
refill_pool_release_buffer (GstBufferPool * pool, GstBuffer * buffer)
{
  GstMapInfo map;

  if (gst_buffer_is_all_memory_writable (buffer)
      && gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    memset (map.data, 0x99, map.size);
    gst_buffer_unmap (buffer, &map);
    report_add (REPORT_REFILLED, 1);
  }
  GST_BUFFER_POOL_CLASS (refill_pool_parent_class)->release_buffer (pool,
      buffer);
}

static void
refill_pool_class_init (RefillPoolClass * klass)
{
  GST_BUFFER_POOL_CLASS (klass)->release_buffer = refill_pool_release_buffer;
}

static void
refill_pool_init (RefillPool * pool)
{
}

GstBufferPool *
refill_pool_new (GstCaps * caps, gsize bytes)
{
  GstBufferPool *pool = g_object_new (refill_pool_get_type (), NULL);
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, bytes, N_BUFFERS,
      N_BUFFERS);
  if (!gst_buffer_pool_set_config (pool, config)
      || !gst_buffer_pool_set_active (pool, TRUE))
    report_fail ("a source's own pool can't be started");

  return pool;
}
