# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""What caps say of an array."""

import functools
from collections import namedtuple

import numpy as np

from ntstrip import _gstc as c
from ntstrip._gstc import GObject, Gst, GstApp, GstVideo

# 'id' is the GstVideoFormat, 'stride' that of a buffer without GstVideoMeta, in
# bytes.
Format = namedtuple('Format', 'name id width height shape dtype row_bytes '
                    'stride')

# Looked up before other threads are there: PyGObject makes a type in the thread
# that asks for it first. At the same time, another thread makes a second one,
# whose objects the first one refuses, or finds an enumeration half full.
VideoInfo = GstVideo.VideoInfo
VideoFormatInfo = GstVideo.VideoFormatInfo
ENCODED = GstVideo.VideoFormat.ENCODED
COMPLEX = GstVideo.VideoFormatFlags.COMPLEX
LE = GstVideo.VideoFormatFlags.LE
ALTERNATE = GstVideo.VideoInterlaceMode.ALTERNATE

# Little endian, although GStreamer's flag for that is missing.
LITTLE_ENDIAN = {'Y410', 'Y210', 'v216'}


def describe_pixel(info):
    """The channels of a pixel, 0 where a pixel is one number, and the bytes of
    a number. ValueError: no whole pixels."""
    n = info.n_components
    step = info.pixel_stride[0]
    pair = any(info.w_sub[:n])
    if (info.n_planes != 1 or info.flags & COMPLEX
            or min(info.pixel_stride[:n]) == 0):
        raise ValueError(
            f'{info.name} has no array of pixels, only packed formats have: '
            'convert it (videoconvert ! video/x-raw,format=RGBA)')
    if pair:
        return 2, step // 2
    if step <= 4 and n > 1 and len(set(info.poffset[:n])) == 1:
        return 0, step    # components are bits of one number
    number = 1 if max(info.depth[:n]) <= 8 else 2
    return (step // number if step > number else 0), number


@functools.lru_cache(maxsize=64)
def parse(text):
    caps = Gst.Caps.from_string(text)
    video = None
    if caps.is_fixed():
        try:
            video = VideoInfo.new_from_caps(caps)
        except TypeError:    # what PyGObject makes of NULL
            pass
    if video is None or video.finfo.format == ENCODED:
        raise ValueError(f'these are not the caps of a raw video frame: {text}')
    info = video.finfo
    channels, number = describe_pixel(info)
    order = '<' if info.flags & LE or info.name in LITTLE_ENDIAN else '>'
    height = video.height
    if video.interlace_mode == ALTERNATE:
        height = (height + 1) // 2
    if channels == 2 and video.width % 2:
        raise ValueError(f'{info.name} of {video.width} pixels in a row: the '
                         'last pair is not whole; make the width even')
    shape = (height, video.width) + ((channels,) if channels else ())
    return Format(info.name, int(info.format), video.width, height, shape,
                  np.dtype(f'{order}u{number}'),
                  video.width * max(channels, 1) * number, video.stride[0])


def of_caps(caps):
    """The format of caps that the application may change."""
    return parse(caps.to_string())


# The formats of caps by the address of the caps; with a reference on the caps,
# so that nothing can change them and the address stays theirs. A strip has 1023
# tiles at most, each with caps of its own.
seen = {}
MOST_SEEN = 4096


def of_address(address):
    """The format of the caps at this address. Takes over a reference of the
    caller's."""
    entry = seen.get(address)
    if entry is not None:
        c.unref_other(address)
        return entry[0]

    caps = c.Reference(address)
    format = parse(c.to_string(address))
    if len(seen) >= MOST_SEEN:
        seen.clear()
    seen[address] = format, caps
    return format


def of_sample(sample):
    """The format of the sample's caps, which can't change: None without."""
    address = c.get_sample_caps(c.address(sample))
    return None if address is None else of_address(c.ref(address))


def of_source(appsrc):
    """The format of the appsrc's caps."""
    if not isinstance(appsrc, GstApp.AppSrc) and not (
            isinstance(appsrc, GObject.Object)
            and GObject.type_is_a(appsrc, GstApp.AppSrc)):
        raise TypeError(f'an appsrc is needed, not {type(appsrc).__name__}')
    address = c.get_caps(c.address(appsrc))
    if address is None:
        raise ValueError(f'{appsrc.get_name()} has no caps: set its property '
                         'caps first')
    return of_address(address)


def describe(format):
    return (f'{format.name} {format.width}x{format.height}, which is '
            f'{format.shape} {format.dtype}')
