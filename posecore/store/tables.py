"""The schema: sessions > sets > reps > faults, and one curve a rep.

Curves have a table of their own so that lists and sums never touch their bytes. Times inside a
session are seconds from its first frame; times of day are UTC.
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

SCHEMA_VERSION = 1
"""Raised with every change of a table; a program refuses a file of a higher one."""


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
    Column("person", String(200), nullable=False),
    Column("started_at", UtcTime, nullable=False, index=True),
    Column("ended_at", UtcTime),
    Column("source", String(500), nullable=False),
    Column("app_version", String(100), nullable=False),
    Column("model_version", String(100), nullable=False),
    Column("notes", Text, nullable=False),
    Column("deleted_at", UtcTime),
    **NO_REUSE,
)

sets = Table(
    "sets",
    metadata,
    _key(),
    _child_of("sessions", "session_id"),
    Column("ordinal", Integer, nullable=False),
    Column("exercise", String(100), nullable=False),
    Column("start_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Column("hold_s", Double),
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
    Column("fault", String(100), nullable=False),
    Column("at_s", Double, nullable=False),
    Column("joint", String(100), nullable=False),
    Column("measured", Measured),
    Column("low", Measured),
    Column("high", Measured),
    Column("unit", String(20), nullable=False),
    Column("cue", String(500), nullable=False),
)

curves = Table(
    "curves",
    metadata,
    Column("rep_id", ForeignKey("reps.id", ondelete="CASCADE"), primary_key=True),
    Column("joint_names", JSON, nullable=False),
    Column("samples", LargeBinary, nullable=False),
)
