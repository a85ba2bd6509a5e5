"""The camera's component comes in pieces; a slow network brings the last one late."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Watched, train_until
from connections import BUFFERED_MS, CONNECTIONS, REMEMBER
from playwright.sync_api import Route

from bench.served import App, camera_showing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LATE_S = 1.5


def late(route: Route) -> None:
    time.sleep(LATE_S)
    route.continue_()


def test_one_connection_is_made_however_late_the_component_is_there(
    app: App, open_page: Callable[[tuple[str, ...]], Watched], squat_camera: Path
):
    page = open_page(camera_showing(squat_camera)).page
    page.add_init_script(REMEMBER)
    page.route("**/adapter_core*", late)
    page.reload()
    train_until(page, 1)
    made = sum(frame.evaluate(CONNECTIONS) for frame in page.frames)
    held_back_ms = [frame.evaluate(BUFFERED_MS) for frame in page.frames]
    page.get_by_role("button", name="Stop", exact=True).click()
    assert made == 1
    assert 0 in held_back_ms, "pictures are shown at once"
