/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pixels of each format; see the header. */

#include "pixels.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define NATIVE (G_BYTE_ORDER == G_BIG_ENDIAN)

/* The samples of one pixel, or of a pair, as letters with numbers of bits: the
 * first is in the most significant bits of the first word. K is gray, x stays
 * 0; padding that has alpha's value is an A. */
static const struct
{
  GstVideoFormat format;
  guint word_bytes;
  gboolean is_big_endian;
  const gchar *samples;
} table[] = {
  {GST_VIDEO_FORMAT_RGBA, 1, TRUE, "R8G8B8A8"},
  {GST_VIDEO_FORMAT_BGRA, 1, TRUE, "B8G8R8A8"},
  {GST_VIDEO_FORMAT_ARGB, 1, TRUE, "A8R8G8B8"},
  {GST_VIDEO_FORMAT_ABGR, 1, TRUE, "A8B8G8R8"},
  {GST_VIDEO_FORMAT_RGBx, 1, TRUE, "R8G8B8A8"},
  {GST_VIDEO_FORMAT_BGRx, 1, TRUE, "B8G8R8A8"},
  {GST_VIDEO_FORMAT_xRGB, 1, TRUE, "A8R8G8B8"},
  {GST_VIDEO_FORMAT_xBGR, 1, TRUE, "A8B8G8R8"},
  {GST_VIDEO_FORMAT_RGB, 1, TRUE, "R8G8B8"},
  {GST_VIDEO_FORMAT_BGR, 1, TRUE, "B8G8R8"},
  {GST_VIDEO_FORMAT_RGB16, 2, NATIVE, "R5G6B5"},
  {GST_VIDEO_FORMAT_BGR16, 2, NATIVE, "B5G6R5"},
  {GST_VIDEO_FORMAT_RGB15, 2, NATIVE, "x1R5G5B5"},
  {GST_VIDEO_FORMAT_BGR15, 2, NATIVE, "x1B5G5R5"},
  {GST_VIDEO_FORMAT_r210, 4, TRUE, "x2R10G10B10"},
  {GST_VIDEO_FORMAT_RGB10A2_LE, 4, FALSE, "A2B10G10R10"},
  {GST_VIDEO_FORMAT_BGR10A2_LE, 4, FALSE, "A2R10G10B10"},
  {GST_VIDEO_FORMAT_ARGB64, 2, NATIVE, "A16R16G16B16"},
  {GST_VIDEO_FORMAT_ARGB64_LE, 2, FALSE, "A16R16G16B16"},
  {GST_VIDEO_FORMAT_ARGB64_BE, 2, TRUE, "A16R16G16B16"},
  {GST_VIDEO_FORMAT_ABGR64_LE, 2, FALSE, "A16B16G16R16"},
  {GST_VIDEO_FORMAT_ABGR64_BE, 2, TRUE, "A16B16G16R16"},
  {GST_VIDEO_FORMAT_RGBA64_LE, 2, FALSE, "R16G16B16A16"},
  {GST_VIDEO_FORMAT_RGBA64_BE, 2, TRUE, "R16G16B16A16"},
  {GST_VIDEO_FORMAT_BGRA64_LE, 2, FALSE, "B16G16R16A16"},
  {GST_VIDEO_FORMAT_BGRA64_BE, 2, TRUE, "B16G16R16A16"},
  {GST_VIDEO_FORMAT_GRAY8, 1, TRUE, "K8"},
  {GST_VIDEO_FORMAT_GRAY16_LE, 2, FALSE, "K16"},
  {GST_VIDEO_FORMAT_GRAY16_BE, 2, TRUE, "K16"},
  {GST_VIDEO_FORMAT_AYUV, 1, TRUE, "A8Y8U8V8"},
  {GST_VIDEO_FORMAT_VUYA, 1, TRUE, "V8U8Y8A8"},
  {GST_VIDEO_FORMAT_v308, 1, TRUE, "Y8U8V8"},
  {GST_VIDEO_FORMAT_IYU2, 1, TRUE, "U8Y8V8"},
  {GST_VIDEO_FORMAT_Y410, 4, FALSE, "A2V10Y10U10"},
  {GST_VIDEO_FORMAT_AYUV64, 2, NATIVE, "A16Y16U16V16"},
  {GST_VIDEO_FORMAT_Y412_LE, 2, FALSE, "U12x4Y12x4V12x4A12x4"},
  {GST_VIDEO_FORMAT_Y412_BE, 2, TRUE, "U12x4Y12x4V12x4A12x4"},
  {GST_VIDEO_FORMAT_YUY2, 1, TRUE, "Y8U8Y8V8"},
  {GST_VIDEO_FORMAT_YVYU, 1, TRUE, "Y8V8Y8U8"},
  {GST_VIDEO_FORMAT_UYVY, 1, TRUE, "U8Y8V8Y8"},
  {GST_VIDEO_FORMAT_VYUY, 1, TRUE, "V8Y8U8Y8"},
  {GST_VIDEO_FORMAT_Y210, 2, FALSE, "Y10x6U10x6Y10x6V10x6"},
  {GST_VIDEO_FORMAT_Y212_LE, 2, FALSE, "Y12x4U12x4Y12x4V12x4"},
  {GST_VIDEO_FORMAT_Y212_BE, 2, TRUE, "Y12x4U12x4Y12x4V12x4"},
  {GST_VIDEO_FORMAT_v216, 2, FALSE, "U16Y16V16Y16"},
};

