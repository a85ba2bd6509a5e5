"""Opens the database: its place, its transactions, and that it is ours and of our version."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock, local
from typing import Any, TypeVar

import platformdirs
from sqlalchemy import URL, Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from posecore.language import Text
from posecore.store.engines import (
    URL_VARIABLE,
    WRITES,
    file_engine,
    keep_out_others,
    looking_engine,
    server_engine,
    with_driver,
)
from posecore.store.errors import (
    DamagedRecord,
    DatabaseBusy,
    NotADatabase,
    StoreError,
    named_damage,
    named_errors,
    unusable_address,
)
from posecore.store.migrate import upgrade, version_in
from posecore.store.queries import damaged_sessions, pass_over
from posecore.store.tables import SCHEMA_VERSION, metadata

_log = logging.getLogger(__name__)
T = TypeVar("T")


def default_url() -> str:
    """The URL in POSECOACH_DATABASE_URL, else a SQLite file in the user's data folder."""
    given = os.environ.get(URL_VARIABLE, "").strip()
    if given:
        return given
    return URL.create("sqlite", database=str(_data_folder() / "posecoach.db")).render_as_string()


def _data_folder() -> Path:
    return Path(platformdirs.user_data_dir("posecoach"))


class Database:
    """A pool of connections, opened at the first use, from whatever thread that is."""

    def __init__(self, url: str, busy_timeout_s: float) -> None:
        try:
            self.url = with_driver(make_url(url))
        except (ArgumentError, ValueError) as error:
            raise unusable_address(error) from error
        self.busy_timeout_s = busy_timeout_s
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database in (None, "", ":memory:"):
            raise StoreError(
                Text(
                    "{url} keeps sessions in memory only, where they would be lost. Expected "
                    "a file, such as sqlite:////home/you/sessions.db.",
                    url=url,
                )
            )
        self._engine: Engine | None = None
        self._file: tuple[int, int] | None = None  # which one was opened, whatever its name
        self._damaged: frozenset[int] = frozenset()  # sessions of which a value cannot be read
        self._opening = Lock()
        self._here = local()  # .connection: the transaction that this thread has open

    @property
    def place(self) -> str:
        """For messages: the file, or a server's host and database, without who may come in."""
        if self.is_sqlite:
            return str(self.url.database)
        # What stands before a second @ is the end of a password that was not written as it must.
        host = (self.url.host or "").rpartition("@")[2] or None
        kind, port, name = self.url.get_backend_name(), self.url.port, self.url.database
        return URL.create(kind, host=host, port=port, database=name).render_as_string()

    @property
    def identifying(self) -> tuple[str, ...]:
        """The words of a server's address that tell whose it is; none of a file's."""
        if self.is_sqlite:
            return ()
        words = [self.url.host, self.url.username, self.url.database]
        for values in self.url.query.values():
            words += [values] if isinstance(values, str) else values
        return tuple(word for word in words if word)

    @property
    def n_damaged(self) -> int:
        """Sessions that ``look`` has passed over."""
        return len(self._damaged)

    @property
    def folder(self) -> Path:
        """For files that belong to the sessions: beside the file, or in the user's data folder."""
        return Path(self.place).parent if self.is_sqlite else _data_folder()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout the block."""
        with named_damage(self.place), self._opened().connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    def look(self, ask: Callable[[Connection], T]) -> T:
        """What ``ask`` reads, as if sessions that are damaged were not there."""
        try:
            with self.reading() as connection:
                if self._damaged:
                    pass_over(connection, self._damaged)
                return ask(connection)
        except (DamagedRecord, NotADatabase):
            if not self.is_sqlite:
                raise
            with self.reading() as connection:
                damaged = damaged_sessions(connection, self.place)
            if damaged <= self._damaged:
                raise
        _log.warning("damaged sessions are passed over; doctor says more")
        self._damaged |= damaged
        return self.look(ask)

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

    def copy_to(self, path: Path) -> None:
        """The file page by page as it is, damaged or not, with what lies in its log."""
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        with named_errors(self.place), closing(sqlite3.connect(path)) as copy:
            with closing(self._opened().raw_connection()) as raw:
                driver: Any = raw.driver_connection
                driver.backup(copy)

    def forget_log(self) -> bool:
        """Move what SQLite's log holds into the file and empty it: deleted rows lie there too.

        False where another program still looks at an older state, which needs the log.
        """
        if not self.is_sqlite:
            return True
        with named_errors(self.place):
            ((busy, *_),) = self._run_alone("PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    def forget_deleted(self) -> None:
        """Write what is left anew, so that no byte of a deleted row stays in the files."""
        names = ", ".join(table.name for table in metadata.sorted_tables)
        with named_errors(self.place):
            self._run_alone("VACUUM" if self.is_sqlite else f"VACUUM (FULL, ANALYZE) {names}")
        if not self.forget_log():
            raise DatabaseBusy(
                Text(
                    "It is deleted, but another program that uses {place} keeps traces of it "
                    "in the file's log. Close that program and delete once more.",
                    place=self.place,
                )
            )

    def version(self) -> int | None:
        """Schema version of the database, None where there is none yet. Writes nothing."""
        with self.looking() as connection:
            return None if connection is None else version_in(connection, self.place)

    @contextmanager
    def looking(self) -> Iterator[Connection | None]:
        """A connection that makes no file and changes none; None where there is none yet."""
        if self.is_sqlite:
            engine = looking_engine(Path(self.place), self.busy_timeout_s)
        else:
            with named_errors(self.place):
                engine = server_engine(self.url, self.busy_timeout_s)
        if engine is None:
            yield None
            return
        try:
            with named_damage(self.place), engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _run_alone(self, statement: str) -> list[Any]:
        """Outside any transaction, for what must not be in one."""
        if self.is_sqlite:
            # Past SQLAlchemy: it would begin a transaction, or change how the driver does.
            raw = self._opened().raw_connection()
            try:
                return list(raw.cursor().execute(statement))
            finally:
                raw.close()
        with self._opened().connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            result = alone.exec_driver_sql(statement)
            return list(result) if result.returns_rows else []

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is not None and self._file_there() != self._file:
                # Moved away or deleted: what is written to it now would be in nobody's sight.
                self._leave(self._engine)
                self._engine = None
            if self._engine is None:
                self._engine = self._open()
                self._file, self._damaged = self._file_there(), frozenset()
            return self._engine

    def _file_there(self) -> tuple[int, int] | None:
        if not self.is_sqlite:
            return None
        try:
            found = os.stat(self.place)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _leave(self, engine: Engine) -> None:
        """Let go of a file that is elsewhere by now, with all in it that was saved."""
        try:
            # Its log keeps the name that it had here, so that later nobody would find it.
            with closing(engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (DBAPIError, sqlite3.Error):
            pass  # damaged, which may be why it was moved away
        engine.dispose()

    def _open(self) -> Engine:
        make = file_engine if self.is_sqlite else server_engine
        engine = make(self.url, self.busy_timeout_s)
        try:
            self._bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _bring_up_to_date(self, engine: Engine) -> None:
        """In one transaction, so that two programs that start at once, or a kill, do no harm."""
        with engine.connect() as connection:
            if version_in(connection, self.place) == SCHEMA_VERSION:
                return
        with _transaction(engine) as connection:
            keep_out_others(connection)
            upgrade(connection, self.place)


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        with connection.begin():
            yield connection
