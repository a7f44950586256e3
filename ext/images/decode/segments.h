/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What stands in the segments of a JPEG before its pixels. libjpeg would keep
 * all segments of a kind, however many. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the EXIF orientation, 1 to 8. The first EXIF block counts. */
unsigned ntm_segments_get_orientation (const uint8_t * bytes, size_t n_bytes);

/* Returns whether there is a colour profile, or a part of one. Sets
 * *@profile_bytes to its size; 0: some part is missing, or is there twice. */
bool ntm_segments_find_profile (const uint8_t * bytes, size_t n_bytes,
    uint32_t * profile_bytes);

/* Copies the profile, which has @profile_bytes bytes, to @profile. */
bool ntm_segments_read_profile (const uint8_t * bytes, size_t n_bytes,
    uint8_t * profile, uint32_t profile_bytes);
