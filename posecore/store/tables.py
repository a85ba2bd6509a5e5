"""The schema: sessions > sets > reps > faults, and one curve a rep; and the people's names.

Curves have a table of their own so that lists and sums never touch their bytes. A set carries the
sums over its reps, written with each of them, so that a history of years reads sets alone. Times
inside a session are seconds from its first frame; times of day are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

SCHEMA_VERSION = 2
"""Raised with every change of a table, which gets its file in migrations/versions; a program
refuses a database of a higher one."""

NAME_LENGTH, SOURCE_LENGTH, WORD_LENGTH, UNIT_LENGTH, CUE_LENGTH = 200, 500, 100, 20, 500
"""Characters that fit; what comes from outside is cut or refused before it is written."""
NOTES_LENGTH = 100_000
"""As much of a book: any database takes more, and a list of sessions loads them all."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC; read back as UTC from databases that keep no zone, too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with its zone, got {value!r}; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite drops the zone: what comes back without one was written as UTC above.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Measured(TypeDecorator[float]):
    """A measured number; NaN (not measured) is NULL in the database and NaN again outside."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        return None if value is None or np.isnan(value) else float(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> float:
        return float("nan") if value is None else float(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every constraint has a name, so that a later migration can refer to it."""


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _child_of(table: str, column: str, **options: Any) -> Column[int]:
    owner = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(column, Integer, owner, nullable=False, **options)


# A number is never given twice, so that an address or an open page never shows another's session.
NO_REUSE: dict[str, Any] = {"sqlite_autoincrement": True}

schema_version = Table(
    "posecoach_schema",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
)

sessions = Table(
    "sessions",
    metadata,
    _key(),
    # The same in every database that the session was carried to, which its number is not.
    Column("uid", String(32), nullable=False, server_default=""),
    Column("person", String(NAME_LENGTH), nullable=False),
    Column("started_at", UtcTime, nullable=False, index=True),
    Column("ended_at", UtcTime),
    Column("source", String(SOURCE_LENGTH), nullable=False),
    Column("app_version", String(WORD_LENGTH), nullable=False),
    Column("model_version", String(WORD_LENGTH), nullable=False),
    Column("notes", Text, nullable=False),
    Column("deleted_at", UtcTime),
    Index("ix_sessions_uid", "uid", unique=True),
    Index("ix_sessions_person_started_at", "person", "started_at"),
    **NO_REUSE,
)

people = Table(
    "people",
    metadata,
    Column("name", String(NAME_LENGTH), primary_key=True),
)

COUNTS = ("reps", "attempts", "scored", "rom_count", "tempo_count", "symmetry_count")
SUMS = ("score_sum", "rom_sum_deg", "tempo_out_sum_s", "tempo_back_sum_s", "symmetry_sum")

sets = Table(
    "sets",
    metadata,
    _key(),
    _child_of("sessions", "session_id"),
    Column("ordinal", Integer, nullable=False),
    Column("exercise", String(WORD_LENGTH), nullable=False),
    Column("start_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Column("hold_s", Double),
    # Sums over the set's reps, see sums.py; of complete reps but for the attempts.
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTS),
    *(Column(name, Double, nullable=False, server_default="0") for name in SUMS),
    Column("score_min", Double),
    Column("score_max", Double),
    UniqueConstraint("session_id", "ordinal"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    Index("ix_sets_exercise_session_id", "exercise", "session_id"),
    **NO_REUSE,
)

reps = Table(
    "reps",
    metadata,
    _key(),
    _child_of("sets", "set_id"),
    Column("ordinal", Integer, nullable=False),
    Column("start_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("rom_deg", Measured),
    Column("tempo_out_s", Measured),
    Column("tempo_back_s", Measured),
    Column("score", Measured),
    Column("score_parts", JSON, nullable=False),
    UniqueConstraint("set_id", "ordinal"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    **NO_REUSE,
)

faults = Table(
    "faults",
    metadata,
    _key(),
    _child_of("reps", "rep_id", index=True),
    Column("fault", String(WORD_LENGTH), nullable=False),
    Column("at_s", Double, nullable=False),
    Column("joint", String(WORD_LENGTH), nullable=False),
    Column("measured", Measured),
    Column("low", Measured),
    Column("high", Measured),
    Column("unit", String(UNIT_LENGTH), nullable=False),
    Column("cue", String(CUE_LENGTH), nullable=False),
)

curves = Table(
    "curves",
    metadata,
    Column("rep_id", ForeignKey("reps.id", ondelete="CASCADE"), primary_key=True),
    Column("joint_names", JSON, nullable=False),
    Column("samples", LargeBinary, nullable=False),
)
