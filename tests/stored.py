"""Sessions to put into a store, and the file that they become."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from posecore.store import Store
from posecore.types import Fault, Rep

NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
JOINTS = ("left_knee", "right_knee", "left_hip")
TOO_SHALLOW = Fault("depth", 2.5, "left_knee", 71.5, 95.0, 140.0, "Go lower")


def rep(start_s: float = 1.0, *, complete: bool = True, score: float = 80.0, **values) -> Rep:
    return Rep(
        exercise="squat",
        start_s=start_s,
        end_s=start_s + 2.5,
        complete=complete,
        rom_deg=92.5,
        tempo_s=(1.5, 1.0),
        score=score,
        **values,
    )


def squats(store: Store, started_at: datetime = NOON, reps: int = 1, **values) -> int:
    session_id = store.begin_session(started_at, "camera", **values)
    set_id = store.begin_set(session_id, "squat", 0.5)
    for number in range(reps):
        store.add_rep(set_id, rep(1 + 3 * number), ())
    store.end_session(session_id, started_at + timedelta(minutes=2))
    return session_id


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
    faults = (
        TOO_SHALLOW,
        Fault("trunk", 1 / 3, "trunk", float("nan"), float("-inf"), 0.5, "Chest up", unit="m"),
    )
    parts = {"depth": 60.1, "symmetry": 88.8, "tempo": float("nan")}
    t_s = np.linspace(1, 3, 30)
    for complete, score in ((True, 71.3), (False, 10.0), (True, float("nan"))):
        one = Rep(
            "squat",
            1.0,
            3.0,
            complete,
            92.5,
            (1.5, float("nan")),
            score,
            faults,
            parts,
            t_s,
            curve_deg,
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
