"""People by name, and how somebody is removed for good."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from posecore.store import DatabaseBusy, NameTaken, NotFound, Store, StoreError
from tests.stored import JOINTS, NOON, TOO_SHALLOW, rep, squats


def names(store: Store) -> list[str]:
    return [each.name for each in store.people.all()]


def test_people_are_listed_by_name_with_their_sessions(store):
    store.people.add("  zoë   b. ")
    squats(store, person="Ana")
    squats(store, NOON + timedelta(days=1), person="Ana")
    store.delete_session(squats(store, NOON + timedelta(days=9), person="Ben"), NOON)
    squats(store)  # nobody's
    found = [(each.name, each.sessions, each.last_at) for each in store.people.all()]
    assert found == [("Ana", 2, NOON + timedelta(days=1)), ("Ben", 0, None), ("zoë b.", 0, None)]
    assert names(store.of("Ana")) == ["Ana"]


@pytest.mark.parametrize(
    ("name", "said"), [(" \0 ", "expected a name"), ("x" * 201, "at most 200")]
)
def test_a_name_that_is_none_is_refused(store, name, said):
    with pytest.raises(ValueError, match=said):
        store.people.add(name)


def test_a_session_of_a_name_is_of_the_name_as_it_is_kept(store):
    squats(store, person=" Ana \n")
    assert names(store) == [store.sessions()[0].person] == ["Ana"]
    with pytest.raises(ValueError, match="expected a name"):
        squats(store, person=" ")
    assert store.count_sessions() == 1


def test_a_name_is_given_once_whatever_its_capitals(store):
    store.people.add("Ana")
    with pytest.raises(NameTaken, match="already somebody named ANA"):
        store.people.add("ANA")


def test_a_renamed_person_keeps_all_sessions(store):
    squats(store, person="Ana")
    store.people.add("Ben")
    assert store.people.rename("Ana", "ana maria") == "ana maria"
    assert names(store) == ["ana maria", "Ben"]
    assert store.count_sessions(person="ana maria") == 1
    with pytest.raises(NameTaken):
        store.people.rename("Ben", "Ana Maria")
    with pytest.raises(NotFound, match="nobody named Cem"):
        store.people.rename("Cem", "Dov")
    assert store.people.rename("Ben", "BEN") == "BEN"


def test_whoever_is_logged_in_manages_nobody_else(store):
    squats(store, person="Ana")
    mine = store.of("Ben")
    squats(mine)
    for attempt in (lambda: mine.people.add("Cem"), lambda: mine.people.rename("Ana", "Cem")):
        with pytest.raises(StoreError, match="Only whoever runs this server"):
            attempt()
    assert mine.people.erase("Ana") == 1  # that is Ben, whatever was asked for
    assert names(store) == ["Ana"]


def test_names_of_files_and_people_that_no_database_takes_are_made_to_fit(store):
    session_id = store.begin_session(NOON, "half \udcff\0 a name.mp4", person="A\0na" + "x" * 300)
    store.begin_set(session_id, "squat", 0.0)
    (summary,) = store.sessions()
    assert summary.source == "half ? a name.mp4"
    assert summary.person == "Ana" + "x" * 197


# Removed for good.

TRACES = (b"Zerubbabel", b"painful knee", b"from-a-film.mp4", b"Heels down!",
          np.full(3, 77.7, np.float32).tobytes())  # fmt: skip


def much(store: Store, person: str, sessions: int = 40) -> None:
    """Enough that pages are split, filled and freed again."""
    curve = {"curve_t_s": np.arange(60.0), "curve_deg": np.full((60, 3), 77.7)}
    fault = TOO_SHALLOW.__class__("depth", 2.5, "left_knee", 1.0, 2.0, 3.0, "Heels down!")
    with store.together():
        for number in range(sessions):
            at = NOON + timedelta(hours=number)
            id = store.begin_session(at, "from-a-film.mp4", person, notes="painful knee")
            set_id = store.begin_set(id, "squat", 0.0)
            for each in range(3):
                store.add_rep(set_id, rep(3.0 * each, faults=(fault,), **curve), JOINTS)


def found_in(folder: Path) -> list[bytes]:
    files = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return [trace for trace in TRACES if any(trace in content for content in files)]


def test_nothing_of_an_erased_person_is_left_in_the_files(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'posecoach.db'}")
    much(store, "Zerubbabel")
    kept = [squats(store, person="Ana", reps=5) for _ in range(20)]
    much(store, "Zerubbabel")
    store.people.rename("Zerubbabel", "Zerubbabel the second")
    store.delete_session(store.sessions(person="Zerubbabel the second")[0].id, NOON)
    assert found_in(tmp_path) == list(TRACES)
    assert store.people.erase("Zerubbabel the second") == 80
    assert found_in(tmp_path) == []
    assert sorted(each.id for each in store.sessions()) == kept
    assert names(store) == ["Ana"]


def test_nothing_of_an_erased_person_is_left_in_the_tables_of_a_server(server):
    url = server.new_database()
    database = url.split("/")[3].split("?")[0]
    store = Store(url, busy_timeout_s=20)
    much(store, "Zerubbabel")
    kept = squats(store, person="Ana")
    server.sql("ANALYZE", database)  # the planner takes samples, with names in them
    server.sql("CHECKPOINT", database)
    tables = server.data / "base"
    assert set(found_in(tables)) >= {b"Zerubbabel", b"painful knee", b"from-a-film.mp4"}
    assert store.people.erase("Zerubbabel") == 40
    store.close()
    server.sql("CHECKPOINT", database)
    assert found_in(tables) == []
    assert [each.id for each in store.sessions()] == [kept]


def test_erasing_waits_for_no_look_at_an_older_state_and_says_so(tmp_path):
    path = tmp_path / "posecoach.db"
    store = Store(f"sqlite:///{path}", busy_timeout_s=0.1)
    squats(store, person="Ana")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM sessions").fetchall()
    with pytest.raises(DatabaseBusy, match="delete once more|locked by another"):
        store.people.erase("Ana")
    assert names(store) == []
    other.close()
    store.people.erase("Ana")
    assert store.sessions() == []


def test_all_that_is_nobodys_and_all_of_everybody_can_be_erased(store):
    squats(store)
    squats(store, person="Ana")
    assert store.people.erase("") == 1
    assert [each.person for each in store.sessions()] == ["Ana"]
    squats(store)
    assert store.people.erase(None) == 2
    assert store.sessions() == [] and names(store) == []
