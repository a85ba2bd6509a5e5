"""How fast the app is while somebody trains: a real browser, a film with a clock as its camera.

In the page itself the camera is opened a second time. At the moment a picture with the skeleton is
shown, the number on it and the number that the camera shows are read: their difference is how long
a person waits for what the app has to say.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Error, Frame, Page, Playwright, sync_playwright

from bench.clock import FPS, READ_JS, make_film
from bench.overhead import machine
from bench.page import PERFORMANCE, table, write_section
from bench.results import keep
from bench.served import ALWAYS, App, NotServed, camera_showing, served
from pages.workout_loading import MOST_PEOPLE
from scripts.prepare import find_browser

PATIENCE_MS = 120_000
_WATCH_JS = """
async () => {
    const read = READ;
    const camera = document.createElement("video");
    camera.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    camera.muted = true;
    await camera.play();
    const shown = document.querySelector("video");
    window.seen = [];
    const look = () => {
        window.seen.push([performance.now(), read(shown), read(camera)]);
        shown.requestVideoFrameCallback(look);
    };
    shown.requestVideoFrameCallback(look);
}
""".replace("READ", READ_JS)
_CHART_JS = """
() => {
    window.drawn = [];
    const chart = document.querySelector(".pc-plot")?.closest(".pc-host");
    if (!chart) return false;
    const note = () => window.drawn.push(performance.now());
    new MutationObserver(note).observe(
        chart, { subtree: true, childList: true, attributes: true, characterData: true });
    return true;
}
"""
_TAKE_JS = "name => { const all = window[name]; window[name] = []; return all; }"
_SAME_DRAWING_MS = 50.0
"""Changes of a chart that follow one another closer than this are one drawing."""


@dataclass(frozen=True, eq=False)
class Watched:
    """One viewer over a while.

    shown_ms, number, camera   (n,) when a picture was shown, the frame it was of, and the frame
                               that the camera showed then; NaN where a number could not be read
    drawn_ms                   when the chart changed; seconds: how long it was watched
    """

    shown_ms: np.ndarray
    number: np.ndarray
    camera: np.ndarray
    drawn_ms: np.ndarray
    seconds: float

    @property
    def fps(self) -> float:
        """Different pictures a second."""
        known = self.number[np.isfinite(self.number)]
        return float((np.diff(known) != 0).sum() / self.seconds) if len(known) > 1 else 0.0

    def delay_ms(self, n_frames: int) -> np.ndarray:
        """From the camera to the picture with the skeleton, of every picture that was shown."""
        behind = (self.camera - self.number) % n_frames
        behind = behind[np.isfinite(behind)]
        return np.asarray(np.where(behind > n_frames / 2, 0, behind) * 1000 / FPS, float)

    @property
    def chart_hz(self) -> float:
        if not len(self.drawn_ms):
            return 0.0
        drawings = 1 + int((np.diff(self.drawn_ms) > _SAME_DRAWING_MS).sum())
        return drawings / self.seconds


@dataclass(frozen=True)
class Load:
    """What the app's process holds at one moment."""

    at_s: float
    memory_mb: float
    threads: int
    files: int


def load_of(process: psutil.Process, began_s: float) -> Load:
    memory = process.memory_info().rss / 2**20
    return Load(time.monotonic() - began_s, memory, process.num_threads(), process.num_fds())


