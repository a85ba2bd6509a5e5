"""Recorded films against the bare MediaPipe loop: many clips, and one long film, on all processors.

The bare loop is what anybody writes first: read a frame, find the pose, and the next; one process,
and nothing done with the poses. Both take turns, film by film, so that a busy machine slows both.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.films import clips_of_one_size, joined
from bench.overhead import machine
from bench.page import PERFORMANCE, table, write_section
from bench.results import keep
from posecore.analyze import analyze_video
from posecore.batch import Job, analyze_all
from posecore.crew import Crew, processors
from posecore.parts import WARM_UP_FRAMES, parts_of
from posecore.pipeline import Pipeline
from posecore.pose_graph import bare_mediapipe
from posecore.sets import in_hindsight
from posecore.types import ExerciseSet, FrameResult, Pose
from posecore.video import VideoReader

Say = Callable[[str], None]
Poses = list[tuple[float, Pose | None]]
Sets = tuple[ExerciseSet, ...]
_SEEN = 0.5  # visibility of a landmark that is compared
_TIMES_OVER = 2


@dataclass
class _Took:
    """Seconds of each round, by the clock and of all processors together."""

    clock_s: list[float] = field(default_factory=list)
    processor_s: list[float] = field(default_factory=list)


def offline_command(rounds: int, out: Path | None = None, say: Say = print) -> None:
    """Measure, print and write the section."""
    many = clips_of_one_size()
    workers = processors()
    took: dict[str, _Took] = {}
    with tempfile.TemporaryDirectory() as folder, bare_mediapipe() as bare:
        film = joined(_TIMES_OVER * many, Path(folder) / "film.mp4")
        bare.process(np.zeros((360, 480, 3), np.uint8))  # loaded before the clock starts
        Pipeline().close()
        began = time.perf_counter()
        with Crew(workers) as crew:
            crew.wait_ready()
            ready_s = time.perf_counter() - began
            for turn in range(rounds):
                say(f"round {turn + 1} of {rounds} ...")
                of_clips = _timed(took, "clips, bare", lambda: [_bare(bare, c) for c in many])
                ours = _timed(took, "clips, ours", lambda: _many(many, workers, crew), crew)
                of_film = _timed(took, "film, bare", lambda: _bare(bare, film))
                sets, found = _timed(took, "film, ours", lambda: _one(film, crew), crew)
        with VideoReader(film) as video:
            film_s, parts = video.info.duration_s or 0.0, parts_of(video)
        alone = [_counted(_poses(each)) for each in of_clips]
        of_film = _poses(of_film)
        whole = _counted(of_film)
    n_many, n_film = sum(map(len, of_clips)), len(of_film)
    joins_s = [part.from_s for part in parts[1:]]
    lines = [
        "## Recorded films",
        "",
        "`python -m bench offline`: the bare loop (read a frame, find its pose, the next one) in",
        f"one process against all of PoseCoach on {workers} processors, taking turns; {rounds} ",
        "rounds, the median of them (and the slowest). The processes were ready in both; those of",
        f"PoseCoach take {ready_s:.1f} s to begin, once for all films.",
        "",
        f"{machine()} Load of the machine before: {os.getloadavg()[0]:.1f}.",
        "",
        table(
            ["what", "bare loop, s", "PoseCoach, s", "times as fast", "processor ms a frame"],
            [
                _row(f"{len(many)} clips, {n_many} frames", "clips", took, n_many),
                _row(f"one film of {film_s:.0f} s, {n_film} frames", "film", took, n_film),
            ],
        ),
        "",
        f"Films a minute, of {n_many / len(many):.0f} frames each: "
        f"{60 * len(many) / statistics.median(took['clips, ours'].clock_s):.1f} "
        f"(bare {60 * len(many) / statistics.median(took['clips, bare'].clock_s):.1f}).",
        "",
        f"The clips' sets and reps against those of one process: {_agreement(alone, ours)}.",
        f"The film was cut into {len(parts)} parts, each warmed up over {WARM_UP_FRAMES} frames;",
        f"its sets and reps against those of one that never cuts: {_agreement([whole], [sets])}.",
        "",
        _differences(of_film, found, joins_s),
    ]
    section = "\n".join(lines)
    say(section)
    if out is None:
        keep(
            "offline",
            {
                "clips_times": _times_as_fast("clips", took),
                "film_times": _times_as_fast("film", took),
                "clips_a_minute": 60 * len(many) / statistics.median(took["clips, ours"].clock_s),
                "frame_cpu_ms": _processor_ms(took["film, ours"], n_film),
            },
        )
    write_section(out or PERFORMANCE, "offline", section)


def _times_as_fast(kind: str, took: dict[str, _Took]) -> float:
    bare, ours = (took[f"{kind}, {who}"].clock_s for who in ("bare", "ours"))
    return statistics.median(bare) / statistics.median(ours)


def _bare(mediapipe: Any, film: Path) -> list[tuple[float, tuple[int, int], Any]]:
    """Time, size and what MediaPipe answers, of each frame."""
    mediapipe.reset()
    with VideoReader(film) as video:
        return [
            (t_s, (rgb.shape[1], rgb.shape[0]), mediapipe.process(rgb))
            for rgb, t_s in video.frames()
        ]


def _poses(found: list[tuple[float, tuple[int, int], Any]]) -> Poses:
    return [(t_s, _pose(t_s, size_px, answer)) for t_s, size_px, answer in found]


def _pose(t_s: float, size_px: tuple[int, int], answer: Any) -> Pose | None:
    if answer.pose_landmarks is None:
        return None
    marks = answer.pose_landmarks.landmark
    return Pose(
        t_s,
        np.array([(mark.x, mark.y, mark.z) for mark in marks]),
        np.array([(mark.x, mark.y, mark.z) for mark in answer.pose_world_landmarks.landmark]),
        np.array([mark.visibility for mark in marks]),
        size_px,
    )


def _many(clips: Sequence[Path], workers: int, crew: Crew) -> list[Sets]:
    jobs = [Job(clip) for clip in clips]
    return [outcome.sets for outcome in analyze_all(jobs, workers=workers, crew=crew)]


class _Recording:
    """A pipeline, and the poses that it was given."""

    takes_poses = True

    def __init__(self) -> None:
        self._pipeline = Pipeline()
        self.poses: Poses = []

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult:
        return self._pipeline.step(rgb, t_s)

    def advance(self, t_s: float, pose: Pose | None) -> FrameResult:
        self.poses.append((t_s, pose))
        return self._pipeline.advance(t_s, pose)

    def finish(self) -> ExerciseSet | None:
        return self._pipeline.finish()

    def in_hindsight(self, proba: np.ndarray, t_s: np.ndarray) -> tuple[str, ...]:
        return self._pipeline.in_hindsight(proba, t_s)


def _one(film: Path, crew: Crew) -> tuple[Sets, Poses]:
    recording = _Recording()
    return analyze_video(film, pipeline=recording, crew=crew).sets, recording.poses


def _counted(poses: Poses) -> Sets:
    """What one process makes of poses that it found without a cut."""
    pipeline = Pipeline()
    proba = np.array([pipeline.advance(t_s, pose).proba for t_s, pose in poses])
    pipeline.finish()
    t_s = np.array([t_s for t_s, _ in poses])
    return tuple(in_hindsight(pipeline.sets, t_s, pipeline.in_hindsight(proba, t_s)))


def _timed(
    took: dict[str, _Took], name: str, work: Callable[[], Any], crew: Crew | None = None
) -> Any:
    of_one = took.setdefault(name, _Took())
    busy_s, began = _processor_s(crew), time.perf_counter()
    result = work()
    of_one.clock_s.append(time.perf_counter() - began)
    of_one.processor_s.append(_processor_s(crew) - busy_s)
    return result


def _processor_s(crew: Crew | None) -> float:
    """That this process and those of the crew have had so far; those that are gone too."""
    own = os.times()
    of_crew = [psutil.Process(pid).cpu_times() for pid in (crew.pids if crew else ())]
    return sum(own[:4]) + sum(each.user + each.system for each in of_crew)


def _row(what: str, kind: str, took: dict[str, _Took], n_frames: int) -> list[str]:
    bare, ours = took[f"{kind}, bare"], took[f"{kind}, ours"]
    busy_ms = [_processor_ms(each, n_frames) for each in (bare, ours)]
    return [
        what,
        f"{statistics.median(bare.clock_s):.1f} ({max(bare.clock_s):.1f})",
        f"{statistics.median(ours.clock_s):.1f} ({max(ours.clock_s):.1f})",
        f"**{_times_as_fast(kind, took):.2f}** ({min(_ratios(took, kind)):.2f})",
        f"{busy_ms[0]:.1f}, {busy_ms[1]:.1f}",
    ]


def _ratios(took: dict[str, _Took], kind: str) -> list[float]:
    bare, ours = took[f"{kind}, bare"].clock_s, took[f"{kind}, ours"].clock_s
    return [b / o for b, o in zip(bare, ours, strict=True)]


def _processor_ms(took: _Took, n_frames: int) -> float:
    return 1000 * statistics.median(took.processor_s) / n_frames


def _agreement(expected: Sequence[Sets], found: Sequence[Sets]) -> str:
    """In words: what is the same, and how far times lie apart."""
    pairs = [
        (a, b)
        for one, other in zip(expected, found, strict=True)
        for x, y in zip(one, other)
        if len(x.reps) == len(y.reps)
        for a, b in zip(x.reps, y.reps)
    ]
    apart_s = [max(abs(a.start_s - b.start_s), abs(a.end_s - b.end_s)) for a, b in pairs]
    told = [[_in_words(each) for sets in side for each in sets] for side in (expected, found)]
    if told[0] == told[1]:
        n_sets = sum(map(len, expected))
        far_s = max(apart_s, default=0.0)
        return f"the same, {len(pairs)} reps in {n_sets} sets, at most {far_s:.3f} s apart"
    changes = SequenceMatcher(None, *told, autojunk=False).get_opcodes()
    n_same = sum(end - start for tag, start, end, _, _ in changes if tag == "equal")
    others = [
        f"{', '.join(told[1][c:d]) or 'nothing'} instead of {', '.join(told[0][a:b]) or 'nothing'}"
        for tag, a, b, c, d in changes
        if tag != "equal"
    ]
    return f"{n_same} of {len(told[0])} sets the same; {'; '.join(others)}"


def _in_words(of: ExerciseSet) -> str:
    return f"{of.exercise} of {of.n_complete} reps"


def _differences(alone: Poses, shared: Poses, joins_s: Sequence[float]) -> str:
    """How far landmarks lie apart, right after a join and later."""
    near: list[float] = []
    far: list[float] = []
    for (t_s, pose), (_, other) in zip(alone, shared, strict=True):
        since_s = min((t_s - join_s for join_s in joins_s if join_s <= t_s), default=None)
        if since_s is None or pose is None or other is None:
            continue
        seen = pose.visibility > _SEEN
        apart = np.abs(pose.image[seen, :2] - other.image[seen, :2])
        if apart.size:
            (near if since_s < 1.0 else far).append(float(np.median(apart)))
    told = []
    for what, apart in (("In the first second after a join", near), ("later", far)):
        middle, high = np.percentile(apart, [50, 95]) if apart else (0.0, 0.0)
        told.append(f"{what} {100 * middle:.2f} % of the picture (95 %: {100 * high:.2f} %)")
    seen_by_one = sum((a is None) != (b is None) for (_, a), (_, b) in zip(alone, shared))
    return (
        "How far the two find the visible landmarks of a frame apart, in the median: "
        f"{told[0].lower()},\n{told[1]}; frames in which only one of them sees somebody: "
        f"{seen_by_one}."
    )
