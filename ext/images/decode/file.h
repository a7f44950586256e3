/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The bytes of a file, and what tells one version of it from another. */

#pragma once

#include "ntimages.h"

/* A file that has the same is taken for the same. */
typedef struct
{
  uint64_t n_bytes;
  int64_t changed_seconds;      /* of the last modification */
  uint32_t changed_nanoseconds;
} NtmFileVersion;

typedef struct
{
  uint8_t *bytes;               /* for ntm_file_free() */
  size_t n_bytes;
  NtmFileVersion version;
} NtmFile;

/* Asks the system for the version of the file @path. */
NtmImageStatus ntm_file_get_version (const char *path,
    NtmFileVersion * version);

bool ntm_file_is_version (const NtmFileVersion * version,
    const NtmFileVersion * other);

/* Reads the file @path. Never waits for another process, as for the other end
 * of a pipe. NTM_IMAGE_CANCELLED: @is_cancelled, which is asked with @data
 * before each MiB, says so; NULL: never. */
NtmImageStatus ntm_file_read (const char *path, uint64_t max_bytes,
    bool (*is_cancelled) (void *data), void *data, NtmFile * file);

void ntm_file_free (NtmFile * file);
