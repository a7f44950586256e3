/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One element between two neighbours; see the header. */

#include "neighbours_runs.h"

#include <gst/video/video.h>
#include <string.h>

#include "neighbours_alone.h"
#include "neighbours_source.h"

/* How long nothing may happen. */
#define PATIENCE (10 * GST_SECOND)

#define LEFT_SEED 1
#define RIGHT_SEED 2

/* The element's pad. */
#define MIDDLE 1

typedef struct
{
  TestSubject subject;
  FILE *report;
  TestAlone alone[N_SIZES];
  guint n_in_place;             /* of all mosaics */
  guint n_copied;
  guint n_strips;
  guint n_other;                /* frames that aren't as alone */
  guint n_shared;               /* frames of neighbours in place */
  guint n_shown;                /* of the neighbours' frames in the last mosaic */
  gboolean refused;
  gboolean failed;
} Run;

/* Of us, and of foreign elements. */
static gint n_criticals;

/* ---- In a mosaic ---- */

typedef struct
{
  const gchar *name;
  const gchar *left;            /* memory of the left neighbour */
  const gchar *right;
  guint more_height;            /* of the neighbours */
  const gchar *queue;           /* after the element */
  const gchar *feed;            /* memory of what the element is fed */
  const gchar *in_place;
} Mode;

#define QUEUE "queue max-size-buffers=5 ! "

/* Neighbours that write straight into the strip, and do so before the element in
 * the middle does; and such that are copied, or stay in the strip as they are. Some
 * elements make rows as long as those that they get. */
static const Mode modes[] = {
  {"lent", "pool", "pool", 0, "", "pool", "auto"},
  {"kept", "own", "still", 11, QUEUE, "pool", "auto"},
};

static const Mode padded[] = {
  {"padded", "pool", "still", 0, "", "padded", "auto"},
};

static const Mode trusted[] = {
  {"lent", "pool", "still", 11, "", "pool", "always"},
  {"padded", "pool", "still", 0, "", "padded", "always"},
};

static void
fail_run (Run * run, const Mode * mode, guint size, const gchar * format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (run->report, "%s%ux%u, %s neighbours: %s\n",
      g_str_equal (mode->in_place, "always") ? REPORT_HURT : REPORT_FAIL,
      test_sizes[size].width, test_sizes[size].height, mode->name, text);
  g_free (text);
  run->failed = TRUE;
}

/* As the middle's, of another size. */
static gchar *
neighbour_caps (GstCaps * caps, guint width, guint height)
{
  static const gchar *fields[] = {
    "format", "framerate", "pixel-aspect-ratio", "interlace-mode",
    "field-order", "colorimetry"
  };
  const GstStructure *like = gst_caps_get_structure (caps, 0);
  GstStructure *s = gst_structure_new ("video/x-raw", "width", G_TYPE_INT,
      width, "height", G_TYPE_INT, height, NULL);
  gchar *text;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++)
    if (gst_structure_has_field (like, fields[i]))
      gst_structure_set_value (s, fields[i],
          gst_structure_get_value (like, fields[i]));
  text = gst_structure_to_string (s);
  gst_structure_free (s);
  if (text[strlen (text) - 1] == ';')
    text[strlen (text) - 1] = '\0';

  return text;
}

static gchar *
new_line (const Run * run, const Mode * mode, guint size)
{
  const gint n_frames = run->alone[size].live ? -1 : N_FRAMES;
  const guint height = test_sizes[size].height + mode->more_height;
  GstCaps *caps = run->alone[size].caps;
  gchar *left = neighbour_caps (caps, test_sizes[size].left, height);
  gchar *right = neighbour_caps (caps, test_sizes[size].right, height);
  gchar *middle = test_line_new (run->subject.element,
      run->subject.setting, &run->subject.feed,
      mode->feed, test_sizes[size].width, test_sizes[size].height, N_FRAMES);
  gchar *line = g_strdup_printf ("ntmosaic name=m tile-meta=true align=center "
      "in-place=%s ! appsink name=s sync=false max-buffers=4 "
      "enable-last-sample=false "
      "testframes seed=%u num-buffers=%d memory=%s ! capsfilter caps=\"%s\" "
      "! queue max-size-buffers=1 ! m.sink_0 "
      "testframes seed=%u num-buffers=%d memory=%s ! capsfilter caps=\"%s\" "
      "! queue max-size-buffers=1 ! m.sink_2 %s ! %s m.sink_1",
      mode->in_place, LEFT_SEED, n_frames, mode->left, left, RIGHT_SEED,
      n_frames, mode->right, right, middle, mode->queue);

  g_free (middle);
  g_free (right);
  g_free (left);

  return line;
}

