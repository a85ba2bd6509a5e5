"""What the pipeline costs beyond the estimator, frame by frame in the same run.

The same decoded frames go in turn through the bare MediaPipe loop, `process` and nothing else, and
through the whole pipeline, each with an estimator of its own: a busy machine slows both alike.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.page import PERFORMANCE, write_section
from bench.results import keep
from posecore.classify import ExerciseClassifier
from posecore.draw import draw_overlay
from posecore.estimate import PoseEstimator
from posecore.exercises import load_exercises
from posecore.features import FeatureWindow, joints_of
from posecore.pipeline import Pipeline
from posecore.pose_graph import bare_mediapipe
from posecore.types import Pose
from posecore.video import frames
from posecore.vote import Voter

CLIPS = Path(__file__).resolve().parent.parent / "tests" / "clips"
WARM_UP = 10  # frames of each clip that are not counted: detection and caches


@dataclass(frozen=True, eq=False)
class Overhead:
    """Milliseconds a frame, (n,) each: the bare loop, the pipeline, and drawing its overlay.

    estimate_ms      of those of the pipeline, what it takes to find the pose
    naming_ms        and features, classifier and votes
    bare_cpu_ms, pipeline_cpu_ms  processor time, all threads together
    """

    bare_ms: np.ndarray
    pipeline_ms: np.ndarray
    estimate_ms: np.ndarray
    overlay_ms: np.ndarray
    naming_ms: np.ndarray
    bare_cpu_ms: np.ndarray
    pipeline_cpu_ms: np.ndarray

    @property
    def after_ms(self) -> np.ndarray:
        """(n,) what the pipeline does with a pose once it is found."""
        return self.pipeline_ms - self.estimate_ms

    @property
    def ratio(self) -> float:
        return float(np.median(self.pipeline_ms) / np.median(self.bare_ms))

    @property
    def cpu_ratio(self) -> float:
        """The same in processor time, which a busy machine stretches less."""
        return float(np.median(self.pipeline_cpu_ms) / np.median(self.bare_cpu_ms))


def measure_overhead(clips: list[Path], rounds: int) -> Overhead:
    """Every frame of ``clips``, ``rounds`` times, the two loops taking turns to go first."""
    exercises = load_exercises()
    classifier = ExerciseClassifier.load()
    rows = []
    for turn in range(rounds):
        for clip in clips:
            with bare_mediapipe() as bare:
                estimator = _TimedEstimator()
                pipeline = Pipeline(exercises=exercises, estimator=estimator)
                pipeline.warm_up()
                naming = _Naming(classifier)
                for i, (rgb, t_s) in enumerate(list(frames(clip))):
                    step = _Timed(lambda p=pipeline, rgb=rgb, t_s=t_s: p.step(rgb, t_s))
                    only = _Timed(lambda e=bare, rgb=rgb: e.process(rgb))
                    for timed in (step, only) if (i + turn) % 2 else (only, step):
                        timed.run()
                    result = step.result
                    overlay = _Timed(
                        lambda rgb=rgb, result=result: draw_overlay(
                            rgb.copy(), result, exercises, mirror=True
                        )
                    )
                    overlay.run()
                    naming_ms = naming.step_ms(result.pose)
                    if i >= WARM_UP:
                        finding_ms, took = estimator.ms, (only.cpu_ms, step.cpu_ms)
                        rows.append((only.ms, step.ms, finding_ms, overlay.ms, naming_ms, *took))
                pipeline.close()
    return Overhead(*np.array(rows).T)


def overhead_command(clips: list[Path], rounds: int, out: Path | None) -> None:
    """Measure, print, keep the figures and write the section."""
    found = measure_overhead(clips, rounds)
    text = report(found, len(clips))
    print(text)
    if out is None:
        keep(
            "overhead",
            {
                "bare_ms": float(np.median(found.bare_ms)),
                "pipeline_ms": float(np.median(found.pipeline_ms)),
                "after_ms": float(np.median(found.after_ms)),
                "pipeline_cpu_ms": float(np.median(found.pipeline_cpu_ms)),
                "ratio": found.ratio,
                "cpu_ratio": found.cpu_ratio,
                "overlay_ms": float(np.median(found.overlay_ms)),
            },
        )
    write_section(out or PERFORMANCE, "overhead", text)


def report(overhead: Overhead, n_clips: int) -> str:
    """A section of docs/PERFORMANCE.md."""
    lines = [
        "## Overhead",
        "",
        "`python -m bench overhead`: the same frames through the bare MediaPipe loop and through",
        "the whole pipeline, taking turns; milliseconds a frame. MediaPipe's loop computes a mask",
        "that nobody asks for, the pipeline does not: so it may take less.",
        "",
        f"{n_clips} clips, {len(overhead.bare_ms)} frames. {machine()}",
        "",
        "| what | median | 5 % | 95 % |",
        "|---|---|---|---|",
    ]
    for name, values in (
        ("bare MediaPipe loop", overhead.bare_ms),
        ("whole pipeline", overhead.pipeline_ms),
        ("of it: the pose", overhead.estimate_ms),
        ("of it: all that follows", overhead.after_ms),
        ("of that: features, classifier, votes", overhead.naming_ms),
        ("drawing the overlay", overhead.overlay_ms),
        ("bare MediaPipe loop, processor time", overhead.bare_cpu_ms),
        ("whole pipeline, processor time", overhead.pipeline_cpu_ms),
    ):
        low, middle, high = np.nanpercentile(values, [5, 50, 95])
        lines.append(f"| {name} | {middle:.2f} | {low:.2f} | {high:.2f} |")
    lines += [
        "",
        f"Pipeline over bare loop: {overhead.ratio:.3f}, of their processor time "
        f"{overhead.cpu_ratio:.3f} (ratios of medians).",
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """One line about where a figure was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("mediapipe", "numpy", "streamlit"))
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{packages}."
    )


class _Naming:
    """The rooms that name the exercise, by themselves."""

    def __init__(self, classifier: ExerciseClassifier) -> None:
        self.classifier, self.window = classifier, FeatureWindow()
        self.voter = Voter(classifier.classes)

    def step_ms(self, pose: Pose | None) -> float:
        """Milliseconds; NaN where nobody is seen."""
        if pose is None:
            return float("nan")
        began = time.perf_counter()
        proba = self.classifier.proba(self.window.step(joints_of(pose), pose.t_s))
        self.voter.step(proba, pose.t_s)
        return (time.perf_counter() - began) * 1e3


class _TimedEstimator:
    """The pipeline's own, and how long it took over the last picture."""

    def __init__(self) -> None:
        self._estimator = PoseEstimator()
        self.ms = 0.0

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        began = time.perf_counter()
        pose = self._estimator.estimate(rgb, t_s)
        self.ms = (time.perf_counter() - began) * 1e3
        return pose

    def close(self) -> None:
        self._estimator.close()


class _Timed:
    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call

    def run(self) -> None:
        began, cpu = time.perf_counter(), time.process_time()
        self.result = self.call()
        self.cpu_ms = (time.process_time() - cpu) * 1e3
        self.ms = (time.perf_counter() - began) * 1e3
