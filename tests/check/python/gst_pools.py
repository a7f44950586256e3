# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""ntstrip.gst.pool(): frames to draw into, which can't be drawn into after the
push."""

import gc
import threading
import unittest

from gst_rig import Case, Gst, make_caps, make_noise, np, ntstrip

array = ntstrip.gst.array
pool = ntstrip.gst.pool


def get_address(view):
    return view.__array_interface__['data'][0]


class Drawing(Case):
    def test_strips(self):
        pipeline = self.make('ntmosaic name=m', 3)
        pools = [pool(source) for source in pipeline.sources]
        memories = set()
        for i in range(50):
            images = [make_noise((6, 8, 4), seed=10 * i + pad)
                      for pad in range(3)]
            for frames, image in zip(pools, images):
                frame = frames.acquire()
                memories.add(get_address(frame.array))
                self.assertEqual(frame.array.shape, (6, 8, 4))
                frame.array[...] = image
                flow = frame.push(pts=i * Gst.SECOND, duration=Gst.SECOND)
                self.assertEqual(flow, Gst.FlowReturn.OK)
            sample = pipeline.pull()
            self.assertSame(array(sample), np.concatenate(images, axis=1))
            self.assertEqual(sample.get_buffer().pts, i * Gst.SECOND)
        self.assertGreater(pipeline.get_stat('tiles-on-arrival'), 0)
        # The pool hands the same memory out again.
        self.assertLess(len(memories), 50)

    def test_pool_of_another_element(self):
        """videoconvert has one as soon as it knows what to do."""
        for width in 7, 8:
            pipeline = self.make('videoconvert name=m ! video/x-raw,format=BGR',
                                 caps=make_caps(width, 6, 'RGB'))
            pipeline.push([make_noise((6, width, 3))])
            pipeline.pull()
            with pool(pipeline.sources[0]) as frames:
                for i in range(1, 10):
                    image = make_noise((6, width, 3), seed=i)
                    frame = frames.acquire()
                    np.copyto(frame.array, image)
                    frame.push(pts=i * Gst.SECOND)
                    self.assertSame(array(pipeline.pull()), image[:, :, ::-1])
            pipeline.stop()

    def test_threads(self):
        n_pads, n_strips = 4, 200
        pipeline = self.make('ntmosaic name=m', n_pads,
                             source='format=time block=true max-buffers=1')

        def feed(pad):
            with pool(pipeline.sources[pad]) as frames:
                for i in range(n_strips):
                    frame = frames.acquire()
                    frame.array[...] = 16 * pad + i % 16
                    if frame.push(pts=i * Gst.SECOND) != Gst.FlowReturn.OK:
                        return

        threads = [threading.Thread(target=feed, args=(pad,))
                   for pad in range(n_pads)]
        for thread in threads:
            thread.start()
        try:
            for i in range(n_strips):
                view = array(pipeline.pull()).reshape(6, n_pads, 8, 4)
                for pad in range(n_pads):
                    self.assertTrue((view[:, pad] == 16 * pad + i % 16).all())
        finally:
            pipeline.stop()
            for thread in threads:
                thread.join()


class Lifetimes(Case):
    def test_views_that_live_stop_the_push(self):
        pipeline = self.make('ntmosaic name=m')
        frame = pool(pipeline.sources[0]).acquire()
        image = make_noise((6, 8, 4))
        frame.array[...] = image
        for derive in (lambda a: a, lambda a: a[2:], lambda a: a.reshape(-1),
                       memoryview, lambda a: memoryview(a[1]),
                       lambda a: np.frombuffer(memoryview(a).cast('B'), 'u1')):
            kept = derive(frame.array)
            with self.raises(BufferError, '1 arrays or variables still show'):
                frame.push(pts=0)
            kept.shape
            del kept
        self.assertEqual(frame.push(pts=0), Gst.FlowReturn.OK)
        self.assertSame(array(pipeline.pull()), image)

    def test_after_the_push(self):
        pipeline = self.make('ntmosaic name=m')
        frame = pool(pipeline.sources[0]).acquire()
        frame.push(pts=0)
        with self.raises(ValueError, 'the frame was pushed'):
            frame.array
        with self.raises(ValueError, 'the frame was pushed'):
            frame.push(pts=0)

    def test_dropped_frames_go_back(self):
        pipeline = self.make('ntmosaic name=m')
        frames = pool(pipeline.sources[0])
        address = get_address(frames.acquire().array)
        for _ in range(5):
            self.assertEqual(get_address(frames.acquire().array), address)
        kept = frames.acquire().array[2:]
        kept[...] = 7
        other = frames.acquire()
        self.assertNotEqual(get_address(other.array), address)
        other.array[...] = 8
        self.assertTrue((kept == 7).all())

    def test_array_outlives_pool_and_pipeline(self):
        pipeline = self.make('ntmosaic name=m')
        kept = pool(pipeline.sources[0]).acquire().array
        pipeline.stop()
        del pipeline
        self.doCleanups()
        gc.collect()
        kept[...] = 7
        self.assertTrue((kept == 7).all())


class Errors(Case):
    def test_no_pool(self):
        pipeline = self.make('identity name=m')
        with self.raises(RuntimeError, 'source0 is linked to proposes no pool'):
            pool(pipeline.sources[0])
        with self.raises(TypeError, 'an appsrc is needed, not Pad'):
            pool(pipeline.sources[0].get_static_pad('src'))

    def test_not_running(self):
        pipeline = self.make('ntmosaic name=m')
        frames = pool(pipeline.sources[0])
        frame = frames.acquire()
        pipeline.stop()
        with self.raises(RuntimeError, 'source0 has stopped'):
            frames.acquire()
        with self.raises(RuntimeError, 'source0 does not run'):
            pool(pipeline.sources[0])
        self.assertEqual(frame.push(pts=0), Gst.FlowReturn.FLUSHING)

    def test_closed(self):
        pipeline = self.make('ntmosaic name=m')
        with pool(pipeline.sources[0]) as frames:
            frame = frames.acquire()
        with self.raises(RuntimeError, 'the pool was closed'):
            frames.acquire()
        frames.close()
        frame.array[...] = 9
        self.assertEqual(frame.push(pts=0), Gst.FlowReturn.OK)
        self.assertTrue((array(pipeline.pull()) == 9).all())

    def test_close_ends_a_wait(self):
        pipeline = self.make('ntmosaic name=m')
        frames = pool(pipeline.sources[0])
        frames._pool.set_active(False)
        config = frames._pool.get_config()
        limited = Gst.BufferPool.new()
        Gst.BufferPool.config_set_params(
            config, pipeline.sources[0].get_property('caps'), 192, 1, 1)
        limited.set_config(config)
        limited.set_active(True)
        frames._pool = limited
        frame = frames.acquire()
        errors = []

        def wait():
            try:
                frames.acquire()
            except RuntimeError as error:
                errors.append(str(error))

        thread = threading.Thread(target=wait)
        thread.start()
        frames.close()
        thread.join()
        self.assertEqual(len(errors), 1)
        self.assertRegex(errors[0], 'has no frame: flushing|was closed')
        del frame

    def test_other_caps(self):
        pipeline = self.make('ntmosaic name=m')
        frame = pool(pipeline.sources[0]).acquire()
        pipeline.sources[0].set_property(
            'caps', Gst.Caps.from_string(make_caps(10, 6)))
        with self.raises(ValueError, 'source0 has other caps than when'):
            frame.push(pts=0)


if __name__ == '__main__':
    unittest.main()
