"""The form in which sessions are carried from one database to another: one JSON text a line.

    {"kind": "head", "format": "posecoach-sessions", "version": 1}
    {"kind": "person", "name": "Ana"}                                      one a person
    {"kind": "session", "uid": "…", "started_at": "…", "sets": […], …}      one a session
    {"kind": "file", "person": "Ana", "name": "squat.toml", "text": "…"}    one an own file
    {"kind": "end", "sessions": 12}

packed by gzip, whose sum tells a damaged file, as the last line tells one that was cut off. What
was not measured is null. Infinite limits are "Infinity" and "-Infinity". A curve's samples are
NumPy's own format in base64, as in the database.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)

from posecore.language import Text
from posecore.store.errors import NotAnExport
from posecore.store.people import proper, proper_or_nobody
from posecore.store.tables import (
    CUE_LENGTH,
    NOTES_LENGTH,
    SOURCE_LENGTH,
    UNIT_LENGTH,
    WORD_LENGTH,
)

FORMAT, VERSION = "posecoach-sessions", 2
LONGEST_LINE = 32 * 1024 * 1024
"""Bytes: a session of 6000 reps of three seconds, each with a curve of 30 points a second. Longer
is no session, but a file made to fill the memory."""
MOST_VALUES = 300_000
"""In one line, where a rep has about forty: to parse one may take 500 bytes."""
MOST_UNPACKED, SPARE = 100, 1024 * 1024
"""Bytes from one byte of a file, and from any file: curves shrink to a half, the same rep over and
over to a fortieth."""


def _of_number(value: Any) -> Any:
    # JSON has no infinite numbers, and true is none.
    if isinstance(value, bool) or (isinstance(value, str) and value.lstrip("-") != "Infinity"):
        raise ValueError("expected a number")
    return value


def _to_number(value: float) -> float | str:
    return value if abs(value) != float("inf") else ("Infinity" if value > 0 else "-Infinity")


_Seconds = Annotated[float, BeforeValidator(_of_number), Field(allow_inf_nan=False)]
_Limit = Annotated[
    float, BeforeValidator(_of_number), PlainSerializer(_to_number, when_used="json-unless-none")
]


def _of_time(value: datetime) -> datetime:
    # At either end of the calendar it would have no place in another zone.
    if not 1 < value.year < 9999:
        raise ValueError("expected a year of this time")
    return value


_Time = Annotated[AwareDatetime, AfterValidator(_of_time)]
_Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
_Word = Annotated[_Text, Field(max_length=WORD_LENGTH)]
_Ordinal = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
_One = TypeVar("_One")
# The first wrong one is enough: an error of each would fill the memory.
_Many = Annotated[tuple[_One, ...], Field(fail_fast=True)]


class _Entry(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


class Head(_Entry):
    kind: Literal["head"] = "head"
    format: Literal["posecoach-sessions"] = "posecoach-sessions"
    version: _Ordinal = VERSION


class PersonEntry(_Entry):
    kind: Literal["person"] = "person"
    name: Annotated[_Text, AfterValidator(proper)]


class FaultEntry(_Entry):
    fault: _Word
    at_s: _Seconds
    joint: _Word
    measured: _Limit | None
    low: _Limit | None
    high: _Limit | None
    unit: Annotated[_Text, Field(max_length=UNIT_LENGTH)]
    cue: Annotated[_Text, Field(max_length=CUE_LENGTH)]


class CurveEntry(_Entry):
    joint_names: _Many[_Word]
    samples: bytes


class RepEntry(_Entry):
    ordinal: _Ordinal
    start_s: _Seconds
    end_s: _Seconds
    complete: Annotated[bool, Field(strict=True)]
    rom_deg: _Seconds | None
    tempo_out_s: _Seconds | None
    tempo_back_s: _Seconds | None
    score: _Seconds | None
    score_parts: dict[_Word, _Seconds | None]
    faults: _Many[FaultEntry]
    curve: CurveEntry | None


class SetEntry(_Entry):
    ordinal: _Ordinal
    exercise: _Word
    start_s: _Seconds
    end_s: _Seconds
    hold_s: _Seconds | None
    reps: _Many[RepEntry]


class SessionEntry(_Entry):
    kind: Literal["session"] = "session"
    uid: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    person: Annotated[_Text, AfterValidator(proper_or_nobody)]
    started_at: _Time
    ended_at: _Time | None
    deleted_at: _Time | None
    source: Annotated[_Text, Field(max_length=SOURCE_LENGTH)]
    app_version: _Word
    model_version: _Word
    notes: Annotated[_Text, Field(max_length=NOTES_LENGTH)]
    sets: _Many[SetEntry]


class FileEntry(_Entry):
    """An exercise of somebody's own, what it is recognised by, or their plan of the day."""

    kind: Literal["file"] = "file"
    person: Annotated[_Text, AfterValidator(proper_or_nobody)]
    name: Annotated[str, Field(pattern=r"^([a-z0-9_]{1,80}\.(toml|taught\.json)|plan\.json)$")]
    text: _Text


