/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A folder of files that are damaged, that lie, or that want too much. */

#pragma once

#include "pictures.h"

#define HOSTILES_MOST 160

typedef struct
{
  char path[128];
  int status;                   /* an NtmImageStatus; -1: that of a picture, or
                                 * of a damaged file */
} Hostile;

typedef struct
{
  const char *folder;           /* it is there already */
  unsigned n;
  Hostile files[HOSTILES_MOST];
} Hostiles;

/* Makes all files. @chunk_bytes: what the chunks of a PNG inflate to. @size:
 * width and height of the JPEG with hundreds of scans. */
void hostiles_make (Hostiles * hostiles, size_t chunk_bytes, uint32_t size);

/* Removes the files. */
void hostiles_remove (Hostiles * hostiles);
