"""What is imported is taken whole or refused whole, whatever is in it and however large it is."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import re
import tracemalloc
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posecore.store import NotAnExport, NotFound, Store, StoreError
from posecore.store.document import MOST_UNPACKED, SPARE
from tests.stored import document_of, exported, lines_of, squats

LATE = "9999-12-31T23:59:59-23:59"  # in UTC past the last year there is
FUZZ = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


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


def test_notes_of_more_than_the_store_keeps_are_refused(other, document):
    with pytest.raises(NotAnExport, match="notes: "):
        other.archive.import_(io.BytesIO(session_with(document, notes="ab " * 40_000)))


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


def few_of(document: bytes) -> list[dict[str, Any]]:
    """The lines of two of its sessions, which no database has yet."""
    head, *_, last, _ = lines = lines_of(document)
    person, first = (
        next(each for each in lines if each["kind"] == kind) for kind in ("person", "session")
    )
    two = [each | {"uid": uuid4().hex} for each in (first, last)]
    return [head, person, *two, {"kind": "end", "sessions": 2}]


def take_or_refuse(store: Store, file: bytes) -> None:
    """And what was taken opens, with each of its curves."""
    count = store.count_sessions()
    try:
        done = store.archive.import_(io.BytesIO(file))
    except StoreError as error:
        assert str(error).endswith(".") and store.count_sessions() == count
        return
    assert len(file) * MOST_UNPACKED + SPARE >= len(gzip.decompress(file))
    assert store.count_sessions() <= count + done.sessions
    for summary in store.sessions(200):
        for each in store.session(summary.id).sets:
            for rep in each.reps[:5]:
                with contextlib.suppress(NotFound):  # it has none
                    store.curve(rep.id)


@FUZZ
@given(data=st.data())
def test_any_value_of_any_field_may_be_anything_that_json_has(document, other, data):
    lines = few_of(document)
    spot: Any = data.draw(st.sampled_from(lines))
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
            break
        spot = spot[key]
    one = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9),
        st.sampled_from([[], {}, -1, 1e308, "Infinity", "0" * 32, LATE, spot[key]])
    )  # fmt: skip
    many = st.integers(1, 3_000)
    spot[key] = data.draw(
        one
        | st.builds(lambda value, n: [value] * n, one, many)
        | st.builds(lambda value, n: {str(i): value for i in range(n)}, one, many)
    )
    take_or_refuse(other, document_of(lines))


@FUZZ
@given(data=st.data())
def test_any_part_of_a_curve_may_be_anything(document, other, data):
    """Words of its heading replaced by what Python can read, and bytes by any."""
    words = re.findall(r"'[^']*'|\w+|.", HEADING)
    for at in data.draw(st.lists(st.integers(0, len(words) - 1), max_size=3)):
        words[at] = data.draw(
            st.sampled_from(["[]", "{}", "()", "1", "True", "None", "'i4,,'", "'|O'", "", "0", ","])
            | st.builds(lambda piece, n: piece * n + "1", st.sampled_from(["-", "0j+", "(", "9"]),
                        st.integers(0, 9999))
        )  # fmt: skip
    lines = few_of(with_heading(document, "".join(words)))
    curve = first_rep(lines)["curve"]
    samples = base64.b64decode(curve["samples"])
    put = data.draw(st.binary(max_size=20))
    start, end = data.draw(st.tuples(st.integers(0, 200), st.integers(0, 200)) | st.just((200, 0)))
    samples = samples[:start] + put + samples[max(start, end) :]
    curve["samples"] = base64.urlsafe_b64encode(samples).decode()
    take_or_refuse(other, document_of(lines))


@settings(FUZZ, max_examples=15)
@given(
    piece=st.sampled_from(['"', "0,", "[],", "{},", '{"ordinal":', " ", "\n", "x"]),
    n=st.integers(0, 3_000_000),
    times=st.integers(1, 9),
    share=st.floats(0, 1),
)
def test_any_place_of_a_file_may_unpack_to_anything_large(document, other, piece, n, times, share):
    text = gzip.decompress(document_of(few_of(document))).decode()
    place = int(share * len(text))
    large = (text[:place] + piece * n) * times + text[place:]
    take_or_refuse(other, gzip.compress(large.encode(), 1))
