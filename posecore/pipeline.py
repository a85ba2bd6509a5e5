"""The one way a frame goes: estimate, measure, recognise, vote, count, judge.

Time is an argument and nothing here reads a clock, so a recorded clip and a live person give
the same answer; but once a clip is over, what it shows can be voted on again in hindsight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from posecore.angle_model import need_shipped
from posecore.angles import N_JOINTS, expected_error_deg, flexion_deg
from posecore.classify import ExerciseClassifier, Recogniser
from posecore.estimate import Estimator, PoseEstimator
from posecore.exercises import Exercise, load_exercises
from posecore.features import FeatureWindow, joints_of
from posecore.findings import BEFORE_S, RepTrace, in_posture
from posecore.framing import FramingGuide
from posecore.holds import HoldTimer
from posecore.measures import COLUMNS, measure
from posecore.reps import ExerciseCounter, RepSpan
from posecore.sets import SetBuilder
from posecore.technique import LiveCoach, judge
from posecore.types import NONE, ExerciseSet, Fault, FrameResult, Pose, Rep
from posecore.view import view_of
from posecore.vote import Voter


class UnknownExercise(ValueError):
    """The exercise that was asked for has no file; the message lists those that have."""


@dataclass(frozen=True)
class Settings:
    """Signal settings; what concerns a movement stands in its exercise file.

    vote_fade_s       how fast a frame's vote fades
    vote_confidence   mean probability under which no exercise is named
    vote_margin       how much more than the present exercise a new one needs
    hindsight_...     the same of a film that is over, in which later frames vote too: chosen on
                      makers left out (docs/ACCURACY.md); more is named, so NONE may weigh more
    rep_share         mean probability over a rep's own time that it takes to count it
    doubt_share       with so much, a rep waits for doubt_s: the first rep of a set often ends
    doubt_s           before the votes name its exercise
    set_pause_s       a pause that ends a set
    view_hint_s       how long a view must have been unfit before it is said
    history_s         how much of the past is kept: longer than the longest rep
    correct_angles    off where the poses are another estimator's, which errs in other ways
    """

    vote_fade_s: float = 0.75
    vote_confidence: float = 0.35
    vote_margin: float = 0.06
    hindsight_fade_s: float = 1.5
    hindsight_confidence: float = 0.25
    hindsight_none_odds: float = 1.6
    rep_share: float = 0.3
    doubt_share: float = 0.1
    doubt_s: float = 2.0
    set_pause_s: float = 12.0
    view_hint_s: float = 1.5
    history_s: float = 25.0
    correct_angles: bool = True

    def voter(self, classes: tuple[str, ...]) -> Voter:
        """While somebody trains."""
        return Voter(classes, self.vote_fade_s, self.vote_confidence, self.vote_margin)

    def hindsight_voter(self, classes: tuple[str, ...]) -> Voter:
        """Once a film is over."""
        return Voter(
            classes,
            self.hindsight_fade_s,
            self.hindsight_confidence,
            self.vote_margin,
            self.hindsight_none_odds,
        )


@dataclass(frozen=True, eq=False)
class _Moment:
    t_s: float
    row: np.ndarray
    flexion_deg: np.ndarray
    error_deg: np.ndarray
    view: str | None
    proba: np.ndarray
    pose: Pose | None


class Pipeline:
    """One person's way through all rooms. One for each stream; not to be shared.

    exercise  fixes the exercise by hand: nothing is recognised, all reps are its
    Raises ModelError, ExerciseFileError or UnknownExercise where it cannot be built.
    """

    def __init__(
        self,
        *,
        exercises: Mapping[str, Exercise] | None = None,
        classifier: Recogniser | None = None,
        estimator: Estimator | None = None,
        settings: Settings | None = None,
        exercise: str | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.exercises = dict(exercises if exercises is not None else load_exercises())
        if exercise is not None and exercise not in self.exercises:
            known = ", ".join(sorted(self.exercises))
            raise UnknownExercise(f"There is no exercise {exercise!r}. There are: {known}.")
        self.fixed = exercise
        need_shipped()
        self.classifier: Recogniser = classifier or ExerciseClassifier.load()
        self.classes = self.classifier.classes
        self._estimator = estimator
        self.takes_poses = estimator is None
        """Whether poses may come from elsewhere: no other estimator was asked for."""
        self._window = FeatureWindow()
        s = self.settings
        self._voter = s.voter(self.classes)
        counted = [e for e in self.exercises.values() if exercise in (None, e.name)]
        self._counters = {e.name: ExerciseCounter(e.signal) for e in counted if e.kind == "reps"}
        self._holds = {e.name: HoldTimer(e) for e in counted if e.kind == "hold"}
        self._sets = SetBuilder(s.set_pause_s)
        self._past: deque[_Moment] = deque()
        self._doubtful: list[tuple[RepSpan, str]] = []
        self._coach: LiveCoach | None = None
        self._guide = FramingGuide(unchosen=("trunk",), turn_s=s.view_hint_s)
        self._last_s = -np.inf

    def warm_up(self) -> None:
        """Load the estimator and run it once, so that the first frame is as quick as the next."""
        if self._estimator is None:
            self._estimator = PoseEstimator()
        self._estimator.estimate(np.zeros((480, 640, 3), np.uint8), 0.0)

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult:
        """The result after the (height, width, 3) uint8 RGB frame at ``t_s`` seconds."""
        if self._estimator is None:
            self._estimator = PoseEstimator()
        return self.advance(t_s, self._estimator.estimate(rgb, t_s))

    def advance(self, t_s: float, pose: Pose | None) -> FrameResult:
        """The same once the pose is known. A time that repeats or runs back counts nothing."""
        now = self._measure(t_s, pose)
        in_order = t_s > self._last_s
        voted = self._vote(now)
        rep, ended = None, None
        if in_order:
            self._last_s = t_s
            self._past.append(now)
            while t_s - self._past[0].t_s > self.settings.history_s:
                self._past.popleft()
            ended = self._sets.step(t_s)
            rep, ended_by_rep = self._count(now, voted)
            ended = ended or ended_by_rep or self._hold(now, voted)
        faults = self._live_faults(now, voted, pose)
        current = self._sets.current
        top = int(np.argmax(now.proba)) if np.isfinite(now.proba).all() else None
        own = NONE if top is None else self.classes[top]
        return FrameResult(
            t_s=t_s,
            pose=pose,
            flexion_deg=now.flexion_deg,
            error_deg=now.error_deg,
            view=now.view,
            proba=now.proba,
            frame_exercise=self.fixed if self.fixed and pose is not None else own,
            voted_exercise=voted,
            votes=self._shares(),
            phase=self._counters[voted].phase.value if voted in self._counters else None,
            rep_count=current.n_complete if current else 0,
            hold_s=(current.hold_s or 0.0) if current else 0.0,
            rep=rep,
            set_ended=ended,
            current_set=current,
            faults=faults,
            cue=faults[0].cue if faults else None,
            hint=self._hint(pose, voted, t_s),
            rest_s=self._sets.rest_s(t_s),
        )

    def finish(self) -> ExerciseSet | None:
        """End of the stream: ends the current set and returns it. A rep under way is no rep."""
        return self._sets.finish()

    def in_hindsight(self, proba: np.ndarray, t_s: np.ndarray) -> tuple[str, ...]:
        """The voted exercise of every frame of a film that is over: later frames vote as well.

        proba (n, n_classes) as the results have it, be it in one piece; t_s (n,)
        """
        if self.fixed is not None:
            return (self.fixed,) * len(t_s)
        voter = self.settings.hindsight_voter(self.classes)
        return tuple(map(self._known, voter.in_hindsight(proba, t_s)))

    @property
    def sets(self) -> tuple[ExerciseSet, ...]:
        """The sets that have ended."""
        return tuple(self._sets.ended)

    def close(self) -> None:
        """Free the estimator. Safe to call twice."""
        if self._estimator is not None:
            self._estimator.close()
            self._estimator = None

    def _measure(self, t_s: float, pose: Pose | None) -> _Moment:
        unknown = np.full(len(self.classes), np.nan)
        if pose is None:
            nothing = np.full(N_JOINTS, np.nan)
            return _Moment(
                t_s, np.full(len(COLUMNS), np.nan), nothing, nothing, None, unknown, None
            )
        view = view_of(pose)
        flexion = flexion_deg(pose, corrected=self.settings.correct_angles)
        proba = unknown
        if self.fixed is None:
            proba = self.classifier.proba(self._window.step(joints_of(pose), t_s))
        row = measure(pose, flexion)
        return _Moment(t_s, row, flexion, expected_error_deg(view), view, proba, pose)

    def _hint(self, pose: Pose | None, voted: str, t_s: float) -> str | None:
        """What keeps the camera from seeing enough of the exercise that is done."""
        self._guide.exercise = self.exercises.get(voted)
        framing = self._guide.step(pose, None, t_s)
        return None if framing.ready else framing.say

    def _vote(self, now: _Moment) -> str:
        if self.fixed is not None:
            return self.fixed
        return self._known(self._voter.step(now.proba, now.t_s))

    def _known(self, name: str) -> str:
        return name if name in self.exercises else NONE

    def _shares(self) -> dict[str, float]:
        if self.fixed is not None:
            return {self.fixed: 1.0}
        shares = zip(self._voter.shares.tolist(), self.classes, strict=True)
        return {name: share for share, name in sorted(shares, reverse=True) if share > 0.01}

    def _count(self, now: _Moment, voted: str) -> tuple[Rep | None, ExerciseSet | None]:
        """Every counter runs all the time, so a label that flips for a moment loses no rep."""
        counted: list[tuple[RepSpan, str]] = []
        row = now.row.tolist()  # a dozen counters read it
        for name, counter in self._counters.items():
            span = counter.step(row, now.t_s)
            if span is None:
                continue
            own, others, none = self._shares_over(span, name)
            certain = own >= self.settings.rep_share and own >= max(others, none)
            doubtful = span.complete and own >= self.settings.doubt_share and own >= others
            if not (certain or doubtful):
                continue
            if in_posture(self.exercises[name], self._trace(name, span)):
                (counted if certain else self._doubtful).append((span, name))
        if not counted:
            counted = self._no_longer_in_doubt(now.t_s, voted)
        rep, ended = None, None
        for span, name in counted:
            rep = self._judged(self.exercises[name], span)
            ended = self._sets.add_rep(rep) or ended
        return rep, ended

    def _no_longer_in_doubt(self, t_s: float, voted: str) -> list[tuple[RepSpan, str]]:
        """A rep that was in doubt and whose exercise the votes name by now, at most one."""
        newest_s = t_s - self.settings.doubt_s
        self._doubtful = [(s, name) for s, name in self._doubtful if s.end_s >= newest_s]
        current = self._sets.current
        for span, name in self._doubtful:
            follows = current is None or span.start_s >= current.end_s
            if name == voted and follows:
                self._doubtful.remove((span, name))
                return [(span, name)]
        return []

    def _shares_over(self, span: RepSpan, name: str) -> tuple[float, float, float]:
        """Mean probability over a rep's own time: of its exercise, of the best other, of none."""
        if self.fixed is not None:
            return 1.0, 0.0, 0.0
        votes = [m.proba for m in self._past if span.start_s <= m.t_s <= span.end_s]
        votes = [v for v in votes if np.isfinite(v).all()]
        if not votes or name not in self.classes:
            return 0.0, 1.0, 1.0
        mean = dict(zip(self.classes, np.mean(votes, axis=0).tolist(), strict=True))
        own, none = mean.pop(name), mean.pop(NONE, 0.0)
        return own, max(mean.values(), default=0.0), none

    def _moments(self, span: RepSpan) -> list[_Moment]:
        """Of a rep, and just before it: those show the position that it started from."""
        return [m for m in self._past if span.start_s - BEFORE_S <= m.t_s <= span.end_s]

    def _trace(self, name: str, span: RepSpan) -> RepTrace:
        past = self._moments(span)
        t_s = np.array([m.t_s for m in past])
        rows = np.array([m.row for m in past])
        begin_i = int(np.searchsorted(t_s, span.start_s))
        return RepTrace(
            t_s=t_s,
            rows=rows,
            signal=self._counters[name].value(rows),
            error_deg=np.array([m.error_deg for m in past]),
            views=tuple(m.view for m in past),
            far_i=max(begin_i, int(np.argmin(np.abs(t_s - span.far_s)))),
            complete=span.complete,
            begin_i=begin_i,
        )

    def _judged(self, exercise: Exercise, span: RepSpan) -> Rep:
        past, trace = self._moments(span), self._trace(exercise.name, span)
        judgement = judge(exercise, trace)
        return Rep(
            exercise=exercise.name,
            start_s=span.start_s,
            end_s=span.end_s,
            complete=span.complete,
            rom_deg=span.rom,
            tempo_s=(span.far_s - span.start_s, span.end_s - span.far_s),
            score=judgement.score,
            faults=tuple(_with_pose(fault, past) for fault in judgement.faults),
            score_parts=judgement.parts,
            curve_t_s=trace.t_s[trace.begin_i :],
            curve_deg=np.array([m.flexion_deg for m in past[trace.begin_i :]]),
        )

    def _hold(self, now: _Moment, voted: str) -> ExerciseSet | None:
        ended = None
        for name, timer in self._holds.items():
            span = timer.step(now.row, now.error_deg, now.view, now.t_s, voted == name)
            if span is not None:
                ended = self._sets.hold(name, span.start_s, span.end_s, span.good_s) or ended
        return ended

    def _live_faults(self, now: _Moment, voted: str, pose: Pose | None) -> tuple[Fault, ...]:
        exercise = self.exercises.get(voted)
        if exercise is None or pose is None:
            self._coach = None
            return ()
        if self._coach is None or self._coach.exercise is not exercise:
            self._coach = LiveCoach(exercise)
        phase = self._counters[voted].phase if voted in self._counters else None
        return self._coach.step(now.row, now.error_deg, phase, now.view, now.t_s)


def _with_pose(fault: Fault, past: list[_Moment]) -> Fault:
    """The fault with the person as they were then, so that it can be shown."""
    nearest = min(past, key=lambda moment: abs(moment.t_s - fault.at_s))
    return replace(fault, pose=nearest.pose)
