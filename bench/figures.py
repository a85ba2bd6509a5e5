"""Makes models/figures.json: the stick figures of the Exercises page, from drawn people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from posecore.exercises import Exercise, load_exercises
from posecore.features import JOINTS_12
from posecore.figure import FIGURES_PATH, Frames, frames_of

YAW_DEG = {"front": 0.0, "diagonal": 40.0, "side": 90.0}
CLIPS = Path(__file__).resolve().parents[1] / "tests" / "clips"


def figures_command(folder: Path = CLIPS, out: Path | None = None) -> Path:
    """One good rep of each exercise, seen from where most of it can be judged."""
    exercises = load_exercises()
    found: dict[str, Frames] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as truth:
            name = str(truth["exercise"]) if "exercise" in truth.files else ""
            if name in exercises and name not in found and not len(truth["fault_id"]):
                frames = _figure(exercises[name], {key: truth[key] for key in truth.files})
                if frames is not None:
                    found[name] = frames
    path = out or FIGURES_PATH
    table = {"made_by": "python -m bench figures", "licence": "CC0", "figures": found}
    path.write_text(json.dumps(table, separators=(",", ":")) + "\n", encoding="utf-8")
    print(
        f"{len(found)} figures of {len(exercises)} exercises, {path.stat().st_size / 1000:.0f} kB"
    )
    return path


def _figure(exercise: Exercise, truth: dict[str, np.ndarray]) -> Frames | None:
    points = _seen_from(exercise.best_views[0], truth)
    if exercise.kind == "hold":
        return frames_of(points[len(points) // 2 :][:1])
    if not len(truth["rep_start_s"]):
        return None
    at_s = np.arange(len(points)) / float(truth["fps"])
    sided = str(truth["rep_side"][0]) != "both" and len(truth["rep_end_s"]) > 1
    end_s = truth["rep_end_s"][1 if sided else 0]  # one of each side, where they take turns
    inside = (at_s >= truth["rep_start_s"][0]) & (at_s <= end_s)
    return frames_of(points[inside])


def _seen_from(view: str, truth: dict[str, np.ndarray]) -> np.ndarray:
    """(n, 13, 2) of drawn joints in metres, without perspective; the left is on the right."""
    names, points = truth["names"].tolist(), truth["p3"].astype(float)

    def at(part: str, side: str) -> np.ndarray:
        return points[:, names.index(part + {"left": "L", "right": "R"}[side])]

    columns = [at(*reversed(joint.name.lower().split("_"))) for joint in JOINTS_12]
    head = (at("ear", "left") + at("ear", "right")) / 2
    body = np.stack([*columns, head], axis=1)
    leftwards = (at("hip", "left") - at("hip", "right"))[0]
    leftwards[2] = 0.0
    leftwards /= np.linalg.norm(leftwards)
    forwards = np.cross(leftwards, [0.0, 0.0, 1.0])
    yaw = np.radians(YAW_DEG[view])
    across = np.cos(yaw) * leftwards + np.sin(yaw) * forwards
    return np.stack([body @ across, -body[..., 2]], axis=-1)
