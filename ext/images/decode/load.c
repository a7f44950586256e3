/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Images in files. */

#include "decode/decode.h"
#include "decode/file.h"

NtmImageStatus
ntm_image_probe (const char *path, const NtmImageLimits * limits,
    NtmImageInfo * info)
{
  const NtmImageLimits whole = ntm_decode_get_limits (limits);
  const NtmDecoder *decoder;
  NtmImageHeader header;
  NtmDecodeJob job;
  NtmFile file;
  NtmImageStatus status = ntm_file_read (path, whole.max_file_bytes, NULL, NULL,
      &file);

  *info = (NtmImageInfo) {.width = 0 };
  if (status != NTM_IMAGE_OK)
    return status;
  ntm_decode_job_init (&job, file.bytes, file.n_bytes, &whole);
  status = ntm_decode_open (&job, &decoder, &header, info);
  ntm_file_free (&file);

  return status;
}

NtmImageStatus
ntm_image_load (const char *path, const NtmTileSpec * spec,
    const NtmImageLimits * limits, void *pixels, ptrdiff_t stride,
    NtmImageInfo * info)
{
  const NtmImageLimits whole = ntm_decode_get_limits (limits);
  NtmImageStatus status;
  NtmFile file;

  if (info)
    *info = (NtmImageInfo) {.width = 0 };
  status = ntm_file_read (path, whole.max_file_bytes, NULL, NULL,
      &file);
  if (status != NTM_IMAGE_OK)
    return status;
  status = ntm_image_decode (file.bytes, file.n_bytes, spec, &whole, pixels,
      stride, info);
  ntm_file_free (&file);

  return status;
}
