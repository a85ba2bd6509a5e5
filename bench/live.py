"""How fast the app is while somebody trains: a real browser, a film with a clock as its camera."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench.clock import make_film
from bench.overhead import machine
from bench.page import PERFORMANCE, table, write_section
from bench.results import keep
from bench.served import App, NotServed, served
from bench.viewer import Viewer, Watched, viewers
from pages.workout_loading import MOST_PEOPLE

_PATIENCE_MS = 40_000  # a start takes a second


@dataclass(frozen=True, eq=False)
class Run:
    """``n`` viewers at once; first_s: from Start to the first picture, of the first viewer.

    processed        pictures a second that went through the app, of each viewer in the mean
    dropped          those a second that it passed over because newer ones were there
    cores            processors that the app was busy with meanwhile; memory_mb: what it held
    mbit_s           on the wire, both ways, all viewers together
    watched          what was then seen in the pages whose stream was still there; reading the
                     clocks costs the browsers time
    on_fps, off_fps  pictures processed with the chart and without, in turns; one viewer only
    """

    n: int
    first_s: float
    processed: float
    dropped: float
    cores: float
    memory_mb: float
    mbit_s: float
    watched: tuple[Watched, ...]
    on_fps: tuple[float, ...] = ()
    off_fps: tuple[float, ...] = ()

    @property
    def frame_cpu_ms(self) -> float:
        """Processor time of the app for each picture."""
        whole = self.processed * self.n
        return 1000 * self.cores / whole if whole else float("nan")

    @property
    def shown(self) -> float:
        """Different pictures a second that were read off the page, of the median viewer."""
        return _median([watched.fps for watched in self.watched])

    @property
    def chart_hz(self) -> float:
        return _median([watched.chart_hz for watched in self.watched])

    def delay_ms(self, n_frames: int) -> tuple[float, float]:
        """Median, and 95 of 100."""
        delay = np.concatenate([[], *(watched.delay_ms(n_frames) for watched in self.watched)])
        middle, late = np.percentile(delay, [50, 95]) if len(delay) else (np.nan, np.nan)
        return float(middle), float(late)


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else float("nan")


@dataclass(frozen=True)
class _Usage:
    """Of the app: frames, seconds of processor, bytes between programs here.

    All that there were until ``at_s``; where ``_used`` gives it, those of a second.
    """

    at_s: float
    frames: float
    dropped: float
    cpu_s: float
    moved: int


def _usage(app: App) -> _Usage:
    own = psutil.Process(app.process.pid).cpu_times()
    local = psutil.net_io_counters(pernic=True).get("lo")
    return _Usage(
        time.monotonic(),
        app.counted("posecoach_frames_total"),
        app.counted("posecoach_frames_dropped_total"),
        own.user + own.system,
        local.bytes_sent if local is not None else 0,
    )


def _used(app: App, seconds: float) -> _Usage:
    """In a second, over the next ``seconds``."""
    before = _usage(app)
    time.sleep(seconds)
    after = _usage(app)
    took_s = after.at_s - before.at_s
    return _Usage(
        took_s,
        (after.frames - before.frames) / took_s,
        (after.dropped - before.dropped) / took_s,
        (after.cpu_s - before.cpu_s) / took_s,
        round((after.moved - before.moved) / took_s),
    )


def measure(n: int, seconds: float, film: Path, n_frames: int) -> Run:
    """Raises NotServed where the app or a browser does not go along."""
    # All are let in: how it is shared is what is measured here.
    room = {MOST_PEOPLE: str(n)}
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), room) as app,
        viewers(app, film, n) as each,
    ):
        first_s = each[0].start()
        started = [each[0], *(viewer for viewer in each[1:] if _starts(viewer))]
        time.sleep(5)  # the first seconds are those of loading
        used = _used(app, seconds)
        memory_mb = psutil.Process(app.process.pid).memory_info().rss / 2**20
        on_fps, off_fps = _in_turns(app, each[0], seconds / 2) if n == 1 else ((), ())
        watching = [viewer for viewer in started if _watches(viewer)]
        time.sleep(seconds)
        watched = tuple(viewer.take() for viewer in watching)
    return Run(
        n=n,
        first_s=first_s,
        processed=used.frames / n,
        dropped=used.dropped / n,
        cores=used.cpu_s,
        memory_mb=memory_mb,
        mbit_s=8e-6 * used.moved,
        watched=watched,
        on_fps=on_fps,
        off_fps=off_fps,
    )


def _starts(viewer: Viewer) -> bool:
    """False where too many share the machine and no picture comes for this one."""
    viewer.page.set_default_timeout(_PATIENCE_MS)
    try:
        viewer.start()
    except PlaywrightTimeout:
        return False
    return True


def _watches(viewer: Viewer) -> bool:
    """False where its stream has ended meanwhile."""
    try:
        viewer.watch()
    except NotServed:
        return False
    return True


def _in_turns(
    app: App, viewer: Viewer, seconds: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Pictures processed a second with the live chart and without, three turns of each."""
    on, off = [], []
    for _turn in range(3):
        for fps in (on, off):
            fps.append(_used(app, seconds).frames)
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
            f"fps_{run.n}": run.processed,
            f"delay_ms_{run.n}": middle,
            f"delay_p95_ms_{run.n}": late,
            f"chart_hz_{run.n}": run.chart_hz,
            f"frame_cpu_ms_{run.n}": run.frame_cpu_ms,
            f"memory_mb_{run.n}": run.memory_mb,
            f"mbit_s_{run.n}": run.mbit_s,
        }
        if run.on_fps and run.off_fps:
            share = float(np.median(run.on_fps) / np.median(run.off_fps))
            figures[f"with_chart_{run.n}"] = share
    return figures


def _number(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "–"


def report(runs: list[Run], seconds: float, n_frames: int) -> str:
    rows = []
    for run in runs:
        middle, late = run.delay_ms(n_frames)
        rows.append(
            [
                str(run.n)
                if len(run.watched) == run.n
                else f"{run.n}, {len(run.watched)} to the end",
                f"{run.processed:.1f}",
                f"{run.dropped:.1f}",
                f"{run.frame_cpu_ms:.0f}",
                f"{run.cores:.2f}",
                f"{run.memory_mb:.0f}",
                f"{run.mbit_s:.1f}",
                f"{run.first_s:.1f}",
                f"{run.shown:.1f}",
                _number(middle),
                _number(late),
                f"{run.chart_hz:.1f}",
            ]
        )
    head = [
        "viewers",
        "processed pictures a second and viewer",
        "passed over",
        "the app's processor time a picture, ms",
        "processors it was busy with",
        "memory of the app, MB",
        "Mbit/s on the wire, both ways",
        "Start to first picture, s",
        "pictures read off the page a second",
        "delay, ms, median",
        "95 %",
        "chart drawings a second",
    ]
    return "\n".join(
        [
            "## Live",
            "",
            "`python -m bench live`: Chromium with a film of 640x480 at 30 pictures a second as "
            "its camera, browser and app on the same machine. What the app processed is asked of "
            "its own counters. Then the delay is read off a clock in the film, from the camera's "
            "picture to the one that comes back with the skeleton; to read it costs the browser so "
            "much that it shows fewer pictures meanwhile. –: the browsers were so busy that they "
            "showed their own cameras later than what came back.",
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
                f"One viewer, in turns: {on:.1f} processed pictures a second with the live chart, "
                f"{off:.1f} without it; {on / off:.2f} of it (medians of {len(run.on_fps)} turns).",
            ]
    return lines
