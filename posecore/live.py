"""A session while it runs: where the thread that sees frames and the one that shows them meet.

Three threads come here. The worker calls ``process`` for every frame and owns the pipeline; the
page calls ``snapshot`` as often as it likes and never waits for a frame in progress; whoever
notices the end (the media loop, the page) calls ``finish``, once or more.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Protocol

import numpy as np

from posecore import counters, logs
from posecore.angles import N_JOINTS
from posecore.exercises import Exercise
from posecore.framing import luma_of
from posecore.journal import Journal
from posecore.seats import Seat
from posecore.stage import Stage, StageKeeper
from posecore.store import Store
from posecore.types import ExerciseSet, FrameResult, Rep

_log = logging.getLogger(__name__)


class Stepper(Protocol):
    """What a session needs of a pipeline."""

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult: ...

    def finish(self) -> ExerciseSet | None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What the page shows, as it was at one moment. Nothing in it changes any more.

    t_s          (n,) seconds of the last frames, oldest first
    flexion_deg  (n, n_joints) degrees; error_deg: expected error; NaN where nobody was seen
    latest       result of the newest frame, None before the first
    last_seen_s  when somebody was last in the picture, None: nobody so far
    ended_sets   sets that are over; current_set: the one that goes on
    session_id   in the store, None as long as there is nothing to keep
    problem      a sentence about what goes wrong and what becomes of the reps, or None
    dropped      frames that came while another one was being looked at
    stage        where the session stands between its sets, None before the first frame
    """

    started_at: datetime
    source: str
    t_s: np.ndarray
    flexion_deg: np.ndarray
    error_deg: np.ndarray
    latest: FrameResult | None
    last_seen_s: float | None
    ended_sets: tuple[ExerciseSet, ...]
    current_set: ExerciseSet | None
    frames: int
    dropped: int
    session_id: int | None
    problem: str | None
    finished: bool
    stage: Stage | None = None

    @property
    def now_s(self) -> float:
        return float(self.t_s[-1]) if self.t_s.size else 0.0

    @property
    def unseen_s(self) -> float:
        """Seconds since somebody was in the picture; since the start where nobody ever was."""
        return self.now_s - (self.last_seen_s or 0.0)

    @property
    def shown_set(self) -> ExerciseSet | None:
        """The set that goes on, between sets the last one."""
        if self.current_set is not None:
            return self.current_set
        return self.ended_sets[-1] if self.ended_sets else None

    @property
    def rest_s(self) -> float:
        """Seconds since the last set's end; 0 during a set and before the first."""
        if self.current_set is not None or not self.ended_sets:
            return 0.0
        return max(0.0, self.now_s - self.ended_sets[-1].end_s)

    @property
    def reps(self) -> tuple[Rep, ...]:
        """Reps and attempts of the shown set."""
        return self.shown_set.reps if self.shown_set is not None else ()

    @property
    def all_sets(self) -> tuple[ExerciseSet, ...]:
        return self.ended_sets + ((self.current_set,) if self.current_set is not None else ())

    @property
    def fps(self) -> float:
        """Frames looked at in a second, over the frames at hand; 0 before the second one."""
        span_s = self.now_s - float(self.t_s[0]) if self.t_s.size else 0.0
        return (self.t_s.size - 1) / span_s if span_s > 0 else 0.0


