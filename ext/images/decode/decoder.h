/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a decoder is, and what it gets. */

#pragma once

#include "decode/canvas.h"
#include "ntimages.h"

/* One image to be decoded. */
typedef struct
{
  const uint8_t *bytes;         /* the whole file */
  size_t n_bytes;
  NtmImageLimits limits;        /* without zeros */
  bool (*is_cancelled) (void *data);    /* NULL: never */
  void *data;
  uint64_t deadline;            /* on the monotonic clock, in nanoseconds */
} NtmDecodeJob;

/* What the header says. */
typedef struct
{
  uint32_t width;               /* as stored, 1 or more */
  uint32_t height;
  unsigned orientation;         /* EXIF: 1 to 8 */
  bool animated;
  uint64_t work_bytes;          /* memory that decoding takes, beside file and
                                 * tile */
  NtmInks inks;                 /* what a colour profile is to be about */
  bool has_profile;
  uint32_t profile_bytes;       /* of it; 0: it can't be read */
} NtmImageHeader;

typedef struct
{
  const char *name;

  /* Are these the first bytes of such a file? */
  bool (*matches) (const uint8_t * bytes, size_t n_bytes);

  /* Reads the header. Takes little memory, whatever the file says. NULL: not
   * built in; then there is no decode() either. */
  NtmImageStatus (*read_header) (const NtmDecodeJob * job,
      NtmImageHeader * header);

  /* Copies the profile's profile_bytes bytes to @profile. Returns false if it
   * can't. Called only if there are some, and no more than
   * NTM_PROFILE_MAX_BYTES. */
  bool (*read_profile) (const NtmDecodeJob * job,
      const NtmImageHeader * header, uint8_t * profile);

  /* Pushes the rows of the image to a new canvas, which is to be begun. Returns
   * NTM_IMAGE_OK if nothing is wrong with the file; NTM_IMAGE_DAMAGED if
   * something is: what was pushed counts. Any other answer is a failure. */
  NtmImageStatus (*decode) (const NtmDecodeJob * job,
      const NtmImageHeader * header, NtmCanvas * canvas);
} NtmDecoder;

extern const NtmDecoder ntm_decoder_jpeg;
extern const NtmDecoder ntm_decoder_png;
extern const NtmDecoder ntm_decoder_webp;

/* Returns NTM_IMAGE_OK as long as the job is to go on. Decoders ask every few
 * rows. */
NtmImageStatus ntm_decode_job_check (const NtmDecodeJob * job);
