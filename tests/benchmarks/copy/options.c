/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "options.h"

#include "copy/copy.h"

#include <gst/gst.h>

#include <string.h>

#define KIB ((gsize) 1 << 10)
#define MIB ((gsize) 1 << 20)

/* More tiles than anybody has, and more frames than are worth their time. */
#define MOST_TILES 65536

const gchar *const mode_names[N_MODES] = { "write", "write+read" };

/* The command line as it stands. */
typedef struct
{
  gchar *kernels;
  gchar *tiles;
  gchar *strips;
  gchar *threads;
  gchar *stores;
  gchar *modes;
  gboolean full;
} Words;

/* What to see in three minutes: both sides of where streaming begins to pay,
 * small and large tiles in it, the hundred tiles of 1024x1024 with every
 * kernel, and rows that begin and end within a cache line. */
static const Cell default_cells[] = {
  {16, 16, 64 * KIB, FALSE, {TRUE, TRUE}},
  {64, 64, 1 * MIB, TRUE, {TRUE, TRUE}},
  {256, 256, 4 * MIB, FALSE, {TRUE, TRUE}},
  {16, 16, 6 * MIB, FALSE, {TRUE, TRUE}},
  {1024, 1024, 8 * MIB, FALSE, {TRUE, TRUE}},
  {256, 256, 12 * MIB, FALSE, {TRUE, TRUE}},
  {512, 512, 16 * MIB, FALSE, {TRUE, TRUE}},
  {64, 64, 64 * MIB, FALSE, {TRUE, TRUE}},
  {2048, 2048, 256 * MIB, FALSE, {TRUE, FALSE}},
  {1024, 1024, 400 * MIB, TRUE, {TRUE, TRUE}},
  {1016, 1024, 100 * MIB, FALSE, {TRUE, FALSE}},
  {1020, 1024, 100 * MIB, FALSE, {TRUE, FALSE}},
  {1021, 1024, 100 * MIB, FALSE, {TRUE, FALSE}},
};

static const gchar *const full_tiles =
    "16,64,256,512,1024,2048,1021x1024,1020x1024,1016x1024";
static const gchar *const full_strips =
    "64K,256K,1M,2M,4M,6M,8M,12M,16M,32M,64M,256M,400M,1G";

static gboolean
complain (GError ** error, const gchar * option, const gchar * word)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--%s does not know '%s'", option, word);
  return FALSE;
}

/* "1024" or "1021x1024". */
static gboolean
parse_tile (const gchar * word, Cell * cell)
{
  gchar *end;

  cell->tile_width = g_ascii_strtoull (word, &end, 10);
  cell->tile_height = cell->tile_width;
  if (*end == 'x')
    cell->tile_height = g_ascii_strtoull (end + 1, &end, 10);

  return *end == '\0' && cell->tile_width >= 1 && cell->tile_width <= 65536
      && cell->tile_height >= 1 && cell->tile_height <= 65536;
}

/* "64K", "400M", "1G" or bytes. */
static gboolean
parse_bytes (const gchar * word, gsize * bytes)
{
  guint shift = 0;
  guint64 number;
  gchar *end;

  number = g_ascii_strtoull (word, &end, 10);
  if (*end != '\0') {
    const gchar *unit = strchr ("KMG", g_ascii_toupper (*end));

    if (unit == NULL || end[1] != '\0')
      return FALSE;
    shift = *unit == 'K' ? 10 : *unit == 'M' ? 20 : 30;
  }
  *bytes = number << shift;
  return number <= G_MAXUINT32 >> shift && *bytes >= 4;
}

