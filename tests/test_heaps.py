"""How the C library is asked to keep memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

TWELVE_THREADS = """
import ctypes, sys, threading
from posecore.heaps import keep_heaps_few

if sys.argv[1] == "few":
    keep_heaps_few()
together = threading.Barrier(12)

def use():
    together.wait()
    held = [ctypes.create_string_buffer(5000) for _ in range(200)]
    together.wait()

threads = [threading.Thread(target=use) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps_of_twelve_threads(how: str) -> int:
    command = [sys.executable, "-c", TWELVE_THREADS, how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="asks the C library of Linux")
def test_many_threads_share_two_heaps():
    assert heaps_of_twelve_threads("as it comes") > 2
    assert heaps_of_twelve_threads("few") <= 2
