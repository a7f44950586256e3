/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The frames of an element arrive as it makes them alone. The test runs every
 * installed element that can be in front of a pad alone, then between two
 * neighbours, then alone again: its tile shows the frames that it makes alone,
 * and the tiles beside it show the neighbours' frames. An element that makes
 * other frames in each run, such as the time of day, is not comparable; nor is
 * a live one.
 *
 * NTM_TEST_ELEMENTS=rotate,videoflip tries only these, and "none" skips the
 * test. */

/* For MAP_ANONYMOUS. */
#define _DEFAULT_SOURCE

#include <fcntl.h>
#include <gst/app/app.h>
#include <gst/video/video.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "neighbours_lines.h"

/* The exit status that means "skipped" to Meson. */
#define EXIT_SKIPPED 77

/* Enough strips for some to come back, and for copying on arrival; and somewhat
 * more frames of the element alone. */
#define N_STRIPS 16
#define N_FRAMES 24

/* Left neighbour, element, right neighbour: their pads, and tiles. */
#define N_TILES 3
#define MIDDLE 1
#define LEFT_WIDTH 17
#define RIGHT_WIDTH 20
#define STRIP_WIDTH (LEFT_WIDTH + FRAME_WIDTH + RIGHT_WIDTH)
#define PIXEL_BYTES 4

/* How long an element may do nothing before the test skips it, in seconds; most
 * take a tenth of one. An element that must make frames has until its alarm. */
#define PATIENCE 5
#define TIME_LIMIT 120

/* How often an element that made other frames in a mosaic runs again alone. */
#define N_DOUBTS 5

/* An encoder keeps opaque pictures opaque, and its decoder makes RGB of
 * them. */
#define ALPHA "alpha alpha=0.5 ! video/x-raw,format=RGBA ! "

/* Elements whose frames must arrive, with default settings and from the first
 * frame on, if they are installed. */
static const struct
{
  const gchar *n_frames;
  const gchar *elements;
} musts[] = {
  {"1", "rotate"},
  {"1", "fisheye"},
  {"1", "circle"},
  {"1", "kaleidoscope"},
  {"1", "pinch"},
  {"1", "mirror"},
  {"1", "twirl"},
  {"1", ALPHA "webpenc ! webpdec"},
  {MANY, ALPHA "webpenc ! webpdec"},
  {MANY, "rawvideoparse use-sink-caps=true"},
  {MANY, "rawvideoparse format=rgba width=52 height=38 framerate=100/1"},
  {MANY, "rotate angle=0.7"},
  {MANY, "textoverlay text=across\\ and\\ beyond font-desc=Sans,20"},
  {MANY, "videobox left=-4 right=4 top=-3 bottom=3"},
  {MANY, "videoflip video-direction=180"},
};

typedef struct
{
  GstClockTime pts;
  GstClockTime tile_pts[N_TILES];       /* of a strip; NONE: background */
  guint width;
  guint8 bytes[STRIP_WIDTH * FRAME_HEIGHT * PIXEL_BYTES];       /* tight rows */
} Frame;

/* The frames of a pipeline. In memory that a child shares. */
typedef struct
{
  gchar why[300];               /* the frames end; "": no more wanted */
  gchar caps[600];              /* of the first frame */
  gchar format[8];
  gboolean missing;             /* an element is not installed */
  gboolean live;
  guint64 n_on_arrival;         /* tiles of strips */
  guint n;
  Frame frames[N_FRAMES];
} Film;

typedef enum
{
  COMPARED,
  INCOMPARABLE,
  SKIPPED,
  FAILED,
} Verdict;

static const gchar *const words[] = {
  "compared", "not comparable", "skipped", "FAILED"
};

static guint counts[G_N_ELEMENTS (words)];
static guint n_on_arrival;      /* tiles */

/* ---- In a child: foreign elements may crash or hang ---- */

