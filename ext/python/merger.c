/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Making a merger, and what it says of itself. */

#include "merger.h"

#include <string.h>

#include "out.h"
#include "words.h"

/* ---- The lock ---- */

int
py_nt_merger_lock (Merger * self)
{
  return py_nt_lock_take (&self->lock, "the strip is being merged by this very"
      " thread: an id's __eq__ or an image's __array_interface__ can't use it");
}

void
py_nt_merger_unlock (Merger * self)
{
  py_nt_lock_release (&self->lock);
}

/* ---- Making ---- */

/* The arguments of the constructor; ntstrip.Strip has checked their values. */
typedef struct
{
  PyObject *heights;            /* tuples */
  PyObject *widths;
  PyObject *item_shape;
  PyObject *dtype;
  Py_ssize_t item_bytes;
  Py_buffer background;         /* one pixel */
  NtmLayoutRules rules;
  unsigned threads;
  int stores;
  int is_writable;
} Wishes;

static int
parse (PyObject * args, Wishes * wishes)
{
  unsigned align_x, align_y, gap;

  memset (wishes, 0, sizeof *wishes);
  if (!PyArg_ParseTuple (args, "OOOOny*IIIIIIip", &wishes->heights,
          &wishes->widths, &wishes->item_shape, &wishes->dtype,
          &wishes->item_bytes, &wishes->background, &wishes->rules.columns,
          &wishes->rules.rows, &gap, &align_x, &align_y, &wishes->threads,
          &wishes->stores, &wishes->is_writable))
    return -1;
  wishes->rules.gap_x = wishes->rules.gap_y = gap;
  wishes->rules.align_x = (NtmAlign) align_x;
  wishes->rules.align_y = (NtmAlign) align_y;

  return 0;
}

/* Sets shape[2] and on, and how many units of the engine a pixel has. */
static int
set_pixel (Merger * self, Wishes * wishes)
{
  const Py_ssize_t n = PyTuple_Size (wishes->item_shape);
  size_t bytes = wishes->item_bytes;

  self->n_dims = 2 + n;
  self->item_bytes = wishes->item_bytes;
  for (Py_ssize_t i = 0; i < n; i++) {
    self->shape[2 + i] =
        PyLong_AsSsize_t (PyTuple_GetItem (wishes->item_shape, i));
    if (PyErr_Occurred ())
      return -1;
    bytes *= self->shape[2 + i];
  }

  if (bytes == 0 || bytes != (size_t) wishes->background.len)
    return py_nt_raise (PyExc_ValueError,
        "pixels of %zu bytes, background of %zd",
        bytes, wishes->background.len);
  self->unit_bytes = bytes < NTM_MAX_PIXEL_BYTES ? bytes : NTM_MAX_PIXEL_BYTES;
  while (bytes % self->unit_bytes != 0)
    self->unit_bytes--;
  self->units = bytes / self->unit_bytes;
  wishes->rules.pixel_bytes = self->unit_bytes;
  if (__builtin_mul_overflow (wishes->rules.gap_x, self->units,
          &wishes->rules.gap_x))
    return py_nt_raise (PyExc_ValueError,
        "gap: %u pixels of %zu bytes are too many",
        wishes->rules.gap_y, bytes);

  return 0;
}

/* A background pixel is made of equal units, and no image stands on half a
 * pixel. */
static int
set_background (Merger * self, const Wishes * wishes)
{
  const uint8_t *pixel = wishes->background.buf;

  memcpy (self->background, pixel, self->unit_bytes);
  for (size_t i = 1; i < self->units; i++)
    if (memcmp (pixel, pixel + i * self->unit_bytes, self->unit_bytes) != 0)
      return py_nt_raise (PyExc_ValueError,
          "background: pixels of %zd bytes can have"
          " only one value that all components share (pixels of up to %d bytes"
          " can have any)", wishes->background.len, NTM_MAX_PIXEL_BYTES);
  if (self->units > 1 && wishes->rules.align_x == NTM_ALIGN_CENTER)
    return py_nt_raise (PyExc_ValueError,
        "align_x='center' is for pixels of up to %d"
        " bytes, and these have %zd", NTM_MAX_PIXEL_BYTES,
        wishes->background.len);

  return 0;
}

static int
read_sizes (Merger * self, const Wishes * wishes, NtmTile * tiles, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    Tile *tile = &self->tiles[i];

    tile->height = PyLong_AsSsize_t (PyTuple_GetItem (wishes->heights, i));
    tile->width = PyLong_AsSsize_t (PyTuple_GetItem (wishes->widths, i));
    if (PyErr_Occurred ())
      return -1;
    if ((size_t) tile->width > UINT32_MAX / self->units)
      return py_nt_complain (PyExc_ValueError, "tile", i, "is %zd pixels of %zu"
          " bytes wide, %zu are the most", tile->width, self->units
          * self->unit_bytes, (size_t) (UINT32_MAX / self->units));
    tiles[i].height = tile->height;
    tiles[i].width = tile->width * self->units;
  }

  return 0;
}

