/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Downstream's ways; see the header. */

#include "schedule_sink.h"

#include <gst/check/gstcheck.h>
#include <string.h>

/* The part of a strip that downstream still holds. */
typedef struct
{
  GstBuffer *buffer;            /* all of it, or from @offset on; or NULL */
  gsize offset;
  ModelStrip strip;             /* no bytes: downstream wrote to it */

  GstMemory *mapped;            /* mapped for writing by @map; or NULL */
  GstMapInfo map;
} Held;

void
test_sink_init (TestSink * sink, GRand * rand, guint max_held, guint writes)
{
  sink->rand = rand;
  g_queue_init (&sink->held);
  sink->max_held = max_held;
  sink->writes = writes;
  sink->broken = FALSE;
}

static gsize
strip_bytes (const ModelStrip * strip)
{
  return (gsize) strip->width * strip->height * PIXEL_BYTES;
}

gboolean
test_sink_compare (GstBuffer * buffer, const ModelStrip * strip, gsize * where)
{
  GstMapInfo map;
  gsize i = 0;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  if (map.size == strip_bytes (strip)
      && memcmp (map.data, strip->bytes, map.size) == 0) {
    gst_buffer_unmap (buffer, &map);
    return TRUE;
  }

  while (i < MIN (map.size, strip_bytes (strip))
      && map.data[i] == strip->bytes[i])
    i++;
  *where = i;
  gst_buffer_unmap (buffer, &map);

  return FALSE;
}

/* ---- Ways to write ---- */

/* Writes to @data, which has the strip's bytes from @offset on: the strip
 * itself, or the copy that the writer got instead. */
static void
scribble (TestSink * sink, const Held * held, gsize offset, guint8 * data,
    gsize bytes)
{
  const gsize begin = g_rand_int_range (sink->rand, 0, bytes);
  const gsize end = g_rand_int_range (sink->rand, begin, bytes) + 1;
  gsize i;

  if (memcmp (data, held->strip.bytes + offset, bytes) != 0)
    sink->broken = TRUE;
  for (i = begin; i < end; i++)
    data[i] ^= 0x55;
}

static void
write_buffer (TestSink * sink, const Held * held, gsize offset,
    GstBuffer * buffer)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READWRITE));
  scribble (sink, held, offset, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

static void
forget_bytes (Held * held)
{
  model_strip_clear (&held->strip);
}

static void
write_in_place (TestSink * sink, Held * held)
{
  write_buffer (sink, held, 0, held->buffer);
  forget_bytes (held);
}

static void
write_last_byte (TestSink * sink, Held * held)
{
  gst_buffer_memset (held->buffer, gst_buffer_get_size (held->buffer) - 1,
      0x99, 1);
  forget_bytes (held);
}

static void
write_resized (TestSink * sink, Held * held)
{
  gst_buffer_resize (held->buffer, 4, -1);
  if (gst_buffer_get_size (held->buffer) > 0)
    write_buffer (sink, held, 4, held->buffer);
  forget_bytes (held);
}

/* While another reference holds the strip: the writer gets a copy. */
static void
write_copy (TestSink * sink, Held * held)
{
  GstBuffer *copy = gst_buffer_make_writable (gst_buffer_ref (held->buffer));

  fail_unless (copy != held->buffer);
  write_buffer (sink, held, 0, copy);
  gst_buffer_unref (copy);
}

/* A part of the strip; sometimes it stays when the strip is gone. */
static void
write_part (TestSink * sink, Held * held)
{
  const gsize bytes = gst_buffer_get_size (held->buffer);
  const gsize offset = g_rand_int_range (sink->rand, 0, bytes);
  GstBuffer *part = gst_buffer_copy_region (held->buffer,
      GST_BUFFER_COPY_MEMORY, offset, bytes - offset);

  fail_if (gst_memory_is_writable (gst_buffer_peek_memory (part, 0))
      && !GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (part, 0)));
  if (g_rand_boolean (sink->rand)) {
    write_buffer (sink, held, offset, part);
    gst_buffer_unref (part);
  } else {
    gst_buffer_unref (held->buffer);
    held->buffer = part;
    held->offset = offset;
  }
}

