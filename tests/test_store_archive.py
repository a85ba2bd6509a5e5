"""Export, import and restore: nothing lost, nothing twice, nothing by half."""

from __future__ import annotations

import io
import random
from datetime import UTC, timedelta

import numpy as np
import pytest
from sqlalchemy import update

from posecore.store import Imported, NotEmpty, Store, StoreError
from posecore.store.tables import people, sessions, sets
from tests.stored import NOON, document_of, exported, fill, lines_of, squats


def test_what_is_exported_and_imported_is_the_same_to_the_last_bit(store, other):
    fill(store)
    document = exported(store, deleted=True)
    assert other.archive.import_(io.BytesIO(document)) == Imported(48, 0)
    assert exported(other, deleted=True) == document
    for mine, theirs in zip(store.sessions(100), other.sessions(100)):
        ours = [store.session(mine.id), other.session(theirs.id)]
        facts = [
            (each.summary.totals, each.summary.started_at, each.summary.notes) for each in ours
        ]
        assert facts[0] == facts[1]
        for one, two in zip(*(each.sets for each in ours)):
            for a, b in zip(one.reps, two.reps):
                assert repr(a.faults) == repr(b.faults) and repr(a.score) == repr(b.score)
                left, right = store.curve(a.id), other.curve(b.id)
                np.testing.assert_array_equal(left.flexion_deg, right.flexion_deg)
    everything = {"first": NOON.date(), "last": NOON.date() + timedelta(days=60), "zone": UTC}
    assert other.history.weeks(**everything) == store.history.weeks(**everything)
    assert [each.name for each in other.people.all()] == ["Ana", "Ben", "Cem"]


def test_a_server_takes_what_a_file_had(server, document):
    there = Store(server.new_database())
    there.archive.restore(io.BytesIO(document))
    assert exported(there, deleted=True) == document
    there.close()


def test_importing_twice_does_nothing_twice(store, other):
    fill(store)
    document = exported(store)
    assert other.archive.import_(io.BytesIO(document)) == Imported(47, 0)
    before = exported(other, deleted=True)
    assert other.archive.import_(io.BytesIO(document)) == Imported(0, 47)
    assert store.archive.import_(io.BytesIO(document)) == Imported(0, 47)
    assert exported(other, deleted=True) == before


def test_two_machines_take_from_each_other_what_they_lack(store, other):
    squats(store, person="Ana")
    squats(other, NOON + timedelta(days=1), person="Ana")
    assert store.archive.import_(io.BytesIO(exported(other))) == Imported(1, 0)
    assert other.archive.import_(io.BytesIO(exported(store))) == Imported(1, 1)
    assert store.count_sessions(person="Ana") == other.count_sessions(person="Ana") == 2


def test_one_persons_export_holds_nothing_of_another_and_nothing_deleted(store):
    fill(store)
    lines = lines_of(exported(store, person="Ana"))
    people = {line["name"] for line in lines if line["kind"] == "person"}
    sessions = [line for line in lines if line["kind"] == "session"]
    assert people == {each["person"] for each in sessions} == {"Ana"}
    assert [each["source"] for each in sessions] == ["morning.mp4"]
    assert lines_of(exported(store.of("Ben"), person="Ana"))[1]["name"] == "Ben"


def test_what_somebody_who_is_logged_in_imports_is_theirs(store, other):
    squats(other, person="Ana")
    mine = store.of("Ben")
    assert mine.archive.import_(io.BytesIO(exported(other))) == Imported(1, 0)
    assert [each.person for each in store.sessions()] == ["Ben"]
    assert [each.name for each in store.people.all()] == ["Ben"]
    with pytest.raises(StoreError, match="Only whoever runs this server"):
        mine.archive.restore(io.BytesIO(exported(other)), replace=True)


