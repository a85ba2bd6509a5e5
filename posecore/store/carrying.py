"""Rows into the entries of a document, and entries into rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from pydantic import ValidationError
from sqlalchemy import Connection, Select, exists, insert, select
from sqlalchemy.exc import IntegrityError

from posecore.language import Text, words_of
from posecore.store.document import (
    CurveEntry,
    FaultEntry,
    FileEntry,
    PersonEntry,
    RepEntry,
    SessionEntry,
    SetEntry,
    read_document,
)
from posecore.store.errors import DamagedRecord, NotAnExport, named_damage
from posecore.store.people import make_known
from posecore.store.records import Imported, unpack_curve
from posecore.store.sums import totals_of
from posecore.store.tables import WORD_LENGTH, curves, faults, people, reps, sessions, sets
from posecore.store.texts import clean

_AT_ONCE = 20
"""Sessions that are read together: fewer questions to the database, little memory."""


# Out of the database.


def entries(
    connection: Connection, person: str | None, deleted: bool, tell: Callable[[str], object]
) -> Iterator[PersonEntry | SessionEntry]:
    """``tell`` is given a sentence about each session or name that is damaged and left out."""
    where = str(connection.engine.url.database)
    names = select(people.c.name).order_by(people.c.name)
    query = select(sessions).order_by(sessions.c.id)
    if person is not None:
        names = names.where(people.c.name == person)
        query = query.where(sessions.c.person == person)
    if not deleted:
        query = query.where(sessions.c.deleted_at.is_(None))
    for name in connection.execute(names).scalars():
        if not str(name).strip():
            continue  # older versions took a name of blanks for one
        try:
            with named_damage(where), _in_short():
                entry = PersonEntry(name=name)
        except DamagedRecord as error:
            tell(words_of(error))
        else:
            yield entry
    ids = connection.execute(query.with_only_columns(sessions.c.id)).scalars().all()
    for first in range(0, len(ids), _AT_ONCE):
        yield from _readable(connection, where, list(ids[first : first + _AT_ONCE]), tell)


def _readable(
    connection: Connection, where: str, ids: list[int], tell: Callable[[str], object]
) -> Iterator[SessionEntry]:
    """Together; where that fails one by one, to leave out no more than what is damaged."""
    try:
        with named_damage(where, ids[0]), _in_short():
            found = _sessions(connection, ids)
    except DamagedRecord as error:
        if len(ids) == 1:
            tell(words_of(error))
            return
        for each in ids:
            yield from _readable(connection, where, [each], tell)
    else:
        yield from found


def _sessions(connection: Connection, ids: list[int]) -> list[SessionEntry]:
    rows = connection.execute(
        select(sessions).where(sessions.c.id.in_(ids)).order_by(sessions.c.id)
    ).all()
    sets_of = _sets_of(connection, ids)
    return [SessionEntry(**_values(row._mapping), sets=sets_of[row.id]) for row in rows]


def _values(row: Mapping[Any, Any]) -> dict[str, Any]:
    values = {name: row[name] for name in _SESSION}
    return values if str(row["person"]).strip() else values | {"person": ""}


@contextmanager
def _in_short() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{place}: {first['msg']}") from error


_SESSION = (
    "uid", "person", "started_at", "ended_at", "deleted_at", "source", "app_version",
    "model_version", "notes",
)  # fmt: skip
_SET = ("ordinal", "exercise", "start_s", "end_s", "hold_s")
_REP = (
    "ordinal", "start_s", "end_s", "complete", "rom_deg", "tempo_out_s", "tempo_back_s", "score",
)  # fmt: skip
_FAULT = ("fault", "at_s", "joint", "measured", "low", "high", "unit", "cue")


def _sets_of(connection: Connection, session_ids: list[int]) -> dict[int, tuple[SetEntry, ...]]:
    here = sets.c.session_id.in_(session_ids)

    def rows(query: Select[Any]) -> Iterator[Any]:
        return iter(connection.execute(query.where(here)))

    faults_of: dict[int, list[FaultEntry]] = defaultdict(list)
    for row in rows(select(faults).select_from(faults.join(reps).join(sets)).order_by(faults.c.id)):
        faults_of[row.rep_id].append(FaultEntry(**_measured(row, _FAULT)))
    curve_of = {
        row.rep_id: CurveEntry(joint_names=tuple(row.joint_names), samples=row.samples)
        for row in rows(select(curves).select_from(curves.join(reps).join(sets)))
    }
    reps_of: dict[int, list[RepEntry]] = defaultdict(list)
    for row in rows(select(reps).select_from(reps.join(sets)).order_by(reps.c.ordinal)):
        reps_of[row.set_id].append(
            RepEntry(
                **_measured(row, _REP),
                score_parts=row.score_parts,
                faults=tuple(faults_of[row.id]),
                curve=curve_of.get(row.id),
            )
        )
    found: dict[int, list[SetEntry]] = defaultdict(list)
    for row in rows(select(sets).order_by(sets.c.ordinal)):
        values = _measured(row, _SET)
        values["exercise"] = clean(row.exercise, WORD_LENGTH)  # SQLite keeps longer ones
        found[row.session_id].append(SetEntry(**values, reps=tuple(reps_of[row.id])))
    return defaultdict(tuple, {id: tuple(each) for id, each in found.items()})


def _measured(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Those columns; what was not measured, NaN, is None."""
    values = {name: row._mapping[name] for name in names}
    return {name: None if value != value else value for name, value in values.items()}