/* Whether the strip is an array of images, too. */
static bool
is_batch (const Merger * self)
{
  const NtmLayout *layout = self->layout;

  if (layout->columns != 1 || layout->n_cells != layout->n_tiles)
    return false;
  for (size_t i = 1; i < layout->n_tiles; i++)
    if (self->tiles[i].height != self->tiles[0].height
        || self->tiles[i].width != self->tiles[0].width)
      return false;

  return true;
}

static int
make_layout (Merger * self, const Wishes * wishes)
{
  const size_t n = PyTuple_Size (wishes->heights);
  NtmTile *tiles = PyMem_Calloc (n, sizeof *tiles);
  int result = -1;

  self->tiles = PyMem_Calloc (n, sizeof *self->tiles);
  self->sources = PyMem_Calloc (n, sizeof *self->sources);
  if (tiles == NULL || self->tiles == NULL || self->sources == NULL)
    PyErr_NoMemory ();
  else
    result = read_sizes (self, wishes, tiles, n);
  if (result == 0)
    self->layout = py_nt_layout_new (tiles, n, &wishes->rules, "");
  PyMem_Free (tiles);
  if (self->layout == NULL)
    return -1;
  self->is_batch = is_batch (self);

  return 0;
}

static int
make_parts (Merger * self, Wishes * wishes)
{
  self->is_writable = wishes->is_writable;
  self->dtype = Py_NewRef (wishes->dtype);
  if (set_pixel (self, wishes) < 0 || set_background (self, wishes) < 0
      || make_layout (self, wishes) < 0)
    return -1;

  if (py_nt_lock_init (&self->lock) < 0)
    return -1;
  self->composer = ntm_composer_new ();
  if (self->composer == NULL) {
    PyErr_NoMemory ();
    return -1;
  }
  ntm_composer_set_max_threads (self->composer, wishes->threads);
  ntm_composer_set_stores (self->composer, (NtmStores) wishes->stores);
  /* One strip is written over and over. */
  ntm_composer_set_stream_from (self->composer, 0, 1);

  return 0;
}

static PyObject *
new_merger (PyTypeObject * type, PyObject * args, PyObject * kwargs)
{
  allocfunc alloc = (allocfunc) PyType_GetSlot (type, Py_tp_alloc);
  Merger *self = NULL;
  Wishes wishes;

  if (parse (args, &wishes) < 0)
    return NULL;

  self = (Merger *) alloc (type, 0);
  if (self) {
    self->state = PyType_GetModuleState (type);
    if (make_parts (self, &wishes) < 0)
      Py_CLEAR (self);
  }
  PyBuffer_Release (&wishes.background);

  return (PyObject *) self;
}

/* ---- Ending ---- */

static int
traverse (PyObject * object, visitproc visit, void *arg)
{
  Merger *self = (Merger *) object;

  Py_VISIT (Py_TYPE (object));
  Py_VISIT (self->dtype);
  if (self->layout)
    for (size_t i = 0; i < self->layout->n_tiles; i++)
      Py_VISIT (self->tiles[i].id);

  return 0;
}

static int
clear (PyObject * object)
{
  Merger *self = (Merger *) object;

  if (self->layout)
    for (size_t i = 0; i < self->layout->n_tiles; i++) {
      self->tiles[i].content = NTM_CONTENT_UNKNOWN;
      Py_CLEAR (self->tiles[i].id);
    }

  return 0;
}

static void
dealloc (PyObject * object)
{
  Merger *self = (Merger *) object;
  PyTypeObject *type = Py_TYPE (object);
  freefunc free_object = (freefunc) PyType_GetSlot (type, Py_tp_free);

  PyObject_GC_UnTrack (object);
  clear (object);
  ntm_strip_free (self->other);
  ntm_composer_free (self->composer);
  ntm_layout_unref (self->layout);
  PyMem_Free (self->tiles);
  PyMem_Free (self->sources);
  py_nt_lock_clear (&self->lock);
  Py_XDECREF ((PyObject *) self->memory);
  Py_XDECREF (self->dtype);
  free_object (object);
  Py_DECREF (type);
}

/* ---- What it is ---- */

Memory *
py_nt_merger_get_memory (Merger * self)
{
  if (self->memory == NULL)
    self->memory = py_nt_memory_new (self->state, self->layout,
        self->is_writable);

  return self->memory;
}

