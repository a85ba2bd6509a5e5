"""Whether a page that is open can be read: by eye, by keyboard and by whoever hears it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STREAMLITS_OWN = (
    ("aria-allowed-attr", ".stSidebar"),  # on a phone, where the pages' names are behind a button
    ("label", '[data-testid="stFileUploaderDropzoneInput"]'),  # its button beside it has a name
)


def settled(page: Page) -> None:
    """The page's script is over and nothing of an older run is left."""
    page.locator('[data-testid="stMain"] [data-testid="stElementContainer"]').nth(2).wait_for(
        state="attached"
    )
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_selector('[data-stale="true"]', state="detached")


def grave(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
        if not any(
            each["id"] == rule and own in str(node["target"]) for rule, own in STREAMLITS_OWN
        )
    ]


def too_wide(page: Page) -> list[str]:
    """What stands out to the right of the window, so that the page scrolls sideways."""
    return page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid="stMain"]');
            const scrolls = [document.scrollingElement, main].some(
                (each) => each && each.scrollWidth > each.clientWidth + 1);
            if (!scrolls) return [];
            return [...main.querySelectorAll('*')]
                .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
                .slice(0, 8)
                .map((each) => `${each.tagName}.${each.className}`);
        }"""
    )