static guint
find (GstVideoFormat format)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (table) && table[i].format != format)
    i++;

  return i;
}

gboolean
test_pixels_know (GstVideoFormat format)
{
  return find (format) < G_N_ELEMENTS (table);
}

static const gchar *
get_samples (GstVideoFormat format)
{
  fail_unless (test_pixels_know (format), "%s is not in the table",
      gst_video_format_to_string (format));

  return table[find (format)].samples;
}

/* The next sample's letter, and its bits. */
static gchar
read_sample (const gchar ** samples, guint * bits)
{
  const gchar letter = **samples;
  gchar *end;

  *bits = strtoul (*samples + 1, &end, 10);
  *samples = end;

  return letter;
}

guint
test_pixel_unit (GstVideoFormat format)
{
  const gchar *first = strchr (get_samples (format), 'Y');

  return first && strchr (first + 1, 'Y') ? 2 : 1;
}

guint
test_pixel_bytes (GstVideoFormat format)
{
  const gchar *samples = get_samples (format);
  guint n_bits = 0;
  guint bits;

  while (*samples) {
    read_sample (&samples, &bits);
    n_bits += bits;
  }

  return n_bits / 8 / test_pixel_unit (format);
}

/* ---- Colours ---- */

/* Luma is @kr red, @kb blue, and the rest green. */
static void
get_weights (const GstVideoInfo * info, gdouble * kr, gdouble * kb)
{
  switch (info->colorimetry.matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT709:
      *kr = 0.2126;
      *kb = 0.0722;
      break;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
      *kr = 0.2627;
      *kb = 0.0593;
      break;
    default:
      *kr = 0.299;
      *kb = 0.114;
      break;
  }
}

/* From 0 to 1, or for U and V from -0.5 to 0.5. */
static gdouble
get_component (const GstVideoInfo * info, guint32 argb, gchar letter)
{
  const gdouble r = (argb >> 16 & 0xff) / 255.0;
  const gdouble g = (argb >> 8 & 0xff) / 255.0;
  const gdouble b = (argb & 0xff) / 255.0;
  gdouble kr;
  gdouble kb;
  gdouble y;

  get_weights (info, &kr, &kb);
  y = kr * r + (1 - kr - kb) * g + kb * b;
  switch (letter) {
    case 'R':
      return r;
    case 'G':
      return g;
    case 'B':
      return b;
    case 'A':
      return (argb >> 24) / 255.0;
    case 'U':
      return (b - y) / (2 - 2 * kb);
    case 'V':
      return (r - y) / (2 - 2 * kr);
    case 'x':
      return 0;
    default:
      return y;
  }
}

static guint
get_sample (const GstVideoInfo * info, guint32 argb, gchar letter, guint bits)
{
  const gdouble value = get_component (info, argb, letter);
  const gboolean is_limited = strchr ("YUVK", letter)
      && info->colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235;
  const gboolean is_chroma = letter == 'U' || letter == 'V';
  const gint most = (1 << bits) - 1;
  const gint step = is_limited ? 1 << (bits - 8) : 1;
  const gint scale = !is_limited ? most : step * (is_chroma ? 224 : 219);
  const gint zero = is_chroma ? 1 << (bits - 1) : is_limited ? 16 * step : 0;

  return MIN ((gint) (zero + scale * value + 0.5), most);
}

/* Moves the bytes of each word to where they stand in memory. */
static void
order_bytes (guint8 * bytes, guint n_bytes, guint word_bytes)
{
  guint i;
  guint k;

  for (i = 0; i < n_bytes; i += word_bytes)
    for (k = 0; k < word_bytes / 2; k++) {
      const guint8 byte = bytes[i + k];

      bytes[i + k] = bytes[i + word_bytes - 1 - k];
      bytes[i + word_bytes - 1 - k] = byte;
    }
}

guint
test_pixels_paint (const GstVideoInfo * info, guint32 argb, guint8 * bytes)
{
  const guint row = find (GST_VIDEO_INFO_FORMAT (info));
  const gchar *samples = get_samples (GST_VIDEO_INFO_FORMAT (info));
  guint n_bits = 0;

  memset (bytes, 0, TEST_MOST_PIXEL_BYTES);
  while (*samples) {
    guint bits;
    const gchar letter = read_sample (&samples, &bits);
    const guint value = get_sample (info, argb, letter, bits);
    guint i;

    for (i = bits; i > 0; i--, n_bits++)
      bytes[n_bits / 8] |= (value >> (i - 1) & 1) << (7 - n_bits % 8);
  }
  if (!table[row].is_big_endian)
    order_bytes (bytes, n_bits / 8, table[row].word_bytes);

  return n_bits / 8;
}
