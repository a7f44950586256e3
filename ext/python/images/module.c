/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The extension _ntimages: what ntstrip.Images calls. It is one of its own, so
 * that a program without images loads no decoder. */

#include "images/images.h"

#include "words.h"

int
py_nt_images_complain (NtmImageStatus status, const char *what)
{
  PyObject *type = PyExc_ValueError;

  if (status == NTM_IMAGE_NO_MEMORY || status == NTM_IMAGE_NO_ROOM)
    type = PyExc_MemoryError;
  else if (status == NTM_IMAGE_CANCELLED)
    type = PyExc_RuntimeError;
  py_nt_raise (type, "%s: %s", what, ntm_image_status_get_text (status));

  return -1;
}

static int
set_up (PyObject * module)
{
  Images *state = PyModule_GetState (module);

  if (!(state->canvas_type = py_nt_canvas_type_new (module))
      || !(state->cache_type = py_nt_cache_type_new (module))
      || !(state->request_type = py_nt_request_type_new (module)))
    return -1;

  return PyModule_AddType (module, (PyTypeObject *) state->canvas_type) < 0
      || PyModule_AddType (module, (PyTypeObject *) state->cache_type) < 0
      || PyModule_AddStringConstant (module, "formats",
      ntm_image_get_formats ()) < 0 ? -1 : 0;
}

static int
traverse (PyObject * module, visitproc visit, void *arg)
{
  Images *state = PyModule_GetState (module);

  Py_VISIT (state->canvas_type);
  Py_VISIT (state->cache_type);
  Py_VISIT (state->request_type);

  return 0;
}

static int
clear (PyObject * module)
{
  Images *state = PyModule_GetState (module);

  Py_CLEAR (state->canvas_type);
  Py_CLEAR (state->cache_type);
  Py_CLEAR (state->request_type);

  return 0;
}

static void
free_module (void *module)
{
  clear (module);
}

static PyModuleDef_Slot slots[] = {
  {Py_mod_exec, set_up},
  {0, NULL},
};

static struct PyModuleDef definition = {
  PyModuleDef_HEAD_INIT,
  .m_name = "ntstrip._ntimages",
  .m_doc = "What ntstrip.Images calls.",
  .m_size = sizeof (Images),
  .m_slots = slots,
  .m_traverse = traverse,
  .m_clear = clear,
  .m_free = free_module,
};

PyMODINIT_FUNC PyInit__ntimages (void);

PyMODINIT_FUNC
PyInit__ntimages (void)
{
  return PyModuleDef_Init (&definition);
}