/* One branch of a tee is done before the other one writes. */
static void
write_after_tee (TestSink * sink, Held * held)
{
  GstBuffer *branch = gst_buffer_make_writable (gst_buffer_ref (held->buffer));

  gst_buffer_unref (held->buffer);
  held->buffer = branch;
  write_in_place (sink, held);
}

/* For writing: a strip with frames in it is read-only, and the writer gets a
 * copy. */
static GstMemory *
make_mapped (GstMemory * memory, GstMapInfo * map)
{
  GstMemory *mapped = gst_memory_make_mapped (memory, map, GST_MAP_READWRITE);

  fail_unless (mapped != NULL);

  return mapped;
}

/* An application that keeps the memory and not the buffer. */
static void
write_memory (TestSink * sink, Held * held)
{
  GstMemory *memory = gst_buffer_get_memory (held->buffer, 0);
  GstMapInfo map;

  gst_clear_buffer (&held->buffer);
  memory = make_mapped (memory, &map);
  scribble (sink, held, 0, map.data, map.size);
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
  forget_bytes (held);
}

/* A slow downstream. */
static void
write_later (TestSink * sink, Held * held)
{
  GstMemory *memory = gst_buffer_get_memory (held->buffer, 0);

  gst_clear_buffer (&held->buffer);
  held->mapped = make_mapped (memory, &held->map);
}

static void
write_in_other_buffer (TestSink * sink, Held * held)
{
  GstBuffer *other = gst_buffer_new ();

  gst_buffer_append_memory (other, gst_buffer_get_memory (held->buffer, 0));
  gst_buffer_unref (held->buffer);
  held->buffer = other;
  write_in_place (sink, held);
}

static void
only_read (TestSink * sink, Held * held)
{
  gsize where;

  fail_unless (test_sink_compare (held->buffer, &held->strip, &where));
}

typedef struct
{
  const gchar *name;
  void (*act) (TestSink * sink, Held * held);
} Way;

static const Way ways[] = {
  {"read", only_read},
  {"written to in place", write_in_place},
  {"written to at its end", write_last_byte},
  {"written to in part, resized", write_resized},
  {"copied and written to", write_copy},
  {"written to in a part of it", write_part},
  {"written to after a tee", write_after_tee},
  {"written to as memory", write_memory},
  {"mapped for writing later", write_later},
  {"written to in another buffer", write_in_other_buffer},
};

/* ---- Letting go ---- */

static void
free_held (TestSink * sink, Held * held)
{
  if (held->mapped) {
    scribble (sink, held, 0, held->map.data, held->map.size);
    gst_memory_unmap (held->mapped, &held->map);
    gst_memory_unref (held->mapped);
  }
  if (held->buffer && held->strip.bytes
      && gst_buffer_memcmp (held->buffer, 0, held->strip.bytes + held->offset,
          strip_bytes (&held->strip) - held->offset) != 0)
    sink->broken = TRUE;
  gst_clear_buffer (&held->buffer);
  model_strip_clear (&held->strip);
  g_free (held);
}

gboolean
test_sink_let_go (TestSink * sink)
{
  const guint keep = g_rand_int_range (sink->rand, 0, sink->max_held + 1);

  while (g_queue_get_length (&sink->held) > keep)
    free_held (sink, g_queue_pop_nth (&sink->held,
            g_rand_int_range (sink->rand, 0,
                g_queue_get_length (&sink->held))));

  return !sink->broken;
}

gboolean
test_sink_clear (TestSink * sink)
{
  while (!g_queue_is_empty (&sink->held))
    free_held (sink, g_queue_pop_head (&sink->held));

  return !sink->broken;
}

const gchar *
test_sink_take (TestSink * sink, GstBuffer * buffer, ModelStrip * strip)
{
  const guint dice = g_rand_int_range (sink->rand, 1, G_N_ELEMENTS (ways));
  const gboolean writes = sink->writes > 0
      && g_rand_int_range (sink->rand, 0, sink->writes) == 0;
  const Way *way = &ways[writes ? dice : 0];
  Held *held = g_new0 (Held, 1);

  held->buffer = buffer;
  held->strip = *strip;
  way->act (sink, held);
  g_queue_push_tail (&sink->held, held);

  return way->name;
}