# Into the database.


def take_over(connection: Connection, source: BinaryIO, person: str | None) -> Imported:
    taken = known = 0
    files = list[FileEntry]()
    for entry in read_document(source):
        if isinstance(entry, PersonEntry):
            make_known(connection, person if person is not None else entry.name)
        elif isinstance(entry, FileEntry):
            files.append(entry)
        elif connection.execute(select(exists().where(sessions.c.uid == entry.uid))).scalar():
            known += 1
        else:
            _insert_session(connection, entry, person)
            taken += 1
    return Imported(taken, known, tuple(files))


def _insert_session(connection: Connection, entry: SessionEntry, person: str | None) -> None:
    row = {name: getattr(entry, name) for name in _SESSION}
    if person is not None:
        row["person"] = person
    make_known(connection, row["person"])
    try:
        session_id = connection.execute(
            insert(sessions).values(**row).returning(sessions.c.id)
        ).scalar_one()
        for each in entry.sets:
            _insert_set(connection, session_id, each)
    except (IntegrityError, DamagedRecord) as error:
        reason = error if isinstance(error, DamagedRecord) else "a set or a rep is there twice"
        raise NotAnExport(
            Text(
                "The session of {started_at} in this file is damaged ({reason}). Nothing "
                "of the file was kept.",
                started_at=f"{entry.started_at:%d %B %Y}",
                reason=reason,
            )
        ) from error


def _insert_set(connection: Connection, session_id: int, entry: SetEntry) -> None:
    rows = [{name: getattr(each, name) for name in (*_REP, "score_parts")} for each in entry.reps]
    values = {name: getattr(entry, name) for name in _SET} | totals_of(rows)
    set_id = connection.execute(
        insert(sets).values(session_id=session_id, **values).returning(sets.c.id)
    ).scalar_one()
    if not rows:
        return
    inserted = insert(reps).returning(reps.c.id, sort_by_parameter_order=True)
    ids = connection.execute(inserted, [row | {"set_id": set_id} for row in rows]).scalars().all()
    its_faults, its_curves = [], []
    for rep_id, each in zip(ids, entry.reps):
        its_faults += [
            {name: getattr(fault, name) for name in _FAULT} | {"rep_id": rep_id}
            for fault in each.faults
        ]
        if (curve := each.curve) is not None:
            unpack_curve(curve.samples, curve.joint_names, each.start_s)  # or DamagedRecord
            its_curves.append(
                {
                    "rep_id": rep_id,
                    "joint_names": list(curve.joint_names),
                    "samples": curve.samples,
                }
            )
    for table, added in ((faults, its_faults), (curves, its_curves)):
        if added:
            connection.execute(insert(table), added)
