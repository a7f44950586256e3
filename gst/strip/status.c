/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "ntstrip.h"

const char *
ntm_status_get_text (NtmStatus status)
{
  switch (status) {
    case NTM_OK:
      return "no error";
    case NTM_NO_MEMORY:
      return "the system has no memory";
    case NTM_BAD_PIXEL_BYTES:
      return "a pixel can't have so many bytes";
    case NTM_EMPTY:
      return "the strip has no pixels";
    case NTM_TOO_WIDE:
      return "the strip is too wide";
    case NTM_TOO_HIGH:
      return "the strip is too high";
    case NTM_FRAME_TOO_HIGH:
      return "a frame is too high";
    case NTM_TOO_LARGE:
      return "the strip has too many bytes";
    case NTM_BAD_STRIDE:
      return "the stride is shorter than a row";
    case NTM_TOO_MANY_TILES:
      return "there are more tiles than cells";
    case NTM_BAD_WIDTH:
      return "a tile's width would split pixels that belong together";
  }

  return "unknown error";
}
