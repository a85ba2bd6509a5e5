"""The angle benchmark written down: docs/ACCURACY.md, its picture, models/angle_error.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.angle_chart import grouped_bars
from bench.angle_data import shipped_fit
from bench.angle_real import read_filmed, real_section
from bench.angles import (
    BODIES_AND_MOVEMENTS,
    ESTIMATORS,
    KEY_JOINT,
    KINDS,
    NAMES,
    OTHER_BODIES,
    VIEWS,
    Measured,
    best_view_errors,
    best_view_mean,
    by_joint_and_view,
    expected_errors,
    found_share,
    key_joint_errors,
    key_mean,
    measure_clips,
    over_joints_and_views,
)
from bench.page import PAGE, table, write_section
from posecore.angle_model import ERRORS

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "angles.svg"
_UNSEEN = (BODIES_AND_MOVEMENTS, OTHER_BODIES)
_RAW = ("2-D", "world")
_HOW = """### How these figures are made

The people are drawn by recipes, the same each time; a clip takes about half a minute:

    python -m bench.rendered folder bench/rendered/recipes/bench.toml BENCH
    python -m bench.rendered folder bench/rendered/recipes/train.toml TRAIN
    python -m bench.rendered folder bench/rendered/recipes/angles.toml RANDOM
    python -m bench.rendered folder --seed 60000 bench/rendered/recipes/angles.toml RANDOM
    python -m bench.rendered folder bench/rendered/recipes/everyday.toml EVERYDAY
    python -m bench fit-angles RANDOM EVERYDAY TRAIN --cache CACHE
    python -m bench angles BENCH TRAIN RANDOM EVERYDAY ../shared/data/rendered \\
        --data ../shared/data --cache CACHE

A folder may be half done: what is there is used, and the tables say how many clips that was. The
fit leaves out every exercise: of TRAIN it takes people who stand, walk, sit down, pick something up
or stretch. Which group a clip belongs to follows from its body and its movement and from what
`models/angle_correction.json` says of those that the correction was fitted to. The last folder
holds clips of bodies that another program drew.

### What was tried and left out

- Lengths of bones, and the depth that a foreshortened limb must then have: even with the true
  lengths, and told whether the limb points at the camera or away, no better than the depth of the
  world landmarks; without being told, worse. Only elbows gained, and only when told.
- The picture's own z, landmarks of head and hands, and lengths measured over time as further
  inputs of the correction: within the noise of one fit.
- Smoothing angles over time, looking ahead or not: an angle is off by nearly the same amount for a
  whole clip, so there is little to average away, and a lag costs more than that.
- A network for each kind of joint, and one that does not learn where the bones point: worse in
  random poses, no better in exercises.
