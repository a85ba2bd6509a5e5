"""The people of one home, chosen by name: who they are, and how one is removed for good."""

from __future__ import annotations

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from posecore.language import Text
from posecore.store.errors import NameTaken, NotFound
from posecore.store.queries import visible
from posecore.store.records import PersonSummary
from posecore.store.scope import Scope
from posecore.store.tables import NAME_LENGTH, people, sessions
from posecore.store.texts import clean


class People:
    """Names. A session of a name that is new makes it known; "" is nobody in particular."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._database = scope, scope.database

    def all(self) -> list[PersonSummary]:
        """In alphabetical order, those without a session too."""
        # Deleted sessions are nobody's to be seen; who has only such ones is still there.
        n, last_at = func.count().label("n"), func.max(sessions.c.started_at).label("last_at")
        theirs = (
            visible(select(sessions.c.person, n, last_at)).group_by(sessions.c.person).subquery()
        )
        query = select(people.c.name, theirs.c.n, theirs.c.last_at).outerjoin_from(
            people, theirs, theirs.c.person == people.c.name
        )
        if self._scope.owner is not None:
            query = query.where(people.c.name == self._scope.owner)
        rows = self._database.look(lambda connection: connection.execute(query).all())
        found = [PersonSummary(row.name, int(row.n or 0), row.last_at) for row in rows]
        return sorted(found, key=lambda each: (each.name.casefold(), each.name))

    def add(self, name: str) -> str:
        """The name as it is kept, without spaces around it; NameTaken where somebody has it."""
        self._scope.demand_everybody(Text("add somebody"))
        name = proper(name)
        with self._database.writing() as connection:
            _demand_free(connection, name)
            connection.execute(insert(people).values(name=name))
        return name

    def rename(self, old: str, new: str) -> str:
        """With all sessions; NotFound, or NameTaken where another has the new name."""
        self._scope.demand_everybody(Text("change a name"))
        new = proper(new)
        with self._database.writing() as connection:
            if not connection.execute(select(exists().where(people.c.name == old))).scalar():
                raise NotFound(Text("There is nobody named {old} here.", old=old))
            if new == old:
                return new
            _demand_free(connection, new, but=old)
            connection.execute(update(people).where(people.c.name == old).values(name=new))
            connection.execute(update(sessions).where(sessions.c.person == old).values(person=new))
        return new

    def erase(self, name: str | None) -> int:
        """Remove for good the name and every session of it; the number of sessions removed.

        name  "" for the sessions that are nobody's, None for all of everybody's
        When it returns no byte of them is left in SQLite's files, or in the server's tables. A
        server's own log and backups keep them for as long as its administrator has set.
        """
        name = self._scope.whose(name)
        gone, nameless = delete(sessions), delete(people)
        if name is not None:
            gone = gone.where(sessions.c.person == name)
            nameless = nameless.where(people.c.name == name)
        with self._database.writing() as connection:
            count = connection.execute(gone).rowcount
            connection.execute(nameless)
        self._database.forget_deleted()
        return count


def make_known(connection: Connection, name: str) -> None:
    if name and not connection.execute(select(exists().where(people.c.name == name))).scalar():
        connection.execute(insert(people).values(name=name))


def proper(name: str) -> str:
    """The name as it is kept; ValueError where it is none."""
    name = " ".join(clean(name).split())
    if not name:
        raise ValueError("expected a name, got none")
    if len(name) > NAME_LENGTH:
        raise ValueError(f"expected a name of at most {NAME_LENGTH} characters, got {len(name)}")
    return name


def proper_or_nobody(name: str) -> str:
    """As ``proper``, but for "", which is nobody in particular."""
    return proper(name) if name else name


def _demand_free(connection: Connection, name: str, but: str | None = None) -> None:
    taken = connection.execute(select(people.c.name)).scalars()
    if any(each.casefold() == name.casefold() and each != but for each in taken):
        raise NameTaken(
            Text("There is already somebody named {name}. Choose another name.", name=name)
        )