/* ---- One strip ---- */

typedef struct
{
  const guint8 *data;
  gsize stride;
  guint8 background[PIXEL_BYTES];
} Strip;

static gboolean
is_background (const Strip * strip, guint x, guint y, guint width,
    guint height)
{
  guint i;
  guint j;

  for (j = y; j < y + height; j++)
    for (i = x * PIXEL_BYTES; i < (x + width) * PIXEL_BYTES; i++)
      if (strip->data[j * strip->stride + i]
          != strip->background[i % PIXEL_BYTES])
        return FALSE;

  return TRUE;
}

/* Any of its frames, because in a live pipeline some may be too late; or none, if it
 * is too late itself. */
static gboolean
is_neighbour (const Strip * strip, guint x, guint width, guint height,
    guint seed, guint * n_shown)
{
  guint n;

  if (test_frames_check (strip->data + x * PIXEL_BYTES, strip->stride, width,
          height, seed, &n)) {
    (*n_shown)++;
    return TRUE;
  }

  return is_background (strip, x, 0, width, height);
}

/* Black: only alpha, or what stands in its place, is not 0. */
static void
set_background (Strip * strip, const GstVideoInfo * info)
{
  const gchar *name =
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info));
  guint i;

  for (i = 0; i < PIXEL_BYTES; i++)
    strip->background[i] = strchr ("RGB", name[i]) ? 0 : 0xff;
}

/* What is wrong with the strip; NULL if nothing is. */
static const gchar *
check_strip (Run * run, const Mode * mode, guint size, const Strip * strip,
    guint32 * sum)
{
  const guint left = test_sizes[size].left;
  const guint width = test_sizes[size].width;
  const guint height = test_sizes[size].height + mode->more_height;
  const guint top = mode->more_height / 2;
  const guint bottom = top + test_sizes[size].height;

  *sum = test_sum_rows (strip->data + top * strip->stride + left * PIXEL_BYTES,
      strip->stride, width, test_sizes[size].height);
  if (!is_neighbour (strip, 0, left, height, LEFT_SEED,
          &run->n_shown))
    return "the left neighbour is hurt";
  if (!is_neighbour (strip, left + width, test_sizes[size].right, height,
          RIGHT_SEED, &run->n_shown))
    return "the right neighbour is hurt";
  if (!is_background (strip, left, 0, width, top))
    return "the background above is hurt";
  if (!is_background (strip, left, bottom, width, height - bottom))
    return "the background below is hurt";

  return NULL;
}

/* How frames came into the strip. */
static void
count_words (Run * run, GstBuffer * buffer)
{
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstVideoRegionOfInterestMeta *tile = (GstVideoRegionOfInterestMeta *) meta;
    GstStructure *param = gst_video_region_of_interest_meta_get_param (tile,
        "application/x-ntmosaic-tile");
    const gchar *word = gst_structure_get_string (param, "state");

    if (tile->id != MIDDLE) {
      run->n_shared += g_str_equal (word, "in-place");
      continue;
    }
    run->n_in_place += g_str_equal (word, "in-place");
    run->n_copied += g_str_equal (word, "copied");
  }
  run->n_strips++;
}

