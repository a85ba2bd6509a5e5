"""Faults of drawn people are measured on what is known of them. No picture is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("numba")

from bench.angle_data import NoClips
from bench.faults import ClipResult, judged_from, read_folder, report, shares
from bench.rendered.clip import truth_of
from bench.rendered.plan import Ranges, draw_plan
from bench.rendered.recipe import Wish, make_folder
from bench.rendered.truth_poses import true_poses
from posecore.angles import JOINT_NAMES, flexion_deg
from posecore.exercises import load_exercises

EXERCISES = load_exercises()
SQUATS = (
    'seed = 3\n[ranges]\nfps = [10]\nreps = [2, 2]\nbodies = ["ada"]\nazimuths_deg = [[85, 95]]\n'
    '[[clips]]\nexercise = "squat"\n'
    '[[clips]]\nexercise = "squat"\nfault = "shallow"\nfault_share = 1.0\n'
)


def test_true_poses_have_the_true_angles_but_for_perspective():
    truth = truth_of(draw_plan("squat", 1, Ranges(fps=(5,), reps=(1, 1))))
    poses = list(true_poses(truth))
    assert len(poses) == len(truth["p3"])
    for (t_s, pose), true in zip(poses[::4], truth["flexion_deg"][::4]):
        assert pose.t_s == t_s
        known = dict(zip(truth["joints"].tolist(), true))
        wanted = [known[name] for name in JOINT_NAMES]
        assert flexion_deg(pose, corrected=False) == pytest.approx(wanted, abs=6.0)


def test_a_shallow_squat_is_told_and_a_good_one_is_clean(tmp_path: Path):
    (tmp_path / "recipe.toml").write_text(SQUATS)
    list(make_folder(tmp_path / "recipe.toml", tmp_path, wish=Wish(truth_only=True)))
    good, shallow = sorted(read_folder(tmp_path, None, truth=True), key=lambda c: len(c.wrong))
    assert (good.told, good.reps) == (frozenset(), 2)
    assert (shallow.wrong, shallow.told, shallow.reps) == ({"shallow"}, {"shallow"}, 2)
    assert "| squat | shallow |  |  | 1 of 1 | 0 of 1 |" in report([good, shallow])


def clip(view: str, wrong: set[str], told: set[str], reps: int = 2) -> ClipResult:
    return ClipResult("c", "squat", "ada", view, frozenset(wrong), frozenset(told), 2, reps)


def test_what_a_view_cannot_judge_does_not_enter_the_shares():
    assert judged_from(EXERCISES["squat"], "knees_in") == ("front",)
    found = shares(
        [clip("side", {"knees_in"}, set()), clip("front", {"knees_in"}, set())], EXERCISES
    )
    assert found.told == (0, 1)


def test_told_wrongly_clean_and_exact_are_counted():
    clips = [clip("side", {"lean"}, {"lean"}), clip("side", set(), {"lean"}, reps=3)]
    found = shares(clips, EXERCISES)
    assert (found.told, found.clean, found.exact) == ((1, 1), (0, 1), (1, 2))
    assert found.wrongly[0] == 1


def test_a_folder_without_films_is_named(tmp_path: Path):
    with pytest.raises(NoClips, match=tmp_path.name):
        list(read_folder(tmp_path, None))
