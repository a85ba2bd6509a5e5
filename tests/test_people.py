"""Who of a home trains: chosen by name, the same on every page and after a page is loaded anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from visits import press, run

from pages import people
from posecore.store import URL_VARIABLE, Store

NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
PAGES = Path(people.__file__).parent

CHOOSER = """
import streamlit as st
from pages.entrance import come_in
from pages.exercises_own import whose_exercises
from pages.people import choose_person
from pages.stored import store_at
from posecore.store import default_url
come_in()
first = whose_exercises()
st.text(f"{first}|{choose_person(store_at(default_url()))}")
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'posecoach.db'}")
    store = Store()
    yield store
    store.close()
    st.cache_resource.clear()


@pytest.fixture
def home(store: Store) -> Store:
    """Ana and Ben; Ana trained last."""
    for name in ("Ben", "Ana"):
        store.end_session(store.begin_session(NOON, "camera", person=name), NOON)
    return store


def tab(**address: str) -> AppTest:
    app = AppTest.from_string(CHOOSER, default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    return run(app)


def here(app: AppTest) -> str:
    """Who it is before the page is drawn and after; the same, else the page is of two people."""
    first, last = app.text[0].value.split("|")
    assert first == last
    return first


def choose(app: AppTest, name: str) -> AppTest:
    app.button_group(key="people_pills").set_value(name)
    return run(app)


def test_at_first_it_is_who_trained_last_before_anything_of_theirs_is_read(home: Store) -> None:
    app = tab()
    assert here(app) == "Ana"
    assert app.button_group(key="people_pills").value == "Ana"


@pytest.mark.parametrize("name", ["Ben", "Ana", ""])
def test_who_was_chosen_stands_in_the_address_and_is_there_when_it_is_loaded_anew(
    home: Store, name: str
) -> None:
    app = choose(tab(), name)
    assert here(app) == name
    assert here(tab(person=app.query_params["person"][0])) == name


def test_the_address_of_another_page_gets_the_name_too(home: Store) -> None:
    app = choose(tab(), "Ben")
    app.query_params.clear()  # as the browser does on the way to another page
    assert here(run(app)) == "Ben"
    assert app.query_params["person"] == ["Ben"]


@pytest.mark.parametrize("name", ["Eve", "ben", "../Ana", "B" * 300])
def test_an_address_cannot_name_somebody_who_is_not_known(home: Store, name: str) -> None:
    app = tab(person=name, session="3")
    assert here(app) == "Ana"
    assert app.query_params["person"] == ["Ana"]
    assert app.query_params["session"] == ["3"]


def test_where_nobody_has_a_name_the_address_stays_as_it_is(store: Store) -> None:
    app = tab(session="3")
    assert here(app) == ""
    assert "person" not in app.query_params


def add(app: AppTest, name: str) -> AppTest:
    app.session_state["people_adding"] = True  # as the button that opens the form does
    app.text_input(key="people_name").input(name)
    return press(app, "Add")


def test_who_is_added_trains_next_and_the_form_is_closed(home: Store) -> None:
    app = add(run(tab()), "Cem")
    assert here(app) == "Cem"
    assert app.button_group(key="people_pills").value == "Cem"
    assert app.session_state["people_adding"] is False


@pytest.mark.parametrize("name", ["Ana", "ana", "  "])
def test_a_name_that_cannot_be_is_a_sentence_in_the_form_which_stays(
    home: Store, name: str
) -> None:
    app = add(tab(), name)
    assert len(app.error) == 1
    assert here(app) == "Ana"
    assert app.session_state["people_adding"] is True
    assert not run(app).error


def test_who_is_removed_meanwhile_trains_no_longer(home: Store) -> None:
    app = choose(tab(), "Ben")
    home.people.erase("Ben")
    assert here(run(app)) == ""


def test_where_people_log_in_an_address_names_nobody(
    home: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "logged_in", lambda: "oidc-1")
    monkeypatch.setattr("pages.exercises_own.logged_in", lambda: "oidc-1")
    app = tab(person="Ben")
    assert app.text[0].value == "oidc-1|"
    assert not app.get("button_group")
    assert "person_here" not in app.session_state


@pytest.mark.parametrize("page", ["history", "exercises", "accuracy", "settings"])
def test_every_page_keeps_the_name(home: Store, page: str) -> None:
    file = str(PAGES / f"{page}.py")
    app = AppTest.from_string(
        f"import streamlit as st\nst.navigation([st.Page({file!r})]).run()\n", default_timeout=30
    )
    app.query_params["person"] = "Ben"
    run(app)
    assert app.session_state["person_here"] == "Ben"
    assert app.query_params["person"] == ["Ben"]
