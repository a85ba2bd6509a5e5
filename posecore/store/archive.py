"""Everything into a file and back: export, import, and putting back a backup.

What does the work, ``carrying``, is loaded when it is first needed: most starts never need it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import Connection, delete, func, select

from posecore.language import Text
from posecore.private import make_folder
from posecore.store.engines import keep_out_writers
from posecore.store.errors import DamagedRecord, NotEmpty
from posecore.store.files import whole_file
from posecore.store.migrate import version_in
from posecore.store.people import proper_or_nobody
from posecore.store.records import Imported
from posecore.store.scope import Scope
from posecore.store.tables import SCHEMA_VERSION, people, sessions

if TYPE_CHECKING:
    from posecore.store.document import FileEntry

_log = logging.getLogger(__name__)


def _noted(_sentence: str) -> None:
    """For the log, where no session's number stands."""
    _log.warning("something damaged is not in the file that was written; doctor says more")


class Archive:
    """Between the database and files, which are given open, as bytes."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._database = scope, scope.database

    def export(
        self,
        out: BinaryIO,
        *,
        person: str | None = None,
        deleted: bool = False,
        files: Iterable[FileEntry] = (),
        tell: Callable[[str], object] = _noted,
    ) -> int:
        """The number of sessions written, as they were at one moment.

        person   only this person's; None: everybody's
        deleted  with those that are deleted and not yet purged, which a backup keeps
        files    people's own, to go with them
        tell     is given a sentence about each that is damaged, and left out
        """
        from posecore.store.carrying import entries
        from posecore.store.document import write_document

        with self._database.reading() as connection:
            whose = self._scope.whose(person)
            return write_document(out, chain(entries(connection, whose, deleted, tell), files))

    def damage(self) -> list[str]:
        """A sentence about each thing in a file that cannot be read any more. Writes nothing."""
        from posecore.store.carrying import entries

        place, found = self._database.place, list[str]()
        with self._database.looking() as connection:
            if connection is None or not self._database.is_sqlite:
                return []  # a server watches over its files itself
            told = connection.exec_driver_sql("PRAGMA quick_check(1)").scalars().all()
            if told != ["ok"]:
                sentence = Text(
                    "{where} is damaged ({reason}). Make a backup, which takes what can still be "
                    "read, move the file away (a new one is made) and restore the backup.",
                    where=place,
                    reason=" ".join(str(told[0]).split()),
                )
                found.append(sentence)
            if version_in(connection, place) == SCHEMA_VERSION:
                for _ in entries(connection, None, True, found.append):
                    pass
        return found

    def import_(self, source: BinaryIO, *, person: str | None = None) -> Imported:
        """Take over what is not here yet: all of the file, or nothing where it is damaged.

        person  whose the sessions become; None: as the file says
        """
        from posecore.store.carrying import take_over

        person = None if person is None else proper_or_nobody(person)
        with self._database.writing() as connection:
            return take_over(connection, source, self._scope.whose(person))

    def restore(
        self,
        source: BinaryIO,
        *,
        replace: bool = False,
        keep: Path | None = None,
        tell: Callable[[str], object] = _noted,
    ) -> Imported:
        """Put back a backup. A damaged one changes nothing.

        replace  remove for good what is here; without it NotEmpty where there is something
        keep     becomes a backup of what is removed, to the last rep, before it is; where
                 something is damaged the database's file is kept beside it, as it is
        tell     is given a sentence about each thing that is damaged
        """
        from posecore.store.carrying import take_over

        self._scope.demand_everybody(Text("put back a backup"))
        with self._database.writing() as connection:
            count = connection.execute(select(func.count()).select_from(sessions)).scalar_one()
            if count and not replace:
                raise NotEmpty(
                    Text(
                        "{place} has {count} sessions already.",
                        place=self._database.place,
                        count=count,
                    )
                )
            keep_out_writers(connection)
            kept = list[Path]()
            try:
                if keep is not None:
                    for file in self._keep(connection, keep, tell):
                        kept.append(file)
                connection.execute(delete(sessions))
                connection.execute(delete(people))
                return take_over(connection, source, None)
            except BaseException:
                for file in kept:
                    file.unlink(missing_ok=True)  # nothing is removed after all
                raise

    def _keep(
        self, connection: Connection, keep: Path, tell: Callable[[str], object]
    ) -> Iterator[Path]:
        """Each of the files that are made of what is here, before it is made."""
        from posecore.store.carrying import entries
        from posecore.store.document import write_document

        make_folder(keep.parent)
        yield keep
        damaged = list[str]()
        with whole_file(keep) as out:
            write_document(out, entries(connection, None, True, damaged.append))
        if not damaged:
            return
        if not self._database.is_sqlite:
            raise DamagedRecord(damaged[0])
        whole = keep.with_name(keep.name.partition(".")[0] + ".db")
        yield whole
        self._database.copy_to(whole)
        for sentence in damaged:
            tell(sentence)
        tell(Text("The database's file is kept as it was in {file}.", file=whole))
