"""Processes that estimate the poses of films together, and a film whose poses they find.

Estimating is nearly all of a film's cost and knows nothing of what comes after it, so a film is
cut into parts (``posecore.parts``) and each process takes the next one. Everything else, which
remembers what was, is done once and in order by whoever iterates ``Film.poses``.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from posecore.closing import Closing
from posecore.decoder import BROKE_DOWN, LIMITS, TOO_LONG, too_many_frames
from posecore.estimating import END, INFO, LAST, PARTS, POSES, PROBLEM, READY, last_time_s, unpacked
from posecore.language import Text
from posecore.messages import receive, sentence_of
from posecore.parts import WHOLE, Part
from posecore.types import Pose
from posecore.video import MAX_SIDE_PX, VideoError, VideoInfo

_ROOT = Path(__file__).resolve().parent.parent

SILENCE_S = 60.0
"""A process that says nothing for so long is given up; it tells every eighth frame."""

_PROCESS = "posecore.estimating"

_ASK_S = 0.5  # between looks at whether a process that says nothing is still at work

_GONE = 0  # the kind of message that no process sends: there is none any more

MOST_PROCESSES = 8
"""Of a crew: each holds 300 MB and finds a pose in 7 ms, and the one who counts and judges what all
of them find takes more than 1 ms a frame. The command ``batch`` has no such end."""

Message = tuple[int, bytes]


@dataclass(eq=False)
class _Task:
    """A request, and what was answered. Written by one worker thread, read by one other."""

    request: bytes
    part: Part | None
    messages: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)
    process: subprocess.Popen[bytes] | None = None
    heard_s: float = 0.0
    done_s: float = 0.0
    dropped: bool = False


def processors() -> int:
    """Those this program may use, not all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Crew(Closing):
    """``workers`` processes that take requests in the order in which they come.

    They begin at once, to be ready when the first film is. A process that breaks down costs the
    request it worked on; another takes its place. Any thread may ask.
    """

    def __init__(self, workers: int) -> None:
        self.workers = min(workers, MOST_PROCESSES)
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._ready = threading.Semaphore(0)
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(self.workers)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the processes, whatever they are at. Again does nothing."""
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for process in processes:
            process.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    @property
    def pids(self) -> list[int]:
        """The processes, for who wants to watch them."""
        with self._lock:
            return [process.pid for process in self._processes]

    def wait_ready(self) -> None:
        """Until every process has loaded what it needs, or is gone. Nobody need wait."""
        for _ in self._threads:
            self._ready.acquire()

    def ask(self, path: Path, part: Part | None, max_side_px: int) -> _Task:
        """Poses of a part; without one, what the film is and where it can be cut."""
        request = {
            "path": str(path.absolute()),
            "part": None if part is None else asdict(part),
            "max_side_px": max_side_px,
        }
        task = _Task(json.dumps(request).encode() + b"\n", part)
        self._tasks.put(task)
        return task

    def _work(self) -> None:
        """A worker thread's whole life: it speaks with one process at a time."""
        process = self._begun()
        if process is not None and not _said_ready(process):
            self._ended(process)
            process = None
        self._ready.release()
        while (task := self._tasks.get()) is not None:
            if task.dropped:
                continue
            process = process or self._begun()
            if process is None or not _answered(process, task):
                self._ended(process)
                process = None
                task.messages.put((_GONE, b""))
        self._ended(process)

    def _begun(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._closed:
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", _PROCESS],
                cwd=_ROOT,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._processes.add(process)
            return process

    def _ended(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is None:
            return
        with self._lock:
            self._processes.discard(process)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not read any more
                    pipe.close()


def _said_ready(process: subprocess.Popen[bytes]) -> bool:
    assert process.stdout is not None
    message = receive(process.stdout)
    return message is not None and message[0] == READY


def _answered(process: subprocess.Popen[bytes], task: _Task) -> bool:
    """Hand the request over and its messages back; False where the process is gone."""
    assert process.stdin is not None and process.stdout is not None
    task.heard_s = time.monotonic()
    task.process = process
    try:
        process.stdin.write(task.request)
        process.stdin.flush()
    except OSError:
        return False
    while (message := receive(process.stdout)) is not None:
        task.heard_s = time.monotonic()
        if message[0] == READY:
            continue
        if message[0] == POSES and task.part is not None:
            reached_s = last_time_s(message[1])
            if reached_s is not None:
                task.done_s = reached_s - task.part.from_s
        task.messages.put(message)
        if message[0] in LAST:
            return True
    return False


class Film:
    """A film whose poses a crew finds. Iterate ``poses()`` once, then ask ``cut_off_at_s``.

    info, parts  of whoever has opened it already; otherwise the crew does
    Raises VideoError where the file cannot be read.
    """

    def __init__(
        self,
        crew: Crew,
        path: str | Path,
        info: VideoInfo | None = None,
        parts: tuple[Part, ...] = (WHOLE,),
        *,
        max_side_px: int = MAX_SIDE_PX,
    ) -> None:
        self.path = Path(path)
        self.parts = parts
        self.cut_off_at_s: float | None = None
        self._crew, self._max_side_px = crew, max_side_px
        self._under_way: deque[_Task] = deque()
        if info is None:
            info = self._open()
        self.info = info

    def poses(self) -> Iterator[tuple[float, Pose | None]]:
        """Time and pose of each frame, in order; None: nobody is seen.

        A few parts are worked on ahead of the one that is handed out, never more.
        """
        coming = iter(self.parts)
        n_frames = 0
        try:
            self._ask_for_more(coming)
            while self._under_way:
                for kind, content in self._messages(self._under_way[0]):
                    if kind == END:
                        self.cut_off_at_s = json.loads(content)
                        break
                    poses = self._poses_in(kind, content)
                    n_frames += len(poses)
                    if n_frames > LIMITS.max_frames:
                        raise too_many_frames(self.path, LIMITS.max_frames)
                    yield from poses
                self._under_way.popleft()
                if self.cut_off_at_s is not None:
                    return
                self._ask_for_more(coming)
        finally:
            for task in self._under_way:
                task.dropped = True

    @property
    def done_s(self) -> float:
        """Of the film, how much is found already, in whatever order."""
        under_way = list(self._under_way)
        begun_s = under_way[0].part.from_s if under_way and under_way[0].part else 0.0
        return begun_s + sum(task.done_s for task in under_way)

    def _open(self) -> VideoInfo:
        task = self._crew.ask(self.path, None, self._max_side_px)
        info: VideoInfo | None = None
        for kind, content in self._messages(task):
            if kind == INFO:
                info = VideoInfo(**json.loads(content))
            elif kind == PARTS and info is not None:
                self.parts = tuple(Part(**each) for each in json.loads(content))
                return info
            else:
                break
        raise self._broke_down()

    def _ask_for_more(self, coming: Iterator[Part]) -> None:
        while len(self._under_way) <= self._crew.workers:
            part = next(coming, None)
            if part is None:
                return
            self._under_way.append(self._crew.ask(self.path, part, self._max_side_px))

    def _messages(self, task: _Task) -> Iterator[Message]:
        while True:
            try:
                kind, content = task.messages.get(timeout=_ASK_S)
            except queue.Empty:
                silent_s = time.monotonic() - task.heard_s
                if task.process is not None and silent_s > SILENCE_S:
                    task.process.kill()
                    raise VideoError(Text(TOO_LONG, file=self.path.name)) from None
                continue
            if kind == _GONE:
                raise self._broke_down()
            if kind == PROBLEM:
                raise VideoError(sentence_of(content))
            yield kind, content

    def _poses_in(self, kind: int, content: bytes) -> list[tuple[float, Pose | None]]:
        try:
            if kind == POSES:
                return unpacked(content)
        except ValueError:
            pass  # as any other message that makes no sense
        raise self._broke_down()

    def _broke_down(self) -> VideoError:
        return VideoError(Text(BROKE_DOWN, file=self.path.name))
