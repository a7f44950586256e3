/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The cache: names, what is put in and removed, statistics. */

#include "images/images.h"

#include <string.h>
#include <unistd.h>

#include "array.h"
#include "words.h"

/* ---- Beginning and end ---- */

/* Cache (cache_bytes, threads, limits..., retry, height, width, fit, pixels,
 * background) */
static PyObject *
new_cache (PyTypeObject * type, PyObject * args, PyObject * kwargs)
{
  allocfunc alloc = (allocfunc) PyType_GetSlot (type, Py_tp_alloc);
  NtmImagesConfig config = { 0 };
  NtmImageLimits *limits = &config.limits;
  unsigned long long max_file, max_pixels, max_work, max_decode, retry;
  unsigned height, width, fit, pixels;
  Py_ssize_t cache_bytes;
  NtmImageStatus status;
  Py_buffer background;
  Cache *self;

  if (!PyArg_ParseTuple (args, "nIKKKKKIIIIy*", &cache_bytes,
          &config.max_threads, &max_file, &max_pixels, &max_work, &max_decode,
          &retry, &height, &width, &fit, &pixels, &background))
    return NULL;
  config.cache_bytes = cache_bytes;
  limits->max_file_bytes = max_file;
  limits->max_pixels = max_pixels;
  limits->max_work_bytes = max_work;
  limits->max_decode_nanoseconds = max_decode;
  config.retry_nanoseconds = retry;

  self = (Cache *) alloc (type, 0);
  if (self) {
    self->process = getpid ();
    self->spec = (NtmTileSpec) {
      .width = width,.height = height,.fit = (NtmFit) fit,
      .pixels = (NtmPixels) pixels,
    };
    memcpy (self->spec.background, background.buf,
        background.len < 4 ? background.len : 4);
    status = ntm_images_new (&self->images, &config);
    if (status != NTM_IMAGE_OK) {
      py_nt_images_complain (status, "the cache");
      Py_DECREF ((PyObject *) self);
      self = NULL;
    }
  }
  PyBuffer_Release (&background);

  return (PyObject *) self;
}

/* The last reference waits for the decoding threads, unless a request still
 * needs them. So it goes without the GIL, wherever it goes. */
static void
unref_images (NtmImages * images)
{
  Py_BEGIN_ALLOW_THREADS
  ntm_images_unref (images);
  Py_END_ALLOW_THREADS
}

/* In a child after fork(), the threads are not there: their memory is left. */
static void
let_go (Cache * self)
{
  NtmImages *images = self->images;

  self->images = NULL;
  if (images && self->process == getpid ())
    unref_images (images);
}

static void
free_cache (PyObject * object)
{
  PyTypeObject *type = Py_TYPE (object);
  freefunc free_object = (freefunc) PyType_GetSlot (type, Py_tp_free);

  let_go ((Cache *) object);
  free_object (object);
  Py_DECREF (type);
}

/* Returns a reference, which keeps the cache alive while the GIL is released,
 * or NULL with an error. */
static NtmImages *
get_images (const Cache * self)
{
  if (self->process != getpid ()) {
    py_nt_raise (PyExc_RuntimeError, "these Images were made in another"
        " process: make them after fork()");
    return NULL;
  }
  if (self->images == NULL) {
    py_nt_raise (PyExc_ValueError, "these Images are closed");
    return NULL;
  }

  return ntm_images_ref (self->images);
}

/* ---- Names ---- */

typedef struct
{
  PyObject *bytes;              /* a tuple, which holds them */
  const char **names;
  size_t n;
} Names;

static void
free_names (Names * names)
{
  Py_XDECREF (names->bytes);
  PyMem_Free (names->names);
}

static void
complain_of_type (PyObject * path, const char *what, Py_ssize_t index)
{
  PyObject *name = PyType_GetName (Py_TYPE (path));

  if (name)
    py_nt_complain (PyExc_TypeError, what, index,
        "is no str, bytes or os.PathLike: %U", name);
  Py_XDECREF (name);
}

/* False without an error: there is none. PyObject_HasAttrString() would take
 * any error for that. */
static bool
has_path (PyObject * object)
{
  PyObject *method = PyObject_GetAttrString ((PyObject *) Py_TYPE (object),
      "__fspath__");
  const bool has = method != NULL;

  Py_XDECREF (method);
  if (!has && PyErr_ExceptionMatches (PyExc_AttributeError))
    PyErr_Clear ();

  return has;
}

/* Returns a new reference on the bytes of a path, which is called @what and
 * @index in errors, or NULL with an error. What __fspath__() raises is passed
 * on as it is. */