/* Which of @names, or all, into @chosen. */
static gboolean
parse_names (const gchar * option, const gchar * list,
    const gchar * const *names, guint n_names, gboolean * chosen,
    GError ** error)
{
  gchar **words = g_strsplit (list != NULL ? list : "", ",", -1);
  gboolean known = TRUE;

  for (guint i = 0; i < n_names; i++)
    chosen[i] = list == NULL;
  for (gchar ** word = words; known && *word != NULL; word++) {
    known = FALSE;
    for (guint i = 0; i < n_names; i++) {
      if (g_str_equal (*word, names[i]))
        known = chosen[i] = TRUE;
    }
    if (!known)
      complain (error, option, *word);
  }
  g_strfreev (words);

  return known;
}

static gboolean
choose_kernels (Options * options, const gchar * list, GError ** error)
{
  const uint32_t features = ntm_cpu_features ();
  const gchar *names[8] = { NULL, };
  gboolean chosen[8] = { FALSE, };
  guint n_names = 0;
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);

  for (size_t i = 0; i < n_kernels; i++) {
    if ((kernels[i].needs & ~features) == 0)
      names[n_names++] = kernels[i].name;
  }
  if (!parse_names ("kernels", list, names, n_names, chosen, error))
    return FALSE;
  options->kernels = g_ptr_array_new ();
  for (guint i = 0; i < n_names; i++) {
    if (chosen[i])
      g_ptr_array_add (options->kernels, (gpointer) names[i]);
  }
  options->kernels_asked = list != NULL;
  return TRUE;
}

static gboolean
choose_threads (Options * options, const gchar * list, GError ** error)
{
  gchar **words = g_strsplit (list != NULL ? list : "", ",", -1);
  gboolean known = TRUE;

  options->threads = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 1; list == NULL && i <= g_get_num_processors (); i++)
    g_array_append_val (options->threads, i);
  for (gchar ** word = words; known && *word != NULL; word++) {
    guint64 n;

    known = g_ascii_string_to_unsigned (*word, 10, 1, 256, &n, NULL);
    if (known)
      g_array_append_val (options->threads, (guint) {n});
    else
      complain (error, "threads", *word);
  }
  g_strfreev (words);

  return known;
}

/* The stores of the composer; what they are compared with stays. */
static gboolean
choose_stores (Options * options, const gchar * list, GError ** error)
{
  for (guint i = 0; i < N_WAYS; i++)
    options->ways[i] = TRUE;

  return parse_names ("stores", list, way_names, WAY_NEVER + 1, options->ways,
      error);
}

static gboolean
add_product (Options * options, const Words * words, const gboolean * modes,
    GError ** error)
{
  gchar **tiles =
      g_strsplit (words->tiles ? words->tiles : full_tiles, ",", -1);
  gchar **strips =
      g_strsplit (words->strips ? words->strips : full_strips, ",", -1);
  gboolean known = TRUE;

  for (gchar ** tile = tiles; known && *tile != NULL; tile++) {
    for (gchar ** strip = strips; known && *strip != NULL; strip++) {
      Cell cell = {.all_kernels = TRUE };

      memcpy (cell.modes, modes, sizeof (cell.modes));
      if (!parse_tile (*tile, &cell))
        known = complain (error, "tiles", *tile);
      else if (!parse_bytes (*strip, &cell.strip_bytes))
        known = complain (error, "strips", *strip);
      else if ((guint64) cell.tile_width * cell.tile_height * 4 <=
          cell.strip_bytes && cell_n_tiles (&cell) <= MOST_TILES)
        g_array_append_val (options->cells, cell);
    }
  }

  g_strfreev (strips);
  g_strfreev (tiles);
  return known;
}

static gboolean
choose_cells (Options * options, const Words * words, GError ** error)
{
  gboolean modes[N_MODES];

  if (!parse_names ("modes", words->modes, mode_names, N_MODES, modes, error))
    return FALSE;
  options->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  if (words->full || words->tiles != NULL || words->strips != NULL)
    return add_product (options, words, modes, error);

  g_array_append_vals (options->cells, default_cells,
      G_N_ELEMENTS (default_cells));
  for (guint i = 0; i < options->cells->len; i++) {
    Cell *cell = &g_array_index (options->cells, Cell, i);

    for (guint mode = 0; mode < N_MODES; mode++)
      cell->modes[mode] = cell->modes[mode] && modes[mode];
  }
  return TRUE;
}

