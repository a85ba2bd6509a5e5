"""All that is kept of people is found, and gone when it is said to be."""

from __future__ import annotations

import gzip
import io
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import serve
from posecore import kept
from posecore.exercises import FOLDER_VARIABLE, SHIPPED, read_exercise
from posecore.exercises.names import person_folder
from posecore.exercises.own import count_own
from posecore.exercises.write import save_exercise
from posecore.features import FEATURE_NAMES
from posecore.plan import Step, save_plan
from posecore.store import URL_VARIABLE, DatabaseBusy, Store
from posecore.store.document import FileEntry, read_document
from posecore.taught import Examples, write_examples
from tests.stored import NOON, squats

PERSON, OTHER = "Zerubbabel", "Ana"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "data" / "exercises"))
    store = Store(f"sqlite:///{tmp_path / 'data' / 'sessions.db'}", busy_timeout_s=0.1)
    for person in (PERSON, OTHER, ""):
        much_of(store, person)
    yield store
    store.close()


def much_of(store: Store, person: str) -> None:
    """Sessions, a deleted one, own files; and the same in what a restore replaced."""
    notes = f"the knee of {person or 'nobody'}"
    squats(store, person=person, notes=notes)
    store.delete_session(squats(store, person=person, notes=notes), NOON)
    folder = person_folder(folder_of(store), person)
    save_exercise(read_exercise(SHIPPED / "squat.toml"), folder)
    write_examples(Examples("my_move", np.zeros((2, len(FEATURE_NAMES)))), folder)
    save_plan(folder, [Step("squat", 3, 10)])


def folder_of(store: Store) -> Path:
    return store.folder / "exercises"


def replace_by_itself(store: Store) -> Path:
    """What a restore of a backup of the same leaves."""
    backup = store.folder.parent / "backup.gz"
    with backup.open("wb") as out:
        store.archive.export(out, deleted=True)
    place = kept.place_for_replaced(store, datetime.now())
    with backup.open("rb") as source:
        store.archive.restore(source, replace=True, keep=place)
    return place


def everything_in(folder: Path) -> bytes:
    found = b""
    for file in folder.rglob("*"):
        found += str(file).encode()
        content = file.read_bytes() if file.is_file() else b""
        found += content + (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else b"")
    return found


def test_nothing_of_anybody_is_left_in_any_file_after_everything_is_erased(store):
    place = replace_by_itself(store)
    (store.folder / f".{place.name}.4711.part").write_bytes(place.read_bytes())
    folder = folder_of(store)
    for each in (folder, person_folder(folder, PERSON)):
        for name in ("plan.part", ".plan.json.part", ".my_move.taught.json.part", ".a.toml.part"):
            (each / name).write_text("[]")
        (each / ".unfinished-x1").mkdir()
        (each / ".unfinished-x1" / "squat.toml").write_text("name")
    assert kept.erase(store, None) == 6
    left = {str(file.relative_to(store.folder)) for file in store.folder.rglob("*")}
    assert left <= {"exercises", "sessions.db", "sessions.db-wal", "sessions.db-shm"}
    assert b"the knee of" not in everything_in(store.folder)


def test_nothing_of_one_person_is_left_in_any_file_and_the_others_stay(store):
    place = replace_by_itself(store)
    assert kept.erase(store, PERSON) == 2
    found = everything_in(store.folder)
    assert PERSON.encode() not in found and PERSON.lower().encode() not in found
    assert [each.person for each in store.sessions()] == ["", OTHER]
    assert count_own(folder_of(store), None) == (2, 2)
    assert kept.replaced(store) == [place]
    with place.open("rb") as source:
        assert store.archive.restore(source, replace=True).sessions == 4


def test_a_backup_of_one_person_alone_goes_with_them(store):
    for person in (OTHER, ""):
        kept.erase(store, person)
    replace_by_itself(store)
    kept.erase(store, PERSON)
    assert kept.replaced(store) == []


