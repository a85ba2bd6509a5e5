"""The command line: ``python -m posecore``.

What a command needs is imported inside it, so that ``--help`` comes at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from posecore.batch import Job, Outcome
    from posecore.exercises import Exercise
    from posecore.types import ExerciseSet

PIPED_WIDTH = 140
"""Columns where the output is no terminal: wide enough that no cue is broken."""

app = typer.Typer(
    help="PoseCoach: names the exercise, counts the repetitions, judges the form.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
exercise_commands = typer.Typer(help="The exercises that are known, and checks of their files.")
app.add_typer(exercise_commands, name="exercises")


@app.command()
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
    exercise: Annotated[
        str | None, typer.Option(metavar="NAME", help="What is done, instead of recognising it.")
    ] = None,
) -> None:
    """Count and judge what is done in recorded videos."""
    known = _exercises_for_analysis(exercise)
    from posecore.batch import JobError, native_messages_muted, plan

    try:
        jobs = plan(videos, documents=json_folder, annotated=annotated, exercise=exercise)
    except JobError as error:
        _fail(str(error), code=2)
    failed = False
    with native_messages_muted():
        for outcome in _outcomes(jobs):
            failed |= outcome.failed
            _print_outcome(outcome, known, _console())
    raise typer.Exit(1 if failed else 0)


@app.command()
def train(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder with the training data.")],
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep poses that were estimated here.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the model. Default: the app's.")
    ] = None,
    rendered: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Further rendered clips with labels.tsv.")
    ] = None,
) -> None:
    """Train the classifier and write it with its card."""
    _demand_folder(data)
    if rendered is not None:
        _demand_folder(rendered)
    from posecore.batch import native_messages_muted
    from posecore.sources import DataError
    from posecore.train import train_command

    try:
        with native_messages_muted():
            train_command(data=data, cache=cache, out=out, rendered=rendered)
    except (DataError, OSError) as error:
        _fail(str(error))


@app.command()
def evaluate(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder with labelled data.")],
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep poses that were estimated here.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this split, such as val.")
    ] = None,
    leave_one_source_out: Annotated[
        bool, typer.Option(help="Train anew without each source, and ask about it.")
    ] = False,
    rendered: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Rendered clips to train on there.")
    ] = None,
) -> None:
    """Measure recognition, counting and form on labelled videos."""
    _demand_folder(data)
    from posecore.batch import native_messages_muted
    from posecore.classify import ModelError
    from posecore.evaluate import evaluate_command
    from posecore.exercises import ExerciseFileError
    from posecore.sources import DataError

    try:
        with native_messages_muted():
            evaluate_command(data=data, cache=cache, split=split)
            if leave_one_source_out:
                from posecore.crossval import crossval_command

                crossval_command(data=data, cache=cache, rendered=rendered)
    except (DataError, ModelError, ExerciseFileError, OSError) as error:
        _fail(str(error))


@app.command()
def sessions(
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """List the sessions that were kept."""
    from posecore.store import Store, StoreError
    from posecore.store.words import (
        date_in_words,
        done_in_words,
        source_in_words,
        time_in_words,
        title_of,
    )

    try:
        found = Store().sessions(limit)
    except StoreError as error:
        _fail(str(error))
    if as_json:
        print(json.dumps([_session_entry(each) for each in found], indent=2))
        return
    if not found:
        _console().print("No sessions yet.")
        return
    known = _exercises_or_none()
    table = Table("No.", "When", "Source", "Done", "Length", "Score")
    for each in found:
        done = "\n".join(f"{title_of(t.exercise, known)}: {done_in_words(t)}" for t in each.totals)
        score = "" if each.mean_score is None else f"{each.mean_score:.0f}"
        cells = (
            str(each.id),
            date_in_words(each.started_at),
            source_in_words(each.source),
            done,
            time_in_words(each.duration_s),
            score,
        )
        table.add_row(*map(Text, cells))
    _console().print(table)


@exercise_commands.callback(invoke_without_command=True)
def list_exercises(context: typer.Context) -> None:
    """List the exercises that are known."""
    if context.invoked_subcommand is not None:
        return
    from posecore.exercises import ExerciseFileError, load_exercises

    try:
        known = load_exercises()
    except ExerciseFileError as error:
        _fail(str(error))
    table = Table("Name", "Exercise", "Counted", "Best seen from")
    for each in known.values():
        counted = "repetitions" if each.kind == "reps" else "seconds"
        table.add_row(each.name, each.title, counted, ", ".join(each.best_views))
    _console().print(table)


@exercise_commands.command("check")
def check_exercises(
    folder: Annotated[Path | None, typer.Argument(help="Default: the shipped ones.")] = None,
) -> None:
    """Check the exercise files of a folder and tell everything that is wrong."""
    from posecore.exercises import SHIPPED, check_folder

    folder = folder or SHIPPED
    _demand_folder(folder)
    good, problems = check_folder(folder)
    for name in good:
        _console().print(f"{_sign('ok')} ok       {name}.toml", markup=False)
    for problem in problems:
        _console().print(f"{_sign('problem')} problem  {problem}", markup=False)
    if not good and not problems:
        _fail(f"There is no exercise file (.toml) in {folder}.")
    raise typer.Exit(1 if problems else 0)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Look whether everything is there that PoseCoach needs. Writes nothing."""
    from posecore.doctor import State, examine

    checks = examine()
    if as_json:
        print(json.dumps([vars(check) for check in checks], indent=2))
    else:
        for check in checks:
            sign = _sign(check.state)
            line = f"{sign} {check.state.value:<8} {check.name:<10} {check.found}"
            print(line)
            if check.remedy:
                print(f"{'':<22}-> {check.remedy}")
    raise typer.Exit(1 if any(check.state is State.PROBLEM for check in checks) else 0)