static PyObject *
convert (PyObject * path, const char *what, Py_ssize_t index)
{
  PyObject *plain, *bytes = NULL;

  if (!PyUnicode_Check (path) && !PyBytes_Check (path)
      && !has_path (path)) {
    if (!PyErr_Occurred ())
      complain_of_type (path, what, index);
    return NULL;
  }
  plain = PyOS_FSPath (path);
  if (plain == NULL)
    return NULL;
  if (!PyUnicode_FSConverter (plain, &bytes)
      && PyErr_Occurred () == PyExc_ValueError) {
    PyErr_Clear ();
    py_nt_complain (PyExc_ValueError, what, index, "has a null byte: %R",
        plain);
  }
  Py_DECREF (plain);

  return bytes;
}

static int
read_names (Names * names, PyObject * paths)
{
  const Py_ssize_t n = PyTuple_Size (paths);

  *names = (Names) {.n = n > 0 ? n : 0 };
  if (n < 0)
    return -1;
  names->bytes = PyTuple_New (n);
  names->names = PyMem_Calloc (n + 1, sizeof *names->names);
  if (names->bytes == NULL || names->names == NULL) {
    free_names (names);
    PyErr_NoMemory ();
    return -1;
  }
  for (Py_ssize_t i = 0; i < n; i++) {
    PyObject *bytes = convert (PyTuple_GetItem (paths, i), "path", i);

    if (bytes == NULL || PyTuple_SetItem (names->bytes, i, bytes) < 0) {
      free_names (names);
      return -1;
    }
    names->names[i] = PyBytes_AsString (bytes);
  }

  return 0;
}

/* ---- Requests ---- */

static PyObject *
request (PyObject * object, PyObject * paths)
{
  Cache *self = (Cache *) object;
  Images *state = PyType_GetModuleState (Py_TYPE (object));
  Request *made = PyObject_New (Request, (PyTypeObject *) state->request_type);
  NtmImageStatus status = NTM_IMAGE_NO_MEMORY;
  NtmImages *images;
  Names names;
  char why[256];

  if (made == NULL)
    return NULL;
  made->request = NULL;
  made->process = self->process;
  memcpy (made->background, self->spec.background, 4);
  images = get_images (self);
  if (images == NULL || read_names (&names, paths) < 0) {
    if (images)
      unref_images (images);
    Py_DECREF ((PyObject *) made);
    return NULL;
  }
  made->n_names = names.n;

  Py_BEGIN_ALLOW_THREADS
  status = ntm_images_request (images, &made->request, names.names, names.n,
      &self->spec, 0);
  ntm_images_explain (images, status, names.n, &self->spec, why, sizeof why);
  ntm_images_unref (images);
  Py_END_ALLOW_THREADS

  free_names (&names);
  if (status == NTM_IMAGE_OK)
    return (PyObject *) made;
  Py_DECREF ((PyObject *) made);
  if (status == NTM_IMAGE_NO_ROOM)
    py_nt_raise (PyExc_MemoryError, "%s: set larger cache_bytes, or ask for "
        "fewer images", why);
  else
    py_nt_images_complain (status, "a request");

  return NULL;
}

static PyObject *
prefetch (PyObject * object, PyObject * paths)
{
  Cache *self = (Cache *) object;
  NtmImages *images = get_images (self);
  NtmImageStatus status;
  Names names;

  if (images == NULL)
    return NULL;
  if (read_names (&names, paths) < 0) {
    unref_images (images);
    return NULL;
  }

  Py_BEGIN_ALLOW_THREADS
  status = ntm_images_prefetch (images, names.names, names.n, &self->spec);
  ntm_images_unref (images);
  Py_END_ALLOW_THREADS

  free_names (&names);
  if (status != NTM_IMAGE_OK) {
    py_nt_images_complain (status, "prefetching");
    return NULL;
  }

  return Py_NewRef (Py_None);
}

/* ---- Images of the program's own ---- */

static int
check_image (const Cache * self, const Py_buffer * image)
{
  const Py_ssize_t shape[] = { self->spec.height, self->spec.width, 4 };

  if (image->itemsize != 1
      || (image->format && strcmp (image->format, "B") != 0))
    return py_nt_complain (PyExc_TypeError, "the image", NO_INDEX,
        "has items of format '%s', expected uint8",
        image->format ? image->format : "?");
  if (!py_nt_same_shape (image->ndim, image->shape, 3, shape))
    return py_nt_complain_of_shape ("the image", NO_INDEX, image->ndim,
        image->shape, 3, shape);
  if (py_nt_contiguous_from (3, image->shape, image->strides, 1) > 1)
    return py_nt_complain (PyExc_ValueError, "the image", NO_INDEX, "must have"
        " pixels side by side: numpy.ascontiguousarray()");

  return 0;
}