static PyObject *
get_memory (PyObject * object, PyObject * unused)
{
  Merger *self = (Merger *) object;
  PyObject *memory;

  if (self->memory)
    return Py_NewRef ((PyObject *) self->memory);

  if (py_nt_merger_lock (self) < 0)
    return NULL;
  memory = (PyObject *) py_nt_merger_get_memory (self);
  py_nt_merger_unlock (self);

  return Py_XNewRef (memory);
}

/* Returns -1 with IndexError if there is no such tile. */
static Py_ssize_t
read_tile_number (const Merger * self, PyObject * number)
{
  const Py_ssize_t i = PyLong_AsSsize_t (number);

  if (i == -1 && PyErr_Occurred ())
    return -1;
  if (i < 0 || (size_t) i >= self->layout->n_tiles)
    return py_nt_raise (PyExc_IndexError, "tile %zd of %zu", i,
        self->layout->n_tiles);

  return i;
}

/* The tile's rows, columns and bytes from row to row, and its memory. */
static PyObject *
get_place (PyObject * object, PyObject * number)
{
  Merger *self = (Merger *) object;
  const Py_ssize_t i = read_tile_number (self, number);
  PyObject *memory, *place;

  if (i < 0)
    return NULL;
  memory = get_memory (object, NULL);
  if (memory == NULL)
    return NULL;
  place = py_nt_place_new (self->state, (Memory *) memory, i);
  Py_DECREF (memory);

  return place ? Py_BuildValue ("nnnN", self->tiles[i].height,
      self->tiles[i].width, (Py_ssize_t) self->layout->stride, place) : NULL;
}

/* Where tile @number is: x, y, width, height. */
static PyObject *
get_rectangle (PyObject * object, PyObject * number)
{
  const Merger *self = (const Merger *) object;
  const Py_ssize_t i = read_tile_number (self, number);
  const NtmRect *frame;

  if (i < 0)
    return NULL;
  frame = &self->layout->cells[i].frame;

  return Py_BuildValue ("nnnn", (Py_ssize_t) (frame->x / self->units),
      (Py_ssize_t) frame->y, (Py_ssize_t) (frame->width / self->units),
      (Py_ssize_t) frame->height);
}

/* Height and width in pixels, rows and columns, and whether it is a batch. */
static PyObject *
get_layout (PyObject * object, PyObject * unused)
{
  const Merger *self = (Merger *) object;
  const NtmLayout *layout = self->layout;

  return Py_BuildValue ("nnnnO", (Py_ssize_t) layout->height,
      (Py_ssize_t) (layout->width / self->units), (Py_ssize_t) layout->rows,
      (Py_ssize_t) layout->columns, self->is_batch ? Py_True : Py_False);
}

static PyObject *
get_report (PyObject * object, PyObject * unused)
{
  const Report *report = &((Merger *) object)->report;

  return Py_BuildValue ("nnnnnndO", (Py_ssize_t) report->copied,
      (Py_ssize_t) report->kept, (Py_ssize_t) report->background,
      (Py_ssize_t) report->in_place, (Py_ssize_t) report->gathered,
      (Py_ssize_t) report->bytes, report->seconds,
      report->streamed ? Py_True : Py_False);
}

static PyObject *
invalidate (PyObject * object, PyObject * unused)
{
  ((Merger *) object)->is_void = true;

  return Py_NewRef (Py_None);
}

static PyMethodDef methods[] = {
  {"merge", (PyCFunction) (void (*)(void)) py_nt_merger_merge, METH_FASTCALL,
      "merge(images, ids, out): see ntstrip.Strip.merge."},
  {"memory", get_memory, METH_NOARGS, "memory(): of the whole strip."},
  {"place", get_place, METH_O, "place(i): (rows, columns, stride, memory)."},
  {"rectangle", get_rectangle, METH_O, "rectangle(i): (x, y, width, height)."},
  {"layout", get_layout, METH_NOARGS,
      "layout(): (height, width, rows, columns, is_batch)."},
  {"report", get_report, METH_NOARGS, "report(): fields of ntstrip.Report."},
  {"invalidate", invalidate, METH_NOARGS, "See ntstrip.Strip.invalidate."},
  {NULL, NULL, 0, NULL},
};

static PyType_Slot type_slots[] = {
  {Py_tp_new, new_merger},
  {Py_tp_dealloc, dealloc},
  {Py_tp_traverse, traverse},
  {Py_tp_clear, clear},
  {Py_tp_methods, methods},
  {Py_tp_doc, (void *) "What runs for every strip of an ntstrip.Strip."},
  {0, NULL},
};

static PyType_Spec type_spec = {
  .name = "ntstrip._ntstrip.Merger",
  .basicsize = sizeof (Merger),
  .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
  .slots = type_slots,
};

PyObject *
py_nt_merger_type_new (PyObject * module)
{
  return py_nt_type_new (module, &type_spec);
}
