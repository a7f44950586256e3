/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames with known bytes, and the model of a strip; see the header. */

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIXEL_BYTES 4

/* What Meson takes for "skipped". */
#define EXIT_SKIPPED 77

guint8
test_byte (guint32 seed, guint y, guint offset)
{
  guint32 h = seed * 0x9e3779b1u + y * 0x85ebca6bu + offset * 0xc2b2ae35u;

  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  h ^= h >> 12;

  return h & 0xff;
}

GstBuffer *
test_frame_new (GstVideoFormat format, guint width, guint height, gsize stride,
    gsize offset, guint32 seed)
{
  const gsize row_bytes = (gsize) width * PIXEL_BYTES;
  const gboolean unusual = (stride != 0 && stride != row_bytes) || offset != 0;
  GstBuffer *buffer;
  GstMapInfo map;
  guint x;
  guint y;

  if (stride == 0)
    stride = row_bytes;

  buffer = gst_buffer_new_allocate (NULL,
      offset + stride * (height - 1) + row_bytes, NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  memset (map.data, 0xa5, map.size);
  for (y = 0; y < height; y++)
    for (x = 0; x < row_bytes; x++)
      map.data[offset + y * stride + x] = test_byte (seed, y, x);
  gst_buffer_unmap (buffer, &map);

  if (unusual) {
    gsize offsets[GST_VIDEO_MAX_PLANES] = { offset, };
    gint strides[GST_VIDEO_MAX_PLANES] = { (gint) stride, };

    gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format,
        width, height, 1, offsets, strides);
  }

  return buffer;
}

GstBuffer *
test_frame_new_timed (guint width, guint height, guint32 seed, GstClockTime pts,
    GstClockTime duration)
{
  GstBuffer *buffer =
      test_frame_new (GST_VIDEO_FORMAT_RGBA, width, height, 0, 0, seed);

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;

  return buffer;
}

GstCaps *
test_caps_new (const gchar * format, guint width, guint height, gint fps_n,
    gint fps_d)
{
  return gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format,
      "width", G_TYPE_INT, width, "height", G_TYPE_INT, height,
      "framerate", GST_TYPE_FRACTION, fps_n, fps_d,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1,
      "interlace-mode", G_TYPE_STRING, "progressive", NULL);
}

/* The four bytes of a background pixel, by the letters of the format's name. */
static void
background_bytes (GstVideoFormat format, guint32 argb, guint8 * bytes)
{
  const gchar *name = gst_video_format_to_string (format);
  guint i;

  for (i = 0; i < PIXEL_BYTES; i++)
    switch (name[i]) {
      case 'R':
        bytes[i] = argb >> 16;
        break;
      case 'G':
        bytes[i] = argb >> 8;
        break;
      case 'B':
        bytes[i] = argb;
        break;
      default:
        bytes[i] = argb >> 24;
        break;
    }
}

static guint
frame_top (const TestStrip * strip, const TestTile * tile)
{
  if (g_strcmp0 (strip->align, "center") == 0)
    return (strip->height - tile->height) / 2;
  if (g_strcmp0 (strip->align, "bottom") == 0)
    return strip->height - tile->height;

  return 0;
}

static guint8
expected_byte (const TestStrip * strip, const TestTile * tile, guint y,
    guint offset, const guint8 * background)
{
  const guint top = frame_top (strip, tile);

  if (y < top || y >= top + tile->height)
    return background[offset % PIXEL_BYTES];

  return test_byte (tile->seed, y - top, offset);
}

void
test_assert_strip (GstBuffer * buffer, GstCaps * caps, const TestStrip * strip)
{
  guint8 background[PIXEL_BYTES];
  GstVideoFrame frame;
  GstVideoInfo info;
  guint width = 0;
  guint offset;
  guint i;
  guint x;
  guint y;

  for (i = 0; i < strip->n_tiles; i++)
    width += strip->tiles[i].width;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), strip->height);
  background_bytes (GST_VIDEO_INFO_FORMAT (&info), strip->background,
      background);

  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (y = 0; y < strip->height; y++) {
    const guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (i = 0, x = 0; i < strip->n_tiles; x += strip->tiles[i++].width)
      for (offset = 0; offset < strip->tiles[i].width * PIXEL_BYTES; offset++) {
        guint8 expected = expected_byte (strip, &strip->tiles[i], y, offset,
            background);
        guint8 found = row[(gsize) x * PIXEL_BYTES + offset];

        if (found != expected)
          fail ("tile %u, row %u, byte %u: 0x%02x, expected 0x%02x", i, y,
              offset, found, expected);
      }
  }
  gst_video_frame_unmap (&frame);
}

/* ---- Frames in unusual memory ---- */

