/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One request while it is queued, and its strip. */

#include "images/images.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "words.h"

/* How often the main thread looks for signals while it waits. */
#define LOOK_NANOSECONDS 20000000

/* ---- Composing, without the GIL ---- */

typedef struct
{
  NtmRequest *request;
  NtmComposer *composer;
  NtmStrip *strip;
  const void *background;
  NtmRequestReport report;
  NtmImageStatus status;

  /* If a thread of its own does it. */
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool is_done;                 /* guarded by the mutex */
} Work;

static void
compose (Work * work)
{
  work->status = ntm_request_compose (work->request, work->composer,
      work->strip, work->background, &work->report);
}

static void *
compose_in_thread (void *data)
{
  Work *work = data;

  compose (work);
  pthread_mutex_lock (&work->mutex);
  work->is_done = true;
  pthread_cond_signal (&work->changed);
  pthread_mutex_unlock (&work->mutex);

  return NULL;
}

/* The new thread blocks all signals, which so come to those of Python. */
static bool
start_thread (Work * work)
{
  pthread_condattr_t attributes;
  sigset_t all, before;
  bool started;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init (&work->mutex, NULL);
  pthread_cond_init (&work->changed, &attributes);
  pthread_condattr_destroy (&attributes);

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  started = pthread_create (&work->thread, NULL, compose_in_thread, work) == 0;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (!started) {
    pthread_cond_destroy (&work->changed);
    pthread_mutex_destroy (&work->mutex);
  }

  return started;
}

static bool
wait_a_moment (Work * work)
{
  struct timespec until;
  bool is_done;
  int error = 0;

  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_nsec += LOOK_NANOSECONDS;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  pthread_mutex_lock (&work->mutex);
  while (!work->is_done && error == 0)
    error = pthread_cond_timedwait (&work->changed, &work->mutex, &until);
  is_done = work->is_done;
  pthread_mutex_unlock (&work->mutex);

  return is_done;
}

/* Python's handlers run in the main thread only, so it waits beside a thread
 * that composes. Returns -1 with what a handler raised. */
static int
compose_and_look (Work * work)
{
  int result = 0;
  bool is_done;

  if (!start_thread (work)) {
    Py_BEGIN_ALLOW_THREADS
    compose (work);
    Py_END_ALLOW_THREADS
    return 0;
  }

  do {
    Py_BEGIN_ALLOW_THREADS
    is_done = wait_a_moment (work);
    Py_END_ALLOW_THREADS
    if (!is_done && PyErr_CheckSignals () < 0) {
      result = -1;
      Py_BEGIN_ALLOW_THREADS
      ntm_request_cancel (work->request);
      Py_END_ALLOW_THREADS
      break;
    }
  } while (!is_done);

  Py_BEGIN_ALLOW_THREADS
  pthread_join (work->thread, NULL);
  Py_END_ALLOW_THREADS
  pthread_cond_destroy (&work->changed);
  pthread_mutex_destroy (&work->mutex);

  return result;
}

/* ---- What became of it ---- */

/* Two lists: (index, reason) of what failed, and the indices of damaged images
 * that are shown nevertheless. */
static int
list_results (const Request * self, PyObject * failures, PyObject * damaged)
{
  int result = 0;

  for (size_t i = 0; i < self->n_names && result == 0; i++) {
    NtmImageInfo info;
    const NtmImageStatus status =
        ntm_request_get_result (self->request, i, &info);
    PyObject *item = NULL;

    if (status == NTM_IMAGE_OK && !info.damaged)
      continue;
    item = status == NTM_IMAGE_OK ? PyLong_FromSize_t (i)
        : Py_BuildValue ("ns", (Py_ssize_t) i,
        ntm_image_status_get_text (status));
    result = item ? PyList_Append (status == NTM_IMAGE_OK ? damaged : failures,
        item) : -1;
    Py_XDECREF (item);
  }

  return result;
}

