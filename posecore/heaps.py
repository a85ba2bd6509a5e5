"""How the C library is asked to keep memory: a long run must not take more and more of it."""

from __future__ import annotations

import ctypes
import sys

_LARGE, _HEAPS = -3, -8
"""M_MMAP_THRESHOLD and M_ARENA_MAX of malloc.h."""

LARGE_BYTES = 4 * 2**20
"""An estimator's and an encoder's buffers; pictures of 640x480 are smaller."""


def keep_heaps_few(large_bytes: int = LARGE_BYTES) -> None:
    """Two heaps for all threads; blocks of so many bytes are given back as soon as they are free.

    Otherwise each thread has a heap of its own, which seldom shrinks; what one thread gives back
    helps no other. Only the C library of Linux can be asked; elsewhere nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_HEAPS, 2)
        mallopt(_LARGE, large_bytes)