static void
take_error (GstElement * pipeline, Film * film)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  GError *error;

  if (message && film->why[0] == '\0') {
    gst_message_parse_error (message, &error, NULL);
    g_snprintf (film->why, sizeof (film->why), "%s: %s",
        GST_OBJECT_NAME (message->src), error->message);
  }
  gst_object_unref (bus);
}

static gboolean
is_live (GstElement * sink)
{
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  GstQuery *query = gst_query_new_latency ();
  gboolean live = FALSE;

  if (gst_pad_peer_query (pad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);

  return live;
}

static void
note_tiles (Frame * frame, GstBuffer * buffer)
{
  gpointer state = NULL;
  GstMeta *meta;
  guint i;

  for (i = 0; i < N_TILES; i++)
    frame->tile_pts[i] = GST_CLOCK_TIME_NONE;
  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstVideoRegionOfInterestMeta *tile = (GstVideoRegionOfInterestMeta *) meta;
    GstStructure *param = gst_video_region_of_interest_meta_get_param (tile,
        "application/x-ntmosaic-tile");

    if (param && tile->id >= 0 && tile->id < N_TILES)
      gst_structure_get_uint64 (param, "pts", &frame->tile_pts[tile->id]);
  }
}

/* Without the fields of a decoder of tensors, which its neighbours lack. */
static gchar *
describe_caps (GstSample * sample)
{
  GstCaps *caps = gst_caps_copy (gst_sample_get_caps (sample));
  gchar *text;

  gst_structure_remove_field (gst_caps_get_structure (caps, 0), "tensors");
  text = gst_caps_to_string (caps);
  gst_caps_unref (caps);

  return text;
}

static gboolean
note_frame (Film * film, GstSample * sample)
{
  Frame *frame = &film->frames[film->n];
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gchar *caps = describe_caps (sample);
  GstVideoFrame video;
  GstVideoInfo info;
  guint y;

  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample))
      || GST_VIDEO_INFO_COMP_PSTRIDE (&info, 0) != PIXEL_BYTES
      || GST_VIDEO_INFO_WIDTH (&info) > STRIP_WIDTH
      || GST_VIDEO_INFO_HEIGHT (&info) != FRAME_HEIGHT
      || !gst_video_frame_map (&video, &info, buffer, GST_MAP_READ)) {
    g_strlcpy (film->why, caps, sizeof (film->why));
    return FALSE;
  }

  if (film->n++ == 0)
    g_strlcpy (film->caps, caps, sizeof (film->caps));
  g_strlcpy (film->format, GST_VIDEO_INFO_NAME (&info), sizeof (film->format));
  frame->pts = GST_BUFFER_PTS (buffer);
  frame->width = GST_VIDEO_INFO_WIDTH (&info);
  for (y = 0; y < FRAME_HEIGHT; y++)
    memcpy (frame->bytes + y * frame->width * PIXEL_BYTES,
        (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&video, 0)
        + y * GST_VIDEO_FRAME_PLANE_STRIDE (&video, 0),
        frame->width * PIXEL_BYTES);
  gst_video_frame_unmap (&video);
  note_tiles (frame, buffer);
  g_free (caps);

  return TRUE;
}

/* Returns NULL at the end, after an error, or if nothing happens for @patience
 * seconds. */
static GstSample *
pull (GstElement * pipeline, GstAppSink * sink, Film * film, guint patience)
{
  const gint64 end = g_get_monotonic_time () + patience * G_TIME_SPAN_SECOND;
  GstSample *sample = NULL;

  while (sample == NULL && film->why[0] == '\0'
      && !gst_app_sink_is_eos (sink)) {
    sample = gst_app_sink_try_pull_sample (sink, GST_SECOND / 20);
    take_error (pipeline, film);
    if (sample == NULL && g_get_monotonic_time () > end)
      g_strlcpy (film->why, "silence", sizeof (film->why));
  }

  return sample;
}

