"""The steps of deploy/Dockerfile and deploy/compose.yaml, done without an engine for containers.

What the Dockerfile copies is laid into a folder, and its last lines are run there, with PostgreSQL,
a relay and HTTPS before it, as compose.yaml has them. Where POSECOACH_FRESH
names a Python that everybody may run, its packages are installed into a new environment first, and
an unprivileged user runs it; it takes root to change to that user. The figures are printed:
`POSECOACH_FRESH=/usr/bin/python3 python -m pytest -s tests/e2e/test_deployed.py`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import PATIENCE_MS, train_until
from playwright.sync_api import Playwright, expect
from servers import (
    DEPLOY,
    Provider,
    Relay,
    running,
    running_provider,
    running_proxy,
    running_relay,
)

from bench.served import ALWAYS, ROOT, camera_showing, free_port
from posecore.store import Store
from scripts.postgres import running as running_postgres
from scripts.prepare import find_postgres

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

FRESH = os.environ.get("POSECOACH_FRESH", "")
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Image:
    """What the Dockerfile says: the last stage's files and commands."""

    copies: list[tuple[list[str], str]]
    runs: list[str]
    environment: dict[str, str]
    entrypoint: list[str]
    health: list[str]
    user: str

    @classmethod
    def read(cls) -> Image:
        text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
        stages = re.split(r"^FROM .*\n", re.sub(r"\\\n", " ", text), flags=re.MULTILINE)[1:]
        lines = [line.partition(" ")[::2] for line in stages[-1].splitlines() if line]
        given = [words.split() for name, words in lines if name == "COPY"]
        (environment,) = [words for name, words in lines if name == "ENV"]
        (entrypoint,) = [words for name, words in lines if name == "ENTRYPOINT"]
        (health,) = [words for name, words in lines if name == "HEALTHCHECK"]
        (user,) = [words for name, words in lines if name == "USER"]
        return cls(
            copies=[(words[:-1], words[-1]) for words in given if words[0][:2] != "--"],
            runs=re.findall(r"/venv/bin/pip [^&\n]+", stages[0]),
            environment=dict(pair.split("=", 1) for pair in environment.split()),
            entrypoint=json.loads(entrypoint),
            health=json.loads(health.partition("CMD ")[2]),
            user=user,
        )

    def lay_out(self, place: Path) -> None:
        for sources, target in self.copies:
            for source in sources:
                to = place / target / (Path(source).name if target.endswith("/") else "")
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / source, to)

    def install(self, place: Path) -> Path:
        """The environment that the image gets; its Python."""
        subprocess.run([FRESH, "-m", "venv", str(place)], check=True)
        for line in self.runs:
            command = line.replace("/venv/bin/pip", f"{place}/bin/pip").split()
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return place / "bin" / "python"


@pytest.fixture
def place() -> Iterator[Path]:
    # Not pytest's folder, which nobody else may enter.
    with tempfile.TemporaryDirectory(prefix="posecoach-deployed-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@dataclass(frozen=True)
class Deployed:
    url: str
    store: Store
    provider: Provider
    relay: Relay
    log: Path
    health: list[str]
    monitor: str


@pytest.fixture
def deployed(place: Path, tmp_path: Path) -> Iterator[Deployed]:
    image = Image.read()
    app, data = place / "app", place / "data"
    app.mkdir()
    data.mkdir()
    image.lay_out(app)
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL found (Debian: apt-get install postgresql)")
    python = _python(image, place / "venv")
    port, app_port, monitor_port = free_port(), free_port(), free_port()
    log = tmp_path / "app.log"
    with (
        running_postgres(programs) as database,
        running_relay(tmp_path) as relay,
        running_provider(tmp_path, f"https://localhost:{port}", "ada") as provider,
        running_proxy(tmp_path, port, app_port) as url,
    ):
        (app / ".streamlit" / "secrets.toml").write_text(provider.secrets_toml)
        Path(database.data).chmod(0o755)  # for the socket
        database_url = database.new_database()
        settings = image.environment | {
            "HOME": str(data),
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "POSECOACH_DATABASE_URL": database_url,
            "POSECOACH_TURN_URL": relay.url,
            "POSECOACH_TURN_SECRET": relay.secret,
            "POSECOACH_TURN_ONLY": "1",
            "POSECOACH_MONITOR_PORT": str(monitor_port),
            "MPLCONFIGDIR": str(data / "matplotlib"),
        }
        command = [str(python), *image.entrypoint[1:]]
        command += ["--server.address", "127.0.0.1", "--server.port", str(app_port)]
        command += ["--browser.serverAddress", "localhost"]
        who: dict[str, object] = {}
        if FRESH:
            shutil.chown(data, UNPRIVILEGED)
            who = {"user": UNPRIVILEGED}
        health = [word.replace("8501", str(app_port)) for word in image.health]
        inherited = {name: os.environ[name] for name in ("LANG",) if name in os.environ}
        with running(command, log, "URL", cwd=app, env=inherited | settings, **who):
            monitor = f"http://127.0.0.1:{monitor_port}"
            store = Store(database_url)
            yield Deployed(url, store, provider, relay, log, [str(python), *health[1:]], monitor)
            store.close()


def _python(image: Image, place: Path) -> Path:
    if not FRESH:
        return Path(sys.executable)
    began_s = time.monotonic()
    python = image.install(place)
    size = sum(file.stat().st_size for file in place.rglob("*") if not file.is_symlink())
    print(f"\npackages: {size / 1e6:.0f} MB in {time.monotonic() - began_s:.0f} s")
    return python


def answer_of(url: str) -> tuple[int, dict[str, str], str]:
    itself_signed = ssl.create_default_context()
    itself_signed.check_hostname, itself_signed.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=30, context=itself_signed) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def test_deployed_as_the_files_say_it_counts_reps_over_https_for_who_has_logged_in(
    deployed: Deployed, browser_path: str, playwright: Playwright, squat_camera: Path
):
    expect.set_options(timeout=PATIENCE_MS)
    began_s = time.monotonic()
    browser = playwright.chromium.launch(
        executable_path=browser_path, args=[*ALWAYS, *camera_showing(squat_camera)]
    )
    # The proxy signs its own certificate, as it does in a clinic's network.
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(deployed.url)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(deployed.provider.passwords["ada"])
    page.get_by_role("button", name="Sign in").click()
    train_until(page, 2)
    print(f"\nfrom opening the page to the second rep: {time.monotonic() - began_s:.0f} s")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Session over")).to_be_visible()
    (kept,) = deployed.store.sessions()
    assert kept.reps >= 2 and kept.exercises == ("squat",) and kept.person.startswith("oidc-")

    assert subprocess.run(deployed.health, check=False).returncode == 0
    assert answer_of(f"{deployed.monitor}/healthz")[0] == 200
    figures = answer_of(f"{deployed.monitor}/metrics")[2]
    counted = re.search(r"^posecoach_frames_total (\S+)", figures, re.MULTILINE)
    assert counted is not None and float(counted[1]) > 10

    status, headers, _ = answer_of(deployed.url)
    assert status == 200 and headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert answer_of(f"{deployed.url}/_stcore/metrics")[0] == 404
    browser.close()

    said = deployed.log.read_text(errors="replace")
    hidden = [*deployed.provider.hidden, deployed.relay.secret]
    assert [word for word in hidden if word in said] == []
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [e for e in events if e["level"] == "error"] == []
    (ended,) = [each for each in events if each["event"] == "session ended"]
    assert ended["reps"] == kept.reps and ended["saved"] is True
