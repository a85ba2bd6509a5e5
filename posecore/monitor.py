"""Lets a monitor read the counters and ask whether all is well: /metrics and /healthz.

Off unless POSECOACH_MONITOR_PORT names a port, and for this computer only unless
POSECOACH_MONITOR_ADDRESS says otherwise: neither page asks who is reading.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from posecore import counters
from posecore.classify import ExerciseClassifier
from posecore.exercises import usable_exercises
from posecore.logs import SettingError
from posecore.store import Store

PORT_VARIABLE = "POSECOACH_MONITOR_PORT"
ADDRESS_VARIABLE = "POSECOACH_MONITOR_ADDRESS"
HERE = "127.0.0.1"

Health = Callable[[], dict[str, str]]
_Answer = Callable[[str, list[tuple[str, str]]], Any]


class _Quiet(WSGIRequestHandler):
    """Who asks, and how often, is nobody's news."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@dataclass(frozen=True)
class Monitor:
    """The two pages, answered by threads of their own until the program ends, or ``close``."""

    server: WSGIServer

    @property
    def url(self) -> str:
        host, port = self.server.server_address[:2]
        return f"http://{host!s}:{port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def health() -> dict[str, str]:
    """Part -> "ok" or what is wrong with it, as a class of error: no path, no address."""
    return {
        "database": _state_of(lambda: Store().schema_version()),
        "exercises": _state_of(_exercises),
        "model": _state_of(_model),
    }


# These do not change while the program runs; what once was well is not read again.


@cache
def _exercises() -> None:
    usable_exercises()


@cache
def _model() -> None:
    ExerciseClassifier.load()


def serve(environment: Mapping[str, str] = os.environ, look: Health = health) -> Monitor | None:
    """Starts it where the environment names a port; 0 takes a free one. None where it does not."""
    given = environment.get(PORT_VARIABLE, "").strip()
    if not given:
        return None
    if not given.isascii() or not given.isdigit() or int(given) > 65535:
        raise SettingError(f"{PORT_VARIABLE}: expected a port from 0 to 65535, got {given!r}.")
    address = environment.get(ADDRESS_VARIABLE, "").strip() or HERE
    try:
        server = make_server(address, int(given), _application(look), ThreadingWSGIServer, _Quiet)
    except OSError as error:
        raise SettingError(
            f"The monitor cannot listen at {address}, port {given} ({error.strerror}). Choose "
            f"others with {PORT_VARIABLE} and {ADDRESS_VARIABLE}."
        ) from error
    Thread(target=server.serve_forever, name="monitor", daemon=True).start()
    return Monitor(server)


def _application(look: Health) -> Callable[[dict[str, Any], _Answer], Iterable[bytes]]:
    metrics = make_wsgi_app(counters.REGISTRY)

    def answer(environ: dict[str, Any], start: _Answer) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            found: Iterable[bytes] = metrics(environ, start)
            return found
        if path == "/healthz":
            parts = look()
            well = all(state == "ok" for state in parts.values())
            body = json.dumps({"status": "ok" if well else "failing", **parts}).encode()
            status = "200 OK" if well else "503 Service Unavailable"
            start(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
            return [body]
        start("404 Not Found", [("Content-Type", "text/plain")])
        return [b"/metrics and /healthz are here.\n"]

    return answer


def _state_of(look: Callable[[], object]) -> str:
    try:
        look()
    except Exception as error:  # whatever it is, the monitor is told of it and of the other parts
        return type(error).__name__
    return "ok"
