from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from posecore.exercises import FOLDER_VARIABLE
from posecore.store import Store
from scripts.postgres import Server, running
from scripts.prepare import POSTGRES_VARIABLE, find_postgres
from tests.needed import needed
from tests.stored import exported, fill


@pytest.fixture(autouse=True)
def no_own_exercises(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Whoever runs the tests may have exercises of their own; the tests know the shipped ones."""
    folder = tmp_path_factory.getbasetemp() / "own-exercises"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def installed_packages_are_read_once() -> Iterator[None]:
    """For every page that AppTest opens, Streamlit reads what all installed packages say of
    themselves, to find components: half a second each time, and always the same."""
    with pytest.MonkeyPatch.context() as patch:
        once = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server that ends with the tests."""
    reason = f"no PostgreSQL found; install one or set {POSTGRES_VARIABLE} to its programs"
    programs = needed(find_postgres, reason)
    with running(programs) as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'posecoach.db'}"
    started: Server = request.getfixturevalue("server")
    return started.new_database()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url, busy_timeout_s=20)
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path) -> Store:
    """The other machine's."""
    return Store(f"sqlite:///{tmp_path / 'other.db'}")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Everything that ``fill`` keeps."""
    source = Store(f"sqlite:///{tmp_path_factory.mktemp('source') / 'source.db'}")
    fill(source)
    return exported(source, deleted=True)