GstBuffer *
test_frame_new_upside_down (GstVideoFormat format, guint width, guint height,
    gsize stride, guint32 seed)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { stride * (height - 1), };
  gint strides[GST_VIDEO_MAX_PLANES] = { -(gint) stride, };
  GstBuffer *buffer;
  GstMapInfo map;
  guint x;
  guint y;

  buffer = gst_buffer_new_allocate (NULL, stride * height, NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  memset (map.data, 0x5a, map.size);
  for (y = 0; y < height; y++)
    for (x = 0; x < width * PIXEL_BYTES; x++)
      map.data[offsets[0] - y * stride + x] = test_byte (seed, y, x);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format,
      width, height, 1, offsets, strides);

  return buffer;
}

GstBuffer *
test_frame_split (GstBuffer * frame, gsize part_bytes)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  GstBuffer *split = gst_buffer_new ();
  gsize offset = 0;
  GstMapInfo map;

  if (meta)
    gst_buffer_add_video_meta_full (split, meta->flags, meta->format,
        meta->width, meta->height, meta->n_planes, meta->offset, meta->stride);
  fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
  while (offset < map.size) {
    const gsize bytes = MIN (part_bytes, map.size - offset);
    GstMemory *memory = gst_allocator_alloc (NULL, bytes, NULL);
    GstMapInfo part;

    fail_unless (gst_memory_map (memory, &part, GST_MAP_WRITE));
    memcpy (part.data, map.data + offset, bytes);
    gst_memory_unmap (memory, &part);
    gst_buffer_append_memory (split, memory);
    offset += bytes;
  }
  gst_buffer_unmap (frame, &map);
  gst_buffer_unref (frame);

  return split;
}

/* ---- The rig ---- */

TestRig *
test_rig_new (guint n_inputs)
{
  TestRig *rig = g_new0 (TestRig, 1);
  guint i;

  rig->element = gst_element_factory_make ("ntmosaic", NULL);
  fail_unless (rig->element != NULL);
  gst_object_ref_sink (rig->element);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->element, rig->bus);
  rig->inputs = g_ptr_array_new ();
  rig->out = gst_harness_new_with_element (rig->element, NULL, "src");
  gst_harness_set_live (rig->out, FALSE);

  for (i = 0; i < n_inputs; i++) {
    gchar *name = g_strdup_printf ("sink_%u", i);

    test_rig_add (rig, name);
    g_free (name);
  }

  return rig;
}

void
test_rig_free_failed (TestRig * rig)
{
  guint i;

  gst_element_set_state (rig->element, GST_STATE_NULL);
  for (i = 0; i < rig->inputs->len; i++)
    gst_harness_teardown (rig->inputs->pdata[i]);
  gst_harness_teardown (rig->out);
  g_ptr_array_unref (rig->inputs);
  gst_element_set_bus (rig->element, NULL);
  gst_object_unref (rig->bus);
  ASSERT_OBJECT_REFCOUNT (rig->element, "ntmosaic", 1);
  gst_object_unref (rig->element);
  g_free (rig);
}

void
test_rig_free (TestRig * rig)
{
  GstMessage *message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ERROR);

  if (message) {
    GError *error;

    gst_message_parse_error (message, &error, NULL);
    fail ("unexpected error: %s", error->message);
  }
  test_rig_free_failed (rig);
}

GstHarness *
test_rig_add (TestRig * rig, const gchar * pad_name)
{
  GstHarness *input =
      gst_harness_new_with_element (rig->element, pad_name, NULL);

  gst_harness_set_live (input, FALSE);
  g_ptr_array_add (rig->inputs, input);

  return input;
}

void
test_rig_remove (TestRig * rig, GstHarness * input)
{
  fail_unless (g_ptr_array_remove (rig->inputs, input));
  gst_harness_teardown (input);
}

GstHarness *
test_rig_input (TestRig * rig, guint index)
{
  fail_unless (index < rig->inputs->len);

  return rig->inputs->pdata[index];
}

void
test_input_set_caps_full (GstHarness * input, const gchar * format,
    guint width, guint height, gint fps_n, gint fps_d)
{
  gst_harness_set_src_caps (input, test_caps_new (format, width, height, fps_n,
          fps_d));
}

void
test_input_set_caps (GstHarness * input, const gchar * format, guint width,
    guint height)
{
  test_input_set_caps_full (input, format, width, height, 25, 1);
}

void
test_input_send (GstHarness * input, guint32 seed, guint n)
{
  GstCaps *caps = gst_pad_get_current_caps (input->srcpad);
  GstVideoInfo info;
  GstBuffer *frame;

  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  frame = test_frame_new (GST_VIDEO_INFO_FORMAT (&info),
      GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_HEIGHT (&info), 0, 0, seed);
  GST_BUFFER_PTS (frame) = n * TEST_FRAME_TIME;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  fail_unless_equals_int (gst_harness_push (input, frame), GST_FLOW_OK);
}

void
test_rig_set_caps (TestRig * rig, const TestStrip * strip,
    const gchar * format)
{
  guint i;

  fail_unless_equals_int (rig->inputs->len, strip->n_tiles);
  for (i = 0; i < strip->n_tiles; i++)
    test_input_set_caps (test_rig_input (rig, i), format,
        strip->tiles[i].width, MAX (strip->tiles[i].height, 1));
}

