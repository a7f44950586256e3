/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicfallback.h"

#include "gstntmosaicfailures.h"

/* ---- More pads than cells ---- */

static gboolean
has_room (const GstNtMosaicSettings * settings, const GArray * seats)
{
  const guint64 n_cells = (guint64) settings->columns * settings->rows;

  return n_cells == 0 || seats->len <= n_cells;
}

/* If there are more pads than cells, and the element can go on, warns once and
 * lets the strip have as many rows as it takes. */
static void
make_room (GstNtMosaic * self, GstNtMosaicSettings * settings,
    const GArray * seats)
{
  if (has_room (settings, seats)) {
    self->warned_of_crowd = FALSE;
    return;
  }
  if (!gst_nt_mosaic_goes_on_without_one (self))
    return;

  if (!self->warned_of_crowd)
    gst_nt_mosaic_warn (self, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "columns is %u and rows is %u, but there are %u pads, and the element "
        "goes on with more rows: set more columns or rows, or rows to 0",
        settings->columns, settings->rows, seats->len);
  self->warned_of_crowd = TRUE;
  settings->rows = 0;
}

/* ---- The settings ---- */

/* Those that can make a strip impossible. */
static const struct
{
  const gchar *name;
  gsize offset;                 /* of a guint, or of a gboolean */
} sizes[] = {
  {"columns", G_STRUCT_OFFSET (GstNtMosaicSettings, columns)},
  {"rows", G_STRUCT_OFFSET (GstNtMosaicSettings, rows)},
  {"max-width", G_STRUCT_OFFSET (GstNtMosaicSettings, max_width)},
  {"square", G_STRUCT_OFFSET (GstNtMosaicSettings, square)},
  {"gap", G_STRUCT_OFFSET (GstNtMosaicSettings, gap)},
  {"tile-width", G_STRUCT_OFFSET (GstNtMosaicSettings, tile_width)},
  {"tile-height", G_STRUCT_OFFSET (GstNtMosaicSettings, tile_height)},
};

static guint *
get_size (const GstNtMosaicSettings * settings, guint i)
{
  return G_STRUCT_MEMBER_P (settings, sizes[i].offset);
}

static gboolean
have_same_sizes (const GstNtMosaicSettings * a, const GstNtMosaicSettings * b)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (*get_size (a, i) != *get_size (b, i))
      return FALSE;

  return TRUE;
}

static void
copy_sizes (GstNtMosaicSettings * to, const GstNtMosaicSettings * from)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    *get_size (to, i) = *get_size (from, i);
}

/* "max-width=30 and columns=3": the values of @good that differ from those of
 * @settings. */
static gchar *
list_good (const GstNtMosaicSettings * settings,
    const GstNtMosaicSettings * good)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (*get_size (settings, i) != *get_size (good, i))
      g_string_append_printf (text, "%s%s=%u", text->len > 0 ? " and " : "",
          sizes[i].name, *get_size (good, i));

  return g_string_free (text, FALSE);
}

/* Warns once of the same settings. The warning waits until there are strips by
 * the others. */
static void
warn_of_settings (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    const GstNtMosaicSettings * good, const GError * why)
{
  gchar *names;

  self->fell_back = TRUE;
  if (self->warned_of_settings
      && have_same_sizes (settings, &self->bad_settings))
    return;

  names = list_good (settings, good);
  self->settings_warning = g_error_new (why->domain, why->code, "%s. The "
      "element goes on with %s until then", why->message, names);
  self->refused_settings = *settings;
  g_free (names);
}

static void
post_warning (GstNtMosaic * self)
{
  const GError *warning = self->settings_warning;

  if (warning == NULL)
    return;

  gst_nt_mosaic_warn (self, warning->domain, warning->code, "%s",
      warning->message);
  g_clear_error (&self->settings_warning);
  self->bad_settings = self->refused_settings;
  self->warned_of_settings = TRUE;
}

