"""The files in deploy/: whole, in step with the code, and safe as they are shipped."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text("utf-8")
GUIDE = (ROOT / "docs" / "DEPLOY.md").read_text("utf-8")
SETTING = re.compile(r"POSECOACH_[A-Z_]+")


def engine() -> list[str]:
    """The command of compose, whichever of its two names it has here."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        asked = subprocess.run([*command, "version"], capture_output=True, check=False)
        if asked.returncode == 0:
            return command
    pytest.skip("no docker compose found (Debian: apt-get install docker-compose)")


def configuration(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    # A copy: nobody's own .env and secrets.toml are looked at.
    shutil.copytree(DEPLOY, folder / "deploy")
    (folder / "deploy" / "secrets.toml").write_text("[auth]\n")
    command = [*engine(), "-f", str(folder / "deploy" / "compose.yaml"), "config"]
    plain = {name: value for name, value in os.environ.items() if not SETTING.match(name)}
    return subprocess.run(command, env=plain | settings, capture_output=True, text=True)


def test_compose_finds_nothing_wrong_with_the_file(tmp_path: Path):
    needed = re.findall(r"^(POSECOACH_\w+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE)
    done = configuration(tmp_path, **{name: "x" for name in needed})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "missing", ["POSECOACH_DOMAIN", "POSECOACH_DB_PASSWORD", "POSECOACH_TURN_SECRET"]
)
def test_nothing_starts_without_its_secrets(tmp_path: Path, missing: str):
    needed = {"POSECOACH_DOMAIN", "POSECOACH_DB_PASSWORD", "POSECOACH_TURN_SECRET"}
    done = configuration(tmp_path, **{name: "x" for name in needed - {missing}})
    assert done.returncode and missing in done.stderr


def test_only_the_proxy_and_the_relay_can_be_reached_from_outside():
    services = re.split(r"^  (\w+):\n", COMPOSE.split("\nnetworks:")[0], flags=re.MULTILINE)[1:]
    parts = dict(zip(services[::2], services[1::2]))
    assert set(parts) == {"app", "db", "turn", "proxy"}
    assert {name for name, text in parts.items() if "ports:" in text} == {"turn", "proxy"}
    assert "networks: [inside]" in parts["db"]
    for guard in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"):
        assert guard in parts["app"]


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is():
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "/_stcore/health" in last.split("HEALTHCHECK")[1]
    entrypoint = json.loads(re.search(r"^ENTRYPOINT (.*)$", last, re.MULTILINE)[1])
    assert entrypoint[:2] == ["python", "serve.py"]


def test_the_image_gets_every_file_that_the_program_reads():
    copied = set(re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE))
    names = {name.rstrip("/") for line in copied for name in line.split()}
    assert {"app.py", "serve.py", "pages", "posecore", "models"} <= names
    assert all((ROOT / name).exists() for name in names)
    # What a module names beside its own package must come along.
    code = "".join(file.read_text("utf-8") for file in (ROOT / "posecore").glob("*.py"))
    beside = set(re.findall(r"parents\[1\] / \"([\w.]+)\"", code))
    assert beside and beside <= names


def test_what_is_not_copied_is_not_even_sent_to_the_engine():
    sent = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in sent and ".streamlit/secrets.toml" in sent
    allowed = {line[1:] for line in sent if line.startswith("!")}
    assert not allowed & {"deploy", "tests", ".git", ".venv"}


@pytest.mark.skipif(shutil.which("caddy") is None, reason="no caddy found (apt-get install caddy)")
@pytest.mark.parametrize("certificates", ["internal", "me@example.org"])
def test_the_proxy_understands_its_file(tmp_path: Path, certificates: str):
    place = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    site = {"POSECOACH_SITE": "coach.example.org", "POSECOACH_TLS": certificates}
    command = ["caddy", "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    done = subprocess.run(command, env=os.environ | place | site, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_proxy_lets_no_larger_upload_through_than_the_app_takes():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    limit_mb = int(re.search(r"max_size (\d+)MB", (DEPLOY / "Caddyfile").read_text())[1])
    upload_mib = settings["server"]["maxUploadSize"]
    assert upload_mib < limit_mb * 1e6 / 2**20 + 50  # what a form adds to the file itself
    assert limit_mb * 1e6 / 2**20 < 1.05 * upload_mib


def test_the_relay_is_no_way_to_anywhere_else():
    relay = (DEPLOY / "turnserver.conf").read_text().splitlines()
    assert {"use-auth-secret", "no-tcp-relay", "no-multicast-peers", "no-cli"} <= set(relay)
    assert "--denied-peer-ip=0.0.0.0-255.255.255.255" in COMPOSE
    subnet = re.search(r"subnet: (\d+\.\d+\.\d+)\.0/24", COMPOSE)[1]
    assert f"--allowed-peer-ip={subnet}.0-{subnet}.255" in COMPOSE


def test_no_example_holds_a_secret():
    examples = [DEPLOY / "env.example", DEPLOY / "secrets.example.toml"]
    for line in "\n".join(file.read_text() for file in examples).splitlines():
        if re.search(r"(secret|password)\w*\s*=", line, re.IGNORECASE):
            assert re.search(r"=\s*(\"\"|$)", line.partition("#")[0].rstrip()), line


def test_the_guide_names_every_setting_and_none_that_is_not_there():
    folders = ("posecore", "pages", "deploy")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]
    code = "".join(
        file.read_text("utf-8")
        for file in [*files, ROOT / "serve.py", ROOT / "tests" / "e2e" / "test_deployed.py"]
        if file.suffix in (".py", ".yaml", "") or file.name == "Caddyfile"
    )
    known, told = set(SETTING.findall(code)), set(SETTING.findall(GUIDE))
    known = {name for name in known if not name.endswith("_")}
    assert known - told == set(), "docs/DEPLOY.md should say what they do"
    assert told - known == set(), "docs/DEPLOY.md names what is not there"
