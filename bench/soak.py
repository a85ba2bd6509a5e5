"""Hours before the camera: does the app's process grow, does its answer come later?"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Error as PlaywrightError

from bench.clock import make_film
from bench.overhead import machine
from bench.page import RELIABILITY, table, write_section
from bench.results import keep
from bench.served import served
from bench.trust import streaming
from bench.viewer import Viewer, viewers
from pages.workout_loading import MOST_PEOPLE

EVERY_S = 15.0

WARM_S = 300.0
"""Caches fill in the first minutes; growth is counted from here, or from a quarter of the time."""

HALF_HOUR_S = 1800.0


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


@dataclass(frozen=True)
class Sample:
    """What was held at a moment, and what the viewers saw in the seconds before it."""

    load: Load
    fps: float
    delay_ms: float


@dataclass(frozen=True)
class Soak:
    samples: tuple[Sample, ...]
    ended: Load
    """After every viewer pressed Stop."""
    errors: tuple[str, ...]

    @property
    def seconds(self) -> float:
        return self.samples[-1].load.at_s

    def window(self, part: float) -> list[Sample]:
        """The samples of a tenth of the time, or a minute, that begins at ``part`` of the rest."""
        warm = min(WARM_S, self.seconds / 4)
        long = max(60.0, (self.seconds - warm) / 10)
        start = warm + part * (self.seconds - warm - long)
        return [s for s in self.samples if start <= s.load.at_s <= start + long]

    def mean(self, part: float, of: Callable[[Sample], float]) -> float:
        return float(np.nanmean([of(sample) for sample in self.window(part)]))

    def memory_mb(self, at_s: float) -> float:
        """Median of the five minutes around a moment."""
        near = [s.load.memory_mb for s in self.samples if abs(s.load.at_s - at_s) <= WARM_S / 2]
        return float(np.median(near))

    @property
    def growth(self) -> float | None:
        """Of the memory, over half an hour after the first minutes; None where it was shorter."""
        if self.seconds < WARM_S + HALF_HOUR_S:
            return None
        return self.memory_mb(WARM_S + HALF_HOUR_S) / self.memory_mb(WARM_S) - 1


def soak(n: int, seconds: float, light: bool = False) -> Soak:
    """light: a film of five pictures a second, to go on beside other work."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = folder / "clock.y4m"
        n_frames = streaming.make_film(film, 5, 1, 2).frames if light else make_film(film)
        with (
            served(folder, {MOST_PEOPLE: str(n)}) as app,
            viewers(app, film, n) as each,
        ):
            process = psutil.Process(app.process.pid)
            for viewer in each:
                streaming.begin(viewer)
                viewer.watch()
            began_s, samples = time.monotonic(), []
            while time.monotonic() - began_s < seconds:
                time.sleep(EVERY_S)
                samples.append(_sample(each, process, began_s, n_frames))
                print(_line(samples[-1]), flush=True)
            gone = tuple(said for viewer in each if (said := _stopped(viewer)))
            time.sleep(10)  # threads of a stream that has ended are still closing it
            ended = load_of(process, began_s)
            said = app.log.read_text(errors="replace").splitlines()
    errors = tuple(line for line in said if "Traceback" in line or "Error" in line)
    return Soak(tuple(samples), ended, gone + errors)


def _stopped(viewer: Viewer) -> str | None:
    """What the page says where there is nothing to stop any more."""
    try:
        viewer.stop()
    except PlaywrightError:
        return f"a stream ended by itself: {' '.join(viewer.page.inner_text('body').split())}"
    return None


def _sample(each: list[Viewer], process: psutil.Process, began_s: float, n_frames: int) -> Sample:
    watched = [viewer.take() for viewer in each]
    delays = np.concatenate([one.delay_ms(n_frames) for one in watched])
    late = float(np.percentile(delays, 95)) if len(delays) else float("nan")
    return Sample(load_of(process, began_s), min(one.fps for one in watched), late)


def _line(sample: Sample) -> str:
    load = sample.load
    return (
        f"{load.at_s:6.0f} s  {load.memory_mb:6.0f} MB  {load.threads} threads  {load.files} files"
        f"  {sample.fps:.1f} pictures a second  delay {sample.delay_ms:.0f} ms"
    )


def soak_command(
    n: int, minutes: float, out: Path | None, light: bool, figures: Path | None
) -> None:
    """figures: they go to this file and not to a page."""
    found = soak(n, minutes * 60, light)
    text = report(found, n, light)
    print(text)
    if figures is not None:
        figures.write_text(json.dumps(asdict(found)), encoding="utf-8")
    else:
        if out is None:
            keep("soak", kept_figures(found))
        write_section(out or RELIABILITY, "soak", text)


def read_soak(path: Path) -> Soak:
    """What ``--figures`` wrote."""
    found = json.loads(path.read_text(encoding="utf-8"))
    samples = [Sample(**each | {"load": Load(**each["load"])}) for each in found["samples"]]
    return Soak(tuple(samples), Load(**found["ended"]), tuple(found["errors"]))


def report(found: Soak, n: int, light: bool) -> str:
    rows = []
    for name, of, digits, after in (
        ("memory of the app, MB", lambda s: s.load.memory_mb, 0, found.ended.memory_mb),
        ("threads", lambda s: s.load.threads, 0, found.ended.threads),
        ("open files", lambda s: s.load.files, 0, found.ended.files),
        ("pictures a second, slower viewer", lambda s: s.fps, 1, None),
        ("delay, 95 %, ms", lambda s: s.delay_ms, 0, None),
    ):
        start, end = found.mean(0.0, of), found.mean(1.0, of)
        rows.append(
            [
                name,
                f"{start:.{digits}f}",
                f"{end:.{digits}f}",
                f"{100 * (end / start - 1):+.1f} %" if start else "",
                f"{after:.{digits}f}" if after is not None else "",
            ]
        )
    return "\n".join(
        [
            "## Soak",
            "",
            f"`python -m bench soak --viewers {n} --minutes {found.seconds / 60:.0f}"
            f"{' --light' if light else ''}`: {n} browsers train before a film "
            f"{'of five pictures a second ' if light else ''}that goes round and round. At the "
            "start: after the first "
            "minutes, when caches are filled. After Stop: ten seconds after the last stopped.",
            "",
            machine(),
            "",
            table(["what", "at the start", "at the end", "change", "after Stop"], rows),
            "",
            *_course(found),
            f"Errors in the app's log: {len(found.errors)}.",
        ]
    )


def _course(found: Soak) -> list[str]:
    """How the memory went, where there was time for it to go anywhere."""
    if found.growth is None:
        return []
    marks_s = [WARM_S, *np.arange(HALF_HOUR_S, found.seconds, HALF_HOUR_S / 2), found.seconds]
    course = ", ".join(f"{at_s / 60:.0f}: {found.memory_mb(at_s):.0f}" for at_s in marks_s)
    return [
        f"Memory in MB by the minute: {course}. In the half hour after the fifth minute it grew by "
        f"**{found.growth:+.1%}**.",
        "",
    ]


def kept_figures(found: Soak) -> dict[str, float]:
    """For the summary of docs/PERFORMANCE.md."""
    return {} if found.growth is None else {"growth_percent": 100 * found.growth}
