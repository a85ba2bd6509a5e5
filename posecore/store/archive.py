"""Everything into a file and back: export, import, and putting back a backup.

What does the work, ``carrying``, is loaded when it is first needed: most starts never need it.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, func, select

from posecore.language import Text
from posecore.store.engines import keep_out_writers
from posecore.store.errors import NotAnExport, NotEmpty
from posecore.store.files import whole_file
from posecore.store.records import Imported
from posecore.store.scope import Scope
from posecore.store.tables import people, sessions


class Archive:
    """Between the database and files, which are given open, as bytes."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._database = scope, scope.database

    def export(self, out: BinaryIO, *, person: str | None = None, deleted: bool = False) -> int:
        """The number of sessions written, as they were at one moment.

        person   only this person's; None: everybody's
        deleted  with those that are deleted and not yet purged, which a backup keeps
        """
        from posecore.store.carrying import entries
        from posecore.store.document import write_document

        with self._database.reading() as connection:
            return write_document(out, entries(connection, self._scope.whose(person), deleted))

    def import_(self, source: BinaryIO, *, person: str | None = None) -> Imported:
        """Take over what is not here yet: all of the file, or nothing where it is damaged.

        person  whose the sessions become; None: as the file says
        """
        from posecore.store.carrying import take_over

        with self._database.writing() as connection:
            return take_over(connection, source, self._scope.whose(person))

    def restore(self, source: BinaryIO, *, replace: bool = False, keep: Path | None = None) -> int:
        """Put back a backup; the number of sessions. A damaged one changes nothing.

        replace  remove for good what is here; without it NotEmpty where there is something
        keep     becomes a backup of what is removed, to the last rep, before it is
        """
        from posecore.store.carrying import entries, take_over
        from posecore.store.document import write_document

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
            if keep is not None:
                with whole_file(keep) as out:
                    write_document(out, entries(connection, None, deleted=True))
            connection.execute(delete(sessions))
            connection.execute(delete(people))
            try:
                return take_over(connection, source, None).sessions
            except NotAnExport:
                if keep is not None:
                    keep.unlink()  # nothing is removed after all
                raise
