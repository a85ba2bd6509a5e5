"""Is everything there that PoseCoach needs? Looks, and writes nothing."""

from __future__ import annotations

import importlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from posecore.angle_model import need_shipped
from posecore.classify import MODEL_PATH, ExerciseClassifier, ModelError
from posecore.exercises import SHIPPED, check_folder
from posecore.store import Store, StoreError

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
PYTHONS = ((3, 11), (3, 12))
_BROWSERS = ("google-chrome", "chromium", "chromium-browser", "firefox", "microsoft-edge", "safari")


class State(StrEnum):
    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. ``remedy`` says what to do, where something is to be done."""

    name: str
    state: State
    found: str
    remedy: str = ""


def examine() -> list[Check]:
    """Everything, in the order in which a person would want to mend it."""
    checks: list[Check] = []
    for look in (python, packages, pictures, estimator, exercises, model, database, camera):
        checks += look()
    checks.append(browser())
    return checks


def python() -> Iterator[Check]:
    version = platform.python_version()
    fits = sys.version_info[:2] in PYTHONS
    remedy = "" if fits else "Install Python 3.11 or 3.12; MediaPipe has no release for others."
    yield Check("python", State.OK if fits else State.PROBLEM, version, remedy)


def packages(requirements: Path = REQUIREMENTS) -> Iterator[Check]:
    """The installed releases against the pinned ones."""
    if not requirements.is_file():
        yield Check("packages", State.NOTE, f"{requirements.name} is not here, nothing to compare")
        return
    missing, other = [], []
    pins = _pins(requirements)
    for name, pinned in pins.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(f"{name} {pinned}")
            continue
        if installed != pinned:
            other.append(f"{name} is {installed}, tested with {pinned}")
    remedy = f"python -m pip install -r {requirements.name}"
    if missing:
        yield Check("packages", State.PROBLEM, f"missing: {', '.join(missing)}", remedy)
    if other:
        yield Check("packages", State.NOTE, "; ".join(other), remedy)
    if not missing and not other:
        yield Check("packages", State.OK, f"{len(pins)} as tested")


def pictures() -> Iterator[Check]:
    """OpenCV needs two libraries of the system, which a bare Linux lacks."""
    remedy = (
        "sudo apt-get install libgl1 libglib2.0-0"
        if sys.platform == "linux"
        else f"python -m pip install -r {REQUIREMENTS.name}"
    )
    yield _importable("pictures", "cv2", "OpenCV and libGL can be loaded", remedy)


def estimator() -> Iterator[Check]:
    os.environ.setdefault("GLOG_minloglevel", "2")  # its start-up chatter is no finding
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    yield _importable(
        "estimator",
        "mediapipe.python.solutions.pose",
        "MediaPipe Pose can be loaded",
        f"python -m pip install -r {REQUIREMENTS.name}; later releases of MediaPipe lack it",
    )


def exercises() -> Iterator[Check]:
    good, problems = check_folder(SHIPPED)
    for problem in problems:
        yield Check("exercises", State.PROBLEM, str(problem), "Correct the file, or restore it.")
    if not good:
        yield Check("exercises", State.PROBLEM, f"none in {SHIPPED}", "Restore the program's files")
    elif not problems:
        yield Check("exercises", State.OK, f"{len(good)} files")


def model() -> Iterator[Check]:
    try:
        classes = ExerciseClassifier.load().classes
        need_shipped()
    except (ModelError, ImportError) as error:
        yield Check("model", State.PROBLEM, f"{error} (looked in {MODEL_PATH.parent})")
    else:
        yield Check("model", State.OK, f"{MODEL_PATH.name} and its card, {len(classes)} classes")


def database() -> Iterator[Check]:
    try:
        store = Store()
        version = store.schema_version()
        damage = store.archive.damage()
    except StoreError as error:
        yield Check("database", State.PROBLEM, str(error))
    else:
        for sentence in damage:
            yield Check("database", State.PROBLEM, sentence)
        if damage:
            return
        found = store.place if version else f"{store.place} will be made by the first session"
        yield Check("database", State.OK, found)


def camera(devices: Path = Path("/dev")) -> Iterator[Check]:
    """No camera is only a note: recorded videos and the demo work without."""
    if sys.platform != "linux":
        where = {
            "darwin": "System Settings > Privacy & Security > Camera",
            "win32": "Settings > Privacy & security > Camera",
        }.get(sys.platform, "the system's settings")
        remedy = f"Allow the browser to use it: {where}"
        yield Check("camera", State.NOTE, "is looked for by the browser", remedy)
        return
    found = sorted(devices.glob("video*"))
    if not found:
        remedy = "Connect one; the demo clip and recorded videos work without"
        yield Check("camera", State.NOTE, f"no {devices}/video* here", remedy)
    reasons = {device: _unusable(device) for device in found}
    usable = [str(device) for device, reason in reasons.items() if reason is None]
    if usable:
        yield Check("camera", State.OK, ", ".join(usable))
    for device, reason in reasons.items():
        if reason is not None and not usable:
            remedy = 'sudo usermod -aG video "$USER", then log in again; or close what uses it'
            yield Check("camera", State.NOTE, f"{device} cannot be opened ({reason})", remedy)


def browser(which: Callable[[str], str | None] = shutil.which) -> Check:
    name = next((name for name in _BROWSERS if which(name)), None)
    return Check(
        "browser",
        State.OK if name else State.NOTE,
        name or "none found on the path, which need not mean that there is none",
        "Open http://localhost:8501; from another machine the camera needs https",
    )


def _pins(requirements: Path) -> dict[str, str]:
    """Name -> release of what every system needs; lines for some systems only are left out."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([\w.-]+)==([^\s;#]+)", line) for line in lines if ";" not in _code(line))
    return {pin[1]: pin[2] for pin in found if pin}


def _code(line: str) -> str:
    return line.partition("#")[0]


def _importable(name: str, module: str, found: str, remedy: str) -> Check:
    try:
        importlib.import_module(module)
    except (ImportError, AttributeError) as error:
        return Check(name, State.PROBLEM, str(error), remedy)
    return Check(name, State.OK, found)


def _unusable(device: Path) -> str | None:
    """Why the device cannot be opened; opening it starts no stream and lights no lamp."""
    try:
        os.close(os.open(device, os.O_RDWR | os.O_NONBLOCK))
    except OSError as error:
        return error.strerror or str(error)
    return None
