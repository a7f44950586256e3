/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Descriptions of pipelines for any element; see the header. */

#include "neighbours_lines.h"

#include <string.h>

/* Frames that elements are fed. Not slow, because some wait for the clock. */
#define FPS 100

/* Encoders that are tried for one decoder and format. */
#define MAX_MAKERS 4

/* Those that strips have. */
static const gchar *formats[] = {
  "RGBA", "BGRA", "ARGB", "ABGR", "RGBx", "BGRx", "xRGB", "xBGR"
};

#define SVG "data=<svg><rect\\ width=\\\"30\\\"\\ height=\\\"30\\\"/></svg>"

#define SETTING(element_, ...)                                                \
  { .element = element_, .properties = __VA_ARGS__ }

static const TestSetting settings[] = {
  SETTING ("alpha", "alpha=0.5"),
  SETTING ("alpha", "method=green"),
  SETTING ("burn", "adjustment=100"),
  SETTING ("chromahold", "target-r=200 tolerance=60"),
  SETTING ("coloreffects", "preset=sepia"),
  SETTING ("compositor",
      "background=transparent sink_0::xpos=7 sink_1::ypos=5"),
  SETTING ("compositor", "sink_0::alpha=0.5 sink_1::xpos=-9 sink_1::ypos=-3"),
  SETTING ("compositor", "background=white sink_0::width=20 sink_1::height=11"),
  SETTING ("deinterlace", "fields=all", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=tomsmocomp", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=greedyh", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=greedyl", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=vfir", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=linear", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=linearblend", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=scalerbob", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=weave", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=weavetff", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=top method=weavebff", .interlaced = TRUE),
  SETTING ("deinterlace", "fields=bottom mode=interlaced"),
  SETTING ("diffuse", "off-edge-pixels=wrap scale=30"),
  SETTING ("fisheye", "off-edge-pixels=clamp"),
  SETTING ("gamma", "gamma=1.7"),
  SETTING ("kaleidoscope", "off-edge-pixels=clamp sides=5"),
  SETTING ("marble", "off-edge-pixels=wrap"),
  SETTING ("mirror", "mode=top"),
  SETTING ("mirror", "mode=right off-edge-pixels=wrap"),
  SETTING ("ntmosaic", "in-place=never"),
  SETTING ("perspective", "off-edge-pixels=clamp"),
  SETTING ("rotate", "angle=0.7"),
  SETTING ("rotate", "angle=0.7 off-edge-pixels=wrap"),
  SETTING ("rsvgoverlay", SVG),
  SETTING ("shapewipe", "border=0.3 position=0.5"),
  SETTING ("smptealpha", "position=0.5 border=1000 type=22"),
  SETTING ("sphere", "off-edge-pixels=clamp"),
  SETTING ("square", "off-edge-pixels=wrap width=0.3"),
  SETTING ("stretch", "off-edge-pixels=clamp"),
  SETTING ("textoverlay", "text=across\\ and\\ beyond font-desc=Sans,20"),
  SETTING ("textoverlay", "text=shaded shaded-background=true"),
  SETTING ("textoverlay",
      "text=wide wrap-mode=none xpos=0.9 halignment=position"),
  SETTING ("timeoverlay",
      "halignment=right valignment=bottom shaded-background=true"),
  SETTING ("tunnel", "off-edge-pixels=wrap"),
  SETTING ("videobalance", "saturation=0.3 hue=0.5"),
  SETTING ("videobox", "left=-4 right=4 top=-3 bottom=3 border-alpha=0.5"),
  SETTING ("videobox", "left=-4 right=-3 top=-5 bottom=-2 alpha=0.5",
      .more_width = -7, .more_height = -7),
  SETTING ("videobox", "left=3 right=4 top=5 bottom=6",
      .more_width = 7, .more_height = 11),
  SETTING ("videoconvert", "", .format = "BGRA"),
  SETTING ("videoconvertscale", "method=lanczos",
      .more_width = 13, .more_height = -9),
  SETTING ("videocrop", "left=3 right=4 top=5 bottom=6",
      .more_width = 7, .more_height = 11),
  SETTING ("videoflip", "video-direction=90r", .turned = TRUE),
  SETTING ("videoflip", "video-direction=90l", .turned = TRUE),
  SETTING ("videoflip", "video-direction=ul-lr", .turned = TRUE),
  SETTING ("videoflip", "video-direction=180"),
  SETTING ("videoflip", "video-direction=horiz"),
  SETTING ("videoflip", "video-direction=vert"),
  SETTING ("videomixer",
      "background=transparent sink_0::xpos=7 sink_1::ypos=5"),
  SETTING ("videomixer", "sink_0::alpha=0.5 sink_1::xpos=-9 sink_1::ypos=-3"),
  SETTING ("videorate", "max-rate=50"),
  SETTING ("videorate", "rate=0.7"),
  SETTING ("videoscale", "method=nearest-neighbour",
      .more_width = -13, .more_height = 9),
  SETTING ("videoscale", "method=bilinear",
      .more_width = 13, .more_height = -9),
  SETTING ("videoscale", "method=lanczos",
      .more_width = -13, .more_height = -9),
  SETTING ("videotestsrc", "pattern=ball"),
  SETTING ("videotestsrc", "pattern=zone-plate kx2=20 ky2=20 kt=1"),
  SETTING ("videotestsrc", "pattern=pinwheel horizontal-speed=3"),
  SETTING ("videotestsrc", "pattern=spokes"),
  SETTING ("videotestsrc", "pattern=circular"),
  SETTING ("videotestsrc", "pattern=smpte75 foreground-color=0x80808080"),
  SETTING ("waterripple", "off-edge-pixels=clamp"),
};

