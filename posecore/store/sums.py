"""What a rep adds to the sums of its set: written with it, and read instead of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, or_

from posecore.store.tables import COUNTS, SUMS, sets


def share_of(rep: Mapping[str, Any]) -> dict[str, float]:
    """What one row of the reps adds to each sum of its set; None in it is what was not measured."""
    share: dict[str, float] = {name: 0 for name in COUNTS} | {name: 0.0 for name in SUMS}
    if not rep["complete"]:
        return share | {"attempts": 1}
    share["reps"] = 1
    if (score := rep["score"]) is not None:
        share |= {"scored": 1, "score_sum": score}
    if (rom_deg := rep["rom_deg"]) is not None:
        share |= {"rom_count": 1, "rom_sum_deg": rom_deg}
    out_s, back_s = rep["tempo_out_s"], rep["tempo_back_s"]
    if out_s is not None and back_s is not None:
        share |= {"tempo_count": 1, "tempo_out_sum_s": out_s, "tempo_back_sum_s": back_s}
    if (symmetry := rep["score_parts"].get("symmetry")) is not None:
        share |= {"symmetry_count": 1, "symmetry_sum": symmetry}
    return share


def added(rep: Mapping[str, Any]) -> dict[str, ColumnElement[Any]]:
    """Columns of the set -> what they become with this rep."""
    values: dict[str, Any] = {
        name: sets.c[name] + amount for name, amount in share_of(rep).items() if amount
    }
    if rep["complete"] and (score := rep["score"]) is not None:
        for name, beyond in (
            ("score_min", sets.c.score_min > score),
            ("score_max", sets.c.score_max < score),
        ):
            column = sets.c[name]
            values[name] = case((or_(column.is_(None), beyond), score), else_=column)
    return values


def totals_of(reps: Iterable[Mapping[str, Any]]) -> dict[str, float | None]:
    """The sums of a set that has these reps."""
    total: dict[str, float | None] = dict(share_of({"complete": False}) | {"attempts": 0})
    scores = []
    for rep in reps:
        for name, amount in share_of(rep).items():
            total[name] = (total[name] or 0) + amount
        if rep["complete"] and rep["score"] is not None:
            scores.append(rep["score"])
    return total | {
        "score_min": min(scores, default=None),
        "score_max": max(scores, default=None),
    }