def _exercises_for_analysis(exercise: str | None) -> dict[str, Exercise]:
    """All exercises; ends the program where one is wrong, unknown, or the model is missing."""
    from posecore.classify import ExerciseClassifier, ModelError
    from posecore.exercises import ExerciseFileError, load_exercises

    try:
        known = load_exercises()
        ExerciseClassifier.load()
    except (ExerciseFileError, ModelError) as error:
        _fail(str(error))
    if exercise is not None and exercise not in known:
        _fail(f"There is no exercise {exercise!r}. There are: {', '.join(sorted(known))}.", code=2)
    return known


def _exercises_or_none() -> dict[str, Exercise]:
    from posecore.exercises import ExerciseFileError, load_exercises

    try:
        return load_exercises()
    except ExerciseFileError:
        return {}  # a list of the past needs no more than the names it has


def _outcomes(jobs: Sequence[Job]) -> Iterator[Outcome]:
    """Outcomes in order, with a bar for each video on the error stream while it takes."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from posecore.batch import analyze_all

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
        tasks = [bar.add_task(job.video.name, total=None, visible=False) for job in jobs]

        def show(number: int, done_s: float, total_s: float | None) -> None:
            bar.update(tasks[number], completed=done_s, total=total_s, visible=True)

        for task, outcome in zip(tasks, analyze_all(jobs, workers=_workers(), on_progress=show)):
            bar.remove_task(task)
            yield outcome


def _workers() -> int:
    if hasattr(os, "sched_getaffinity"):  # the processors this process may use, not all there are
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _print_outcome(outcome: Outcome, known: dict[str, Exercise], console: Console) -> None:
    from posecore.store.words import counted, title_of

    name = outcome.job.video.name
    if outcome.problem is not None:
        _complain(outcome.problem)
        return
    for warning in outcome.warnings:
        _complain(f"{name}: {warning}")
    if not outcome.nobody_seen and not outcome.sets:
        console.print(f"{name}: no repetition of a known exercise was found.", markup=False)
    for number, each in enumerate(outcome.sets, start=1):
        title = f"{name}, set {number}: {title_of(each.exercise, known)}"
        if each.hold_s is not None:
            span = f"{each.start_s:.1f} - {each.end_s:.1f} s"
            console.print(f"{title}, {each.hold_s:.0f} s in good form ({span})", markup=False)
        else:
            console.print(_table_of(each, f"{title}, {counted(each.n_complete, 'rep')}"))


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


def _session_entry(each: Any) -> dict[str, Any]:
    return {
        "id": each.id,
        "person": each.person,
        "started_at": each.started_at.isoformat(),
        "ended_at": each.ended_at.isoformat() if each.ended_at else None,
        "source": each.source,
        "duration_s": each.duration_s,
        "mean_score": each.mean_score,
        "exercises": [
            {
                "exercise": total.exercise,
                "sets": total.sets,
                "reps": total.reps,
                "attempts": total.attempts,
                "hold_s": total.hold_s,
            }
            for total in each.totals
        ],
    }


def _demand_folder(folder: Path) -> None:
    if not folder.is_dir():
        _fail(f"There is no folder {folder}.", code=2)


def _sign(state: str) -> str:
    """A sign beside the word, where the terminal can show it."""
    signs = {"ok": ("✓", "+"), "problem": ("✗", "x"), "note": ("•", "-")}[state]
    try:
        signs[0].encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return signs[1]
    return signs[0]


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _fail(sentence: str, code: int = 1) -> NoReturn:
    _complain(sentence)
    raise typer.Exit(code)


if __name__ == "__main__":
    app(prog_name="python -m posecore")
