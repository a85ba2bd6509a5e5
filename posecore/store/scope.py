"""Whose sessions a store shows and changes: everybody's, or one person's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

from posecore.language import Text
from posecore.store.database import Database
from posecore.store.errors import StoreError
from posecore.store.tables import sessions


@dataclass(frozen=True)
class Scope:
    """``owner``: the person whose rows alone are there; None: everybody's."""

    database: Database
    owner: str | None = None

    @property
    def owned(self) -> ColumnElement[bool]:
        """True of a row of the sessions table that may be shown and changed."""
        return true() if self.owner is None else sessions.c.person == self.owner

    def whose(self, person: str | None) -> str | None:
        """The person to ask for, whatever was asked for."""
        return person if self.owner is None else self.owner

    def demand_everybody(self, what: str) -> None:
        if self.owner is not None:
            raise StoreError(Text("Only whoever runs this server can {what}.", what=what))