/* ---- Which pads are asked ---- */

typedef enum
{
  PADS_WITH_CAPS,
  PADS_SHOWN,                   /* in the current strip; their size may be
                                 * another since */
  PADS_SETTLED,                 /* the current strip was negotiated for them as
                                 * they are */
} Pads;

static gboolean
is_one_of (const GstNtMosaicSeat * seat, Pads which)
{
  switch (which) {
    case PADS_WITH_CAPS:
      return GST_VIDEO_INFO_FORMAT (&seat->info) != GST_VIDEO_FORMAT_UNKNOWN;
    case PADS_SHOWN:
      return seat->is_settled || (seat->is_shown && seat->agrees);
    default:
      return seat->is_settled;
  }
}

/* A pad that fits in no case does not decide about settings. */
static void
choose_pads (const GArray * seats, Pads which)
{
  guint i;

  for (i = 0; i < seats->len; i++) {
    GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);

    seat->fits = is_one_of (seat, which);
  }
}

/* ---- Fewer columns ---- */

/* How many columns @settings ask for; 0: the element may choose. */
static guint
count_columns (const GstNtMosaicSettings * settings, guint n_tiles)
{
  if (settings->columns > 0)
    return MIN (settings->columns, n_tiles);
  if (settings->rows > 0)
    return n_tiles / settings->rows + (n_tiles % settings->rows > 0);

  return 0;
}

/* The largest number of columns, fewer than @settings ask for, with which there
 * is a strip of the pads with @fits set; 0: none. */
static guint
find_fewer_columns (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    const GArray * seats, GstCaps * downstream)
{
  GstNtMosaicSettings fewer = *settings;

  fewer.rows = 0;
  fewer.columns = count_columns (settings, seats->len);
  while (fewer.columns > 1) {
    fewer.columns--;
    if (gst_nt_mosaic_check_seats (self, &fewer, seats, downstream, NULL))
      return fewer.columns;
  }

  return 0;
}

/* ---- Which of them can be fulfilled ---- */

/* Whether @settings, which negotiation is to try, make a strip of the pads with
 * @fits set. */
static gboolean
check_settings (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    const GArray * seats, GstCaps * downstream, GError ** error)
{
  if (!self->without_new_settings)
    return gst_nt_mosaic_check_seats (self, settings, seats, downstream, error);

  g_propagate_error (error, g_error_copy (self->no_memory));
  return FALSE;
}

/* Sets @settings to @good, with a warning, if only @good make a strip of the
 * pads with @fits set. FALSE: neither do. */
static gboolean
choose (GstNtMosaic * self, GstNtMosaicSettings * settings,
    const GstNtMosaicSettings * good, const GArray * seats,
    GstCaps * downstream)
{
  GError *why = NULL;
  gboolean is_good;

  if (check_settings (self, settings, seats, downstream, &why))
    return TRUE;

  is_good = gst_nt_mosaic_check_seats (self, good, seats, downstream, NULL);
  if (is_good) {
    warn_of_settings (self, settings, good, why);
    copy_sizes (settings, good);
  }
  g_clear_error (&why);

  return is_good;
}

/* The grid is too wide by both, because a pad left or grew. Chooses the one by
 * which it has more columns once it is folded: if that is @good, @settings are
 * at fault too. */
static void
choose_to_fold (GstNtMosaic * self, GstNtMosaicSettings * settings,
    const GstNtMosaicSettings * good, const GArray * seats,
    GstCaps * downstream)
{
  const guint n_columns = self->without_new_settings ? 0
      : find_fewer_columns (self, settings, seats, downstream);
  GError *why = NULL;

  if (find_fewer_columns (self, good, seats, downstream) <= n_columns)
    return;

  check_settings (self, settings, seats, downstream, &why);
  warn_of_settings (self, settings, good, why);
  copy_sizes (settings, good);
  g_error_free (why);
}

