"""How good it is, on clips whose truth is made up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore import evaluate
from posecore.clip_score import ClipScore, counting, score_clip, summary, verdicts
from posecore.evaluate import evaluate_clips, evaluate_command, unseen_lines
from posecore.exercises import load_exercises
from posecore.features import JOINTS_12
from posecore.penn_check import check_penn
from posecore.pipeline import Pipeline
from posecore.sources import DataError
from posecore.tracks import Track
from posecore.types import NONE
from posecore.video import VideoError
from tests.bodies import Movement, movement

EXERCISES = load_exercises()
CLASSES = (*sorted(EXERCISES), NONE)

SCORE = ClipScore(
    clip="a.mp4",
    source="ann",
    split="val",
    truth="squat",
    named="squat",
    frame=0.8,
    voted=0.9,
    reps_true=10,
    reps=10,
    reps_of_others=0,
    form=None,
    form_said=None,
)
NOTHING = replace(SCORE, truth=NONE, named=NONE, reps_true=None, reps=0)


class Says:
    """Stands in for the model: always the same class."""

    classes = CLASSES

    def __init__(self, name: str) -> None:
        self.answer = np.eye(len(CLASSES))[CLASSES.index(name)]

    def proba(self, features: np.ndarray) -> np.ndarray:
        return self.answer


def track(frames: Movement) -> Track:
    poses = [pose for _, pose in frames]
    return Track(
        np.array([t_s for t_s, _ in frames]),
        np.ones(len(frames), bool),
        np.array([p.image for p in poses]),
        np.array([p.world for p in poses]),
        np.array([p.visibility for p in poses]),
        poses[0].size_px,
    )


def row(**changes: str) -> dict[str, str]:
    return {"clip": "a.mp4", "source": "ann", "exercise": "squat", "split": "val"} | changes


def score(says: str, frames: Movement, **label: str) -> ClipScore:
    pipeline = Pipeline(exercises=EXERCISES, classifier=Says(says))  # type: ignore[arg-type]
    return score_clip(row(**label), track(frames), pipeline)


# --- one clip ---------------------------------------------------------------------------------


def test_clip_that_is_named_and_counted_right():
    found = score("squat", movement("squat", 3, fps=12), reps="3", form="correct")
    assert (found.named, found.reps, found.reps_true, found.reps_of_others) == ("squat", 3, 3, 0)
    assert found.frame == 1.0
    assert found.voted == 1.0
    assert (found.form, found.form_said) == ("correct", "correct")


def test_clip_that_is_called_something_else():
    found = score("deadlift", movement("deadlift", 2, fps=12), reps="2")
    assert (found.truth, found.named) == ("squat", "deadlift")
    assert (found.frame, found.reps, found.reps_of_others) == (0.0, 0, 2)


def test_every_rep_in_a_clip_of_no_exercise_is_a_phantom():
    found = score("squat", movement("squat", 2, fps=12), exercise="other:sitting_down")
    assert (found.truth, found.reps, found.reps_true) == (NONE, 2, None)


def test_frames_outside_the_active_spans_count_as_rest_alone():
    frames = movement("squat", 3, fps=12)
    half_s = frames[len(frames) // 2][0]
    found = score("squat", frames, active=f"0-{half_s}")
    assert (found.frame, found.rest_none) == (1.0, 0.0)
    assert np.isnan(score("squat", frames).rest_none)


def test_frames_voted_to_be_an_exercise_where_none_is_done_are_told():
    found = summary([score("squat", movement("squat", 1, fps=12), exercise="other:dance")])
    assert found["none_as_exercise"] == 1.0
    assert summary([NOTHING, SCORE])["none_clips"] == 1


def test_clip_in_which_most_reps_have_a_fault_is_said_to_be_incorrect():
    found = score("squat", movement("squat", 3, fps=12, depth=0.55), form="incorrect")
    assert found.form_said == "incorrect"


def test_clip_without_a_rep_says_nothing_of_form():
    assert score(NONE, movement("squat", 1, fps=12), form="correct").form_said is None


# --- many clips -------------------------------------------------------------------------------


def test_counts_off_by_one_are_not_exact_but_near():
    scores = [replace(SCORE, reps=n) for n in (10, 9, 11, 6)]
    found = summary(scores)
    assert found["rep_clips"] == 4
    assert found["rep_exact"] == pytest.approx(0.25)
    assert found["rep_obo"] == pytest.approx(0.75)
    assert found["rep_mae"] == pytest.approx((0 + 0.1 + 0.1 + 0.4) / 4)


def test_a_clip_counts_once_and_each_class_weighs_the_same_in_the_macro_recall():
    scores = [replace(SCORE, voted=1.0)] * 3 + [replace(SCORE, truth="lunge", voted=0.2)]
    found = summary(scores)
    assert found["clip_accuracy"] == pytest.approx(0.75)  # the lunge was named squat
    assert found["voted_accuracy"] == pytest.approx(0.8)
    assert found["macro_recall"] == pytest.approx(0.6)


def test_phantom_reps_are_those_of_clips_without_an_exercise():
    found = summary([replace(SCORE, reps_of_others=2), replace(NOTHING, reps=3), NOTHING])
    assert found["none_clips"] == 2
    assert found["phantom_reps"] == 3
    assert found["reps_of_other_exercises"] == 2


def test_form_is_balanced_between_correct_and_incorrect_clips():
    right = replace(SCORE, form="correct", form_said="correct")
    missed = replace(SCORE, form="incorrect", form_said="correct")
    caught = replace(SCORE, form="incorrect", form_said="incorrect")
    found = summary([right] * 8 + [missed, caught])
    assert found["form_clips"] == 10
    assert found["form_balanced"] == pytest.approx(0.75)


def test_what_no_clip_says_is_nan_and_not_0():
    found = summary([replace(SCORE, reps_true=None)])
    assert np.isnan(found["rep_obo"]) and np.isnan(found["form_balanced"])
    assert summary([])["clips"] == 0


# --- a folder ---------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path, monkeypatch) -> Path:
    """Two clips of three squats, one of them held out, and one that cannot be read."""

    def made(path: Path, cache: Path | None) -> Track:
        if path.name == "bad.mp4":
            raise VideoError("bad.mp4 cannot be read.")
        return track(movement("squat", 3, fps=10))

    monkeypatch.setattr(evaluate, "track_of", made)
    monkeypatch.setattr(evaluate.ExerciseClassifier, "load", lambda: Says("squat"))
    (tmp_path / "clips").mkdir()
    for name in ("a.mp4", "b.mp4", "bad.mp4"):
        (tmp_path / "clips" / name).touch()
    (tmp_path / "labels.tsv").write_text(
        "clip\tsource\texercise\tform\treps\tsplit\n"
        "a.mp4\tann\tsquat\tcorrect\t3\tval\n"
        "b.mp4\tann\tsquat\t\t3\ttrain\n"
        "bad.mp4\tann\tsquat\t\t3\tval\n"
        "gone.mp4\tann\tsquat\t\t3\tval\n",
        encoding="utf-8",
    )
    return tmp_path


def test_clips_of_the_split_that_can_be_read_are_scored(data):
    scores = evaluate_clips(data / "clips", data / "labels.tsv", None, split="val")
    assert [(s.clip, s.reps) for s in scores] == [("a.mp4", 3)]
    assert len(evaluate_clips(data / "clips", data / "labels.tsv", None)) == 2


def test_exercise_that_is_told_needs_no_recognition(data):
    scores = evaluate_clips(
        data / "clips",
        data / "labels.tsv",
        None,
        classifier=Says(NONE),  # type: ignore[arg-type]
        told=True,
    )
    assert [s.reps for s in scores] == [3, 3]


def test_command_prints_a_line_for_each_figure_and_exercise(data):
    said: list[str] = []
    report = evaluate_command(data, split="val", say=said.append)
    assert report["clips (val)"]["rep_exact"] == 1.0
    text = "\n".join(said)
    assert "rep_obo" in text and "phantom_reps" in text
    assert "    squat" in text


FORM = {f"{form}{said}": 0 for form in ("good", "bad") for said in ("", "_right", "_unjudged")}


def test_counts_and_forms_of_clips_that_nothing_was_learnt_from_are_kept(data):
    kept = data / "made" / "evaluation.json"
    evaluate_command(data, say=lambda text: None, keep=kept)
    squat = {"people": "real", "exercise": "squat"}
    assert json.loads(kept.read_text()) == {
        "counting": [squat | {"clips": 1, "exact": 1, "near": 1}],
        "form": [squat | FORM | {"good": 1, "good_right": 1}],
    }


def test_kept_counts_tell_exact_ones_from_those_off_by_one():
    scores = [replace(SCORE, reps=n) for n in (10, 9, 6)]
    assert counting([*scores, NOTHING]) == {"squat": {"clips": 3, "exact": 1, "near": 2}}


def test_kept_forms_tell_missed_faults_from_those_that_were_none():
    missed = replace(SCORE, form="incorrect", form_said="correct")
    wrongly = replace(SCORE, form="correct", form_said="incorrect")
    caught = replace(missed, form_said="incorrect")
    silent = replace(wrongly, form_said=None)
    assert verdicts([missed, caught, wrongly, silent, SCORE]) == {
        "squat": FORM | {"good": 2, "good_unjudged": 1, "bad": 2, "bad_right": 1}
    }


PENN = ("squat", "bowl", "squat")


@pytest.fixture
def penn(data: Path) -> Path:
    """Beside the clips, Penn Action's joints of three videos; the last took part in training."""
    names = ["head", *(joint.name.lower() for joint in JOINTS_12)]
    frames = [track(movement("squat", 3, fps=30)) for _ in PENN]
    pixels = [
        t.image[:, [0, *JOINTS_12], :2] * np.array(t.size_px, float) for t in frames
    ]  # fmt: skip
    points = np.concatenate(pixels)
    np.savez(
        data / "penn_action.npz",
        joints=np.array(names),
        video_id=np.array(["0001", "0002", "0003"]),
        action=np.array(PENN),
        train=np.array([-1, -1, 1]),
        n_frames=np.array([len(t) for t in frames]),
        x_px=points[..., 0].astype(np.float32),
        y_px=points[..., 1].astype(np.float32),
        visible=np.ones(points.shape[:2], bool),
    )
    return data


def test_held_out_half_of_penn_action_is_recognised_and_counted(penn):
    scores = check_penn(penn / "penn_action.npz", Says("squat"))  # type: ignore[arg-type]
    assert [(s.truth, s.reps, s.as_exercise) for s in scores] == [("squat", 3, 1.0), (NONE, 3, 1.0)]


def test_one_command_tells_of_held_out_clips_sports_and_sources_left_out(penn):
    said: list[str] = []
    report = evaluate_command(penn, say=said.append)
    text = "\n".join(said)
    assert {"clips (val)", "clips (train)", "clips", "penn"} <= set(report)
    (sports,) = (figures for name, figures in report.items() if "sports" in name)
    assert sports == {"clips": 1, "none_as_exercise": 1.0, "phantom_reps": 3}
    assert "leave one source out (from the model's card" in text


def test_card_without_sources_left_out_says_that_it_has_none():
    assert "not on the model's card" in " ".join(unseen_lines({}))


def test_folder_without_clips_is_refused_with_what_was_expected(tmp_path):
    with pytest.raises(DataError, match="no labelled clips here. Expected clips/ and labels.tsv"):
        evaluate_command(tmp_path, say=lambda text: None)
