"""The rendered gym: its truth is true. Most of this needs no picture, so none is drawn."""

import filecmp
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")

from bench.rendered.__main__ import main
from bench.rendered.bodies import body_names, load_body
from bench.rendered.clip import make_clip, truth_of
from bench.rendered.drills import DRILLS
from bench.rendered.exercises import EXERCISES, with_faults
from bench.rendered.performance import perform
from bench.rendered.plan import PlanError, Ranges, draw_plan
from bench.rendered.recipe import Job, Wish, label_row, make_folder, read_recipe
from bench.rendered.skeleton import pose
from bench.rendered.truth import save_truth
from bench.rendered.ways import WAYS
from posecore.angles import JOINT_NAMES, flexion_of
from posecore.exercises import load_exercises
from posecore.landmarks import N_LANDMARKS, Landmark
from posecore.sources import clip_sequences
from posecore.video import frames

RECIPES = Path(__file__).parents[1] / "bench" / "rendered" / "recipes"
FAST = Ranges(supersample=1, sizes=((96, 72),), fps=(6,), reps=(1, 1))

# What each exercise reaches at its far end when done well: joint and range of flexion, degrees.
FAR_END = {
    "squat": ("knee", 90, 135),
    "push_up": ("elbow", 80, 110),
    "sit_up": ("hip", 100, 165),
    "jumping_jack": ("shoulder", 140, 180),
    "biceps_curl": ("elbow", 120, 150),
    "shoulder_press": ("elbow", 0, 25),
    "lateral_raise": ("shoulder", 72, 105),
    "front_raise": ("shoulder", 72, 112),
    "pull_up": ("elbow", 105, 140),
    "deadlift": ("hip", 80, 160),
    "plank": ("hip", 0, 20),
}


def flexion_at(exercise, body, left, right, joint):
    """Mean of left and right, of the exercise done as its numbers stand."""
    skeleton = pose(body, EXERCISES[exercise].motion.posture(body, left, right))
    points = np.full((N_LANDMARKS, 3), np.nan)
    for name, at in body.joints(skeleton).items():
        mark = f"{'LEFT' if name.endswith('L') else 'RIGHT'}_{name[:-1].upper()}"
        if mark in Landmark.__members__:
            points[Landmark[mark]] = at
    flexion = dict(zip(JOINT_NAMES, flexion_of(points)))
    return (flexion[f"left_{joint}"] + flexion[f"right_{joint}"]) / 2


def test_every_exercise_of_posecore_can_be_drawn():
    assert set(EXERCISES) == set(load_exercises())


def test_faults_have_the_names_of_the_exercise_files():
    for name, exercise in load_exercises().items():
        told = {
            side.fault
            for target in exercise.targets
            for side in (target.below, target.above)
            if side
        }
        assert set(EXERCISES[name].faults) <= told, name


def test_there_are_at_least_eight_bodies_and_they_differ():
    heights = {round(load_body(name).height_m, 2) for name in body_names()}
    assert len(body_names()) >= 8
    assert max(heights) - min(heights) > 0.3


@pytest.mark.parametrize("exercise", sorted(FAR_END))
def test_good_form_reaches_its_range(exercise):
    joint, low, high = FAR_END[exercise]
    for name in ("ben", "hana"):
        assert low <= flexion_at(exercise, load_body(name), 1.0, 1.0, joint) <= high


def test_same_seed_gives_the_same_bytes_of_truth(tmp_path):
    for name in ("a", "b"):
        save_truth(truth_of(draw_plan("lunge", 5, FAST)), tmp_path / f"{name}.npz")
    assert filecmp.cmp(tmp_path / "a.npz", tmp_path / "b.npz", shallow=False)


def test_another_seed_gives_another_movement():
    one, other = (truth_of(draw_plan("squat", seed, FAST)) for seed in (1, 2))
    assert one["flexion_deg"].max() != other["flexion_deg"].max()


