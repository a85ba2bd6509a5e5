"""What the store hands out, and the form in which a rep's curve is kept."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from posecore.language import Text
from posecore.store.errors import DamagedRecord
from posecore.types import Fault, Rep

if TYPE_CHECKING:
    from posecore.store.document import FileEntry


@dataclass(frozen=True)
class ExerciseTotals:
    """What was done of one exercise in one session.

    reps        complete ones; attempts: those that turned back too early
    hold_s      seconds held in good form, of exercises that are held
    score_sum   of the ``scored`` complete reps that have a score
    """

    exercise: str
    sets: int
    reps: int
    attempts: int
    hold_s: float
    score_sum: float
    scored: int


@dataclass(frozen=True)
class SessionSummary:
    """One session as a line of a list: all its figures are sums, no rep is loaded for it.

    started_at, ended_at  aware, UTC; ``ended_at`` is None while it runs, or after a crash
    source                "camera", "demo" or a video's file name
    duration_s            from start to end; to the last rep where no end was written
    totals                one entry an exercise, in the order in which they were begun
    """

    id: int
    person: str
    started_at: datetime
    ended_at: datetime | None
    source: str
    app_version: str
    model_version: str
    notes: str
    duration_s: float
    totals: tuple[ExerciseTotals, ...]

    @property
    def exercises(self) -> tuple[str, ...]:
        return tuple(each.exercise for each in self.totals)

    @property
    def sets(self) -> int:
        return sum(each.sets for each in self.totals)

    @property
    def reps(self) -> int:
        """Complete reps."""
        return sum(each.reps for each in self.totals)

    @property
    def attempts(self) -> int:
        return sum(each.attempts for each in self.totals)

    @property
    def hold_s(self) -> float:
        return sum(each.hold_s for each in self.totals)

    @property
    def mean_score(self) -> float | None:
        """0 to 100, over complete reps; None where there is none to judge."""
        scored = sum(each.scored for each in self.totals)
        return sum(each.score_sum for each in self.totals) / scored if scored else None


@dataclass(frozen=True)
class RepRecord:
    """A rep as it was written; NaN where a value was not measured. Its curve: Store.curve."""

    id: int
    ordinal: int
    start_s: float
    end_s: float
    complete: bool
    rom_deg: float
    tempo_s: tuple[float, float]
    score: float
    score_parts: dict[str, float]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class SetRecord:
    """A set with its reps and attempts in the order in which they were done."""

    id: int
    ordinal: int
    exercise: str
    start_s: float
    end_s: float
    hold_s: float | None
    reps: tuple[RepRecord, ...]


@dataclass(frozen=True)
class SessionDetail:
    """One session opened: its summary and every set."""

    summary: SessionSummary
    sets: tuple[SetRecord, ...]


class Curve(NamedTuple):
    """The joint angles on the way through one rep.

    t_s          (n,) seconds from the session's first frame
    flexion_deg  (n, n_joints) degrees; NaN where a joint was not seen
    """

    t_s: np.ndarray
    flexion_deg: np.ndarray
    joint_names: tuple[str, ...]


def pack_curve(rep: Rep, joint_names: Sequence[str]) -> bytes:
    """float32 of shape (n, 1 + n_joints) in NumPy's own format: time from the rep's start, angles.

    Time counts from the rep's start because a float32 is coarse late in a long session.
    A rep without a curve gives (0, 1 + n_joints).
    """
    t_s = np.asarray(rep.curve_t_s, float)
    flexion_deg = np.asarray(rep.curve_deg, float)
    if not t_s.size and not flexion_deg.size:
        flexion_deg = np.empty((0, len(joint_names)))
    expected = (t_s.size, len(joint_names))
    if t_s.ndim != 1 or flexion_deg.shape != expected:
        raise ValueError(
            f"expected a curve of shape {expected}: one row a time, one column a joint name; "
            f"got {t_s.shape} times and {flexion_deg.shape} angles"
        )
    samples = np.column_stack([t_s - rep.start_s, flexion_deg]).astype(np.float32)
    buffer = io.BytesIO()
    np.save(buffer, samples, allow_pickle=False)
    return buffer.getvalue()


def unpack_curve(samples: bytes, joint_names: Sequence[str], start_s: float) -> Curve:
    """The reverse of pack_curve; DamagedRecord where the bytes are not what it wrote."""
    try:
        table = _array_of(samples)
        if table.shape[1] != 1 + len(joint_names):
            raise ValueError(f"{table.shape[1]} columns for {len(joint_names)} joints")
    except ValueError as error:
        raise DamagedRecord(
            Text(
                "The angle curve of this rep cannot be read ({reason}). The rest of the "
                "session is not affected.",
                reason=str(error),
            )
        ) from error
    table = table.astype(float)
    return Curve(table[:, 0] + start_s, table[:, 1:], tuple(joint_names))


_HEADING = re.compile(
    rb"\x93NUMPY\x01\x00(..)\{'descr': '<f4', 'fortran_order': (True|False), "
    rb"'shape': \((\d{1,9}), (\d{1,9})\), \} *\n",
    re.DOTALL,
)
"""Of pack_curve alone: NumPy's reader runs the heading as Python, which can be made to do harm."""


def _array_of(samples: bytes) -> np.ndarray:
    heading = _HEADING.match(samples)
    if heading is None or heading.end() - 10 != int.from_bytes(heading[1], "little"):
        raise ValueError("unexpected heading")
    shape = int(heading[3]), int(heading[4])
    rest = samples[heading.end() :]
    if len(rest) != 4 * math.prod(shape):
        raise ValueError(f"{len(rest)} bytes for shape {shape}")
    return np.frombuffer(rest, "<f4").reshape(shape, order="F" if heading[2] == b"True" else "C")


@dataclass(frozen=True)
class DayTotals:
    """What was done on one day, of all exercises or of the one that was asked for."""

    day: date
    sessions: int
    sets: int
    reps: int
    attempts: int
    hold_s: float


@dataclass(frozen=True)
class WeekTotals:
    """One exercise in one week. Means are over its complete reps; None where none was measured.

    monday      the week's first day
    rom_deg     range of motion; tempo_s (towards the far end, back), seconds
    score       0 to 100, and so is symmetry: 100 is left like right
    """

    monday: date
    exercise: str
    sessions: int
    sets: int
    reps: int
    attempts: int
    hold_s: float
    rom_deg: float | None
    score: float | None
    tempo_s: tuple[float, float] | None
    symmetry: float | None


@dataclass(frozen=True)
class RankedRep:
    """A rep and where it was done: the best or the worst. Its curve: Store.curve(rep.id)."""

    session_id: int
    started_at: datetime
    set_ordinal: int
    rep: RepRecord


@dataclass(frozen=True)
class PersonSummary:
    """A name, and how much there is of that person. ``last_at``: when the last session began."""

    name: str
    sessions: int
    last_at: datetime | None


@dataclass(frozen=True)
class Imported:
    """What an import found.

    already_here  sessions that the database had, and which were left as they are
    files         people's own, which are none of the database's business: see posecore.kept
    """

    sessions: int
    already_here: int
    files: tuple[FileEntry, ...] = ()
