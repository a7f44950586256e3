# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.gst.push() and wrap(): an array is a frame, and lives as long as a
buffer needs it."""

import gc
import pathlib
import re
import threading
import unittest
import weakref

from gst_rig import FORMATS, Case, Gst, make_caps, make_noise, np, ntstrip

array = ntstrip.gst.array
push = ntstrip.gst.push
wrap = ntstrip.gst.wrap

STRAIGHT = 'identity name=m'


def get_address(view):
    return view.__array_interface__['data'][0]


class Frames(Case):
    def test_the_same_bytes(self):
        pipeline = self.make(STRAIGHT)
        image = make_noise((6, 8, 4))
        pipeline.push([image])
        view = array(pipeline.pull())
        self.assertSame(view, image)
        self.assertEqual(get_address(view), get_address(image))

    def test_times(self):
        pipeline = self.make(STRAIGHT)
        image = make_noise((6, 8, 4))
        for pts, duration in ((None, None), (0, 40), (2 ** 63, 2 ** 40),
                              (np.int64(7), np.uint8(9))):
            push(pipeline.sources[0], image, pts=pts, duration=duration)
            buffer = pipeline.pull().get_buffer()
            none = Gst.CLOCK_TIME_NONE
            self.assertEqual(buffer.pts, none if pts is None else pts)
            self.assertEqual(buffer.dts, none)
            self.assertEqual(buffer.duration,
                             none if duration is None else duration)
        for wrong in -1, 2 ** 64 - 1:
            with self.raises(ValueError, f'pts={wrong}: nanoseconds from 0'):
                push(pipeline.sources[0], image, pts=wrong)
            with self.raises(ValueError, f'duration={wrong}: nanoseconds'):
                push(pipeline.sources[0], image, duration=wrong)
        with self.raises(TypeError, 'pts=0.5, expected an integer'):
            push(pipeline.sources[0], image, pts=0.5)

    def test_each_format_and_stride(self):
        for format, channels, number, order in FORMATS:
            shape = (5, 6, channels) if channels else (5, 6)
            dtype = np.dtype(f'u{number}').newbyteorder(order)
            pipeline = self.make(STRAIGHT, caps=make_caps(6, 5, format))
            wide = make_noise((5, 13) + shape[2:], dtype)
            tall = make_noise((25, 6) + shape[2:], dtype)
            for image in (make_noise(shape, dtype), wide[:, 3:9], tall[::5],
                          tall[:5]):
                with self.subTest(format, strides=image.strides):
                    pipeline.push([image])
                    view = array(pipeline.pull())
                    self.assertSame(view, image)
                    self.assertEqual(view.strides, image.strides)
                    self.assertEqual(get_address(view), get_address(image))
            pipeline.stop()

    def test_elements_that_read_the_meta(self):
        """GStreamer's default stride for RGB is a multiple of 4."""
        for width in 5, 8:
            pipeline = self.make('videoconvert name=m ! video/x-raw,format=BGR',
                                 caps=make_caps(width, 5, 'RGB'))
            wide = make_noise((5, 20, 3))
            for image in (make_noise((5, width, 3)), wide[:, 2:width + 2],
                          wide.reshape(-1)[:5 * 16].reshape(5, 16)[:, :15]
                          .reshape(5, 5, 3) if width == 5 else wide[:, :8]):
                pipeline.push([image])
                self.assertSame(array(pipeline.pull()), image[:, :, ::-1])
            pipeline.stop()

    def test_mosaic(self):
        pipeline = self.make('ntmosaic name=m', 4)
        for seed in range(10):
            big = make_noise((40, 50, 4), seed=seed)
            images = [big[3:9, 10:18], big[20:32:2, :8], big[-6:, -8:],
                      make_noise((6, 8, 4), seed=100 + seed)]
            images[3].flags.writeable = False
            pipeline.push(images)
            self.assertSame(array(pipeline.pull()),
                            np.concatenate(images, axis=1))

    def test_formats_of_the_mosaic(self):
        """Side by side, and as a batch."""
        factory = Gst.ElementFactory.find('ntmosaic')
        taken, = [template.get_caps()
                  for template in factory.get_static_pad_templates()
                  if template.direction == Gst.PadDirection.SINK]
        n_formats = 0
        for format, channels, number, order in FORMATS:
            caps = make_caps(6, 5, format)
            if not taken.can_intersect(Gst.Caps.from_string(caps)):
                continue
            n_formats += 1
            shape = (5, 6, channels) if channels else (5, 6)
            dtype = np.dtype(f'u{number}').newbyteorder(order)
            for columns in 0, 1:
                pipeline = self.make(f'ntmosaic name=m columns={columns}', 3,
                                     caps=caps)
                for seed in range(4):
                    big = make_noise((9, 16) + shape[2:], dtype, seed)
                    images = [make_noise(shape, dtype, seed + i)
                              for i in (4, 8)] + [big[2:7, 4:10]]
                    pipeline.push(images)
                    sample = pipeline.pull()
                    with self.subTest(format, columns=columns):
                        # NumPy joins them in the byte order of the machine.
                        self.assertSame(array(sample), np.concatenate(
                            images, axis=0 if columns else 1).astype(dtype))
                        if columns:
                            self.assertSame(array(sample, batch=3),
                                            np.stack(images).astype(dtype))
                pipeline.stop()
        self.assertGreaterEqual(n_formats, 8)

    def test_rows_alone_and_pixels_alone(self):
        for width, height in ((8, 1), (1, 6), (1, 1)):
            pipeline = self.make(STRAIGHT, caps=make_caps(width, height))
            big = make_noise((20, 20, 4))
            for image in (big[:height, :width], big[::-1][:height, :width]
                          if height == 1 else big[::2][:height, :width]):
                pipeline.push([image])
                self.assertSame(array(pipeline.pull()), image)
            pipeline.stop()

    def test_downstream_gets_a_copy_to_write_to(self):
        pipeline = self.make('videobalance brightness=0.5 name=m',
                             caps=make_caps(8, 6))
        image = make_noise((6, 8, 4))
        wanted = image.copy()
        pipeline.push([image])
        self.assertFalse(np.array_equal(array(pipeline.pull()), wanted))
        self.assertSame(image, wanted)

    def test_copied_on_arrival(self):
        pipeline = self.make('ntmosaic name=m', 2)
        for seed in range(10):
            images = [make_noise((6, 8, 4), seed=seed + i) for i in range(2)]
            pipeline.push(images)
            pipeline.pull()
        self.assertGreater(pipeline.get_stat('tiles-on-arrival'), 0)


