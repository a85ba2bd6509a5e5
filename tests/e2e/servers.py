"""What stands beside the app where it is deployed: a login provider, a relay, a proxy."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from conftest import PATIENCE_MS

from bench.served import ROOT, free_port
from bench.trust.link import Relay, coturn
from tests.needed import needed

DEPLOY = ROOT / "deploy"
PROVIDER = Path(__file__).with_name("provider.py")
# Where Debian keeps servers, out of an ordinary user's sight.
_PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])


def program(name: str, package: str) -> str:
    """Its path; without it CI fails, and others skip the test."""
    find = partial(shutil.which, name, path=_PLACES)
    return needed(find, f"no {name} found (Debian: apt-get install {package})")


@contextmanager
def running(command: list[str], log: Path, sign: str, **options: object) -> Iterator[None]:
    """A server until the block ends, which begins when ``sign`` stands in its log."""
    with log.open("ab") as out:
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options)  # type: ignore[call-overload]
    try:
        until_s = time.monotonic() + PATIENCE_MS / 1000
        while sign not in log.read_text(errors="replace"):
            assert server.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < until_s, f"{command[0]}: {log.read_text(errors='replace')}"
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(30)


@dataclass(frozen=True)
class Provider:
    """What the app's secrets.toml says about it, and the people it knows."""

    url: str
    redirect_uri: str
    passwords: dict[str, str]
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    cookie_secret: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def secrets_toml(self) -> str:
        return (
            "[auth]\n"
            f'redirect_uri = "{self.redirect_uri}"\n'
            f'cookie_secret = "{self.cookie_secret}"\n'
            'client_id = "posecoach"\n'
            f'client_secret = "{self.client_secret}"\n'
            f'server_metadata_url = "{self.url}/o/.well-known/openid-configuration"\n'
        )

    @property
    def hidden(self) -> list[str]:
        """What may stand in no log."""
        named = [*self.passwords, *self.passwords.values()]
        return [self.client_secret, self.cookie_secret, *named]


@contextmanager
def running_provider(folder: Path, app_url: str, *people: str) -> Iterator[Provider]:
    port = free_port()
    passwords = {name: secrets.token_hex(8) for name in people}
    provider = Provider(f"http://localhost:{port}", f"{app_url}/oauth2callback", passwords)
    known = [f"{name}:{password}" for name, password in passwords.items()]
    command = [sys.executable, str(PROVIDER), str(port), str(folder), provider.redirect_uri, *known]
    environment = os.environ | {"PROVIDER_CLIENT_SECRET": provider.client_secret}
    with running(command, folder / "provider.log", "ready", env=environment):
        yield provider


@contextmanager
def running_relay(folder: Path) -> Iterator[Relay]:
    program("turnserver", "coturn")
    with coturn(folder) as relay:
        yield relay


@contextmanager
def running_proxy(folder: Path, port: int, app_port: int) -> Iterator[str]:
    """Caddy with the settings of deploy/, which signs its own certificate; the address to open."""
    places = {"XDG_DATA_HOME": str(folder / "caddy"), "XDG_CONFIG_HOME": str(folder / "caddy")}
    site = {
        "POSECOACH_SITE": f"https://localhost:{port}",
        "POSECOACH_TLS": "internal",
        "POSECOACH_APP": f"127.0.0.1:{app_port}",
    }
    configuration = folder / "Caddyfile"
    # Port 80, from which it would lead to https, is not ours to take.
    text = (
        (DEPLOY / "Caddyfile").read_text().replace("{\n", "{\n\tauto_https disable_redirects\n", 1)
    )
    configuration.write_text(text)
    command = [program("caddy", "caddy"), "run", "--config", str(configuration)]
    command += ["--adapter", "caddyfile"]
    environment = os.environ | places | site
    with running(command, folder / "caddy.log", "serving initial configuration", env=environment):
        yield f"https://localhost:{port}"
