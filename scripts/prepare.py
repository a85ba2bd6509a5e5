"""Make the checkout ready: virtual environment, packages, system libraries, and to test with a
browser and a PostgreSQL server.

Called by the Makefile as `python scripts/prepare.py run` or `test`. It needs nothing but Python
3.11 or 3.12, works from any folder, and is done at once when nothing changed since the last time.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
REQUIREMENTS = {
    "run": (ROOT / "requirements.txt",),
    "test": (ROOT / "requirements.txt", ROOT / "requirements-dev.txt"),
}
BROWSER_VARIABLE = "POSECOACH_BROWSER"
"""Environment variable that names the Chromium to test with, ahead of any that is found."""

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
POSTGRES_VARIABLE = "POSECOACH_POSTGRES"
"""Environment variable that names the folder of PostgreSQL's initdb, ahead of any that is found."""

_POSTGRES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
_SERVERS = {"turnserver": "coturn", "caddy": "caddy"}
# OpenCV's wheel links to these and does not carry them; a bare Debian or container lacks them.
_SYSTEM_LIBRARIES = ("libGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0")


class NotReady(Exception):
    """Something is missing that this script cannot put right; the message says what to do."""


def venv_python() -> Path:
    """The interpreter inside the virtual environment, which may not exist yet."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_current(stamp: Path, requirements: Iterable[Path]) -> bool:
    """Whether the packages were last installed from exactly these requirement files."""
    return stamp.is_file() and stamp.read_bytes() == _content(requirements)


def write_stamp(stamp: Path, requirements: Iterable[Path]) -> None:
    """Remember what the packages were installed from; called only when that succeeded."""
    stamp.write_bytes(_content(requirements))


def missing_libraries(load: Callable[[str], object] = ctypes.CDLL) -> list[str]:
    """The system libraries OpenCV needs and this Linux does not have; elsewhere none are needed."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    for name in _SYSTEM_LIBRARIES:
        try:
            load(name)
        except OSError:
            missing.append(name)
    return missing


def find_browser(candidates: Iterable[str] = _BROWSERS) -> str | None:
    """Path of a Chromium that starts, or None. One that is named in the environment comes first.

    Every candidate is asked for its version: Ubuntu's chromium-browser can be a script that only
    says that a snap is wanted.
    """
    named = os.environ.get(BROWSER_VARIABLE, "").strip()
    if named and not _starts(named):
        raise NotReady(f"{BROWSER_VARIABLE} names {named}, which does not start.")
    if named:
        return named
    found = (path for name in candidates if (path := shutil.which(name)) and _starts(path))
    return next(found, None) or _playwright_browser()


def find_postgres(places: Iterable[str] = _POSTGRES, root: Path = Path("/")) -> Path | None:
    """Folder of the server's programs, of several the newest; Debian keeps it off the path."""
    if named := os.environ.get(POSTGRES_VARIABLE, "").strip():
        if not (Path(named) / "initdb").exists():
            raise NotReady(f"{POSTGRES_VARIABLE} names {named}, where there is no initdb.")
        return Path(named)
    found = [folder for place in places for folder in root.glob(place)]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).parent)
    usable = [folder for folder in found if (folder / "initdb").exists()]
    return max(usable, key=lambda folder: _number_in(str(folder)), default=None)


def _number_in(path: str) -> int:
    """The version: 15 of usr/lib/postgresql/15/bin, which is more than 9.6's 9."""
    version = re.search(r"(?:postgresql|pgsql)\D?(\d+)", path)
    return int(version[1]) if version else 0


def prepare(purpose: str) -> None:
    """Bring everything up to date for `run` or `test`; raises NotReady where it cannot."""
    _make_venv()
    _install(purpose)
    if missing := missing_libraries():
        raise NotReady(
            f"OpenCV needs {', '.join(missing)}: sudo apt-get install -y libgl1 libglib2.0-0 "
            "(Fedora: sudo dnf install mesa-libGL glib2), then run the same command again."
        )
    if purpose == "test":
        _need_browser()
        _need_postgres()
        _want_servers()


