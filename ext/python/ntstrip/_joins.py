# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors

from ntstrip import _ntstrip

# JoinMode in joining.h.
_CONCATENATE, _STACK, _HSTACK, _VSTACK = range(4)


def concatenate(arrays, axis=0, out=None, *, threads=0):
    """Joins arrays along an axis that they have, as numpy.concatenate() does.

    arrays
        A sequence of arrays of one dtype, whose shapes differ along the axis
        only: anything with the buffer protocol or __array_interface__, with any
        strides. The call reads the sequence once.
    axis
        May be negative.
    out
        An array to fill, of the result's shape and dtype. Its elements must lie
        side by side within rows, and rows may be at any distance. No array may
        overlap it, unless it is its own part of it: NumPy is silently wrong
        there.
    threads
        How many threads may write, the caller's own included. 0: as many as
        the process may use CPUs, 8 at most. Small results take one.

    Returns out, or a new array. Fastest where the arrays have contiguous rows;
    elements that are not contiguous are copied one by one. The GIL is released
    while bytes are copied.

    Unlike NumPy's: arrays are not converted to a common dtype, and the result
    has the arrays' own byte order; lists of numbers are refused. A new array is
    a plain one in C order, also of matrices and masked arrays, and has no mask.

    ValueError: shapes, axis, threads, out, rows or columns that 32 bits can't
    count. TypeError: dtypes that differ, references to objects, something that
    is no array, an axis that is no integer. MemoryError.
    """
    return _ntstrip.join(arrays, _CONCATENATE, axis, out, threads)


def stack(arrays, axis=0, out=None, *, threads=0):
    """Joins arrays of one shape along a new axis, as numpy.stack() does: with
    axis=0, a batch. All else is as with concatenate()."""
    return _ntstrip.join(arrays, _STACK, axis, out, threads)


def hstack(arrays, out=None, *, threads=0):
    """Joins arrays side by side, as numpy.hstack() does: along axis 1, or axis
    0 if they have one dimension. All else is as with concatenate()."""
    return _ntstrip.join(arrays, _HSTACK, 1, out, threads)


def vstack(arrays, out=None, *, threads=0):
    """Joins arrays one below the other, as numpy.vstack() does: along axis 0;
    arrays of one dimension are rows. All else is as with concatenate()."""
    return _ntstrip.join(arrays, _VSTACK, 0, out, threads)
