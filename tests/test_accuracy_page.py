from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import pages.accuracy_angles
import pages.accuracy_found
import pages.accuracy_model
from pages.accuracy_angles import best_views
from pages.accuracy_found import counted, counting_in_words, form_in_words, judged
from pages.accuracy_model import named, rows_of, scores_in
from pages.accuracy_unseen import class_rows, compared_row, in_words, read_figures, titles_of
from pages.exercises_words import best_seen_in_words
from posecore import plots
from posecore.angle_model import AngleModelError, read_errors
from posecore.classify import ModelError
from posecore.exercises import load_exercises
from posecore.plots.recognition import (
    calibration_figure,
    confusion_figure,
    outcomes_figure,
    voting_figure,
)

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


def test_camera_is_put_where_the_exercises_page_puts_it_with_the_least_error_beside_it():
    (row,) = best_views({"squat": {"front": 9.6, "side": 5.4, "diagonal": 3.3}})
    assert row == {
        "Exercise": "Squat",
        "Best seen": "from the side",
        "Error there": "5°",
        "Least error": "3°, diagonally",
    }
    for name, exercise in load_exercises().items():
        (row,) = best_views({name: {"front": 4.0, "side": 5.4, "diagonal": 3.3}})
        assert best_seen_in_words(exercise) == f"Best seen {row['Best seen']}."


def test_error_that_rounds_to_nothing_is_not_told_as_none():
    (row,) = best_views({"plank": {"side": 0.3, "diagonal": 13.8}})
    assert (row["Error there"], row["Least error"]) == ("under 1°", "under 1°, from the side")


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


CARD = {
    "classes": ["none", "squat"],
    "scores": {"clips_of_unseen_sources_named_right": 0.8},
    "leave_one_source_out": {
        "by_class": {
            "none": {"clips": 4, "named": 0.5, "frames": 0.6, "voted": 0.7},
            "squat": {"clips": 6, "named": 1.0, "frames": 0.9, "voted": 0.95},
        },
        "confusion": {"none": {"none": 2, "squat": 2}, "squat": {"none": 0, "squat": 6}},
    },
}


COUNTED = [
    {"people": "real", "exercise": "squat", "clips": 7, "exact": 4, "near": 6},
    {"people": "drawn", "exercise": "squat", "clips": 5, "exact": 5, "near": 5},
]
JUDGED = [
    {"people": "real", "exercise": "squat"}
    | {"good": 9, "good_right": 8, "good_unjudged": 1}
    | {"bad": 6, "bad_right": 2, "bad_unjudged": 1}
]


def test_counting_and_faults_are_told_in_plain_sentences_with_their_clips():
    counting, form = counting_in_words(COUNTED), form_in_words(JUDGED)
    assert "7 clips of real people" in counting and "**6** were counted right" in counting
    assert "5 clips of people drawn by a computer" in counting
    assert "called 6 clips of real people badly done: in **2**" in form
    assert "Of these 15 clips 15 are of one exercise, Squat" in form
    assert counted(COUNTED)["Squat (Real people)"] == {
        "exact": 4, "off by one": 2, "further off": 1,
    }  # fmt: skip
    assert judged(JUDGED) == {
        "Real people, well done": {"judged right": 8, "not judged": 1, "judged wrong": 0},
        "Real people, badly done": {"judged right": 2, "not judged": 1, "judged wrong": 3},
    }


def test_counting_and_faults_are_on_the_page_where_they_were_measured(tmp_path, monkeypatch):
    path = tmp_path / "evaluation.json"
    monkeypatch.setattr(pages.accuracy_found.show_found, "__defaults__", (path,))
    assert "Counting repetitions" not in words(page())
    path.write_text(json.dumps({"counting": COUNTED, "form": JUDGED}))
    told = words(page())
    assert told.index("Naming the exercise") < told.index("Counting repetitions")
    assert "Telling faults" in told