/* What is not in templates: where a source gets its data from; what fails in front
 * of other elements as well; what strips can't help. */
static const struct
{
  const gchar *element;
  const gchar *reason;
} unfit[] = {
  {"appsrc", "needs an application"},
  {"compare",
    "pushes frames before a segment, which aborts in GstVideoAggregator"},
  {"fakesrc", "makes no pictures"},
  {"giostreamsrc", "needs an application"},
  {"ipcpipelinesrc", "needs another process"},
  {"proxysrc", "needs another pipeline"},
  {"shmsrc", "needs another process"},
  {"webpdec", "refuses rows that aren't tight: in-place=never helps"},
  {"testframes", "is what the others are tested with"},
};

/* ---- Templates ---- */

static GstCaps *
raw_caps (const gchar * format)
{
  return gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format,
      NULL);
}

static gboolean
can_be (GstStaticPadTemplate * template, GstCaps * caps)
{
  GstCaps *own = gst_static_pad_template_get_caps (template);
  const gboolean ret = gst_caps_can_intersect (own, caps);

  gst_caps_unref (own);

  return ret;
}

static gboolean
can_be_format (GstStaticPadTemplate * template, const gchar * format)
{
  GstCaps *caps = raw_caps (format);
  const gboolean ret = can_be (template, caps);

  gst_caps_unref (caps);

  return ret;
}

static gboolean
can_be_text (GstStaticPadTemplate * template, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);
  const gboolean ret = can_be (template, caps);

  gst_caps_unref (caps);

  return ret;
}

static gboolean
is_any (GstStaticPadTemplate * template)
{
  GstCaps *own = gst_static_pad_template_get_caps (template);
  const gboolean ret = gst_caps_is_any (own);

  gst_caps_unref (own);

  return ret;
}

/* The next template of @direction after @l, or the first; NULL if there is none. */
static const GList *
next_template (GstElementFactory * element, GstPadDirection direction,
    const GList * l)
{
  l = l ? l->next : gst_element_factory_get_static_pad_templates (element);
  while (l && ((GstStaticPadTemplate *) l->data)->direction != direction)
    l = l->next;

  return l;
}

static gboolean
makes_format (GstElementFactory * element, const gchar * format)
{
  const GList *l = NULL;

  while ((l = next_template (element, GST_PAD_SRC, l)))
    if (can_be_format (l->data, format))
      return TRUE;

  return FALSE;
}

static gboolean
is_klass (GstElementFactory * element, const gchar * word)
{
  return strstr (gst_element_factory_get_metadata (element,
          GST_ELEMENT_METADATA_KLASS), word) != NULL;
}

/* The sink pad that is fed: an always pad rather than a request pad, and one for
 * raw video rather than another. NULL: it is a source. */
static GstStaticPadTemplate *
main_sink (GstElementFactory * element)
{
  GstStaticPadTemplate *best = NULL;
  gint best_score = -1;
  const GList *l = NULL;

  while ((l = next_template (element, GST_PAD_SINK, l))) {
    GstStaticPadTemplate *template = l->data;
    const gint score = 2 * (template->presence == GST_PAD_ALWAYS)
        + can_be_text (template, "video/x-raw");

    if (score > best_score) {
      best = template;
      best_score = score;
    }
  }

  return best;
}

/* ---- The list ---- */

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (GST_OBJECT_NAME (a), GST_OBJECT_NAME (b));
}

GList *
test_list_elements (void)
{
  GList *all = gst_registry_get_feature_list (gst_registry_get (),
      GST_TYPE_ELEMENT_FACTORY);
  GList *list = NULL;
  GList *l;
  guint i;

  for (l = all; l; l = l->next)
    for (i = 0; i < G_N_ELEMENTS (formats); i++)
      if (makes_format (l->data, formats[i])) {
        list = g_list_prepend (list, gst_object_ref (l->data));
        break;
      }
  gst_plugin_feature_list_free (all);

  return g_list_sort (list, compare_names);
}

