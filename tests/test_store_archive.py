"""Export, import and restore: nothing lost, nothing twice, nothing by half."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import tracemalloc
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from posecore.store import Imported, NotAnExport, NotEmpty, Store, StoreError
from posecore.store.tables import people, sessions, sets
from posecore.types import Fault, Rep
from tests.stored import JOINTS, NOON, TOO_SHALLOW, squats

LATE = "9999-12-31T23:59:59-23:59"  # in UTC past the last year there is
NAN, INF = float("nan"), float("inf")


@pytest.fixture
def other(tmp_path: Path) -> Store:
    """The other machine's."""
    return Store(f"sqlite:///{tmp_path / 'other.db'}")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Everything that ``fill`` keeps."""
    source = Store(f"sqlite:///{tmp_path_factory.mktemp('source') / 'source.db'}")
    fill(source)
    return exported(source, deleted=True)


def fill(store: Store) -> None:
    with store.together():
        _fill(store)


def _fill(store: Store) -> None:
    """A little of everything that can be kept."""
    curve_deg = np.random.default_rng(7).uniform(0, 150, (30, 3))
    curve_deg[3:9, 1] = np.nan
    ana = store.begin_session(
        NOON + timedelta(microseconds=123456), "morning.mp4", "Ana", app_version="1.2",
        model_version="3", notes='Hot; "very"\n한국어 \N{PENSIVE FACE}',
    )  # fmt: skip
    squat = store.begin_set(ana, "squat", 0.1 + 0.2)
    faults = (TOO_SHALLOW, Fault("trunk", 1 / 3, "trunk", NAN, -INF, 0.5, "Chest up", unit="m"))
    parts = {"depth": 60.1, "symmetry": 88.8, "tempo": NAN}
    t_s = np.linspace(1, 3, 30)
    for complete, score in ((True, 71.3), (False, 10.0), (True, NAN)):
        one = Rep(
            "squat", 1.0, 3.0, complete, 92.5, (1.5, NAN), score, faults, parts, t_s, curve_deg
        )
        store.add_rep(squat, one, JOINTS)
    store.update_set(store.begin_set(ana, "plank", 60.0), 90.0, 25.5)
    store.end_session(ana, NOON + timedelta(minutes=3))
    for day in range(45):
        squats(store, NOON + timedelta(days=day), reps=day % 3)
    running = store.begin_session(NOON + timedelta(days=50), "camera", "Ben")
    store.begin_set(running, "lunge", 0.0)
    store.delete_session(squats(store, person="Ana"), NOON + timedelta(days=60))
    store.people.add("Cem")


def exported(store: Store, **options: Any) -> bytes:
    out = io.BytesIO()
    store.archive.export(out, **options)
    return out.getvalue()


def lines_of(document: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(document).splitlines()]


def document_of(lines: list[dict[str, Any]]) -> bytes:
    return gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


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
    assert other.archive.restore(io.BytesIO(exported(store, deleted=True))) == 1
    assert [each.person for each in other.sessions()] == [""] and other.people.all() == []


def test_a_name_of_an_exercise_that_is_too_long_is_cut_and_carried(store, other):
    long = "a" * 99 + "bc"
    session_id = squats(store)
    store.update_set(store.begin_set(session_id, long, 9.0), 12.0, 3.0)
    assert long[:100] in store.exercises()
    if store._database.is_sqlite:  # which kept it uncut before
        with store._database.writing() as connection:
            connection.execute(update(sets).values(exercise=long))
    assert other.archive.restore(io.BytesIO(exported(store))) == 1
    assert long[:100] in other.exercises()


# Files that are damaged, or made to do harm.


def changed(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[bytes], bytes]:
    def damage(document: bytes) -> bytes:
        lines = lines_of(document)
        change(lines)
        return document_of(lines)

    return damage


def first_rep(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return next(line for line in lines if line["kind"] == "session")["sets"][0]["reps"][0]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda document: b"",
    "a diary": lambda document: b"Dear diary, today I did forty squats.\n" * 9,
    "cut off": lambda document: document[:-300],
    "the last byte missing": lambda document: document[:-1],
    "a byte changed": lambda document: document[:900] + bytes([document[900] ^ 4]) + document[901:],
    "a line missing": changed(lambda lines: lines.pop(5)),
    "no end": changed(lambda lines: lines.pop()),
    "no head": changed(lambda lines: lines.pop(0)),
    "two heads": changed(lambda lines: lines.insert(1, lines[0])),
    "something after the end": changed(lambda lines: lines.append(lines[1])),
    "another format": changed(lambda lines: lines[0].update(format="steps")),
    "a newer version": changed(lambda lines: lines[0].update(version=99)),
    "a column too many": changed(lambda lines: first_rep(lines).update(id=1)),
    "a text for a number": changed(lambda lines: first_rep(lines).update(start_s="1.0")),
    "true for a number": changed(lambda lines: first_rep(lines).update(start_s=True)),
    "an ordinal twice": changed(lambda lines: first_rep(lines).update(ordinal=2)),
    "an ordinal of nought": changed(lambda lines: first_rep(lines).update(ordinal=0)),
    "a name of blanks": changed(lambda lines: lines[1].update(name=" ")),
    "a session of a name of blanks": changed(lambda lines: lines[-2].update(person=" \u3000")),
    "a name too long": changed(lambda lines: lines[-2].update(person="x" * 201)),
    "a number that is none": changed(lambda lines: lines[-2].update(uid="../../etc")),
    "a NUL": changed(lambda lines: lines[-2].update(notes="a\0b")),
    "a time without a zone": changed(lambda lines: lines[-2].update(started_at="2024-05-06T12:00")),
    "a time that has no place in UTC": changed(lambda lines: lines[-2].update(started_at=LATE)),
    "a curve that is none": changed(lambda lines: first_rep(lines)["curve"].update(samples="AAAA")),
    "a curve of other joints": changed(
        lambda lines: first_rep(lines)["curve"].update(joint_names=["a"])
    ),
    "a session that is a list": changed(lambda lines: lines.__setitem__(5, [])),  # type: ignore
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_whole_with_a_sentence(document, other, damage):
    squats(other, person="Dov")
    before = exported(other, deleted=True)
    damaged = DAMAGES[damage](document)
    for attempt in (other.archive.import_, lambda file: other.archive.restore(file, replace=True)):
        with pytest.raises(NotAnExport, match=r"[a-z ]{9}.*\.$"):
            attempt(io.BytesIO(damaged))
        assert exported(other, deleted=True) == before


def test_a_file_that_unpacks_to_more_than_a_session_is_refused_without_filling_the_memory(
    other, monkeypatch
):
    monkeypatch.setattr("posecore.store.document.LONGEST_LINE", 1000)
    head = b'{"kind": "head"}\n'
    with pytest.raises(NotAnExport, match="line 2: too long"):
        other.archive.import_(io.BytesIO(gzip.compress(head + b'"' * 100_000)))


def session_with(document: bytes, **values: Any) -> bytes:
    lines = lines_of(document)
    lines[-2].update(values)
    return document_of(lines)


def test_a_list_of_many_wrong_things_is_refused_without_an_error_of_each(other, document):
    many = session_with(document, sets=[0] * 100_000)
    tracemalloc.start()
    try:
        with pytest.raises(NotAnExport, match=r"sets\.0"):
            other.archive.import_(io.BytesIO(many))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("many", ["0,", "[],", "{},", "[" * 9 + "]" * 9 + ","])
def test_a_line_of_more_values_than_a_session_has_is_not_parsed(other, monkeypatch, many):
    monkeypatch.setattr("posecore.store.document._LINE", None)
    line = b'{"kind":"session","sets":[' + many.encode() * 300_000 + b"0]}\n"
    with pytest.raises(NotAnExport, match="line 1: more than a session holds"):
        other.archive.import_(io.BytesIO(gzip.compress(line, 0)))  # not by its size


def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused(other, document):
    lines = lines_of(document)
    for number in range(40):
        lines.insert(-1, lines[-2] | {"uid": f"{number:032x}", "notes": "x" * 100_000})
    lines[-1]["sessions"] += 40
    with pytest.raises(NotAnExport, match="far more than a file of this size"):
        other.archive.import_(io.BytesIO(document_of(lines)))
    assert other.count_sessions() == 0


def test_a_session_of_thousands_of_the_same_reps_is_carried(store, other):
    with store.together():
        squats(store, reps=3000)
    assert other.archive.import_(io.BytesIO(exported(store))) == Imported(1, 0)
    assert other.sessions()[0].reps == 3000


def test_notes_are_as_long_as_they_can_be_carried(store, other):
    notes = "".join(random.Random(2).choices("abcdefgh ", k=100_000))
    session_id = squats(store, notes=notes + "z")
    store.set_notes(session_id, notes + "z")
    other.archive.import_(io.BytesIO(exported(store)))
    assert other.sessions()[0].notes == notes
    with pytest.raises(NotAnExport, match="notes: "):
        other.archive.import_(io.BytesIO(session_with(exported(store), notes=notes + "z")))


def with_heading(document: bytes, heading: str) -> bytes:
    """Its first curve has this for NumPy's heading, and no samples."""
    text = (heading + " " * (-(len(heading) + 11) % 64) + "\n").encode()
    curve = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    lines = lines_of(document)
    first_rep(lines)["curve"]["samples"] = base64.b64encode(curve).decode()
    return document_of(lines)


