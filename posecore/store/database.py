"""Opens the database: its place, its settings, and whether it is ours and of our version."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from typing import Any

import platformdirs
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from posecore.store.errors import (
    NewerSchema,
    NotADatabase,
    NotWritable,
    StoreError,
    named_errors,
)
from posecore.store.tables import SCHEMA_VERSION, metadata, schema_version

URL_VARIABLE = "POSECOACH_DATABASE_URL"
"""Environment variable that names another database than the one in the user's data folder."""

_WRITES = "posecoach_writes"


def default_url() -> str:
    """The URL in POSECOACH_DATABASE_URL, else a SQLite file in the user's data folder."""
    given = os.environ.get(URL_VARIABLE, "").strip()
    if given:
        return given
    path = Path(platformdirs.user_data_dir("posecoach")) / "posecoach.db"
    return URL.create("sqlite", database=str(path)).render_as_string()


class Database:
    """A pool of connections, opened at the first use, from whatever thread that is."""

    def __init__(self, url: str, busy_timeout_s: float) -> None:
        with named_errors(url):
            self.url = make_url(url)
        self.busy_timeout_s = busy_timeout_s
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database in (None, "", ":memory:"):
            raise StoreError(
                f"{url} keeps sessions in memory only, where they would be lost. "
                "Expected a file, such as sqlite:////home/you/sessions.db."
            )
        self._engine: Engine | None = None
        self._opening = Lock()
        self._here = local()  # .connection: the transaction that this thread has open

    @property
    def place(self) -> str:
        """For messages: the file, or the address without its password."""
        if self.is_sqlite:
            return str(self.url.database)
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout the block."""
        with named_errors(self.place), self._opened().connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: on leaving the block all of it is on the disk, or nothing of it is.

        Inside another such block of the same thread, it is part of that one.
        """
        outer: Connection | None = getattr(self._here, "connection", None)
        if outer is not None:
            with named_errors(self.place):
                yield outer
            return
        with named_errors(self.place), _transaction(self._opened()) as connection:
            self._here.connection = connection
            try:
                yield connection
            finally:
                self._here.connection = None

    def close(self) -> None:
        """Close the idle connections; the next use opens it again."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def forget_log(self) -> None:
        """Move what SQLite's log holds into the file and empty it: deleted rows lie there too."""
        if not self.is_sqlite:
            return
        with named_errors(self.place):
            connection = self._opened().raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def version(self) -> int | None:
        """Schema version of the database, None where there is none yet. Writes nothing."""
        if self.is_sqlite:
            return self._version_of_file()
        engine = create_engine(self.url, poolclass=NullPool)
        with named_errors(self.place), engine.connect() as connection:
            return _version_in(connection, self.place)

    def _version_of_file(self) -> int | None:
        path = Path(self.place)
        if not path.exists():
            folder = next(parent for parent in path.absolute().parents if parent.exists())
            if not os.access(folder, os.W_OK):
                raise NotWritable(
                    f"The session database {path} cannot be made: {folder} may not be written. "
                    f"Allow writing there, or choose another place with {URL_VARIABLE}."
                )
            return None
        if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.absolute().parent, os.W_OK):
            raise NotWritable(
                f"The session database {path} may not be written. Allow writing to the file and "
                f"its folder, or choose another place with {URL_VARIABLE}."
            )
        # "immutable" opens without making the two files beside it that a look would need, but
        # does not see what still lies in them: only where they are absent is it the whole truth.
        resting = not path.with_name(path.name + "-wal").exists()
        address = f"{path.absolute().as_uri()}?mode=ro" + ("&immutable=1" if resting else "")

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(address, uri=True, timeout=self.busy_timeout_s)

        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
        with named_errors(self.place), engine.connect() as connection:
            return _version_in(connection, self.place)

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                self._engine = self._open()
            return self._engine

    def _open(self) -> Engine:
        if not self.is_sqlite:
            engine = create_engine(self.url, pool_pre_ping=True)
        else:
            path = Path(self.place)
            try:
                # Nobody else on this computer need look into it.
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise NotWritable(
                    f"The folder {path.parent} for the session database cannot be made "
                    f"({error.strerror}). Choose another place with {URL_VARIABLE}."
                ) from error
            engine = create_engine(self.url, connect_args={"timeout": self.busy_timeout_s})
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        try:
            self._create_tables(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _create_tables(self, engine: Engine) -> None:
        """In one transaction, so that two programs that start at once, or a kill, do no harm."""
        with engine.connect() as connection:
            if _version_in(connection, self.place) is not None:
                return
        with _transaction(engine) as connection:
            if _version_in(connection, self.place) is None:
                metadata.create_all(connection)
                connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection = connection.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


def _version_in(connection: Connection, place: str) -> int | None:
    """Schema version; None in an empty database; NotADatabase in another program's."""
    names = set(inspect(connection).get_table_names())
    if schema_version.name not in names:
        if names & set(metadata.tables):
            raise NotADatabase(
                f"{place} is another program's database: it has tables of the same names. "
                f"Choose another place with {URL_VARIABLE}."
            )
        return None
    version = connection.execute(select(schema_version.c.version)).scalar()
    if version is None:
        raise NotADatabase(
            f"{place} does not say of which version it is, so it is damaged. Move the file away "
            f"(a new one is made), or choose another with {URL_VARIABLE}."
        )
    if version > SCHEMA_VERSION:
        raise NewerSchema(
            f"{place} was written by a newer PoseCoach (its version {version}, this program "
            f"knows {SCHEMA_VERSION}). Update PoseCoach to open it; nothing was changed."
        )
    return int(version)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions begin too late (only at the first write), see _begin_sqlite.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",  # readers and the writer do not wait for one another
        "synchronous = FULL",  # a rep survives a power cut, not only a kill
        "foreign_keys = ON",
        "secure_delete = ON",  # what is purged is overwritten, not only unlinked
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer is refused at once when another wrote meanwhile; a writer that
    # takes the lock at the start waits for its turn.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
