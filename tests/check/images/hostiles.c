/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "hostiles.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <png.h>
#include <zlib.h>

#include "icc.h"

#define WIDTH 120
#define HEIGHT 90

/* ---- Files ---- */

static Hostile *
add (Hostiles * all, int status, const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));

static Hostile *
add (Hostiles * all, int status, const char *format, ...)
{
  Hostile *file = &all->files[all->n++];
  char name[24];
  va_list list;

  if (all->n > HOSTILES_MOST)
    abort ();
  va_start (list, format);
  vsnprintf (name, sizeof name, format, list);
  va_end (list);
  snprintf (file->path, sizeof file->path, "%s/%s", all->folder, name);
  file->status = status;

  return file;
}

/* Frees @blob. */
static void
write_part (const Hostile * hostile, Blob blob, size_t n_bytes)
{
  FILE *file = fopen (hostile->path, "wb");

  if (file == NULL || (n_bytes > 0 && fwrite (blob.bytes, 1, n_bytes, file)
          != n_bytes) || fclose (file) != 0)
    abort ();
  blob_free (&blob);
}

static void
write_whole (const Hostile * hostile, Blob blob)
{
  write_part (hostile, blob, blob.n_bytes);
}

/* ---- Damaged pictures ---- */

#define N_KINDS 4

static const char *const kinds[N_KINDS] = { "jpg", "prog.jpg", "png", "webp" };

static Blob
new_picture (unsigned kind)
{
  const JpegSpec jpegs[] = {
    {WIDTH, HEIGHT}, {WIDTH, HEIGHT,.progressive = true},
  };
  const PngSpec png = { WIDTH, HEIGHT, PNG_COLOR_TYPE_RGB_ALPHA, 8 };
  const WebpSpec webp = { WIDTH, HEIGHT };

  return kind < 2 ? jpeg_new (&jpegs[kind]) : kind == 2 ? png_new (&png)
      : webp_new (&webp);
}

static void
add_damaged (Hostiles * all)
{
  for (unsigned kind = 0; kind < N_KINDS; kind++) {
    for (unsigned i = 1; i < 16; i++) {
      Blob blob = new_picture (kind);
      const size_t n_bytes = blob.n_bytes * i / 16;

      write_part (add (all, -1, "cut-%02u.%s", i, kinds[kind]), blob, n_bytes);
    }
    for (unsigned i = 0; i < 4; i++) {
      Blob blob = new_picture (kind);

      for (unsigned n = 0; n < 40; n++)
        blob.bytes[12 + random_below (blob.n_bytes - 12)] ^=
            1 << random_below (8);
      write_whole (add (all, -1, "flipped-%u.%s", i, kinds[kind]), blob);
    }
  }
}

/* ---- Files that want too much ---- */

static void
put_16 (uint8_t * bytes, unsigned number)
{
  bytes[0] = number >> 8;
  bytes[1] = number;
}

static void
add_bombs (Hostiles * all, uint32_t size)
{
  const JpegSpec progressive = { size, size, 'G',.progressive = true,
    .flat = true
  };
  const WebpSpec still = { 16, 16,.lossless = true };
  Blob png = new_picture (2);
  Blob jpeg = new_picture (0);
  Blob scans = new_picture (1);
  Blob slow = jpeg_new (&progressive);
  Blob webp = webp_new_animation (&still, 4);
  Blob rows = new_picture (2);
  uint8_t *frame = jpeg_find_frame_header (&jpeg);

  put_16 (png.bytes + 18, 50000);
  put_16 (png.bytes + 22, 50000);
  put_16 (rows.bytes + 18, 1);
  put_16 (rows.bytes + 20, 16);
  put_16 (frame + 1 + 2, 65500);
  put_16 (frame + 1 + 4, 65500);
  put_16 (webp.bytes + 24, 0xff3f);
  put_16 (webp.bytes + 27, 0xff3f);
  jpeg_repeat_last_scan (&scans, 4000);
  jpeg_repeat_last_scan (&slow, 480);
  write_whole (add (all, NTM_IMAGE_TOO_LARGE, "50000.png"), png);
  write_whole (add (all, NTM_IMAGE_TOO_LARGE, "rows.png"), rows);
  write_whole (add (all, NTM_IMAGE_TOO_LARGE, "65500.jpg"), jpeg);
  write_whole (add (all, NTM_IMAGE_TOO_LARGE, "16384.webp"), webp);
  write_whole (add (all, NTM_IMAGE_TOO_COMPLEX, "4000-scans.jpg"), scans);
  write_whole (add (all, NTM_IMAGE_TOO_COMPLEX, "480-scans.jpg"), slow);
}

