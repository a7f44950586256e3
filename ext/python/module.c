/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include <Python.h>

#include <stdlib.h>

#include "ntstrip.h"

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

static PyModuleDef_Slot slots[] = {
  {Py_mod_exec, select_kernel},
  {0, NULL},
};

static struct PyModuleDef definition = {
  PyModuleDef_HEAD_INIT,
  .m_name = "ntstrip._ntstrip",
  .m_slots = slots,
};

PyMODINIT_FUNC PyInit__ntstrip (void);

PyMODINIT_FUNC
PyInit__ntstrip (void)
{
  return PyModuleDef_Init (&definition);
}
