/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An application that draws its frames. It asks each pad of ntmosaic for a
 * buffer pool, takes a frame from it, draws, and pushes the frame through
 * appsrc. ntmosaic copies the frame when it arrives, and the pool hands the
 * same memory out again: the application draws the next frame in memory that is
 * still in the CPU's cache. The tile metas of each strip say how the element
 * made its tiles.
 *
 * usage: draw-frames [TILES [STRIPS]] */

#include <gst/app/app.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <stdlib.h>

#define WIDTH 256
#define HEIGHT 256
#define RATE 25
#define CAPS "video/x-raw,format=RGBA,width=256,height=256,framerate=25/1"

typedef struct
{
  GstElement *src;
  GstBufferPool *pool;
} Tile;

/* The states of a tile in its tile meta, and how often each came. */
static const gchar *const states[] = { "copied", "kept", "background" };

typedef guint Counts[G_N_ELEMENTS (states)];

static GstElement *
make (GstBin * pipeline, const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_error ("no element %s", factory);
  gst_bin_add (pipeline, element);

  return element;
}

/* A frame that waits in an appsrc leaves the cache: one frame may wait, and the
 * next push waits instead. */
static GstElement *
make_source (GstBin * pipeline, GstElement * mosaic)
{
  GstElement *src = make (pipeline, "appsrc");
  GstCaps *caps = gst_caps_from_string (CAPS);

  g_object_set (src, "caps", caps, "format", GST_FORMAT_TIME,
      "max-buffers", (guint64) 1, "max-bytes", (guint64) 0, "block", TRUE,
      NULL);
  gst_caps_unref (caps);
  if (!gst_element_link (src, mosaic))
    g_error ("can't link a source");

  return src;
}

/* The pool that the pad behind @src proposes, active. The pads must be active
 * too: from PAUSED on. */
static GstBufferPool *
get_pool (GstElement * src)
{
  GstPad *pad = gst_element_get_static_pad (src, "src");
  GstCaps *caps = gst_caps_from_string (CAPS);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstBufferPool *pool = NULL;
  GstStructure *config;
  guint size;

  if (gst_pad_peer_query (pad, query)
      && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, NULL, NULL);
  if (pool == NULL)
    g_error ("no pool is proposed");

  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (!gst_buffer_pool_set_config (pool, config)
      || !gst_buffer_pool_set_active (pool, TRUE))
    g_error ("the pool can't be used");

  gst_query_unref (query);
  gst_caps_unref (caps);
  gst_object_unref (pad);

  return pool;
}

/* A shade that moves. The frame says where its rows are. */
static void
draw (GstBuffer * buffer, guint tile, guint n)
{
  GstVideoFrame frame;
  GstVideoInfo info;
  guint x;
  guint y;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT);
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE))
    g_error ("a frame can't be mapped");

  for (y = 0; y < HEIGHT; y++) {
    guint8 *pixel = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (x = 0; x < WIDTH; x++, pixel += 4) {
      pixel[0] = x + 4 * n;
      pixel[1] = y;
      pixel[2] = 64 * tile;
      pixel[3] = 255;
    }
  }
  gst_video_frame_unmap (&frame);
}

/* The push takes the only reference: a frame that the application still holds
 * is not copied on arrival, but later, when its strip is made. */
static void
push_frame (const Tile * tiles, guint i, guint n)
{
  GstBuffer *buffer;

  if (gst_buffer_pool_acquire_buffer (tiles[i].pool, &buffer, NULL)
      != GST_FLOW_OK)
    g_error ("no frame");
  draw (buffer, i, n);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, GST_SECOND, RATE);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / RATE;
  gst_app_src_push_buffer (GST_APP_SRC (tiles[i].src), buffer);
}

/* Called for each strip. */
static GstPadProbeReturn
count_tiles (GstPad * pad, GstPadProbeInfo * info, gpointer counts)
{
  GstBuffer *strip = GST_PAD_PROBE_INFO_BUFFER (info);
  gpointer iterator = NULL;
  GstMeta *meta;
  guint i;

  while ((meta = gst_buffer_iterate_meta_filtered (strip, &iterator,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstStructure *tile = gst_video_region_of_interest_meta_get_param
        ((GstVideoRegionOfInterestMeta *) meta, "application/x-ntmosaic-tile");
    const gchar *state = gst_structure_get_string (tile, "state");

    for (i = 0; i < G_N_ELEMENTS (states); i++)
      (*(Counts *) counts)[i] += g_str_equal (state, states[i]);
  }

  return GST_PAD_PROBE_OK;
}

/* How many of the copied tiles were copied on arrival. A frame is not, if no
 * strip has come back from downstream unchanged yet, or if it is too far ahead
 * of its strip. */
static guint64
get_n_on_arrival (GstElement * mosaic)
{
  GstStructure *stats = NULL;
  guint64 n = 0;

  g_object_get (mosaic, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "tiles-on-arrival", &n);
  gst_structure_free (stats);

  return n;
}

static gboolean
wait_for_end (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gboolean ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  GError *error;

  if (!ended) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
    g_error_free (error);
  }
  gst_message_unref (message);
  gst_object_unref (bus);

  return ended;
}

int
main (int argc, char **argv)
{
  guint n_tiles;
  guint n_strips;
  Counts counts = { 0 };
  GstElement *pipeline;
  GstElement *mosaic;
  GstElement *sink;
  gboolean ended;
  GstPad *pad;
  Tile *tiles;
  guint i;
  guint n;

  gst_init (&argc, &argv);
  n_tiles = argc > 1 ? MAX (atoi (argv[1]), 1) : 4;
  n_strips = argc > 2 ? MAX (atoi (argv[2]), 1) : 100;
  tiles = g_new0 (Tile, n_tiles);

  pipeline = gst_pipeline_new (NULL);
  mosaic = make (GST_BIN (pipeline), "ntmosaic");
  sink = make (GST_BIN (pipeline), "fakesink");
  g_object_set (mosaic, "tile-meta", TRUE, NULL);
  gst_element_link (mosaic, sink);
  for (i = 0; i < n_tiles; i++)
    tiles[i].src = make_source (GST_BIN (pipeline), mosaic);

  pad = gst_element_get_static_pad (mosaic, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_tiles, &counts,
      NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (i = 0; i < n_tiles; i++)
    tiles[i].pool = get_pool (tiles[i].src);

  for (n = 0; n < n_strips; n++)
    for (i = 0; i < n_tiles; i++)
      push_frame (tiles, i, n);
  for (i = 0; i < n_tiles; i++)
    gst_app_src_end_of_stream (GST_APP_SRC (tiles[i].src));
  ended = wait_for_end (pipeline);

  for (i = 0; i < G_N_ELEMENTS (states); i++)
    g_print ("%u tiles: %s\n", counts[i], states[i]);
  g_print ("%" G_GUINT64_FORMAT " of the copied tiles were copied on arrival\n",
      get_n_on_arrival (mosaic));

  gst_element_set_state (pipeline, GST_STATE_NULL);
  for (i = 0; i < n_tiles; i++) {
    gst_buffer_pool_set_active (tiles[i].pool, FALSE);
    gst_object_unref (tiles[i].pool);
  }
  gst_object_unref (pad);
  gst_object_unref (pipeline);
  g_free (tiles);

  /* Each frame is in exactly one strip. */
  return ended && counts[0] == n_tiles * n_strips ? EXIT_SUCCESS : EXIT_FAILURE;
}