HEADING = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }"
HEADINGS = {
    "terabytes": HEADING.replace("0", str(10**9)),
    "more rows than there are numbers": HEADING.replace("0", "9" * 4000),
    "another joint": HEADING.replace("4)", "5)"),
    "a row alone": HEADING.replace("(0, 4)", "(0,)"),
    "a key that is a list": "{[]: 1}",
    "keys of two kinds": "{1: 1, 'a': 2}",
    "many signs": HEADING.replace("(0", "(" + "-" * 9000 + "1"),
    "many sums": HEADING.replace("(0", "(0" + "+0j" * 3000),
    "true for a number": HEADING.replace("4)", "True)"),
    "a type that is none": HEADING.replace("<f4", "i4,,"),
    "objects": HEADING.replace("<f4", "|O"),
    "nothing": "",
}


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_curve_with_another_heading_than_its_own_is_refused(other, document, heading):
    with pytest.raises(NotAnExport, match="angle curve"):
        other.archive.import_(io.BytesIO(with_heading(document, HEADINGS[heading])))
    assert other.count_sessions() == 0


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_stands_in_a_file_is_taken_whole_or_refused(document, other, data):
    """Any value of any field replaced by anything that JSON has."""
    lines = lines_of(document)
    spot: Any = data.draw(st.sampled_from(lines[:3] + lines[-2:]))
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
            break
        spot = spot[key]
    spot[key] = data.draw(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9),
                  st.sampled_from([[], {}, -1, 1e308, "Infinity", "0" * 32, LATE]))
    )  # fmt: skip
    count = other.count_sessions()
    try:
        done = other.archive.import_(io.BytesIO(document_of(lines)))
    except StoreError:
        assert other.count_sessions() == count
    else:
        assert other.count_sessions() <= count + done.sessions
        assert [other.session(each.id) for each in other.sessions(200)]


# Putting back.


def test_a_backup_is_put_back_into_an_empty_database_only_unless_told_otherwise(store, other):
    fill(store)
    backup = exported(store, deleted=True)
    assert other.archive.restore(io.BytesIO(backup)) == 48
    squats(other, person="Dov")
    with pytest.raises(NotEmpty, match="has 49 sessions"):
        other.archive.restore(io.BytesIO(backup))
    assert other.archive.restore(io.BytesIO(backup), replace=True) == 48
    assert exported(other, deleted=True) == backup


def test_what_a_restore_replaces_is_kept_in_a_folder_that_is_not_there_yet(store, tmp_path):
    squats(store)
    backup, kept = exported(store, deleted=True), tmp_path / "data" / "posecoach" / "kept.jsonl.gz"
    assert store.archive.restore(io.BytesIO(backup), replace=True, keep=kept) == 1
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
