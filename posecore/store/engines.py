"""Engines for the two databases: a SQLite file, or a PostgreSQL server."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from posecore.language import Text
from posecore.private import make_folder
from posecore.store.errors import NotWritable

URL_VARIABLE = "POSECOACH_DATABASE_URL"
"""Environment variable that names another database than the one in the user's data folder."""

WRITES = "posecoach_writes"
"""Execution option of a connection whose transaction will write."""

_MIGRATION_LOCK = 0x706F7365
"""Any number that no other program takes on the same server."""

_SERVER_NAMES = ("postgres", "postgresql", "postgresql+psycopg2")


def with_driver(url: URL) -> URL:
    """The addresses that PostgreSQL's providers give out name no driver, or another one."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in _SERVER_NAMES else url


def server_engine(url: URL, busy_timeout_s: float) -> Engine:
    settings: dict[str, Any] = {
        # libpq knows no less than two seconds.
        "connect_timeout": max(2, round(busy_timeout_s)),
        # Sums over years of everybody are sorted in memory: by default only 4 MB of them are.
        "options": f"-c lock_timeout={round(1000 * busy_timeout_s)} -c work_mem=32MB",
        # A server that is cut off answers nothing, not even no.
        "tcp_user_timeout": round(1000 * max(2.0, busy_timeout_s)),
        "application_name": "posecoach",
    }
    given = {name: value for name, value in settings.items() if name not in url.query}
    return create_engine(
        url, pool_pre_ping=True, pool_timeout=max(2.0, busy_timeout_s), connect_args=given
    )


def keep_out_others(connection: Connection) -> None:
    """Until the transaction ends nobody else migrates. SQLite's writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")


def keep_out_writers(connection: Connection) -> None:
    """Until the transaction ends nobody else writes. SQLite's writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE people, sessions, sets, reps IN EXCLUSIVE MODE")


def file_engine(url: URL, busy_timeout_s: float) -> Engine:
    path = Path(str(url.database))
    try:
        make_folder(path.parent)
    except OSError as error:
        raise NotWritable(
            Text(
                "The folder {parent} for the session database cannot be made ({reason}). "
                "Choose another place with {url_variable}.",
                parent=path.parent,
                reason=error.strerror,
                url_variable=URL_VARIABLE,
            )
        ) from error
    _close_to_others(path)
    engine = create_engine(url, connect_args={"timeout": busy_timeout_s})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _close_to_others(path: Path) -> None:
    """SQLite gives the files beside it the same rights."""
    with suppress(OSError):  # whether it may be used at all is found out when it is
        try:
            # Only a file that is new: SQLite's locks on it end with whatever else closes it.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            path.chmod(0o600)


def looking_engine(path: Path, busy_timeout_s: float) -> Engine | None:
    """For a look that writes nothing; None where there is no file yet."""
    if not path.exists():
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not os.access(folder, os.W_OK):
            raise NotWritable(
                Text(
                    "The session database {path} cannot be made: {folder} may not be "
                    "written. Allow writing there, or choose another place with "
                    "{url_variable}.",
                    path=path,
                    folder=folder,
                    url_variable=URL_VARIABLE,
                )
            )
        return None
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.absolute().parent, os.W_OK):
        raise NotWritable(
            Text(
                "The session database {path} may not be written. Allow writing to the "
                "file and its folder, or choose another place with {url_variable}.",
                path=path,
                url_variable=URL_VARIABLE,
            )
        )
    # "immutable" opens without making the two files beside it that a look would need, but
    # does not see what still lies in them: only where they are absent is it the whole truth.
    resting = not path.with_name(path.name + "-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro" + ("&immutable=1" if resting else "")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=busy_timeout_s)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions begin too late (only at the first write), see _begin_sqlite.
    connection.isolation_level = None
    # A damaged letter costs that letter, not the session, the list or the backup that it is in.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    _use_log(connection)
    for pragma in (
        "synchronous = FULL",  # a rep survives a power cut, not only a kill
        "foreign_keys = ON",
        "secure_delete = ON",  # what is purged is overwritten, not only unlinked
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _use_log(connection: sqlite3.Connection) -> None:
    """Readers and the writer do not wait for one another.

    It is the one thing that SQLite itself does not wait with: where another program is at the same
    or has the file locked, it says so at once.
    """
    (patience_ms,) = connection.execute("PRAGMA busy_timeout").fetchone()
    until_s = time.monotonic() + patience_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until_s:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer is refused at once when another wrote meanwhile; a writer that
    # takes the lock at the start waits for its turn.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