class Viewer:
    """A browser of its own, with the film as its camera."""

    def __init__(
        self, playwright: Playwright, browser_path: str, app: App | None, film: Path
    ) -> None:
        """``app`` None: it is opened later."""
        flags = [*ALWAYS, *camera_showing(film)]
        self._browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
        self.page: Page = self._browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(PATIENCE_MS)
        if app is not None:
            self.open(app.url)

    def open(self, url: str) -> None:
        self.page.goto(url)

    def wait_until_ready(self) -> None:
        """Until Start can be pressed."""
        self.page.get_by_role("button", name="Start", exact=True).wait_for()

    def start(self) -> float:
        """Press Start; seconds until the first picture has come back from the app."""
        self.wait_until_ready()
        began_s = time.monotonic()
        self.page.get_by_role("button", name="Start", exact=True).click()
        self._frame = self._with_video()
        self._frame.wait_for_function(
            f"() => {{ const v = document.querySelector('video'); return v && ({READ_JS})(v); }}",
            polling=50,
        )
        return time.monotonic() - began_s

    def _with_video(self) -> Frame:
        until_s = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < until_s:
            for frame in self.page.frames:
                if frame.query_selector("video") is not None:
                    return frame
            self.page.wait_for_timeout(20)
        raise NotServed("no picture came back from the app")

    def watch(self) -> None:
        """Raises NotServed where there is no picture any more."""
        try:
            self._frame.evaluate(_WATCH_JS)
        except Error as error:
            said = " ".join(self.page.inner_text("body").split())
            raise NotServed(f"the picture is gone; the page says: {said}") from error
        self.page.evaluate(_CHART_JS)
        self._since_s = time.monotonic()

    def take(self) -> Watched:
        """What was seen since the last time."""
        seen = np.array(self._frame.evaluate(_TAKE_JS, "seen"), dtype=float).reshape(-1, 3)
        drawn = np.array(self.page.evaluate(_TAKE_JS, "drawn") or [], dtype=float)
        now_s = time.monotonic()
        seconds, self._since_s = now_s - self._since_s, now_s
        return Watched(seen[:, 0], seen[:, 1], seen[:, 2], drawn, seconds)

    def turn_curves(self) -> None:
        """Switch the live chart off, or on again."""
        self.page.get_by_text("Draw the angle curves").click()
        self.page.wait_for_timeout(1500)
        self.take()

    def stop(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Stop")).first.click()
        self.page.get_by_text("Session over").wait_for()

    def close(self) -> None:
        self._browser.close()


@contextmanager
def viewers(app: App, film: Path, n: int) -> Iterator[list[Viewer]]:
    """``n`` browsers on the page; not yet started."""
    with browsers(film, n) as each:
        for viewer in each:
            viewer.open(app.url)
        yield each


@contextmanager
def browsers(film: Path, n: int) -> Iterator[list[Viewer]]:
    """``n`` browsers that show nothing yet."""
    path = find_browser()
    if path is None:
        raise NotServed("no Chromium found; install one")
    with sync_playwright() as playwright, ExitStack() as stack:
        each = []
        for _ in range(n):
            viewer = Viewer(playwright, path, None, film)
            stack.callback(viewer.close)
            each.append(viewer)
        yield each


@dataclass(frozen=True, eq=False)
class Run:
    """``n`` viewers at once; first_s: from Start to the first picture, of the first viewer.

    cores            processors that the app was busy with; memory_mb: what it held
    mbit_s           on the wire, both ways, all viewers together
    on_fps, off_fps  pictures a second with the chart and without, in turns; one viewer only
    """

    n: int
    first_s: float
    watched: tuple[Watched, ...]
    ready_s: float
    cores: float
    memory_mb: float
    mbit_s: float
    on_fps: tuple[float, ...] = ()
    off_fps: tuple[float, ...] = ()

    @property
    def fps(self) -> float:
        """Pictures a second, of the median viewer."""
        return float(np.median([watched.fps for watched in self.watched]))

    @property
    def frame_cpu_ms(self) -> float:
        """Processor time of the app for each picture that was shown."""
        shown = sum(watched.fps for watched in self.watched)
        return 1000 * self.cores / shown if shown else float("nan")

    def delay_ms(self, n_frames: int) -> tuple[float, float]:
        """Median, and 95 of 100."""
        delay = np.concatenate([watched.delay_ms(n_frames) for watched in self.watched])
        middle, late = np.percentile(delay, [50, 95]) if len(delay) else (np.nan, np.nan)
        return float(middle), float(late)


@dataclass(frozen=True)
class _Usage:
    """Seconds of processor, and bytes on the way between programs of this machine, until now."""

    at_s: float
    cpu_s: float
    moved: int


def _usage(process: psutil.Process) -> _Usage:
    own = process.cpu_times()
    local = psutil.net_io_counters(pernic=True).get("lo")
    moved = local.bytes_sent if local is not None else 0
    return _Usage(time.monotonic(), own.user + own.system, moved)


def measure(n: int, seconds: float, film: Path, n_frames: int) -> Run:
    """Raises NotServed where the app or a browser does not go along."""
    # All are let in: how it is shared is what is measured here.
    room = {MOST_PEOPLE: str(n)}
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), room) as app:
        process = psutil.Process(app.process.pid)
        with viewers(app, film, n) as each:
            first_s = [viewer.start() for viewer in each][0]
            time.sleep(5)  # the first seconds are those of loading
            for viewer in each:
                viewer.watch()
            before = _usage(process)
            time.sleep(seconds)
            watched = tuple(viewer.take() for viewer in each)
            after = _usage(process)
            memory_mb = process.memory_info().rss / 2**20
            on_fps, off_fps = _in_turns(each[0], seconds / 2) if n == 1 else ((), ())
            for viewer in each:
                viewer.stop()
        took_s = after.at_s - before.at_s
        cores = (after.cpu_s - before.cpu_s) / took_s
        mbit_s = 8e-6 * (after.moved - before.moved) / took_s
        return Run(n, first_s, watched, app.ready_s, cores, memory_mb, mbit_s, on_fps, off_fps)


