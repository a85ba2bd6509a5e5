"""Two people log in, each in a browser of their own, and neither finds anything of the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import CLIPS, PATIENCE_MS, running_app
from playwright.sync_api import Browser, Page, Playwright, expect
from servers import Provider, running_provider

from bench.served import ALWAYS, App, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with running_provider(tmp_path, f"http://localhost:{free_port()}", "ada", "bob") as running:
        yield running


@pytest.fixture
def app(tmp_path: Path, provider: Provider) -> Iterator[App]:
    settings = tmp_path / "secrets.toml"
    settings.write_text(provider.secrets_toml)
    files = ("--secrets.files", str(settings))
    port = urlsplit(provider.redirect_uri).port
    with running_app(tmp_path, options=files, port=port) as running:
        yield running
    said = running.log.read_text(errors="replace")
    assert [word for word in provider.hidden if word in said] == []


@pytest.fixture
def browser(browser_path: str, playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=browser_path, args=list(ALWAYS))
    yield browser
    browser.close()


def log_in(browser: Browser, app: App, provider: Provider, name: str) -> Page:
    # A context is a browser of its own: it shares no cookie with another.
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(app.url)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(provider.passwords[name])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Account")).to_be_visible(timeout=PATIENCE_MS)
    return page


def test_each_person_finds_their_own_sessions_and_nobody_without_login_finds_any(
    app: App, provider: Provider, browser: Browser
):
    expect.set_options(timeout=PATIENCE_MS)
    ada = log_in(browser, app, provider, "ada")
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

    bob = log_in(browser, app, provider, "bob")
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

    ada.goto(f"{app.url}/video")
    with ada.expect_response(lambda answer: "/upload_file/" in answer.url) as sent:
        ada.locator("input[type=file]").first.set_input_files(CLIPS / "squat_45_2.mp4")
    assert sent.value.ok

    ada.get_by_role("link", name="Account").click()
    ada.screenshot(path=app.log.with_name("account.png"))
    ada.get_by_role("button", name="Log out").click()
    expect(ada.get_by_role("button", name="Log in", exact=True)).to_be_visible()
