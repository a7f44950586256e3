# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""NumPy arrays side by side, at the speed of memory.

    import ntstrip

    strip = ntstrip.Strip(tiles=100, height=1024, width=1024, channels=4)
    array = strip.merge(images)         # (1024, 102400, 4), the same each time

    batch = ntstrip.stack(images)           # as np.stack(), and out= too

    images = ntstrip.Images((512, 512))     # files, through a cache
    array = images.strip(paths, columns=10)

Strip makes one wide image, a batch or a wall of images, again and again in the
same memory. It copies with streaming stores and several threads, and not at all
what it holds already. concatenate(), stack(), hstack() and vstack() are those
of NumPy, for arrays of one dtype. Images makes strips of JPEG, PNG and WebP
files, and keeps decoded images within a budget of bytes.

ntstrip.gst is for GStreamer pipelines: their frames as arrays, and arrays as
frames. "import ntstrip.gst" needs PyGObject; nothing else here does.

Sizes are in pixels, shapes are NumPy's: (height, width, channels). Nothing is
converted, but for the scaling of Images. The GIL is released while bytes are
copied, if there are 64 KiB or more; Images releases it whenever it waits.

kernel is the name of the copy kernel in use, such as 'avx2'. NTMOSAIC_CPU with
avx512, avx2, sse2, neon or c in the environment of the process forces one; a
RuntimeWarning says that there is no such kernel.
"""

from ntstrip._images import (ImageError, ImageFailure, Images, ImagesReport,
                             ImagesStats)
from ntstrip._joins import concatenate, hstack, stack, vstack
from ntstrip._ntstrip import kernel
from ntstrip._strip import Report, Strip

for _thing in (ImageError, ImageFailure, Images, ImagesReport, ImagesStats,
               Report, Strip, concatenate, hstack, stack, vstack):
    _thing.__module__ = __name__
del _thing

__all__ = ['ImageError', 'ImageFailure', 'Images', 'ImagesReport',
           'ImagesStats', 'Report', 'Strip', 'concatenate', 'hstack', 'kernel',
           'stack', 'vstack']
