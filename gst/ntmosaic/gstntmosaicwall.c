/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicwall.h"

/* All other defaults are 0: one row, with no limit and no gaps. */
#define DEFAULT_ALIGN NTM_ALIGN_START

enum
{
  PROP_ALIGN,
  PROP_ALIGN_X,
  PROP_COLUMNS,
  PROP_ROWS,
  PROP_MAX_WIDTH,
  PROP_SQUARE,
  PROP_GAP,
};

static GType
gst_nt_mosaic_align_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NTM_ALIGN_START, "At the top, background below", "top"},
    {NTM_ALIGN_CENTER, "In the middle, background above and below", "center"},
    {NTM_ALIGN_END, "At the bottom, background above", "bottom"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtMosaicAlign",
            values));

  return type;
}

static GType
gst_nt_mosaic_align_x_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NTM_ALIGN_START, "At the left, background to the right", "left"},
    {NTM_ALIGN_CENTER, "In the middle, background on both sides", "center"},
    {NTM_ALIGN_END, "At the right, background to the left", "right"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtMosaicAlignX",
            values));

  return type;
}

gboolean
gst_nt_mosaic_get_wall (const GstNtMosaicSettings * settings, guint id,
    GValue * value)
{
  switch (id) {
    case PROP_ALIGN:
      g_value_set_enum (value, settings->align);
      return TRUE;
    case PROP_ALIGN_X:
      g_value_set_enum (value, settings->align_x);
      return TRUE;
    case PROP_COLUMNS:
      g_value_set_uint (value, settings->columns);
      return TRUE;
    case PROP_ROWS:
      g_value_set_uint (value, settings->rows);
      return TRUE;
    case PROP_MAX_WIDTH:
      g_value_set_uint (value, settings->max_width);
      return TRUE;
    case PROP_SQUARE:
      g_value_set_boolean (value, settings->square);
      return TRUE;
    case PROP_GAP:
      g_value_set_uint (value, settings->gap);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_nt_mosaic_change_wall (GstNtMosaicSettings * settings, guint id,
    const GValue * value)
{
  switch (id) {
    case PROP_ALIGN:
      settings->align = g_value_get_enum (value);
      return TRUE;
    case PROP_ALIGN_X:
      settings->align_x = g_value_get_enum (value);
      return TRUE;
    case PROP_COLUMNS:
      settings->columns = g_value_get_uint (value);
      return TRUE;
    case PROP_ROWS:
      settings->rows = g_value_get_uint (value);
      return TRUE;
    case PROP_MAX_WIDTH:
      settings->max_width = g_value_get_uint (value);
      return TRUE;
    case PROP_SQUARE:
      settings->square = g_value_get_boolean (value);
      return TRUE;
    case PROP_GAP:
      settings->gap = g_value_get_uint (value);
      return TRUE;
    default:
      return FALSE;
  }
}

#define PLAYING (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_PLAYING)

/* How many columns and rows there are. */
static void
install_grid (GObjectClass * klass, guint first)
{
  /**
   * GstNtMosaic:columns:
   *
   * How many tiles stand in a row. Tiles go row by row, in the order of the
   * pads' numbers. A column is as wide as its widest tile, a row as high as its
   * highest. 0: if #GstNtMosaic:rows is set, as few columns as make so many
   * rows; else as many as #GstNtMosaic:max-width allows; else all tiles stand
   * in one row.
   *
   * A change while strips are made holds from the next strip on, which has new
   * caps if its size changes. Set in a handler of
   * #GstAggregator::samples-selected, it holds from the strip after that. If
   * there can be no strip of that size, or there is no memory for it, one
   * warning says why, and the element goes on with the last good values of all
   * properties for sizes. It tries the new ones again whenever pads, caps or
   * properties change. If a pad leaves, the other tiles move to other columns.
   * If the strip gets too wide by that, it has fewer columns, and one warning
   * says how many.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_COLUMNS,
      g_param_spec_uint ("columns", "Columns",
          "Number of tiles in a row (0 = as many as rows or max-width allow, "
          "and without these all tiles in one row)",
          0, G_MAXINT, 0, PLAYING));

  /**
   * GstNtMosaic:rows:
   *
   * How many rows of tiles there are. 0: as many as it takes. If
   * #GstNtMosaic:columns is set too, the strip has that many cells, and those
   * without a tile are background: a column without a tile is as wide as the
   * widest, a row without a tile as high as the highest. More pads than cells
   * are an error before the first strip; after it they are a warning, and the
   * strip has more rows.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_ROWS,
      g_param_spec_uint ("rows", "Rows",
          "Number of rows of tiles (0 = as many as it takes); if columns is "
          "set too, the strip has that many cells, and those without a tile "
          "are background",
          0, G_MAXINT, 0, PLAYING));
}

/* How many of both, if neither is set. */
static void
install_folds (GObjectClass * klass, guint first)
{
  /**
   * GstNtMosaic:max-width:
   *
   * The largest width of the strip in pixels, as an encoder allows it. The
   * tiles are folded into rows: as many columns as fit, as few rows as it takes
   * then. If #GstNtMosaic:columns, #GstNtMosaic:rows or downstream ask for a
   * wider strip, that is an error. Once strips are made, such a value is a
   * warning: see #GstNtMosaic:columns. 0: no limit.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_MAX_WIDTH,
      g_param_spec_uint ("max-width", "Max width",
          "Largest width of the strip in pixels; the tiles are folded into as "
          "few rows as fit (0 = no limit)",
          0, G_MAXINT, 0, PLAYING));

  /**
   * GstNtMosaic:square:
   *
   * Whether the strip has as many columns as make its longer side shortest. It
   * has no effect if #GstNtMosaic:columns or #GstNtMosaic:rows is set.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_SQUARE,
      g_param_spec_boolean ("square", "Square",
          "Make the strip as square as possible; no effect if columns or rows "
          "are set",
          FALSE, PLAYING));
}

/* Where the tiles stand in them. */
static void
install_places (GObjectClass * klass, guint first)
{
  /**
   * GstNtMosaic:align:
   *
   * Where a tile that is shorter than its row stands, and where the rows stand
   * in a strip that is higher because downstream asks for that. An interlaced
   * frame always begins on an even row: if it would begin on an odd row, it
   * begins one row higher.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_ALIGN,
      g_param_spec_enum ("align", "Align",
          "Vertical place of a tile that is shorter than its row, and of all "
          "tiles in a strip that is higher than they need",
          gst_nt_mosaic_align_get_type (), DEFAULT_ALIGN, PLAYING));

  /**
   * GstNtMosaic:align-x:
   *
   * Where a tile that is narrower than its column stands, and where the columns
   * stand in a strip that is wider because downstream asks for that.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_ALIGN_X,
      g_param_spec_enum ("align-x", "Align x",
          "Horizontal place of a tile that is narrower than its column, and of "
          "all tiles in a strip that is wider than they need",
          gst_nt_mosaic_align_x_get_type (), DEFAULT_ALIGN, PLAYING));

  /**
   * GstNtMosaic:gap:
   *
   * Pixels of background between columns, and between rows. Where two pixels
   * share their chroma, as in YUY2, an odd gap between columns is one pixel
   * wider. A column of no width, that of a pad without caps, has no gap.
   * Between rows of interlaced frames the gap is rounded up to an even number.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_GAP,
      g_param_spec_uint ("gap", "Gap",
          "Pixels of background between columns and between rows",
          0, G_MAXINT, 0, PLAYING));
}

void
gst_nt_mosaic_install_wall (GObjectClass * klass, guint first)
{
  install_grid (klass, first);
  install_folds (klass, first);
  install_places (klass, first);

  gst_type_mark_as_plugin_api (gst_nt_mosaic_align_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_nt_mosaic_align_x_get_type (), 0);
}