class Documents(Case):
    def test_readme(self):
        readme = pathlib.Path(__file__).parents[3] / 'README.md'
        program = re.search(r'```python\n(import ntstrip\.gst\n.*?)```',
                            readme.read_text(encoding='utf-8'), re.DOTALL)
        names = {}
        exec(program.group(1), names)
        self.assertSame(names['strip'],
                        np.concatenate(names['images'], axis=1))


class Wrapping(Case):
    def test_kept(self):
        """A strip that comes back holds what is shown again."""
        pipeline = self.make('ntmosaic name=m', 3)
        cache = [wrap(make_noise((6, 8, 4), seed=i)) for i in range(3)]
        wanted = np.concatenate([entry.array for entry in cache], axis=1)
        for _ in range(10):
            pipeline.push(cache)
            self.assertSame(array(pipeline.pull()), wanted)
        self.assertGreater(pipeline.get_stat('tiles-kept'), 0)
        n = pipeline.get_stat('tiles-copied')
        for _ in range(10):
            pipeline.push(cache)
            self.assertSame(array(pipeline.pull()), wanted)
        self.assertEqual(pipeline.get_stat('tiles-copied'), n)

    def test_several_sources(self):
        entry = wrap(make_noise((40, 50, 4))[3:9, 10:18])
        pipeline = self.make('ntmosaic name=m', 5)
        pipeline.push([entry] * 5)
        self.assertSame(array(pipeline.pull()),
                        np.concatenate([entry.array] * 5, axis=1))

    def test_array_that_takes_another_shape(self):
        image = make_noise((6, 8, 4))
        entry = wrap(image)
        self.assertIs(entry.array, image)
        image.shape = 8, 6, 4
        pipeline = self.make(STRAIGHT, caps=make_caps(6, 8))
        with self.raises(ValueError, r'the array is \(6, 8, 4\) uint8'):
            pipeline.push([entry])
        pipeline.push([image])
        self.assertSame(array(pipeline.pull()), image)

    def test_lives_as_long_as_wrapped_or_buffer(self):
        pipeline = self.make(STRAIGHT)
        entry = wrap(make_noise((6, 8, 4)))
        dead = weakref.ref(entry.array)
        pipeline.push([entry])
        sample = pipeline.pull()
        del entry
        gc.collect()
        self.assertIsNotNone(dead())
        del sample
        # The sink holds the last sample, and lets go of it here.
        pipeline.push([make_noise((6, 8, 4))])
        pipeline.pull()
        self.wait_until(lambda: dead() is None, 'the array lives')
        entry = wrap(make_noise((6, 8, 4)))
        dead = weakref.ref(entry.array)
        del entry
        self.assertIsNone(dead())


