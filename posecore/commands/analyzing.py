"""The command ``analyze``: recorded videos, counted and judged."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from posecore.commands.console import complain, console, fail, known_exercises

if TYPE_CHECKING:
    from posecore.batch import Job, Outcome
    from posecore.exercises import Exercise
    from posecore.types import ExerciseSet


def analyze(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", show_default=False)],
    json_folder: Annotated[
        Path | None,
        typer.Option("--json", metavar="DIR", help="Write DIR/<file name>.json for each video."),
    ] = None,
    annotated: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.mp4", help="Write the video with everything drawn on it (several: DIR)."
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="OUT.html", help="Write a page to read and print (several: DIR)."),
    ] = None,
    pictures: Annotated[
        bool, typer.Option(help="Pictures of the video in the report, or only drawn skeletons.")
    ] = True,
    exercise: Annotated[
        str | None, typer.Option(metavar="NAME", help="What is done, instead of recognising it.")
    ] = None,
) -> None:
    """Count and judge what is done in recorded videos."""
    known = exercises_for_analysis(exercise)
    from posecore.batch import JobError, native_messages_muted, plan

    try:
        jobs = plan(
            videos,
            documents=json_folder,
            annotated=annotated,
            exercise=exercise,
            report=report,
            pictures=pictures,
        )
    except JobError as error:
        fail(str(error), code=2)
    failed = False
    with native_messages_muted():
        for outcome in _outcomes(jobs):
            failed |= outcome.failed
            _print_outcome(outcome, known)
    raise typer.Exit(1 if failed else 0)


def exercises_for_analysis(exercise: str | None) -> dict[str, Exercise]:
    """All exercises; ends the program where one is wrong, unknown, or the model is missing."""
    from posecore.angle_model import need_shipped
    from posecore.classify import ExerciseClassifier, ModelError

    known = known_exercises()
    try:
        ExerciseClassifier.load()
        need_shipped()
    except ModelError as error:
        fail(str(error))
    if exercise is not None and exercise not in known:
        fail(f"There is no exercise {exercise!r}. There are: {', '.join(sorted(known))}.", code=2)
    return known


def _outcomes(jobs: Sequence[Job]) -> Iterator[Outcome]:
    """Outcomes in order, with a bar for each video on the error stream while it takes."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from posecore.batch import analyze_all
    from posecore.crew import processors
    from posecore.video import writable

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        tasks = [bar.add_task(writable(job.video.name), total=None, visible=False) for job in jobs]

        def show(number: int, done_s: float, total_s: float | None) -> None:
            bar.update(tasks[number], completed=done_s, total=total_s, visible=True)

        for task, outcome in zip(tasks, analyze_all(jobs, workers=processors(), on_progress=show)):
            bar.remove_task(task)
            yield outcome


def _print_outcome(outcome: Outcome, known: dict[str, Exercise]) -> None:
    from posecore.store.words import counted, title_of
    from posecore.video import writable

    name = writable(outcome.job.video.name)
    if outcome.problem is not None:
        complain(outcome.problem)
        return
    for warning in outcome.warnings:
        complain(f"{name}: {warning}")
    if not outcome.nobody_seen and not outcome.sets:
        console().print(f"{name}: no repetition of a known exercise was found.", markup=False)
    for number, each in enumerate(outcome.sets, start=1):
        title = f"{name}, set {number}: {title_of(each.exercise, known)}"
        if each.hold_s is not None:
            span = f"{each.start_s:.1f} - {each.end_s:.1f} s"
            console().print(f"{title}, {each.hold_s:.0f} s in good form ({span})", markup=False)
        else:
            console().print(_table_of(each, f"{title}, {counted(each.n_complete, 'rep')}"))


def _table_of(each: ExerciseSet, title: str) -> Table:
    from posecore.store.words import fault_in_words, measured

    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("Rep", "From - to, s", "Result", "Range", "Out, back, s", "Score"):
        table.add_column(heading, no_wrap=True)
    table.add_column("What was off")
    done = 0
    for rep in each.reps:
        done += rep.complete
        cells = (
            str(done) if rep.complete else "-",
            f"{rep.start_s:.1f} - {rep.end_s:.1f}",
            "complete" if rep.complete else "attempt",
            measured(rep.rom_deg, "°"),
            ", ".join(measured(seconds, "", 1) for seconds in rep.tempo_s),
            measured(rep.score, ""),
            "\n".join(fault_in_words(fault) for fault in rep.faults) or "nothing",
        )
        table.add_row(*map(Text, cells))
    return table
