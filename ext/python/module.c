/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The extension _ntstrip: what ntstrip calls for every strip. */

#include "array.h"
#include "join.h"
#include "joiner.h"
#include "merger.h"
#include "memory.h"
#include "ntstrip.h"
#include "prelude.h"
#include "state.h"

#include <stdlib.h>

/* The environment is read here, and nowhere else. */
static int
select_kernel (PyObject * module)
{
  const char *name = getenv ("NTMOSAIC_CPU");
  const NtmKernelChoice choice = ntm_kernel_select (name);
  const char *kernel = ntm_kernel_get_name ();

  if ((choice == NTM_KERNEL_UNKNOWN || choice == NTM_KERNEL_UNSUPPORTED)
      && PyErr_WarnFormat (PyExc_RuntimeWarning, 1,
          "NTMOSAIC_CPU=%s: %s; using %s (kernels: %s)", name,
          choice == NTM_KERNEL_UNKNOWN ? "no kernel has that name"
          : "this CPU or this build lacks that kernel", kernel,
          ntm_kernel_get_names ()) < 0)
    return -1;

  return PyModule_AddStringConstant (module, "kernel", kernel);
}

/* Nothing more may be called once there is an error. */
static int
find_numpy (State * state)
{
  PyObject *numpy = PyImport_ImportModule ("numpy");
  const bool complete = numpy
      && (state->ndarray = PyObject_GetAttrString (numpy, "ndarray"))
      && (state->asarray = PyObject_GetAttrString (numpy, "asarray"))
      && (state->empty = PyObject_GetAttrString (numpy, "empty"))
      && (state->dtype = PyObject_GetAttrString (state->ndarray, "dtype"));

  Py_XDECREF (numpy);
  if (!complete)
    return -1;
  state->get_dtype = (descrgetfunc) PyType_GetSlot (Py_TYPE (state->dtype),
      Py_tp_descr_get);
  state->interface_name = PyUnicode_InternFromString ("__array_interface__");

  return state->interface_name ? 0 : -1;
}

static int
find_holder_type (State * state)
{
  PyObject *types = PyImport_ImportModule ("types");

  if (types == NULL)
    return -1;
  state->holder_type = PyObject_GetAttrString (types, "SimpleNamespace");
  Py_DECREF (types);

  return state->holder_type ? 0 : -1;
}

static int
set_up (PyObject * module)
{
  State *state = PyModule_GetState (module);

  if (find_numpy (state) < 0 || find_holder_type (state) < 0
      || !(state->memory_type = py_nt_memory_type_new (module))
      || !(state->place_type = py_nt_place_type_new (module))
      || !(state->merger_type = py_nt_merger_type_new (module)))
    return -1;

  return PyModule_AddType (module, (PyTypeObject *) state->merger_type);
}

static int
traverse (PyObject * module, visitproc visit, void *arg)
{
  State *state = PyModule_GetState (module);

  Py_VISIT (state->ndarray);
  Py_VISIT (state->asarray);
  Py_VISIT (state->empty);
  Py_VISIT (state->dtype);
  Py_VISIT (state->holder_type);
  Py_VISIT (state->memory_type);
  Py_VISIT (state->place_type);
  Py_VISIT (state->merger_type);

  return 0;
}

static int
clear (PyObject * module)
{
  State *state = PyModule_GetState (module);

  Py_CLEAR (state->ndarray);
  Py_CLEAR (state->asarray);
  Py_CLEAR (state->empty);
  Py_CLEAR (state->dtype);
  Py_CLEAR (state->interface_name);
  Py_CLEAR (state->holder_type);
  Py_CLEAR (state->memory_type);
  Py_CLEAR (state->place_type);
  Py_CLEAR (state->merger_type);

  return 0;
}

static void
free_module (void *module)
{
  clear (module);
  py_nt_joiner_free_all (PyModule_GetState (module));
}

/* For ntstrip.Strip.like(). */
static PyObject *
as_array (PyObject * module, PyObject * args)
{
  PyObject *object;
  Py_ssize_t index;

  if (!PyArg_ParseTuple (args, "nO", &index, &object))
    return NULL;

  return py_nt_as_array (PyModule_GetState (module), object, "image", index);
}

static PyMethodDef functions[] = {
  {"as_array", as_array, METH_VARARGS, "as_array(index, image): an ndarray"},
  {"join", py_nt_join, METH_VARARGS, "join(arrays, mode, axis, out, threads)"},
  {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
  {Py_mod_exec, set_up},
  {Py_mod_exec, select_kernel},
  {0, NULL},
};

static struct PyModuleDef definition = {
  PyModuleDef_HEAD_INIT,
  .m_name = "ntstrip._ntstrip",
  .m_doc = "What ntstrip calls for every strip.",
  .m_size = sizeof (State),
  .m_methods = functions,
  .m_slots = slots,
  .m_traverse = traverse,
  .m_clear = clear,
  .m_free = free_module,
};

PyMODINIT_FUNC PyInit__ntstrip (void);

PyMODINIT_FUNC
PyInit__ntstrip (void)
{
  return PyModuleDef_Init (&definition);
}
