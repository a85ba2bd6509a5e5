"""Bad streams: a camera's pictures on a bad network, and whatever else happens to a tab.

One app, one browser after another. Every packet of pictures goes through ``bench.trust.link``, a
relay that is as bad as it is told to be. Before and after each, the threads of the app are counted:
a stream that is not let go of leaves some.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil
from playwright.sync_api import Playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench.clock import FPS, SIZE, paint
from bench.served import ROOT, App, NotServed, served
from bench.trust.link import CLEAR, Link, Weather, coturn, link_to
from bench.viewer import PATIENCE_MS, Viewer
from pages.workout_loading import MOST_PEOPLE
from posecore.store import SessionSummary
from scripts.prepare import find_browser

CLIP = ROOT / "tests" / "clips" / "gym_squat_700.mp4"
LETTING_GO_S = 60.0
"""An end is waited for so long: a browser that is gone is noticed after half a minute."""
_START_S, _ATTEMPTS = 25.0, 5


@dataclass(frozen=True)
class Film:
    """What the camera shows, round and round: squats with a clock in the picture.

    reps  the first and the last frame of each
    """

    path: Path
    frames: int
    reps: tuple[tuple[float, float], ...]

    def whole_reps(self, first: float, seconds: float) -> int:
        """Reps that begin and end within ``seconds`` from frame ``first`` on."""
        last = first + seconds * FPS
        rounds = range(int(last // self.frames) + 1)
        spans = [(a + n * self.frames, b + n * self.frames) for n in rounds for a, b in self.reps]
        return sum(first <= a and b <= last for a, b in spans)


def make_film(path: Path, fps: int = FPS, times: int = 2, every: int = 1) -> Film:
    """The drawn clip of the tests as raw video for the camera.

    times  how often each of its pictures is shown; every: 2 leaves out each second one
    """
    n = 0
    with av.open(str(CLIP)) as clip, av.open(str(path), "w", format="yuv4mpegpipe") as raw:
        speed = fps * every / float(clip.streams.video[0].average_rate) / times
        target = raw.add_stream("wrapped_avframe", rate=fps)
        target.width, target.height, target.pix_fmt = *SIZE, "yuv420p"
        for decoded in itertools.islice(clip.decode(video=0), None, None, every):
            for _ in range(times):
                rgb = decoded.to_ndarray(format="rgb24", width=SIZE[0], height=SIZE[1])
                paint(rgb, n * FPS // fps)  # the clock counts as one of a full film does
                frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
                frame.pts, frame.time_base = n, Fraction(1, fps)
                raw.mux(target.encode(frame))
                n += 1
        raw.mux(target.encode(None))
    with np.load(CLIP.with_suffix(".npz")) as truth:
        starts, ends = (truth[f"rep_{end}_s"] * FPS / speed for end in ("start", "end"))
    return Film(path, n * FPS // fps, tuple(zip(starts.tolist(), ends.tolist())))


@dataclass(frozen=True)
class Place:
    """All that a stream goes through, while it is there."""

    app: App
    link: Link
    film: Film
    playwright: Playwright
    browser_path: str

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.app.process.pid)

    @contextmanager
    def viewer(self) -> Iterator[Viewer]:
        viewer = Viewer(self.playwright, self.browser_path, self.app, self.film.path)
        try:
            yield viewer
        finally:
            viewer.close()

    def stream_threads(self) -> int:
        return int(self.app.counted("posecoach_stream_threads"))

    def sessions(self) -> list[SessionSummary]:
        """The oldest first."""
        store = self.app.store
        try:
            return sorted(store.sessions(limit=1000), key=lambda each: each.id)
        finally:
            store.close()

    def wrong(self) -> list[str]:
        """Lines of the app's log that should not be there."""
        said = self.app.log.read_text(errors="replace").splitlines()
        return [line for line in said if re.search(r"Traceback|Error|ERROR", line)]


@contextmanager
def place(folder: Path, film: Film, playwright: Playwright) -> Iterator[Place]:
    """The app, coturn and the bad network; raises NotServed where one is not to be had."""
    path = find_browser()
    if path is None:
        raise NotServed("no Chromium found; install one")
    with ExitStack() as stack:
        relay = stack.enter_context(coturn(folder))
        link = stack.enter_context(link_to(relay))
        # Who was there a moment ago is no reason here to turn anybody away.
        settings = relay.settings(link.port) | {MOST_PEOPLE: "8"}
        app = stack.enter_context(served(folder, settings))
        there = Place(app, link, film, playwright, path)
        with there.viewer() as viewer:  # what is loaded once stays loaded
            begin(viewer)
            viewer.stop()
        wait_until(lambda: there.stream_threads() == 0)
        yield there


