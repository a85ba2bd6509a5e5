"""How well taught exercises are recognised on other people, and what the shipped ones lose.

One clip of a movement that is none of the shipped exercises teaches it, all the way that a
person's clip would go; the movement's other clips, of other footage, are then asked about, and
those of the shipped exercises that took no part in training.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.page import PAGE, table, write_section
from posecore.classify import ExerciseClassifier
from posecore.clip_score import clip_name
from posecore.features import FeatureWindow, joints_of
from posecore.pipeline import Settings
from posecore.sources import known_label, read_labels
from posecore.taught import TaughtClassifier, background
from posecore.teach import propose
from posecore.teach_recogniser import examples_of
from posecore.teach_signal import TeachError, measured
from posecore.tracks import Track, track_of
from posecore.types import NONE
from posecore.video import VideoError
from posecore.vote import Voter

MOVEMENTS = {
    "mountain climber": "videos_Climbers|mountain-climber",
    "burpee": "[Bb]urpee",
    "russian twist": "russiantwist|russian-twist",
    "crunch": "videos_Crunches|High-Crunches|videos_crunches",
    "calf raise": "[Cc]alf[-_][Rr]aise",
    "high knees": "[Hh]igh-[Kk]nees",
    "flutter kick": "Flutter-Kicks|flutter-kick|___Scissors",
    "butt kicks": "Butt-Kicks|butt_kicks",
    "dip": "workouttracker__dips|gymnai__tricep_dip",
    "row": "barbell-row|bent_over_row",
    "reverse crunch": "[Rr]everse-[Cc]runches",
    "leg extension": "leg[-_]extension",
    "leg press": "leg[-_]press",
    "bench press": "videos_(bench-press|flat-bench|close-grip)|gymnai__(bench_press|floor_press)",
}
"""Movement -> pattern of its clips' names. They differ in person, camera and, some, in kind."""

CHOSEN_ON = frozenset(list(MOVEMENTS)[:7])
"""With these the way of recognising was chosen; the others were first asked when it was done."""

TEACHERS = 2
"""So many clips of each movement teach, one at a time."""

EVERY_S = 0.1


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip and its windows: t_s (n,), x (n, n_features)."""

    name: str
    label: str
    group: str
    track: Track
    t_s: np.ndarray
    x: np.ndarray


def teach_command(data: Path, cache: Path | None, out: Path | None = None) -> None:
    """Measure, print, and write the section of docs/ACCURACY.md."""
    clips, asked = _clips(data, cache)
    base = ExerciseClassifier.load()
    before = [_share(base, clip) for clip in asked]
    rows, after, lost, shipped_named = [], [], 0, 0
    hits: dict[bool, list[float]] = {True: [], False: []}
    for movement, pattern in MOVEMENTS.items():
        own = [clip for clip in clips if re.search(pattern, clip.name)]
        named = n = refused = taught_n = 0
        for teacher in own:
            if taught_n == TEACHERS:
                break
            frames = list(teacher.track.poses())
            try:
                proposal = propose(measured(frames), movement)
                examples = examples_of(proposal, frames)
            except TeachError:
                refused += 1
                continue
            taught_n += 1
            model = TaughtClassifier(base, [examples], background())
            others = [clip for clip in own if clip.group != teacher.group]
            named += sum(clip_name(_voted(model, c)) == examples.name for c in others)
            n += len(others)
            shares = [_share(model, clip) for clip in asked]
            after.append(float(np.mean(shares)))
            shipped_named += sum(clip_name(_voted(model, clip)) == examples.name for clip in asked)
            lost += len(asked)
        if n:
            hits[movement in CHOSEN_ON].append(named / n)
        after_words = f"{np.mean(after[-taught_n:]):.3f}" if taught_n else "–"
        rows.append(
            [movement, str(len(own)), str(refused), str(taught_n), f"{named} of {n}", after_words]
        )
        print(*rows[-1], sep=" | ", flush=True)
    text = "\n".join(
        [
            "## Taught exercises",
            "",
            f"One clip teaches; asked are the movement's clips of other footage, and {len(asked)} "
            "clips of the shipped exercises that took no part in training (voted accuracy without "
            f"anything taught: {np.mean(before):.3f}). A clip in which fewer than three "
            "repetitions are found is refused.",
            "",
            table(["movement", "clips", "refused", "taught from", "named", "voted, shipped"], rows),
            "",
            f"Mean over movements: {np.mean(hits[True]):.2f} of the other clips are named on the "
            f"{len(hits[True])} movements with which the way of recognising was chosen, "
            f"{np.mean(hits[False]):.2f} on the {len(hits[False])} that were asked afterwards. The "
            f"shipped exercises keep {np.mean(after):.3f} ({min(after):.3f} at worst); "
            f"{shipped_named} of {lost} of their clips took the name of what was taught. The "
            "classifier and what taught windows are told from have seen most of these movements as "
            "none of the exercises, which makes it harder here than for a movement that is new.",
        ]
    )
    print(text)
    write_section(out or PAGE, "teach", text)


def _clips(data: Path, cache: Path | None) -> tuple[list[Clip], list[Clip]]:
    """Clips of the movements, and those of shipped exercises in the validation split."""
    found: list[Clip] = []
    asked: list[Clip] = []
    patterns = re.compile("|".join(MOVEMENTS.values()))
    for folder in ("clips", "clips_generated"):
        labels = data / folder / "labels.tsv"
        for row in read_labels(labels if labels.exists() else data / "labels.tsv"):
            path, label = data / folder / row["clip"], known_label(row["exercise"])
            wanted = label == NONE and patterns.search(row["clip"])
            held_out = label != NONE and row.get("split") == "val"
            if not path.exists() or not (wanted or held_out):
                continue
            try:
                track = track_of(path, cache)
            except VideoError:
                continue
            if track.found.sum() > 10:
                group = f"{row.get('source')}:{row.get('shot_group') or row['clip']}"
                clip = Clip(row["clip"], label, group, track, *_windows(track))
                (found if wanted else asked).append(clip)
    return found, asked


def _windows(track: Track) -> tuple[np.ndarray, np.ndarray]:
    window = FeatureWindow()
    times: list[float] = []
    x: list[np.ndarray] = []
    for t_s, pose in track.poses():
        if pose is None:
            continue
        window.push(joints_of(pose), t_s)
        if not times or t_s - times[-1] >= EVERY_S:
            times.append(t_s)
            x.append(window.features())
    return np.array(times), np.array(x)


def _voted(model: ExerciseClassifier | TaughtClassifier, clip: Clip) -> list[str]:
    s = Settings()
    voter = Voter(model.classes, s.vote_fade_s, s.vote_confidence, s.vote_margin)
    proba: Sequence[np.ndarray] = list(model.proba_many(clip.x))
    return [voter.step(p, float(t_s)) for p, t_s in zip(proba, clip.t_s, strict=True)]


def _share(model: ExerciseClassifier | TaughtClassifier, clip: Clip) -> float:
    return float(np.mean([name == clip.label for name in _voted(model, clip)]))
