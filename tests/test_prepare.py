"""What make run and make test do before they start: one line for each thing that is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import prepare

ROOT = Path(__file__).resolve().parents[1]

needs_shell = pytest.mark.skipif(os.name == "nt", reason="programs here are shell scripts")


def program(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@needs_shell
@pytest.mark.parametrize("target", ["run", "test"])
def test_a_wrong_python_gets_one_line_that_says_what_to_do(tmp_path: Path, target: str):
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("python3.12", "python3.11", "python3", "python"):
        program(tmp_path / name, "exit 1")  # what any Python but 3.11 and 3.12 answers
    ran = subprocess.run(
        [make, "--no-print-directory", target],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    said = [line for line in ran.stderr.splitlines() if not line.startswith("make")]
    assert ran.returncode != 0
    assert len(said) == 1 and "3.11 or 3.12" in said[0] and "install" in said[0]


def test_packages_are_installed_again_only_when_a_requirement_changed(tmp_path: Path):
    requirements = [tmp_path / "requirements.txt", tmp_path / "requirements-dev.txt"]
    for file in requirements:
        file.write_text("numpy==1.26.4\n")
    stamp = tmp_path / "installed.txt"
    assert not prepare.is_current(stamp, requirements)
    prepare.write_stamp(stamp, requirements)
    assert prepare.is_current(stamp, requirements)
    requirements[0].touch()
    assert prepare.is_current(stamp, requirements)
    requirements[0].write_text("numpy==1.26.3\n")
    assert not prepare.is_current(stamp, requirements)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lacks libGL")
def test_a_missing_libgl_gets_one_line_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def load(name: str) -> None:
        if name == "libGL.so.1":
            raise OSError(name)

    assert prepare.missing_libraries(load) == ["libGL.so.1"]
    monkeypatch.setattr(prepare, "missing_libraries", lambda: ["libGL.so.1"])
    monkeypatch.setattr(prepare, "_make_venv", lambda: None)
    monkeypatch.setattr(prepare, "_install", lambda purpose: None)
    assert prepare.main(["run"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and "apt-get install -y libgl1 libglib2.0-0" in said[0]


@needs_shell
def test_a_browser_that_does_not_start_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(prepare.BROWSER_VARIABLE, raising=False)
    broken = program(tmp_path / "chromium", "echo wants a snap; exit 1")
    works = program(tmp_path / "google-chrome", "echo Chromium 1")
    assert prepare.find_browser([broken, works]) == works


@needs_shell
def test_a_browser_named_in_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    named = program(tmp_path / "mine", "echo Chromium 1")
    other = program(tmp_path / "other", "echo Chromium 1")
    monkeypatch.setenv(prepare.BROWSER_VARIABLE, named)
    assert prepare.find_browser([other]) == named
    monkeypatch.setenv(prepare.BROWSER_VARIABLE, str(tmp_path / "absent"))
    with pytest.raises(prepare.NotReady, match="does not start"):
        prepare.find_browser([other])


def test_the_newest_postgresql_is_found_where_debian_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(prepare.POSTGRES_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for version in ("9.6", "15", "17"):
        folder = tmp_path / "usr/lib/postgresql" / version / "bin"
        folder.mkdir(parents=True)
        if version != "17":  # of which the client alone is installed
            program(folder / "initdb", "exit 0")
    found = prepare.find_postgres(("usr/lib/postgresql/*/bin",), tmp_path)
    assert found == tmp_path / "usr/lib/postgresql/15/bin"
    assert prepare.find_postgres((), tmp_path) is None
    monkeypatch.setenv(prepare.POSTGRES_VARIABLE, str(tmp_path))
    with pytest.raises(prepare.NotReady, match="no initdb"):
        prepare.find_postgres()


def test_without_a_postgresql_to_test_with_one_line_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(prepare, "find_postgres", lambda: None)
    monkeypatch.setattr(prepare.shutil, "which", lambda name: None)
    with pytest.raises(prepare.NotReady, match="apt-get install -y postgresql"):
        prepare._need_postgres()


def test_half_a_virtual_environment_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    venv = tmp_path / ".venv"
    monkeypatch.setattr(prepare, "VENV", venv)

    def fails_half_way(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        if "venv" not in command:
            raise FileNotFoundError(command[0])
        (venv / "bin").mkdir(parents=True)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(prepare.subprocess, "run", fails_half_way)
    with pytest.raises(prepare.NotReady, match="-venv"):
        prepare.prepare("run")
    assert not venv.exists()
