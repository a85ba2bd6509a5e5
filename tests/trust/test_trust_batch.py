"""A batch that is killed: no process stays behind, and no document is there by half."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.trust.sockets import CLIP, ROOT

_PATIENCE_S = 60.0
_WORKERS = 2


def children_of(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
    until_s = time.monotonic() + patience_s
    while not true() and time.monotonic() < until_s:
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_killing_a_batch_ends_its_processes_and_leaves_whole_documents(tmp_path: Path) -> None:
    clips = [tmp_path / f"{i}.mp4" for i in range(4)]
    for clip in clips:
        clip.write_bytes(CLIP.read_bytes())
    documents = tmp_path / "documents"
    command = [sys.executable, "-m", "posecore", "analyze", *map(str, clips)]
    batch = subprocess.Popen(
        [*command, "--json", str(documents)], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    family: list[int] = []

    def begun() -> bool:
        family[:] = children_of(batch.pid)
        family.extend(below for pid in list(family) for below in children_of(pid))
        return batch.poll() is not None or len(family) >= _WORKERS

    wait_until(begun)
    assert batch.poll() is None, "it ended before it could be killed"
    batch.kill()
    batch.wait()
    wait_until(lambda: not any(map(is_running, family)))
    assert [pid for pid in family if is_running(pid)] == []
    for path in documents.glob("*.json"):
        json.loads(path.read_text("utf-8"))
