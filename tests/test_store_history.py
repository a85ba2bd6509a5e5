"""Days, weeks, the best and the worst rep: from a file and from a server."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posecore.store import NotFound
from posecore.types import Rep
from tests.stored import NOON, TOO_SHALLOW, squats

MONDAY = date(2024, 5, 6)  # of NOON
SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")


def done(store, started_at=NOON, *scores, exercise="squat", **values) -> int:
    """A session of one set with a complete rep a score."""
    session_id = store.begin_session(started_at, "camera", **values)
    set_id = store.begin_set(session_id, exercise, 0.0)
    for i, score in enumerate(scores):
        one = Rep(exercise, 3.0 * i, 3.0 * i + 2, True, 90.0 + i, (1.0, 0.5), score)
        store.add_rep(set_id, one, ())
    store.end_session(session_id, started_at + timedelta(minutes=5))
    return session_id


def test_days_are_those_on_which_something_was_done(store):
    for day in (0, 0, 2, 9):
        squats(store, NOON + timedelta(days=day), reps=3)
    store.end_session(store.begin_session(NOON + timedelta(days=1), "camera"), NOON)  # nothing done
    found = store.history.days(MONDAY, MONDAY + timedelta(days=6), zone=UTC)
    assert [(each.day.day, each.sessions, each.sets, each.reps) for each in found] == [
        (6, 2, 2, 6),
        (8, 1, 1, 3),
    ]
    assert store.history.days(MONDAY, MONDAY - timedelta(days=1)) == []


def test_a_day_ends_at_midnight_where_the_person_is(store):
    squats(store, datetime(2024, 5, 6, 20, tzinfo=UTC))  # five in the morning of the 7th in Seoul
    week = MONDAY, MONDAY + timedelta(days=6)
    assert [each.day.day for each in store.history.days(*week, zone=UTC)] == [6]
    assert [each.day.day for each in store.history.days(*week, zone=SEOUL)] == [7]
    assert store.history.first_day(zone=SEOUL) == date(2024, 5, 7)


def test_a_day_on_which_the_clocks_change_is_whole(store):
    changes = date(2024, 3, 31)  # has 23 hours in Berlin
    squats(store, datetime(2024, 3, 30, 23, 30, tzinfo=UTC))  # 00:30 of the 31st
    squats(store, datetime(2024, 3, 31, 21, 30, tzinfo=UTC))  # 23:30
    squats(store, datetime(2024, 3, 31, 22, 30, tzinfo=UTC))  # 00:30 of the 1st
    found = store.history.days(changes, changes + timedelta(days=1), zone=BERLIN)
    assert [(each.day.day, each.sessions) for each in found] == [(31, 2), (1, 1)]


def test_weeks_begin_on_monday_and_tell_each_exercise_apart(store):
    done(store, NOON, 80.0, 60.0)
    done(store, NOON + timedelta(days=6), 70.0)
    done(store, NOON + timedelta(days=6), 90.0, exercise="lunge")
    done(store, NOON + timedelta(days=7), 50.0)
    found = store.history.weeks(MONDAY + timedelta(days=3), MONDAY + timedelta(days=8), zone=UTC)
    assert [(e.monday.day, e.exercise, e.sessions, e.reps, e.score) for e in found] == [
        (6, "lunge", 1, 1, 90),
        (6, "squat", 2, 3, 70),
        (13, "squat", 1, 1, 50),
    ]
    squat = found[1]
    assert (squat.rom_deg, squat.tempo_s) == (pytest.approx((90 + 91 + 90) / 3), (1.0, 0.5))
    only = store.history.weeks(MONDAY, MONDAY, zone=UTC, exercise="lunge")
    assert [each.exercise for each in only] == ["lunge"]


def test_means_of_a_week_leave_out_attempts_and_what_was_not_measured(store):
    nan = float("nan")
    session_id = store.begin_session(NOON, "camera")
    set_id = store.begin_set(session_id, "squat", 0.0)
    for complete, score, rom_deg, tempo_s, parts in (
        (True, 80.0, 90.0, (1.0, 2.0), {"symmetry": 60.0}),
        (True, nan, nan, (1.0, nan), {"symmetry": nan}),
        (True, 40.0, 100.0, (2.0, 2.0), {}),
        (False, 5.0, 20.0, (0.1, 0.1), {"symmetry": 1.0}),
    ):
        one = Rep("squat", 0.0, 1.0, complete, rom_deg, tempo_s, score, score_parts=parts)
        store.add_rep(set_id, one, ())
    (week,) = store.history.weeks(MONDAY, MONDAY, zone=UTC)
    assert (week.reps, week.attempts, week.score, week.rom_deg) == (3, 1, 60, 95)
    assert (week.tempo_s, week.symmetry) == ((1.5, 2.0), 60)


def test_a_held_exercise_has_its_seconds_and_no_score(store):
    session_id = store.begin_session(NOON, "camera")
    store.update_set(store.begin_set(session_id, "plank", 0.0), 40.0, hold_s=30.0)
    (week,) = store.history.weeks(MONDAY, MONDAY, zone=UTC)
    assert (week.hold_s, week.reps, week.score, week.tempo_s) == (30.0, 0, None, None)


def test_the_best_and_the_worst_rep_come_with_their_session_and_faults(store):
    first = done(store, NOON, 80.0, 60.0)
    session_id = store.begin_session(NOON + timedelta(days=1), "camera")
    set_id = store.begin_set(session_id, "squat", 0.0)
    for complete, score in ((True, 30.0), (False, 2.0)):
        one = Rep("squat", 0.0, 1.0, complete, 90.0, (1, 1), score, (TOO_SHALLOW,))
        store.add_rep(set_id, one, ())
    best, worst = store.history.best_and_worst("squat")
    assert (best.session_id, best.rep.score, best.rep.faults) == (first, 80, ())
    assert (worst.session_id, worst.rep.score, worst.rep.faults) == (session_id, 30, (TOO_SHALLOW,))
    assert (worst.started_at, worst.set_ordinal) == (NOON + timedelta(days=1), 1)
    assert store.curve(best.rep.id).flexion_deg.shape == (0, 0)
    best, worst = store.history.best_and_worst("squat", until=NOON + timedelta(hours=1))
    assert (best.rep.score, worst.rep.score) == (80, 60)


def test_of_equal_reps_the_latest_is_the_best_and_one_alone_is_not_compared(store):
    done(store, NOON, 80.0)
    assert store.history.best_and_worst("squat") is None
    assert store.history.best_and_worst("lunge") is None
    later = done(store, NOON, 80.0, 80.0, 10.0)
    best, _ = store.history.best_and_worst("squat")
    assert (best.session_id, best.rep.ordinal) == (later, 2)


def test_nothing_deleted_and_nothing_of_another_person_is_counted(store):
    done(store, NOON, 90.0, 10.0, person="Ana")
    done(store, NOON, 50.0, 40.0, person="Ben")
    store.delete_session(done(store, NOON, 99.0, 1.0, person="Ben"), NOON)
    for of_ben, asked in ((store, {"person": "Ben"}), (store.of("Ben"), {"person": "Ana"})):
        history = of_ben.history
        (day,) = history.days(MONDAY, MONDAY, zone=UTC, **asked)
        (week,) = history.weeks(MONDAY, MONDAY, zone=UTC, **asked)
        best, worst = history.best_and_worst("squat", **asked)
        assert (day.sessions, day.reps, week.reps, week.score) == (1, 2, 2, 45)
        assert (best.rep.score, worst.rep.score) == (50, 40)
    assert store.of("Cem").history.first_day() is None


def test_sessions_can_be_asked_for_between_two_times(store):
    ids = [squats(store, NOON + timedelta(days=day)) for day in range(3)]
    middle = {"since": NOON + timedelta(days=1), "until": NOON + timedelta(days=2)}
    assert [each.id for each in store.sessions(**middle)] == [ids[1]]
    assert store.count_sessions(**middle) == 1


def test_more_days_than_anybody_looks_at_are_refused(store):
    with pytest.raises(ValueError, match="no more than 4000"):
        store.history.days(date(1, 1, 2), MONDAY)


def test_notes_are_kept_and_can_be_changed(store):
    session_id = squats(store, notes="hot")
    store.set_notes(session_id, "Knie tut weh \N{PENSIVE FACE}\0")
    assert store.session(session_id).summary.notes == "Knie tut weh \N{PENSIVE FACE}"
    with pytest.raises(NotFound):
        store.of("Ana").set_notes(session_id, "mine")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    moments=st.lists(
        st.datetimes(datetime(2023, 12, 30), datetime(2025, 1, 3), timezones=st.just(UTC)),
        min_size=1,
        max_size=12,
    ),
    zone=st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/Santiago", "Pacific/Apia",
                          "Australia/Lord_Howe", "Asia/Kathmandu"]),
)  # fmt: skip
def test_the_database_counts_days_as_the_calendar_does(store, moments, zone):
    """Zones with clock changes at midnight, of half an hour, and in both halves of the year."""
    there, whose = ZoneInfo(zone), str(uuid4())
    with store.together():
        for moment in moments:
            store.begin_set(store.begin_session(moment, "camera", whose), "squat", 0.0)
    expected = Counter(moment.astimezone(there).date() for moment in moments)
    days = store.history.days(date(2023, 12, 29), date(2025, 1, 5), zone=there, person=whose)
    assert {each.day: each.sessions for each in days} == expected
