"""A folder of clips by a recipe file: which exercises, how many, and the ranges of the lot."""

from __future__ import annotations

import csv
import random
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.rendered.clip import make_clip, truth_of
from bench.rendered.exercises import EXERCISES
from bench.rendered.plan import Plan, PlanError, Ranges, draw_plan, ranges_from
from bench.rendered.truth import save_truth
from bench.rendered.ways import taught_as

_COLUMNS = ("clip", "exercise", "reps", "form", "fault", "active")


@dataclass(frozen=True)
class Job:
    """One clip of a recipe."""

    name: str
    plan: Plan
    crf: int


@dataclass(frozen=True)
class Wish:
    """What a run of a recipe asks for beyond its file.

    truth_only  only what is known of each frame (.npz), no film: a few hundredths of the time
    fps         frames a second instead of the recipe's; seed: first seed instead of the recipe's
    prefix      of the names instead of the recipe's
    """

    truth_only: bool = False
    fps: int | None = None
    seed: int | None = None
    prefix: str | None = None

    def __post_init__(self) -> None:
        if self.fps is not None and self.fps < 1:
            raise PlanError(f"expected at least 1 frame a second, got {self.fps}")

    @property
    def suffix(self) -> str:
        """Of the file that shows that a clip is done."""
        return ".npz" if self.truth_only else ".mp4"


def read_recipe(path: Path, wish: Wish | None = None) -> list[Job]:
    """The clips of a recipe. PlanError where it asks for something unknown.

    ``seed`` first seed; ``prefix`` of the names; ``crf`` of H.264; ``labels`` name of the table;
    ``[ranges]`` see Ranges; and ``[[clips]]`` with ``exercise`` (one or a list), ``count`` of
    each, and ranges of their own; ``each_fault``: so many of every fault that the exercise has.
    """
    wish = wish or Wish()
    recipe = _table(path)
    base = ranges_from(recipe.get("ranges", {}), Ranges())
    prefix, crf = wish.prefix or recipe.get("prefix", "gym"), int(recipe.get("crf", 23))
    jobs: list[Job] = []
    seed = int(recipe.get("seed", 0)) if wish.seed is None else wish.seed
    for table in recipe.get("clips", []):
        table = dict(table)
        try:
            exercises, count = table.pop("exercise"), int(table.pop("count", 1))
            each_fault = bool(table.pop("each_fault", False))
        except KeyError:
            raise PlanError(f"{path.name}: every [[clips]] needs an exercise") from None
        ranges = ranges_from(table, base)
        for exercise in [exercises] if isinstance(exercises, str) else exercises:
            for chosen in _each_fault(exercise, ranges) if each_fault else [ranges]:
                for _ in range(count):
                    plan = draw_plan(exercise, seed, chosen)
                    if wish.fps is not None:
                        plan = replace(plan, fps=wish.fps)
                    jobs.append(Job(f"{prefix}_{exercise}_{seed}", plan, crf))
                    seed += 1
    return jobs


def _each_fault(exercise: str, ranges: Ranges) -> list[Ranges]:
    if exercise not in EXERCISES:
        raise PlanError(f"expected an exercise with faults, got {exercise!r}")
    return [replace(ranges, fault=f, fault_share=1.0) for f in sorted(EXERCISES[exercise].faults)]


def _table(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def label_row(job: Job) -> dict[str, str]:
    """What labels.tsv says of a clip, in the columns of the scorer."""
    plan = job.plan
    correct = not plan.faults and all(rep.complete for rep in plan.reps)
    return {
        "clip": f"{job.name}.mp4",
        "exercise": taught_as(plan.subject),
        "reps": str(plan.counted_reps) if plan.known and plan.subject != "plank" else "-",
        "form": ("correct" if correct else "incorrect") if plan.known else "",
        "fault": ",".join(plan.faults),
        "active": ",".join(f"{start:.2f}-{end:.2f}" for start, end in plan.active),
    }


def make_folder(path: Path, out: Path, workers: int = 1, wish: Wish | None = None) -> Iterator[str]:
    """Draw what is missing in ``out``; yields the name of each clip as it is done.

    A clip is there when its film is (with ``truth_only``, its truth): a run that was broken off
    goes on where it was. The processes start anew, for a copy of one that has threads may hang.
    """
    wish = wish or Wish()
    jobs = read_recipe(path, wish)
    out.mkdir(parents=True, exist_ok=True)
    _write_labels(jobs, out / _table(path).get("labels", "labels.tsv"))
    missing = [job for job in jobs if not (out / f"{job.name}{wish.suffix}").exists()]
    # In any order but the recipe's, so that a folder that is half done has some of everything.
    random.Random(0).shuffle(missing)
    draw = _act if wish.truth_only else _draw
    if workers == 1:
        for job in missing:
            yield draw(job, out)
        return
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(draw, missing, [out] * len(missing))


def _draw(job: Job, out: Path) -> str:
    make_clip(job.plan, out / f"{job.name}.mp4", job.crf)
    return job.name


def _act(job: Job, out: Path) -> str:
    unfinished = out / f"{job.name}.part.npz"
    save_truth(truth_of(job.plan), unfinished)
    unfinished.replace(out / f"{job.name}.npz")
    return job.name


def _write_labels(jobs: list[Job], path: Path) -> None:
    """Rows of other recipes in the same folder stay."""
    rows = {row["clip"]: row for row in map(label_row, jobs)}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = {row["clip"]: row for row in csv.DictReader(file, delimiter="\t")} | rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