class Errors(Case):
    def test_not_an_appsrc(self):
        image = make_noise((6, 8, 4))
        with self.raises(TypeError, 'an appsrc is needed, not Bin'):
            push(Gst.Bin.new(), image)
        with self.raises(TypeError, 'an appsrc is needed, not NoneType'):
            push(None, image)

    def test_caps(self):
        image = make_noise((6, 8, 4))
        source = Gst.ElementFactory.make('appsrc', 'camera')
        with self.raises(ValueError, 'camera has no caps: set its property'):
            push(source, image)
        source.set_property('caps', Gst.Caps.from_string('audio/x-raw'))
        with self.raises(ValueError, 'not the caps of a raw video frame'):
            push(source, image)
        source.set_property('caps', Gst.Caps.from_string(
            make_caps(8, 6, 'NV12')))
        with self.raises(ValueError, 'NV12 has no array of pixels'):
            push(source, image)
        source.set_property('caps', Gst.Caps.from_string(make_caps(8, 7)))
        with self.raises(ValueError, r'camera: the array is \(6, 8, 4\) uint8, '
                         r'but its caps say RGBA 8x7, which is \(7, 8, 4\)'):
            push(source, image)
        # Other caps count from the next push on.
        source.set_property('caps', Gst.Caps.from_string(make_caps(8, 6)))
        self.assertEqual(push(source, image), Gst.FlowReturn.OK)

    def test_arrays(self):
        source = Gst.ElementFactory.make('appsrc', 'camera')
        source.set_property('caps', Gst.Caps.from_string(make_caps(8, 6)))
        image = make_noise((6, 8, 4))
        for wrong in (image.tolist(), bytes(image), None, memoryview(image)):
            for function in lambda a: push(source, a), wrap:
                with self.raises(TypeError, 'a NumPy array is needed, not '
                                 + type(wrong).__name__):
                    function(wrong)
        for wrong in (image[..., :3], image[0], image[None], image[:0],
                      image.reshape(-1)):
            with self.raises(ValueError, 'camera: the array is .* make them'):
                push(source, wrong)
        for dtype in 'i1', 'f4', 'u2', '?':
            with self.raises(TypeError, 'camera: the array is .* uint8: make'):
                push(source, image.astype(dtype))
            with self.raises(TypeError, 'camera: the array is .* uint8: make'):
                push(source, wrap(image.astype(dtype)))
        for wrong in (image[::-1], image[:, ::-1], image[..., ::-1],
                      np.broadcast_to(image[:1], image.shape),
                      make_noise((6, 16, 4))[:, ::2],
                      np.moveaxis(make_noise((4, 6, 8)), 0, 2),
                      np.swapaxes(make_noise((8, 6, 4)), 0, 1)):
            with self.raises(ValueError, 'needs rows of pixels without a gap'):
                push(source, wrong)
            with self.raises(ValueError, 'numpy.ascontiguousarray'):
                wrap(wrong)
        for wrong in np.array(3, np.uint8), image.reshape(-1), image[None]:
            with self.raises(ValueError, 'is no frame'):
                wrap(wrong)
        with self.raises(TypeError, 'uint16'):
            push(source, make_noise((6, 8, 4), np.uint16))

    def test_byte_order(self):
        source = Gst.ElementFactory.make('appsrc', 'camera')
        for format, right, wrong in (('GRAY16_LE', '<u2', '>u2'),
                                     ('GRAY16_BE', '>u2', '<u2')):
            source.set_property('caps', Gst.Caps.from_string(
                make_caps(8, 6, format)))
            self.assertEqual(push(source, make_noise((6, 8), right)),
                             Gst.FlowReturn.OK)
            with self.raises(TypeError, 'make them agree'):
                push(source, make_noise((6, 8), wrong))

    def test_flows(self):
        pipeline = self.make(STRAIGHT)
        image = make_noise((6, 8, 4))
        dead = weakref.ref(image)
        pipeline.sources[0].emit('end-of-stream')
        self.assertEqual(push(pipeline.sources[0], image), Gst.FlowReturn.EOS)
        pipeline.stop()
        self.assertEqual(push(pipeline.sources[0], image),
                         Gst.FlowReturn.FLUSHING)
        del image
        self.assertIsNone(dead())