def test_names_are_imported_without_the_spaces_around_them(store, other):
    squats(store, person="Ana")
    lines = lines_of(exported(store))
    lines[1]["name"] = lines[2]["person"] = " Ana  \t"
    assert other.archive.import_(io.BytesIO(document_of(lines))) == Imported(1, 0)
    assert [each.name for each in other.people.all()] == [other.sessions()[0].person] == ["Ana"]
    squats(store, NOON + timedelta(days=1), person="Dov")
    other.archive.import_(io.BytesIO(exported(store)), person=" Ben ")
    assert [each.name for each in other.people.all()] == ["Ana", "Ben"]
    with pytest.raises(ValueError, match="expected a name"):
        other.archive.import_(io.BytesIO(exported(store)), person=" ")


def test_what_an_older_version_kept_under_a_blank_name_is_carried_as_nobodys(store, other):
    squats(store, person="Ana")
    with store._database.writing() as connection:
        connection.execute(update(sessions).values(person=" "))
        connection.execute(update(people).values(name=" "))
    assert other.archive.restore(io.BytesIO(exported(store, deleted=True))).sessions == 1
    assert [each.person for each in other.sessions()] == [""] and other.people.all() == []


def test_a_name_of_an_exercise_that_is_too_long_is_cut_and_carried(store, other):
    long = "a" * 99 + "bc"
    session_id = squats(store)
    store.update_set(store.begin_set(session_id, long, 9.0), 12.0, 3.0)
    assert long[:100] in store.exercises()
    if store._database.is_sqlite:  # which kept it uncut before
        with store._database.writing() as connection:
            connection.execute(update(sets).values(exercise=long))
    assert other.archive.restore(io.BytesIO(exported(store))).sessions == 1
    assert long[:100] in other.exercises()


def test_a_session_of_thousands_of_the_same_reps_is_carried(store, other):
    squats(store)
    lines = lines_of(exported(store))
    (one,) = lines[1]["sets"][0]["reps"]
    lines[1]["sets"][0]["reps"] = [one | {"ordinal": n + 1} for n in range(3000)]
    assert other.archive.import_(io.BytesIO(document_of(lines))) == Imported(1, 0)
    assert other.sessions()[0].reps == 3000


def test_notes_are_as_long_as_they_can_be_carried(store, other):
    notes = "".join(random.Random(2).choices("abcdefgh ", k=100_000))
    session_id = squats(store, notes=notes + "z")
    store.set_notes(session_id, notes + "z")
    other.archive.import_(io.BytesIO(exported(store)))
    assert other.sessions()[0].notes == notes


# Putting back.


def test_a_backup_is_put_back_into_an_empty_database_only_unless_told_otherwise(store, other):
    fill(store)
    backup = exported(store, deleted=True)
    assert other.archive.restore(io.BytesIO(backup)).sessions == 48
    squats(other, person="Dov")
    with pytest.raises(NotEmpty, match="has 49 sessions"):
        other.archive.restore(io.BytesIO(backup))
    assert other.archive.restore(io.BytesIO(backup), replace=True).sessions == 48
    assert exported(other, deleted=True) == backup


def test_what_a_restore_replaces_is_kept_in_a_folder_that_is_not_there_yet(store, tmp_path):
    squats(store)
    backup, kept = exported(store, deleted=True), tmp_path / "data" / "posecoach" / "kept.jsonl.gz"
    assert store.archive.restore(io.BytesIO(backup), replace=True, keep=kept).sessions == 1
    assert kept.read_bytes() == backup
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_what_a_restore_would_have_replaced_is_not_kept_twice_where_it_fails(
    store, tmp_path, monkeypatch
):
    squats(store)
    backup, kept = exported(store, deleted=True), tmp_path / "replaced.jsonl.gz"

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr("posecore.store.carrying._insert_session", fail)
    with pytest.raises(MemoryError):
        store.archive.restore(io.BytesIO(backup), replace=True, keep=kept)
    assert not kept.exists()
    assert exported(store, deleted=True) == backup
