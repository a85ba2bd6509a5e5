"""The commands ``backup``, ``restore``, ``export``, ``import`` and ``erase``: sessions as files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posecore.commands.console import complain, console, fail

if TYPE_CHECKING:
    from posecore.store import Imported

_File = Annotated[Path, typer.Argument(help="By custom its name ends in .jsonl.gz.")]
_Replace = Annotated[bool, typer.Option("--replace", help="Write over the file that is there.")]


def backup(file: _File, replace: _Replace = False) -> None:
    """Keep all of everybody in a file: sessions, also deleted ones, own exercises and plans."""
    from posecore import kept
    from posecore.store import Store, whole_file

    with _told():
        store = Store()
        _demand_new(file, replace)
        with whole_file(file) as out:
            n = kept.export(store, out, deleted=True, tell=complain)
    _say(f"{_sessions(n)} of {store.place} kept in {file}.")


def export(
    file: _File,
    person: Annotated[str | None, typer.Option(help="Only this person's. Default: all.")] = None,
    replace: _Replace = False,
) -> None:
    """Write sessions, own exercises and plans to a file that another PoseCoach can import."""
    from posecore import kept
    from posecore.store import Store, whole_file

    with _told():
        store = Store()
        if person is not None and not any(each.name == person for each in store.people.all()):
            fail(f"There is nobody named {person} in {store.place}.")
        _demand_new(file, replace)
        with whole_file(file) as out:
            n = kept.export(store, out, person=person, tell=complain)
    _say(f"{_sessions(n)} written to {file}.")


def import_sessions(
    file: _File,
    person: Annotated[str | None, typer.Option(help="Whose they become. Default: as kept.")] = None,
) -> None:
    """Take over the sessions, own exercises and plans of a file that are not here yet."""
    from posecore import kept
    from posecore.store import Store

    with _told(), file.open("rb") as source:
        store = Store()
        done = kept.import_(store, source, person=person)
    known = f"; {_sessions(done.already_here)} were here already" if done.already_here else ""
    _say(f"{_sessions(done.sessions)} taken over into {store.place}{known}{_files(done)}.")


def restore(
    file: _File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in place of the sessions that are here.")
    ] = False,
) -> None:
    """Put back a backup. What it replaces is kept in a file first."""
    from posecore import kept
    from posecore.store import NotEmpty, Store

    with _told(), file.open("rb") as source:
        store = Store()
        if not replace:
            try:
                done = kept.restore(store, source)
            except NotEmpty as error:
                fail(f"{error} Add --replace to put the backup in their place.")
            _say(f"{_sessions(done.sessions)} put back into {store.place}{_files(done)}.")
            return
        place = kept.place_for_replaced(store, datetime.now())
        done = kept.restore(store, source, replace=True, keep=place, tell=complain)
    put = f"{_sessions(done.sessions)} put back into {store.place}{_files(done)}."
    _say(f"{put} What was there is kept in {place}.")


def erase(
    person: Annotated[
        str | None, typer.Argument(help='Whose sessions; "" for those that are nobody\'s.')
    ] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="All of them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove all that is kept of a person for good: sessions, own exercises, the plan.

    There is no way back. What a restore replaced goes as well.
    """
    from posecore import kept
    from posecore.exercises import own_folder
    from posecore.exercises.own import count_own
    from posecore.store import Store

    if everybody == (person is not None):
        fail("Say whose sessions to erase: a name, or --everybody.", code=2)
    with _told():
        store = Store()
        known = not person or person in {each.name for each in store.people.all()}
        known = known or any(count_own(own_folder(), person))
        whose = "everybody" if person is None else person or "nobody in particular"
        if not yes:
            typer.confirm(f"Erase all sessions of {whose} for good?", abort=True)
        # Of an unknown name too: an attempt that was cut short may have left something of it.
        n = kept.erase(store, person)
        if not known:
            fail(f"There is nobody named {person} in {store.place}, and nothing of it is left.")
    _say(f"{_sessions(n)} of {whose} erased from {store.place}. Backups and exports are yours.")


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong in the block ends the command with its sentence."""
    from posecore.store import StoreError

    try:
        yield
    except (StoreError, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'The file'}: {error.strerror or error}.")


def _demand_new(path: Path, replace: bool) -> None:
    if path.exists() and not replace:
        fail(f"{path} is there already. Choose another name, or add --replace.")


def _say(sentence: str) -> None:
    console().print(sentence, markup=False, highlight=False, soft_wrap=True)


def _files(done: Imported) -> str:
    return f"; {len(done.files)} files of own exercises and plans" if done.files else ""


def _sessions(n: int) -> str:
    return "1 session" if n == 1 else f"{n} sessions"
