"""A recorded video from its file to the analysis document."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from posecore.angles import JOINT_NAMES, N_JOINTS
from posecore.crew import Crew
from posecore.sets import in_hindsight
from posecore.stepping import Stepper, opened
from posecore.types import ExerciseSet, Fault, FrameResult, Rep
from posecore.video import VideoInfo

__all__ = [
    "SCHEMA",
    "Analysis",
    "analyze_video",
    "document_text",
    "write_document",
    "write_whole",
]

SCHEMA = 1
"""Version of the analysis document; docs and other programs rely on its keys."""

_DECIMALS = 4  # a tenth of a millisecond, far below what an angle is known to

_SAME_STRETCH_S = 1.0  # what was off in a hold and is off again so soon was not put right

OnFrame = Callable[[np.ndarray, FrameResult], None]
Progress = Callable[[float, float | None], None]


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found in one video.

    info            what the container declares
    t_s             (n,) seconds from the first frame
    person          (n,) bool: a pose was found
    frame_exercise  n classes of each frame alone; voted_exercise: n after voting, in which later
                    frames took part
    flexion_deg     (n, n_joints) in the order of angles.JOINT_NAMES; NaN: not seen
    error_deg       (n, n_joints) expected error of each of them; NaN: not seen
    sets            in the order in which they were begun
    warnings        sentences to the person: where the file ends too early, nobody seen
    view            n camera views, None where it could not be told
    hint            n sentences on what to change so that more is seen, or None
    hold_faults     of holds, which have no reps: each stretch in which something was off, at its
                    worst moment
    """

    info: VideoInfo
    t_s: np.ndarray
    person: np.ndarray
    frame_exercise: tuple[str, ...]
    voted_exercise: tuple[str, ...]
    flexion_deg: np.ndarray
    error_deg: np.ndarray
    sets: tuple[ExerciseSet, ...]
    warnings: tuple[str, ...]
    view: tuple[str | None, ...] = ()
    hint: tuple[str | None, ...] = ()
    hold_faults: tuple[Fault, ...] = ()

    @property
    def nobody_seen(self) -> bool:
        return not self.person.any()

    @property
    def fps(self) -> float | None:
        """Mean rate of the frames that were read; of a single one, what the file declares."""
        if len(self.t_s) < 2:
            return self.info.fps
        return (len(self.t_s) - 1) / float(self.t_s[-1] - self.t_s[0])

    @property
    def duration_s(self) -> float:
        """Until the end of the last frame that was read."""
        return float(self.t_s[-1] - self.t_s[0]) + 1.0 / (self.fps or 30.0)

    def document(self) -> dict[str, Any]:
        """The analysis as plain values for JSON: no NaN, None where nothing was measured."""
        return {
            "schema": SCHEMA,
            "source": self.info.name,
            "video": {
                "width": self.info.width,
                "height": self.info.height,
                "n_frames": len(self.t_s),
                "duration_s": _number(self.duration_s),
                "fps": _number(self.fps),
            },
            "frames": {
                "t_s": [_number(t_s) for t_s in self.t_s],
                "person": [bool(seen) for seen in self.person],
                "frame_exercise": list(self.frame_exercise),
                "voted_exercise": list(self.voted_exercise),
                "flexion_deg": {
                    name: [_number(angle) for angle in self.flexion_deg[:, i]]
                    for i, name in enumerate(JOINT_NAMES)
                },
            },
            "sets": [_set_entry(each) for each in self.sets],
        }


def analyze_video(
    path: str | Path,
    *,
    pipeline: Stepper,
    on_frame: OnFrame | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    crew: Crew | None = None,
) -> Analysis:
    """Send a file's frames through ``pipeline`` and collect what it says.

    on_frame  called with each picture and its result, as long as the picture is there: what was
              known at that moment, as a live person is told it
    progress  called with the seconds done and the seconds in all (None: the file does not say)
    workers   processes that share the poses of a film long enough to be cut into parts
    crew      such processes, where there are some already; then ``workers`` says nothing
    What is found depends on neither of the two. A pipeline with an estimator of its own estimates
    by itself, as does one that knows nothing of poses.
    The file is decoded in a process of its own, which has limits: see posecore.decoder.
    Raises VideoError where the file cannot be read. The pipeline is left open.
    """
    with ExitStack() as stack:
        video, steps = opened(stack, path, pipeline, on_frame is not None, workers, crew)
        columns = _Columns()
        sets: list[ExerciseSet] = []
        for rgb, result, done_s in steps:
            columns.add(result, result.t_s)
            if result.set_ended is not None:
                sets.append(result.set_ended)
            if on_frame is not None and rgb is not None:
                on_frame(rgb, result)
            if progress is not None:
                progress(done_s, video.info.duration_s)
        last = pipeline.finish()
        if last is not None:
            sets.append(last)
        return columns.analysis(video.info, video.cut_off_at_s, sets, pipeline)


