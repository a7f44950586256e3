/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcwall.h"

#define DEFAULT_TILES 10
#define DEFAULT_BACKGROUND_COLOR 0xff000000

/* Numbers of the properties, from that of the first one on. */
enum
{
  PROP_TILES,
  PROP_COLUMNS,
  PROP_ROWS,
  PROP_MAX_WIDTH,
  PROP_GAP,
  PROP_TILE_WIDTH,
  PROP_TILE_HEIGHT,
  PROP_FIT,
  PROP_BACKGROUND_COLOR,
};

static GType
gst_nt_strip_src_fit_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NTM_FIT_CONTAIN, "Scaled until it fits, background around it", "contain"},
    {NTM_FIT_COVER, "Scaled until it fills the tile, cut off", "cover"},
    {NTM_FIT_EXACT, "Not scaled; another size is an error", "exact"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstNtStripSrcFit",
            values));

  return type;
}

void
gst_nt_strip_src_init_wall (GstNtStripSrcSettings * asked)
{
  asked->tiles = DEFAULT_TILES;
  asked->fit = NTM_FIT_CONTAIN;
  asked->background_color = DEFAULT_BACKGROUND_COLOR;
}

gboolean
gst_nt_strip_src_get_wall (const GstNtStripSrcSettings * asked, guint id,
    GValue * value)
{
  switch (id) {
    case PROP_TILES:
      g_value_set_uint (value, asked->tiles);
      return TRUE;
    case PROP_COLUMNS:
      g_value_set_uint (value, asked->columns);
      return TRUE;
    case PROP_ROWS:
      g_value_set_uint (value, asked->rows);
      return TRUE;
    case PROP_MAX_WIDTH:
      g_value_set_uint (value, asked->max_width);
      return TRUE;
    case PROP_GAP:
      g_value_set_uint (value, asked->gap);
      return TRUE;
    case PROP_TILE_WIDTH:
      g_value_set_uint (value, asked->tile_width);
      return TRUE;
    case PROP_TILE_HEIGHT:
      g_value_set_uint (value, asked->tile_height);
      return TRUE;
    case PROP_FIT:
      g_value_set_enum (value, asked->fit);
      return TRUE;
    case PROP_BACKGROUND_COLOR:
      g_value_set_uint (value, asked->background_color);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_nt_strip_src_change_wall (GstNtStripSrcSettings * asked, guint id,
    const GValue * value)
{
  switch (id) {
    case PROP_TILES:
      asked->tiles = g_value_get_uint (value);
      return TRUE;
    case PROP_COLUMNS:
      asked->columns = g_value_get_uint (value);
      return TRUE;
    case PROP_ROWS:
      asked->rows = g_value_get_uint (value);
      return TRUE;
    case PROP_MAX_WIDTH:
      asked->max_width = g_value_get_uint (value);
      return TRUE;
    case PROP_GAP:
      asked->gap = g_value_get_uint (value);
      return TRUE;
    case PROP_TILE_WIDTH:
      asked->tile_width = g_value_get_uint (value);
      return TRUE;
    case PROP_TILE_HEIGHT:
      asked->tile_height = g_value_get_uint (value);
      return TRUE;
    case PROP_FIT:
      asked->fit = g_value_get_enum (value);
      return TRUE;
    case PROP_BACKGROUND_COLOR:
      asked->background_color = g_value_get_uint (value);
      return TRUE;
    default:
      return FALSE;
  }
}

/* A change holds from the next start on. */
#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_READY)

/* How many tiles a strip has, and where they stand. */
static void
install_strip (GObjectClass * klass, guint first)
{
  /**
   * GstNtStripSrc:tiles:
   *
   * How many tiles a strip of a list has. In the last strip, those for which no
   * image is left are background. Strips of requests have a tile for each
   * image.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_TILES,
      g_param_spec_uint ("tiles", "Tiles",
          "Number of tiles in each strip of a list",
          1, G_MAXINT, DEFAULT_TILES, READY));

  /**
   * GstNtStripSrc:columns:
   *
   * How many tiles stand in a row; as #GstNtMosaic:columns.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_COLUMNS,
      g_param_spec_uint ("columns", "Columns",
          "Number of tiles in a row (0 = as many as rows or max-width allow, "
          "and without these all tiles in one row)",
          0, G_MAXINT, 0, READY));

  /**
   * GstNtStripSrc:rows:
   *
   * How many rows of tiles there are; as #GstNtMosaic:rows.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_ROWS,
      g_param_spec_uint ("rows", "Rows",
          "Number of rows of tiles (0 = as many as it takes)",
          0, G_MAXINT, 0, READY));
}

/* How much room they take. */
static void
install_room (GObjectClass * klass, guint first)
{
  /**
   * GstNtStripSrc:max-width:
   *
   * The largest width of the strip in pixels: the tiles are folded into rows.
   * 0: no limit.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_MAX_WIDTH,
      g_param_spec_uint ("max-width", "Max width",
          "Largest width of the strip in pixels; the tiles are folded into as "
          "few rows as fit (0 = no limit)",
          0, G_MAXINT, 0, READY));

  /**
   * GstNtStripSrc:gap:
   *
   * Pixels of background between columns, and between rows.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_GAP,
      g_param_spec_uint ("gap", "Gap",
          "Pixels of background between columns and between rows",
          0, G_MAXINT, 0, READY));
}

/* What a tile is. */
static void
install_tile (GObjectClass * klass, guint first)
{
  /**
   * GstNtStripSrc:tile-width:
   *
   * The width of a tile in pixels. 0: that of the first image that can be read,
   * or if #GstNtStripSrc:tile-height is set, as wide as its aspect says.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_TILE_WIDTH,
      g_param_spec_uint ("tile-width", "Tile width",
          "Width of a tile in pixels (0 = of the first image, or from "
          "tile-height by its aspect)",
          0, G_MAXINT, 0, READY));

  /**
   * GstNtStripSrc:tile-height:
   *
   * The height of a tile in pixels. 0: that of the first image that can be
   * read, or if #GstNtStripSrc:tile-width is set, as high as its aspect says.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_TILE_HEIGHT,
      g_param_spec_uint ("tile-height", "Tile height",
          "Height of a tile in pixels (0 = of the first image, or from "
          "tile-width by its aspect)",
          0, G_MAXINT, 0, READY));

  /**
   * GstNtStripSrc:fit:
   *
   * How an image becomes as large as a tile.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_FIT,
      g_param_spec_enum ("fit", "Fit",
          "How an image becomes as large as a tile",
          gst_nt_strip_src_fit_get_type (), NTM_FIT_CONTAIN, READY));

  /**
   * GstNtStripSrc:background-color:
   *
   * The colour of what no image covers, as 0xAARRGGBB.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + PROP_BACKGROUND_COLOR,
      g_param_spec_uint ("background-color", "Background color",
          "Color of gaps, of what images leave of their tiles, and of "
          "placeholders (0xAARRGGBB)",
          0, G_MAXUINT32, DEFAULT_BACKGROUND_COLOR, READY));
}

void
gst_nt_strip_src_install_wall (GObjectClass * klass, guint first)
{
  install_strip (klass, first);
  install_room (klass, first);
  install_tile (klass, first);

  gst_type_mark_as_plugin_api (gst_nt_strip_src_fit_get_type (), 0);
}
