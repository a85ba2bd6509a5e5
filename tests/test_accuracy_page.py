from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import pages.accuracy_angles
import pages.accuracy_model
from pages.accuracy_angles import best_views
from pages.accuracy_model import rows_of, scores_in
from posecore import plots
from posecore.angle_model import AngleModelError, read_errors
from posecore.classify import ModelError

PAGE = Path(__file__).parents[1] / "pages" / "accuracy.py"
ERRORS = {"front": {"knee": 10.6, "elbow": 18.6}, "side": {"knee": 3.7, "elbow": 11.6}}


def page() -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=60).run()


def words(app: AppTest) -> str:
    said = [*app.title, *app.header, *app.subheader, *app.error, *app.markdown]
    return " ".join(each.value for each in said).replace("\\", "")


def test_page_tells_of_angles_and_of_the_model():
    app = page()
    assert not app.exception and not app.error
    told = words(app)
    assert "Joint angles" in told and "Naming the exercise" in told


def test_page_says_that_the_people_are_rendered():
    assert "rendered people" in words(page())


def test_every_exercise_has_its_best_view_and_its_training_data():
    told = words(page())
    for title in ("Squat", "Push-up", "Biceps curl"):
        assert told.count(title) >= 2, title
    assert "Anything else" in told


def test_best_view_is_the_one_with_the_least_error():
    (row,) = best_views({"squat": {"front": 9.6, "side": 5.4, "diagonal": 6.0}})
    assert (row["Exercise"], row["Best seen"], row["Error there"], row["Worst view"]) == (
        "Squat",
        "from the side",
        "5°",
        "10°",
    )


def test_exercise_that_was_not_measured_has_no_row():
    assert best_views({"squat": {}}) == []


def test_drawn_recordings_are_told_from_real_ones():
    rows = rows_of({"none": {"acted": 9}, "squat": {"acted": 5, "rendered": 2, "somebody": 30}})
    assert [row["Exercise"] for row in rows] == ["Squat", "Anything else"]
    assert (rows[0]["Real"], rows[0]["Drawn"], rows[0]["Sources"]) == ("30", "7", "3")


def test_scores_are_shown_where_the_card_has_them():
    assert scores_in({"classes": []}) == []
    assert scores_in({"scores": {"voted_accuracy": 0.912, "clips": 40}}) == [
        {"Measure": "voted accuracy", "Score": "91 %"}
    ]


def test_chart_has_a_bar_for_every_joint_from_every_view():
    figure = plots.error_figure(ERRORS)
    assert {bar.name: list(bar.y) for bar in figure.data} == {
        "knee": [10.6, 3.7],
        "elbow": [18.6, 11.6],
    }
    assert all(list(bar.x) == ["front", "side"] for bar in figure.data)


def test_missing_measurements_get_a_sentence_and_the_model_is_still_shown(monkeypatch):
    def missing():
        raise AngleModelError("expected the angles' errors in angle_error.json")

    monkeypatch.setattr("posecore.angle_model.read_errors", missing)
    monkeypatch.setattr(pages.accuracy_angles, "read_errors", missing)
    app = page()
    assert "angle_error.json" in app.error[0].value and "Naming the exercise" in words(app)


def test_missing_model_gets_a_sentence(monkeypatch):
    def missing(path):
        raise ModelError("There is no model.")

    monkeypatch.setattr(pages.accuracy_model, "read_card", missing)
    app = page()
    assert app.error[0].value == "There is no model." and "Joint angles" in words(app)


@pytest.mark.parametrize("text", ["", "{}", "[1]", json.dumps({"mae_deg": 3})])
def test_damaged_measurements_are_named(tmp_path, text):
    path = tmp_path / "angle_error.json"
    path.write_text(text)
    with pytest.raises(AngleModelError, match="angle_error.json"):
        read_errors(path)
