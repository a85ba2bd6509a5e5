"""What a taught exercise is recognised by: windows of the reps that were shown, and variants.

The variants (another camera view, tempo, hidden joints: table.vary) are those that the shipped
classifier was trained with: one person from one side is a narrow lesson.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from posecore.classify import read_card
from posecore.estimate import ESTIMATOR
from posecore.exercises import own_folders, usable_exercises
from posecore.exercises.names import ExerciseNameError, checked_title, file_stem
from posecore.exercises.write import remove_exercise, save_exercise
from posecore.features import FEATURE_NAMES, JOINTS_12, joints_of
from posecore.figure import Frames, frames_of, points_of
from posecore.language import Text
from posecore.path import curve_of, key_joints
from posecore.sources import Sequence as Clip
from posecore.table import Table, sequence_rows, vary
from posecore.taught import BACKGROUND_PATH, Examples, write_examples
from posecore.teach import Proposal
from posecore.teach_shown import Frames as Shown
from posecore.teach_shown import TeachError, parted
from posecore.train import draw_rows, mixed

VARIANTS = 8
MOST_WINDOWS = 240
"""Kept of all windows; more of one person say nothing new and make the file large."""

BACKGROUND_ROWS = 1500
SEED = 0


def examples_of(proposal: Proposal, frames: Shown, seed: int = SEED) -> Examples:
    """Windows during the reps of a proposal, which was made from these ``frames``."""
    found = [windows_of(clip, seed + nth) for nth, clip in enumerate(_clips_of(proposal, frames))]
    x = np.concatenate(found) if found else np.empty((0, len(FEATURE_NAMES)))
    if not len(x):
        raise TeachError(Text("The repetitions are too short to recognise the exercise by."))
    followed, curve_deg = mean_curve(proposal)
    figure = figure_of(proposal, frames) or ()
    return Examples(proposal.exercise.name, x, figure, followed, curve_deg)


def _clips_of(proposal: Proposal, frames: Shown) -> Iterator[Clip]:
    """Each clip by itself, as training reads them; one in which nothing was done is left out."""
    name = proposal.exercise.name
    for shown in parted(frames):
        seen = [(t_s, pose) for t_s, pose in shown if pose is not None]
        begin_s, end_s = shown[0][0], shown[-1][0]
        active = tuple(
            (start_s - begin_s, stop_s - begin_s)
            for start_s, stop_s in proposal.stretches
            if begin_s <= start_s <= end_s
        )
        if not seen or not active:
            continue
        yield Clip(
            source="taught",
            group=name,
            clip=name,
            label=name,
            split="train",
            variant=False,
            t_s=np.array([t_s - begin_s for t_s, _ in seen]),
            joints_px=np.array([joints_of(pose) for _, pose in seen]),
            world=np.array([pose.world[list(JOINTS_12)] for _, pose in seen]),
            active=active,
        )


def windows_of(clip: Clip, seed: int = SEED) -> np.ndarray:
    """(n, n_features): windows of the clip's active spans and of its variants."""
    windows: list[np.ndarray] = []
    for k in range(VARIANTS + 1):
        rng = np.random.default_rng([seed, k])
        t_s, joints = (clip.t_s, clip.joints_px) if k == 0 else vary(clip, rng)
        rows, labels = sequence_rows(clip, t_s, joints, rng)
        windows += [row for row, label in zip(rows, labels, strict=True) if label == clip.label]
    x = np.array(windows).reshape(-1, len(FEATURE_NAMES))
    if len(x) > MOST_WINDOWS:
        x = x[np.sort(np.random.default_rng(seed).choice(len(x), MOST_WINDOWS, replace=False))]
    return x


def mean_curve(proposal: Proposal) -> tuple[tuple[str, ...], np.ndarray]:
    """Key joints and the mean of their angles over the reps; no joints where they were unseen."""
    joints = key_joints(proposal.exercise)
    curves = []
    for span in proposal.complete:
        part = proposal.seen.between(span.start_s, span.end_s)
        curve = curve_of(proposal.exercise, joints, part.t_s, part.rows)
        curves += [curve] if curve is not None else []
    if not curves:
        return (), np.empty((0, 0))
    return joints, np.mean(curves, axis=0).round(1)


def keep(proposal: Proposal, frames: Shown, person: str = "") -> Path:
    """Writes the exercise and what it is recognised by into the person's own folder.

    Both or neither. Raises TeachError, ExerciseNameError, ExerciseFileError or OSError.
    """
    proposal.demand_enough()
    examples = examples_of(proposal, frames)
    demand_free_name(proposal.exercise.title, person)
    folder = own_folders(person)[-1]
    path = save_exercise(proposal.exercise, folder, new=True)
    try:
        write_examples(examples, folder)
    except BaseException:
        remove_exercise(proposal.exercise.name, folder)
        raise
    return path


def demand_free_name(title: str, person: str = "") -> str:
    """The title without blanks around it.

    Raises ExerciseNameError where it cannot be one, or another exercise is called so.
    """
    title = checked_title(title)
    if file_stem(title) in {*read_card()["classes"], *usable_exercises(person)[0]}:
        raise ExerciseNameError(
            Text(
                "There is already an exercise called {title}. Choose another name.",
                title=repr(title),
            )
        )
    return title


def figure_of(proposal: Proposal, frames: Shown) -> Frames | None:
    """The stick figure of the rep of middle length, or of the middle of the longest hold."""
    spans = [(span.start_s, span.end_s) for span in proposal.complete] or proposal.stretches
    if not spans:
        return None
    spans = sorted(spans, key=lambda span: span[1] - span[0])
    start_s, end_s = spans[len(spans) // 2] if proposal.complete else spans[-1]
    poses = [pose for t_s, pose in frames if pose and start_s <= t_s <= end_s]
    if not proposal.complete:
        poses = poses[len(poses) // 2 :][:1]
    return frames_of(points_of(poses))


def write_background(table: Table, path: Path = BACKGROUND_PATH, seed: int = SEED) -> Path:
    """What people do otherwise: windows of the training table, each mixed with another.

    Mixed as they are for training, none is the measurement of one person. Made of features, so
    that it goes with every classifier that is trained on them.
    """
    rng = np.random.default_rng(seed)
    x, y = draw_rows(table, rng, BACKGROUND_ROWS)
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(
        unfinished,
        x=mixed(x, y, rng).astype(np.float16),
        estimator=np.array(ESTIMATOR),
        n_features=np.array(len(FEATURE_NAMES)),
    )
    unfinished.replace(path)
    return path