const TestSetting *
test_setting_get (GstElementFactory * element, guint i)
{
  guint j;

  for (j = 0; j < G_N_ELEMENTS (settings); j++)
    if (strcmp (settings[j].element, GST_OBJECT_NAME (element)) == 0
        && i-- == 0)
      return &settings[j];

  return NULL;
}

/* ---- How an element is fed ---- */

/* Elements that make what @sink takes, of raw video, by rank. */
static GList *
list_makers (GstStaticPadTemplate * sink)
{
  GstCaps *wanted = gst_static_pad_template_get_caps (sink);
  GList *all = gst_registry_get_feature_list (gst_registry_get (),
      GST_TYPE_ELEMENT_FACTORY);
  GList *makers = NULL;
  GList *l;

  for (l = all; l; l = l->next) {
    GstStaticPadTemplate *input = main_sink (l->data);
    const GList *src = next_template (l->data, GST_PAD_SRC, NULL);

    if (input && src && !is_any (input) && !is_any (src->data)
        && can_be_text (input, "video/x-raw") && can_be (src->data, wanted))
      makers = g_list_prepend (makers, gst_object_ref (l->data));
  }
  gst_plugin_feature_list_free (all);
  gst_caps_unref (wanted);

  return g_list_sort (makers, gst_plugin_feature_rank_compare_func);
}

/* An element that makes of @maker's output what @sink takes. */
static GstElementFactory *
find_parser (GstElementFactory * maker, GstStaticPadTemplate * sink)
{
  const GList *made = next_template (maker, GST_PAD_SRC, NULL);
  GstCaps *made_caps = gst_static_pad_template_get_caps (made->data);
  GstCaps *wanted = gst_static_pad_template_get_caps (sink);
  GList *all = gst_registry_get_feature_list (gst_registry_get (),
      GST_TYPE_ELEMENT_FACTORY);
  GstElementFactory *parser = NULL;
  GList *l;

  for (l = all; l && parser == NULL; l = l->next) {
    const GList *in = next_template (l->data, GST_PAD_SINK, NULL);
    const GList *out = next_template (l->data, GST_PAD_SRC, NULL);

    if (in && out && is_klass (l->data, "Parser") && !is_any (out->data)
        && can_be (in->data, made_caps) && can_be (out->data, wanted))
      parser = gst_object_ref (l->data);
  }
  gst_plugin_feature_list_free (all);
  gst_caps_unref (made_caps);
  gst_caps_unref (wanted);

  return parser;
}

gchar *
test_explain_skip (GstElementFactory * element)
{
  GstStaticPadTemplate *sink = main_sink (element);
  GList *makers;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (unfit); i++)
    if (strcmp (unfit[i].element, GST_OBJECT_NAME (element)) == 0)
      return g_strdup (unfit[i].reason);
  if (is_klass (element, "Network") && sink == NULL)
    return g_strdup ("needs a network");
  if (is_klass (element, "Source/File"))
    return g_strdup ("needs a file");
  if (sink == NULL || can_be_text (sink, "video/x-raw"))
    return NULL;
  if (can_be_text (sink, "unknown/unknown"))
    return g_strdup ("its input has no caps");

  makers = list_makers (sink);
  if (makers == NULL) {
    GstCaps *caps = gst_static_pad_template_get_caps (sink);
    gchar *text = gst_caps_to_string (caps);
    gchar *reason = g_strdup_printf ("nothing here makes %.60s", text);

    g_free (text);
    gst_caps_unref (caps);

    return reason;
  }
  gst_plugin_feature_list_free (makers);

  return NULL;
}

gboolean
test_is_careless (GstElementFactory * element)
{
  /* Its loop ends one row too early. */
  return strcmp (GST_OBJECT_NAME (element), "warptv") == 0;
}

GArray *
test_list_feeds (GstElementFactory * element)
{
  GstStaticPadTemplate *sink = main_sink (element);
  GArray *feeds = g_array_new (FALSE, TRUE, sizeof (TestFeed));
  GList *makers = NULL;
  GList *l;
  guint n;
  guint i;

  if (sink && !can_be_text (sink, "video/x-raw"))
    makers = list_makers (sink);

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    TestFeed feed = { formats[i], NULL, NULL };

    if (!makes_format (element, formats[i]))
      continue;
    if (makers == NULL)
      g_array_append_val (feeds, feed);
    for (l = makers, n = 0; l && n < MAX_MAKERS; l = l->next, n++) {
      feed.maker = l->data;
      feed.parser = find_parser (feed.maker, sink);
      g_array_append_val (feeds, feed);
    }
  }

  return feeds;
}