static gboolean
look_at_strip (Run * run, const Mode * mode, guint size, GstSample * sample,
    guint n)
{
  const TestAlone *alone = &run->alone[size];
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const gchar *wrong;
  GstVideoFrame frame;
  GstVideoInfo info;
  Strip strip;
  guint32 sum;

  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample))
      || !gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ)) {
    fail_run (run, mode, size, "strip %u can't be mapped", n);
    return FALSE;
  }

  /* A live strip begins without those that have no caps yet. */
  if (GST_VIDEO_INFO_WIDTH (&info) != (gint) (test_sizes[size].left
          + test_sizes[size].width + test_sizes[size].right)) {
    gst_video_frame_unmap (&frame);
    return TRUE;
  }

  strip.data = GST_VIDEO_FRAME_PLANE_DATA (&frame, 0);
  strip.stride = GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);
  set_background (&strip, &info);
  wrong = check_strip (run, mode, size, &strip, &sum);
  gst_video_frame_unmap (&frame);
  if (wrong)
    fail_run (run, mode, size, "strip %u: %s", n, wrong);
  count_words (run, buffer);
  if (alone->repeatable && n < alone->n && sum != alone->sums[n]
      && g_str_equal (mode->feed, "pool"))
    run->n_other++;

  return wrong == NULL;
}

/* ---- One run ---- */

static guint64
get_stat (GstElement * mosaic, const gchar * name)
{
  GstStructure *stats;
  guint64 n = 0;

  g_object_get (mosaic, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, name, &n);
  gst_structure_free (stats);

  return n;
}

/* That all went as it should, besides the strips. The element in the middle may go
 * on for ever: nothing is said of how many strips there are. */
static void
check_end (Run * run, const Mode * mode, guint size, TestPlay * play, guint n)
{
  GstElement *mosaic = gst_bin_get_by_name (GST_BIN (play->pipeline), "m");
  const guint64 n_refused = get_stat (mosaic, "pads-refused-in-place");
  const gboolean live = run->alone[size].live || test_play_is_live (play);
  const guint wanted = live ? 1 : 2 * N_STRIPS;

  test_play_take_messages (play);
  if (n_refused > 1 || play->n_warnings != n_refused)
    fail_run (run, mode, size, "%u warnings, %u pads refused",
        play->n_warnings, (guint) n_refused);
  if (n_refused == 1 && g_str_equal (mode->in_place, "always"))
    fail_run (run, mode, size, "refused, but trusted");
  if (play->error)
    fail_run (run, mode, size, "after %u strips: %s", n, play->error);
  else if (run->n_shown < wanted && !run->failed)
    fail_run (run, mode, size, "only %u frames of neighbours in %u strips",
        run->n_shown, n);
  run->refused |= n_refused == 1;
  gst_object_unref (mosaic);
}

/* The neighbours of a live one may be too late for many strips: they begin at 0, and
 * catch up. */
static gboolean
goes_on (const Run * run, guint size, guint n_strips, gint64 end)
{
  if (n_strips < N_STRIPS)
    return TRUE;

  return run->alone[size].live && run->n_shown == 0
      && g_get_monotonic_time () < end;
}

static void
run_mosaic (Run * run, const Mode * mode, guint size)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE / GST_USECOND;
  gchar *line = new_line (run, mode, size);
  gboolean right = TRUE;
  TestPlay play;
  guint n;

  run->n_shown = 0;
  test_play_start (&play, line);
  for (n = 0; right && goes_on (run, size, n, end); n++) {
    GstSample *sample = test_play_pull (&play, PATIENCE);

    if (sample == NULL)
      break;
    right = look_at_strip (run, mode, size, sample, n);
    gst_sample_unref (sample);
  }
  if (play.pipeline)
    check_end (run, mode, size, &play, n);
  else
    fail_run (run, mode, size, "%s", play.error);
  test_play_stop (&play);
  g_free (line);
}

static void
begin (const Run * run, const gchar * phase)
{
  fprintf (run->report, REPORT_PHASE "%s\n", phase);
  fflush (run->report);
}

/* Criticals of foreign elements are theirs. */
static void
count_critical (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer unused)
{
  if (level & G_LOG_LEVEL_CRITICAL)
    g_atomic_int_inc (&n_criticals);
  g_printerr ("%s: %s\n", domain ? domain : "", message);
}