def _in_turns(viewer: Viewer, seconds: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Pictures a second with the live chart and without, three turns of each."""
    on, off = [], []
    for _turn in range(3):
        for fps in (on, off):
            viewer.take()
            time.sleep(seconds)
            fps.append(viewer.take().fps)
            viewer.turn_curves()
    return tuple(on), tuple(off)


def live_command(numbers: list[int], seconds: float, out: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "clock.y4m"
        n_frames = make_film(film)
        runs = [measure(n, seconds, film, n_frames) for n in numbers]
    text = report(runs, seconds, n_frames)
    print(text)
    if out is None:
        keep("live", _figures(runs, n_frames))
    write_section(out or PERFORMANCE, "live", text)


def _figures(runs: list[Run], n_frames: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    for run in runs:
        middle, late = run.delay_ms(n_frames)
        figures |= {
            f"fps_{run.n}": run.fps,
            f"delay_ms_{run.n}": middle,
            f"delay_p95_ms_{run.n}": late,
            f"chart_hz_{run.n}": float(np.median([each.chart_hz for each in run.watched])),
            f"frame_cpu_ms_{run.n}": run.frame_cpu_ms,
            f"memory_mb_{run.n}": run.memory_mb,
            f"mbit_s_{run.n}": run.mbit_s,
        }
        if run.on_fps and run.off_fps:
            share = float(np.median(run.on_fps) / np.median(run.off_fps))
            figures[f"with_chart_{run.n}"] = share
    return figures


def report(runs: list[Run], seconds: float, n_frames: int) -> str:
    rows = []
    for run in runs:
        fps = [watched.fps for watched in run.watched]
        chart = [watched.chart_hz for watched in run.watched]
        middle, late = run.delay_ms(n_frames)
        rows.append(
            [
                str(run.n),
                f"{np.median(fps):.1f} ({min(fps):.1f} to {max(fps):.1f})",
                f"{middle:.0f}",
                f"{late:.0f}",
                f"{np.median(chart):.1f}",
                f"{run.frame_cpu_ms:.0f}",
                f"{run.cores:.2f}",
                f"{run.memory_mb:.0f}",
                f"{run.mbit_s:.1f}",
                f"{run.first_s:.1f}",
            ]
        )
    head = [
        "viewers",
        "pictures a second and viewer (lowest to highest)",
        "delay, ms, median",
        "95 %",
        "chart drawings a second",
        "the app's processor time a picture, ms",
        "processors it was busy with",
        "memory of the app, MB",
        "Mbit/s on the wire, both ways",
        "Start to first picture, s",
    ]
    return "\n".join(
        [
            "## Live",
            "",
            "`python -m bench live`: Chromium with a film of 640x480 at 30 pictures a second as "
            "its camera, browser and app on the same machine. The delay is read off a clock in the "
            "film: from the camera's picture to the one that comes back with the skeleton.",
            "",
            f"{seconds:.0f} s each. {machine()}",
            "",
            table(head, rows),
            *_with_and_without(runs),
        ]
    )


def _with_and_without(runs: list[Run]) -> list[str]:
    lines = []
    for run in runs:
        if run.on_fps and run.off_fps:
            on, off = np.median(run.on_fps), np.median(run.off_fps)
            lines += [
                "",
                f"One viewer, in turns: {on:.1f} pictures a second with the live chart, {off:.1f} "
                f"without it; {on / off:.2f} of it (medians of {len(run.on_fps)} turns).",
            ]
    return lines
