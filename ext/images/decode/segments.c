/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "decode/segments.h"

#include <string.h>

#include "decode/exif.h"

/* A marker and the length behind it. */
#define HEADER_BYTES 4

#define EXIF 0xe1
#define EXIF_NAME "Exif\0\0"
#define EXIF_NAME_BYTES 6

/* Behind the name: the number of the part, 1 or more, and how many parts there
 * are. */
#define PROFILE 0xe2
#define PROFILE_NAME "ICC_PROFILE"
#define PROFILE_NAME_BYTES 12
#define PART_BYTES (PROFILE_NAME_BYTES + 2)

typedef struct
{
  const uint8_t *bytes;         /* behind the length */
  size_t n_bytes;
} Segment;

/* Moves *@at, which is 2 at first, to the next segment that is @marker and
 * begins with @name. */
static bool
find_segment (const uint8_t * bytes, size_t n_bytes, size_t *at,
    uint8_t marker, const char *name, size_t name_bytes, Segment * segment)
{
  while (n_bytes - *at >= HEADER_BYTES && bytes[*at] == 0xff) {
    const uint8_t *header = bytes + *at;
    const size_t length = header[2] << 8 | header[3];

    if (header[1] == 0xff) {    /* a fill byte */
      (*at)++;
      continue;
    }
    if (header[1] == 0xda || length < 2 || length > n_bytes - *at - 2)
      return false;
    *at += 2 + length;
    *segment = (Segment) {header + HEADER_BYTES, length - 2};
    if (header[1] == marker && segment->n_bytes >= name_bytes
        && memcmp (segment->bytes, name, name_bytes) == 0)
      return true;
  }

  return false;
}

unsigned
ntm_segments_get_orientation (const uint8_t * bytes, size_t n_bytes)
{
  size_t at = 2;
  Segment segment;

  return find_segment (bytes, n_bytes, &at, EXIF, EXIF_NAME, EXIF_NAME_BYTES,
      &segment) ? ntm_exif_get_orientation (segment.bytes, segment.n_bytes) : 1;
}

/* ---- The profile ---- */

/* A profile is cut into parts of 64 KiB. */
typedef struct
{
  Segment parts[256];           /* by their numbers */
  unsigned n;                   /* as each part says */
} Parts;

static bool
is_complete (const Parts * parts)
{
  for (unsigned i = 1; i <= parts->n; i++)
    if (parts->parts[i].bytes == NULL)
      return false;

  return parts->n > 0;
}

/* Returns whether there are any. */
static bool
find_parts (const uint8_t * bytes, size_t n_bytes, Parts * parts)
{
  size_t at = 2;
  bool any = false;
  Segment segment;

  *parts = (Parts) {.n = 0 };
  while (find_segment (bytes, n_bytes, &at, PROFILE, PROFILE_NAME,
          PROFILE_NAME_BYTES, &segment)) {
    const unsigned number = segment.n_bytes < PART_BYTES ? 0
        : segment.bytes[PROFILE_NAME_BYTES];
    const unsigned n = number ? segment.bytes[PROFILE_NAME_BYTES + 1] : 0;

    if (number == 0 || number > n || (any && n != parts->n)
        || parts->parts[number].bytes) {
      parts->n = 0;
      return true;
    }
    any = true;
    parts->n = n;
    parts->parts[number] = (Segment) {segment.bytes + PART_BYTES,
      segment.n_bytes - PART_BYTES};
  }
  if (!is_complete (parts))
    parts->n = 0;

  return any;
}

bool
ntm_segments_find_profile (const uint8_t * bytes, size_t n_bytes,
    uint32_t * profile_bytes)
{
  Parts parts;
  const bool any = find_parts (bytes, n_bytes, &parts);

  *profile_bytes = 0;
  for (unsigned i = 1; i <= parts.n; i++)
    *profile_bytes += (uint32_t) parts.parts[i].n_bytes;

  return any;
}

bool
ntm_segments_read_profile (const uint8_t * bytes, size_t n_bytes,
    uint8_t * profile, uint32_t profile_bytes)
{
  Parts parts;

  (void) find_parts (bytes, n_bytes, &parts);
  for (unsigned i = 1; i <= parts.n; i++) {
    const Segment *part = &parts.parts[i];

    if (part->n_bytes > profile_bytes)
      return false;
    memcpy (profile, part->bytes, part->n_bytes);
    profile += part->n_bytes;
    profile_bytes -= (uint32_t) part->n_bytes;
  }

  return profile_bytes == 0;
}
