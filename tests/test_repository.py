"""Guards what no single module can: pins, layers, homes of foreign packages, nothing private."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
DEV_REQUIREMENTS = ROOT / "requirements-dev.txt"

# Low to high. A module imports from its own layer or a lower one, and never in a circle.
# A package (exercises, store) is one entry.
LAYERS = (
    {
        "arrays",
        "closing",
        "landmarks",
        "logs",
        "counters",
        "language",
        "messages",
        "heaps",
        "passing",
        "pose_graph",
        "private",
        "workers",
        "workload",
    },
    {"types"},
    {"angles", "angle_model", "view", "smooth", "video", "video_writer", "exercises", "measures"},
    {
        "features",
        "figure",
        "estimate",
        "lettering",
        "draw",
        "parts",
        "decoder",
        "estimating",
        "crew",
        "stepping",
    },
    {
        "vote",
        "reps",
        "holds",
        "sets",
        "technique",
        "tempo",
        "findings",
        "path",
        "score",
        "advice",
        "classify",
        "taught",
        "tracks",
        "framing",
        "gesture",
        "stage",
        "seats",
        "plan",
        "speech",
    },
    {"pipeline"},
    {"form_check"},
    {
        "teach_shown",
        "teach_signal",
        "teach_hold",
        "teach_targets",
        "teach",
        "teach_recogniser",
        "live",
        "journal",
        "kept",
        "store",
        "analyze",
        "analysis_tables",
        "sources",
        "table",
        "train",
        "clip_score",
        "penn_check",
        "evaluate",
        "crossval",
        "references",
        "plots",
        "report",
    },
    {"card"},
    {"__init__", "batch", "batch_results", "cluster", "doctor", "doctor_report", "monitor"},
    {"commands"},
    {"__main__"},
    {"pages", "app"},
)
LAYER_OF = {module: layer for layer, modules in enumerate(LAYERS) for module in modules}

# The modules that may know a foreign package, so that it can be replaced in one place.
HOMES = {
    "mediapipe": {"pose_graph"},
    "babel": {"language"},
    "prometheus_client": {"counters", "monitor"},
    "av": {"video", "video_writer", "pages"},
    "cv2": {"draw"},
    "PIL": {"lettering", "pages"},
    "sklearn": {"classify", "train", "card"},
    "skops": {"classify", "card"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "pydantic": {"store"},
    "platformdirs": {"store", "exercises"},
    "plotly": {"plots"},
    "dask": {"cluster"},
    "distributed": {"cluster"},
    "dtaidistance": {"path"},
    "jinja2": {"report"},
    "fpdf": {"report"},
    "tomli_w": {"exercises"},
    "typer": {"commands", "__main__"},
    "rich": {"commands"},
    "streamlit": {"pages", "app"},
    "streamlit_webrtc": {"pages", "app"},
    "aiortc": {"pages"},
}
DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-contrib-python",
    "prometheus_client": "prometheus-client",
    "fpdf": "fpdf2",
    "sklearn": "scikit-learn",
    "streamlit_webrtc": "streamlit-webrtc",
    "tomli_w": "tomli-w",
}


# --- requirements ---------------------------------------------------------------------------------


def lines(file: Path) -> list[str]:
    """Lines that pip reads, without comments."""
    text = (re.sub(r"(^|\s)#.*", "", line).strip() for line in file.read_text("utf-8").splitlines())
    return [line for line in text if line]


def pins(*files: Path) -> list[Requirement]:
    return [Requirement(line) for file in files for line in lines(file) if line[0] != "-"]


def pins_here(*files: Path) -> dict[str, str]:
    """Release of each package on this Python and this system."""
    here = [pin for pin in pins(*files) if pin.marker is None or pin.marker.evaluate()]
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in here}


def direct(file: Path) -> set[str]:
    """Packages above the transitive ones, where each line gives its reason."""
    part = file.read_text("utf-8").split("# Direct")[1].split("# Transitive")[0]
    return {line.split("==")[0] for line in part.splitlines() if "==" in line}


@pytest.mark.parametrize("file", [REQUIREMENTS, DEV_REQUIREMENTS], ids=lambda file: file.name)
def test_every_requirement_is_one_exact_release(file: Path):
    exact = re.compile(r"[a-z0-9-]+==[\w.]+(; [\w\"'=!<>. ]+)?")
    loose = [line for line in lines(file) if not exact.fullmatch(line)]
    assert loose == (["-r requirements.txt"] if file == DEV_REQUIREMENTS else [])


@pytest.mark.parametrize("file", [REQUIREMENTS, DEV_REQUIREMENTS], ids=lambda file: file.name)
def test_every_direct_requirement_says_why(file: Path):
    part = file.read_text("utf-8").split("# Direct")[1].split("# Transitive")[0]
    pinned = [line for line in part.splitlines() if "==" in line]
    assert pinned and [line for line in pinned if not re.search(r"\s# \w.{10,}", line)] == []


@pytest.mark.parametrize("python", ["3.11", "3.12"])
@pytest.mark.parametrize(
    ("system", "processor"),
    [("linux", "x86_64"), ("darwin", "arm64"), ("darwin", "x86_64"), ("win32", "AMD64")],
)
def test_every_system_gets_one_release_of_each_package(python: str, system: str, processor: str):
    there = {
        "python_version": python,
        "sys_platform": system,
        "platform_machine": processor,
    }
    names = [
        canonicalize_name(pin.name)
        for pin in pins(REQUIREMENTS, DEV_REQUIREMENTS)
        if pin.marker is None or pin.marker.evaluate(there)
    ]
    everywhere = {pin.name for pin in pins(REQUIREMENTS, DEV_REQUIREMENTS)}
    only_elsewhere = {"colorama"} if system != "win32" else set()
    only_elsewhere |= {"watchdog"} if system == "darwin" else set()
    assert sorted(names) == sorted(everywhere - only_elsewhere)


def test_whatever_a_pinned_package_needs_is_pinned_too():
    pinned = pins_here(REQUIREMENTS, DEV_REQUIREMENTS)
    runtime = pins_here(REQUIREMENTS)
    missing = []
    for name in pinned:
        allowed = runtime if name in runtime else pinned
        for needed in map(Requirement, _requires(name)):
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            version = allowed.get(canonicalize_name(needed.name))
            if version is None or not needed.specifier.contains(version, prereleases=True):
                missing.append(f"{name} needs {needed}, pinned: {version}")
    assert missing == []


def _requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        pytest.fail(f"{name} is pinned but not installed: pip install -r requirements-dev.txt")


def test_numpy_stays_below_2_and_starlette_at_a_release_that_serves_its_icon():
    pinned = pins_here(REQUIREMENTS)
    assert pinned["mediapipe"] == "0.10.21"
    assert pinned["numpy"].startswith("1.26.")
    assert tuple(map(int, pinned["starlette"].split("."))) <= (1, 3, 1)


# --- layers ---------------------------------------------------------------------------------------


def source_files() -> list[Path]:
    return sorted([*(ROOT / "posecore").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), *_app()])


def _app() -> Iterator[Path]:
    yield from ROOT.glob("app.py")


def unit_of(file: Path) -> str:
    """The name of a file in LAYERS: its module, or the package it lies in."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "posecore" else parts[0]


