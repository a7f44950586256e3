# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""Several Python threads in one process do at random what programs may do with
strips, joins, images and frames, and every array is what NumPy makes.

    stress.py strips images
    stress.py gst

NTM_TEST_SEED=4711 does something else, NTM_TEST_SECONDS=600 does it longer.
With the same seed each thread does the same, in whatever order they run."""

import faulthandler
import gc
import importlib
import os
import sys
import threading
import time

from support import SEED, Case, np

SECONDS = float(os.environ.get('NTM_TEST_SECONDS', '3'))
# Without an action of any thread. Ends the program, with all stacks.
PATIENCE = 120
TASKS = '/proc/self/task'


class Worker(Case):
    """What one thread does: act() again and again, then end()."""

    def __init__(self, number):
        super().__init__()
        self.rng = np.random.default_rng([SEED, number])
        self.n = 0
        self.error = None

    def often(self, share):
        return self.rng.random() < share

    def number(self, begin, end):
        return int(self.rng.integers(begin, end))

    def act(self):
        raise NotImplementedError

    def end(self):
        """Lets go of everything."""


def work(worker, stop):
    try:
        while not stop.is_set():
            worker.act()
            worker.n += 1
        worker.end()
    except BaseException as error:
        worker.error = error
        stop.set()


def watch(workers, modules, stop):
    """Until the time is over, or a thread fails. Signals come to this thread:
    what modules do about them, it does."""
    mains = [module.make_main() for module in modules
             if hasattr(module, 'make_main')]
    end = time.monotonic() + SECONDS
    last = None
    while time.monotonic() < end and not stop.wait(0.1):
        now = [worker.n for worker in workers]
        if now != last:
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
        last = now
        for main in mains:
            main.act()
            main.n += 1
    for main in mains:
        main.end()


def get_memory():
    """MiB of the process."""
    with open('/proc/self/statm', encoding='ascii') as statm:
        return int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') >> 20


def report_memory(workers, stop):
    """Once a twelfth of the time."""
    while not stop.wait(SECONDS / 12):
        print(sum(worker.n for worker in workers), 'actions,', get_memory(),
              'MiB', flush=True)


def read_name(task):
    try:
        with open(f'{TASKS}/{task}/comm', encoding='ascii') as file:
            return file.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return 'ntstrip'    # it is gone


def count_files():
    return len(os.listdir('/proc/self/fd'))


def count_threads():
    """Without those that write strips: joins keep some for the next one."""
    return sum(name != 'ntstrip' for name in map(read_name, os.listdir(TASKS)))


def run(modules):
    workers = [worker for module in modules for worker in module.make_workers()]
    stop = threading.Event()
    threads = [threading.Thread(target=work, args=(worker, stop))
               for worker in workers]
    threads += [threading.Thread(target=report_memory, args=(workers, stop))]
    for thread in threads:
        thread.start()
    try:
        watch(workers, modules, stop)
    except BaseException:
        print(f'the main thread, NTM_TEST_SEED={SEED}', flush=True)
        raise
    finally:
        stop.set()
    for thread in threads:
        thread.join()
    for worker in workers:
        if worker.error is not None:
            print(f'{type(worker).__name__}, action {worker.n}, '
                  f'NTM_TEST_SEED={SEED}', flush=True)
            raise worker.error
    return {type(worker).__name__: worker.n for worker in workers}, sum(
        worker.n for worker in workers)


def wait_until_left(before):
    """Threads of the system end a moment after they were joined."""
    while count_files() > before[0] or count_threads() > before[1]:
        time.sleep(0.01)


def main():
    modules = [importlib.import_module('stress_' + name)
               for name in sys.argv[1:]]
    sys.setswitchinterval(0.0005)
    before = count_files(), count_threads()
    faulthandler.enable()
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    kinds, n = run(modules)
    for module in modules:
        module.end()
    gc.collect()
    faulthandler.cancel_dump_traceback_later()
    if not any(hasattr(module, 'KEEPS_THREADS') for module in modules):
        wait_until_left(before)
    print(f'seed {SEED}: {n} actions of {", ".join(kinds)}')


if __name__ == '__main__':
    main()
