"""Reading training data: what comes out, and the sentence where it is not as it should be."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from posecore import sources
from posecore.features import JOINTS_12, joints_of
from posecore.landmarks import N_LANDMARKS
from posecore.landmarks import Landmark as L
from posecore.sources import (
    DataError,
    active_spans,
    all_sequences,
    clip_sequences,
    known_label,
    penn_sequences,
    read_labels,
    still_sequences,
    track_joints,
)
from posecore.tracks import Track
from posecore.types import NONE
from posecore.video import VideoError
from tests.bodies import body, movement

HEADER = "clip\tsource\texercise\tform\treps\tshot_group\tsplit\tnote\n"


def track(n_found: int = 20, **asked: object) -> Track:
    frames = movement("squat", 1, fps=10, **asked)[: n_found + 5]  # type: ignore[arg-type]
    poses = [pose for _, pose in frames]
    found = np.arange(len(frames)) < n_found
    return Track(
        np.array([t_s for t_s, _ in frames]),
        found,
        np.array([p.image for p in poses]),
        np.array([p.world for p in poses]),
        np.array([p.visibility for p in poses]),
        poses[0].size_px,
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A folder of clips whose poses are made: short.mp4 shows hardly anybody, bad.mp4 is none."""

    def made(path: Path, cache: Path | None) -> Track:
        if path.name == "bad.mp4":
            raise VideoError("bad.mp4 cannot be read.")
        return track(2 if path.name == "short.mp4" else 20)

    monkeypatch.setattr(sources, "track_of", made)
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in ("a.mp4", "b.mp4", "short.mp4", "bad.mp4"):
        (clips / name).touch()
    (tmp_path / "labels.tsv").write_text(
        HEADER
        + "a.mp4\tann\tsquat\tcorrect\t3\t7\tval\t\n"
        + "b.mp4\tann\tother:walking\t\t\t\ttrain\tvariant: slow\n"
        + "a.mp4\tann\tsquat\tcorrect\t4\t8\tval\ta second line for the same clip\n"
        + "short.mp4\tbob\tlunge\t\t\t\ttrain\t\n"
        + "bad.mp4\tbob\tlunge\t\t\t\ttrain\t\n"
        + "gone.mp4\tbob\tlunge\t\t\t\ttrain\t\n",
        encoding="utf-8",
    )
    return tmp_path


# --- labels and clips -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "known"),
    [("squat", "squat"), ("other:walking", NONE), ("other", NONE), (NONE, NONE)],
)
def test_what_is_no_exercise_here_is_none(label, known):
    assert known_label(label) == known


def test_clip_that_is_labelled_twice_is_read_once(folder):
    rows = read_labels(folder / "labels.tsv")
    assert [row["clip"] for row in rows] == ["a.mp4", "b.mp4", "short.mp4", "bad.mp4", "gone.mp4"]
    assert rows[0]["reps"] == "4"


def test_clips_become_sequences_and_those_that_show_nobody_or_are_broken_are_left_out(folder):
    squat, walk = clip_sequences(folder / "clips", folder / "labels.tsv", None, kind="clips")
    assert (squat.label, squat.source, squat.split, squat.variant) == ("squat", "ann", "val", False)
    assert squat.group == "ann:8"
    assert (walk.label, walk.group, walk.variant) == (NONE, "ann:b.mp4", True)
    assert squat.t_s.shape == (20,)
    assert squat.joints_px.shape == (20, 12, 2)
    assert squat.world.shape == (20, 12, 3)
    assert not squat.still


def test_joints_of_a_track_are_those_of_its_poses():
    seen = track(unseen=["left_knee"])
    expected = [joints_of(pose) for _, pose in seen.poses() if pose is not None]
    np.testing.assert_allclose(track_joints(seen)[seen.found], expected, equal_nan=True)


def test_every_source_in_a_folder_is_found_in_a_fixed_order(folder):
    write_stills(folder / "landmarks" / "mlkit_fitness.csv.gz", [still("squats_down")])
    write_penn(folder / "penn_action.npz")
    found = [s.source for s in all_sequences(folder, None)]
    assert found == ["ann", "ann", "penn_action", "penn_action:bowl", "mlkit_fitness"]


def test_folder_without_training_data_says_what_was_expected(tmp_path):
    with pytest.raises(DataError, match="no training data here. Expected clips/ with labels.tsv"):
        all_sequences(tmp_path, None)


@pytest.mark.parametrize(
    ("text", "spans"),
    [("", ()), ("2.0-14.5", ((2.0, 14.5),)), ("2-4,18.5-22", ((2.0, 4.0), (18.5, 22.0)))],
)
def test_spans_in_which_an_exercise_is_done_are_read(text, spans):
    assert active_spans(text) == spans


def test_rendered_clip_of_which_only_the_truth_is_there_gives_its_joints(tmp_path):
    names = [f"{part}{side}" for part in PARTS for side in "LR"]
    random = np.random.default_rng(0)
    p2, p3 = random.random((15, 12, 2)) * 400, random.random((15, 12, 3))
    np.savez(tmp_path / "made.npz", names=names, p2=p2, p3=p3, camR=np.eye(3), fps=15)
    (tmp_path / "labels.tsv").write_text("clip\texercise\tactive\nmade.mp4\tsquat\t0.2-0.8\n")
    (acted,) = clip_sequences(tmp_path, tmp_path / "labels.tsv", None, kind="gym")
    assert (acted.source, acted.label, acted.active) == ("acted", "squat", ((0.2, 0.8),))
    np.testing.assert_allclose(acted.joints_px, p2)
    np.testing.assert_allclose(acted.t_s, np.arange(15) / 15)
    np.testing.assert_allclose(acted.world[:, 6:8].mean(axis=1), 0, atol=1e-12)  # from mid-hip


PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


# --- tables of stills -------------------------------------------------------------------------


def still(name: str) -> list[str]:
    numbers = np.column_stack([body().pixels, np.zeros(N_LANDMARKS)]).ravel()
    return ["1", name, *(f"{v:.2f}" for v in numbers)]


def write_stills(path: Path, rows: list[list[str]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(",".join(row) + "\n" for row in rows)
    return path


@pytest.mark.parametrize("header", [True, False])
def test_stills_are_read_with_and_without_a_header(tmp_path, header):
    rows = [["pose_id", "pose", *["x"] * 99]] if header else []
    rows += [still("squats_down"), still("jumping_jacks_up")]
    first, second = still_sequences(write_stills(tmp_path / "x" / "tiny.csv.gz", rows))
    assert (first.label, second.label) == ("squat", "jumping_jack")
    assert first.source == "tiny" and first.still and first.split == "train"
    np.testing.assert_allclose(first.joints_px[0], body().pixels[list(JOINTS_12)], atol=0.01)


def test_still_of_an_unknown_class_is_refused_by_name(tmp_path):
    path = write_stills(tmp_path / "x" / "tiny.csv.gz", [still("handstand_up")])
    with pytest.raises(DataError, match="tiny.csv.gz: unknown class 'handstand_up'"):
        list(still_sequences(path))


# --- Penn Action ------------------------------------------------------------------------------


def write_penn(path: Path, actions: tuple[str, ...] = ("squat", "bowl")) -> Path:
    """One clip of 12 frames for each action; in the first its left knee is never visible."""
    names = ["NOSE", *(joint.name for joint in JOINTS_12)]
    n = 12 * len(actions)
    joints = np.tile(body().pixels[[L[name] for name in names]], (n, 1, 1))
    visible = np.ones((n, 13), bool)
    visible[:12, names.index("LEFT_KNEE")] = False
    np.savez(
        path,
        joints=np.array(names),
        n_frames=np.full(len(actions), 12),
        x_px=joints[..., 0],
        y_px=joints[..., 1],
        visible=visible,
        action=np.array(actions),
        video_id=np.arange(len(actions)),
        train=np.array([1, *[0] * (len(actions) - 1)]),
    )
    return path


def test_penn_action_comes_in_our_joints_and_classes(tmp_path):
    squat, bowl = penn_sequences(write_penn(tmp_path / "penn.npz"))
    assert (squat.label, squat.split, squat.source) == ("squat", "train", "penn_action")
    assert (bowl.label, bowl.split, bowl.source) == (NONE, "val", "penn_action:bowl")
    assert squat.joints_px.shape == (12, 12, 2)
    assert np.isnan(squat.joints_px[:, JOINTS_12.index(L.LEFT_KNEE)]).all()
    np.testing.assert_allclose(
        bowl.joints_px[0, JOINTS_12.index(L.LEFT_KNEE)], body().pixels[L.LEFT_KNEE]
    )
    assert squat.world is None


def test_action_that_holds_two_exercises_is_left_out(tmp_path):
    found = penn_sequences(write_penn(tmp_path / "penn.npz", ("clean_and_jerk", "pullup")))
    assert [s.label for s in found] == ["pull_up"]


# --- malformed files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "name\texercise\na.mp4\tsquat\n", "clip,exercise\na.mp4,squat\n"]
)
def test_labels_without_their_columns_say_which_are_expected(folder, text):
    (folder / "labels.tsv").write_text(text)
    with pytest.raises(DataError, match="labels.tsv: expected the columns clip and exercise"):
        all_sequences(folder, None)


def test_spans_that_are_no_numbers_are_refused_with_the_file(folder):
    (folder / "labels.tsv").write_text("clip\texercise\tactive\na.mp4\tsquat\tone-two\n")
    with pytest.raises(DataError, match="labels.tsv is not of the expected form .*'one'"):
        all_sequences(folder, None)


@pytest.mark.parametrize(
    "row", [still("squats_down")[:-1], [*still("squats_down")[:-1], "x"], ["1"]]
)
def test_still_that_is_cut_off_or_no_number_is_refused_with_the_file(tmp_path, row):
    write_stills(tmp_path / "landmarks" / "mlkit_fitness.csv.gz", [row])
    with pytest.raises(DataError, match="mlkit_fitness.csv.gz is not of the expected form"):
        all_sequences(tmp_path, None)


@pytest.mark.parametrize("name", ["penn_action.npz", "landmarks/mlkit_fitness.csv.gz"])
@pytest.mark.parametrize("content", [b"", b"not packed at all"])
def test_file_that_is_not_packed_as_expected_is_refused_with_its_name(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"{path.name} is not of the expected form"):
        all_sequences(tmp_path, None)


def test_penn_action_without_a_joint_is_refused_by_that_joint(tmp_path):
    np.savez(tmp_path / "penn_action.npz", joints=np.array(["NOSE"]), n_frames=[1])
    with pytest.raises(DataError, match="penn_action.npz .*left_shoulder"):
        all_sequences(tmp_path, None)