def _make_venv() -> None:
    if _starts(str(venv_python())):
        return
    print("Making the virtual environment .venv", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        # Half an environment would be taken for a whole one the next time.
        shutil.rmtree(VENV, ignore_errors=True)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise NotReady(
            f"Python {version} could not make a virtual environment: sudo apt-get install -y "
            f"python{version}-venv (or install Python from python.org), then run this again."
        )


def _install(purpose: str) -> None:
    files = REQUIREMENTS[purpose]
    stamp = VENV / f"installed-for-{purpose}.txt"
    if is_current(stamp, files):
        return
    print("Installing packages into .venv; the first time takes some minutes.", flush=True)
    python = str(venv_python())
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    if subprocess.run([*pip, "--requirement", str(files[-1])], check=False).returncode:
        raise NotReady(
            "The packages could not be installed: is there a network connection, and room on the "
            "disk? There are none for Linux on ARM, nor for 32 bits. Run the same command again; "
            "`make clean` first starts afresh."
        )
    write_stamp(stamp, files)
    if purpose == "test":
        # The test packages lie on top of the app's, so those are up to date as well.
        write_stamp(VENV / "installed-for-run.txt", REQUIREMENTS["run"])


def _need_browser() -> None:
    if find_browser():
        return
    for command in _browser_installers():
        print("No browser to test with; installing one:", " ".join(command), flush=True)
        try:
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL)
        except OSError as error:
            print(f"{command[0]}: {error}", file=sys.stderr)
        if find_browser():
            return
    raise NotReady(
        "No browser to test with: sudo apt-get install -y chromium, or install Google Chrome, or "
        f"set {BROWSER_VARIABLE} to the path of a Chromium; then run make test again."
    )


def _browser_installers() -> list[list[str]]:
    playwright = [str(venv_python()), "-m", "playwright", "install", "chromium"]
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return [playwright]
    apt = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium"
    return [["sh", "-c", apt], [*playwright, "--with-deps"]]


def _need_postgres() -> None:
    if find_postgres() or os.name == "nt":
        return
    if sys.platform.startswith("linux") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("No PostgreSQL to test with; installing it.", flush=True)
        apt = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y postgresql"
        subprocess.run(["sh", "-c", apt], check=False, stdin=subprocess.DEVNULL)
        if find_postgres():
            return
    raise NotReady(
        "No PostgreSQL to test with: sudo apt-get install -y postgresql, or set "
        f"{POSTGRES_VARIABLE} to the folder of its initdb; then run make test again."
    )


def _want_servers() -> None:
    """The relay and the proxy of deploy/. Their tests skip where they are not to be had."""
    missing = [package for program, package in _SERVERS.items() if not _on_path(program)]
    if not missing or not sys.platform.startswith("linux"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing", " and ".join(missing), "to test a server with.", flush=True)
        install = f"DEBIAN_FRONTEND=noninteractive apt-get install -y {' '.join(missing)}"
        apt = ["sh", "-c", f"apt-get update && {install}"]
        subprocess.run(apt, check=False, stdin=subprocess.DEVNULL)
    else:
        print("To test a server, too: sudo apt-get install -y", " ".join(missing), flush=True)


def _on_path(program: str) -> bool:
    # Where Debian keeps servers, out of an ordinary user's sight.
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin"))


def _playwright_browser() -> str | None:
    """The Chromium that Playwright downloaded before, or None."""
    ask = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as it: print(it.chromium.executable_path)"
    )
    answer = subprocess.run(
        [str(venv_python()), "-c", ask], capture_output=True, text=True, check=False
    )
    path = answer.stdout.strip()
    return path if answer.returncode == 0 and _starts(path) else None


def _starts(program: str) -> bool:
    try:
        asked = subprocess.run(
            [program, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _content(files: Iterable[Path]) -> bytes:
    return b"\n".join(file.read_bytes() for file in files)


def main(arguments: list[str]) -> int:
    """Exit code 0 when ready, 1 with one line on stderr when not, 2 for a wrong argument."""
    if len(arguments) != 1 or arguments[0] not in REQUIREMENTS:
        print("usage: python scripts/prepare.py run|test", file=sys.stderr)
        return 2
    try:
        prepare(arguments[0])
    except NotReady as problem:
        print(f"PoseCoach: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # What was half done has no stamp yet and is taken up again the next time.
        print("PoseCoach: stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
