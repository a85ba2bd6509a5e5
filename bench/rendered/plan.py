"""What a clip is to show: everything that is drawn by lot, from one seed and given ranges."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from bench.rendered.bodies import body_names
from bench.rendered.camera import View
from bench.rendered.drills import DRILLS, LYING
from bench.rendered.everyday import NEGATIVES
from bench.rendered.exercises import EXERCISES
from bench.rendered.timeline import PlannedRep, Tempo, plan_reps
from bench.rendered.ways import LYING_WAYS, WAYS

RANDOM_POSES = "random_poses"
SUBJECTS = (*EXERCISES, *NEGATIVES, *DRILLS, *WAYS, RANDOM_POSES)

Pair = tuple[float, float]


class PlanError(ValueError):
    """A recipe or a command asks for something the gym does not have; the message says what."""


@dataclass(frozen=True)
class Ranges:
    """What a recipe may set; pairs are (lowest, highest), ``*_share`` the share of clips.

    azimuths_deg  ranges of which one is drawn first: 0 front, 90 their left, 180 behind
    pace          length of a rep in shares of the exercise's usual
    seconds       length of a clip without reps
    zoom          1 just holds the whole movement, above 1 crops it
    fault_share   of the clips have one fault, in all reps or in some
    fault         which one; by lot where not given
    half_share    of the clips have an abandoned rep among the whole ones
    variant_share of the clips show another way to do the exercise: seated, other hands, wider
    plain_share   of the clips have even light, a plain room and nothing that hides the person
    """

    bodies: tuple[str, ...] = ()
    azimuths_deg: tuple[Pair, ...] = ((-180.0, 180.0),)
    sizes: tuple[tuple[int, int], ...] = ((640, 480),)
    fps: tuple[int, ...] = (15,)
    reps: Pair = (3, 3)
    seconds: Pair = (5.0, 6.0)
    pace: Pair = (0.8, 1.25)
    lead_s: Pair = (0.4, 0.7)
    far_pause_s: Pair = (0.0, 0.3)
    start_pause_s: Pair = (0.0, 0.3)
    away_share: Pair = (0.42, 0.58)
    asymmetry: Pair = (0.0, 0.04)
    camera_height_m: Pair = (0.5, 1.6)
    lying_camera_height_m: Pair = (0.4, 1.2)
    fov_deg: Pair = (42.0, 62.0)
    zoom: Pair = (0.7, 1.0)
    aside: Pair = (-0.06, 0.06)
    below: Pair = (-0.04, 0.04)
    roll_deg: Pair = (-2.0, 2.0)
    noise: Pair = (0.004, 0.02)
    fault_share: float = 0.0
    fault: str = ""
    half_share: float = 0.0
    alternating_share: float = 0.5
    occluder_share: float = 0.0
    second_person_share: float = 0.0
    clutter_share: float = 0.6
    blur_share: float = 0.0
    variant_share: float = 0.0
    plain_share: float = 0.0
    supersample: int = 2
    poses: int = 8


@dataclass(frozen=True)
class Plan:
    """One clip, every number of it decided but for those that ``seed`` decides while drawing."""

    subject: str
    seed: int
    body: str
    view: View
    fps: int
    seconds: float
    tempo: Tempo
    reps: tuple[PlannedRep, ...]
    asymmetry: float
    noise: float
    occluder: str
    second_person: bool
    clutter: bool
    blur: int
    plain: bool
    variant: bool
    supersample: int
    poses: int

    @property
    def known(self) -> bool:
        """Whether the subject is one of the exercises."""
        return self.subject in EXERCISES

    @property
    def counted_reps(self) -> int:
        """Reps that a counter should count: whole ones; a held exercise has none."""
        if not self.known or self.subject == "plank":
            return 0
        return sum(rep.complete for rep in self.reps)

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(sorted({fault for rep in self.reps for fault in rep.faults}))

    @property
    def active(self) -> tuple[tuple[float, float], ...]:
        """Spans in s in which the exercise is done."""
        if not self.known:
            return ()
        if self.subject == "plank":
            return ((0.0, self.seconds),)
        return ((self.reps[0].start_s, self.reps[-1].end_s),)


def lot(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers of their own for each purpose: to fix one thing leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def draw_plan(subject: str, seed: int, ranges: Ranges, **given: Any) -> Plan:
    """Everything about a clip by lot; ``given`` overrules fields of Plan. PlanError if unknown."""
    if subject not in SUBJECTS:
        raise PlanError(f"expected an exercise of {', '.join(SUBJECTS)}, got {subject!r}")
    rng = lot(seed, "plan")
    names = ranges.bodies or body_names()
    unknown = set(names) - set(body_names())
    if unknown:
        raise PlanError(f"expected bodies of {', '.join(body_names())}, got {sorted(unknown)}")
    fps = int(ranges.fps[rng.integers(len(ranges.fps))])
    reps, tempo, seconds = _draw_reps(subject, ranges, lot(seed, "reps"))
    plain = bool(rng.random() < ranges.plain_share)
    occluded = bool(rng.random() < ranges.occluder_share) and not plain
    plan = Plan(
        subject=subject,
        seed=seed,
        body=str(names[rng.integers(len(names))]),
        view=_draw_view(subject, ranges, lot(seed, "view")),
        fps=fps,
        seconds=seconds,
        tempo=tempo,
        reps=reps,
        asymmetry=float(rng.uniform(*ranges.asymmetry)) * float(rng.choice([-1, 1])),
        noise=float(rng.uniform(*ranges.noise)),
        occluder=("chair", "table")[rng.integers(2)] if occluded else "",
        second_person=bool(rng.random() < ranges.second_person_share) and not plain,
        clutter=bool(rng.random() < ranges.clutter_share) and not plain,
        blur=3 if rng.random() < ranges.blur_share else 1,
        plain=plain,
        variant=bool(lot(seed, "way").random() < ranges.variant_share),
        supersample=ranges.supersample,
        poses=ranges.poses,
    )
    return replace(plan, **{name: value for name, value in given.items() if value is not None})


def _draw_reps(
    subject: str, ranges: Ranges, rng: np.random.Generator
) -> tuple[tuple[PlannedRep, ...], Tempo, float]:
    exercise = EXERCISES.get(subject)
    usual_s = exercise.rep_s if exercise else 2.0
    tempo = Tempo(
        rep_s=usual_s * rng.uniform(*ranges.pace),
        away_share=rng.uniform(*ranges.away_share),
        far_pause_s=rng.uniform(*ranges.far_pause_s),
        start_pause_s=rng.uniform(*ranges.start_pause_s),
        lead_s=rng.uniform(*ranges.lead_s),
    )
    seconds = float(rng.uniform(*ranges.seconds))
    if exercise is None:
        return (), tempo, seconds
    if ranges.fault and ranges.fault not in exercise.faults:
        known = ", ".join(sorted(exercise.faults))
        raise PlanError(f"expected a fault of {known}, got {ranges.fault!r}")
    n = int(rng.integers(int(ranges.reps[0]), int(ranges.reps[1]) + 1))
    faulty = rng.random() < ranges.fault_share
    wrong: dict[int, tuple[str, ...]] = {}
    if faulty:
        fault = sorted(exercise.faults)[rng.integers(len(exercise.faults))]
        fault = ranges.fault or fault
        every = rng.random() < 0.7
        wrong = {i: (fault,) for i in range(n) if every or rng.random() < 0.5}
        wrong = wrong or {0: (fault,)}
    if subject == "plank":
        hold = PlannedRep(0.0, seconds / 2, seconds / 2, seconds, faults=wrong.get(0, ()))
        return (hold,), tempo, seconds
    half: tuple[int, ...] = ()
    if rng.random() < ranges.half_share:
        half, n = (int(rng.integers(n + 1)),), n + 1
        wrong = {i: fault for i, fault in wrong.items() if i not in half}
    alternating = exercise.alternates and rng.random() < ranges.alternating_share
    if subject == "lunge":
        alternating = True  # the front leg is always one side
    reps = plan_reps(
        n,
        tempo,
        rng,
        alternating=bool(alternating),
        half=half,
        faults=wrong,
        lowers=exercise.lowers,
    )
    return reps, tempo, reps[-1].end_s + tempo.lead_s


def _draw_view(subject: str, ranges: Ranges, rng: np.random.Generator) -> View:
    azimuths = ranges.azimuths_deg[rng.integers(len(ranges.azimuths_deg))]
    lying = subject in LYING | LYING_WAYS or (subject in EXERCISES and EXERCISES[subject].lying)
    heights = ranges.lying_camera_height_m if lying else ranges.camera_height_m
    return View(
        azimuth_deg=float(rng.uniform(*azimuths)),
        height_m=float(rng.uniform(*heights)),
        fov_deg=float(rng.uniform(*ranges.fov_deg)),
        zoom=float(rng.uniform(*ranges.zoom)),
        aside=float(rng.uniform(*ranges.aside)),
        below=float(rng.uniform(*ranges.below)),
        roll_deg=float(rng.uniform(*ranges.roll_deg)),
        size=ranges.sizes[rng.integers(len(ranges.sizes))],
    )


def ranges_from(table: dict[str, Any], base: Ranges) -> Ranges:
    """``base`` with what ``table`` of a recipe says. PlanError for a name that is not a range."""
    known = {f.name for f in fields(Ranges)}
    unknown = sorted(set(table) - known)
    if unknown:
        raise PlanError(f"expected ranges of {', '.join(sorted(known))}, got {unknown}")
    values = {name: _tupled(value) for name, value in table.items()}
    return replace(base, **values)


def _tupled(value: Any) -> Any:
    return tuple(_tupled(v) for v in value) if isinstance(value, list) else value
