import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visits import press, run, times_at_the_top, words

from posecore.store import URL_VARIABLE, Store
from posecore.types import Fault, Rep

PAGES = Path(__file__).parents[1] / "pages"
NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
JOINTS = ("left_knee", "right_knee", "left_elbow")
TOO_SHALLOW = Fault("depth", 2.5, "left_knee", 71.6, 95.0, 140.0, "Go lower")

# The page within a navigation that has the workout page too, as in the app.
APP = f"""
import streamlit as st
history = st.Page({str(PAGES / "history.py")!r})
workout = st.Page({str(PAGES / "workout.py")!r})
st.navigation([history, workout]).run()
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.timezone", "UTC")
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'posecoach.db'}")
    store = Store()
    yield store
    store.close()


def rep(number: int, *, complete: bool = True, faults: tuple[Fault, ...] = ()) -> Rep:
    start_s = 3.0 * number
    t_s = np.linspace(start_s, start_s + 2, 21)
    depth_deg = 90 if complete else 40
    curve_deg = np.column_stack([depth_deg * np.sin(np.pi * (t_s - start_s) / 2)] * 3)
    curve_deg[3:5] = np.nan
    return Rep(
        "squat",
        start_s,
        start_s + 2,
        complete,
        90.4,
        (1.2, 0.8),
        84.0,
        faults,
        curve_t_s=t_s,
        curve_deg=curve_deg,
    )


def squats(store: Store, started_at: datetime = NOON, source: str = "camera") -> int:
    """Two squats, one of them with a fault, and an attempt."""
    session_id = store.begin_session(started_at, source)
    set_id = store.begin_set(session_id, "squat", 1.0)
    store.add_rep(set_id, rep(1), JOINTS)
    store.add_rep(set_id, rep(2, faults=(TOO_SHALLOW,)), JOINTS)
    store.add_rep(set_id, rep(3, complete=False), JOINTS)
    store.end_session(session_id, started_at + timedelta(minutes=12))
    return session_id


def page(**query: str) -> AppTest:
    app = AppTest.from_string(APP, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    return run(app)


def select(app: AppTest, number: int, option: str) -> None:
    box = app.selectbox[number]
    box.select(box.options.index(option))


def links(app: AppTest) -> list[str]:
    return [each.proto.page for each in app.get("page_link")]


def test_an_empty_history_says_how_a_session_gets_there_and_links_to_the_workout(store):
    app = page()
    assert "No sessions yet" in words(app)
    assert links(app) == ["workout"]


def test_sessions_are_listed_newest_first_with_their_figures(store):
    squats(store)
    squats(store, NOON + timedelta(days=1), source="my_*best*_day.mp4")
    app = page()
    text = words(app)
    assert text.index("7 May 2024") < text.index("6 May 2024")
    assert "Camera · 1 set · 2 reps · 1 attempt · 12 min · mean score 84 of 100" in text
    assert "my_*best*_day.mp4" in text
    assert "**Squat** 2 reps" in text
    assert "2 sessions, newest first" in text


def test_a_session_that_is_damaged_is_said_to_be_left_out(store):
    squats(store)
    assert not page().warning
    lost = squats(store, NOON + timedelta(days=1))
    with closing(sqlite3.connect(store.place)) as connection, connection:
        connection.execute("UPDATE sessions SET ended_at = 'soon' WHERE id = ?", (lost,))
    app = page()
    assert "1 session, newest first" in words(app)
    assert "1 session is damaged and left out here." in app.warning[0].value


def test_times_are_shown_in_the_zone_of_the_browser(store, monkeypatch):
    squats(store, datetime(2024, 5, 6, 20, 30, tzinfo=UTC))
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.timezone", "Asia/Seoul")
    assert "Tuesday, 7 May 2024, 05:30" in words(page())


def test_the_list_is_filtered_by_exercise_and_the_choice_survives_opening_a_session(store):
    squats(store)
    planks = store.begin_session(NOON + timedelta(days=1), "camera")
    store.update_set(store.begin_set(planks, "plank", 0.0), 40.0, hold_s=31.0)
    app = page()
    select(app, 0, "Plank")
    text = words(run(app))
    assert "1 session, newest first" in text
    assert "**Plank** 31 s held" in text
    assert "Squat" not in text
    press(app, "Open session")
    assert "Set 1: Plank, 31 s held in good form" in words(app)
    press(app, "All sessions")
    assert "1 session, newest first" in words(app)


def test_a_session_opens_to_its_sets_and_reps_with_faults_in_words(store):
    session_id = squats(store)
    app = press(page(), "Open session")
    assert app.query_params["session"] == [str(session_id)]
    assert "Set 1: Squat, 2 reps, 1 attempt" in words(app)
    text = words(app)
    assert "| 1 | Complete | 90° | 1.2 s, 0.8 s | 84 |" in text
    assert "| 2 | Complete | 90° | 1.2 s, 0.8 s | 84 |" in text
    assert "| 3 | Attempt | 90° | 1.2 s, 0.8 s | 84 |" in text
    assert "**Rep 2:** Go lower (left knee 72°, wanted 95° to 140°)" in text


def drawn(app: AppTest) -> str:
    (chart,) = app.get("plotly_chart")
    return chart.proto.spec


def test_the_angles_of_the_chosen_rep_are_drawn(store):
    session_id = squats(store)
    app = page(session=str(session_id))
    first = drawn(app)
    assert "left knee" in first.lower()
    chooser = app.selectbox[0]
    assert chooser.options == ["Rep 1", "Rep 2", "Rep 3 (attempt)"]
    chooser.select_index(2)
    assert drawn(run(app)) != first


def test_an_address_opens_its_session_and_a_wrong_one_says_so(store):
    session_id = squats(store)
    assert "Set 1: Squat" in words(page(session=str(session_id)))
    for wrong in ("77", "first", "-1", "9" * 30):
        app = page(session=wrong)
        assert "This session is not here" in words(app)
        assert "1 session, newest first" in words(press(app, "All sessions"))


def test_a_session_is_deleted_only_after_it_is_confirmed_and_comes_back_by_undo(store):
    session_id = squats(store)
    app = press(page(session=str(session_id)), "Delete this session")
    assert "undo this for a day" in words(app)
    press(app, "No, keep it")
    assert len(store.sessions()) == 1

    press(app, "Delete this session")
    before = times_at_the_top(app)
    press(app, "Yes, delete it")
    assert times_at_the_top(app) == before + 1
    assert store.sessions() == []
    assert "was deleted" in words(app)
    assert "session" not in app.query_params

    press(app, "Undo")
    assert [each.id for each in store.sessions()] == [session_id]
    text = words(app)
    assert "was deleted" not in text
    assert "1 session, newest first" in text


def test_a_session_that_cannot_be_deleted_now_gives_a_sentence(store):
    session_id = squats(store)
    app = press(page(session=str(session_id)), "Delete this session")
    store.delete_session(session_id, datetime.now(UTC))  # in another window
    press(app, "Yes, delete it")
    assert "There is no session" in app.error[0].value
    assert "This session is not here" in words(app)


def test_a_deleted_session_can_be_restored(store):
    session_id = squats(store)
    store.delete_session(session_id, datetime.now(UTC))
    press(page(), "Restore")
    assert [each.id for each in store.sessions()] == [session_id]


def test_a_session_whose_app_was_closed_opens_with_its_finished_reps(store):
    session_id = store.begin_session(NOON, "camera")
    store.add_rep(store.begin_set(session_id, "squat", 0.0), rep(1), JOINTS)
    text = words(page(session=str(session_id)))
    assert "Every finished rep is here" in text
    assert "Set 1: Squat, 1 rep" in text


def test_an_exercise_that_is_no_longer_known_is_shown_by_its_name(store):
    session_id = store.begin_session(NOON, "camera")
    store.add_rep(store.begin_set(session_id, "my_own_move", 0.0), rep(1), JOINTS)
    app = page(session=str(session_id))
    assert "Set 1: My own move, 1 rep" in words(app)
    assert "left elbow" in drawn(app).lower()


def test_the_two_things_to_work_on_are_said_again_with_each_set(store):
    text = words(page(session=str(squats(store))))
    assert "**Go lower** in 1 rep of 3; at worst left knee 72°, target 95° to 140°." in text


def test_notes_are_kept_when_their_box_is_left(store):
    session_id = squats(store)
    app = page(session=str(session_id))
    app.text_area[0].input("20 kg, felt *easy*")
    run(app)
    assert store.session(session_id).summary.notes == "20 kg, felt *easy*"
    assert page(session=str(session_id)).text_area[0].value == "20 kg, felt *easy*"


def charts(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec)["data"] for chart in app.get("plotly_chart")]


def test_the_calendar_and_the_weeks_show_what_was_done_lately(store):
    now = datetime.now(UTC)
    squats(store, now)
    squats(store, now - timedelta(days=7))
    squats(store, now - timedelta(days=400))  # beyond the half year that is shown
    app = page()
    calendar, weeks = charts(app)
    said = [day for row in calendar[0]["text"] for day in row if ": 2 reps" in day]
    assert len(said) == 2
    assert [value for value in weeks[0]["y"] if value] == [2, 2]
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("Sets this week", "1"),
        ("Reps this week", "2"),
        ("Mean score this week", "84"),
    ]


@pytest.mark.parametrize(
    ("figure", "mean"),
    [("Range of motion", 90.4), ("Score", 84.0), ("Tempo", 2.0)],
)
def test_an_exercise_shows_how_well_it_went_week_by_week(store, figure, mean):
    squats(store, datetime.now(UTC))
    app = page()
    select(app, 0, "Squat")
    run(app)
    app.segmented_control[0].select(figure)
    _, weeks, *_ = charts(run(app))
    assert [value for value in weeks[0]["y"] if value is not None] == [pytest.approx(mean)]


def test_a_hold_shows_the_seconds_that_were_held(store):
    planks = store.begin_session(datetime.now(UTC), "camera")
    store.update_set(store.begin_set(planks, "plank", 0.0), 40.0, hold_s=31.0)
    app = page()
    select(app, 0, "Plank")
    _, weeks = charts(run(app))
    assert [value for value in weeks[0]["y"] if value] == [31.0]


def test_the_best_and_the_worst_rep_stand_side_by_side_and_open_their_sessions(store):
    now = datetime.now(UTC)
    for score, days in ((60.0, 3), (97.0, 2), (80.0, 1)):
        session_id = store.begin_session(now - timedelta(days=days), "camera")
        set_id = store.begin_set(session_id, "squat", 0.0)
        store.add_rep(set_id, replace(rep(1), score=score), JOINTS)
    app = page()
    select(app, 0, "Squat")
    text = words(run(app))
    assert "Best: 97 of 100" in text and "Worst: 60 of 100" in text
    (best, _worst) = [each for each in app.button if each.label == "Open its session"]
    best.click()
    assert "mean score 97 of 100" in words(run(app))


def test_each_person_of_a_home_finds_their_own(store):
    now = datetime.now(UTC)
    for person, hour in (("Ana", 3), ("Ben", 2), ("Ana", 1)):
        session_id = store.begin_session(now - timedelta(hours=hour), "camera", person=person)
        store.add_rep(store.begin_set(session_id, "squat", 0.0), rep(1), JOINTS)
    app = page()
    chooser = app.selectbox[1]
    assert chooser.options == ["Everyone", "Ana", "Ben"]
    assert "2 sessions, newest first" in words(app)  # Ana's, who trained last
    select(app, 1, "Ben")
    assert "1 session, newest first" in words(run(app))
    select(app, 1, "Everyone")
    assert "3 sessions, newest first" in words(run(app))


def test_whoever_is_chosen_to_train_finds_their_own_next(store):
    for person in ("Ben", "Ana"):
        session_id = store.begin_session(NOON, "camera", person=person)
        store.add_rep(store.begin_set(session_id, "squat", 0.0), rep(1), JOINTS)
    app = page()
    select(app, 1, "Everyone")
    assert "2 sessions, newest first" in words(run(app))
    app.session_state["person_here"] = "Ben"  # as the buttons of the workout page do
    text = words(run(app))
    assert "1 session, newest first" in text and "Ben · Camera" in text


def test_many_sessions_are_shown_page_by_page(store):
    for day in range(23):
        squats(store, NOON + timedelta(days=day))
    app = page()
    assert len([each for each in app.button if each.label == "Open session"]) == 20
    press(app, "Older")
    text = words(app)
    assert "Page 2 of 2" in text
    assert "Monday, 6 May 2024" in text
    press(app, "Newer")
    assert "Page 1 of 2" in words(app)


def test_a_database_that_cannot_be_used_gives_a_sentence(store, tmp_path):
    (tmp_path / "posecoach.db").write_bytes(b"no database at all, but long enough" * 50)
    (error,) = page().error
    assert "not a session database" in error.value


def test_an_address_of_a_database_that_is_none_gives_a_sentence(monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "sqlite://")
    (error,) = page().error
    assert "in memory only" in error.value
