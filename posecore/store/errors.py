"""What can go wrong with the store. Each error's message says what happened and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, TimeoutError


class StoreError(Exception):
    """The sessions could not be read or written; the message is meant for the person."""


class DatabaseBusy(StoreError):
    """Another program holds the database; the same call may succeed in a moment."""


class NotWritable(StoreError):
    """The file, or the folder it is in, may not be written or opened."""


class DiskFull(StoreError):
    """No space is left; nothing of the failed call was kept."""


class NotADatabase(StoreError):
    """The file is no database, is damaged, or belongs to another program."""


class NewerSchema(StoreError):
    """A newer version of the program wrote the file."""


class NotFound(StoreError):
    """No session, set or rep has that number, or it has been deleted."""


class DamagedRecord(StoreError):
    """One record cannot be read back; the others can."""


def _sqlite_error(name: str, where: str, detail: str) -> StoreError:
    """``name`` is SQLite's own name of the result code, extended codes included."""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusy(
            f"The session database {where} is locked by another program. "
            "Close the other program that uses it and try again."
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return NotWritable(
            f"The session database {where} cannot be opened for writing. Allow writing to the "
            "file and its folder, or choose another place with POSECOACH_DATABASE_URL."
        )
    if name.startswith("SQLITE_FULL"):
        return DiskFull(
            f"The disk is full, so nothing more can be saved to {where}. "
            "Free some space; what was saved before is still there."
        )
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return NotADatabase(
            f"{where} is not a session database, or it is damaged. Move the file away "
            "(a new one is made), or choose another with POSECOACH_DATABASE_URL."
        )
    if name.startswith("SQLITE_IOERR"):
        return StoreError(
            f"The disk reported an error while using {where} ({detail}). "
            "Check the disk and its free space, then try again."
        )
    return StoreError(f"The session database {where} refused the request: {detail}.")


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """Database errors inside the block leave it as StoreError; ``where`` is shown to the person."""
    try:
        yield
    except DBAPIError as error:
        original = error.orig
        if isinstance(original, sqlite3.Error):
            # Errors that sqlite3 raises by itself, without SQLite's word, carry no name.
            name = getattr(original, "sqlite_errorname", "")
            raise _sqlite_error(name, where, str(original)) from error
        raise StoreError(
            f"The session database {where} did not answer: {original}. "
            "Check that the server runs and that POSECOACH_DATABASE_URL is right."
        ) from error
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(
            f"POSECOACH_DATABASE_URL cannot be used: {error}. Expected an address such as "
            "sqlite:////home/you/sessions.db, with the database's driver installed."
        ) from error
    except TimeoutError as error:
        raise DatabaseBusy(
            f"The session database {where} is used in too many places at once. Try again."
        ) from error
