/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* memmem() */
#endif

#include "icc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define HEADER_BYTES 128

const double icc_srgb[3][3] = {
  {0.4360747, 0.2225045, 0.0139322},
  {0.3850649, 0.7168786, 0.0971045},
  {0.1430804, 0.0606169, 0.7141733},
};

const double icc_p3[3][3] = {
  {0.5151187, 0.2411892, -0.0010505},
  {0.2919778, 0.6922441, 0.0418791},
  {0.1571035, 0.0665668, 0.7840713},
};

static void
put_32 (uint8_t * bytes, uint32_t number)
{
  for (unsigned i = 0; i < 4; i++)
    bytes[i] = number >> (24 - 8 * i);
}

static void
add_32 (Blob * blob, uint32_t number)
{
  uint8_t bytes[4];

  put_32 (bytes, number);
  blob_add (blob, bytes, 4);
}

static void
add_fractions (Blob * blob, const double *numbers, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    add_32 (blob, (uint32_t) (int32_t) lround (numbers[i] * 65536));
}

/* ---- Tags ---- */

void
icc_add_tag (IccSpec * spec, const char *name, const Blob * tag)
{
  spec->names[spec->n] = name;
  spec->tags[spec->n++] = *tag;
}

void
icc_add_xyz (IccSpec * spec, const char *name, const double *xyz)
{
  Blob tag = { 0 };

  blob_add (&tag, "XYZ \0\0\0\0", 8);
  add_fractions (&tag, xyz, 3);
  icc_add_tag (spec, name, &tag);
}

void
icc_add_formula (IccSpec * spec, const char *name, unsigned function,
    const double *parameters, unsigned n)
{
  Blob tag = { 0 };

  blob_add (&tag, "para\0\0\0\0", 8);
  add_32 (&tag, function << 16);
  add_fractions (&tag, parameters, n);
  icc_add_tag (spec, name, &tag);
}

void
icc_add_table (IccSpec * spec, const char *name, const uint16_t * table,
    unsigned n)
{
  Blob tag = { 0 };

  blob_add (&tag, "curv\0\0\0\0", 8);
  add_32 (&tag, n);
  for (unsigned i = 0; i < n; i++)
    blob_add (&tag, (uint8_t[]) {table[i] >> 8, table[i]}, 2);
  icc_add_tag (spec, name, &tag);
}

/* ---- Profiles ---- */

Blob
icc_new (IccSpec * spec)
{
  uint8_t header[HEADER_BYTES] = { 0 };
  size_t at = HEADER_BYTES + 4 + 12 * spec->n;
  Blob icc = { 0 };

  memcpy (header + 8, "\2\x40", 2);     /* the version */
  memcpy (header + 12, strcmp (spec->space, "CMYK") == 0 ? "prtr" : "mntr", 4);
  memcpy (header + 16, spec->space, 4);
  memcpy (header + 20, spec->pcs, 4);
  memcpy (header + 36, "acsp", 4);
  blob_add (&icc, header, sizeof header);
  add_32 (&icc, spec->n);
  for (unsigned i = 0; i < spec->n; i++) {
    blob_add (&icc, spec->names[i], 4);
    add_32 (&icc, at);
    add_32 (&icc, spec->tags[i].n_bytes);
    at += (spec->tags[i].n_bytes + 3) / 4 * 4;
  }
  for (unsigned i = 0; i < spec->n; i++) {
    blob_add (&icc, spec->tags[i].bytes, spec->tags[i].n_bytes);
    while (icc.n_bytes % 4)
      blob_add (&icc, "", 1);
    blob_free (&spec->tags[i]);
  }
  put_32 (icc.bytes, icc.n_bytes);

  return icc;
}

static Blob
new_screen (const double colorants[3][3])
{
  const double srgb[] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 };
  IccSpec spec = {.space = "RGB ",.pcs = "XYZ " };

  icc_add_xyz (&spec, "rXYZ", colorants[0]);
  icc_add_xyz (&spec, "gXYZ", colorants[1]);
  icc_add_xyz (&spec, "bXYZ", colorants[2]);
  icc_add_formula (&spec, "rTRC", 3, srgb, 5);
  icc_add_formula (&spec, "gTRC", 3, srgb, 5);
  icc_add_formula (&spec, "bTRC", 3, srgb, 5);

  return icc_new (&spec);
}

