from pathlib import Path

import pytest

from posecore.exercises.names import person_folder
from posecore.exercises.own import erase_own, move_own


def write(folder: Path, person: str) -> Path:
    place = person_folder(folder, person)
    place.mkdir(parents=True, exist_ok=True)
    for name in ("my_move.toml", "my_move.taught.json", "plan.json"):
        (place / name).write_text(person or "nobody")
    return place


def test_a_changed_name_finds_its_files_again(tmp_path):
    was = write(tmp_path, "Ana")
    move_own(tmp_path, "Ana", "Anna")
    assert not was.exists()
    assert (person_folder(tmp_path, "Anna") / "plan.json").read_text() == "Ana"


def test_a_name_without_files_changes_nothing(tmp_path):
    move_own(tmp_path, "Ana", "Anna")
    assert list(tmp_path.iterdir()) == []


def test_one_persons_files_are_removed_and_the_others_stay(tmp_path):
    shared, ana, ben = (write(tmp_path, person) for person in ("", "Ana", "Ben"))
    erase_own(tmp_path, "Ana")
    assert not ana.exists()
    assert (ben / "plan.json").exists() and (shared / "plan.json").exists()


def test_everybodys_files_are_removed_but_not_what_else_lies_there(tmp_path):
    write(tmp_path, "")
    write(tmp_path, "Ana")
    (tmp_path / "letter.txt").write_text("mine")
    erase_own(tmp_path, None)
    assert [file.name for file in tmp_path.rglob("*")] == ["letter.txt"]


def test_nobodys_files_are_removed_and_those_of_people_stay(tmp_path):
    write(tmp_path, "")
    ana = write(tmp_path, "Ana")
    erase_own(tmp_path, "")
    assert (ana / "plan.json").exists()
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize("name", [" ", "\t", "\u3000", "Ana ", " Ana"])
def test_whoever_is_called_by_blanks_takes_nobody_elses_files_along(tmp_path, name):
    shared, ana = write(tmp_path, ""), write(tmp_path, "Ana")
    theirs = write(tmp_path, name)
    (tmp_path / "letter.txt").write_text("mine")
    erase_own(tmp_path, name)
    assert not theirs.exists()
    assert (ana / "plan.json").read_text() == "Ana"
    assert (shared / "plan.json").read_text() == "nobody"
    assert (tmp_path / "letter.txt").exists()
