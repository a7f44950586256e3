/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Stops of an ntstripsrc; see the header. */

#include "gallery_stops.h"

#include "../check/ntimages/photos.h"
#include "trace.h"

/* PNG: each takes tens of milliseconds, in any size of tile. */
#define N_PHOTOS 6
#define PHOTO_SIZE 1500

#define MOST_REQUESTS 8

struct GalleryStops
{
  Photos *photos;
};

GalleryStops *
gallery_stops_new (void)
{
  GalleryStops *self = g_new (GalleryStops, 1);
  guint i;

  self->photos = photos_new (N_PHOTOS);
  for (i = 0; i < N_PHOTOS; i++)
    photos_replace_with_png (self->photos, i, PHOTO_SIZE + i);

  return self;
}

void
gallery_stops_free (GalleryStops * self)
{
  photos_free (self->photos);
  g_free (self);
}

static void
request (GalleryStops * self, GRand * rand, GstElement * src)
{
  const guint n = g_rand_int_range (rand, 1, N_PHOTOS + 1);
  const gchar *names[N_PHOTOS + 1] = { NULL, };
  guint id;
  guint i;

  for (i = 0; i < n; i++)
    names[i] = self->photos->names[g_rand_int_range (rand, 0, N_PHOTOS)];
  g_signal_emit_by_name (src, "request", names, &id);
}

/* The sink takes one strip, and the source waits with the next. */
static Show *
set_up (GalleryStops * self, GRand * rand, gboolean is_list)
{
  const gchar *more = g_rand_boolean (rand) ? "queue !" : "";
  gchar *properties = g_strdup_printf ("prefetch=%d max-threads=%d %s",
      g_rand_int_range (rand, 0, 5), g_rand_int_range (rand, 0, 4),
      is_list ? "loop=true tiles=2" : "");
  Show *show = is_list ? show_new_list (self->photos, properties, more)
      : show_new (properties, more);

  g_free (properties);

  return show;
}

gint64
gallery_stops_one (GalleryStops * self, guint32 seed, guint32 number,
    gchar ** where)
{
  const guint32 seeds[] = { seed, number };
  GRand *rand = g_rand_new_with_seed_array (seeds, 2);
  const gboolean is_list = g_rand_int_range (rand, 0, 3) == 0;
  const guint n_requests = is_list ? 0 : g_rand_int_range (rand, 0,
      MOST_REQUESTS + 1);
  Show *show = set_up (self, rand, is_list);
  Trace trace;
  gint64 begin;
  gint64 end;
  guint i;

  trace_init (&trace, show->pipeline);
  gst_element_set_state (show->pipeline, GST_STATE_PLAYING);
  for (i = 0; i < n_requests; i++)
    request (self, rand, show->src);
  g_usleep (g_rand_int_range (rand, 0, 200) * 1000);

  begin = trace_begin (&trace);
  gst_element_set_state (show->pipeline, GST_STATE_NULL);
  end = g_get_monotonic_time ();

  *where = g_strdup_printf ("--episode=%u, ntstripsrc, %s, %u requests:%s the "
      "rest %.1f ms", number, is_list ? "a list" : "no list", n_requests,
      trace.text->str, (end - trace.last) / 1e3);
  show_free (show);
  trace_clear (&trace);
  g_rand_free (rand);

  return end - begin;
}
