"""What a workout needs before its first frame: exercises, model, estimator, store."""

from __future__ import annotations

import gc
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pages.exercises_own import whose_exercises
from pages.history_session import plain
from posecore.classify import ExerciseClassifier, Recogniser
from posecore.exercises import Exercise, usable_exercises
from posecore.heaps import keep_heaps_few
from posecore.language import Text, _, words_of
from posecore.live import LiveSession
from posecore.pipeline import Pipeline
from posecore.seats import Seat, Seats
from posecore.store import Store
from posecore.taught import Stamp, knowledge, stamp

MOST_PEOPLE = "POSECOACH_MOST_PEOPLE"
"""Environment variable: so many may train at once, whatever is measured."""


class SettingError(ValueError):
    """An environment variable cannot be understood; the message shows what is expected."""


Knowledge = tuple[dict[str, Exercise], Recogniser]
"""What several people may share because nobody changes it."""


def load_knowledge() -> Knowledge:
    """The exercises of who is here, and what recognises them."""
    with st.spinner(_("Loading the pose model. The first time takes some seconds.")):
        _try_estimator()
    person = whose_exercises()
    return known_to(person, stamp(person))


@st.cache_resource(show_spinner=False, max_entries=8)
def known_to(person: str, at: Stamp) -> Knowledge:
    """``at`` changes when an own exercise does, and then they are read anew."""
    return knowledge(person)


@st.cache_resource(show_spinner=False)
def _try_estimator() -> None:
    """An estimator is made and thrown away: what is missing shows now and not after Start, and
    the one that Start makes is ready within the ten seconds a connection may take.
    """
    # A stream's encoder, 15 MB, is made anew whenever its bandwidth changes by a tenth, in another
    # thread as like as not.
    keep_heaps_few()
    trial = Pipeline(classifier=ExerciseClassifier.load())
    try:
        trial.warm_up()
    finally:
        trial.close()
    # No thread goes on while garbage is collected: 0.2 s each time with the libraries loaded. What
    # is loaded now stays for good; the collector need not look at it again. (Streamlit's own habit
    # of collecting after every run of a fragment is turned off in .streamlit/config.toml.)
    gc.collect()
    gc.freeze()
    # Whoever waits for the interpreter gets it sooner than after Python's 5 ms: the loop that takes
    # the packets of all streams waits for it many times a second.
    sys.setswitchinterval(0.0005)


def show_left_out() -> None:
    """Own exercise files that are wrong: named, while the others go on working."""
    for problem in usable_exercises(whose_exercises())[1]:
        reason = plain(_(words_of(problem)))
        st.warning(_("An exercise of yours is left out. {reason}", reason=reason))


@st.cache_resource(show_spinner=False)
def store_at(url: str) -> Store:
    # A short wait: the worker stands still meanwhile, and the session asks again by itself.
    return Store(url, busy_timeout_s=0.5)


@st.cache_resource(show_spinner=False)
def seats() -> Seats:
    """Before this computer, for all who use it. Raises SettingError."""
    given = os.environ.get(MOST_PEOPLE, "").strip()
    if given and not (given.isdecimal() and int(given) > 0):
        raise SettingError(
            Text(
                "{variable}: expected a whole number above 0, got {given}.",
                variable=MOST_PEOPLE,
                given=repr(given),
            )
        )
    return Seats(int(given) if given else None)


def new_session(
    knowledge: Knowledge,
    store: Store,
    source: str,
    exercise: str | None,
    person: str = "",
    seat: Seat | None = None,
) -> LiveSession:
    """Any thread's: a session whose pipeline is loaded and warm."""
    exercises, classifier = knowledge
    pipeline = Pipeline(exercises=exercises, classifier=classifier, exercise=exercise)
    pipeline.warm_up()
    return LiveSession(
        pipeline,
        store=store,
        started_at=datetime.now(UTC),
        source=source,
        person=person,
        seat=seat,
        exercise=exercises.get(exercise) if exercise is not None else None,
    )


def ice_servers() -> list[dict[str, Any]]:
    """None by default: what the camera sees goes to this program and nowhere else.

    Raises SettingError where POSECOACH_ICE_SERVERS cannot be understood.
    """
    given = os.environ.get("POSECOACH_ICE_SERVERS", "").strip()
    if not given:
        return []
    wrong = Text(
        "POSECOACH_ICE_SERVERS: expected JSON such as {example}.",
        example='[{"urls": ["turn:example.org:3478"], "username": "me", "credential": "secret"}]',
    )
    try:
        servers = json.loads(given)
    except ValueError as error:
        raise SettingError(
            Text("{wrong} It is no JSON ({reason}).", wrong=wrong, reason=str(error))
        ) from error
    if not isinstance(servers, list) or not all(
        isinstance(server, dict) and "urls" in server for server in servers
    ):
        raise SettingError(wrong)  # what was given may hold a password
    return servers
