/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "gather.h"

#include <string.h>

/* More are as good as a row of pixels. */
#define MAX_COMPONENTS 16

/* Where the next bytes go. */
typedef struct
{
  uint8_t *row;
  ptrdiff_t stride;
  size_t row_bytes;
  size_t done;                  /* bytes of the row; less than row_bytes */
} Rows;

/* @src may be NULL: the bytes are there already. */
static void
put (Rows * rows, const uint8_t * src, size_t bytes)
{
  while (bytes > 0) {
    const size_t room = rows->row_bytes - rows->done;
    const size_t n = bytes < room ? bytes : room;

    if (src) {
      memcpy (rows->row + rows->done, src, n);
      src += n;
    }
    bytes -= n;
    rows->done += n;
    if (rows->done == rows->row_bytes) {
      rows->row += rows->stride;
      rows->done = 0;
    }
  }
}

/* A constant size is one load and one store. */
#define LOOP(size) \
  for (; n > 0; n--, dst += dst_stride, src += src_stride) \
    memcpy (dst, src, (size)); \
  break

static inline __attribute__ ((always_inline)) void
copy_strided (uint8_t * dst, Py_ssize_t dst_stride, const uint8_t * src,
    Py_ssize_t src_stride, Py_ssize_t n, Py_ssize_t bytes)
{
  switch (bytes) {
    case 1:
      LOOP (1);
    case 2:
      LOOP (2);
    case 3:
      LOOP (3);
    case 4:
      LOOP (4);
    case 8:
      LOOP (8);
    case 16:
      LOOP (16);
    default:
      LOOP (bytes);
  }
}

#undef LOOP

/* Single bytes side by side, as of planes out of pixels, have a loop that
 * writes four at a time. */
static void
copy_elements (uint8_t * dst, Py_ssize_t dst_stride, const uint8_t * src,
    Py_ssize_t src_stride, Py_ssize_t n, Py_ssize_t bytes)
{
  if (bytes == 1 && dst_stride == 1) {
    for (; n >= 4; n -= 4, dst += 4, src += 4 * src_stride) {
      const uint8_t four[4] = { src[0], src[src_stride], src[2 * src_stride],
        src[3 * src_stride]
      };

      memcpy (dst, four, 4);
    }
  }
  copy_strided (dst, dst_stride, src, src_stride, n, bytes);
}

/* @n elements that are a part of one row, or go on in the next. */
static void
put_elements (Rows * rows, const uint8_t * src, Py_ssize_t n,
    Py_ssize_t stride, Py_ssize_t bytes)
{
  if ((size_t) (n * bytes) <= rows->row_bytes - rows->done) {
    copy_elements (rows->row + rows->done, bytes, src, stride, n, bytes);
    put (rows, NULL, n * bytes);
    return;
  }
  for (Py_ssize_t i = 0; i < n; i++)
    put (rows, src + i * stride, bytes);
}

/* The last two dimensions. If these are pixels and their few components, the
 * same component of all pixels comes first, then the next one: a loop over the
 * short dimension would be the slow way. */
static void
put_pixels (Rows * rows, const uint8_t * src, const Py_ssize_t * shape,
    const Py_ssize_t * strides, Py_ssize_t bytes)
{
  const Py_ssize_t pixel_bytes = shape[1] * bytes;

  if (shape[1] > MAX_COMPONENTS
      || (size_t) (shape[0] * pixel_bytes) > rows->row_bytes - rows->done) {
    for (Py_ssize_t x = 0; x < shape[0]; x++)
      put_elements (rows, src + x * strides[0], shape[1], strides[1], bytes);
    return;
  }
  for (Py_ssize_t i = 0; i < shape[1]; i++)
    copy_elements (rows->row + rows->done + i * bytes, pixel_bytes,
        src + i * strides[1], strides[0], shape[0], bytes);
  put (rows, NULL, shape[0] * pixel_bytes);
}

static void
put_dims (Rows * rows, const uint8_t * src, int n_dims,
    const Py_ssize_t * shape, const Py_ssize_t * strides, Py_ssize_t bytes)
{
  if (n_dims == 0) {
    put (rows, src, bytes);
  } else if (n_dims == 1) {
    put_elements (rows, src, shape[0], strides[0], bytes);
  } else if (n_dims == 2) {
    put_pixels (rows, src, shape, strides, bytes);
  } else {
    for (Py_ssize_t i = 0; i < shape[0]; i++)
      put_dims (rows, src + i * strides[0], n_dims - 1, shape + 1,
          strides + 1, bytes);
  }
}

void
py_nt_gather (uint8_t * dst, ptrdiff_t dst_stride, size_t row_bytes,
    const void *src, int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * strides, Py_ssize_t item_bytes)
{
  Rows rows = { dst, dst_stride, row_bytes, 0 };

  /* What lies side by side is one element. */
  while (n_dims > 0 && (shape[n_dims - 1] == 1
          || strides[n_dims - 1] == item_bytes)) {
    n_dims--;
    item_bytes *= shape[n_dims];
  }
  put_dims (&rows, src, n_dims, shape, strides, item_bytes);
}
