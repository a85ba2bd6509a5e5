"""The Exercises page in a real browser: taught a new exercise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.newcomer import LESSON, look_at_the_lesson
from bench.served import ROOT, App, camera_showing
from posecore.exercises import FOLDER_VARIABLE
from tests.e2e.conftest import NO_CAMERA, Watched

Open = Callable[[tuple[str, ...]], Watched]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set before the app starts: the fixtures of a test are made in the order it names them."""
    folder = tmp_path / "own exercises"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


def to_exercises(watched: Watched) -> None:
    watched.page.get_by_role("link", name="Exercises").click()
    watched.page.get_by_role("button", name="Open Squat").wait_for()


def test_a_new_exercise_is_taught_from_a_video_and_counted(
    own: Path, app: App, open_page: Open, tmp_path: Path
) -> None:
    watched = open_page(NO_CAMERA)
    page = watched.page
    to_exercises(watched)
    look_at_the_lesson(page)
    page.locator(".js-plotly-plot").first.wait_for()
    watched.take_picture("exercises-teach")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_text("repetitions are counted with these limits").scroll_into_view_if_needed()
    watched.take_picture("exercises-teach-phone")
    page.get_by_role("button", name="Save the exercise").click()
    page.get_by_text("Leg raise is saved").wait_for()
    assert {path.name for path in own.iterdir()} == {"leg_raise.toml", "leg_raise.taught.json"}

    command = ["analyze", str(LESSON), "--json", str(tmp_path / "out")]
    said = subprocess.run(
        [sys.executable, "-m", "posecore", *command],
        cwd=ROOT,
        env=os.environ | {FOLDER_VARIABLE: str(own)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Leg raise" in said.stdout, said.stdout + said.stderr
    document = json.loads((tmp_path / "out" / f"{LESSON.name}.json").read_text("utf-8"))
    counted = [len(each["reps"]) for each in document["sets"] if each["exercise"] == "leg_raise"]
    assert sum(counted) >= 3


def test_a_new_exercise_is_taught_before_the_camera(
    own: Path, app: App, open_page: Open, squat_camera: Path
) -> None:
    watched = open_page(camera_showing(squat_camera))
    page = watched.page
    to_exercises(watched)
    page.get_by_text("Teach a new one").click()
    page.get_by_label("Name of the exercise").fill("My sink")
    page.get_by_label("Name of the exercise").press("Enter")
    page.get_by_text("The camera", exact=True).click()
    page.get_by_role("button", name="Start").click()
    page.get_by_text("Do five good repetitions").wait_for()
    page.wait_for_timeout(3000)
    watched.take_picture("exercises-camera")
    # It stops by itself after half a minute.
    page.get_by_text("repetitions are counted with these limits").wait_for()
    page.get_by_role("button", name="Save the exercise").click()
    page.get_by_text("My sink is saved").wait_for()
    assert {path.name for path in own.iterdir()} == {"my_sink.toml", "my_sink.taught.json"}