static gboolean
parse (Options * options, Words * words, int *argc, char ***argv,
    GError ** error)
{
  const GOptionEntry entries[] = {
    {"full", 0, 0, G_OPTION_ARG_NONE, &words->full,
        "All tiles, strips and kernels: an hour and more", NULL},
    {"kernels", 0, 0, G_OPTION_ARG_STRING, &words->kernels,
        "In all cells (the best one; all in two cells)", "A,B,..."},
    {"tiles", 0, 0, G_OPTION_ARG_STRING, &words->tiles,
        "Tiles in pixels, each with each strip", "256,1021x1024,..."},
    {"strips", 0, 0, G_OPTION_ARG_STRING, &words->strips,
        "Strips, each with each tile that is no larger", "64K,400M,..."},
    {"threads", 0, 0, G_OPTION_ARG_STRING, &words->threads,
        "Threads that write (1 to the CPUs of this process)", "1,2,..."},
    {"stores", 0, 0, G_OPTION_ARG_STRING, &words->stores,
        "Stores of the composer (auto,always,never)", "A,B,..."},
    {"modes", 0, 0, G_OPTION_ARG_STRING, &words->modes,
        "write, or write+read by one thread (both)", "A,B"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &options->rounds,
        "Rounds; all ways take turns in each (9)", "N"},
    {"ring", 0, 0, G_OPTION_ARG_INT, &options->ring,
        "Sets of frames for strips that may fit in a cache (3)", "N"},
    {"huge", 0, 0, G_OPTION_ARG_NONE, &options->huge,
        "Ask for huge pages for the frames, as strips have them", NULL},
    {"memory", 0, 0, G_OPTION_ARG_INT64, &options->memory_mib,
        "Leave out cells that need more than so many MiB (6144)", "N"},
    {"csv", 0, 0, G_OPTION_ARG_FILENAME, &options->csv,
        "Write one line per cell and way to FILE", "FILE"},
    {0}
  };
  GOptionContext *context =
      g_option_context_new ("- copying frames into strips, side by side");
  gboolean parsed;

  g_option_context_set_summary (context,
      "Every kernel with streaming and with ordinary stores, beside memcpy of "
      "each row\nand one contiguous copy. Exits with an error if a strip is "
      "not right.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  parsed = g_option_context_parse (context, argc, argv, error);
  g_option_context_free (context);

  return parsed;
}

static void
words_clear (Words * words)
{
  g_free (words->kernels);
  g_free (words->tiles);
  g_free (words->strips);
  g_free (words->threads);
  g_free (words->stores);
  g_free (words->modes);
}

gboolean
options_parse (Options * options, int *argc, char ***argv, GError ** error)
{
  Words words = { 0 };
  gboolean parsed;

  memset (options, 0, sizeof (*options));
  options->rounds = 9;
  options->ring = 3;
  options->memory_mib = 6144;

  parsed = parse (options, &words, argc, argv, error);
  if (parsed && (options->rounds < 1 || options->ring < 1))
    parsed = complain (error, "rounds or --ring", "less than 1");
  parsed = parsed && choose_kernels (options, words.kernels, error)
      && choose_threads (options, words.threads, error)
      && choose_stores (options, words.stores, error)
      && choose_cells (options, &words, error);

  words_clear (&words);
  return parsed;
}

void
options_clear (Options * options)
{
  g_clear_pointer (&options->kernels, g_ptr_array_unref);
  g_clear_pointer (&options->threads, g_array_unref);
  g_clear_pointer (&options->cells, g_array_unref);
  g_free (options->csv);
}

guint
cell_n_tiles (const Cell * cell)
{
  const gsize tile_bytes = (gsize) cell->tile_width * cell->tile_height * 4;

  return MAX (cell->strip_bytes / tile_bytes, 1);
}
