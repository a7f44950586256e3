/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A colour profile of any bytes, for pixels of each kind. */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "decode/colours.h"

#define N_PIXELS 64

static void
convert (const NtmColours * colours, NtmInks inks)
{
  uint8_t from[N_PIXELS * 4];
  uint8_t to[N_PIXELS * 4];

  for (size_t i = 0; i < sizeof from; i++)
    from[i] = (uint8_t) (i * 29);
  ntm_colours_convert (colours, from, to, N_PIXELS);
  for (size_t i = 3; i < sizeof to; i += 4)
    if (to[i] != (inks >= NTM_INKS_CMYK ? 255 : from[i]))
      abort ();

  /* In its own place, too. */
  ntm_colours_convert (colours, from, from, N_PIXELS);
  if (memcmp (from, to, sizeof to) != 0)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t * bytes, size_t n_bytes)
{
  const NtmInks kinds[] = {
    NTM_INKS_RGB, NTM_INKS_GRAY,
    n_bytes % 2 ? NTM_INKS_CMYK_INVERTED : NTM_INKS_CMYK,
  };

  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    const NtmInks inks = kinds[i];
    NtmColours *colours;
    const NtmImageStatus status = ntm_colours_take (&colours, bytes, n_bytes,
        inks);

    if (status != NTM_IMAGE_OK && colours)
      abort ();
    if (colours)
      convert (colours, inks);
    ntm_colours_release (colours);
  }

  return 0;
}
