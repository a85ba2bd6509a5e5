"""A plan of the day, where in it a session stands, told from its sets alone, and how it is kept.

Everybody's plan is a small file in their own folder, beside the exercises they made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from posecore.private import make_folder, write_text
from posecore.types import ExerciseSet

MOST_SETS, MOST_REPS = 20, 200
SHORTEST_REST_S, LONGEST_REST_S = 15, 600
"""A rest is longer than the pause that ends a set: reps after a shorter one join the set before."""


FILE = "plan.json"


class PlanError(ValueError):
    """A step of a plan cannot be done as it stands; the message says what is expected."""


class PlanFileError(ValueError):
    """A plan cannot be read or kept; the message names the file and says why."""


@dataclass(frozen=True)
class Step:
    """Some sets of one exercise. ``reps``: of each set; of a hold, its seconds in good form."""

    exercise: str
    sets: int
    reps: int
    rest_s: int = 60

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("sets", self.sets, 1, MOST_SETS),
            ("reps", self.reps, 1, MOST_REPS),
            ("seconds of rest", self.rest_s, SHORTEST_REST_S, LONGEST_REST_S),
        ):
            if not low <= value <= high:
                raise PlanError(f"expected {low} to {high} {name}, got {value}")


Plan = tuple[Step, ...]


@dataclass(frozen=True)
class Place:
    """Where the plan stands.

    step      what is to be done now, or after the rest; None: all is done
    set_no    1 for the first set of the step
    done      reps (or seconds) of the set that goes on
    rest_s    of the rest that is left; below 0 it is over and the next set is waited for;
              None during a set and before the first
    ending    the set before has all its reps, and goes on until a pause or a hand ends it
    """

    step: Step | None
    set_no: int
    done: int
    rest_s: float | None
    ending: bool = False

    @property
    def left(self) -> int:
        return max(0, self.step.reps - self.done) if self.step is not None else 0


def amount(each: ExerciseSet) -> int:
    """What counts of a set: complete reps, or whole seconds of a hold."""
    return each.n_complete if each.hold_s is None else int(each.hold_s)


def place_in(
    plan: Sequence[Step], ended: Sequence[ExerciseSet], current: ExerciseSet | None, now_s: float
) -> Place:
    """Where ``plan`` stands at ``now_s``.

    A set is done when it has ended, however many reps it had, and already when it has all its reps:
    the rest begins with the last of them. Sets of other exercises, and those without a
    complete rep, are not of the plan.
    """
    i, set_no, over = 0, 1, None
    goes_on = current
    for each in [*ended, *([current] if current is not None else [])]:
        if i == len(plan):
            break
        if each.exercise != plan[i].exercise or amount(each) == 0:
            continue
        if each is current and amount(each) < plan[i].reps:
            break
        goes_on = None if each is current else goes_on
        over = (plan[i], each)
        set_no += 1
        if set_no > plan[i].sets:
            i, set_no = i + 1, 1
    if i == len(plan):
        return Place(None, 1, 0, None)
    of_plan = goes_on is not None and goes_on.exercise == plan[i].exercise
    if of_plan and goes_on is not None and amount(goes_on) > 0:
        return Place(plan[i], set_no, amount(goes_on), None)
    rest_s = over[0].rest_s - (now_s - over[1].end_s) if over is not None else None
    ending = over is not None and over[1] is current
    return Place(plan[i], set_no, 0, rest_s, ending)


def load_plan(folder: Path) -> Plan:
    """The plan that is kept in ``folder``; empty where there is none. Raises PlanFileError."""
    path = folder / FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise PlanFileError(f"The plan in {path} cannot be read: {error}.") from error
    try:
        return tuple(_step(entry) for entry in json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise PlanFileError(f"The plan in {path} cannot be understood: {error}.") from error


def save_plan(folder: Path, plan: Sequence[Step]) -> None:
    """Keeps the plan, whole or not at all. Raises PlanFileError."""
    path = folder / FILE
    text = json.dumps([asdict(step) for step in plan], indent=1)
    try:
        make_folder(folder)
        write_text(path, text)
    except OSError as error:
        raise PlanFileError(f"The plan is not kept in {path}: {error}.") from error


def _step(entry: object) -> Step:
    if not isinstance(entry, dict):
        raise PlanError(f"expected a step with exercise, sets, reps and rest_s, got {entry!r:.60}")
    step = Step(**entry)
    numbers = (step.sets, step.reps, step.rest_s)
    if not isinstance(step.exercise, str) or not all(type(each) is int for each in numbers):
        raise PlanError(f"expected a name and whole numbers, got {entry!r:.60}")
    return step