class Lifetimes(Case):
    def test_lives_as_long_as_the_buffer(self):
        pipeline = self.make(STRAIGHT)
        for shape, derive in (((6, 8, 4), lambda a: a),
                              ((10, 20, 4), lambda a: a[1:7, 2:10])):
            image = make_noise(shape)
            wanted = derive(image).copy()
            dead = weakref.ref(image)
            pipeline.push([derive(image)])
            sample = pipeline.pull()
            del image
            gc.collect()
            self.assertIsNotNone(dead())
            view = array(sample)[2:]
            del sample
            # The sink holds the last sample, and lets go of it here.
            pipeline.push([make_noise((6, 8, 4))])
            pipeline.pull()
            gc.collect()
            self.assertIsNotNone(dead())
            self.assertSame(view, wanted[2:])
            del view
            self.wait_until(lambda: dead() is None, 'the array lives')

    def test_queued_arrays_die_with_the_pipeline(self):
        pipeline = self.make(STRAIGHT, source='format=time max-buffers=0')
        pipeline.bin.set_state(Gst.State.PAUSED)
        dead = []
        for _ in range(20):
            image = make_noise((6, 8, 4))
            dead.append(weakref.ref(image))
            pipeline.push([image])
        del image
        gc.collect()
        self.assertTrue(all(ref() is not None for ref in dead[2:]))
        pipeline.stop()
        self.wait_until(lambda: all(ref() is None for ref in dead), 'leaked')

    def test_stop_ends_a_push_that_waits(self):
        pipeline = self.make(STRAIGHT, source='format=time block=true '
                             'max-buffers=1 max-bytes=0')
        pipeline.bin.set_state(Gst.State.PAUSED)
        flows = []
        dead = []

        def feed():
            while not flows or flows[-1] == Gst.FlowReturn.OK:
                image = make_noise((6, 8, 4))
                dead.append(weakref.ref(image))
                flows.append(push(pipeline.sources[0], image))

        thread = threading.Thread(target=feed)
        thread.start()
        level = lambda: pipeline.sources[0].get_property(
            'current-level-buffers')
        self.wait_until(lambda: level() == 1, 'the queue is not full')
        pipeline.stop()
        thread.join()
        self.assertEqual(flows[-1], Gst.FlowReturn.FLUSHING)
        self.wait_until(lambda: all(ref() is None for ref in dead), 'leaked')

    def test_finalizers_run_in_any_thread(self):
        """The array's own finalizer is Python, in GStreamer's thread."""
        pipeline = self.make('ntmosaic name=m', 2)
        gone = []
        for i in range(50):
            images = [make_noise((6, 8, 4), seed=i) for _ in range(2)]
            for image in images:
                weakref.finalize(image, lambda: gone.append(
                    threading.get_ident()))
            pipeline.push(images)
            del image, images
            array(pipeline.pull())
        pipeline.stop()
        self.wait_until(lambda: len(gone) == 100, 'leaked')
        self.assertNotEqual(set(gone), {threading.get_ident()})

    def test_threads(self):
        """A thread pushes to each pad, and waits there for the strips."""
        n_pads, n_strips = 6, 200
        pipeline = self.make('ntmosaic name=m', n_pads,
                             source='format=time block=true max-buffers=2')
        images = [[make_noise((6, 8, 4), seed=1000 * pad + i)
                   for i in range(n_strips)] for pad in range(n_pads)]
        flows = []

        def feed(pad):
            source = pipeline.sources[pad]
            flows.append({push(source, images[pad][i].copy(),
                               pts=i * Gst.SECOND) for i in range(n_strips)})

        threads = [threading.Thread(target=feed, args=(pad,))
                   for pad in range(n_pads)]
        for thread in threads:
            thread.start()
        try:
            for i in range(n_strips):
                self.assertSame(
                    array(pipeline.pull()),
                    np.concatenate([of_pad[i] for of_pad in images], axis=1))
        finally:
            pipeline.stop()
            for thread in threads:
                thread.join()
        self.assertEqual(flows, [{Gst.FlowReturn.OK}] * n_pads)
        self.wait_until(lambda: not ntstrip.gst._lent, 'arrays live')


if __name__ == '__main__':
    unittest.main()