- The angles between the turned bones alone: better in random poses, worse in exercises.
- More weight for straight joints or for poses at ease, no blur and no dropping: no better.
- A correction without a bound: it moved ideal bodies far, and was no better on any group."""


def angles_command(
    folders: Sequence[Path], cache: Path | None, out: Path | None = None, data: Path | None = None
) -> None:
    """Measure, print, and write the page's section, its picture and the expected errors.

    ``out`` takes all three instead of the project's own folders; ``data``: filmed clips with labels
    """
    groups = measure_clips(folders, cache, shipped_fit())
    page, picture, errors = PAGE, PICTURE, ERRORS
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        page, picture, errors = out / PAGE.name, out / PICTURE.name, out / ERRORS.name
    text = section(groups, real_section(read_filmed(data, cache)) if data is not None else "")
    print(text)
    write_section(page, "angles", text)
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(chart(groups), encoding="utf-8")
    unseen = [m for name in _UNSEEN for m in groups.get(name, [])]
    if unseen:
        errors.write_text(json.dumps(error_card(groups, unseen), indent=1) + "\n", encoding="utf-8")


def error_card(
    groups: Mapping[str, Sequence[Measured]], unseen: Sequence[Measured]
) -> dict[str, object]:
    """What models/angle_error.json holds."""
    key = key_joint_errors(unseen, "pipeline")
    return {
        "what": "mean absolute error of joint angles in degrees, on rendered people",
        "measured_by": "python -m bench angles, docs/ACCURACY.md",
        "measured_on": [name for name in _UNSEEN if name in groups],
        "clips": len(unseen),
        "frames": sum(len(m.clip.truth_deg) for m in unseen),
        "mae_deg": {
            view: {kind: error for kind, error in by_kind.items() if error == error}
            for view, by_kind in expected_errors(unseen).items()
        },
        "key_joint_mae_deg": {
            exercise: {v: round(key[exercise, v], 1) for v in VIEWS if (exercise, v) in key}
            for exercise in sorted({exercise for exercise, _ in key})
        },
        "groups": {
            name: {e: _number(over_joints_and_views(clips, e)) for e in NAMES}
            for name, clips in groups.items()
        },
    }


def section(groups: Mapping[str, Sequence[Measured]], real: str = "") -> str:
    parts = [
        "## Joint angles, on rendered people",
        "Degrees of mean absolute error between the angle that is read and the true one, on "
        "people drawn by `bench/rendered`, over frames in which somebody was found and the joint "
        "counts as seen. Real people are not measured here: nobody knows their angles.",
        "- **2-D**: MediaPipe's landmarks on the picture, in true proportions; **world**: its "
        "world landmarks; both raw.\n"
        "- **2-D with depth**: the place across from the picture, the depth from the world "
        "landmarks.\n"
        "- **pipeline**: what posecore gives: the same with the learnt correction.\n"
        "- **oracle**: in each frame the raw reading that happens to be nearer to the truth. "
        "Nobody can know which that is.",
        "### All joints",
        "Mean over joints and views. Found: share of the frames with somebody in them. The learnt "
        "correction has seen random poses and everyday movements (standing, walking, sitting down, "
        "picking something up, stretching), never an exercise; the unseen bodies not at all.",
        table(
            ["people", "clips", "found", *NAMES, "less than the better raw one"],
            [_group_row(name, clips) for name, clips in groups.items()],
        ),
        f"![Mean absolute error by joint, view and reading](images/{PICTURE.name})",
        "### The joint that counts",
        "Of the joint that an exercise is counted and judged by, on the side that is seen better, "
        "mean over exercises and views; and from each exercise's best view.",
        table(
            ["people", *NAMES, "pipeline, best view"],
            [
                [name, *(_deg(key_mean(clips, e)) for e in NAMES)]
                + [_deg(best_view_mean(clips, "pipeline"))]
                for name, clips in groups.items()
                if key_joint_errors(clips, "pipeline")
            ],
        ),
    ]
    for name, clips in groups.items():
        parts += [f"### By joint and view: {name}", "Mean absolute error, and bias in brackets."]
        parts += [_jointtable(clips)]
        if key_joint_errors(clips, "pipeline"):
            parts += [f"### By exercise: {name}", "Key joint, better side."]
            parts += [_exercisetable(clips)]
    return "\n\n".join([*parts, *([real] if real else []), _HOW]) + "\n"


def chart(groups: Mapping[str, Sequence[Measured]]) -> str:
    """An SVG of the first group: a bar for each reading of each joint from each view."""
    name, clips = next(iter(groups.items()))
    shown = {e: by_joint_and_view(clips, e) for e in ESTIMATORS}
    values = {
        f"{kind}, {view}": [shown[e][kind, view].mae_deg for e in ESTIMATORS]
        for kind in KINDS
        for view in VIEWS
    }
    title = f"Mean absolute error in degrees, rendered people: {name}"
    return grouped_bars(title, list(ESTIMATORS), values)


def _group_row(name: str, clips: Sequence[Measured]) -> list[str]:
    errors = {e: over_joints_and_views(clips, e) for e in NAMES}
    raw = min(errors[e] for e in _RAW)
    less = 1 - errors["pipeline"] / raw if raw else float("nan")
    found = f"{100 * found_share(clips):.1f} %"
    return [
        name,
        str(len(clips)),
        found,
        *(_deg(errors[e]) for e in NAMES),
        "–" if less != less else f"{100 * less:.0f} %",
    ]


def _jointtable(clips: Sequence[Measured]) -> str:
    shown = {e: by_joint_and_view(clips, e) for e in NAMES}
    rows = []
    for kind in KINDS:
        for view in VIEWS:
            figures = [shown[e][kind, view] for e in NAMES]
            if figures[0].frames:
                cells = [f"{f.mae_deg:.1f} ({f.bias_deg:+.1f})" for f in figures]
                rows.append([kind, view, *cells, str(figures[0].frames)])
    return table(["joint", "view", *NAMES, "readings"], rows)


def _exercisetable(clips: Sequence[Measured]) -> str:
    errors = {e: key_joint_errors(clips, e) for e in NAMES}
    best = best_view_errors(errors["pipeline"])
    rows = []
    for exercise, view in sorted(errors["pipeline"]):
        cells = [_deg(errors[e].get((exercise, view), float("nan"))) for e in NAMES]
        mark = " (best)" if best[exercise][0] == view else ""
        label = f"{exercise.replace('_', ' ')}, {KEY_JOINT[exercise]}"
        rows.append([label, view + mark, *cells])
    return table(["exercise, joint", "view", *NAMES], rows)


def _deg(value: float) -> str:
    return "–" if value != value else f"{value:.1f}"


def _number(value: float) -> float | None:
    return None if value != value else round(value, 1)
