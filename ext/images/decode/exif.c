/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An EXIF block is a TIFF file: a header of eight bytes, and folders of entries
 * of twelve. The orientation is in the first folder. */

#include "decode/exif.h"

#include <stdbool.h>
#include <string.h>

#define HEADER_BYTES 8
#define ENTRY_BYTES 12
#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3

typedef struct
{
  const uint8_t *bytes;
  size_t n_bytes;
  bool big_endian;
} Block;

static unsigned
read_16 (const Block * block, size_t at)
{
  const uint8_t *bytes = block->bytes + at;

  return block->big_endian ? bytes[0] << 8 | bytes[1]
      : bytes[1] << 8 | bytes[0];
}

static uint32_t
read_32 (const Block * block, size_t at)
{
  const uint32_t first = read_16 (block, at);
  const uint32_t second = read_16 (block, at + 2);

  return block->big_endian ? first << 16 | second : second << 16 | first;
}

static bool
read_byte_order (Block * block)
{
  if (block->n_bytes < HEADER_BYTES)
    return false;
  if (memcmp (block->bytes, "MM", 2) == 0)
    block->big_endian = true;
  else if (memcmp (block->bytes, "II", 2) != 0)
    return false;

  return read_16 (block, 2) == 42;
}

static unsigned
read_orientation (const Block * block, size_t entry)
{
  unsigned value;

  if (read_16 (block, entry + 2) != TYPE_SHORT
      || read_32 (block, entry + 4) != 1)
    return 1;
  value = read_16 (block, entry + 8);

  return value >= 1 && value <= 8 ? value : 1;
}

unsigned
ntm_exif_get_orientation (const uint8_t * bytes, size_t n_bytes)
{
  Block block = {.bytes = bytes,.n_bytes = n_bytes };
  size_t folder;
  size_t n_entries;

  if (n_bytes >= 6 && memcmp (bytes, "Exif\0\0", 6) == 0) {
    block.bytes += 6;
    block.n_bytes -= 6;
  }
  if (!read_byte_order (&block))
    return 1;
  folder = read_32 (&block, 4);
  if (folder > block.n_bytes - 2)
    return 1;

  n_entries = read_16 (&block, folder);
  if (n_entries > (block.n_bytes - folder - 2) / ENTRY_BYTES)
    n_entries = (block.n_bytes - folder - 2) / ENTRY_BYTES;
  for (size_t i = 0; i < n_entries; i++) {
    const size_t entry = folder + 2 + i * ENTRY_BYTES;

    if (read_16 (&block, entry) == TAG_ORIENTATION)
      return read_orientation (&block, entry);
  }

  return 1;
}
