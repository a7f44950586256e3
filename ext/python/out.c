/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "out.h"

#include "array.h"
#include "words.h"

NtmLayout *
py_nt_layout_new (const NtmTile * tiles, size_t n,
    const NtmLayoutRules * rules, const char *what)
{
  NtmLayout *layout;
  const NtmStatus status = ntm_layout_new (&layout, tiles, n, rules);
  char text[256];

  if (status == NTM_OK)
    return layout;

  ntm_layout_explain (status, tiles, n, rules, text, sizeof text);
  if (status == NTM_NO_MEMORY)
    py_nt_raise (PyExc_MemoryError, "%s", text);
  else
    py_nt_raise (PyExc_ValueError, "%s%s", what, text);

  return NULL;
}

int
py_nt_out_check (const Py_buffer * out, int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * batch)
{
  if (!py_nt_same_shape (out->ndim, out->shape, n_dims, shape)
      && !(batch && py_nt_same_shape (out->ndim, out->shape, n_dims + 1,
              batch)))
    return py_nt_complain_of_shape ("out", NO_INDEX, out->ndim, out->shape,
        n_dims, shape);
  if (out->readonly)
    return py_nt_complain (PyExc_ValueError, "out", NO_INDEX, "is read-only");

  return 0;
}

int
py_nt_out_set (NtmStrip ** strip, NtmLayout * layout, void *data,
    ptrdiff_t stride)
{
  const NtmStatus status = *strip ? ntm_strip_set_data (*strip, data, stride)
      : ntm_strip_wrap (strip, layout, data, stride);

  if (status == NTM_NO_MEMORY) {
    PyErr_NoMemory ();
    return -1;
  }
  if (status != NTM_OK)
    return py_nt_complain (PyExc_ValueError, "out", NO_INDEX, "has rows that"
        " overlap: they are %zd bytes apart", (Py_ssize_t) stride);

  return 0;
}

int
py_nt_out_wrap (NtmStrip ** strip, NtmLayout * layout, const Py_buffer * out,
    int n_pixel_dims, Py_ssize_t item_bytes)
{
  const int n_rows = out->ndim - n_pixel_dims;
  ptrdiff_t stride;

  if (py_nt_contiguous_from (out->ndim, out->shape, out->strides, item_bytes)
      > n_rows
      || !py_nt_are_rows (n_rows, out->shape, out->strides, &stride))
    return py_nt_complain (PyExc_ValueError, "out", NO_INDEX, "must have rows"
        " of pixels side by side, at one distance");
  if (stride == 0 && layout->height == 1)
    stride = layout->stride;

  return py_nt_out_set (strip, layout, out->buf, stride);
}