def test_angles_are_posecores_flexion_of_the_true_joints():
    truth = truth_of(draw_plan("biceps_curl", 3, FAST))
    points = np.full((len(truth["p3"]), N_LANDMARKS, 3), np.nan)
    for i, name in enumerate(truth["names"]):
        mark = f"{'LEFT' if name.endswith('L') else 'RIGHT'}_{str(name)[:-1].upper()}"
        if mark in Landmark.__members__:
            points[:, Landmark[mark]] = truth["p3"][:, i]
    expected = flexion_of(points)
    for k, joint in enumerate(truth["joints"]):
        column = expected[:, JOINT_NAMES.index(str(joint))]
        np.testing.assert_allclose(truth["flexion_deg"][:, k], column, atol=0.1)


def test_included_angles_are_what_the_scorer_reads():
    truth = truth_of(draw_plan("squat", 3, FAST))
    knee = list(truth["angn"]).index("kneeL")
    np.testing.assert_allclose(
        180 - truth["ang"][:, knee], truth["flexion_deg"][:, knee], atol=1e-3
    )
    assert str(truth["ex"]) == "squat" and str(truth_of(draw_plan("push_up", 1, FAST))["ex"]) == (
        "pushup"
    )


@pytest.mark.parametrize(
    ("exercise", "planted"),
    [
        ("squat", ("ankleL", "ankleR")),
        ("biceps_curl", ("ankleL", "ankleR")),
        ("deadlift", ("ankleL", "ankleR")),
        ("sit_up", ("ankleL", "ankleR")),
        ("push_up", ("toeL", "toeR", "wristL", "wristR")),
        ("pull_up", ("wristL", "wristR")),
        ("plank", ("toeL", "toeR", "wristL", "wristR")),
    ],
)
def test_what_is_planted_does_not_slide(exercise, planted):
    truth = truth_of(draw_plan(exercise, 11, replace(FAST, seconds=(3, 3))))
    names = list(truth["names"])
    for point in planted:
        path = truth["p3"][:, names.index(point)]
        assert np.ptp(path, axis=0).max() < 0.012, point


@pytest.mark.parametrize("exercise", ["squat", "lunge", "jumping_jack", "walking"])
def test_knees_do_not_cross(exercise):
    truth = truth_of(draw_plan(exercise, 4, FAST))
    names = list(truth["names"])
    left, right = (truth["p3"][:, names.index(f"knee{side}"), 0] for side in "LR")
    assert (left - right).min() > 0.05


def test_nobody_sinks_into_the_floor():
    for exercise in EXERCISES:
        plan = draw_plan(exercise, 8, FAST)
        staged = perform(plan, load_body(plan.body))
        moment = plan.reps[0].far_s if plan.reps else 1.0
        lowest = staged.body.skin(staged.skeleton(moment))[:, 2].min()
        assert lowest > -0.06, exercise


@pytest.mark.parametrize("way", sorted(WAYS))
def test_another_way_to_do_an_exercise_moves_above_the_floor_and_is_taught_as_it(way):
    plan = draw_plan(way, 5, replace(FAST, seconds=(3, 3)))
    truth = truth_of(plan)
    assert truth["p3"][:, :, 2].min() > -0.02
    assert np.ptp(truth["p3"], axis=0).max() > 0.005
    assert label_row(Job(way, plan, 23))["exercise"] == WAYS[way].exercise
    assert not plan.counted_reps


@pytest.mark.parametrize("drill", sorted(DRILLS))
def test_a_drill_moves_above_the_floor_and_is_no_exercise(drill):
    plan = draw_plan(drill, 5, replace(FAST, seconds=(3, 3)))
    truth = truth_of(plan)
    assert truth["p3"][:, :, 2].min() > -0.02
    assert np.ptp(truth["p3"], axis=0).max() > 0.01
    assert label_row(Job(drill, plan, 23))["exercise"] == f"other:{drill}"
    assert not plan.counted_reps


def test_a_variant_is_another_way_to_do_the_same():
    usual, other = (
        truth_of(draw_plan("deadlift", 8, replace(FAST, variant_share=share)))
        for share in (0.0, 1.0)
    )
    assert usual["reps"] == other["reps"]
    assert np.abs(usual["flexion_deg"] - other["flexion_deg"]).max() > 5


