/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "memory.h"

#include "words.h"

/* ---- All of a strip ---- */

Memory *
py_nt_memory_new (State * state, NtmLayout * layout, bool is_writable)
{
  Memory *self = PyObject_New (Memory, (PyTypeObject *) state->memory_type);
  NtmStatus status;

  if (self == NULL)
    return NULL;

  self->bytes = layout->bytes;
  self->is_writable = is_writable;
  self->n_tiles = layout->n_tiles;
  self->n_places = 0;
  self->any_touched = false;
  self->strip = NULL;
  self->places = PyMem_Calloc (layout->n_tiles, sizeof *self->places);
  self->is_touched = PyMem_Calloc (layout->n_tiles, sizeof *self->is_touched);
  status = self->places && self->is_touched
      ? ntm_strip_new (&self->strip, layout, NULL) : NTM_NO_MEMORY;
  if (status != NTM_OK) {
    py_nt_raise (PyExc_MemoryError, "a strip of %zu bytes: %s", layout->bytes,
        ntm_status_get_text (status));
    Py_DECREF (self);
    return NULL;
  }

  Py_BEGIN_ALLOW_THREADS
  ntm_strip_touch (self->strip);
  Py_END_ALLOW_THREADS

  return self;
}

static void
free_memory (PyObject * object)
{
  Memory *self = (Memory *) object;
  PyTypeObject *type = Py_TYPE (object);

  ntm_strip_free (self->strip);
  PyMem_Free (self->places);
  PyMem_Free (self->is_touched);
  PyObject_Free (self);
  Py_DECREF (type);
}

static int
get_memory (PyObject * object, Py_buffer * buffer, int flags)
{
  Memory *self = (Memory *) object;

  return PyBuffer_FillInfo (buffer, object, ntm_strip_get_data (self->strip),
      self->bytes, !self->is_writable, flags);
}

void
py_nt_memory_settle (Memory * self)
{
  if (!self->any_touched)
    return;

  self->any_touched = self->n_places > 0;
  for (size_t i = 0; i < self->n_tiles; i++)
    self->is_touched[i] = self->places[i] > 0;
}

static PyType_Slot memory_slots[] = {
  {Py_tp_dealloc, free_memory},
  {Py_bf_getbuffer, get_memory},
  {Py_tp_doc, (void *) "The memory of a strip."},
  {0, NULL},
};

static PyType_Spec memory_spec = {
  .name = "ntstrip._ntstrip.Memory",
  .basicsize = sizeof (Memory),
  .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE
      | Py_TPFLAGS_DISALLOW_INSTANTIATION,
  .slots = memory_slots,
};

PyObject *
py_nt_memory_type_new (PyObject * module)
{
  return py_nt_type_new (module, &memory_spec);
}

/* ---- One tile ---- */

typedef struct
{
  PyObject_HEAD
  Memory *memory;
  size_t tile;
} Place;

PyObject *
py_nt_place_new (State * state, Memory * memory, size_t tile)
{
  Place *self = PyObject_New (Place, (PyTypeObject *) state->place_type);

  if (self == NULL)
    return NULL;

  Py_INCREF ((PyObject *) memory);
  self->memory = memory;
  self->tile = tile;
  memory->n_places++;
  memory->places[tile]++;
  memory->is_touched[tile] = true;
  memory->any_touched = true;

  return (PyObject *) self;
}

/* The tile stays touched until the next merge. */
static void
free_place (PyObject * object)
{
  Place *self = (Place *) object;
  PyTypeObject *type = Py_TYPE (object);

  self->memory->n_places--;
  self->memory->places[self->tile]--;
  Py_DECREF (self->memory);
  PyObject_Free (self);
  Py_DECREF (type);
}

static int
get_place (PyObject * object, Py_buffer * buffer, int flags)
{
  Place *self = (Place *) object;
  NtmStrip *strip = self->memory->strip;
  const NtmLayout *layout = ntm_strip_get_layout (strip);
  const NtmRect *frame = &layout->cells[self->tile].frame;
  uint8_t *data = ntm_strip_get_data (strip);
  Py_ssize_t bytes = 0;

  if (frame->width > 0 && frame->height > 0) {
    data += frame->y * layout->stride + frame->x * layout->pixel_bytes;
    bytes = (frame->height - 1) * layout->stride
        + frame->width * layout->pixel_bytes;
  }

  return PyBuffer_FillInfo (buffer, object, data, bytes, 0, flags);
}

static PyType_Slot place_slots[] = {
  {Py_tp_dealloc, free_place},
  {Py_bf_getbuffer, get_place},
  {Py_tp_doc, (void *) "The memory of a tile, to write to."},
  {0, NULL},
};

static PyType_Spec place_spec = {
  .name = "ntstrip._ntstrip.Place",
  .basicsize = sizeof (Place),
  .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE
      | Py_TPFLAGS_DISALLOW_INSTANTIATION,
  .slots = place_slots,
};

PyObject *
py_nt_place_type_new (PyObject * module)
{
  return py_nt_type_new (module, &place_spec);
}
