/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Colour profiles made by program, and the files that have them. */

#pragma once

#include "pictures.h"

#define ICC_MOST_TAGS 16

/* A profile in the making. */
typedef struct
{
  const char *space;            /* "RGB ", "GRAY", "CMYK" */
  const char *pcs;              /* "XYZ ", "Lab " */
  unsigned n;
  const char *names[ICC_MOST_TAGS];
  Blob tags[ICC_MOST_TAGS];
} IccSpec;

void icc_add_tag (IccSpec * spec, const char *name, const Blob * tag);
void icc_add_xyz (IccSpec * spec, const char *name, const double *xyz);

/* @function of the standard, 0 to 4, with its @n parameters. */
void icc_add_formula (IccSpec * spec, const char *name, unsigned function,
    const double *parameters, unsigned n);

/* @n 16-bit numbers; one is an exponent, 8.8. */
void icc_add_table (IccSpec * spec, const char *name, const uint16_t * table,
    unsigned n);

/* Makes the profile, and frees the tags. */
Blob icc_new (IccSpec * spec);

/* Of screens and of phones: sRGB, Display P3. */
Blob icc_new_srgb (void);
Blob icc_new_p3 (void);

/* What Lab a pixel means: so much L, a, b for each of up to four components,
 * and where all are 0. */
typedef double IccInks[5][3];

void icc_get_lab (const IccInks inks, const double *components, double *lab);

/* As those of printers: 3 components are RGB, 4 CMYK. The table has two steps,
 * and so each interpolation is exact. */
Blob icc_new_tables (const IccInks inks, unsigned n_components);

/* XYZ under D50 of red, green and blue, one a row. */
extern const double icc_srgb[3][3];
extern const double icc_p3[3][3];

/* Adds the profile to a file. */
void jpeg_add_profile (Blob * jpeg, const Blob * profile);
void png_add_profile (Blob * png, const Blob * profile);

/* One of the @n segments that a profile may have in a JPEG; @number begins with
 * 1. It stands at the front of the file. */
void jpeg_add_profile_part (Blob * jpeg, unsigned number, unsigned n,
    const void *bytes, size_t n_bytes);