/* ---- Lines ---- */

/* What frames are fed. */
typedef struct
{
  const TestSetting *setting;
  const TestFeed *feed;
  const gchar *memory;
  guint width;
  guint height;
  guint n_frames;
} Wish;

static void
add_frames (GString * line, const Wish * wish, const gchar * format, guint fps,
    guint seed)
{
  const TestSetting *setting = wish->setting;
  const gboolean turned = setting && setting->turned;
  guint width = wish->width;
  guint height = wish->height;

  if (setting && setting->format)
    format = setting->format;
  if (setting) {
    width += setting->more_width;
    height += setting->more_height;
  }
  g_string_append_printf (line, "testframes seed=%u num-buffers=%u memory=%s ! "
      "video/x-raw,format=%s,width=%u,height=%u,framerate=%u/1,"
      "pixel-aspect-ratio=1/1,interlace-mode=%s ! ", seed,
      fps > 0 ? wish->n_frames : 1, wish->memory, format,
      turned ? height : width, turned ? width : height, fps,
      setting && setting->interlaced ? "interleaved" : "progressive");
}

/* What goes into @sink, unless nothing has to. */
static void
add_input (GString * line, GstStaticPadTemplate * sink, const Wish * wish,
    guint seed)
{
  const TestFeed *feed = wish->feed;
  const gchar *format = can_be_format (sink, feed->format)
      || (wish->setting && wish->setting->format) ? feed->format : "RGBA";

  if (can_be_text (sink, "video/x-raw")) {
    const gboolean still = !can_be_text (sink, "video/x-raw,framerate=100/1");

    add_frames (line, wish, format, still ? 0 : FPS, seed);
    if (!can_be_format (sink, format))
      g_string_append (line, "videoconvert ! ");
  } else if (feed->maker) {
    add_frames (line, wish, format, FPS, seed);
    g_string_append_printf (line, "videoconvert ! %s ! ",
        GST_OBJECT_NAME (feed->maker));
    if (feed->parser)
      g_string_append_printf (line, "%s ! ", GST_OBJECT_NAME (feed->parser));
  } else if (can_be_text (sink, "audio/x-raw")) {
    g_string_append_printf (line, "audiotestsrc num-buffers=%u "
        "samplesperbuffer=441 ! audioconvert ! ", wish->n_frames);
  } else {
    return;
  }

  g_string_append_printf (line, "x.%s ",
      sink->presence == GST_PAD_ALWAYS ? sink->name_template : "");
}

/* All pads that are always there; else one of those that can be requested, or two
 * of a mixer. */
static void
add_inputs (GString * line, GstElementFactory * element, const Wish * wish)
{
  GstStaticPadTemplate *sink = main_sink (element);
  const gboolean overlays = is_klass (element, "Compositor")
      && strcmp (GST_OBJECT_NAME (element), "ntmosaic") != 0;
  const GList *l = NULL;
  guint seed = 100;

  if (sink && sink->presence != GST_PAD_ALWAYS) {
    add_input (line, sink, wish, seed++);
    if (overlays)
      add_input (line, sink, wish, seed++);
    return;
  }

  while ((l = next_template (element, GST_PAD_SINK, l)))
    if (((GstStaticPadTemplate *) l->data)->presence == GST_PAD_ALWAYS)
      add_input (line, l->data, wish, seed++);
}

/* Sound that isn't heard would be an error. */
static void
add_outputs (GString * line, GstElementFactory * element)
{
  const GList *l = NULL;

  while ((l = next_template (element, GST_PAD_SRC, l))) {
    GstStaticPadTemplate *src = l->data;

    if (src->presence == GST_PAD_ALWAYS && !is_any (src)
        && can_be_text (src, "audio/x-raw"))
      g_string_append_printf (line, "x.%s ! fakesink async=false ",
          src->name_template);
  }
}

gchar *
test_line_new (GstElementFactory * element, const TestSetting * setting,
    const TestFeed * feed, const gchar * memory, guint width, guint height,
    guint n_frames)
{
  const Wish wish = { setting, feed, memory, width, height, n_frames };
  GString *line = g_string_new (NULL);

  add_inputs (line, element, &wish);
  add_outputs (line, element);
  g_string_append_printf (line, "%s name=x %s x. ! video/x-raw,format=%s,"
      "width=%u,height=%u,pixel-aspect-ratio=1/1", GST_OBJECT_NAME (element),
      setting ? setting->properties : "", feed->format, width, height);
  if (main_sink (element) == NULL)
    g_string_append_printf (line, ",framerate=%u/1", FPS);

  return g_string_free (line, FALSE);
}
