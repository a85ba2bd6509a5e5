"""What can go wrong with the store. Each error's message says what happened and what to do."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, TimeoutError

from posecore.language import Text


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


class NameTaken(StoreError):
    """Another person has that name."""


class NotAnExport(StoreError):
    """The file is no export, or is damaged; nothing of it was taken over."""


class NotEmpty(StoreError):
    """Sessions are there already, which a restore would replace."""


class DamagedRecord(StoreError):
    """One record cannot be read back; the others can."""


_UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError)
"""What comes of a stored value that is not what was written."""


def _damaged_file(where: str) -> NotADatabase:
    return NotADatabase(
        Text(
            "{where} is not a session database, or it is damaged. Move the file away "
            "(a new one is made), or choose another with POSECOACH_DATABASE_URL.",
            where=where,
        )
    )


def _damaged_value(where: str, reason: str) -> DamagedRecord:
    return DamagedRecord(
        Text(
            'A value in {where} is damaged ({reason}). Run "python -m posecore doctor", which '
            "names the session; the others can still be read and backed up.",
            where=where,
            reason=reason,
        )
    )


def _damaged_session(number: int, reason: str) -> DamagedRecord:
    return DamagedRecord(
        Text(
            "Session {number} is damaged ({reason}). The others are not affected; to have "
            "this one again, restore a backup from before.",
            number=number,
            reason=reason,
        )
    )


def _sqlite_error(name: str, where: str, detail: str) -> StoreError:
    """``name`` is SQLite's own name of the result code, extended codes included."""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusy(
            Text(
                "The session database {where} is locked by another program. Close the "
                "other program that uses it and try again.",
                where=where,
            )
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return NotWritable(
            Text(
                "The session database {where} cannot be opened for writing. Allow "
                "writing to the file and its folder, or choose another place with "
                "POSECOACH_DATABASE_URL.",
                where=where,
            )
        )
    if name.startswith("SQLITE_FULL"):
        return DiskFull(
            Text(
                "The disk is full, so nothing more can be saved to {where}. Free some "
                "space; what was saved before is still there.",
                where=where,
            )
        )
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return _damaged_file(where)
    if not name and detail.startswith("Could not decode"):
        return _damaged_value(where, _in_short(detail))
    if name.startswith("SQLITE_IOERR"):
        return StoreError(
            Text(
                "The disk reported an error while using {where} ({detail}). Check the "
                "disk and its free space, then try again.",
                where=where,
                detail=detail,
            )
        )
    return StoreError(
        Text(
            "The session database {where} refused the request: {detail}.",
            where=where,
            detail=detail,
        )
    )


def _server_error(state: str, where: str, detail: str) -> StoreError:
    """``state`` is PostgreSQL's SQLSTATE; empty where there was no answer at all."""
    if state in ("55P03", "57014", "40001", "40P01", "53300"):
        return DatabaseBusy(
            Text(
                "The session database {where} is busy with another program. Try again in a moment.",
                where=where,
            )
        )
    if state == "53100":
        return DiskFull(
            Text(
                "The disk of the session database {where} is full, so nothing more can "
                "be saved. Free some space there; what was saved before is still there.",
                where=where,
            )
        )
    if state in ("25006", "42501"):
        return NotWritable(
            Text(
                "The session database {where} may not be written ({detail}). Allow its "
                "user to make tables and to write, or choose another place with "
                "POSECOACH_DATABASE_URL.",
                where=where,
                detail=detail,
            )
        )
    if state and not state.startswith(("08", "28", "3D", "57P")):
        return StoreError(
            Text(
                "The session database {where} refused the request: {detail}.",
                where=where,
                detail=detail,
            )
        )
    return StoreError(
        Text(
            "The session database {where} did not answer: {detail}. Check that the "
            "server runs and that POSECOACH_DATABASE_URL is right.",
            where=where,
            detail=detail,
        )
    )


def _named(error: BaseException, where: str) -> StoreError:
    if isinstance(error, sqlite3.Error):
        # Errors that sqlite3 raises by itself, without SQLite's word, carry no name.
        return _sqlite_error(getattr(error, "sqlite_errorname", ""), where, str(error))
    # The first line says it; those below repeat the statement or another address that was tried.
    detail = (str(error).splitlines() or [""])[0].strip().rstrip(".")
    return _server_error(getattr(error, "sqlstate", None) or "", where, detail)


def unusable_address(error: Exception) -> StoreError:
    # Not all of it: an address may hold a password, and what is taken for a port may be one.
    reason = re.sub(r"://[^\s@]*@", "://***@", str(error))
    if isinstance(error, ValueError):
        reason = Text("its port is not a number")
    return StoreError(
        Text(
            "POSECOACH_DATABASE_URL cannot be used: {reason}. Expected an address "
            "such as sqlite:////home/you/sessions.db or "
            "postgresql://user:password@host/name.",
            reason=reason,
        )
    )


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """Database errors inside the block leave it as StoreError; ``where`` is shown to the person."""
    try:
        yield
    except DBAPIError as error:
        raise _named(error.orig or error, where) from error
    except sqlite3.Error as error:
        raise _named(error, where) from error
    except UnicodeDecodeError as error:
        # SQLite's own word on a damaged table of contents, which sqlite3 cannot even pass on.
        raise _damaged_file(where) from error
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise unusable_address(error) from error
    except TimeoutError as error:
        raise DatabaseBusy(
            Text(
                "The session database {where} is used in too many places at once. Try again.",
                where=where,
            )
        ) from error


@contextmanager
def named_damage(where: str, session_id: int | None = None) -> Iterator[None]:
    """As named_errors, for blocks that only read; a value that cannot be read is DamagedRecord.

    session_id  the one session that is read in the block, which is then named
    """
    try:
        with named_errors(where):
            yield
    except (DamagedRecord, NotADatabase) as error:
        if session_id is None:
            raise
        cause = error.__cause__
        reason = getattr(cause, "orig", None) or cause or error
        raise _damaged_session(session_id, _in_short(str(reason))) from error
    except _UNREADABLE as error:
        reason = _in_short(str(error))
        if session_id is None:
            raise _damaged_value(where, reason) from error
        raise _damaged_session(session_id, reason) from error


def _in_short(detail: str) -> str:
    # Not with the value itself, which may be what a person wrote.
    return (detail.partition(" with text ")[0].splitlines() or [""])[0].strip().rstrip(".")