static void
add_chunks (Hostiles * all, size_t n_bytes)
{
  uLongf n_deflated = compressBound (n_bytes);
  uint8_t *zeros = calloc (1, n_bytes);
  uint8_t *deflated = malloc (n_deflated);
  const char *const names[] = { "iCCP", "zTXt", "IDAT" };

  if (zeros == NULL || deflated == NULL
      || compress2 (deflated, &n_deflated, zeros, n_bytes, 1) != Z_OK)
    abort ();
  for (unsigned i = 0; i < 3; i++) {
    Blob blob = new_picture (2);
    Blob chunk = { 0 };

    if (i < 2)
      blob_add (&chunk, "name\0", 6);
    blob_add (&chunk, deflated, n_deflated);
    png_insert_chunk (&blob, i < 2 ? "IDAT" : "IEND", names[i], chunk.bytes,
        chunk.n_bytes);
    blob_free (&chunk);
    write_whole (add (all, NTM_IMAGE_OK, "large-%s.png", names[i]), blob);
  }
  free (deflated);
  free (zeros);
}

/* Profiles that name more than they have. */
static void
add_profiles (Hostiles * all)
{
  const IccInks inks = { {-27}, {-27, 35}, {-6, 0, 45}, {-40}, {100} };

  for (unsigned i = 0; i < 8; i++) {
    const JpegSpec spec = { WIDTH, HEIGHT, i < 3 ? 'C' : 0 };
    Blob profile = i < 3 ? icc_new_tables (inks, 4) : icc_new_p3 ();
    Blob jpeg = jpeg_new (&spec);

    if (i > 0)
      for (unsigned n = 1 + random_below (6); n > 0; n--)
        profile.bytes[128 + random_below (profile.n_bytes - 128)] =
            random_below (256);
    jpeg_add_profile (&jpeg, &profile);
    blob_free (&profile);
    write_whole (add (all, NTM_IMAGE_OK, "profile-%02u.jpg", i), jpeg);
  }
}

/* ---- Rare pictures ---- */

static void
add_rare (Hostiles * all)
{
  const WebpSpec webp = { 40, 30,.lossless = true };
  Blob twelve = new_picture (0);
  Blob apng = new_picture (2);

  for (unsigned i = 0; i < 10; i++) {
    const int types[] = { PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_PALETTE,
      PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA
    };
    const int depths[] = { 16, 8, 8, 1, 16 };
    const PngSpec spec = { 31, 21, types[i / 2], depths[i / 2],
      .interlaced = i % 2
    };

    write_whole (add (all, NTM_IMAGE_OK, "kind-%u.png", i), png_new (&spec));
  }
  for (unsigned i = 0; i <= 9; i++) {
    const JpegSpec spec = { 40, 30,.orientation = i };

    write_whole (add (all, NTM_IMAGE_OK, "exif-%u.jpg", i), jpeg_new (&spec));
  }
  for (unsigned i = 0; i < 4; i++) {
    const JpegSpec spec = { 40, 30, "CYGC"[i],.progressive = i % 2,
      .no_adobe_marker = i == 3
    };

    write_whole (add (all, NTM_IMAGE_OK, "inks-%u.jpg", i), jpeg_new (&spec));
  }
  jpeg_find_frame_header (&twelve)[2] = 12;
  png_insert_chunk (&apng, "IDAT", "acTL", "\0\0\0\2\0\0\0\0", 8);
  write_whole (add (all, NTM_IMAGE_UNSUPPORTED, "12-bits.jpg"), twelve);
  write_whole (add (all, NTM_IMAGE_OK, "animated.png"), apng);
  write_whole (add (all, NTM_IMAGE_OK, "animated.webp"),
      webp_new_animation (&webp, 8));
  write_whole (add (all, NTM_IMAGE_OK, "a-jpeg.png"), new_picture (0));
}

/* ---- No pictures ---- */

static void
add_others (Hostiles * all)
{
  const Blob nothing = { 0 };
  Blob text = { 0 };
  const Hostile *loop;

  blob_add (&text, "GIF89a, or any other text", 20);
  write_whole (add (all, NTM_IMAGE_UNKNOWN_FORMAT, "text.jpg"), text);
  write_whole (add (all, NTM_IMAGE_EMPTY, "empty.png"), nothing);
  if (mkdir (add (all, NTM_IMAGE_NOT_A_FILE, "folder.jpg")->path, 0700) != 0)
    abort ();
  if (mkfifo (add (all, NTM_IMAGE_NOT_A_FILE, "pipe.png")->path, 0600) != 0)
    abort ();
  loop = add (all, NTM_IMAGE_UNREADABLE, "loop.webp");
  if (symlink (loop->path, loop->path) != 0)
    abort ();
  if (symlink ("nothing", add (all, NTM_IMAGE_NOT_FOUND, "link.jpg")->path))
    abort ();
}

void
hostiles_make (Hostiles * hostiles, size_t chunk_bytes, uint32_t size)
{
  random_begin ();
  add_damaged (hostiles);
  add_bombs (hostiles, size);
  add_chunks (hostiles, chunk_bytes);
  add_profiles (hostiles);
  add_rare (hostiles);
  add_others (hostiles);
}

void
hostiles_remove (Hostiles * hostiles)
{
  for (unsigned i = 0; i < hostiles->n; i++)
    (void) remove (hostiles->files[i].path);
}
