# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.gst.array(): the bytes of a buffer, mapped as long as an array shows
them."""

import ast
import gc
import inspect
import pathlib
import subprocess
import sys
import threading
import unittest
import unittest.mock

from gst_rig import FORMATS, Case, Gst, make_caps, make_noise, np, ntstrip

from gi.repository import GstVideo

formats = ntstrip.gst.formats
array = ntstrip.gst.array

WIDTH = 6
HEIGHT = 5


def fill(size, seed=1):
    data = bytes(make_noise((size,), seed=seed))
    buffer = Gst.Buffer.new_allocate(None, size, None)
    buffer.fill(0, data)
    return buffer, data


def caps_of(*args, **kwargs):
    return Gst.Caps.from_string(make_caps(*args, **kwargs))


def read(data, offset, stride, channels, number, order):
    """The expected pixels, number by number."""
    def at(y, i):
        begin = offset + y * stride + i * number
        return int.from_bytes(data[begin:begin + number], order)

    step = max(channels, 1)
    return [[[at(y, x * step + i) for i in range(step)]
             for x in range(WIDTH)] for y in range(HEIGHT)]


class Layouts(Case):
    def check(self, view, data, offset, stride, channels, number, order):
        wanted = read(data, offset, stride, channels, number, order)
        if channels == 0:
            wanted = [[pixel[0] for pixel in row] for row in wanted]
        self.assertEqual(view.dtype.itemsize, number)
        self.assertEqual(view.dtype.kind, 'u')
        self.assertEqual(view.tolist(), wanted)

    def test_each_format(self):
        for format, channels, number, order in FORMATS:
            with self.subTest(format):
                caps = caps_of(WIDTH, HEIGHT, format)
                info = GstVideo.VideoInfo.new_from_caps(caps)
                buffer, data = fill(info.size)
                self.check(array(buffer, caps), data, 0, info.stride[0],
                           channels, number, order)

    def test_offsets_and_strides(self):
        for format, channels, number, order in FORMATS:
            row = WIDTH * max(channels, 1) * number
            for offset, stride in ((0, row), (7, row + 5), (3, 2 * row),
                                   ((HEIGHT - 1) * row + 1, -row)):
                with self.subTest(format, offset=offset, stride=stride):
                    caps = caps_of(WIDTH, HEIGHT, format)
                    info = GstVideo.VideoInfo.new_from_caps(caps)
                    size = offset + row + max(stride, 0) * (HEIGHT - 1)
                    buffer, data = fill(size)
                    GstVideo.buffer_add_video_meta_full(
                        buffer, GstVideo.VideoFrameFlags.NONE,
                        info.finfo.format, WIDTH, HEIGHT, 1,
                        [offset, 0, 0, 0], [stride, 0, 0, 0])
                    view = array(buffer, caps)
                    self.check(view, data, offset, stride, channels, number,
                               order)
                    self.assertEqual(view.strides[0], stride)

    def test_byte_order_of_what_gstreamer_makes(self):
        """White is brighter than black only in the right order."""
        for format in 'v216', 'Y210', 'Y410', 'GRAY16_BE', 'GRAY16_LE':
            with self.subTest(format):
                luma = []
                for pattern in 'black', 'white':
                    pipeline = self.make(
                        f'videotestsrc num-buffers=1 pattern={pattern} ! '
                        'video/x-raw,format=ARGB64 ! videoconvert name=m ! '
                        + make_caps(WIDTH, HEIGHT, format).replace(
                            'framerate=0/1', 'framerate=30/1'), 0)
                    view = array(pipeline.pull())
                    luma.append({'v216': lambda v: v[..., 1],
                                 'Y210': lambda v: v[..., 0],
                                 'Y410': lambda v: v >> 10 & 0x3ff,
                                 }.get(format, lambda v: v)(view).astype(int))
                span = 900 if format == 'Y410' else 60000
                self.assertTrue((luma[0] < span / 8).all(), luma[0])
                self.assertTrue((luma[1] > span * 7 / 8).all(), luma[1])

    def test_fields(self):
        caps = caps_of(WIDTH, 7, 'RGBA', ',interlace-mode=alternate').to_string(
            ).replace('video/x-raw', 'video/x-raw(format:Interlaced)')
        buffer, data = fill(4 * WIDTH * 4)
        view = array(buffer, Gst.Caps.from_string(caps))
        wanted = np.frombuffer(data, np.uint8).reshape(4, WIDTH, 4)
        self.assertSame(view, wanted)

    def test_strip(self):
        images = [make_noise((6, 8, 4), seed=i) for i in range(5)]
        pipeline = self.make('ntmosaic name=m', 5)
        pipeline.push(images)
        self.assertSame(array(pipeline.pull()), np.concatenate(images, axis=1))

    def test_batch(self):
        images = [make_noise((6, 8, 4), seed=i) for i in range(100)]
        pipeline = self.make('ntmosaic name=m columns=1', 100)
        pipeline.push(images)
        sample = pipeline.pull()
        batch = array(sample, batch=100)
        self.assertSame(batch, np.stack(images))
        self.assertTrue(np.shares_memory(batch, array(sample)))
        with self.raises(ValueError, '600 rows is not a batch of 7 tiles'):
            array(sample, batch=7)
        with self.raises(ValueError, 'a batch of 0 tiles'):
            array(sample, batch=0)
        with self.raises(TypeError, 'batch=2.0, expected an integer'):
            array(sample, batch=2.0)

    def test_batch_with_strides(self):
        buffer, data = fill(6 * 40)
        GstVideo.buffer_add_video_meta_full(
            buffer, GstVideo.VideoFrameFlags.NONE, GstVideo.VideoFormat.RGBA, 8,
            6, 1, [0, 0, 0, 0], [40, 0, 0, 0])
        wanted = np.frombuffer(data, np.uint8).reshape(2, 3, 40)[:, :, :32]
        batch = array(buffer, caps_of(8, 6), batch=2)
        self.assertSame(batch, wanted.reshape(2, 3, 8, 4))
        self.assertEqual(batch.strides, (120, 40, 4, 1))



class CapsOfSamples(Case):
    def sample(self, caps, width):
        """A sample, and its bytes."""
        buffer, data = fill(width * HEIGHT * 4)
        return Gst.Sample.new(buffer, caps, None, None), data

    def test_told_once_for_all_samples(self):
        """Caps are parsed once, however many samples have them."""
        caps = caps_of(WIDTH, HEIGHT, 'RGBA')
        with unittest.mock.patch.object(formats, 'parse',
                                        wraps=formats.parse) as parse:
            for _ in range(3):
                sample, data = self.sample(caps, WIDTH)
                view = array(sample)
                self.assertEqual(view.shape, (HEIGHT, WIDTH, 4))
                self.assertEqual(view.tobytes(), data)
        self.assertEqual(parse.call_count, 1)

    def test_each_caps_have_their_format(self):
        """Caps come and go, and so do their addresses."""
        with unittest.mock.patch.object(formats, 'MOST_SEEN', 8):
            for width in [*range(1, 100), *range(1, 100)]:
                sample, data = self.sample(caps_of(width, HEIGHT, 'RGBA'),
                                           width)
                view = array(sample)
                self.assertEqual(view.shape, (HEIGHT, width, 4))
                self.assertEqual(view.tobytes(), data)

    def test_caps_given_stay_writable(self):
        caps = caps_of(WIDTH, HEIGHT, 'RGBA')
        buffer, _ = fill(WIDTH * HEIGHT * 4)
        array(buffer, caps)
        caps.set_value('width', 2)
        self.assertEqual(array(buffer, caps).shape, (HEIGHT, 2, 4))

    def test_without_caps(self):
        sample, _ = self.sample(None, WIDTH)
        with self.assertRaisesRegex(TypeError, 'the caps of the buffer are '
                                    'needed'):
            array(sample)


class Errors(Case):
    def test_not_a_sample(self):
        with self.raises(TypeError, 'a Gst.Sample, or a Gst.Buffer and its caps'
                         ', is needed, not bytes'):
            array(b'')
        with self.raises(TypeError, 'the caps of the buffer are needed'):
            array(Gst.Buffer.new())
        with self.raises(ValueError, 'the sample has no buffer'):
            array(Gst.Sample.new(None, caps_of(8, 6), None, None))

    def test_formats_without_pixels(self):
        for format in 'NV12', 'I420', 'RGB8P', 'v210', 'GRAY10_LE32', 'UYVP':
            with self.raises(ValueError, f'{format} has no array of pixels'):
                array(Gst.Buffer.new(), caps_of(8, 6, format))

    def test_caps_of_no_frame(self):
        for caps in ('audio/x-raw', 'image/jpeg', 'video/x-raw,format=RGBA',
                     'video/x-raw,format=RGBA,width=[1,9],height=6'):
            with self.raises(ValueError, 'not the caps of a raw video frame'):
                array(Gst.Buffer.new(), Gst.Caps.from_string(caps))

    def test_odd_pairs(self):
        with self.raises(ValueError, 'YUY2 of 7 pixels in a row'):
            array(Gst.Buffer.new(), caps_of(7, 6, 'YUY2'))

    def test_too_short(self):
        buffer, _ = fill(191)
        with self.raises(ValueError, 'a buffer of 191 bytes is too short for '
                         'RGBA 8x6 with rows that begin at byte 0 and are 32'):
            array(buffer, caps_of(8, 6))

    def test_meta_beyond_the_buffer(self):
        for offset, stride in ((1, 32), (0, 33), (159, -32), (2 ** 31, 32)):
            buffer, _ = fill(192)
            GstVideo.buffer_add_video_meta_full(
                buffer, GstVideo.VideoFrameFlags.NONE,
                GstVideo.VideoFormat.RGBA, 8, 6, 1, [offset, 0, 0, 0],
                [stride, 0, 0, 0])
            with self.raises(ValueError, f'begin at byte {offset} and are '
                             f'{stride} bytes apart'):
                array(buffer, caps_of(8, 6))

    def test_meta_of_another_frame(self):
        for format, width in (('BGRA', 8), ('RGBA', 7)):
            buffer, _ = fill(192)
            GstVideo.buffer_add_video_meta(
                buffer, GstVideo.VideoFrameFlags.NONE,
                GstVideo.VideoFormat.from_string(format), width, 6)
            with self.raises(ValueError, f'GstVideoMeta says {width}x6.* not '
                             'the caps of this buffer'):
                array(buffer, caps_of(8, 6))

    def test_without_gi(self):
        program = ('import sys; sys.modules["gi"] = None\n'
                   'import ntstrip; assert "ntstrip.gst" not in sys.modules\n'
                   'import ntstrip.gst')
        result = subprocess.run([sys.executable, '-c', program],
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn('ImportError: ntstrip.gst needs PyGObject and GStreamer',
                      result.stderr)


class Package(Case):
    def test_stub(self):
        stub = pathlib.Path(ntstrip.gst.__file__).with_suffix('.pyi')
        nodes = {node.name: node for node in ast.parse(
            stub.read_text(encoding='utf-8')).body
            if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
        self.assertEqual(sorted(nodes), ntstrip.gst.__all__)

        def check(function, node):
            arguments = node.args.args + node.args.kwonlyargs
            self.assertEqual(list(inspect.signature(function).parameters),
                             [argument.arg for argument in arguments])

        for name, node in nodes.items():
            thing = getattr(ntstrip.gst, name)
            if isinstance(node, ast.FunctionDef):
                check(thing, node)
            else:
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and \
                            not method.decorator_list:
                        check(getattr(thing, method.name), method)

    def test_manual(self):
        self.assertIn('NumPy arrays and GStreamer buffers', ntstrip.gst.__doc__)
        for name in ntstrip.gst.__all__:
            self.assertTrue(getattr(ntstrip.gst, name).__doc__, name)


class Lifetimes(Case):
    def test_read_only(self):
        buffer, _ = fill(192)
        view = array(buffer, caps_of(8, 6))
        with self.raises(ValueError, 'read-only'):
            view[0, 0, 0] = 1
        with self.raises(ValueError, 'cannot set WRITEABLE'):
            view.flags.writeable = True

    def test_mapped_exactly_as_long_as_an_array_lives(self):
        buffer, data = fill(192)
        memory = buffer.peek_memory(0)

        def is_mapped():
            info = memory.map(Gst.MapFlags.WRITE)
            if info.__parent__ is None:
                return True
            memory.unmap(info)
            return False

        self.assertFalse(is_mapped())
        for derive in (lambda v: v, lambda v: v[2:4, ::2], lambda v: v[0][1:],
                       lambda v: v.reshape(-1), lambda v: v.view(np.uint32),
                       memoryview, lambda v: memoryview(v[1]),
                       lambda v: np.frombuffer(memoryview(v).cast('B'), 'u1')):
            kept = derive(array(buffer, caps_of(8, 6)))
            gc.collect()
            self.assertTrue(is_mapped())
            self.assertIn(bytes(kept)[:4], data)
            del kept
            self.assertFalse(is_mapped())

    def test_unmapped_by_another_thread(self):
        buffer, _ = fill(192)
        memory = buffer.peek_memory(0)
        views = [array(buffer, caps_of(8, 6))]
        thread = threading.Thread(target=views.clear)
        thread.start()
        thread.join()
        info = memory.map(Gst.MapFlags.WRITE)
        self.assertIsNotNone(info.__parent__)
        memory.unmap(info)

    def test_outlives_sample_buffer_and_pipeline(self):
        images = [make_noise((6, 8, 4), seed=i) for i in range(3)]
        pipeline = self.make('ntmosaic name=m', 3)
        pipeline.push(images)
        view = array(pipeline.pull())[1:5, 4:]
        pipeline.stop()
        del pipeline
        self.doCleanups()
        gc.collect()
        # Something else takes the memory that was let go of.
        others = [make_noise((6, 24, 4), seed=9) for _ in range(20)]
        self.assertSame(view, np.concatenate(images, axis=1)[1:5, 4:])
        del others

    def test_probe(self):
        """Downstream writes to a copy as long as an array shows the strip."""
        pipeline = self.make('ntmosaic name=m ! videobalance brightness=0.5', 2)
        views = []

        def look(pad, info):
            views.append(array(info.get_buffer(), pad.get_current_caps()))
            return Gst.PadProbeReturn.OK

        pipeline.middle.get_static_pad('src').add_probe(
            Gst.PadProbeType.BUFFER, look)
        for i in range(5):
            images = [make_noise((6, 8, 4), seed=i + pad) for pad in range(2)]
            pipeline.push(images)
            changed = array(pipeline.pull())
            wanted = np.concatenate(images, axis=1)
            self.assertSame(views[i], wanted)
            self.assertFalse(np.array_equal(changed, wanted))

    def test_strips_go_home_with_their_last_view(self):
        pipeline = self.make('ntmosaic name=m', 2)

        def make_strip(seed):
            images = [make_noise((6, 8, 4), seed=seed + i) for i in range(2)]
            pipeline.push(images)
            return pipeline.pull(), np.concatenate(images, axis=1)

        held = [make_strip(10 * i) for i in range(8)]
        views = [(array(sample)[2:], wanted[2:]) for sample, wanted in held]
        del held
        n = pipeline.get_stat('strips-allocated')
        self.assertGreaterEqual(n, 8)
        for view, wanted in views:
            self.assertSame(view, wanted)
        # One sample is in the sink; each view kept its strip away from home.
        addresses = {view.__array_interface__['data'][0] for view, _ in views}
        self.assertEqual(len(addresses), 8)
        del views, view
        for i in range(50):
            sample, wanted = make_strip(i)
            self.assertSame(array(sample), wanted)
        self.assertEqual(pipeline.get_stat('strips-allocated'), n)


if __name__ == '__main__':
    unittest.main()