def test_what_only_statisticians_ask_for_is_folded_away_at_the_end():
    app = page()
    (details,) = app.expander
    folded = " ".join(each.value for each in [*details.markdown, *details.subheader])
    assert "What else was tried" in folded and "Support vectors" in folded
    plain = [each.value for each in app.markdown if each.value not in folded]
    assert not [words for words in plain if "support vectors" in words.lower()]


def test_chart_of_naming_tells_missed_from_mistaken_and_ends_with_everything_else():
    assert named(CARD) == {
        "Squat": {
            "named right": 6,
            "not recognised": 0,
            "taken for an exercise that it was not": 0,
        },
        "Anything else": {
            "named right": 2,
            "not recognised": 0,
            "taken for an exercise that it was not": 2,
        },
    }


def test_bars_of_outcomes_are_equally_long_and_carry_their_clips():
    rows = {"Squat": {"good": 3, "bad": 1}, "Plank": {"good": 0, "bad": 2}}
    good, bad = outcomes_figure(rows).data
    assert list(good.x) == [0.75, 0] and list(bad.x) == [0.25, 1]
    assert list(good.text) == ["3", ""] and list(bad.text) == ["1", "2"]


def test_unseen_makers_are_told_in_a_plain_sentence():
    told = in_words(CARD)
    assert "people and rooms that it had never seen, **80** were named right" in told
    assert "it still saw one in **30 %** of the time" in told


def test_rows_by_exercise_end_with_everything_else():
    rows = class_rows(CARD["leave_one_source_out"]["by_class"], titles_of(CARD["classes"]))
    assert [row["Exercise"] for row in rows] == ["Squat", "Anything else"]
    assert rows[0]["Named right"] == "100 %" and rows[1]["Of the time, after voting"] == "70 %"


def test_row_of_the_comparison_has_a_dash_where_nothing_was_measured():
    row = {"name": "support vectors (RBF)", "grouped": None, "named": 0.701, "frames": 0.652}
    row |= {"voted": 0.636, "voted_spread": 0.112, "macro": 0.598}
    shown = compared_row("Model", row)
    assert (shown["Model"], shown["Grouped"], shown["After voting"]) == (
        "Support vectors (RBF)", "–", "64 ± 11 %",
    )  # fmt: skip


def test_confusion_shows_clips_and_colours_shares_of_a_row():
    (squares,) = confusion_figure(CARD["leave_one_source_out"]["confusion"], {"none": "Else"}).data
    assert [list(row) for row in squares.z] == [[1.0, 0.0], [0.5, 0.5]]
    assert list(squares.text[0]) == ["6", ""] and list(squares.x) == ["squat", "Else"]


def test_voting_has_a_line_for_each_method_and_leaves_out_what_never_switched():
    votes = [
        {"method": "plurality", "window_s": 1.0, "right": 0.7, "delay_s": 0.5, "flicker": 9.0},
        {"method": "plurality", "window_s": 3.0, "right": 0.8, "delay_s": None, "flicker": 9.0},
        {"method": "fading (ships)", "window_s": 1.0, "right": 0.8, "delay_s": 0.4, "flicker": 5.0},
    ]
    lines = voting_figure(votes).data
    assert [line.name for line in lines] == ["plurality", "fading (ships)"]
    assert list(lines[0].x) == [0.5] and lines[1].line.width > lines[0].line.width


def test_calibration_has_larger_points_where_more_frames_are():
    bins = [{"frames": 10, "said": 0.4, "right": 0.5}, {"frames": 90, "said": 0.9, "right": 0.9}]
    points = calibration_figure(bins).data[1]
    assert points.marker.size[0] < points.marker.size[1]


def test_comparison_that_was_never_measured_is_left_out_and_a_damaged_one_is_named(tmp_path):
    path = tmp_path / "recognition.json"
    assert read_figures(path) == {}
    for text in ("{", "[1]", '{"models": 3}'):
        path.write_text(text)
        with pytest.raises(ValueError, match="recognition.json"):
            read_figures(path)


def test_page_shows_unseen_makers_and_sources_with_their_licences():
    told = words(page())
    assert "People and rooms it has never seen" in told and "Licence" in told


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
