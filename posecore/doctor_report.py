"""What ``doctor --report`` prints: all that helps to find a fault, nothing that tells of whom.

Made to be pasted where everybody reads it. It has no sessions, no names, no addresses; of a place
only the last part; of settings only that they are set.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import re
import socket
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from posecore.classify import MODEL_PATH
from posecore.doctor import REQUIREMENTS, ROOT, Check, examine
from posecore.exercises import own_folder
from posecore.logs import Eraser
from posecore.store import Store, StoreError

_PREFIXES = ("POSECOACH_", "STREAMLIT_")
# A path of two parts or more; what stands before its last part is cut away.
_PATH = re.compile(r"(?:[A-Za-z]:|~)?(?:[/\\][\w.@%+~-]+)+[/\\](?=[\w.@%+~-])")
_ADDRESS = re.compile(r"(?<=://)\S+")
# How PostgreSQL says it, with what the name stands for: server at "db.example" (10.0.0.5), port
_SERVER = re.compile(r'(?<=server at )"[^"]*"(?: \([^)]*\))?')


def report(checks: Iterable[Check] | None = None) -> str:
    """The whole text, in lines. ``checks``: default is to look now."""
    hidden = Hidden()
    lines = ["PoseCoach report", f"version: {_version()}", f"model: {_model()}"]
    lines += [f"system: {_system()}", f"database: {_database()}"]
    lines.append(f"settings that are set: {', '.join(settings(os.environ)) or 'none'}")
    lines.append(f"packages: {', '.join(_packages())}")
    lines.append("checks:")
    for check in checks if checks is not None else examine():
        lines.append(f"  {check.state.value}: {check.name}: {hidden.clean(check.found)}")
    return "\n".join(lines) + "\n"


def settings(environment: Mapping[str, str]) -> list[str]:
    """Names alone: a value may be an address, a password or a folder of somebody."""
    return sorted(name for name in environment if name.startswith(_PREFIXES))


class Hidden:
    """Cuts places down to their last part, and strikes out who and where somebody is."""

    def __init__(self) -> None:
        self._eraser = Eraser.of(os.environ)
        folders = [Path.home(), own_folder(), ROOT, Path.cwd(), MODEL_PATH.parent]
        names = {_user(), socket.gethostname(), Path.home().name}
        try:
            store = Store()
        except StoreError:
            pass  # the check of the database says what is wrong with its address
        else:
            names.update(store.identifying)
            if not store.on_server:
                folders.append(Path(store.place).parent)
        # The longest first: one may lie in another.
        self._folders = sorted({str(folder) for folder in folders}, key=len, reverse=True)
        words = [re.escape(name) for name in sorted(names, key=len, reverse=True) if len(name) > 1]
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None

    def clean(self, text: str) -> str:
        text = _SERVER.sub('"***"', _ADDRESS.sub("***", self._eraser.clean(text)))
        for folder in self._folders:
            # Never the root of the disk, which every path begins with.
            if len(folder) > 3:
                text = text.replace(folder, "...")
        text = _PATH.sub(".../", text)
        return self._names.sub("***", text) if self._names is not None else text


def _version() -> str:
    try:
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    except OSError:
        return "unknown"
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    return found[1] if found else "unknown"


def _model() -> str:
    try:
        return "sha256 " + hashlib.sha256(MODEL_PATH.read_bytes()).hexdigest()[:16]
    except OSError:
        return "missing"


def _system() -> str:
    # Not platform.platform(): its tail can carry a kernel's build with somebody's name.
    release = re.match(r"[\d.]+", platform.release())
    name = f"{platform.system()} {release[0] if release else ''}".strip()
    return (
        f"{name}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )


def _database() -> str:
    try:
        store = Store()
        version = store.schema_version()
    except StoreError as error:
        return type(error).__name__
    return f"{'version ' + str(version) if version else 'none yet'}, {_kind(store)}"


def _kind(store: Store) -> str:
    return store.place.partition("://")[0] if store.on_server else "sqlite"


def _packages() -> list[str]:
    """The ones that the code itself uses, as they are installed."""
    try:
        text = REQUIREMENTS.read_text(encoding="utf-8")
    except OSError:
        return ["requirements.txt is missing"]
    direct = text.split("# Transitive")[0]
    names = re.findall(r"^([\w.-]+)==", direct, re.MULTILINE)
    return [f"{name} {_installed(name)}" for name in dict.fromkeys(names)]


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""  # a container may run as a number that has no name