def test_erasing_can_be_done_again_when_another_program_has_let_go(store):
    other = sqlite3.connect(store.place, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM sessions").fetchall()
    with pytest.raises(DatabaseBusy):
        kept.erase(store, PERSON)
    assert not person_folder(folder_of(store), PERSON).exists()
    other.close()
    kept.erase(store, PERSON)
    assert PERSON.encode() not in everything_in(store.folder)


@pytest.mark.parametrize("person", [PERSON, None])
def test_a_file_that_cannot_be_removed_is_named_and_all_else_is_gone(store, monkeypatch, person):
    stuck = person_folder(folder_of(store), PERSON) / "plan.json"
    unlink = os.unlink

    def refuse(path, *args, **where):
        if str(path).endswith("plan.json"):
            raise PermissionError(13, "Permission denied", str(stuck))
        unlink(path, *args, **where)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        with pytest.raises(kept.NotErased, match=r"plan\.json could not be removed: Permission"):
            kept.erase(store, person)
    assert stuck.exists()
    assert count_own(folder_of(store), PERSON) == (0, 1)
    assert store.sessions(person=PERSON) == []
    kept.erase(store, person)
    assert not stuck.exists()


def test_a_backup_that_cannot_be_read_is_named(store):
    damaged = kept.place_for_replaced(store, NOON)
    damaged.write_bytes(b"no backup")
    with pytest.raises(kept.NotErased, match=r"replaced-.*cannot be read\. Remove that file"):
        kept.erase(store, PERSON)
    assert damaged.exists()
    kept.erase(store, None)
    assert not damaged.exists()


def test_a_deleted_session_can_be_brought_back_for_a_day(store):
    assert kept.purge_deleted(store, NOON + timedelta(hours=23)) == 0
    assert kept.purge_deleted(store, NOON + timedelta(hours=25)) == 3
    assert len(store.sessions()) == 3


def test_a_server_removes_what_was_deleted_a_day_ago_before_its_first_visitor(store, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{store.place}")
    serve.purge()
    assert store.sessions(deleted=True) == [] and len(store.sessions()) == 3


def test_a_server_starts_where_the_database_cannot_be_used(tmp_path, monkeypatch):
    (tmp_path / "sessions.db").write_text("a letter, and no database at all")
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'sessions.db'}")
    serve.purge()


def test_a_visit_to_any_page_removes_what_was_deleted_a_day_ago(store, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{store.place}")
    app = AppTest.from_string("import pages.stored; pages.stored.purge_once()").run()
    assert not app.exception
    assert store.sessions(deleted=True) == [] and len(store.sessions()) == 3
    assert "purge_once()" in (Path(serve.__file__).with_name("app.py")).read_text("utf-8")


OWN = {"squat.toml", "my_move.taught.json", "plan.json"}


def carried(store: Store, **options: object) -> io.BytesIO:
    out = io.BytesIO()
    kept.export(store, out, **options)
    out.seek(0)
    return out


def own_of(person: str, folder: Path) -> set[str]:
    return {path.name for path in person_folder(folder, person).glob("*") if path.is_file()}


def test_own_exercises_and_plans_go_along_to_another_computer(store, tmp_path, monkeypatch):
    everything, of_one = carried(store), carried(store, person=PERSON)
    there = tmp_path / "there"
    monkeypatch.setenv(FOLDER_VARIABLE, str(there))
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    assert len(kept.import_(other, of_one).files) == 3
    assert own_of(PERSON, there) == OWN and own_of(OTHER, there) == own_of("", there) == set()
    done = kept.import_(other, everything)
    assert (done.sessions, len(done.files)) == (2, 6), "what was here already stays"
    assert own_of(OTHER, there) == own_of("", there) == OWN
    for name in OWN:
        here, before = (person_folder(at, OTHER) / name for at in (there, folder_of(store)))
        assert here.read_bytes() == before.read_bytes()
    other.close()


def test_a_file_that_is_here_already_stays_as_it_is(store):
    mine = person_folder(folder_of(store), PERSON) / "squat.toml"
    exported = carried(store)
    mine.write_text("changed since", encoding="utf-8")
    assert kept.import_(store, exported).files == ()
    assert mine.read_text(encoding="utf-8") == "changed since"


def test_files_become_those_of_whom_they_are_imported_for(store):
    exported = carried(store, person=PERSON)
    kept.import_(store, exported, person="Ben")
    assert own_of("Ben", folder_of(store)) == OWN


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_along(store):
    (person_folder(folder_of(store), OTHER) / "squat.toml").write_bytes(b"\xff")
    said: list[str] = []
    exported = carried(store, tell=said.append)
    (sentence,) = said
    assert OTHER in sentence
    assert len(list(read_document(exported))) == 3 + 2 + 3 + 3  # sessions, names, files


@pytest.mark.parametrize("name", ["../squat.toml", "squat.py", "/squat.toml", "a/squat.toml", ""])
def test_no_file_of_another_name_is_taken_from_an_import(name):
    with pytest.raises(ValueError):
        FileEntry(person="Ana", name=name, text="")
