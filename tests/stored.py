"""Sessions to put into a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
