"""The command ``batch``: a whole folder of videos, on all processors or many machines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecore.commands.console import complain, console, demand_folder, fail

if TYPE_CHECKING:
    from rich.progress import Progress


def batch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the tables go.")],
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT", help="A Dask scheduler you trust, instead of this machine."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many at once on this machine.")
    ] = None,
    exercise: Annotated[
        str | None, typer.Option(metavar="NAME", help="What is done, instead of recognising it.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try once more what failed before.")
    ] = False,
) -> None:
    """Analyse all videos of a folder into Parquet tables; begun again, it goes on."""
    from posecore.commands.analyzing import exercises_for_analysis

    demand_folder(folder)
    exercises_for_analysis(exercise)
    from posecore.batch import native_messages_muted
    from posecore.batch_results import FAILED, items_in, note_of, version_of, write_outcomes
    from posecore.cluster import NoScheduler, analyze_items, connected
    from posecore.crew import processors

    items = list(items_in(folder))
    if not items:
        fail(f"There is no video in {folder}.", code=2)
    with_what = version_of(exercise)
    notes, left = [], []
    for item in items:
        note = note_of(out, item)
        stands = note is not None and note.fits(item, with_what)
        if note is not None and stands and not (retry_failed and note.state == FAILED):
            notes.append(note)
        else:
            left.append(item)
    if notes:
        console().print(f"{len(notes)} of {len(items)} videos are done already.", markup=False)
    try:
        if left:
            at_once = min(workers or processors(), len(left))
            with native_messages_muted(), connected(scheduler, at_once) as client:
                if client.dashboard_link:
                    console().print(f"Dashboard: {client.dashboard_link}", markup=False)
                with _bar() as bar:
                    task = bar.add_task("videos", total=len(items), completed=len(notes))
                    for note in analyze_items(
                        client, left, out, exercise=exercise, with_what=with_what
                    ):
                        notes.append(note)
                        bar.advance(task)
                        if note.problem:
                            complain(note.problem)
        write_outcomes(out, notes)
    except NoScheduler as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or out} cannot be written ({error.strerror or error}).")
    failed = sum(note.state == FAILED for note in notes)
    reps = sum(note.reps for note in notes)
    console().print(
        f"{len(notes) - failed} videos analysed, {reps} reps; {failed} failed. "
        f"Tables: {out}/reps, sets, frames, outcomes.parquet",
        markup=False,
    )
    raise typer.Exit(1 if failed else 0)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