/* Leaves the pipeline as it is: the process ends. */
static void
play (const gchar * line, guint n_frames, guint patience, Film * film)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, &error);
  GstElement *mosaic;
  GstStructure *stats;
  GstElement *sink;
  GstSample *sample;

  if (pipeline == NULL) {
    film->missing = g_error_matches (error, GST_PARSE_ERROR,
        GST_PARSE_ERROR_NO_SUCH_ELEMENT);
    g_strlcpy (film->why, error->message, sizeof (film->why));
    return;
  }
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  film->live = gst_element_set_state (pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_NO_PREROLL;
  while (film->n < n_frames
      && (sample = pull (pipeline, GST_APP_SINK (sink), film, patience))
      && note_frame (film, sample))
    gst_sample_unref (sample);

  take_error (pipeline, film);
  film->live |= is_live (sink);
  mosaic = gst_bin_get_by_name (GST_BIN (pipeline), "m");
  if (mosaic) {
    g_object_get (mosaic, "stats", &stats, NULL);
    gst_structure_get_uint64 (stats, "tiles-on-arrival", &film->n_on_arrival);
  }
}

/* ---- Films ---- */

/* Each run has other bytes in new memory: the test sees bytes that an element
 * doesn't write. */
static Film *
record (const gchar * line, guint n_frames, guint patience)
{
  static guint n_runs = 0;
  Film *film = mmap (NULL, sizeof (Film), PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int status = 0;
  pid_t pid;

  n_runs++;
  fflush (NULL);
  pid = film == MAP_FAILED ? -1 : fork ();
  if (pid == 0) {
    const int null = open ("/dev/null", O_WRONLY);

    dup2 (null, STDOUT_FILENO);
    dup2 (null, STDERR_FILENO);
    alarm (TIME_LIMIT);
    mallopt (M_PERTURB, n_runs % 255 + 1);
    play (line, n_frames, patience, film);
    _exit (EXIT_SUCCESS);
  }
  if (pid < 0 || waitpid (pid, &status, 0) != pid)
    g_error ("can't run a process");
  if (status != 0)
    g_snprintf (film->why, sizeof (film->why), "dies: %s",
        WIFSIGNALED (status) ? strsignal (WTERMSIG (status)) : "exits");

  return film;
}

static void
film_free (Film * film)
{
  munmap (film, sizeof (Film));
}

static Film *
record_alone (const gchar * line, guint patience)
{
  gchar *whole = g_strdup_printf ("%s ! appsink name=s sync=false "
      "max-buffers=1", line);
  Film *film = record (whole, N_FRAMES, patience);

  g_free (whole);

  return film;
}

static gboolean
is_same_film (const Film * a, const Film * b)
{
  guint i;

  for (i = 0; i < MIN (a->n, b->n); i++)
    if (a->frames[i].pts != b->frames[i].pts
        || memcmp (a->frames[i].bytes, b->frames[i].bytes,
            sizeof (a->frames[i].bytes)) != 0)
      return FALSE;

  return a->n == b->n && strcmp (a->caps, b->caps) == 0;
}

/* ---- In a mosaic ---- */

/* Frames as those of the element, of another width and @color. The neighbour of
 * a still is a film. */
static gchar *
new_neighbour (const Film * film, guint width, const gchar * color)
{
  GstCaps *caps = gst_caps_from_string (film->caps);
  gchar *text;
  gchar *line;

  gst_caps_set_simple (caps, "width", G_TYPE_INT, width, NULL);
  if (strstr (film->caps, "framerate=(fraction)0/1"))
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, 100, 1, NULL);
  text = gst_caps_to_string (caps);
  line = g_strdup_printf (NOISE "foreground-color=%s num-buffers=" MANY
      " ! capsfilter caps=\"%s\"", color, text);
  g_free (text);
  gst_caps_unref (caps);

  return line;
}

static const Frame *
find_frame (const Film * film, GstClockTime pts)
{
  guint i;

  for (i = 0; i < film->n; i++)
    if (film->frames[i].pts == pts)
      return &film->frames[i];

  return NULL;
}

/* Whether frame @n of @film belongs in strip @n: up to there, frames and strips
 * have the same times. */
