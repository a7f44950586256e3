/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips for images: their layout, their memory, and the user's arrays. */

#include "images/images.h"

#include <string.h>

#include "out.h"
#include "words.h"

/* ---- Beginning and end ---- */

static int
make_layout (Canvas * self, Py_ssize_t n, const NtmTile * tile,
    const NtmLayoutRules * rules)
{
  NtmTile *tiles = PyMem_Calloc (n > 0 ? n : 1, sizeof *tiles);

  if (tiles == NULL) {
    PyErr_NoMemory ();
    return -1;
  }
  for (Py_ssize_t i = 0; i < n; i++)
    tiles[i] = *tile;
  self->layout = py_nt_layout_new (tiles, n, rules, "");
  PyMem_Free (tiles);

  return self->layout ? 0 : -1;
}

/* Canvas (tiles, height, width, columns, gap, threads) */
static PyObject *
new_canvas (PyTypeObject * type, PyObject * args, PyObject * kwargs)
{
  allocfunc alloc = (allocfunc) PyType_GetSlot (type, Py_tp_alloc);
  NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmTile tile = { 0 };
  unsigned height, width, columns, gap, threads;
  Py_ssize_t n;
  Canvas *self;

  if (!PyArg_ParseTuple (args, "nIIIII", &n, &height, &width, &columns, &gap,
          &threads))
    return NULL;
  tile.height = height;
  tile.width = width;
  rules.columns = columns;
  rules.gap_x = rules.gap_y = gap;

  self = (Canvas *) alloc (type, 0);
  if (self == NULL)
    return NULL;
  if (make_layout (self, n, &tile, &rules) < 0) {
    Py_DECREF ((PyObject *) self);
    return NULL;
  }
  if (py_nt_lock_init (&self->lock) < 0) {
    Py_DECREF ((PyObject *) self);
    return NULL;
  }
  self->composer = ntm_composer_new ();
  if (self->composer == NULL) {
    Py_DECREF ((PyObject *) self);
    return PyErr_NoMemory ();
  }
  ntm_composer_set_max_threads (self->composer, threads);
  /* One strip is written over and over. */
  ntm_composer_set_stream_from (self->composer, 0, 1);

  return (PyObject *) self;
}

static void
free_canvas (PyObject * object)
{
  Canvas *self = (Canvas *) object;
  PyTypeObject *type = Py_TYPE (object);
  freefunc free_object = (freefunc) PyType_GetSlot (type, Py_tp_free);

  ntm_strip_free (self->own);
  ntm_strip_free (self->other);
  ntm_composer_free (self->composer);
  ntm_layout_unref (self->layout);
  py_nt_lock_clear (&self->lock);
  free_object (object);
  Py_DECREF (type);
}

/* ---- Memory ---- */

static NtmStrip *
get_own (Canvas * self)
{
  NtmStrip *strip;

  if (self->own)
    return self->own;
  if (ntm_strip_new (&strip, self->layout, NULL) != NTM_OK) {
    py_nt_raise (PyExc_MemoryError, "a strip of %zu bytes",
        self->layout->bytes);
    return NULL;
  }
  Py_BEGIN_ALLOW_THREADS
  ntm_strip_touch (strip);
  Py_END_ALLOW_THREADS
  self->own = strip;

  return strip;
}

static int
check_out (const Canvas * self, const Py_buffer * out)
{
  const NtmLayout *layout = self->layout;
  const NtmRect *frame = &layout->cells[0].frame;
  const Py_ssize_t shape[] = { layout->height, layout->width, 4 };
  const Py_ssize_t batch[] = { layout->n_tiles, frame->height, frame->width,
    4
  };
  const bool is_batch = layout->columns == 1
      && (size_t) layout->height == layout->n_tiles * frame->height;

  if (out->itemsize != 1 || (out->format && strcmp (out->format, "B") != 0))
    return py_nt_complain (PyExc_TypeError, "out", NO_INDEX,
        "has items of format '%s', expected uint8",
        out->format ? out->format : "?");

  return py_nt_out_check (out, 3, shape, is_batch ? batch : NULL);
}

NtmStrip *
py_nt_canvas_get_strip (Canvas * self, const Py_buffer * out)
{
  if (out == NULL)
    return get_own (self);
  if (check_out (self, out) < 0
      || py_nt_out_wrap (&self->other, self->layout, out, 2, 1) < 0)
    return NULL;

  return self->other;
}

static int
get_buffer (PyObject * object, Py_buffer * buffer, int flags)
{
  Canvas *self = (Canvas *) object;

  if (self->own == NULL)
    return py_nt_raise (PyExc_BufferError, "nothing was written yet");

  return PyBuffer_FillInfo (buffer, object, ntm_strip_get_data (self->own),
      self->layout->bytes, 1, flags);
}

/* ---- The type ---- */

/* Height and width in pixels. */
static PyObject *
get_size (PyObject * object, PyObject * unused)
{
  const Canvas *self = (Canvas *) object;

  return Py_BuildValue ("nn", (Py_ssize_t) self->layout->height,
      (Py_ssize_t) self->layout->width);
}

static PyMethodDef methods[] = {
  {"size", get_size, METH_NOARGS, "size(): (height, width)."},
  {NULL, NULL, 0, NULL},
};

static PyType_Slot type_slots[] = {
  {Py_tp_new, new_canvas},
  {Py_tp_dealloc, free_canvas},
  {Py_tp_methods, methods},
  {Py_bf_getbuffer, get_buffer},
  {Py_tp_doc, (void *) "A strip for images, and its memory."},
  {0, NULL},
};

static PyType_Spec type_spec = {
  .name = "ntstrip._ntimages.Canvas",
  .basicsize = sizeof (Canvas),
  .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
  .slots = type_slots,
};

PyObject *
py_nt_canvas_type_new (PyObject * module)
{
  return py_nt_type_new (module, &type_spec);
}
