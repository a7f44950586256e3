# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""GStreamer's C functions, for what PyGObject can't do: it has no mapped buffer
that can be held, it copies arrays, and it keeps a reference on what it pushes.

Pointers are ints. ctypes lays the structures out as the C compiler of the
platform does, with 32-bit and with 64-bit addresses. What is assumed is checked
when this module is imported: the structures against the typelibs, and that the
hash of a wrapper is its address (PyGObject 3.42 to 3.58, GStreamer 1.22 to
1.28).
"""

import ctypes
from ctypes import POINTER, c_int, c_size_t, c_uint, c_uint64, c_void_p

try:
    import gi
    gi.require_version('Gst', '1.0')
    gi.require_version('GstApp', '1.0')
    gi.require_version('GstVideo', '1.0')
    from gi.repository import GLib, GObject, Gst, GstApp, GstVideo
except (ImportError, ValueError) as missing:
    raise ImportError(f'ntstrip.gst needs PyGObject and GStreamer: {missing} '
                      '(Debian: python3-gst-1.0)') from missing
if not hasattr(Gst.MapInfo, '__enter__'):
    raise ImportError('ntstrip.gst needs GStreamer\'s overrides for Python '
                      '(Debian: python3-gst-1.0)')

# ---- Structures ----


class MiniObject(ctypes.Structure):
    _fields_ = [('type', c_size_t), ('refcount', c_int), ('lockstate', c_int),
                ('flags', c_uint), ('copy', c_void_p), ('dispose', c_void_p),
                ('free', c_void_p), ('priv_uint', c_uint),
                ('priv_pointer', c_void_p)]


class Buffer(ctypes.Structure):
    """The fields that are used, and those before them."""
    _fields_ = [('mini_object', MiniObject), ('pool', c_void_p),
                ('pts', c_uint64), ('dts', c_uint64), ('duration', c_uint64)]


class MapInfo(ctypes.Structure):
    _fields_ = [('memory', c_void_p), ('flags', c_int), ('data', c_void_p),
                ('size', c_size_t), ('maxsize', c_size_t),
                ('user_data', c_void_p * 4), ('_gst_reserved', c_void_p * 4)]


class VideoMeta(ctypes.Structure):
    """The same. 'meta' is an integer and a pointer."""
    _fields_ = [('meta', c_void_p * 2), ('buffer', c_void_p), ('flags', c_int),
                ('format', c_int), ('id', c_int), ('width', c_uint),
                ('height', c_uint), ('n_planes', c_uint),
                ('offset', c_size_t * 4), ('stride', c_int * 4)]


def check_layout(namespace, name, structure):
    info = gi.Repository.get_default().find_by_name(namespace, name)
    places = {field.get_name(): field.get_offset()
              for field in info.get_fields()}
    for field, _ in structure._fields_:
        ours = getattr(structure, field).offset
        if places.get(field) != ours:
            raise ImportError(
                f'{namespace}.{name}.{field} is at byte {places.get(field)} '
                f'here, and not at {ours}: ntstrip.gst does not know this '
                f'GStreamer ({gi.Repository.get_default().get_version("Gst")})')


check_layout('Gst', 'Buffer', Buffer)
check_layout('Gst', 'MapInfo', MapInfo)
check_layout('GstVideo', 'VideoMeta', VideoMeta)

# ---- Addresses ----


def address(wrapper):
    """The C pointer in a wrapper of PyGObject's."""
    return hash(wrapper) % 2 ** (8 * ctypes.sizeof(c_void_p))


def check_addresses(wrapper, *classes):
    """repr() shows the address too."""
    if f'at {address(wrapper):#x})' not in repr(wrapper) or any(
            c.__hash__ is not type(wrapper).__hash__ for c in classes):
        raise ImportError(
            f'the hash of {wrapper!r} is not its address: ntstrip.gst does not '
            f'know this PyGObject ({gi.__version__})')


check_addresses(GLib.Bytes.new(b'ntstrip'), Gst.Buffer, Gst.Caps,
                Gst.Sample)
check_addresses(GObject.Object(), GstApp.AppSrc, Gst.BufferPool)

# ---- Functions ----

Destroy = ctypes.CFUNCTYPE(None, c_void_p)
READ = 1        # GstMapFlags
WRITE = 2
READONLY = 2    # GstMemoryFlags


def load(library, functions):
    """The functions, with the types of their results and arguments."""
    for name, (result, *arguments) in functions.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
        yield function


GLIB = 'libglib-2.0.so.0'
GST = 'libgstreamer-1.0.so.0'
VIDEO = 'libgstvideo-1.0.so.0'
APP = 'libgstapp-1.0.so.0'

# These do next to nothing, and take no lock: the GIL is not released. The
# second unref is not for the last reference.
buffer_new, append_memory, wrap_memory, ref, unref_other = load(
    ctypes.PyDLL(GST), {
        'gst_buffer_new': (c_void_p,),
        'gst_buffer_append_memory': (None, c_void_p, c_void_p),
        'gst_memory_new_wrapped': (c_void_p, c_int, c_void_p, c_size_t,
                                   c_size_t, c_size_t, c_void_p, Destroy),
        'gst_mini_object_ref': (c_void_p, c_void_p),
        'gst_mini_object_unref': (None, c_void_p),
    })
caps_to_string, get_sample_caps = load(ctypes.PyDLL(GST), {
    'gst_caps_to_string': (c_void_p, c_void_p),
    'gst_sample_get_caps': (c_void_p, c_void_p),
})
free, = load(ctypes.PyDLL(GLIB), {
    'g_free': (None, c_void_p),
})
get_meta, add_meta = load(
    ctypes.PyDLL(VIDEO), {
        'gst_buffer_get_video_meta': (POINTER(VideoMeta), c_void_p),
        'gst_buffer_add_video_meta_full': (
            c_void_p, c_void_p, c_int, c_int, c_uint, c_uint, c_uint,
            POINTER(c_size_t), POINTER(c_int)),
    })


def to_string(caps):
    text = caps_to_string(caps)
    try:
        return ctypes.string_at(text).decode()
    finally:
        free(text)


# These wait, copy or free, or take a lock under which another thread may let go
# of an array, for which it needs the GIL. So they release it.
map_buffer, unmap_buffer, unref, acquire_buffer = load(
    ctypes.CDLL(GST), {
        'gst_buffer_map': (c_int, c_void_p, c_void_p, c_int),
        'gst_buffer_unmap': (None, c_void_p, c_void_p),
        'gst_mini_object_unref': (None, c_void_p),
        'gst_buffer_pool_acquire_buffer': (c_int, c_void_p, c_void_p, c_void_p),
    })
get_caps, push_buffer = load(
    ctypes.CDLL(APP), {
        'gst_app_src_get_caps': (c_void_p, c_void_p),
        'gst_app_src_push_buffer': (c_int, c_void_p, c_void_p),
    })


class Reference:
    """A reference on a mini object."""

    __slots__ = ('address', '__weakref__')

    def __init__(self, address):
        """Takes over a reference of the caller's."""
        self.address = address

    def __del__(self, unref=unref):
        unref(self.address)