def write_document(analysis: Analysis, path: Path) -> None:
    """The analysis document as a file, which appears only when it is whole."""
    write_whole(path, document_text(analysis))


def document_text(analysis: Analysis) -> str:
    return json.dumps(analysis.document(), allow_nan=False) + "\n"


def write_whole(path: Path, text: str) -> None:
    """A text file that appears under its name only when all of it is there."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class _Columns:
    """What stays of each frame: its numbers, not its picture."""

    def __init__(self) -> None:
        self.t_s = array("d")
        self.person: list[bool] = []
        self.frame_exercise: list[str] = []
        self.proba = array("f")
        self.flexion_deg = array("d")  # all in one piece: an object a frame takes twice as much
        self.error_deg = array("d")
        self.view: list[str | None] = []
        self.hint: list[str | None] = []
        self.hold_faults: list[Fault] = []
        self._off_until_s: dict[str, float] = {}

    def add(self, result: FrameResult, t_s: float) -> None:
        self.t_s.append(t_s)
        self.person.append(result.pose is not None)
        self.frame_exercise.append(result.frame_exercise)
        self.proba.frombytes(np.asarray(result.proba, np.float32).tobytes())
        self.flexion_deg.frombytes(np.asarray(result.flexion_deg, float).tobytes())
        self.error_deg.frombytes(np.asarray(result.error_deg, float).tobytes())
        self.view.append(result.view)
        said_before = self.hint and self.hint[-1] == result.hint
        self.hint.append(self.hint[-1] if said_before else result.hint)
        held = result.current_set
        if held is not None and held.hold_s is not None and held.exercise == result.voted_exercise:
            for fault in result.faults:
                if fault.at_s == t_s:  # not one that is only still shown
                    self._add_to_hold(replace(fault, pose=result.pose))

    def _add_to_hold(self, fault: Fault) -> None:
        goes_on = fault.at_s - self._off_until_s.get(fault.id, -np.inf) <= _SAME_STRETCH_S
        self._off_until_s[fault.id] = fault.at_s
        if not goes_on:
            self.hold_faults.append(fault)
            return
        last = max(i for i, each in enumerate(self.hold_faults) if each.id == fault.id)
        if fault.beyond > self.hold_faults[last].beyond:
            self.hold_faults[last] = fault

    def analysis(
        self,
        info: VideoInfo,
        cut_off_at_s: float | None,
        sets: list[ExerciseSet],
        pipeline: Stepper,
    ) -> Analysis:
        warnings = []
        if cut_off_at_s is not None:
            warnings.append(
                f"This file is cut off: it can be read up to {cut_off_at_s:.1f} s, and "
                "that part was analysed."
            )
        if not any(self.person):
            warnings.append(
                "Nobody was seen in this video. The whole body has to be in the picture, in "
                "good light."
            )
        shape = (-1, N_JOINTS)
        t_s = np.array(self.t_s)
        voted = pipeline.in_hindsight(np.array(self.proba), t_s)
        return Analysis(
            info=info,
            t_s=t_s,
            person=np.array(self.person, bool),
            frame_exercise=tuple(self.frame_exercise),
            voted_exercise=voted,
            flexion_deg=np.array(self.flexion_deg, float).reshape(shape),
            error_deg=np.array(self.error_deg, float).reshape(shape),
            sets=tuple(in_hindsight(sets, t_s, voted)),
            warnings=tuple(warnings),
            view=tuple(self.view),
            hint=tuple(self.hint),
            hold_faults=tuple(self.hold_faults),
        )


def _set_entry(each: ExerciseSet) -> dict[str, Any]:
    return {
        "exercise": each.exercise,
        "start_s": _number(each.start_s),
        "end_s": _number(each.end_s),
        "hold_s": _number(each.hold_s),
        "reps": [_rep_entry(rep) for rep in each.reps],
    }


def _rep_entry(rep: Rep) -> dict[str, Any]:
    return {
        "start_s": _number(rep.start_s),
        "end_s": _number(rep.end_s),
        "complete": bool(rep.complete),
        "rom_deg": _number(rep.rom_deg),
        "score": _number(rep.score),
        "faults": [_fault_entry(fault) for fault in rep.faults],
    }


def _fault_entry(fault: Fault) -> dict[str, Any]:
    in_deg = fault.unit == "deg"  # a tempo or a ratio is no angle: the keys say degrees
    return {
        "id": fault.id,
        "at_s": _number(fault.at_s),
        "joint": fault.joint,
        "measured_deg": _number(fault.measured) if in_deg else None,
        "range_deg": [_number(fault.low), _number(fault.high)] if in_deg else None,
        "cue": fault.cue,
    }


def _number(value: float | None) -> float | None:
    """A finite number of few digits; None where there is none."""
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), _DECIMALS)
