"""All that is kept of people, and how it is erased: sessions, those a restore replaced, own files.

Sessions are rows of the database, exercises of one's own and the plan are files in a folder of
their own, and what a restore replaced lies as a backup beside the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from posecore.exercises import own_folder
from posecore.exercises.own import add_own, erase_own, own_files
from posecore.language import Text
from posecore.store import Imported, NotAnExport, Store, whole_file

if TYPE_CHECKING:
    from posecore.store.document import Entry, FileEntry

_log = logging.getLogger(__name__)

KEPT_AFTER_DELETION = timedelta(days=1)
"""How long a deleted session can be brought back."""


class NotErased(ValueError):
    """Something of a person is still there; the message names it and says what to do."""


def purge_deleted(store: Store, now: datetime) -> int:
    """Remove for good the sessions whose time to be brought back is over."""
    return store.purge(now - KEPT_AFTER_DELETION)


def place_for_replaced(store: Store, now: datetime) -> Path:
    """A new file for what a restore is about to replace."""
    return store.folder / f"replaced-{now:%Y%m%d-%H%M%S-%f}.jsonl.gz"


def replaced(store: Store) -> list[Path]:
    """What was replaced, of everybody; the latest first. A ``.db`` is a damaged database's file."""
    kinds = ("replaced-*.jsonl.gz", "replaced-*.db")
    return sorted((file for kind in kinds for file in store.folder.glob(kind)), reverse=True)


def export(
    store: Store,
    out: BinaryIO,
    *,
    person: str | None = None,
    deleted: bool = False,
    tell: Callable[[str], object] | None = None,
) -> int:
    """Write sessions, own exercises and plans; the number of sessions. See Archive.export.

    ``tell`` is given a sentence about each thing that is left out because it cannot be read.
    """
    told = {} if tell is None else {"tell": tell}
    files = _files(store, person, tell)
    return store.archive.export(out, person=person, deleted=deleted, files=files, **told)


def _files(
    store: Store, person: str | None, tell: Callable[[str], object] | None
) -> Iterator[FileEntry]:
    from posecore.store.document import FileEntry

    people = ["", *(each.name for each in store.people.all())] if person is None else [person]
    for each in people:
        try:
            for name, text in own_files(own_folder(), each).items():
                yield FileEntry(person=each, name=name, text=text)
        except (OSError, ValueError) as error:
            sentence = Text(
                "A file of {person}'s own exercises cannot be read and is left out: {reason}.",
                person=each or own_folder(),
                reason=getattr(error, "strerror", None) or str(error),
            )
            (tell or _log.warning)(sentence)


def import_(store: Store, source: BinaryIO, *, person: str | None = None) -> Imported:
    """Take over the sessions and own files that are not here yet. See Archive.import_.

    Raises OSError where the sessions are here and a file cannot be written.
    """
    return _take(store.archive.import_(source, person=person), person)


def restore(store: Store, source: BinaryIO, **how: Any) -> Imported:
    """Put back a backup; own files that are here stay as they are. See Archive.restore."""
    return _take(store.archive.restore(source, **how), None)


def _take(done: Imported, person: str | None) -> Imported:
    """``done`` with the files alone that are new here."""
    folder = own_folder()
    whose = [each.person if person is None else person for each in done.files]
    new = tuple(
        each
        for each, owner in zip(done.files, whose, strict=True)
        if add_own(folder, owner, each.name, each.text)
    )
    return replace(done, files=new)


def erase(store: Store, person: str | None) -> int:
    """Remove for good all that is kept of one person; the number of sessions in the database.

    person  "" for what is nobody's, None for everybody's
    May be done again, until nothing is left. Raises NotErased where a file stays, after all else
    is gone, and StoreError where the sessions do. Sessions come last: until then their person is
    known, and can be chosen once more.
    """
    problem: NotErased | None = None
    try:
        erase_own(own_folder(), person)
    except OSError as error:
        problem = _stays(error, own_folder())
    for file in [*store.folder.glob(".replaced-*.part"), *replaced(store)]:
        try:
            if person is None or file.suffix == ".part":
                file.unlink(missing_ok=True)
            else:
                _take_out(file, person)
        except NotAnExport:
            problem = NotErased(
                Text(
                    "The sessions are gone, but {file} may hold some of them and cannot be read. "
                    "Remove that file.",
                    file=file,
                )
            )
        except OSError as error:
            problem = _stays(error, file)
    n = store.people.erase(person)
    if problem is not None:
        raise problem
    return n


def _stays(error: OSError, file: Path) -> NotErased:
    return NotErased(
        Text(
            "The sessions are gone, but {file} could not be removed: {reason}. Make that possible, "
            "and delete once more.",
            file=error.filename or file,
            reason=error.strerror or error,
        )
    )


def _take_out(backup: Path, person: str) -> None:
    from posecore.store.document import read_document, write_document

    def others() -> Iterator[Entry]:
        for entry in read_document(source):
            if (entry.name if entry.kind == "person" else entry.person) != person:
                yield entry

    # Read to its end and closed before the other takes its place.
    with whole_file(backup) as out, backup.open("rb") as source:
        left = write_document(out, others())
    if not left:
        backup.unlink()
