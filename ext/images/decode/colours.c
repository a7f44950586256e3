/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "decode/colours.h"

/* lcms2 takes 0.25 MiB for curves, and 0.5 MiB for a table of 17 steps of four
 * inks; each is there twice for a moment. Of what the profile has in bytes, it
 * makes tables of 16 bits, twice, beside three copies of the bytes. */
uint64_t
ntm_colours_get_bytes (uint32_t profile_bytes, NtmInks inks)
{
  return (inks >= NTM_INKS_CMYK ? 2 << 20 : 512 << 10)
      + 9 * (uint64_t) profile_bytes;
}

#ifdef HAVE_LCMS2

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <lcms2.h>

/* Gray is one byte of four. */
#define GRAY_AND_THREE (COLORSPACE_SH (PT_GRAY) | CHANNELS_SH (1) \
    | EXTRA_SH (3) | BYTES_SH (1))

/* Steps of each component, in the search for a colour that changes. */
#define STEPS 9

struct NtmColours
{
  unsigned n_references;        /* under the lock */
  cmsContext context;
  cmsHTRANSFORM transform;      /* NULL: the pixels are sRGB */
  NtmInks inks;
  size_t n_bytes;
  uint8_t bytes[];              /* the profile */
};

static void
destroy (NtmColours * colours)
{
  if (colours->transform)
    cmsDeleteTransform (colours->transform);
  if (colours->context)
    cmsDeleteContext (colours->context);
  free (colours);
}

/* ---- The transform ---- */

static bool
is_about (cmsHPROFILE profile, NtmInks inks)
{
  switch (cmsGetDeviceClass (profile)) {
    case cmsSigInputClass:
    case cmsSigDisplayClass:
    case cmsSigOutputClass:
    case cmsSigColorSpaceClass:
      break;
    default:                   /* a link between devices, an effect */
      return false;
  }
  switch (cmsGetColorSpace (profile)) {
    case cmsSigRgbData:
      return inks == NTM_INKS_RGB || inks == NTM_INKS_GRAY;
    case cmsSigGrayData:
      return inks == NTM_INKS_GRAY;
    case cmsSigCmykData:
      return inks >= NTM_INKS_CMYK;
    default:
      return false;
  }
}

/* The profile may say all of it a second time, as a list of floating point
 * operations: a small one may name millions. lcms2 would prefer it. */
static bool
drop_floats (cmsHPROFILE profile)
{
  while (cmsIsTag (profile, cmsSigDToB0Tag))
    if (!cmsWriteTag (profile, cmsSigDToB0Tag, NULL))
      return false;

  return true;
}

static cmsHTRANSFORM
new_transform (const NtmColours * colours, cmsHPROFILE profile)
{
  cmsUInt32Number format = TYPE_RGBA_8;
  cmsUInt32Number flags = cmsFLAGS_LOWRESPRECALC;
  cmsHTRANSFORM transform;
  cmsHPROFILE srgb;

  if (!is_about (profile, colours->inks) || !drop_floats (profile))
    return NULL;
  if (cmsGetColorSpace (profile) == cmsSigGrayData) {
    format = GRAY_AND_THREE;
    flags = cmsFLAGS_GRIDPOINTS (255);  /* the most; 33 bend curves */
  } else if (colours->inks >= NTM_INKS_CMYK) {
    format = colours->inks == NTM_INKS_CMYK ? TYPE_CMYK_8 : TYPE_CMYK_8_REV;
  }

  srgb = cmsCreate_sRGBProfileTHR (colours->context);
  if (srgb == NULL)
    return NULL;

  /* Without a cache, several threads may use it. */
  transform = cmsCreateTransformTHR (colours->context, profile, format, srgb,
      TYPE_RGBA_8, INTENT_PERCEPTUAL, flags | cmsFLAGS_NOCACHE);
  cmsCloseProfile (srgb);

  return transform;
}

/* Returns whether no colour of a grid changes by more than 1. */
static bool
is_identity (const NtmColours * colours)
{
  for (unsigned i = 0; i < STEPS * STEPS * STEPS; i++) {
    const unsigned places[] = { i % STEPS, i / STEPS % STEPS,
      i / STEPS / STEPS
    };
    uint8_t from[4] = { 0 };
    uint8_t to[4];

    for (unsigned c = 0; c < 3; c++)
      from[c] = (colours->inks == NTM_INKS_GRAY ? i * 255 / (STEPS * STEPS
              * STEPS - 1) : places[c] * 255 / (STEPS - 1));
    ntm_colours_convert (colours, from, to, 1);
    for (unsigned c = 0; c < 3; c++)
      if (abs (to[c] - from[c]) > 1)
        return false;
  }

  return true;
}