Blob
icc_new_srgb (void)
{
  return new_screen (icc_srgb);
}

Blob
icc_new_p3 (void)
{
  return new_screen (icc_p3);
}

/* ---- Tables ---- */

void
icc_get_lab (const IccInks inks, const double *components, double *lab)
{
  for (unsigned i = 0; i < 3; i++) {
    lab[i] = inks[4][i];
    for (unsigned c = 0; c < 4; c++)
      lab[i] += components[c] * inks[c][i];
  }
}

static void
add_16 (Blob * blob, unsigned number)
{
  blob_add (blob, (uint8_t[]) {number >> 8, number}, 2);
}

static void
add_lines (Blob * tag, unsigned n)
{
  while (n-- > 0) {
    add_16 (tag, 0);
    add_16 (tag, 0xffff);
  }
}

Blob
icc_new_tables (const IccInks inks, unsigned n_components)
{
  IccSpec spec = {.space = n_components == 4 ? "CMYK" : "RGB ",.pcs = "Lab " };
  Blob tag = { 0 };

  blob_add (&tag, "mft2\0\0\0\0", 8);
  blob_add (&tag, (uint8_t[]) {n_components, 3, 2, 0}, 4);
  for (unsigned i = 0; i < 9; i++)
    blob_add (&tag, i % 4 ? "\0\0\0\0" : "\0\1\0\0", 4);
  add_16 (&tag, 2);
  add_16 (&tag, 2);
  add_lines (&tag, n_components);
  for (unsigned i = 0; i < 1u << n_components; i++) {
    double components[4] = { 0 };
    double lab[3];

    /* The last component changes first. */
    for (unsigned c = 0; c < n_components; c++)
      components[c] = i >> (n_components - 1 - c) & 1;
    icc_get_lab (inks, components, lab);
    add_16 (&tag, lround (lab[0] * 652.8));
    add_16 (&tag, lround ((lab[1] + 128) * 256));
    add_16 (&tag, lround ((lab[2] + 128) * 256));
  }
  add_lines (&tag, 3);
  icc_add_tag (&spec, "A2B0", &tag);

  return icc_new (&spec);
}

/* ---- Files ---- */

void
jpeg_add_profile_part (Blob * jpeg, unsigned number, unsigned n,
    const void *bytes, size_t n_bytes)
{
  const size_t length = 2 + 14 + n_bytes;
  Blob segment = { 0 };

  blob_add (&segment, (uint8_t[]) {0xff, 0xe2, length >> 8, length}, 4);
  blob_add (&segment, "ICC_PROFILE", 12);
  blob_add (&segment, (uint8_t[]) {number, n}, 2);
  blob_add (&segment, bytes, n_bytes);
  blob_insert (jpeg, 2, segment.bytes, segment.n_bytes);
  blob_free (&segment);
}

#define PART_BYTES (65535 - 16)

void
jpeg_add_profile (Blob * jpeg, const Blob * profile)
{
  const unsigned n = (profile->n_bytes + PART_BYTES - 1) / PART_BYTES;

  for (unsigned i = n; i > 0; i--) {
    const size_t at = (size_t) (i - 1) * PART_BYTES;

    jpeg_add_profile_part (jpeg, i, n, profile->bytes + at, i < n ? PART_BYTES
        : profile->n_bytes - at);
  }
}

void
png_add_profile (Blob * png, const Blob * profile)
{
  uLongf n_bytes = compressBound (profile->n_bytes);
  uint8_t *deflated = malloc (n_bytes);
  Blob chunk = { 0 };

  if (deflated == NULL || compress (deflated, &n_bytes, profile->bytes,
          profile->n_bytes) != Z_OK)
    abort ();
  blob_add (&chunk, "name\0", 6);
  blob_add (&chunk, deflated, n_bytes);
  png_insert_chunk (png, memmem (png->bytes, png->n_bytes, "PLTE", 4) ? "PLTE"
      : "IDAT", "iCCP", chunk.bytes, chunk.n_bytes);
  blob_free (&chunk);
  free (deflated);
}