def begin(viewer: Viewer) -> None:
    """Press Start, again where a bad network or a busy computer took too long for connecting."""
    viewer.page.set_default_timeout(_START_S * 1000)
    for attempt in range(_ATTEMPTS):
        try:
            viewer.start()
            viewer.page.set_default_timeout(PATIENCE_MS)
            return
        except PlaywrightTimeout:
            if attempt == _ATTEMPTS - 1:
                raise
            viewer.page.reload()


def wait_until(true: Callable[[], bool], patience_s: float = LETTING_GO_S) -> float:
    """How long it took to become true; no longer than the patience."""
    began_s = time.monotonic()
    while not true() and time.monotonic() - began_s < patience_s:
        time.sleep(0.1)
    return time.monotonic() - began_s


@dataclass(frozen=True)
class Ending:
    """How it was let go of.

    after_s  seconds until then
    threads  of streams: before, in the middle, and after
    all      threads of the app, before and after: its pools grow and shrink as they are asked
    running  sessions that go on although nobody is there; unended: kept without an end
    wrong    lines of the app's log that should not be there
    """

    after_s: float
    threads: tuple[int, int, int]
    all: tuple[int, int]
    running: int
    unended: int
    wrong: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.threads[2] or self.running or self.unended or self.wrong)


class Attempt:
    """Counts what is there before, in the middle of, and after something is done to a stream."""

    def __init__(self, there: Place) -> None:
        self._there = there
        self._all, self._before = there.process.num_threads(), there.stream_threads()
        self._known, self._said = len(there.sessions()), len(there.wrong())
        self._middle = 0

    def look(self) -> None:
        self._middle = self._there.stream_threads()

    def end(self) -> Ending:
        """Waits until it is let go of, or until that can no longer be expected."""
        there = self._there

        def let_go() -> bool:
            running = there.app.counted("posecoach_sessions_running")
            return not running and not there.stream_threads()

        after_s = wait_until(let_go)
        there.link.weather = CLEAR
        return Ending(
            after_s,
            (self._before, self._middle, there.stream_threads()),
            (self._all, there.process.num_threads()),
            int(there.app.counted("posecoach_sessions_running")),
            sum(each.ended_at is None for each in self.kept()),
            tuple(there.wrong()[self._said :]),
        )

    def kept(self) -> list[SessionSummary]:
        """Sessions that are in the store since."""
        return self._there.sessions()[self._known :]


@dataclass(frozen=True)
class Streamed:
    """A stream in some weather.

    looked_fps, shown_fps  pictures a second that the app looked at, and that came back
    delay_ms               median from the camera to the picture that came back
    counted, done          reps that were kept, and that the camera showed from begin to end
    """

    looked_fps: float
    shown_fps: float
    delay_ms: float
    counted: int
    done: int
    lost: float
    ending: Ending


def stream(there: Place, weather: Weather, seconds: float) -> Streamed:
    attempt = Attempt(there)
    with there.viewer() as viewer:
        there.link.weather = weather
        sent, lost = packets(there.link)
        begin(viewer)
        viewer.watch()
        began_s, looked = time.monotonic(), there.app.counted("posecoach_frames_total")
        viewer.page.wait_for_timeout(seconds * 1000)
        looked = there.app.counted("posecoach_frames_total") - looked
        attempt.look()
        seen = viewer.take()
        lasted_s = time.monotonic() - began_s
        viewer.stop()
        sent, lost = (now - then for now, then in zip(packets(there.link), (sent, lost)))
        ending = attempt.end()
    delays_ms = seen.delay_ms(there.film.frames)
    camera = seen.camera[np.isfinite(seen.camera)]
    done = there.film.whole_reps(float(camera[0]), lasted_s) if len(camera) else 0
    return Streamed(
        looked / lasted_s,
        seen.fps,
        float(np.median(delays_ms)) if len(delays_ms) else float("nan"),
        sum(each.reps for each in attempt.kept()),
        done,
        lost / max(1, sent),
        ending,
    )


def packets(link: Link) -> tuple[int, int]:
    """That were sent so far, and that were lost of them."""
    return link.there.packets + link.back.packets, link.there.lost + link.back.lost


WEATHERS = {
    "nothing": CLEAR,
    "5 % of packets lost": Weather(lost=0.05),
    "20 % lost": Weather(lost=0.20),
    "each 100 ms late": Weather(delay_s=0.1),
    "each 40 to 160 ms late, a quarter overtakes": Weather(
        delay_s=0.1, jitter_s=0.06, overtaken=0.25
    ),
    "300 kbit/s": Weather(kbit_s=300),
    "5 % lost, 60 to 140 ms late, 300 kbit/s": Weather(
        lost=0.05, delay_s=0.1, jitter_s=0.04, kbit_s=300
    ),
}