class LiveSession:
    """One person before one camera, from the first frame to ``finish``.

    pipeline    stepped by one thread only; closed by ``finish``
    store       where reps go as soon as they are done; None keeps nothing
    started_at  time of day of the first frame, aware of its zone
    source      "camera", "demo" or a file's name
    exercise    the one that the pipeline is fixed to, for the framing guide; None: any
    seat        kept as long as frames come; left by ``finish``
    window_s    how far back a snapshot reaches
    """

    def __init__(
        self,
        pipeline: Stepper,
        *,
        store: Store | None,
        started_at: datetime,
        source: str,
        person: str = "",
        exercise: Exercise | None = None,
        seat: Seat | None = None,
        window_s: float = 20.0,
    ) -> None:
        self._pipeline = pipeline
        self._seat = seat
        self._journal = Journal(store, started_at, source, person)
        self.started_at = started_at
        self.source = source
        self.window_s = window_s
        # Held for a whole frame, by the worker and by finish; never by a snapshot.
        self._stepping = Lock()
        # Held for an append or a copy; guards everything below.
        self._lock = Lock()
        self._recent: deque[FrameResult] = deque()
        self._last_seen_s: float | None = None
        self._ended: list[ExerciseSet] = []
        self._current: ExerciseSet | None = None
        self._frames = 0
        self._dropped = 0
        self._session_id: int | None = None
        self._failure: str | None = None
        self._store_problem: str | None = None
        self._finished = False
        # The stepping thread's, like the pipeline and the journal.
        self._stages = StageKeeper(exercise)
        self._stage: Stage | None = None
        self._running: counters.Running | None = None

    def process(self, rgb: np.ndarray, t_s: float, *, dropped: int = 0) -> FrameResult | None:
        """The worker's: look at one frame. Returns what is known after it.

        rgb      (height, width, 3) uint8 with square pixels
        t_s      seconds from the first frame; a frame that is not newer than the last is dropped
        dropped  frames before this one that nobody looked at
        Returns None after ``finish``, when the last frames may still be under way.
        """
        with self._stepping:
            latest = self._recent[-1] if self._recent else None
            if self._finished or (latest is not None and t_s <= latest.t_s):
                with self._lock:
                    self._dropped += dropped + 1
                return None if self._finished else latest
            if self._running is None:
                self._running = counters.Running(self.source)
            with counters.frame(dropped):
                result, stage = self._stages.step(self._pipeline.step(rgb, t_s), luma_of(rgb))
            if self._stages.ends_set:
                ended = self._stages.without_signs(self._pipeline.finish())
                result = replace(result, set_ended=ended, current_set=None, rep_count=0)
            with self._lock:
                self._stage = stage
                self._take(result, dropped)
            self._keep(result, t_s)
            if self._seat is not None:
                self._seat.looked(dropped)
            return result

    def _take(self, result: FrameResult, dropped: int) -> None:
        self._recent.append(result)
        while self._recent[0].t_s < result.t_s - self.window_s:
            self._recent.popleft()
        if result.pose is not None:
            self._last_seen_s = result.t_s
        if result.set_ended is not None:
            self._ended.append(result.set_ended)
        self._current = result.current_set
        self._frames += 1
        self._dropped += dropped

    def _keep(self, result: FrameResult, t_s: float) -> None:
        if result.set_ended is not None:
            self._journal.note(result.set_ended, over=True)
        if result.current_set is not None:
            self._journal.note(result.current_set, over=False)
        self._written(self._journal.write(t_s))

    def _written(self, problem: str | None) -> None:
        if problem is not None and self._store_problem is None:
            counters.error("store")
            logs.note(_log, "not saved", source=counters.kind_of(self.source))
        with self._lock:
            self._store_problem = problem
            self._session_id = self._journal.session_id

    def fail(self, sentence: str) -> None:
        """Any thread's: say on the page that frames can no longer be looked at, and why."""
        with self._lock:
            self._failure = sentence

    def snapshot(self) -> Snapshot:
        """The page's: everything to show. Does not wait for a frame in progress."""
        with self._lock:
            recent = tuple(self._recent)
            last_seen_s, ended, current = self._last_seen_s, tuple(self._ended), self._current
            frames, dropped, finished = self._frames, self._dropped, self._finished
            session_id, problem = self._session_id, self._failure or self._store_problem
            stage = self._stage
        shape = (len(recent), N_JOINTS)
        return Snapshot(
            started_at=self.started_at,
            source=self.source,
            t_s=np.array([result.t_s for result in recent]),
            flexion_deg=np.array([result.flexion_deg for result in recent]).reshape(shape),
            error_deg=np.array([result.error_deg for result in recent]).reshape(shape),
            latest=recent[-1] if recent else None,
            last_seen_s=last_seen_s,
            ended_sets=ended,
            current_set=current,
            frames=frames,
            dropped=dropped,
            session_id=session_id,
            problem=problem,
            finished=finished,
            stage=stage,
        )

    def finish(self) -> None:
        """Anyone's: end the session and write its end. Again does nothing.

        Waits for the frame in progress, so that no thread steps a pipeline that is closed.
        """
        with self._stepping:
            if self._finished:
                return
            try:
                last_set = self._stages.without_signs(self._pipeline.finish())
                if last_set is not None:
                    self._journal.note(last_set, over=True)
                    with self._lock:
                        self._ended.append(last_set)
                self._written(self._journal.end(self._end_s))
            finally:
                self._pipeline.close()
                with self._lock:
                    self._current = None
                    self._finished = True
                if self._seat is not None:
                    self._seat.leave()
                self._note_end()

    def write_again(self) -> None:
        """The page's: after ``finish``, try once more what the store refused."""
        with self._stepping:
            if self._finished and self._store_problem is not None:
                self._written(self._journal.end(self._end_s))

    def _note_end(self) -> None:
        """How much was done, for whoever runs the server: not by whom, and not what."""
        if self._running is None:
            return
        self._running.end()
        reps = [rep for each in self._ended for rep in each.reps]
        logs.note(
            _log,
            "session ended",
            source=counters.kind_of(self.source),
            length_s=round(self._end_s, 1),
            frames=self._frames,
            dropped=self._dropped,
            reps=sum(rep.complete for rep in reps),
            saved=self._store_problem is None,
        )

    @property
    def _end_s(self) -> float:
        return self._recent[-1].t_s if self._recent else 0.0
