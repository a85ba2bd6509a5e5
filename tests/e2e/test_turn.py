"""A browser that reaches nothing but a relay counts reps all the same, through a real coturn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Watched, running_app, train_until
from connections import REMEMBER
from playwright.sync_api import expect
from servers import Relay, running_relay

from bench.served import App, camera_showing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PAIR_IN_USE = """async () => {
    for (const [connection, given] of window.__connections ?? []) {
        const stats = new Map(await connection.getStats());
        for (const each of stats.values()) {
            if (each.type === "candidate-pair" && each.nominated && each.state === "succeeded") {
                return {
                    local: stats.get(each.localCandidateId).candidateType,
                    sent: each.bytesSent,
                    policy: given.iceTransportPolicy,
                };
            }
        }
    }
}"""


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    with running_relay(tmp_path) as running:
        yield running


@pytest.fixture
def app(tmp_path: Path, relay: Relay) -> Iterator[App]:
    with running_app(tmp_path, relay.settings()) as running:
        yield running
    assert relay.secret not in running.log.read_text(errors="replace")


def test_reps_are_counted_through_a_relay_and_no_other_way(
    app: App,
    relay: Relay,
    open_page: Callable[[tuple[str, ...]], Watched],
    squat_camera: Path,
):
    page = open_page(camera_showing(squat_camera)).page
    page.add_init_script(REMEMBER)
    page.reload()
    train_until(page, 2)
    in_use = [pair for frame in page.frames if (pair := frame.evaluate(PAIR_IN_USE))]
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Session over")).to_be_visible()

    (pair,) = in_use
    assert (pair["local"], pair["policy"]) == ("relay", "relay")
    assert pair["sent"] > 100_000  # the pictures themselves, not the handshake alone
    said = relay.log.read_text()
    assert re.search(r"user <\d+:posecoach>: incoming packet ALLOCATE processed, success", said)
    (summary,) = app.store.sessions()
    assert summary.reps >= 2 and summary.exercises == ("squat",)
