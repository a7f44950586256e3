/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Rows of pixels whose colours an ICC profile describes, to rows of sRGB, by
 * lcms2. Photos of a camera have the same profile: what the last ones need is
 * kept for all of the process. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ntimages.h"

/* Larger profiles are not read. Those of printers have up to 3 MiB. */
#define NTM_PROFILE_MAX_BYTES ((size_t) 4 << 20)

/* So many are kept, of profiles that are not larger. */
#define NTM_COLOURS_KEPT 8
#define NTM_COLOURS_KEPT_BYTES ((size_t) 1 << 20)

/* What a row holds, four bytes a pixel. */
typedef enum
{
  NTM_INKS_RGB,                 /* red, green, blue, alpha */
  NTM_INKS_GRAY,                /* the same gray three times, alpha */
  NTM_INKS_CMYK,                /* 255: all of the ink */
  NTM_INKS_CMYK_INVERTED,       /* 0: all of the ink */
} NtmInks;

typedef struct NtmColours NtmColours;

/* Returns the most memory that colours take for a profile of @profile_bytes
 * bytes, that one included. */
uint64_t ntm_colours_get_bytes (uint32_t profile_bytes, NtmInks inks);

/* Sets *@colours to what makes sRGB of @inks as the profile at @bytes says, for
 * ntm_colours_release(); NULL: the pixels are sRGB, or this build has no lcms2.
 * Any thread may ask, and several may get the same. NTM_IMAGE_DAMAGED: the
 * profile is broken, or is about other pixels. NTM_IMAGE_NO_MEMORY. */
NtmImageStatus ntm_colours_take (NtmColours ** colours, const uint8_t * bytes,
    size_t n_bytes, NtmInks inks);

/* Makes @n pixels, RGBA, of those at @from; both may be the same place. The
 * alpha of inks is 255. Several threads may use the same @colours. */
void ntm_colours_convert (const NtmColours * colours, const uint8_t * from,
    uint8_t * to, uint32_t n);

/* May be NULL. */
void ntm_colours_release (NtmColours * colours);
