"""A folder of videos on many processors or machines, by Dask: the only place that knows it.

A scheduler hands videos to workers; each worker analyses one at a time and writes its results
(``posecore.batch_results``) to the folder that all of them see. Only names and notes travel.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from posecore.analyze import analyze_video
from posecore.batch_results import Item, Note, write_failure, write_results
from posecore.classify import ModelError
from posecore.exercises import ExerciseFileError
from posecore.pipeline import Pipeline, UnknownExercise
from posecore.taught import knowledge
from posecore.video import VideoError

TRIES = 2
"""So often a video is begun whose worker dies under it; after that it alone is told as failed."""

PATIENCE_S = 10.0
"""Until a scheduler has answered."""

_AHEAD = 4  # videos that are handed over for each worker, so that none waits for the next
_FEWEST_AHEAD = 16

_HERE = "127.0.0.1"  # nobody else's business: neither the scheduler nor its dashboard
_DASHBOARD_PORT = 8787

_DIED = (
    "{name}: the program that analyses it broke down again and again. The file may be damaged, or "
    "memory was short."
)


class NoScheduler(Exception):
    """Nobody answers at the scheduler's address; the message says so."""


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    """A client of the scheduler at that address, or of one on this machine made for the while.

    scheduler  has to be trusted, as everybody who reaches it: what they send each other runs
    Raises NoScheduler.
    """
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=PATIENCE_S)
        except (OSError, TimeoutError, ValueError) as error:
            raise NoScheduler(
                f"No Dask scheduler answers at {scheduler}. Start one with: dask scheduler"
            ) from error
        with client:
            yield client
        return
    settings = {"distributed.scheduler.allowed-failures": TRIES - 1}
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host=_HERE,
            security=True,  # keys of its own: other users of the computer reach this address, too
            dashboard_address=f"{_HERE}:{_free_port(_DASHBOARD_PORT)}",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def analyze_items(
    client: Client, items: Iterable[Item], out: Path, *, exercise: str | None, with_what: str
) -> Iterator[Note]:
    """The note of every item, in whatever order they are done.

    A video under which workers die is begun anew by itself, when all others are done: it may have
    been another's fault. Only a few are handed over ahead, however many there are.
    """
    told = (str(out.absolute()), exercise, with_what)
    coming = iter(items)
    suspects: deque[Item] = deque()
    running: dict[str, Item] = {}

    def begin(item: Item, again: str = "") -> Future:
        key = f"analyze-{item.key}{again}"
        running[key] = item
        return client.submit(analyze_item, item, *told, key=key, pure=False)

    ahead = max(_FEWEST_AHEAD, _AHEAD * sum(client.nthreads().values()))
    results = as_completed([begin(item) for item in islice(coming, ahead)], raise_errors=False)
    for future in results:
        item = running.pop(future.key)
        if future.status == "finished":
            yield future.result()
        elif isinstance(future.exception(), KilledWorker):
            suspects.append(item)
        else:
            yield write_failure(out, item, _said(item, future.exception()), with_what)
        future.release()
        for following in islice(coming, 1):
            results.add(begin(following))
    for item in suspects:
        future = begin(item, "-again")
        error = future.exception()
        if error is None:
            yield future.result()
        else:
            yield write_failure(out, item, _said(item, error), with_what)


def analyze_item(item: Item, out: str, exercise: str | None, with_what: str) -> Note:
    """A worker's: one video; what is wrong with it is in the note."""
    try:
        known, recogniser = _knowledge()
        pipeline = Pipeline(exercises=known, classifier=recogniser, exercise=exercise)
        try:
            analysis = analyze_video(item.path, pipeline=pipeline)
        finally:
            pipeline.close()
    except (VideoError, ModelError, ExerciseFileError, UnknownExercise) as error:
        return write_failure(Path(out), item, str(error), with_what)
    return write_results(Path(out), item, analysis, with_what)


@cache
def _knowledge() -> Any:
    return knowledge()  # once for all videos of a worker


def _said(item: Item, error: BaseException | None) -> str:
    if isinstance(error, KilledWorker):
        return _DIED.format(name=item.name)
    if isinstance(error, OSError):
        return f"{item.name}: {error.filename or item.path} cannot be used ({error.strerror})."
    return f"{item.name}: something went wrong ({type(error).__name__}: {error})."


def _free_port(wanted: int) -> int:
    """The wanted one, or 0 for any, where another program has it."""
    import socket

    with socket.socket() as probe:
        try:
            probe.bind((_HERE, wanted))
        except OSError:
            return 0
    return wanted
