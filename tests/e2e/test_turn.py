"""A browser that reaches nothing but a relay counts reps all the same, through a real coturn."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import PATIENCE_MS, App, Watched, camera_showing, free_port, running_app
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SECRET = "only-for-this-test"
# Every peer connection of the page and of the frames in it, to be asked how it goes.
REMEMBER = """
window.__connections = [];
const Made = window.RTCPeerConnection;
window.RTCPeerConnection = function (...given) {
    const connection = new Made(...given);
    window.__connections.push([connection, given[0]]);
    return connection;
};
window.RTCPeerConnection.prototype = Made.prototype;
"""
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
def relay(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """(port, log) of a coturn with deploy/turnserver.conf's settings but for where it listens."""
    program = shutil.which("turnserver")
    if program is None:
        reason = "no coturn found (Debian: apt-get install coturn)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    port, log = free_port(), tmp_path / "coturn.log"
    command = [
        *(program, "-n", "--no-cli", "--use-auth-secret", f"--static-auth-secret={SECRET}"),
        *("--realm=posecoach", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1"),
        # Both ends are on this computer; in the open, coturn keeps out of its own network.
        *(f"--listening-port={port}", "--allow-loopback-peers", "--no-tls", "--no-dtls"),
        *(f"--log-file={log}", "--simple-log", "--verbose", f"--pidfile={tmp_path / 'pid'}"),
        *("--min-port=49300", "--max-port=49350", f"--userdb={tmp_path / 'turndb'}"),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        until_s = time.monotonic() + PATIENCE_MS / 1000
        while "listener opened" not in (log.read_text() if log.exists() else ""):
            assert server.poll() is None, log.read_text() if log.exists() else "coturn ended"
            assert time.monotonic() < until_s, "coturn does not listen"
            time.sleep(0.1)
        yield port, log
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def app(tmp_path: Path, relay: tuple[int, Path]) -> Iterator[App]:
    settings = {
        "POSECOACH_TURN_URL": f"turn:127.0.0.1:{relay[0]}?transport=udp",
        "POSECOACH_TURN_SECRET": SECRET,
        "POSECOACH_TURN_ONLY": "1",
    }
    with running_app(tmp_path, settings) as running:
        yield running
    assert SECRET not in running.log.read_text(errors="replace")


def test_reps_are_counted_through_a_relay_and_no_other_way(
    app: App,
    relay: tuple[int, Path],
    open_page: Callable[[tuple[str, ...]], Watched],
    squat_camera: Path,
):
    page = open_page(camera_showing(squat_camera)).page
    page.add_init_script(REMEMBER)
    page.reload()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function(
        """() => Number(document.querySelector('[data-testid="count"]')?.innerText) >= 2"""
    )
    in_use = [pair for frame in page.frames if (pair := frame.evaluate(PAIR_IN_USE))]
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Session over")).to_be_visible()

    (pair,) = in_use
    assert (pair["local"], pair["policy"]) == ("relay", "relay")
    assert pair["sent"] > 100_000  # the pictures themselves, not the handshake alone
    said = relay[1].read_text()
    assert re.search(r"user <\d+:posecoach>: incoming packet ALLOCATE processed, success", said)
    (summary,) = app.store.sessions()
    assert summary.reps >= 2 and summary.exercises == ("squat",)