@cache
def imports_of(file: Path) -> tuple[tuple[int, str], ...]:
    """(line, dotted name) of every import in a file, those inside functions too."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}:{node.lineno}: write the import in full"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return tuple(found)


def own_imports(file: Path) -> Iterator[tuple[int, str]]:
    """(line, unit) of what a file imports from this project."""
    for line, name in imports_of(file):
        top, _, rest = name.partition(".")
        if top == "posecore":
            module = rest.partition(".")[0]
            inside = (ROOT / "posecore" / f"{module}.py", ROOT / "posecore" / module)
            yield line, module if module and any(path.exists() for path in inside) else "__init__"
        elif top in ("pages", "app"):
            yield line, top


def test_every_module_has_a_layer():
    units = {unit_of(file) for file in source_files()}
    assert units - set(LAYER_OF) == set(), "give the new module its place in LAYERS"


def test_modules_import_only_downward():
    upward = [
        f"{file.relative_to(ROOT)}:{line} imports {unit}"
        for file in source_files()
        for line, unit in own_imports(file)
        if LAYER_OF.get(unit, 0) > LAYER_OF.get(unit_of(file), len(LAYERS))
    ]
    assert upward == []


def test_no_two_modules_import_each_other_in_a_circle():
    below: dict[str, set[str]] = {}
    for file in source_files():
        units = {unit for _, unit in own_imports(file)} - {unit_of(file)}
        below.setdefault(unit_of(file), set()).update(units)
    while free := [unit for unit, needs in below.items() if not needs & set(below)]:
        for unit in free:
            del below[unit]
    assert below == {}


def test_a_foreign_package_has_one_home():
    strays = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in source_files()
        for line, name in imports_of(file)
        if unit_of(file) not in HOMES.get(name.partition(".")[0], {unit_of(file)})
    ]
    assert strays == []


def test_what_the_code_imports_is_a_direct_requirement():
    own = {"posecore", "pages", "app"}
    tops = {name.partition(".")[0] for file in source_files() for _, name in imports_of(file)}
    foreign = tops - own - set(sys.stdlib_module_names)
    wanted = {DISTRIBUTIONS.get(name, name) for name in foreign}
    assert wanted - direct(REQUIREMENTS) == set()


# --- nothing of one machine -----------------------------------------------------------------------


def committed_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of committed files")
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8", errors="replace")


def test_no_committed_file_holds_a_path_of_one_machine():
    checkout, home = str(ROOT), str(Path.home())
    private = [re.escape(path) + r"\b" for path in (checkout, home) if path.count("/") > 1]
    private += [r"/(?:root|Users)/\w", r"\bfile:/{2,3}\w", r"[A-Z]:\\Users\\\w"]
    found = [
        f"{name}: {match[0]}"
        for name, text in committed_texts()
        for match in re.finditer("|".join(private), text)
    ]
    assert found == []


def test_no_committed_file_names_a_package_registry():
    registries = re.compile(
        r"pypi\.(?:org|python)|pythonhosted\.|[-_]index[-_]url|trusted[-]host|find[-]links"
        r"|registry\.npm|npm[m]irror|proxy\.golang|conda\.anaconda"
    )
    found = [
        f"{name}: {m[0]}" for name, text in committed_texts() for m in registries.finditer(text)
    ]
    assert found == []


# --- the README -----------------------------------------------------------------------------------


def test_the_readme_shows_every_command_and_none_that_is_not_there():
    asked = [sys.executable, "-m", "posecore", "--help"]
    plain = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    told = subprocess.run(asked, cwd=ROOT, env=plain, capture_output=True, text=True, check=True)
    there = set(re.findall(r"^│ ([a-z]+) {2,}\w", told.stdout, re.MULTILINE))
    shown = set(re.findall(r"python -m posecore ([a-z]+)", (ROOT / "README.md").read_text("utf-8")))
    assert there and shown == there