def test_half_a_rep_is_an_attempt_and_not_counted():
    plan = draw_plan("squat", 2, replace(FAST, reps=(3, 3), half_share=1.0))
    truth = truth_of(plan)
    assert len(plan.reps) == 4 and plan.counted_reps == 3 and truth["reps"] == 3
    assert sorted(truth["rep_complete"]) == [False, True, True, True]


def test_a_fault_shows_in_the_angles_and_in_the_truth():
    plan = draw_plan("squat", 2, FAST)
    wrong = replace(plan, reps=(replace(plan.reps[0], faults=("shallow",)),))
    good, bad = truth_of(plan), truth_of(wrong)
    assert list(bad["fault_id"]) == ["shallow"] and bad["fault_share"].max() == 1.0
    assert len(good["fault_id"]) == 0
    assert bad["flexion_deg"].max() < good["flexion_deg"].max() - 20


def test_every_fault_names_fields_of_its_movement():
    for exercise in EXERCISES.values():
        for fault in exercise.faults:
            with_faults(exercise, exercise.motion, {fault: 1.0})


def test_alternating_curls_bend_one_arm_at_a_time():
    ranges = replace(FAST, reps=(2, 2), alternating_share=1.0)
    truth = truth_of(draw_plan("biceps_curl", 6, ranges))
    assert sorted(truth["rep_side"]) == ["L", "R"]
    elbows = [list(truth["joints"]).index(f"{side}_elbow") for side in ("left", "right")]
    assert truth["flexion_deg"][:, elbows].min(axis=1).max() < 40


def test_random_poses_stay_within_the_joints_limits():
    ranges = replace(FAST, seconds=(3, 3), poses=3)
    truth = truth_of(draw_plan("random_poses", 1, ranges))
    for k, joint in enumerate(truth["joints"]):
        limit = {"elbow": 150, "knee": 145, "hip": 160, "shoulder": 180}[str(joint).split("_")[1]]
        assert truth["flexion_deg"][:, k].max() <= limit, joint


def test_an_unknown_exercise_or_range_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(PlanError, match="squat"):
        draw_plan("cartwheel", 0, FAST)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[ranges]\nspeed = 3\n[[clips]]\nexercise = "squat"\n')
    with pytest.raises(PlanError, match="pace"):
        read_recipe(recipe)


