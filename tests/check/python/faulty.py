# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""What the tests share in which each request for memory fails in turn, alone
and with all after it. A call gives what it would, or one error that says what
is missing; and the next call is right. Nothing is left of those that failed: no
reference, no memory."""

import _imp
import gc
import itertools
import os
import sys

from support import Case, np

try:
    import _faults
except ModuleNotFoundError:
    print('SKIPPED: meson test python-faults has _faults')
    sys.exit(77)
MEMORY, THREADS, FILES = 1, 2, 4    # SystemCalls of ../faults/system.h
IS_PRELOADED = '_faults' in os.environ.get('LD_PRELOAD', '')
SHAPE = (6, 5, 4)
N = 4

# Python 3.13 itself crashes if it lacks memory while it evaluates bytecode, or
# while it makes a type: it frees what is still in use. There, only requests in
# calls of our extensions fail, and no extension is loaded.
PYTHON_BEARS_IT = sys.version_info < (3, 12)

# Said by Python 3.11 itself, where it lacks memory for a traceback.
PYTHONS_OWN = 'error return without exception set'


def attempt(call, *fault):
    """What it returns, what it raises, and whether anything failed."""
    result = error = None
    try:
        _faults.begin(*fault)
        result = call()
    except BaseException as caught:
        # Not its traceback, which would hold what the call had.
        failed = _faults.end()
        return None, caught.with_traceback(None), failed
    failed = _faults.end()
    return result, error, failed


def attempt_system(call, calls, nth, all_after, error):
    result = raised = None
    _faults.begin_system(calls, nth, all_after, error)
    try:
        result = call()
    except Exception as caught:
        raised = caught.with_traceback(None)
    return result, raised, _faults.end_system()


def get_used(held):
    """References on what is held, blocks of Python's, bytes of malloc(), pages
    of the process, unless it is emulated. With AddressSanitizer, which delays
    each free(), only the first."""
    gc.collect()
    references = sum(map(sys.getrefcount, held))
    if not IS_PRELOADED:
        return references, 0, 0, 0
    pages = 0
    if 'NTM_TEST_EMULATED' not in os.environ:
        with open('/proc/self/statm', encoding='ascii') as statm:
            pages = int(statm.read().split()[0])
    return (references, sys.getallocatedblocks(), _faults.get_malloced(), pages)


class FaultsCase(Case):
    """Each request of a call for memory of Python's fails in turn."""

    def setUp(self):
        super().setUp()
        self.raw = [bytearray(image.tobytes())
                    for image in self.images(N, SHAPE)]
        self.arrays = [np.array(np.frombuffer(raw, np.uint8)).reshape(SHAPE)
                       for raw in self.raw]
        self.expected = np.hstack(self.arrays)
        self.held = [*self.arrays, self.arrays, np.uint8, self.expected,
                     np.dtype(np.uint8)]
        self.addCleanup(setattr, sys, 'unraisablehook', sys.unraisablehook)
        sys.unraisablehook = self.check_unraisable
        self.unraisable = []
        gc.disable()
        self.addCleanup(gc.enable)

    def check_unraisable(self, what):
        """A generator that ends without memory can't raise what it lacks."""
        if not issubclass(what.exc_type, MemoryError):
            self.unraisable.append(what.exc_type)

    def check_error(self, error, more, where):
        if isinstance(error, MemoryError) or str(error) == PYTHONS_OWN:
            return
        self.assertIsNotNone(more, (where, error))
        self.assertRegex(str(error), more, where)

    def check_pass(self, make, right, more=None, only_ours=False):
        """Each request fails in turn. Returns how many there were. An error
        that is no MemoryError has the text @more; the result is @right.
        @only_ours: those in calls of our extensions."""
        n = 0
        for all_after in (False, True):
            for nth in itertools.count(1):
                where = nth, all_after
                call = make()
                result, error, failed = attempt(call, nth, all_after,
                                                only_ours)
                if error is None:
                    right(result)
                else:
                    self.check_error(error, more, where)
                del result, error
                if failed:
                    self.check_again(call, right, more, where)
                    n += 1
                del call
                if not failed:
                    break
        self.assertEqual(self.unraisable, [])
        return n

    def check_again(self, call, right, more, where):
        """The same call, now with memory."""
        try:
            right(call())
        except Exception as error:
            self.assertIsNotNone(more, (where, error))
            self.assertRegex(str(error), more, where)

    def check(self, make, right=lambda result: None, more=None, least=1,
              leaves=False, only_ours=False):
        """@make makes what is called. Nothing is left of calls in which our
        extensions lack memory, unless @leaves. (Python 3.11 itself leaves
        objects where it lacks memory for a frame.)"""
        n = self.check_pass(make, right, more,
                            only_ours or not PYTHON_BEARS_IT)
        if PYTHON_BEARS_IT:
            self.assertGreaterEqual(n, least)
        if leaves:
            return
        # A leak grows each time. What is kept once, or for the next call, does
        # not. The first figures are there when the next ones are taken.
        growth = [sys.maxsize] * 4
        used = get_used(self.held)
        for _ in range(20):
            self.check_pass(make, right, more, True)
            now = get_used(self.held)
            growth = [min(least, after - before) for least, after, before
                      in zip(growth, now, used)]
            used = now
            if growth[0] <= 0 and growth[1] <= 1 and max(growth[2:]) <= 0:
                return
        self.fail(f'references, blocks, bytes, pages more: {growth}')

    def check_import(self, extension, name):
        """@extension once more, which makes a type of that name."""
        if not PYTHON_BEARS_IT:
            self.skipTest('this Python crashes if a type lacks memory')
        spec = extension.__spec__

        def load():
            module = _imp.create_dynamic(spec)
            _imp.exec_dynamic(module)
            return module

        self.check(lambda: load, lambda module: getattr(module, name), least=50)

    def right_strip(self, array):
        self.assert_same_bytes(np.ascontiguousarray(array), self.expected)


class SystemCase(FaultsCase):
    """Each request of a call to the C library fails in turn."""

    def setUp(self):
        super().setUp()
        if not IS_PRELOADED:
            self.skipTest('_faults is not preloaded')

    def check_system(self, call, right, calls, code, least,
                     rest=lambda: None):
        """@calls fail with the error @code. @right says whether a result is
        what it may be while they do; @rest, whether what comes after it is all
        right."""
        for all_after in (False, True):
            for nth in itertools.count(1):
                result, error, failed = attempt_system(call, calls, nth,
                                                       all_after, code)
                if error is None:
                    right(result)
                else:
                    self.assertIsInstance(error, MemoryError)
                    self.assertEqual(calls, MEMORY, error)
                del result, error
                rest()
                if not failed:
                    break
            self.assertGreater(nth, least)
