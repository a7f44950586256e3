/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A file is read, not mapped: if another process made a mapped file shorter,
 * the kernel would end this process. On a network's disk, a signal interrupts
 * each call. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* O_CLOEXEC, st_mtim */
#endif

#include "decode/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much is read between two looks whether the file is still wanted: 10 ms of
 * a disk with 100 MB/s. */
#define PART_BYTES ((size_t) 1 << 20)

static NtmImageStatus
explain_errno (int error)
{
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return NTM_IMAGE_NOT_FOUND;
    case ENOMEM:
      return NTM_IMAGE_NO_MEMORY;
    case ENXIO:                /* the socket, or device, of that name */
      return NTM_IMAGE_NOT_A_FILE;
    default:
      return NTM_IMAGE_UNREADABLE;
  }
}

static NtmImageStatus
take_version (const struct stat *status, NtmFileVersion * version)
{
  if (!S_ISREG (status->st_mode))
    return NTM_IMAGE_NOT_A_FILE;
  *version = (NtmFileVersion) {
    .n_bytes = (uint64_t) status->st_size,
    .changed_seconds = status->st_mtim.tv_sec,
    .changed_nanoseconds = (uint32_t) status->st_mtim.tv_nsec,
  };

  return NTM_IMAGE_OK;
}

NtmImageStatus
ntm_file_get_version (const char *path, NtmFileVersion * version)
{
  struct stat status;
  int result;

  do
    result = stat (path, &status);
  while (result != 0 && errno == EINTR);
  if (result != 0)
    return explain_errno (errno);

  return take_version (&status, version);
}

static NtmImageStatus
get_open_version (int fd, NtmFileVersion * version)
{
  struct stat status;
  int result;

  do
    result = fstat (fd, &status);
  while (result != 0 && errno == EINTR);
  if (result != 0)
    return explain_errno (errno);

  return take_version (&status, version);
}

bool
ntm_file_is_version (const NtmFileVersion * version,
    const NtmFileVersion * other)
{
  return version->n_bytes == other->n_bytes
      && version->changed_seconds == other->changed_seconds
      && version->changed_nanoseconds == other->changed_nanoseconds;
}

/* Fails if there are fewer than @file has. */
static NtmImageStatus
read_all (int fd, NtmFile * file, bool (*is_cancelled) (void *data), void *data)
{
  uint8_t *bytes = file->bytes;
  size_t n_bytes = file->n_bytes;

  while (n_bytes > 0) {
    ssize_t n;

    if (is_cancelled && is_cancelled (data))
      return NTM_IMAGE_CANCELLED;
    n = read (fd, bytes, n_bytes < PART_BYTES ? n_bytes : PART_BYTES);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return explain_errno (errno);
    if (n == 0)
      return NTM_IMAGE_FILE_CHANGED;
    bytes += n;
    n_bytes -= n;
  }

  return NTM_IMAGE_OK;
}

static NtmImageStatus
read_open (int fd, uint64_t max_bytes, bool (*is_cancelled) (void *data),
    void *data, NtmFile * file)
{
  NtmImageStatus status = get_open_version (fd, &file->version);
  NtmFileVersion after;

  if (status != NTM_IMAGE_OK)
    return status;
  if (file->version.n_bytes == 0)
    return NTM_IMAGE_EMPTY;
  if (file->version.n_bytes > max_bytes || file->version.n_bytes > PTRDIFF_MAX)
    return NTM_IMAGE_FILE_TOO_LARGE;

  file->n_bytes = file->version.n_bytes;
  file->bytes = malloc (file->n_bytes);
  if (file->bytes == NULL)
    return NTM_IMAGE_NO_MEMORY;
  status = read_all (fd, file, is_cancelled, data);
  if (status == NTM_IMAGE_OK)
    status = get_open_version (fd, &after);
  if (status == NTM_IMAGE_OK
      && !ntm_file_is_version (&after, &file->version))
    status = NTM_IMAGE_FILE_CHANGED;

  return status;
}

/* Not blocking: a pipe without a writer opens at once, and is refused. */
static int
open_file (const char *path)
{
  int fd;

  do
    fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  while (fd < 0 && errno == EINTR);

  return fd;
}

NtmImageStatus
ntm_file_read (const char *path, uint64_t max_bytes,
    bool (*is_cancelled) (void *data), void *data, NtmFile * file)
{
  const int fd = open_file (path);
  NtmImageStatus status;

  *file = (NtmFile) {.n_bytes = 0 };
  if (fd < 0)
    return explain_errno (errno);
  status = read_open (fd, max_bytes, is_cancelled, data, file);
  close (fd);
  if (status != NTM_IMAGE_OK)
    ntm_file_free (file);

  return status;
}

void
ntm_file_free (NtmFile * file)
{
  free (file->bytes);
  file->bytes = NULL;
}