static NtmImageStatus
make (NtmColours ** colours, const uint8_t * bytes, size_t n_bytes,
    NtmInks inks)
{
  NtmColours *made = malloc (sizeof *made + n_bytes);
  cmsHPROFILE profile;

  if (made == NULL)
    return NTM_IMAGE_NO_MEMORY;
  *made = (NtmColours) {.n_references = 1,.inks = inks,.n_bytes = n_bytes };
  memcpy (made->bytes, bytes, n_bytes);
  made->context = cmsCreateContext (NULL, NULL);
  if (made->context == NULL) {
    destroy (made);
    return NTM_IMAGE_NO_MEMORY;
  }
  profile = cmsOpenProfileFromMemTHR (made->context, bytes,
      (cmsUInt32Number) n_bytes);
  if (profile) {
    made->transform = new_transform (made, profile);
    cmsCloseProfile (profile);
  }
  if (made->transform == NULL) {
    destroy (made);
    return NTM_IMAGE_DAMAGED;
  }
  if (inks < NTM_INKS_CMYK && is_identity (made)) {
    cmsDeleteTransform (made->transform);
    made->transform = NULL;
  }
  *colours = made;

  return NTM_IMAGE_OK;
}

/* ---- What is kept ---- */

/* Guards all of this; nothing is made, applied or freed under it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The last used first, NULL at the end. Each is a reference. */
static NtmColours *kept[NTM_COLOURS_KEPT];

static void
move_to_front (unsigned i, NtmColours * colours)
{
  memmove (&kept[1], &kept[0], i * sizeof kept[0]);
  kept[0] = colours;
}

/* Returns a new reference. Called with the lock held. */
static NtmColours *
find (const uint8_t * bytes, size_t n_bytes, NtmInks inks)
{
  for (unsigned i = 0; i < NTM_COLOURS_KEPT && kept[i]; i++) {
    NtmColours *colours = kept[i];

    if (colours->n_bytes == n_bytes && colours->inks == inks
        && memcmp (colours->bytes, bytes, n_bytes) == 0) {
      move_to_front (i, colours);
      colours->n_references++;
      return colours;
    }
  }

  return NULL;
}

/* Returns @made, or what another thread has made of the same profile. */
static NtmColours *
keep (NtmColours * made)
{
  NtmColours *colours;
  NtmColours *out = made;

  pthread_mutex_lock (&lock);
  colours = find (made->bytes, made->n_bytes, made->inks);
  if (colours == NULL) {
    colours = made;
    colours->n_references++;
    out = kept[NTM_COLOURS_KEPT - 1];
    move_to_front (NTM_COLOURS_KEPT - 1, colours);
  }
  pthread_mutex_unlock (&lock);
  ntm_colours_release (out);

  return colours;
}

/* ---- Colours ---- */

NtmImageStatus
ntm_colours_take (NtmColours ** colours, const uint8_t * bytes, size_t n_bytes,
    NtmInks inks)
{
  pthread_mutex_lock (&lock);
  *colours = find (bytes, n_bytes, inks);
  pthread_mutex_unlock (&lock);
  if (*colours == NULL) {
    const NtmImageStatus status = make (colours, bytes, n_bytes, inks);

    if (status != NTM_IMAGE_OK)
      return status;
    if (n_bytes <= NTM_COLOURS_KEPT_BYTES)
      *colours = keep (*colours);
  }
  if ((*colours)->transform == NULL) {
    ntm_colours_release (*colours);
    *colours = NULL;
  }

  return NTM_IMAGE_OK;
}

void
ntm_colours_convert (const NtmColours * colours, const uint8_t * from,
    uint8_t * to, uint32_t n)
{
  cmsDoTransform (colours->transform, from, to, n);
  for (uint32_t i = 0; i < n; i++)
    to[i * 4 + 3] = colours->inks >= NTM_INKS_CMYK ? 255 : from[i * 4 + 3];
}

void
ntm_colours_release (NtmColours * colours)
{
  bool is_last;

  if (colours == NULL)
    return;
  pthread_mutex_lock (&lock);
  is_last = --colours->n_references == 0;
  pthread_mutex_unlock (&lock);
  if (is_last)
    destroy (colours);
}

#else

NtmImageStatus
ntm_colours_take (NtmColours ** colours, const uint8_t * bytes, size_t n_bytes,
    NtmInks inks)
{
  (void) bytes;
  (void) n_bytes;
  (void) inks;
  *colours = NULL;

  return NTM_IMAGE_OK;
}

void
ntm_colours_convert (const NtmColours * colours, const uint8_t * from,
    uint8_t * to, uint32_t n)
{
  (void) colours;
  (void) from;
  (void) to;
  (void) n;
}

void
ntm_colours_release (NtmColours * colours)
{
  (void) colours;
}

#endif
