"""The commands ``sessions``, ``exercises`` and ``doctor``: what is there, and is it right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from posecore.commands.console import (
    console,
    demand_folder,
    exercises_or_none,
    fail,
    known_exercises,
    sign,
)

exercise_commands = typer.Typer(help="The exercises that are known, and checks of their files.")


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
        fail(str(error))
    if as_json:
        print(json.dumps([_session_entry(each) for each in found], indent=2))
        return
    if not found:
        console().print("No sessions yet.")
        return
    known = exercises_or_none()
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
    console().print(table)


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


@exercise_commands.callback(invoke_without_command=True)
def list_exercises(context: typer.Context) -> None:
    """List the exercises that are known."""
    if context.invoked_subcommand is not None:
        return
    known = known_exercises()
    table = Table("Name", "Exercise", "Counted", "Best seen from")
    for each in known.values():
        counted = "repetitions" if each.kind == "reps" else "seconds"
        table.add_row(each.name, each.title, counted, ", ".join(each.best_views))
    console().print(table)


@exercise_commands.command("check")
def check_exercises(
    folder: Annotated[
        Path | None, typer.Argument(help="Default: the shipped ones and your own.")
    ] = None,
) -> None:
    """Check exercise files and tell everything that is wrong."""
    from posecore.exercises import SHIPPED, check_folder, own_folder

    if folder is not None:
        demand_folder(folder)
    folders = [folder] if folder is not None else [SHIPPED, own_folder()]
    n_good = n_bad = 0
    for each in folders:
        good, problems = check_folder(each)
        n_good, n_bad = n_good + len(good), n_bad + len(problems)
        if folder is None and each != SHIPPED and (good or problems):
            console().print(f"Your own, in {each}:", markup=False)
        for name in good:
            console().print(f"{sign('ok')} ok       {name}.toml", markup=False)
        for problem in problems:
            console().print(f"{sign('problem')} problem  {problem}", markup=False)
    if not n_good and not n_bad:
        fail(f"There is no exercise file (.toml) in {folders[0]}.")
    raise typer.Exit(1 if n_bad else 0)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
    as_report: Annotated[
        bool,
        typer.Option(
            "--report", help="To paste into a report of a fault: without names and paths."
        ),
    ] = False,
) -> None:
    """Look whether everything is there that PoseCoach needs. Writes nothing."""
    from posecore.doctor import State, examine
    from posecore.doctor_report import report

    checks = examine()
    if as_report:
        print(report(checks), end="")
    elif as_json:
        print(json.dumps([vars(check) for check in checks], indent=2))
    else:
        for check in checks:
            mark = sign(check.state)
            line = f"{mark} {check.state.value:<8} {check.name:<10} {check.found}"
            print(line)
            if check.remedy:
                print(f"{'':<22}-> {check.remedy}")
    raise typer.Exit(1 if any(check.state is State.PROBLEM for check in checks) else 0)