Entry = PersonEntry | SessionEntry | FileEntry


class End(_Entry):
    kind: Literal["end"] = "end"
    sessions: int


_LINE: TypeAdapter[Head | Entry | End] = TypeAdapter(
    Annotated[Head | Entry | End, Field(discriminator="kind")]
)


def write_document(out: BinaryIO, entries: Iterable[Entry]) -> int:
    """The number of sessions written. The same entries give the same bytes."""
    n = 0
    # Level 1: half of it are curves, which hardly shrink further at three times the time.
    with gzip.GzipFile("", "wb", compresslevel=1, fileobj=out, mtime=0) as packed:

        def write(entry: _Entry) -> None:
            packed.write(entry.model_dump_json().encode("utf-8") + b"\n")

        write(Head())
        for entry in entries:
            write(entry)
            n += isinstance(entry, SessionEntry)
        write(End(sessions=n))
    return n


def read_document(source: BinaryIO) -> Iterator[Entry]:
    """Its entries, one at a time; NotAnExport with a sentence as soon as something is wrong.

    What was given before may come from a damaged file: keep nothing before the last one came.
    """
    counted = _Counted(source)
    try:
        with gzip.GzipFile(fileobj=counted, mode="rb") as packed:
            yield from _entries(packed, counted)
    except (gzip.BadGzipFile, zlib.error) as error:
        raise NotAnExport(
            Text(
                "This is no export of PoseCoach, or it is damaged ({reason}). Nothing of "
                "it was kept.",
                reason=str(error),
            )
        ) from error
    except EOFError as error:
        raise _cut_off() from error


class _Counted:
    """A file that knows how many of its bytes were read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self.n = source, 0

    def read(self, size: int = -1, /) -> bytes:
        found = self._source.read(size)
        self.n += len(found)
        return found

    def seek(self, place: int, /) -> object:
        return self._source.seek(place)


def _entries(packed: gzip.GzipFile, counted: _Counted) -> Iterator[Entry]:
    head = _entry_of(packed, counted, 1)
    if not isinstance(head, Head):
        raise _wrong(1, "the heading is missing")
    if head.version > VERSION:
        raise NotAnExport(
            Text(
                "This was exported by a newer PoseCoach (its version {version}, this "
                "program knows {version_}). Update PoseCoach to import it.",
                version=head.version,
                version_=VERSION,
            )
        )
    n, number = 0, 1
    while True:
        number += 1
        entry = _entry_of(packed, counted, number)
        if isinstance(entry, End):
            break
        if isinstance(entry, Head):
            raise _wrong(number, "a second heading")
        n += isinstance(entry, SessionEntry)
        yield entry
    if entry.sessions != n:
        raise _wrong(number, f"{n} sessions instead of {entry.sessions}")
    if packed.read(1):
        raise _wrong(number + 1, "something after the end")


def _entry_of(packed: gzip.GzipFile, counted: _Counted, number: int) -> Head | Entry | End:
    line = packed.readline(LONGEST_LINE)
    if not line:
        raise _cut_off()
    if not line.endswith(b"\n"):
        raise _wrong(number, "too long") if len(line) >= LONGEST_LINE else _cut_off()
    if packed.tell() > SPARE + MOST_UNPACKED * counted.n:
        raise _wrong(number, "far more than a file of this size holds")
    if sum(map(line.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise _wrong(number, "more than a session holds")
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        raise _wrong(number, f"{where}: {first['msg']}" if where else first["msg"]) from error


def _wrong(number: int, reason: str) -> NotAnExport:
    return NotAnExport(
        Text(
            "This is no export of PoseCoach, or it is damaged (line {number}: "
            "{reason}). Nothing of it was kept.",
            number=number,
            reason=reason,
        )
    )


def _cut_off() -> NotAnExport:
    return NotAnExport(
        Text(
            "This file ends before its end: it was not copied to the last byte. "
            "Nothing of it was kept. Copy it again."
        )
    )