static void
take_logs (void)
{
  static const gchar *domains[] = {
    NULL, "GLib", "GLib-GObject", "GLib-GIO", "GStreamer", "GStreamer-Video",
    "GStreamer-Audio"
  };
  guint i;

  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_log_set_default_handler (count_critical, NULL);
  for (i = 0; i < G_N_ELEMENTS (domains); i++)
    g_log_set_handler (domains[i], G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL
        | G_LOG_FLAG_RECURSION, count_critical, NULL);
}

void
test_run_alone (GstElementFactory * element, const TestSetting * setting,
    FILE * report)
{
  Run run = {
    .subject = {.element = element,.setting = setting},
    .report = report,
  };
  gchar *error;
  guint i;

  take_logs ();
  begin (&run, "alone");
  error = test_alone_explore (&run.subject, run.alone);
  for (i = 0; error == NULL && i < 20; i++) {
    TestAlone alone;

    g_free (test_alone_run (&run.subject, i % 4 < 2 ? "pool" : "padded",
            i % N_SIZES, &alone));
    gst_clear_caps (&alone.caps);
  }
  g_free (error);
}

/* Of all sizes of which there are frames. */
static void
run_modes (Run * run, const Mode * mode, guint n_modes)
{
  guint size;
  guint i;

  for (i = 0; i < n_modes; i++)
    for (size = 0; size < N_SIZES; size++)
      if (!run->failed && run->alone[size].caps)
        run_mosaic (run, &mode[i], size);
}

/* The report may end here. */
static void
report_so_far (const Run * run, gint n_criticals_alone)
{
  const TestSubject *subject = &run->subject;

  if (n_criticals_alone == 0 && g_atomic_int_get (&n_criticals) > 0)
    fprintf (run->report, REPORT_FAIL "criticals, but none when run alone\n");
  if (run->refused)
    fprintf (run->report, REPORT_REFUSED "\n");
  if (run->n_other > 0 && !run->refused
      && !test_is_careless (subject->element))
    fprintf (run->report, REPORT_FAIL "%u frames are not as alone\n",
        run->n_other);
  fprintf (run->report, REPORT_DONE "%s", subject->feed.format);
  if (subject->feed.maker)
    fprintf (run->report, " from %s", GST_OBJECT_NAME (subject->feed.maker));
  fprintf (run->report, ": %u strips, %u in place, %u copied", run->n_strips,
      run->n_in_place, run->n_copied);
  if (run->refused)
    fprintf (run->report, ", refused");
  if (run->n_other > 0)
    fprintf (run->report, ", %u not as alone", run->n_other);
  if (!run->alone[0].repeatable)
    fprintf (run->report, ", not repeatable");
  fprintf (run->report, "\n");
}

void
test_run_element (GstElementFactory * element, const TestSetting * setting,
    FILE * report)
{
  Run run = {
    .subject = {.element = element,.setting = setting},
    .report = report,
  };
  gint n_criticals_alone;
  gchar *error;

  take_logs ();
  begin (&run, "alone");
  error = test_alone_explore (&run.subject, run.alone);
  if (error) {
    fprintf (report, REPORT_SKIP "%s\n", error);
    g_free (error);
    return;
  }

  n_criticals_alone = g_atomic_int_get (&n_criticals);
  begin (&run, "mosaic");
  run_modes (&run, modes, G_N_ELEMENTS (modes));
  report_so_far (&run, n_criticals_alone);
  begin (&run, "padded");
  run_modes (&run, padded, G_N_ELEMENTS (padded));
  report_so_far (&run, n_criticals_alone);

  if (run.refused || run.alone[0].live)
    return;
  if (run.n_shared == 0)
    fprintf (report, REPORT_FAIL "no strip was shared with a neighbour\n");
  begin (&run, "trusted");
  run.failed = FALSE;
  run_modes (&run, trusted, G_N_ELEMENTS (trusted));
}