static PyObject *
report (const Request * self, const NtmRequestReport * report)
{
  PyObject *failures = PyList_New (0);
  PyObject *damaged = PyList_New (0);

  if (failures == NULL || damaged == NULL
      || list_results (self, failures, damaged) < 0) {
    Py_XDECREF (failures);
    Py_XDECREF (damaged);
    return NULL;
  }

  return Py_BuildValue ("nnnnnnndNN", (Py_ssize_t) self->n_names,
      (Py_ssize_t) report->hits, (Py_ssize_t) report->joined,
      (Py_ssize_t) report->misses, (Py_ssize_t) report->failures,
      (Py_ssize_t) report->tiles_copied, (Py_ssize_t) report->tiles_kept,
      report->nanoseconds / 1e9, failures, damaged);
}

/* ---- Methods ---- */

static int
write_strip (Request * self, Canvas * canvas, const Py_buffer * out,
    bool is_main, Work * work)
{
  int result = 0;

  work->request = self->request;
  work->composer = canvas->composer;
  work->strip = py_nt_canvas_get_strip (canvas, out);
  work->background = self->background;
  if (work->strip == NULL)
    return -1;

  if (is_main) {
    result = compose_and_look (work);
  } else {
    Py_BEGIN_ALLOW_THREADS
    compose (work);
    Py_END_ALLOW_THREADS
  }
  if (result == 0 && work->status != NTM_IMAGE_OK)
    result = py_nt_images_complain (work->status, "the strip");

  return result;
}

/* compose (canvas, out, is_main) */
static PyObject *
make_strip (PyObject * object, PyObject * args)
{
  Request *self = (Request *) object;
  Images *state = PyType_GetModuleState (Py_TYPE (object));
  PyObject *out;
  Canvas *canvas;
  Py_buffer buffer;
  Work work = { 0 };
  int is_main, result = -1;

  if (!PyArg_ParseTuple (args, "O!Op", state->canvas_type, &canvas, &out,
          &is_main))
    return NULL;
  if (self->process != getpid ()) {
    py_nt_raise (PyExc_RuntimeError, "these Images were made in another"
        " process: make them after fork()");
    return NULL;
  }
  if (!Py_IsNone (out)
      && PyObject_GetBuffer (out, &buffer, PyBUF_STRIDES | PyBUF_FORMAT) < 0)
    return NULL;

  if (py_nt_lock_take (&canvas->lock,
          "a signal's handler uses the strip that is being made") == 0) {
    result = write_strip (self, canvas, Py_IsNone (out) ? NULL : &buffer,
        is_main, &work);
    py_nt_lock_release (&canvas->lock);
  }
  if (!Py_IsNone (out))
    PyBuffer_Release (&buffer);

  return result == 0 ? report (self, &work.report) : NULL;
}

static PyObject *
cancel (PyObject * object, PyObject * unused)
{
  Request *self = (Request *) object;

  if (self->process == getpid ()) {
    Py_BEGIN_ALLOW_THREADS
    ntm_request_cancel (self->request);
    Py_END_ALLOW_THREADS
  }

  return Py_NewRef (Py_None);
}

/* In a child after fork(), the cache's threads and perhaps its lock are not
 * there: its memory is left. */
static void
free_request (PyObject * object)
{
  Request *self = (Request *) object;
  PyTypeObject *type = Py_TYPE (object);

  if (self->request && self->process == getpid ()) {
    Py_BEGIN_ALLOW_THREADS
    ntm_request_free (self->request);
    Py_END_ALLOW_THREADS
  }
  PyObject_Free (self);
  Py_DECREF (type);
}

static PyMethodDef methods[] = {
  {"compose", make_strip, METH_VARARGS, "compose(canvas, out, is_main)."},
  {"cancel", cancel, METH_NOARGS, "cancel()."},
  {NULL, NULL, 0, NULL},
};

static PyType_Slot type_slots[] = {
  {Py_tp_dealloc, free_request},
  {Py_tp_methods, methods},
  {Py_tp_doc, (void *) "A request that is queued."},
  {0, NULL},
};

static PyType_Spec type_spec = {
  .name = "ntstrip._ntimages.Request",
  .basicsize = sizeof (Request),
  .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE
      | Py_TPFLAGS_DISALLOW_INSTANTIATION,
  .slots = type_slots,
};

PyObject *
py_nt_request_type_new (PyObject * module)
{
  return py_nt_type_new (module, &type_spec);
}
