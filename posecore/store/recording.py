"""How a session, a set and a rep become rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update

from posecore.store.records import pack_curve
from posecore.store.sums import added
from posecore.store.tables import CUE_LENGTH, UNIT_LENGTH, WORD_LENGTH, curves, faults, reps, sets
from posecore.store.texts import clean
from posecore.types import Fault, Rep


def insert_row(connection: Connection, table: Any, row: dict[str, Any]) -> int:
    """Its id."""
    query = insert(table).values(**row).returning(table.c.id)
    return int(connection.execute(query).scalar_one())


def next_ordinal(connection: Connection, table: Any, parent: Any, number: int) -> int:
    query = select(func.coalesce(func.max(table.c.ordinal), 0) + 1).where(parent == number)
    return int(connection.execute(query).scalar_one())


def rep_row(rep: Rep) -> dict[str, Any]:
    """Its columns, without set and place in it; None where a value was not measured."""
    return {
        "start_s": float(rep.start_s),
        "end_s": float(rep.end_s),
        "complete": bool(rep.complete),
        "rom_deg": _measured(rep.rom_deg),
        "tempo_out_s": _measured(rep.tempo_s[0]),
        "tempo_back_s": _measured(rep.tempo_s[1]),
        "score": _measured(rep.score),
        "score_parts": {name: _measured(part) for name, part in rep.score_parts.items()},
    }


def insert_rep(connection: Connection, set_id: int, rep: Rep, joint_names: Sequence[str]) -> int:
    """With its faults, its curve and its share in the sums of the set; its id."""
    samples = pack_curve(rep, joint_names)
    row = rep_row(rep) | {
        "set_id": set_id,
        "ordinal": next_ordinal(connection, reps, reps.c.set_id, set_id),
    }
    rep_id = insert_row(connection, reps, row)
    if rep.faults:
        connection.execute(insert(faults), [_fault_row(rep_id, each) for each in rep.faults])
    connection.execute(
        insert(curves).values(rep_id=rep_id, joint_names=list(joint_names), samples=samples)
    )
    # Should the program be killed now, the set still reaches to its last rep.
    end_s = case((sets.c.end_s < row["end_s"], row["end_s"]), else_=sets.c.end_s)
    grown = update(sets).where(sets.c.id == set_id).values(end_s=end_s, **added(row))
    connection.execute(grown)
    return rep_id


def _measured(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _fault_row(rep_id: int, fault: Fault) -> dict[str, Any]:
    return {
        "rep_id": rep_id,
        "fault": clean(fault.id, WORD_LENGTH),
        "at_s": float(fault.at_s),
        "joint": clean(fault.joint, WORD_LENGTH),
        "measured": fault.measured,
        "low": fault.low,
        "high": fault.high,
        "unit": clean(fault.unit, UNIT_LENGTH),
        "cue": clean(fault.cue, CUE_LENGTH),
    }
