/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "fuzz.h"

#include <stdlib.h>

#include "decode/exif.h"

int
LLVMFuzzerTestOneInput (const uint8_t * bytes, size_t n_bytes)
{
  const unsigned orientation = ntm_exif_get_orientation (bytes, n_bytes);

  if (orientation < 1 || orientation > 8)
    abort ();

  return 0;
}