static gboolean
is_due (const Film * film, const Film * mosaic, guint n)
{
  guint i;

  for (i = 0; i <= n; i++)
    if (i >= film->n || film->frames[i].pts != mosaic->frames[i].pts)
      return FALSE;

  return TRUE;
}

static gboolean
is_same_tile (const Frame * strip, guint x, const Frame * frame)
{
  guint y;

  for (y = 0; y < FRAME_HEIGHT; y++)
    if (memcmp (strip->bytes + (y * strip->width + x) * PIXEL_BYTES,
            frame->bytes + y * frame->width * PIXEL_BYTES,
            frame->width * PIXEL_BYTES) != 0)
      return FALSE;

  return TRUE;
}

/* The fault of strip @n, or NULL. Slow strips may go on for longer than the
 * frames of the element alone. */
static gchar *
compare_strip (const Film * mosaic, guint n, Film ** films)
{
  const Frame *strip = &mosaic->frames[n];
  guint x = 0;
  guint i;

  if (strip->width != STRIP_WIDTH)
    return g_strdup_printf ("strip %u is %u pixels wide", n, strip->width);

  for (i = 0; i < N_TILES; x += films[i++]->frames[0].width) {
    const Frame *frame = find_frame (films[i], strip->tile_pts[i]);
    const Frame *last = &films[i]->frames[films[i]->n - 1];

    if (is_due (films[i], mosaic, n) ? frame != &films[i]->frames[n]
        : frame == NULL && strip->tile_pts[i] <= last->pts)
      return g_strdup_printf ("strip %u, tile %u: another frame is due", n, i);
    if (frame && !is_same_tile (strip, x, frame))
      return g_strdup_printf ("strip %u, tile %u: other bytes", n, i);
  }

  return NULL;
}

static gchar *
compare (const Film * mosaic, Film ** films)
{
  gchar *wrong = NULL;
  guint n_shown = 0;
  guint n;

  for (n = 0; n < mosaic->n && wrong == NULL; n++) {
    n_shown += mosaic->frames[n].tile_pts[MIDDLE] != GST_CLOCK_TIME_NONE;
    wrong = compare_strip (mosaic, n, films);
  }
  if (wrong == NULL && (mosaic->n < N_STRIPS || n_shown == 0))
    wrong = g_strdup_printf ("is in %u of %u strips: %s", n_shown, mosaic->n,
        mosaic->why);

  return wrong;
}

/* The fault, or NULL. With frames-ahead=1, the element copies most frames on
 * arrival: with tiles so small, pads would otherwise run too far ahead. */
static gchar *
run_mosaic (const gchar * line, Film * alone)
{
  gchar *left = new_neighbour (alone, LEFT_WIDTH, "0xffff8040");
  gchar *right = new_neighbour (alone, RIGHT_WIDTH, "0xff40a0ff");
  gchar *whole = g_strdup_printf ("ntmosaic name=m tile-meta=true "
      "frames-ahead=1 ! appsink name=s sync=false max-buffers=1 "
      "enable-last-sample=false %s ! m.sink_0 "
      "%s ! capsfilter caps=video/x-raw,format=%s ! m.sink_1 %s ! m.sink_2",
      left, line, alone->format, right);
  Film *films[N_TILES] = {
    record_alone (left, TIME_LIMIT), alone, record_alone (right, TIME_LIMIT)
  };
  Film *mosaic = record (whole, N_STRIPS, TIME_LIMIT);
  gchar *wrong = compare (mosaic, films);

  n_on_arrival += mosaic->n_on_arrival;
  film_free (mosaic);
  film_free (films[0]);
  film_free (films[2]);
  g_free (whole);
  g_free (right);
  g_free (left);

  return wrong;
}

/* ---- Verdicts ---- */

