"""The command ``teach``: a file for each lesson, a sentence for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

import posecore.tracks
from posecore.__main__ import app
from posecore.exercises import FOLDER_VARIABLE
from posecore.exercises.names import person_folder
from tests.bodies import Movement, movement
from tests.test_taught import tucks

Teach = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "own"
    monkeypatch.setenv(FOLDER_VARIABLE, str(own))
    return own


@pytest.fixture
def teach(monkeypatch: pytest.MonkeyPatch) -> Teach:
    """The command on a video in which a movement is seen."""

    def run(frames: Movement, *words: str) -> Result:
        track = SimpleNamespace(poses=lambda: iter(frames))
        monkeypatch.setattr(posecore.tracks, "track_of", lambda path, cache: track)
        return CliRunner().invoke(app, ["teach", "move.mp4", *words])

    return run


def test_a_lesson_becomes_two_files_and_is_told(folder: Path, teach: Teach) -> None:
    said = teach(tucks(), "--name", "Seated tucks")
    assert said.exit_code == 0
    assert "5 repetitions were found" in said.stdout
    assert "recognised from now on" in said.stdout
    assert {path.name for path in folder.iterdir()} == {
        "seated_tucks.toml",
        "seated_tucks.taught.json",
    }
    listed = CliRunner().invoke(app, ["exercises"])
    assert "Seated tucks" in listed.stdout


def test_a_person_has_it_alone(folder: Path, teach: Teach) -> None:
    assert teach(tucks(), "--name", "Seated tucks", "--person", "Ann").exit_code == 0
    assert (person_folder(folder, "Ann") / "seated_tucks.toml").exists()


@pytest.mark.parametrize(
    ("frames", "name", "sentence"),
    [
        (tucks(), "Squat", "There is already an exercise called 'Squat'."),
        (tucks(), "...", "The name needs at least one letter or figure."),
        (movement("squat", 2), "Mine", "at least three"),
        ([(k / 25, None) for k in range(60)], "Mine", "Nobody was seen."),
    ],
)
def test_what_is_wrong_is_a_sentence(
    folder: Path, teach: Teach, frames: Movement, name: str, sentence: str
) -> None:
    said = teach(frames, "--name", name)
    assert said.exit_code == 1
    assert sentence in said.stderr
    assert "Traceback" not in said.output
    assert not folder.exists()


def test_a_video_that_is_not_there_is_a_sentence(folder: Path) -> None:
    said = CliRunner().invoke(app, ["teach", "nothing.mp4", "--name", "Mine"])
    assert said.exit_code == 1
    assert said.stderr.count("nothing.mp4") == 1
