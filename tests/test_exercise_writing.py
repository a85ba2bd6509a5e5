"""Own exercise files: written only when they are right, and taken away again."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from posecore.exercises import SHIPPED, ExerciseFileError, load_exercises, read_exercise
from posecore.exercises.names import ExerciseNameError, checked_title, file_stem, person_folder
from posecore.exercises.write import (
    is_own,
    remove_exercise,
    restore_files,
    save_exercise,
    toml_of,
    with_range,
    with_thresholds,
)

EXERCISES = load_exercises()
SQUAT = EXERCISES["squat"]


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_an_exercise_that_is_written_reads_the_same(name: str, tmp_path: Path) -> None:
    written = save_exercise(EXERCISES[name], tmp_path)
    assert repr(read_exercise(written)) == repr(EXERCISES[name])


def test_a_changed_range_stands_before_the_shipped_one(tmp_path: Path) -> None:
    before = (SHIPPED / "squat.toml").read_bytes()
    save_exercise(with_range(SQUAT, 0, 95.0, 140.0), tmp_path)
    assert load_exercises(tmp_path)["squat"].targets[0].low == 95.0
    assert (SHIPPED / "squat.toml").read_bytes() == before


def test_a_range_upside_down_is_refused_in_a_sentence_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    with pytest.raises(ExerciseFileError, match="upside down: 150 is not below 140"):
        save_exercise(with_range(SQUAT, 0, 150.0, 140.0), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_change_leaves_the_file_before_it(tmp_path: Path) -> None:
    path = save_exercise(with_range(SQUAT, 0, 95.0, 140.0), tmp_path)
    with pytest.raises(ExerciseFileError, match=r"signal\.far: the two thresholds are the same"):
        save_exercise(replace(SQUAT, signal=replace(SQUAT.signal, far=24.0)), tmp_path)
    assert read_exercise(path).targets[0].low == 95.0


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExerciseFileError, match="Expected a number"):
        save_exercise(with_range(SQUAT, 0, float("nan"), 140.0), tmp_path)


def test_moved_thresholds_keep_the_least_movement_where_there_is_room() -> None:
    moved = with_thresholds(SQUAT, 20.0, 46.0).signal
    assert (moved.start, moved.far, moved.min_range) == (20.0, 46.0, 18.0)
    assert with_thresholds(SQUAT, 24.0, 30.0).signal.min_range == pytest.approx(8.4)


def test_reset_brings_the_shipped_one_back_and_can_be_undone(tmp_path: Path) -> None:
    save_exercise(with_range(SQUAT, 0, 95.0, 140.0), tmp_path)
    gone = remove_exercise("squat", tmp_path)
    assert not is_own("squat", tmp_path)
    assert load_exercises(tmp_path)["squat"].targets[0].low == SQUAT.targets[0].low
    restore_files(gone, tmp_path)
    assert load_exercises(tmp_path)["squat"].targets[0].low == 95.0


def test_resetting_what_was_never_changed_takes_nothing_away(tmp_path: Path) -> None:
    assert remove_exercise("squat", tmp_path) == {}


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Jumping rope", "jumping_rope"),
        ("Élévation latérale", "elevation_laterale"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\Users\\me", "c_users_me"),
        ("a" * 60, "a" * 40),
        ("Row <b>1</b>", "row_b_1_b"),
    ],
)
def test_a_title_becomes_a_plain_file_name(title: str, stem: str) -> None:
    assert file_stem(checked_title(title)) == stem


@pytest.mark.parametrize("title", ["팔 벌려 뛰기", "none", "con", "…1…", "Планка"])
def test_what_has_no_plain_name_gets_one_of_its_own(title: str) -> None:
    stem = file_stem(title)
    assert stem not in ("", "none", "con")
    assert stem.isascii()
    assert stem == file_stem(title) == file_stem(stem)
    assert stem != file_stem(title + "2")


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "needs a name"),
        ("   ", "needs a name"),
        ("x" * 61, "too long: 61 characters"),
        ("a\x00b", "cannot be shown"),
        ("../..", "one letter or figure"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_a_sentence(title: str, reason: str) -> None:
    with pytest.raises(ExerciseNameError, match=reason):
        checked_title(title)


def test_a_new_exercise_takes_no_name_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(ExerciseNameError, match="already an exercise called 'Squat'"):
        save_exercise(SQUAT, tmp_path, new=True)
    own = replace(SQUAT, name="my_squat", title="My squat")
    save_exercise(own, tmp_path, new=True)
    with pytest.raises(ExerciseNameError, match="Choose another name"):
        save_exercise(own, tmp_path, new=True)


def test_a_name_that_is_a_path_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ExerciseNameError, match="is no name for a file"):
        save_exercise(replace(SQUAT, name="../squat"), tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


def test_people_have_folders_of_their_own_whatever_they_are_called(tmp_path: Path) -> None:
    assert person_folder(tmp_path, "") == tmp_path
    names = ("Ann", "ann", "../Ann", "앤", "안")
    folders = {person_folder(tmp_path, name) for name in names}
    assert len(folders) == len(names)
    assert all(folder.parent == tmp_path / "people" for folder in folders)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")
def test_own_exercises_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        folder = tmp_path / "posecoach" / "exercises"
        save_exercise(SQUAT, folder)
        restore_files(remove_exercise("squat", folder), folder)
    finally:
        os.umask(before)
    assert [each.stat().st_mode & 0o777 for each in (folder.parent, folder)] == [0o700] * 2
    assert (folder / "squat.toml").stat().st_mode & 0o777 == 0o600


def test_texts_are_written_as_they_are(tmp_path: Path) -> None:
    odd = replace(SQUAT, title='He said "no"\\ <b>', about="한 줄 ''' # [x]")
    assert read_exercise(save_exercise(odd, tmp_path)).title == odd.title
    assert '"no"' in toml_of(odd).replace("\\", "")