void
test_rig_send (TestRig * rig, const TestStrip * strip)
{
  guint i;

  fail_unless_equals_int (rig->inputs->len, strip->n_tiles);
  for (i = 0; i < strip->n_tiles; i++) {
    GstHarness *input = test_rig_input (rig, i);

    if (strip->tiles[i].height > 0)
      test_input_send (input, strip->tiles[i].seed, rig->n_sent);
    else
      fail_unless (gst_harness_push_event (input, gst_event_new_gap
              (rig->n_sent * TEST_FRAME_TIME, TEST_FRAME_TIME)));
  }
  rig->n_sent++;
}

GstBuffer *
test_rig_pull (TestRig * rig, GstCaps ** caps)
{
  GstBuffer *buffer = gst_harness_pull (rig->out);

  fail_unless (buffer != NULL);
  if (caps)
    *caps = gst_pad_get_current_caps (rig->out->sinkpad);

  return buffer;
}

void
test_rig_expect (TestRig * rig, const TestStrip * strip)
{
  GstCaps *caps;
  GstBuffer *buffer = test_rig_pull (rig, &caps);

  test_assert_strip (buffer, caps, strip);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
}

void
test_rig_check (TestRig * rig, const TestStrip * strip)
{
  test_rig_send (rig, strip);
  test_rig_expect (rig, strip);
}

guint64
test_get_stat (GstElement * element, const gchar * name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);

  return value;
}

/* ---- Errors ---- */

/* Error messages of @source that are on the bus now, or come before @wait is
 * over; @text is the last one's. */
static guint
count_errors (GstBus * bus, GstElement * source, GstClockTime wait,
    gchar ** text)
{
  const gint64 end = g_get_monotonic_time () + wait / GST_USECOND;
  guint n = 0;

  for (;;) {
    const gint64 left = MAX (end - g_get_monotonic_time (), 0);
    GstMessage *message = gst_bus_timed_pop_filtered (bus, n > 0 ? 0 :
        left * GST_USECOND, GST_MESSAGE_ERROR);
    GError *error;

    if (message == NULL)
      return n;

    if (GST_MESSAGE_SRC (message) == GST_OBJECT (source)) {
      gst_message_parse_error (message, &error, NULL);
      g_free (*text);
      *text = g_strdup (error->message);
      g_error_free (error);
      n++;
    }
    gst_message_unref (message);
  }
}

void
test_expect_error (GstBus * bus, GstElement * source, ...)
{
  gchar *text = NULL;
  const gchar *word;
  va_list words;
  guint n;

  n = count_errors (bus, source, 20 * GST_SECOND, &text);
  if (n == 0)
    fail ("no error message");

  /* A second one would come at once. */
  g_usleep (30 * G_TIME_SPAN_MILLISECOND);
  n += count_errors (bus, source, 0, &text);
  fail_unless_equals_int (n, 1);

  va_start (words, source);
  while ((word = va_arg (words, const gchar *)))
    if (strstr (text, word) == NULL)
      fail ("the error \"%s\" does not say \"%s\"", text, word);
  va_end (words);
  GST_INFO ("error, as expected: %s", text);
  g_free (text);
}

/* ---- The program ---- */

/* In a process of its own, because elements have threads that Check's children,
 * which are forks of this process, would lack. Returns an exit status. */
static int
try_kernel (const gchar * forced)
{
  GstElement *element = gst_element_factory_make ("ntmosaic", NULL);
  int status = EXIT_SUCCESS;
  gchar *kernel;

  if (element == NULL) {
    g_printerr ("there is no element ntmosaic in GST_PLUGIN_PATH_1_0\n");
    return EXIT_FAILURE;
  }

  g_object_get (element, "kernel", &kernel, NULL);
  gst_object_unref (element);
  if (forced && g_strcmp0 (forced, kernel) != 0) {
    g_print ("skipped: this CPU has no kernel %s\n", forced);
    status = EXIT_SKIPPED;
  }
  g_free (kernel);

  return status;
}

void
test_init (int *argc, char ***argv)
{
  int status = EXIT_FAILURE;
  pid_t child;

  gst_check_init (argc, argv);
  fflush (NULL);
  child = fork ();
  if (child == 0) {
    status = try_kernel (g_getenv ("NTMOSAIC_CPU"));
    fflush (NULL);
    _exit (status);
  }

  if (child < 0 || waitpid (child, &status, 0) != child || !WIFEXITED (status)) {
    g_printerr ("the element can't be tried\n");
    exit (EXIT_FAILURE);
  }
  if (WEXITSTATUS (status) != EXIT_SUCCESS)
    exit (WEXITSTATUS (status));
}

int
test_run (Suite * suite, const gchar * name, const gchar * file)
{
  const int n_failed = gst_check_run_suite (suite, name, file);

  if (n_failed > 0) {
    fflush (NULL);
    _exit (EXIT_FAILURE);
  }

  return EXIT_SUCCESS;
}