static PyObject *
put (PyObject * object, PyObject * args)
{
  Cache *self = (Cache *) object;
  NtmImageStatus status = NTM_IMAGE_OK;
  NtmImages *images = NULL;
  PyObject *key, *name, *image;
  Py_buffer buffer;

  if (!PyArg_ParseTuple (args, "OO", &key, &image))
    return NULL;
  name = convert (key, "the key", NO_INDEX);
  if (name == NULL)
    return NULL;
  if (PyObject_GetBuffer (image, &buffer, PyBUF_STRIDES | PyBUF_FORMAT) < 0) {
    Py_DECREF (name);
    return NULL;
  }
  if (check_image (self, &buffer) == 0)
    images = get_images (self);
  if (images) {
    Py_BEGIN_ALLOW_THREADS
    status = ntm_images_put (images, PyBytes_AsString (name), &self->spec,
        buffer.buf, buffer.strides[0]);
    ntm_images_unref (images);
    Py_END_ALLOW_THREADS
  }
  PyBuffer_Release (&buffer);
  if (status != NTM_IMAGE_OK)
    py_nt_images_complain (status, PyBytes_AsString (name));
  Py_DECREF (name);

  return images && status == NTM_IMAGE_OK ? Py_NewRef (Py_None) : NULL;
}

static PyObject *
remove_name (PyObject * object, PyObject * key)
{
  NtmImages *images;
  PyObject *name = convert (key, "the key", NO_INDEX);
  bool was_there;

  if (name == NULL)
    return NULL;
  images = get_images ((Cache *) object);
  if (images == NULL) {
    Py_DECREF (name);
    return NULL;
  }
  Py_BEGIN_ALLOW_THREADS
  was_there = ntm_images_remove (images, PyBytes_AsString (name));
  ntm_images_unref (images);
  Py_END_ALLOW_THREADS
  Py_DECREF (name);

  return PyBool_FromLong (was_there);
}

/* ---- What happened ---- */

static PyObject *
get_stats (PyObject * object, PyObject * unused)
{
  NtmImages *images = get_images ((Cache *) object);
  NtmImagesStats stats;

  if (images == NULL)
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  ntm_images_get_stats (images, &stats);
  ntm_images_unref (images);
  Py_END_ALLOW_THREADS

  return Py_BuildValue ("KKKKKKKdKKnnnn", (unsigned long long) stats.requests,
      (unsigned long long) stats.hits, (unsigned long long) stats.joined,
      (unsigned long long) stats.misses, (unsigned long long) stats.decoded,
      (unsigned long long) stats.evictions,
      (unsigned long long) stats.failures, stats.decode_nanoseconds / 1e9,
      (unsigned long long) stats.tiles_copied,
      (unsigned long long) stats.tiles_kept, (Py_ssize_t) stats.images,
      (Py_ssize_t) stats.bytes, (Py_ssize_t) stats.bytes_max,
      (Py_ssize_t) stats.threads);
}

static PyObject *
close_cache (PyObject * object, PyObject * unused)
{
  let_go ((Cache *) object);

  return Py_NewRef (Py_None);
}

static PyMethodDef methods[] = {
  {"request", request, METH_O, "request(paths): a Request."},
  {"prefetch", prefetch, METH_O, "prefetch(paths)."},
  {"put", put, METH_VARARGS, "put(key, image)."},
  {"remove", remove_name, METH_O, "remove(key): whether it was there."},
  {"stats", get_stats, METH_NOARGS, "stats(): fields of ImagesStats."},
  {"close", close_cache, METH_NOARGS, "close()."},
  {NULL, NULL, 0, NULL},
};

static PyType_Slot type_slots[] = {
  {Py_tp_new, new_cache},
  {Py_tp_dealloc, free_cache},
  {Py_tp_methods, methods},
  {Py_tp_doc, (void *) "A cache of images."},
  {0, NULL},
};

static PyType_Spec type_spec = {
  .name = "ntstrip._ntimages.Cache",
  .basicsize = sizeof (Cache),
  .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
  .slots = type_slots,
};

PyObject *
py_nt_cache_type_new (PyObject * module)
{
  return py_nt_type_new (module, &type_spec);
}
