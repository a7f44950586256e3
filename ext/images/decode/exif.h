/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* Returns the orientation, 1 to 8, that the @n_bytes bytes of an EXIF block
 * say; 1 if they don't, or make no sense. The block may begin with "Exif\0\0",
 * as that of a JPEG does. */
unsigned ntm_exif_get_orientation (const uint8_t * bytes, size_t n_bytes);
