from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from posecore.analysis_tables import csv_of, frame_table, parquet_of, rep_table
from posecore.analyze import Analysis
from posecore.angles import JOINT_NAMES
from tests.results import analysis, exercise_set, fault, rep


@pytest.fixture
def made() -> Analysis:
    done = [rep(1.0, 3.0, tempo_s=(1.2, 0.8)), rep(3.4, 5.0, complete=False, faults=(fault(),) * 2)]
    hold = exercise_set(exercise="plank", start_s=6.0, end_s=9.0, hold_s=2.5)
    angles = analysis().flexion_deg.copy()
    angles[3, :] = np.nan
    return analysis([exercise_set(done), hold], flexion_deg=angles)


def test_every_frame_says_its_set_rep_and_phase(made: Analysis) -> None:
    table = frame_table(made).set_index("t_s")
    assert len(table) == len(made.t_s)
    at = {t_s: tuple(table.loc[t_s, ["set", "rep", "phase"]]) for t_s in (2.0, 2.4, 4.0, 7.0)}
    assert at[2.0] == (1, 1, "out")
    assert at[2.4] == (1, 1, "back")
    assert at[4.0][:2] == (1, 2)
    assert at[7.0][0] == 2 and at[7.0][2] == "hold"
    assert table.loc[0.2, ["set", "rep", "phase"]].isna().all()


def test_an_angle_that_was_not_seen_is_missing(made: Analysis) -> None:
    table = frame_table(made)
    angles = table[[f"{name}_deg" for name in JOINT_NAMES]]
    assert angles.iloc[3].isna().all()
    assert not angles.iloc[4].isna().any()


def test_every_rep_and_every_hold_is_a_row(made: Analysis) -> None:
    table = rep_table(made)
    assert list(table["exercise"]) == ["squat", "squat", "plank"]
    assert list(table["complete"][:2]) == [True, False]
    assert list(table["faults"]) == ["", "Go lower", ""]
    assert table["far_s"][0] == pytest.approx(2.2)
    assert table["held_s"][2] == 2.5 and pd.isna(table["rep"][2])


def test_csv_and_parquet_hold_the_same(made: Analysis) -> None:
    for table in (frame_table(made), rep_table(made)):
        from_csv = pd.read_csv(io.BytesIO(csv_of(table)), keep_default_na=True)
        from_parquet = pd.read_parquet(io.BytesIO(parquet_of(table)))
        assert list(from_csv.columns) == list(from_parquet.columns) == list(table.columns)
        pd.testing.assert_frame_equal(from_parquet.astype(object), table.astype(object))
        for name in table.columns:
            written, known = from_csv[name], table[name].replace("", pd.NA)
            assert list(written.isna()) == list(known.isna())
            assert (
                written.dropna().astype(str).to_list()
                == known.dropna().astype(from_csv[name].dtype).astype(str).to_list()
            )


def test_a_video_without_sets_has_the_same_columns(made: Analysis) -> None:
    empty = rep_table(analysis([]))
    assert len(empty) == 0
    assert list(empty.columns) == list(rep_table(made).columns)
    parquet_of(empty)
