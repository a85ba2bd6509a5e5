"""Two people log in, each in a browser of their own, and neither finds anything of the other."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ALWAYS, PATIENCE_MS, App, free_port, running_app
from playwright.sync_api import Browser, Page, Playwright, expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PROVIDER = Path(__file__).with_name("provider.py")
PASSWORDS = {name: secrets.token_hex(8) for name in ("ada", "bob")}
CLIENT_SECRET, COOKIE_SECRET = secrets.token_hex(16), secrets.token_hex(32)


@dataclass(frozen=True)
class Provider:
    url: str
    app_port: int


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    port, app_port = free_port(), free_port()
    people = [f"{name}:{password}" for name, password in PASSWORDS.items()]
    redirect = f"http://localhost:{app_port}/oauth2callback"
    log = tmp_path / "provider.log"
    with log.open("w") as said:
        server = subprocess.Popen(
            [sys.executable, str(PROVIDER), str(port), str(tmp_path), redirect, *people],
            env=os.environ | {"PROVIDER_CLIENT_SECRET": CLIENT_SECRET},
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            assert server.stdout is not None
            assert server.stdout.readline().strip() == "ready", log.read_text()
            yield Provider(f"http://localhost:{port}", app_port)
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture
def app(tmp_path: Path, provider: Provider) -> Iterator[App]:
    settings = tmp_path / "secrets.toml"
    settings.write_text(
        "[auth]\n"
        f'redirect_uri = "http://localhost:{provider.app_port}/oauth2callback"\n'
        f'cookie_secret = "{COOKIE_SECRET}"\n'
        'client_id = "posecoach"\n'
        f'client_secret = "{CLIENT_SECRET}"\n'
        f'server_metadata_url = "{provider.url}/o/.well-known/openid-configuration"\n'
    )
    files = ("--secrets.files", str(settings))
    with running_app(tmp_path, options=files, port=provider.app_port) as running:
        yield running
    said = running.log.read_text(errors="replace")
    hidden = [CLIENT_SECRET, COOKIE_SECRET, *PASSWORDS, *PASSWORDS.values()]
    assert [word for word in hidden if word in said] == []


@pytest.fixture
def browser(browser_path: str, playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=browser_path, args=list(ALWAYS))
    yield browser
    browser.close()


def log_in(browser: Browser, app: App, name: str) -> Page:
    # A context is a browser of its own: it shares no cookie with another.
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(app.url)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORDS[name])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Account")).to_be_visible(timeout=PATIENCE_MS)
    return page


def test_each_person_finds_their_own_sessions_and_nobody_without_login_finds_any(
    app: App, browser: Browser
):
    expect.set_options(timeout=PATIENCE_MS)
    ada = log_in(browser, app, "ada")
    ada.get_by_text("Demo clip", exact=True).first.click()
    ada.get_by_role("button", name="Start", exact=True).click()
    ada.wait_for_function(
        """() => Number(document.querySelector('[data-testid="count"]')?.innerText) >= 1"""
    )
    ada.get_by_role("button", name="Stop", exact=True).click()
    expect(ada.get_by_text("Session over")).to_be_visible()
    (kept,) = app.store.sessions()
    assert kept.person.startswith("oidc-") and "ada" not in kept.person
    where = f"{app.url}/history?session={kept.id}"

    bob = log_in(browser, app, "bob")
    bob.get_by_role("link", name="History").click()
    expect(bob.get_by_text("No sessions yet")).to_be_visible()
    bob.goto(where)
    expect(bob.get_by_text("This session is not here")).to_be_visible()
    assert bob.get_by_text("Set 1").count() == 0

    ada.goto(where)
    expect(ada.get_by_text("Set 1: Squat")).to_be_visible()
    ada.goto(f"{app.url}/history")
    expect(ada.get_by_text("1 session, newest first")).to_be_visible()

    stranger = browser.new_context().new_page()
    stranger.goto(where)
    expect(stranger.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert stranger.get_by_role("link", name="History").count() == 0
    assert "Set 1" not in stranger.content()

    ada.get_by_role("link", name="Account").click()
    ada.screenshot(path=app.log.with_name("account.png"))
    ada.get_by_role("button", name="Log out").click()
    expect(ada.get_by_role("button", name="Log in", exact=True)).to_be_visible()
