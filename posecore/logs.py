"""What the program writes about itself: one line an event, as text or as JSON, without secrets.

A line says what happened and how much of it, never to whom: no names, no sessions' numbers, no
file names of a person. What must never stand there all the same is struck out: passwords that the
environment holds and secrets of logging in, and the home folder, which has somebody's name in it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import unquote, unquote_plus

FORM_VARIABLE = "POSECOACH_LOG"
"""Environment variable: text (the default) or json."""

_SECRETS = (
    "POSECOACH_TURN_SECRET",
    "POSECOACH_TURN_PASSWORD",
    "STREAMLIT_SERVER_COOKIE_SECRET",
    "STREAMLIT_AUTH_COOKIE_SECRET",
)
_ADDRESS = "POSECOACH_DATABASE_URL"
_SERVERS = "POSECOACH_ICE_SERVERS"
_STRUCK_OUT = "***"
# Whatever the setting, a password within an address is one. It may have a slash in it.
_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^\s:/@]*):[^\s@]+@")
_PASSWORD_IN_QUERY = re.compile(r"(?<=[?&])(\w*pass\w*)=[^\s&]+")
_SECRETS_FILE = Path(".streamlit", "secrets.toml")


class SettingError(ValueError):
    """An environment variable cannot be understood; the message shows what is expected."""


class Eraser:
    """Strikes secrets and the home folder out of a text."""

    def __init__(self, secrets: Iterable[str], home: str = "") -> None:
        words = sorted({word for word in secrets if word}, key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, words))) if words else None
        # A service's home can be the root of the disk, which every path begins with.
        self._home = home if len(home) > 1 else ""

    @classmethod
    def of(cls, environment: Mapping[str, str], home: str = "") -> Eraser:
        """Of what this environment keeps secret, and the file that sets up logging in."""
        secrets = {environment.get(name, "") for name in _SECRETS}
        secrets.update(_passwords_in(environment.get(_ADDRESS, "")))
        secrets.update(_credentials_in(environment.get(_SERVERS, "")))
        for folder in (Path.cwd(), Path.home()):
            secrets.update(_login_secrets_in(folder / _SECRETS_FILE))
        return cls(secrets, home)

    def clean(self, text: str) -> str:
        if self._words is not None:
            text = self._words.sub(_STRUCK_OUT, text)
        text = _PASSWORD_IN_ADDRESS.sub(rf"\1:{_STRUCK_OUT}@", text)
        text = _PASSWORD_IN_QUERY.sub(rf"\1={_STRUCK_OUT}", text)
        return text.replace(self._home, "~") if self._home else text


class TextForm(logging.Formatter):
    """2026-11-23 14:02:52 WARNING pages.workout: what happened (frames=3)"""

    def __init__(self, eraser: Eraser) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._eraser = eraser

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        fields = _fields_of(record)
        return line + (f" ({', '.join(f'{k}={v}' for k, v in fields.items())})" if fields else "")

    def format(self, record: logging.LogRecord) -> str:
        return self._eraser.clean(super().format(record))


class JsonForm(logging.Formatter):
    """One object a line: time, level, logger, event, the event's own fields, and what failed."""

    def __init__(self, eraser: Eraser) -> None:
        super().__init__()
        self._eraser = eraser

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_fields_of(record),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        # Cleaned part by part: a secret with a quotation mark looks different within JSON.
        return json.dumps(
            {name: self._cleaned(value) for name, value in entry.items()}, ensure_ascii=False
        )

    def _cleaned(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._eraser.clean(str(value))


def note(logger: logging.Logger, event: str, **fields: Any) -> None:
    """An event and its figures: ``note(log, "session ended", frames=900)``."""
    logger.info(event, extra={"fields": fields})


def set_up(
    environment: Mapping[str, str] = os.environ, stream: TextIO | None = None
) -> logging.Handler:
    """Loggers write to ``stream`` (default: stderr) in the form asked for, by this handler."""
    form = environment.get(FORM_VARIABLE, "").strip().lower() or "text"
    if form not in ("text", "json"):
        raise SettingError(f"{FORM_VARIABLE}: expected text or json, got {form!r}.")
    eraser = Eraser.of(environment, str(Path.home()))
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonForm(eraser) if form == "json" else TextForm(eraser))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Warnings of libraries, and what this program notes of itself.
    root.setLevel(logging.WARNING)
    for own in ("posecore", "pages"):
        logging.getLogger(own).setLevel(logging.INFO)
    return handler


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    fields = getattr(record, "fields", None)
    return dict(fields) if isinstance(fields, Mapping) else {}


def _passwords_in(address: str) -> set[str]:
    """As they are written there, and as they are meant."""
    written = set(re.findall(r"://[^:/?@]*:([^@]*)@", address))
    settings = (part.partition("=") for part in address.partition("?")[2].split("&"))
    written |= {value for name, _, value in settings if "pass" in name}
    return written | {read(each) for each in written for read in (unquote, unquote_plus)}


def _login_secrets_in(file: Path) -> set[str]:
    try:
        login = tomllib.loads(file.read_text(encoding="utf-8")).get("auth", {})
    except (OSError, ValueError):
        return set()  # whoever needs it says so
    tables = [login, *login.values()] if isinstance(login, dict) else []
    return {
        str(value)
        for table in tables
        if isinstance(table, dict)
        for name, value in table.items()
        if name.endswith("_secret")
    }


def _credentials_in(servers: str) -> set[str]:
    try:
        entries = json.loads(servers) if servers.strip() else []
    except ValueError:
        return set()  # the workout page says what is wrong with it
    entries = entries if isinstance(entries, list) else []
    return {str(entry.get("credential", "")) for entry in entries if isinstance(entry, dict)}
