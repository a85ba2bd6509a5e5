"""An analysed video as tables, for spreadsheets and for programs: one row a frame, one row a rep.

pandas is imported where a table is made, because it takes longer to load than the rest.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from posecore.analyze import Analysis
from posecore.angles import JOINT_NAMES
from posecore.types import ExerciseSet, Rep

if TYPE_CHECKING:
    import pandas as pd

_DECIMALS = {"s": 4, "deg": 2}  # by the unit that ends a column's name
_BOM = "utf-8-sig"
"""Spreadsheets read a file as Unicode when it says so at its beginning."""


def frame_table(analysis: Analysis) -> pd.DataFrame:
    """One row a frame; an angle that was not seen is missing.

    set, rep, phase  counted from 1, as in ``rep_table``; missing between reps. A phase is "out"
                     until the rep's far end, then "back", and "hold" in a held exercise
    """
    import pandas as pd

    n = len(analysis.t_s)
    sets, reps = np.zeros(n, int), np.zeros(n, int)
    phases = np.full(n, None, object)
    for i, each in enumerate(analysis.sets, start=1):
        inside = (analysis.t_s >= each.start_s) & (analysis.t_s <= each.end_s)
        sets[inside] = i
        if each.hold_s is not None:
            phases[inside] = "hold"
        for j, rep in enumerate(each.reps, start=1):
            during = (analysis.t_s >= rep.start_s) & (analysis.t_s <= rep.end_s)
            reps[during] = j
            phases[during] = np.where(analysis.t_s[during] <= rep.far_s, "out", "back")
    columns = {
        "t_s": analysis.t_s,
        "person": analysis.person,
        "frame_exercise": np.array(analysis.frame_exercise, object),
        "voted_exercise": np.array(analysis.voted_exercise, object),
        "set": _counted(sets),
        "rep": _counted(reps),
        "phase": pd.array(phases, dtype="string"),
    }
    for i, name in enumerate(JOINT_NAMES):
        columns[f"{name}_deg"] = analysis.flexion_deg[:, i]
    for i, name in enumerate(JOINT_NAMES):
        columns[f"{name}_error_deg"] = analysis.error_deg[:, i]
    return _rounded(pd.DataFrame(columns))


def rep_table(analysis: Analysis) -> pd.DataFrame:
    """One row a rep or attempt, and one a hold, whose column ``rep`` is missing.

    faults  cues of what was off, with a semicolon between them; "" where nothing was
    """
    import pandas as pd

    rows = []
    for i, each in enumerate(analysis.sets, start=1):
        if each.hold_s is not None:
            rows.append(_hold_row(i, each, analysis))
        rows += [_rep_row(i, j, rep) for j, rep in enumerate(each.reps, start=1)]
    columns = list(_rep_row(0, 0, _NO_REP))
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype(
        {name: "string" for name in ("exercise", "faults")}
        | {"rep": "Int64", "complete": "boolean"}
        | {name: float for name in columns if name.endswith(("_s", "_deg", "_score", "score"))}
    )
    return _rounded(table)


def csv_of(table: pd.DataFrame) -> bytes:
    return str(table.to_csv(index=False)).encode(_BOM)


def parquet_of(table: pd.DataFrame) -> bytes:
    whole = io.BytesIO()
    table.to_parquet(whole, index=False)
    return whole.getvalue()


_PARTS = ("depth", "control", "symmetry", "path", "form")

_NO_REP = Rep("", 0.0, 0.0, False, 0.0, (0.0, 0.0), 0.0)  # names the columns where there is none


def _rep_row(set_number: int, number: int, rep: Rep) -> dict[str, object]:
    out_s, back_s = rep.tempo_s
    row: dict[str, object] = {
        "set": set_number,
        "exercise": rep.exercise,
        "rep": number,
        "complete": rep.complete,
        "start_s": rep.start_s,
        "far_s": rep.far_s,
        "end_s": rep.end_s,
        "tempo_out_s": out_s,
        "tempo_back_s": back_s,
        "held_s": np.nan,
        "range_deg": rep.rom_deg,
        "score": rep.score,
    }
    row |= {f"{part}_score": rep.score_parts.get(part, np.nan) for part in _PARTS}
    return row | {"faults": "; ".join(dict.fromkeys(fault.cue for fault in rep.faults))}


def _hold_row(set_number: int, each: ExerciseSet, analysis: Analysis) -> dict[str, object]:
    off = [f.cue for f in analysis.hold_faults if each.start_s <= f.at_s <= each.end_s]
    return {
        "set": set_number,
        "exercise": each.exercise,
        "start_s": each.start_s,
        "end_s": each.end_s,
        "held_s": each.hold_s,
        "faults": "; ".join(dict.fromkeys(off)),
    }


def _counted(numbers: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """Whole numbers from 1; 0 is missing."""
    import pandas as pd

    return pd.array([number or None for number in numbers.tolist()], dtype="Int64")


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    digits = {
        name: _DECIMALS[name.rpartition("_")[2]]
        for name in table.columns
        if name.rpartition("_")[2] in _DECIMALS
    }
    return table.round(digits)
