/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Writes small files of every kind, to begin with.
 *
 * usage: make-seeds jpeg|png|webp|exif|profile FOLDER */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "../check/images/icc.h"

static const char *folder;
static unsigned n_files;

static void
write_blob (Blob blob)
{
  char name[512];
  FILE *file;

  snprintf (name, sizeof name, "%s/seed-%02u", folder, n_files++);
  file = fopen (name, "wb");
  if (file == NULL || fwrite (blob.bytes, blob.n_bytes, 1, file) != 1
      || fclose (file) != 0) {
    fprintf (stderr, "can't write %s\n", name);
    exit (EXIT_FAILURE);
  }
  blob_free (&blob);
}

static void
write_jpegs (void)
{
  const JpegSpec specs[] = {
    {40, 30}, {64, 48,.progressive = true,.orientation = 6}, {33, 17, 'G'},
    {40, 30, 'C'}, {40, 30, 'Y',.progressive = true},
    {90, 70,.restart_rows = 1,.orientation = 3}, {1, 1},
  };

  for (size_t i = 0; i < N_ELEMENTS (specs); i++) {
    Blob jpeg = jpeg_new (&specs[i]);
    Blob profile = icc_new_p3 ();

    if (i % 2)
      jpeg_add_profile (&jpeg, &profile);
    blob_free (&profile);
    write_blob (jpeg);
  }
}

static void
write_pngs (void)
{
  const int kinds[][2] = {
    {PNG_COLOR_TYPE_GRAY, 1}, {PNG_COLOR_TYPE_GRAY, 16},
    {PNG_COLOR_TYPE_RGB, 8}, {PNG_COLOR_TYPE_PALETTE, 4},
    {PNG_COLOR_TYPE_GRAY_ALPHA, 8}, {PNG_COLOR_TYPE_RGB_ALPHA, 16},
  };

  for (size_t i = 0; i < N_ELEMENTS (kinds); i++)
    for (unsigned interlaced = 0; interlaced < 2; interlaced++) {
      const PngSpec spec = {
        23, 19, kinds[i][0], kinds[i][1],.interlaced = interlaced,
        .transparency = !(kinds[i][0] & PNG_COLOR_MASK_ALPHA),
      };
      Blob exif = exif_new (1 + i, interlaced);
      Blob profile = icc_new_p3 ();
      Blob png = png_new (&spec);

      png_insert_chunk (&png, "IDAT", "eXIf", exif.bytes, exif.n_bytes);
      blob_free (&exif);
      if (interlaced)
        png_add_profile (&png, &profile);
      blob_free (&profile);
      write_blob (png);
    }
}

static void
write_webps (void)
{
  for (unsigned i = 0; i < 4; i++) {
    const WebpSpec spec = { 40, 30,.lossless = i & 1,.opaque = i & 2 };
    Blob webp = webp_new (&spec);
    Blob coloured = webp_new (&spec);
    Blob profile = icc_new_p3 ();

    webp_add_exif (&webp, &spec, 1 + i);
    write_blob (webp);
    webp_add_profile (&coloured, &spec, &profile);
    write_blob (coloured);
    blob_free (&profile);
    write_blob (webp_new (&spec));
    write_blob (webp_new_animation (&spec, 2 * i));
  }
}

static void
write_profiles (void)
{
  const IccInks inks = { {-27}, {-27, 35}, {-6, 0, 45}, {-40}, {100} };
  const IccInks lights = { {35}, {45, -35}, {20, 0, -40}, {0}, {0} };
  const double formula[] = { 2.25, 0.5, 0.25, 0.5, 0.25, 0.125, 0.0625 };
  const uint16_t table[] = { 0, 0x4000, 0xffff };
  IccSpec gray = {.space = "GRAY",.pcs = "XYZ " };
  IccSpec gray_lab = {.space = "GRAY",.pcs = "Lab " };

  icc_add_formula (&gray, "kTRC", 4, formula, 7);
  icc_add_table (&gray_lab, "kTRC", table, 3);
  write_blob (icc_new_srgb ());
  write_blob (icc_new_p3 ());
  write_blob (icc_new (&gray));
  write_blob (icc_new (&gray_lab));
  write_blob (icc_new_tables (lights, 3));
  write_blob (icc_new_tables (inks, 4));
}

static void
write_exifs (void)
{
  for (unsigned i = 0; i < 9; i++) {
    Blob exif = exif_new (i, i & 1);

    if (i & 2)
      blob_insert (&exif, 0, "Exif\0\0", 6);
    write_blob (exif);
  }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*write) (void);
  } kinds[] = {
    {"jpeg", write_jpegs}, {"png", write_pngs}, {"webp", write_webps},
    {"exif", write_exifs}, {"profile", write_profiles},
  };

  folder = argc == 3 ? argv[2] : NULL;
  for (size_t i = 0; folder && i < N_ELEMENTS (kinds); i++)
    if (strcmp (argv[1], kinds[i].name) == 0)
      kinds[i].write ();
  if (n_files == 0)
    fprintf (stderr, "usage: make-seeds jpeg|png|webp|exif|profile FOLDER\n");

  return n_files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
