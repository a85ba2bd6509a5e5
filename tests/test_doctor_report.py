"""What ``doctor --report`` tells, and above all what it does not."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from posecore.doctor import Check, State
from posecore.doctor_report import report, settings
from posecore.store import Store

ROOT = Path(__file__).parents[1]
SECRET_URL = "postgresql+psycopg://anna:pass%20word@db.clinic.example/posecoach"


def told(*found: str) -> str:
    return report([Check("any", State.PROBLEM, text) for text in found])


def test_it_names_versions_system_and_every_check(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("POSECOACH_DATABASE_URL", f"sqlite:///{tmp_path / 'sessions.db'}")
    text = told("nothing is wrong")
    for expected in ("version: 0.", "model: sha256 ", "Python 3.", "mediapipe 0.10.21", "sqlite"):
        assert expected in text
    assert "  problem: any: nothing is wrong" in text


def test_places_are_cut_down_to_their_last_part(tmp_path: Path, monkeypatch):
    place = tmp_path / "Anna Kim" / "sessions.db"
    monkeypatch.setenv("POSECOACH_DATABASE_URL", f"sqlite:///{place}")
    monkeypatch.setenv("HOME", "/home/annak")
    text = told(
        f"{place} is damaged",
        "/home/annak/.config/posecoach/exercises/lunge.toml: expected a number",
        f"cannot load {ROOT}/models/exercise_mlp.skops",
        "\\".join(["C:", "Users", "annak", "model.skops is missing"]),
        "annak may not read /srv/annak/x/y.toml",
    )
    assert "sessions.db is damaged" in text and "lunge.toml: expected a number" in text
    assert "exercise_mlp.skops" in text and "model.skops is missing" in text
    for hidden in ("Anna", "Kim", "annak", str(tmp_path), str(ROOT), "/home", "Users"):
        assert hidden not in text


def test_no_address_and_no_password_of_a_database_is_told(monkeypatch):
    monkeypatch.setenv("POSECOACH_DATABASE_URL", SECRET_URL)
    text = told(f"cannot connect to {SECRET_URL}", "the password was pass word")
    assert "POSECOACH_DATABASE_URL" in text  # that it is set matters, what to does not
    assert "pass%20word" not in text and "pass word" not in text


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://jane:hunt/er2@db.jane-clinic.example/janedb",
        "postgresql://db.jane-clinic.example/janedb?user=jane&password=hunt/er2",
    ],
)
def test_whose_server_it_is_is_not_told(monkeypatch, url):
    monkeypatch.setenv("POSECOACH_DATABASE_URL", url)
    text = told(
        f"{Store().place} will be made by the first session",
        'connection to server at "db.jane-clinic.example" (10.1.2.3), port 5432 failed',
        'password authentication failed for user "jane"; tried hunt/er2',
        'database "janedb" does not exist',
        url,
    )
    assert "port 5432 failed" in text and "will be made by the first session" in text
    assert [w for w in ("jane", "clinic", "10.1.2.3", "hunt", "er2") if w in text] == []


def test_settings_are_named_without_their_values():
    assert settings({"POSECOACH_TURN_SECRET": "s", "STREAMLIT_SERVER_PORT": "1", "X": "y"}) == [
        "POSECOACH_TURN_SECRET",
        "STREAMLIT_SERVER_PORT",
    ]


@pytest.mark.slow
def test_the_command_prints_it_and_nothing_of_whose_computer_it_is(tmp_path: Path):
    home = tmp_path / "annakim"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "posecore", "doctor", "--report"],
        cwd=ROOT,
        env=os.environ
        | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "USER": "annakim"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("PoseCoach report\n"), done.stderr
    assert "checks:" in done.stdout and "ok: python: 3." in done.stdout
    hidden = [socket.gethostname(), "annakim", str(tmp_path)]
    hidden += [getpass.getuser()] if getpass.getuser() != "root" else []
    assert [word for word in hidden if word in done.stdout] == []
