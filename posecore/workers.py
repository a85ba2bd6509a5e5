"""Processes that work for a program, and end when it does."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnContext
from threading import Thread
from typing import Any

CONTEXT: SpawnContext = get_context("spawn")
"""Processes start anew: a copy of one that has the estimator's and the decoder's threads inherits
their locks and half-done memory, but not the threads."""


def worker_pool(
    workers: int, begin: Callable[..., None] | None = None, *arguments: Any
) -> ProcessPoolExecutor:
    """``workers`` processes; each calls ``begin(*arguments)`` before its first task."""
    return ProcessPoolExecutor(
        max_workers=workers, mp_context=CONTEXT, initializer=_begin, initargs=(begin, arguments)
    )


def _begin(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    Thread(target=_end_with_the_program, daemon=True).start()
    if begin is not None:
        begin(*arguments)


def _end_with_the_program() -> None:
    # A program that is killed cannot stop its processes, and they would wait for work for ever:
    # each holds both ends of the pipe it waits at.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
