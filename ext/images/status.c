/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "ntimages.h"

const char *
ntm_image_status_get_text (NtmImageStatus status)
{
  switch (status) {
    case NTM_IMAGE_OK:
      return "no error";
    case NTM_IMAGE_NOT_FOUND:
      return "no file has this name";
    case NTM_IMAGE_UNREADABLE:
      return "the file can't be read";
    case NTM_IMAGE_NOT_A_FILE:
      return "this is no regular file";
    case NTM_IMAGE_FILE_TOO_LARGE:
      return "the file is larger than the limit";
    case NTM_IMAGE_FILE_CHANGED:
      return "the file was written to while it was read";
    case NTM_IMAGE_EMPTY:
      return "the file is empty";
    case NTM_IMAGE_UNKNOWN_FORMAT:
      return "the file is no JPEG, PNG or WebP image";
    case NTM_IMAGE_NOT_BUILT_IN:
      return "libntimages was built without the decoder for this format";
    case NTM_IMAGE_UNSUPPORTED:
      return "the decoder doesn't know this variant of the format";
    case NTM_IMAGE_TOO_LARGE:
      return "the image has more pixels or rows, or takes more memory to "
          "decode, than the limits allow";
    case NTM_IMAGE_TOO_COMPLEX:
      return "the image has more scans than the limit allows";
    case NTM_IMAGE_TOO_SLOW:
      return "decoding took longer than the limit allows";
    case NTM_IMAGE_DAMAGED:
      return "the image is damaged, and too little of it is left";
    case NTM_IMAGE_WRONG_SIZE:
      return "the image is not as large as the tile";
    case NTM_IMAGE_CANCELLED:
      return "the request was cancelled";
    case NTM_IMAGE_NO_MEMORY:
      return "the system has no memory";
    case NTM_IMAGE_BAD_TILE:
      return "the tile has no pixels, too many, or too short a stride";
    case NTM_IMAGE_NO_ROOM:
      return "the image doesn't fit in the cache";
  }

  return "unknown error";
}
