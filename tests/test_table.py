"""The training table: rows, labels and made-up variants of made movements."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.features import FEATURE_NAMES, joints_of
from posecore.landmarks import Landmark as L
from posecore.sources import Sequence
from posecore.table import active, build_table, turned, vary
from posecore.types import NONE
from tests.bodies import Movement, body, held, movement

TWELVE = [L[name] for name in (
    "LEFT_SHOULDER", "RIGHT_SHOULDER", "LEFT_ELBOW", "RIGHT_ELBOW", "LEFT_WRIST", "RIGHT_WRIST",
    "LEFT_HIP", "RIGHT_HIP", "LEFT_KNEE", "RIGHT_KNEE", "LEFT_ANKLE", "RIGHT_ANKLE",
)]  # fmt: skip


def sequence(label: str, frames: Movement, clip: str = "a", **changes: object) -> Sequence:
    values: dict[str, object] = {
        "source": "made",
        "group": f"made:{clip}",
        "clip": clip,
        "label": label,
        "split": "train",
        "variant": False,
        "t_s": np.array([t_s for t_s, _ in frames]),
        "joints_px": np.array([joints_of(pose) for _, pose in frames]),
        "world": np.array([pose.world[TWELVE] for _, pose in frames]),
    }
    return Sequence(**{**values, **changes})  # type: ignore[arg-type]


def standing(seconds: float, since_s: float = 0.0, fps: float = 15.0) -> Movement:
    times = since_s + np.arange(0.0, seconds, 1 / fps)
    return [(float(t), body(t_s=float(t), shoulder=20.0)) for t in times]


def squats(reps: int = 2, **changes: object) -> Movement:
    return movement("squat", reps, fps=15, **changes)  # type: ignore[arg-type]


def labels_of(label: str, frames: Movement, **changes: object) -> list[str]:
    """Of the rows of one sequence, in order of time."""
    return build_table([sequence(label, frames, **changes)], {}, seed=0).y.tolist()


def test_every_row_says_where_it_comes_from():
    table = build_table(
        [sequence("squat", squats(), "a"), sequence(NONE, standing(3.0), "b")], {}, seed=0
    )
    assert table.x.shape == (len(table), len(FEATURE_NAMES))
    assert set(zip(table.clip, table.y)) == {("a", "squat"), ("b", NONE)}
    assert set(table.group[table.clip == "b"]) == {"made:b"}
    assert not table.made.any()


def test_rows_are_taken_a_few_times_a_second_whatever_the_frame_rate():
    slow, quick = (len(labels_of("squat", movement("squat", 2, fps=fps))) for fps in (15, 60))
    assert quick == pytest.approx(slow, rel=0.25)


def test_standing_before_and_after_the_movement_is_no_exercise():
    frames = squats(2, start_s=5.0)
    frames = [*standing(5.0), *frames, *standing(5.0, since_s=frames[-1][0] + 0.05)]
    said = labels_of("squat", frames)
    assert said[0] == said[-1] == NONE
    middle = [i for i, label in enumerate(said) if label == "squat"]
    assert 0.3 < len(middle) / len(said) < 0.7
    assert middle == list(range(middle[0], middle[-1] + 1))


def test_standing_between_two_reps_says_nothing():
    said = labels_of("squat", squats(2, rest_s=5.0))
    first, last = said.index("squat"), len(said) - 1 - said[::-1].index("squat")
    assert set(said[first : last + 1]) == {"squat"}
    assert last - first + 1 < 0.6 * len(said)


def test_spans_that_a_label_gives_decide_over_what_moves():
    frames = squats(3, rest_s=1.0)
    spans = ((1.0, 3.4), (7.8, 10.2))  # the second squat was something else
    said = labels_of("squat", frames, active=spans)
    assert said[0] == said[-1] == NONE
    changes = [a for a, b in zip(said, [*said[1:], ""]) if a != b]
    assert changes == [NONE, "squat", NONE, "squat", NONE]


def test_spans_follow_a_variant_that_runs_at_another_pace():
    frames = squats(2, rest_s=3.0)
    seen = sequence("squat", frames, active=((3.0, 5.4), (8.4, 10.8)))
    table = build_table([seen], {"squat": 6}, seed=0)
    bent = table.x[:, FEATURE_NAMES.index("right_knee_angle")] < 0.8  # in half turns
    seen_bent = bent[np.isfinite(table.x[:, FEATURE_NAMES.index("right_knee_angle")])]
    assert seen_bent.sum() > 20
    assert set(table.y[bent]) == {"squat"}


def test_hold_needs_no_movement():
    assert set(labels_of("plank", held("plank", 4.0, fps=15))) == {"plank"}


def test_single_picture_is_one_row_of_its_class_without_variants():
    picture = sequence("squat", [(0.0, body(knee=100, hip=100))], world=None)
    table = build_table([picture], {"squat": 5}, seed=0)
    assert table.y.tolist() == ["squat"]


def test_moving_is_told_from_standing_still():
    frames = [*standing(4.0), *squats(1, start_s=4.0)]
    seen = sequence("squat", frames)
    moving = active(seen.t_s, seen.joints_px)
    assert not moving[seen.t_s < 2.5].any()
    assert moving[(seen.t_s > 5.2) & (seen.t_s < 6.4)].all()


def test_landmark_that_jumps_is_no_movement():
    seen = sequence("squat", standing(4.0))
    joints = seen.joints_px.copy()
    joints[30, 4] += 300.0
    assert not active(seen.t_s, joints).any()


def test_variants_are_marked_and_counted_by_class():
    sequences = [sequence("squat", squats(1), "a"), sequence(NONE, standing(3.0), "b")]
    plain = build_table(sequences, {}, seed=0)
    table = build_table(sequences, {"squat": 3}, seed=0)
    assert (table.y[table.made] == "squat").any()
    assert not table.made[table.clip == "b"].any()
    assert len(table) > 2 * len(plain)


def test_same_seed_makes_the_same_table_and_another_seed_another():
    sequences = [sequence("squat", squats(1))]
    first, again, other = (build_table(sequences, {"squat": 2}, seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.x, again.x)
    assert first.x.shape != other.x.shape or not np.array_equal(first.x, other.x, equal_nan=True)


def test_variant_leaves_the_sequence_as_it_was():
    seen = sequence("squat", squats(1))
    before = seen.joints_px.copy()
    for seed in range(8):
        t_s, joints = vary(seen, np.random.default_rng(seed))
        assert len(t_s) == len(joints)
        assert (np.diff(t_s) > 0).all()
    np.testing.assert_array_equal(seen.joints_px, before)


def test_body_that_is_turned_still_stands_on_its_feet():
    world = sequence("squat", squats(1)).world
    joints = turned(world, np.random.default_rng(3))
    assert joints.shape == (*world.shape[:2], 2)
    lowest = joints[..., 1].max(axis=1)
    assert np.abs(lowest - lowest.mean()).max() < 0.12  # metres: the ground stays where it is
    hips = joints[:, 6:8, 1].mean(axis=1)
    assert hips.max() - hips.min() > 0.25  # and the hips go down


def test_rows_can_be_chosen():
    table = build_table([sequence("squat", squats(1)), sequence(NONE, standing(3.0), "b")], {}, 0)
    chosen = table.rows(table.y == NONE)
    assert set(chosen.clip) == {"b"} and len(chosen.x) == len(chosen)
