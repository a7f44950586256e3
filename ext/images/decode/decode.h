/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The front of the decoders: finds the decoder by the first bytes of a file,
 * and holds its header against the limits. */

#pragma once

#include "decode/decoder.h"

/* Begins a job with the limits @limits, which may be NULL and may have zeros.
 * The clock of max_decode_nanoseconds starts. */
void ntm_decode_job_init (NtmDecodeJob * job, const void *bytes,
    size_t n_bytes, const NtmImageLimits * limits);

/* Puts the defaults for zeros. @limits may be NULL. */
NtmImageLimits ntm_decode_get_limits (const NtmImageLimits * limits);

/* Reads what the image is, and checks it against the limits. Sets *@decoder for
 * ntm_decode_paint(). */
NtmImageStatus ntm_decode_open (const NtmDecodeJob * job,
    const NtmDecoder ** decoder, NtmImageHeader * header, NtmImageInfo * info);

/* Decodes what was opened to a tile, and completes @info. */
NtmImageStatus ntm_decode_paint (const NtmDecodeJob * job,
    const NtmDecoder * decoder, const NtmImageHeader * header,
    const NtmTileSpec * spec, void *pixels, ptrdiff_t stride,
    NtmImageInfo * info);

/* Returns NTM_IMAGE_BAD_TILE if a tile can't be such, or have such rows. */
NtmImageStatus ntm_decode_check_tile (const NtmTileSpec * spec,
    ptrdiff_t stride);
