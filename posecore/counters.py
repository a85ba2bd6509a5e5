"""What a server does, in numbers for a monitor: frames, delay, errors, sessions. Nobody's data.

Counting costs a microsecond and goes on always; ``monitor.serve`` lets others read it. Any thread
may call any of these.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY = CollectorRegistry()
"""What a monitor reads: the counters below, and the process's memory, files and processor time."""

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_FRAMES = Counter("posecoach_frames", "Frames of cameras that were looked at.", registry=REGISTRY)
_DROPPED = Counter(
    "posecoach_frames_dropped",
    "Frames that were passed over because a newer one was there.",
    registry=REGISTRY,
)
_DELAY = Histogram(
    "posecoach_frame_seconds",
    "From taking a frame to knowing what is done in it.",
    # A camera's frame comes every 33 ms; beyond 150 ms a person sees the picture lag.
    buckets=(0.01, 0.02, 0.033, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5),
    registry=REGISTRY,
)
_ERRORS = Counter("posecoach_errors", "What failed, by where.", ["where"], registry=REGISTRY)
_SESSIONS = Counter(
    "posecoach_sessions", "Sessions that began, by their source.", ["source"], registry=REGISTRY
)
_RUNNING = Gauge("posecoach_sessions_running", "Sessions that go on now.", registry=REGISTRY)

_STREAM = ("camera_worker", "video-decoder", "ShutdownPolling", "process_offer")
"""How pages/webcam_prompt.py, aiortc and streamlit-webrtc name the threads of a stream; what comes
after is a number."""

Gauge(
    "posecoach_stream_threads",
    "Threads of streams from cameras: some for each that goes on, none that outlives it.",
    registry=REGISTRY,
).set_function(lambda: sum(each.name.startswith(_STREAM) for each in threading.enumerate()))

for _place in ("frame", "store"):
    _ERRORS.labels(_place)  # a counter that is not there cannot be told from one that is 0
_KINDS = ("camera", "demo", "video")
for _kind in _KINDS:
    _SESSIONS.labels(_kind)


@contextmanager
def frame(dropped: int = 0) -> Iterator[None]:
    """Around all the work on one frame. ``dropped``: those before it that nobody looked at."""
    began_s = time.perf_counter()
    try:
        yield
    except Exception:
        error("frame")
        raise
    finally:
        _DELAY.observe(time.perf_counter() - began_s)
        _FRAMES.inc()
        _DROPPED.inc(dropped)


def error(where: str) -> None:
    """``where``: frame, or store for reps that could not be kept at once."""
    _ERRORS.labels(where).inc()


def kind_of(source: str) -> str:
    """camera, demo or video: a file's name is its owner's own."""
    return source if source in _KINDS else "video"


class Running:
    """One session that goes on, from its making until ``end``, which may be called twice."""

    def __init__(self, source: str) -> None:
        self._goes_on = True
        _SESSIONS.labels(kind_of(source)).inc()
        _RUNNING.inc()

    def end(self) -> None:
        if self._goes_on:
            self._goes_on = False
            _RUNNING.dec()