/* Why @alone can't be compared with another run; NULL if it can. */
static const gchar *
explain_incomparable (const Film * alone)
{
  guint i;

  for (i = 0; i < alone->n; i++)
    if (alone->frames[i].pts == GST_CLOCK_TIME_NONE
        || (i > 0 && alone->frames[i].pts <= alone->frames[i - 1].pts))
      return "its frames have no times, or the same";

  return alone->live ? "live" : NULL;
}

static gboolean
is_repeatable (const gchar * line, const Film * alone, guint n_runs)
{
  gboolean same = TRUE;

  for (; same && n_runs > 0; n_runs--) {
    Film *again = record_alone (line, TIME_LIMIT);

    same = is_same_film (alone, again);
    film_free (again);
  }

  return same;
}

static void
note (const gchar * name, Verdict verdict, const gchar * why,
    const gchar * line)
{
  g_print ("%s: %s: %s\n", name, words[verdict], why);
  if (verdict == FAILED)
    g_print ("  %s\n", line);
  counts[verdict]++;
}

static void
judge (const gchar * name, const gchar * line, Film * alone, gboolean must)
{
  const gchar *why = explain_incomparable (alone);
  gchar *wrong = why ? NULL : run_mosaic (line, alone);

  if (why == NULL && !is_repeatable (line, alone, wrong ? N_DOUBTS : 1))
    why = "other frames each time";
  if (why)
    note (name, must ? FAILED : INCOMPARABLE, why, line);
  else if (wrong)
    note (name, FAILED, wrong, line);
  else
    note (name, COMPARED, alone->format, line);
  g_free (wrong);
}

static void
try_must (const gchar * n_frames, const gchar * name)
{
  gchar *line = g_strdup_printf (PICTURES ("%s") "%s ! " STRIP_CAPS, n_frames,
      name);
  Film *alone = record_alone (line, TIME_LIMIT);

  if (alone->n > 0)
    judge (name, line, alone, TRUE);
  else
    note (name, alone->missing ? SKIPPED : FAILED, alone->why, line);
  film_free (alone);
  g_free (line);
}

/* With the first line that works. */
static void
try_element (GstElementFactory * element)
{
  const gchar *name = GST_OBJECT_NAME (element);
  const gchar *why = test_explain_skip (element);
  GPtrArray *lines = test_list_lines (element);
  Film *alone = NULL;
  guint i;

  for (i = 0; why == NULL && i < lines->len && !(alone && alone->n); i++) {
    g_clear_pointer (&alone, film_free);
    alone = record_alone (lines->pdata[i], PATIENCE);
  }
  if (alone && alone->n > 0)
    judge (name, lines->pdata[i - 1], alone, FALSE);
  else if (alone)
    note (name, SKIPPED, alone->why[0] ? alone->why : "makes no frame", NULL);
  else
    note (name, SKIPPED, why ? why : "nothing here makes what it takes", NULL);
  g_clear_pointer (&alone, film_free);
  g_ptr_array_unref (lines);
}

int
main (int argc, char **argv)
{
  const gchar *names = g_getenv ("NTM_TEST_ELEMENTS");
  gchar **wanted;
  GList *elements;
  GList *l;
  guint i;

  if (g_strcmp0 (names, "none") == 0) {
    g_print ("skipped: foreign elements are not wanted here\n");
    return EXIT_SKIPPED;
  }
  wanted = names ? g_strsplit (names, ",", -1) : NULL;
  gst_init (&argc, &argv);

  for (i = 0; wanted == NULL && i < G_N_ELEMENTS (musts); i++)
    try_must (musts[i].n_frames, musts[i].elements);
  elements = test_list_elements ();
  for (l = elements; l; l = l->next)
    if (wanted == NULL || g_strv_contains ((const gchar * const *) wanted,
            GST_OBJECT_NAME (l->data)))
      try_element (l->data);
  gst_plugin_feature_list_free (elements);
  g_strfreev (wanted);

  for (i = 0; i < G_N_ELEMENTS (words); i++)
    g_print ("%u %s, ", counts[i], words[i]);
  g_print ("%u tiles copied on arrival\n", n_on_arrival);

  return counts[FAILED] > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
