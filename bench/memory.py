"""What the analysis of a long film takes of memory, from its beginning to its end."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from bench.films import clips_of_one_size, joined, looped
from bench.overhead import machine
from bench.page import PERFORMANCE, table, write_section
from bench.results import keep
from posecore.analyze import analyze_video
from posecore.crew import processors
from posecore.pipeline import Pipeline
from posecore.video import VideoReader

Say = Callable[[str], None]
_EVERY_S = 0.5
_FIRST_MINUTES = 5.0  # in which everything is loaded and every buffer has found its size
_SHOWN = 6  # moments of the table


class _Sampler:
    """Resident memory of this process and of all it has begun, at each place in the film."""

    def __init__(self) -> None:
        self.done_s = 0.0
        self.samples: list[tuple[float, float, int]] = []  # place in s, MB, processes
        self._process = psutil.Process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_S):
            total, n = 0, 0
            for process in [self._process, *self._process.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                    n += 1
                except psutil.NoSuchProcess:
                    continue
            self.samples.append((self.done_s, total / 1e6, n))


def memory_command(minutes: float, out: Path | None = None, say: Say = print) -> None:
    """Analyse a film of so many minutes, print and write the section."""
    with tempfile.TemporaryDirectory() as folder:
        once = joined(clips_of_one_size(), Path(folder) / "once.mp4")
        film = looped(once, Path(folder) / "film.mp4", 60 * minutes)
        with VideoReader(film) as video:
            film_s = video.info.duration_s or 60 * minutes
        sampler = _Sampler()
        pipeline = Pipeline()
        began, told_s = time.monotonic(), 0.0

        def progress(done_s: float, total_s: float | None) -> None:
            nonlocal told_s
            sampler.done_s = done_s
            if done_s - told_s >= 300:
                told_s = done_s
                say(f"{done_s / 60:.0f} of {film_s / 60:.0f} min ...")

        try:
            found = analyze_video(film, pipeline=pipeline, progress=progress, workers=processors())
        finally:
            pipeline.close()
            sampler.close()
        took_s = time.monotonic() - began
    place_s, resident_mb, n_processes = np.array(sampler.samples).T
    whole = n_processes == np.median(n_processes)  # not while processes begin or end
    place_s, resident_mb = place_s[whole], resident_mb[whole]
    settled_s = min(60 * _FIRST_MINUTES, film_s / 4)
    early = _around(place_s, resident_mb, settled_s, film_s)
    late = _around(place_s, resident_mb, 0.95 * film_s, film_s)
    growth = 100 * (late / early - 1)
    rows = [
        [f"{at_s / 60:.1f}", f"{_around(place_s, resident_mb, at_s, film_s):.0f}"]
        for at_s in np.linspace(settled_s, 0.95 * film_s, _SHOWN)
    ]
    section = "\n".join(
        [
            "## Memory of a long film",
            "",
            f"`python -m bench memory`: a film of {film_s / 60:.0f} minutes, {len(found.t_s)} ",
            f"frames, analysed on {processors()} processors in {took_s:.0f} s; resident memory of",
            f"all {np.median(n_processes):.0f} processes together, twice a second.",
            "",
            f"{machine()} Load of the machine after: {os.getloadavg()[0]:.1f}.",
            "",
            table(["minute of the film", "MB (median around it)"], rows),
            "",
            f"Most at any moment: {resident_mb.max():.0f} MB. Growth from minute "
            f"{settled_s / 60:.1f} to the end: **{growth:+.1f} %** ({late - early:+.1f} MB).",
        ]
    )
    say(section)
    write_section(out or PERFORMANCE, "memory", section)
    if out is None:
        keep("memory", {"growth_percent": growth, "most_mb": float(resident_mb.max())})


def _around(place_s: np.ndarray, resident_mb: np.ndarray, at_s: float, film_s: float) -> float:
    """Median over a tenth of the film; parts begin and end, and samples go up and down."""
    near = np.abs(place_s - at_s) <= film_s / 20
    return float(np.median(resident_mb[near])) if near.any() else float("nan")
