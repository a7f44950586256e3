# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
#
# ntstripsrc as an application has it: it asks for strips, and takes them from
# an appsink. ImportError: there is no gi.

import os

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import Gst, GstApp  # noqa: E402,F401

SECONDS = 60


class StripSource:
    """A pipeline that makes strips of tiles of size x size pixels."""

    def __init__(self, env, size, threads, cache_bytes, prefetch):
        os.environ.update(env)
        Gst.init(None)
        self.pipeline = Gst.parse_launch(
            f"ntstripsrc name=source tile-width={size} tile-height={size} "
            f"max-threads={threads} cache-size={cache_bytes} "
            f"prefetch={prefetch} ! video/x-raw,format=RGBA ! "
            "appsink name=sink sync=false max-buffers=1")
        self.source = self.pipeline.get_by_name("source")
        self.sink = self.pipeline.get_by_name("sink")
        self.pipeline.set_state(Gst.State.PLAYING)

    def ask(self, paths):
        if self.source.emit("request", paths) == 0:
            raise RuntimeError("ntstripsrc refuses a request")

    def take(self):
        """The strip that was asked for first: a Gst.Sample."""
        sample = self.sink.try_pull_sample(SECONDS * Gst.SECOND)
        if sample is None:
            message = self.pipeline.get_bus().pop_filtered(
                Gst.MessageType.ERROR)
            raise RuntimeError(message.parse_error() if message
                               else "ntstripsrc makes no strip")
        return sample

    def stats(self, name):
        return self.source.get_property("stats").get_value(name)

    def stop(self):
        self.pipeline.set_state(Gst.State.NULL)
