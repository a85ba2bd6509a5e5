"""How every command speaks: to whom, in what width, and how it ends where something is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from posecore.exercises import Exercise

PIPED_WIDTH = 140
"""Columns where the output is no terminal: wide enough that no cue is broken."""


def console() -> Console:
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)


def sign(state: str) -> str:
    """A sign beside the word, where the terminal can show it."""
    signs = {"ok": ("✓", "+"), "problem": ("✗", "x"), "note": ("•", "-")}[state]
    try:
        signs[0].encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return signs[1]
    return signs[0]


def complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def fail(sentence: str, code: int = 1) -> NoReturn:
    complain(sentence)
    raise typer.Exit(code)


def demand_folder(folder: Path) -> None:
    if not folder.is_dir():
        fail(f"There is no folder {folder}.", code=2)


def known_exercises() -> dict[str, Exercise]:
    """Shipped and own exercises; tells the own files that are left out, and why."""
    from posecore.exercises import ExerciseFileError, usable_exercises

    try:
        known, problems = usable_exercises()
    except ExerciseFileError as error:
        fail(str(error))
    for problem in problems:
        complain(f"Left out: {problem}")
    return known


def exercises_or_none() -> dict[str, Exercise]:
    from posecore.exercises import ExerciseFileError, usable_exercises

    try:
        return usable_exercises()[0]
    except ExerciseFileError:
        return {}  # a list of the past needs no more than the names it has
