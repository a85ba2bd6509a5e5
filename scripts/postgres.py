"""A PostgreSQL server of one's own for as long as a block runs: for tests and measurements.

Its data lie in a temporary folder, it listens on a socket in there and nowhere else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

USER = "posecoach"
_UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL does not run as root


@dataclass
class Server:
    """``data``: its folder, in which the socket is, too."""

    programs: Path
    data: Path
    user: str | None
    runs: bool = field(default=False, init=False)
    _databases: int = field(default=0, init=False)

    def start(self) -> None:
        # Nothing here need survive a power cut: without fsync tests wait for no disk.
        options = f"-c listen_addresses= -c unix_socket_directories={self.data} -c fsync=off"
        log = str(self.data / "server.log")
        self._run("pg_ctl", "start", "--wait", "-D", str(self.data), "-l", log, "-o", options)
        self.runs = True

    def stop(self) -> None:
        """At once, as when its machine is switched off."""
        self._run("pg_ctl", "stop", "--wait", "-D", str(self.data), "-m", "immediate")
        self.runs = False

    def new_database(self) -> str:
        """The URL of an empty one."""
        self._databases += 1
        name = f"sessions_{self._databases}"
        self.sql(f"CREATE DATABASE {name}", "postgres")
        return self.url(name)

    def url(self, database: str, user: str = USER) -> str:
        return f"postgresql://{user}@/{database}?host={self.data}"

    def sql(self, statement: str, database: str) -> str:
        """What psql prints."""
        where = ("--host", str(self.data), "--username", USER, "--dbname", database)
        return self._run("psql", *where, "--no-psqlrc", "-qtA", "-c", statement)

    def _run(self, program: str, *arguments: str) -> str:
        asked = [str(self.programs / program), *arguments]
        # pg_ctl hands its output on to the server, which would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(
                asked, cwd=self.data, user=self.user, stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
            out.seek(0)
            said = out.read()
        if done.returncode:
            raise RuntimeError(f"{program} failed: {said}")
        return said


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """A server with no database in it yet but its own."""
    # Not pytest's folder: nobody may enter that, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="posecoach-pg-") as folder:
        server = Server(programs, Path(folder), _other_user())
        if server.user is not None:
            shutil.chown(folder, server.user)
        server._run("initdb", "-D", folder, "-U", USER, "-A", "trust", "-E", "UTF8",
                    "--locale=C", "--no-sync")  # fmt: skip
        server.start()
        try:
            yield server
        finally:
            if server.runs:
                server.stop()


def _other_user() -> str | None:
    if os.geteuid() != 0:
        return None
    import pwd  # Windows has none, and no root either

    known = {each.pw_name for each in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)