def test_a_recipe_asks_for_each_fault_of_an_exercise_once(tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[[clips]]\nexercise = "squat"\neach_fault = true\n')
    faults = [job.plan.faults for job in read_recipe(recipe)]
    assert faults == [(name,) for name in sorted(EXERCISES["squat"].faults)]
    recipe.write_text('[[clips]]\nexercise = "walking"\neach_fault = true\n')
    with pytest.raises(PlanError, match="walking"):
        read_recipe(recipe)
    with pytest.raises(PlanError, match="knees_in"):
        draw_plan("squat", 0, replace(FAST, fault="sag"))


@pytest.mark.parametrize("name", ["train", "acted", "angles", "tests", "faults", "faults_unseen"])
def test_the_recipes_that_come_with_the_gym_can_be_read(name):
    jobs = read_recipe(RECIPES / f"{name}.toml")
    assert len({job.name for job in jobs}) == len(jobs) > 10


def test_labels_say_what_the_truth_says():
    job = next(j for j in read_recipe(RECIPES / "tests.toml") if j.plan.faults)
    row = label_row(job)
    assert row["form"] == "incorrect" and row["fault"] == job.plan.faults[0]
    assert row["reps"] == str(int(truth_of(job.plan)["reps"]))


def test_a_folder_goes_on_where_it_was(tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        "[ranges]\nsupersample = 1\nsizes = [[64, 48]]\nfps = [4]\nclutter_share = 0.0\n"
        'reps = [1, 1]\n[[clips]]\nexercise = ["squat", "standing"]\n'
    )
    drawn = list(make_folder(recipe, tmp_path / "out"))
    assert len(drawn) == 2
    (tmp_path / "out" / f"{drawn[0]}.mp4").unlink()
    assert list(make_folder(recipe, tmp_path / "out")) == [drawn[0]]
    assert len((tmp_path / "out" / "labels.tsv").read_text().splitlines()) == 3


TWO_CLIPS = (
    "[ranges]\nsupersample = 1\nsizes = [[64, 48]]\nfps = [4]\nclutter_share = 0.0\n"
    'reps = [1, 1]\n[[clips]]\nexercise = ["squat", "standing"]\n'
)


def test_truth_without_a_film_is_what_training_reads(tmp_path):
    recipe, out = tmp_path / "recipe.toml", tmp_path / "out"
    recipe.write_text(TWO_CLIPS)
    asked = ["--truth-only", "--fps", "8", "--seed", "7", "--prefix", "acted"]
    assert main(["folder", str(recipe), str(out), *asked]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "acted_squat_7.npz",
        "acted_standing_8.npz",
        "labels.tsv",
    ]
    with np.load(out / "acted_squat_7.npz") as truth:
        assert int(truth["fps"]) == 8 and int(truth["seed"]) == 7
    sequences = list(clip_sequences(out, out / "labels.tsv", None, kind="gym"))
    assert [s.label for s in sequences] == ["squat", "none"]
    assert {s.source for s in sequences} == {"acted"}
    assert np.isfinite(sequences[0].joints_px).all()


def test_truth_without_a_film_is_the_truth_of_the_film(tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(TWO_CLIPS)
    list(make_folder(recipe, tmp_path / "acted", wish=Wish(truth_only=True)))
    drawn = list(make_folder(recipe, tmp_path / "drawn"))
    for name in drawn:
        acted, filmed = (tmp_path / kind / f"{name}.npz" for kind in ("acted", "drawn"))
        assert filecmp.cmp(acted, filmed, shallow=False)


def test_a_folder_of_truth_goes_on_where_it_was_and_takes_films_later(tmp_path):
    recipe, out = tmp_path / "recipe.toml", tmp_path / "out"
    recipe.write_text(TWO_CLIPS)
    acted = list(make_folder(recipe, out, wish=Wish(truth_only=True)))
    (out / f"{acted[0]}.npz").unlink()
    assert list(make_folder(recipe, out, wish=Wish(truth_only=True))) == [acted[0]]
    assert len(list(make_folder(recipe, out))) == 2 == len(list(out.glob("*.mp4")))


def test_several_processes_make_the_same_truth(tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(TWO_CLIPS)
    wish = Wish(truth_only=True)
    one = sorted(make_folder(recipe, tmp_path / "one", 1, wish))
    two = sorted(make_folder(recipe, tmp_path / "two", 2, wish))
    assert one == two
    for name in one:
        paths = [tmp_path / folder / f"{name}.npz" for folder in ("one", "two")]
        assert filecmp.cmp(*paths, shallow=False)


def test_no_frames_a_second_are_refused(tmp_path, capsys):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(TWO_CLIPS)
    assert main(["folder", str(recipe), str(tmp_path / "out"), "--fps", "0"]) == 2
    assert "at least 1 frame a second" in capsys.readouterr().err


def test_the_film_has_a_frame_for_every_row_of_truth_and_the_person_where_it_says(tmp_path):
    plan = draw_plan("standing", 1, replace(FAST, seconds=(0.5, 0.5), azimuths_deg=((0, 0),)))
    truth = make_clip(replace(plan, plain=True, clutter=False), tmp_path / "clip.mp4")
    pictures = [rgb.astype(float) for rgb, _ in frames(tmp_path / "clip.mp4")]
    assert len(pictures) == len(truth["p2"]) == 3
    assert pictures[0].shape == (72, 96, 3)
    points = truth["p2"][0].astype(int)
    chest = points[[list(truth["names"]).index(f"shoulder{s}") for s in "LR"]].mean(axis=0)
    x, y = (chest + [0, 6]).astype(int)
    wall = pictures[0][y, 2]
    assert np.abs(pictures[0][y, x] - wall).max() > 25
