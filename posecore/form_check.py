"""The form rules on keypoints of another estimator: OpenPose's 18 points of labelled clips.

The clips (arXiv 2006.11718, github.com/stevenzchen/pose-trainer) check the rules and teach them
nothing: their licence is the GPL. They have no depth and no picture size, so each side of the
body is laid parallel to the picture, and the two sides as far apart as shoulders are broad.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecore.exercises import Exercise, load_exercises
from posecore.landmarks import MIRROR, N_LANDMARKS, Landmark
from posecore.pipeline import Pipeline, Settings
from posecore.types import Pose, Rep

EXERCISE_OF: Mapping[str, str] = {
    "bicep": "biceps_curl",
    "frontraise": "front_raise",
    "shoulderpress": "shoulder_press",
}
"""Name in the files -> exercise here. The shrug has none."""

FPS = 30.0
"""The files say no times; 30 frames a second is what phones record."""

FOUND = 0.1
"""Confidence from which a keypoint was found; OpenPose gives hidden ankles some hundredths."""

BREADTH = 0.73
"""Distance of the shoulder joints over the trunk's length: 0.71 to 0.76 in the bodies that
bench/rendered draws."""

UNCORRECTED = Settings(correct_angles=False)
"""What was learnt of MediaPipe's errors says nothing of OpenPose's."""

_SIZE_PX = (1280, 720)
_METRES_A_TRUNK = 0.5
_NAME = re.compile(r"([a-z]+?)_?(good|bad)_?(\d+)")
KEYPOINTS: Mapping[Landmark, int] = {
    Landmark.NOSE: 0,
    Landmark.RIGHT_SHOULDER: 2,
    Landmark.RIGHT_ELBOW: 3,
    Landmark.RIGHT_WRIST: 4,
    Landmark.LEFT_SHOULDER: 5,
    Landmark.LEFT_ELBOW: 6,
    Landmark.LEFT_WRIST: 7,
    Landmark.RIGHT_HIP: 8,
    Landmark.RIGHT_KNEE: 9,
    Landmark.RIGHT_ANKLE: 10,
    Landmark.LEFT_HIP: 11,
    Landmark.LEFT_KNEE: 12,
    Landmark.LEFT_ANKLE: 13,
    Landmark.RIGHT_EYE: 14,
    Landmark.LEFT_EYE: 15,
    Landmark.RIGHT_EAR: 16,
    Landmark.LEFT_EAR: 17,
}


@dataclass(frozen=True)
class FormVerdict:
    """What a labelled clip was and what was said; ``said`` None: nothing was seen to judge."""

    clip: str
    exercise: str
    form: str
    said: str | None
    reps: int
    attempts: int
    faults: tuple[str, ...]


def pose_of(points: np.ndarray, t_s: float) -> Pose | None:
    """A pose of (18, 3) OpenPose keypoints: x and y in pixels, confidence. None: no trunk."""
    flat = np.zeros((N_LANDMARKS, 2))
    visibility = np.zeros(N_LANDMARKS)
    for mark, k in KEYPOINTS.items():
        if points[k, 2] >= FOUND:
            flat[mark], visibility[mark] = points[k, :2], 1.0
    shoulders, hips = (
        [m for m in (Landmark[f"LEFT_{part}"], Landmark[f"RIGHT_{part}"]) if visibility[m]]
        for part in ("SHOULDER", "HIP")
    )
    if not shoulders or not hips:
        return None
    middle = flat[hips].mean(axis=0)
    trunk_px = float(np.linalg.norm(flat[shoulders].mean(axis=0) - middle))
    if trunk_px <= 0:
        return None
    for mark in Landmark:  # what is hidden is taken to lie behind its other side
        if not visibility[mark]:
            flat[mark] = flat[MIRROR[mark]] if visibility[MIRROR[mark]] else middle
    world = np.zeros((N_LANDMARKS, 3))
    world[:, :2] = (flat - middle) * (_METRES_A_TRUNK / trunk_px)
    half = _half_depth(flat, shoulders, trunk_px) * _METRES_A_TRUNK
    for mark in Landmark:
        side = mark.name.split("_", 1)[0]
        world[mark, 2] = {"LEFT": half, "RIGHT": -half}.get(side, 0.0)
    image = np.column_stack([flat / np.array(_SIZE_PX, float), np.zeros(N_LANDMARKS)])
    return Pose(t_s, image, world, visibility, _SIZE_PX)


def _half_depth(flat: np.ndarray, shoulders: list[Landmark], trunk_px: float) -> float:
    """Half the depth between the sides in trunks: what the picture lacks of the breadth."""
    if len(shoulders) < 2:
        return BREADTH / 2  # one shoulder hides the other: the side
    seen = float(np.linalg.norm(flat[shoulders[0]] - flat[shoulders[1]])) / trunk_px
    return float(np.sqrt(max(BREADTH**2 - seen**2, 0.0))) / 2


def poses_of(path: Path) -> Iterator[tuple[float, Pose | None]]:
    """(time, pose) of each frame of a file of (n, 18, 3) keypoints."""
    for i, points in enumerate(np.load(path, allow_pickle=False)):
        yield i / FPS, pose_of(points, i / FPS)


def check_clip(path: Path, exercises: Mapping[str, Exercise]) -> FormVerdict | None:
    """One clip through the pipeline, told its exercise; None where it is of no exercise here."""
    named = _NAME.fullmatch(path.stem)
    if named is None or named[1] not in EXERCISE_OF:
        return None
    exercise = EXERCISE_OF[named[1]]
    pipeline = Pipeline(exercises=exercises, exercise=exercise, settings=UNCORRECTED)
    reps: list[Rep] = []
    for t_s, pose in poses_of(path):
        rep = pipeline.advance(t_s, pose).rep
        reps += [rep] if rep is not None else []
    whole = [rep for rep in reps if rep.complete]
    bad = sum(bool(rep.faults) for rep in whole)
    said = None
    if whole:
        said = "incorrect" if 2 * bad >= len(whole) else "correct"
    elif reps:
        said = "incorrect"  # only attempts: no movement reached its range
    return FormVerdict(
        clip=path.stem,
        exercise=exercise,
        form={"good": "correct", "bad": "incorrect"}[named[2]],
        said=said,
        reps=len(whole),
        attempts=len(reps) - len(whole),
        faults=tuple(sorted({fault.id for rep in reps for fault in rep.faults})),
    )


def check_folder(folder: Path) -> list[FormVerdict]:
    """Every clip of the folder that fits an exercise here."""
    exercises = load_exercises()
    verdicts = (check_clip(path, exercises) for path in sorted(folder.glob("*.npy")))
    return [verdict for verdict in verdicts if verdict is not None]


def balanced(verdicts: list[FormVerdict]) -> dict[str, float]:
    """Recall of correct and of incorrect, and their mean; NaN where none says."""
    recall = {}
    for form in ("correct", "incorrect"):
        said = [v.said == form for v in verdicts if v.form == form]
        recall[form] = float(np.mean(said)) if said else float("nan")
    return {**recall, "form_balanced": (recall["correct"] + recall["incorrect"]) / 2}


def check_form(folder: Path, say: Callable[[str], None] = print) -> dict[str, float]:
    """Print the balanced accuracy on the folder's clips, and of each exercise."""
    verdicts = check_folder(folder)
    total = {"form_clips": float(len(verdicts)), **balanced(verdicts)}
    say("\npose_trainer (OpenPose keypoints, told the exercise)")
    say(f"  {'form_clips':24s} {len(verdicts)}")
    say(f"  {'form_balanced':24s} {total['form_balanced']:.3f}")
    for exercise in sorted({v.exercise for v in verdicts}):
        own = [v for v in verdicts if v.exercise == exercise]
        part = balanced(own)
        say(
            f"    {exercise:16s} clips {len(own):3d}  correct {part['correct']:.2f}  "
            f"incorrect {part['incorrect']:.2f}"
        )
    return total