void
gst_nt_mosaic_fall_back (GstNtMosaic * self, GstNtMosaicSettings * settings,
    GArray * seats, GstCaps * downstream)
{
  GstNtMosaicSettings good = *settings;

  self->fell_back = FALSE;
  g_clear_error (&self->settings_warning);
  make_room (self, settings, seats);
  if (!self->has_good_settings || !gst_nt_mosaic_has_made_strips (self))
    return;

  copy_sizes (&good, &self->good_settings);
  if (!has_room (&good, seats))
    good.rows = 0;
  if (have_same_sizes (settings, &good))
    return;

  choose_pads (seats, PADS_WITH_CAPS);
  if (!choose (self, settings, &good, seats, downstream)) {
    choose_pads (seats, PADS_SETTLED);
    if (!choose (self, settings, &good, seats, downstream)
        && gst_nt_mosaic_goes_on_without_one (self))
      choose_to_fold (self, settings, &good, seats, downstream);
    choose_pads (seats, PADS_WITH_CAPS);
  }
}

/* ---- A grid that became too wide ---- */

static void
warn_of_width (GstNtMosaic * self, const GError * why, guint columns)
{
  if (!self->warned_of_width)
    gst_nt_mosaic_warn (self, why->domain, why->code, "%s. The element goes on "
        "with columns=%u until then", why->message, columns);
  self->warned_of_width = TRUE;
}

/* Whether there is a strip of these pads; else *@columns is the number of
 * columns with which there is one, and @why the cause. 0: there is none. */
static gboolean
check_columns (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    const GArray * seats, Pads which, GstCaps * downstream, guint * columns,
    GError ** why)
{
  choose_pads (seats, which);
  *columns = 0;
  g_clear_error (why);
  if (gst_nt_mosaic_check_seats (self, settings, seats, downstream, why))
    return TRUE;

  *columns = find_fewer_columns (self, settings, seats, downstream);

  return FALSE;
}

/* If not all pads make a strip, tries those that the strip shows already:
 * others must fit in. All are tried first: if columns and rows are set, a
 * column of new pads alone is as wide as the widest until their own width
 * counts. A pad that has grown too wide for any number of columns does not fit
 * either. */
void
gst_nt_mosaic_fold (GstNtMosaic * self, GstNtMosaicSettings * settings,
    GArray * seats, GstCaps * downstream)
{
  const Pads asked = self->without_new_pads ? PADS_SETTLED : PADS_SHOWN;
  GError *why = NULL;
  guint columns;

  if (!gst_nt_mosaic_goes_on_without_one (self)
      || !gst_nt_mosaic_seats_have_caps (seats)
      || count_columns (settings, seats->len) == 0)
    return;

  if ((!self->without_new_pads && check_columns (self, settings, seats,
              PADS_WITH_CAPS, downstream, &columns, &why))
      || check_columns (self, settings, seats, asked, downstream, &columns,
          &why)
      || (columns == 0 && check_columns (self, settings, seats,
              PADS_SETTLED, downstream, &columns, &why))) {
    self->warned_of_width = FALSE;
  } else if (columns > 0) {
    warn_of_width (self, why, columns);
    settings->columns = columns;
    settings->rows = 0;
  }
  g_clear_error (&why);
  choose_pads (seats, PADS_WITH_CAPS);
}

/* ---- After a try ---- */

gboolean
gst_nt_mosaic_can_fall_back (GstNtMosaic * self)
{
  return self->no_memory && self->has_good_settings
      && gst_nt_mosaic_has_made_strips (self)
      && !have_same_sizes (&self->tried_settings, &self->good_settings);
}

void
gst_nt_mosaic_note_good (GstNtMosaic * self)
{
  self->good_settings = self->tried_settings;
  self->has_good_settings = TRUE;
  if (!self->fell_back)
    self->warned_of_settings = FALSE;
  post_warning (self);
}
