"""Several videos one after another, or as many at once as there are processors."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from posecore.analyze import (
    Analysis,
    Progress,
    analyze_video,
    write_document,
)
from posecore.classify import ModelError, Recogniser
from posecore.crew import MOST_PROCESSES, Crew
from posecore.draw import draw_overlay
from posecore.exercises import Exercise, ExerciseFileError
from posecore.pipeline import Pipeline, UnknownExercise
from posecore.taught import knowledge
from posecore.types import ExerciseSet, FrameResult
from posecore.video import VideoError
from posecore.video_writer import AnnotatedWriter

OnProgress = Callable[[int, float, float | None], None]
"""Number of the job, seconds done, seconds in all."""


@dataclass(frozen=True)
class Job:
    """One video, and what is wanted of it: None where it is not.

    pictures  in the report; without them skeletons are drawn, and nobody can be recognised
    """

    video: Path
    document: Path | None = None
    annotated: Path | None = None
    exercise: str | None = None
    report: Path | None = None
    pictures: bool = True


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a job. ``problem`` is the sentence that says why nothing did."""

    job: Job
    sets: tuple[ExerciseSet, ...] = ()
    warnings: tuple[str, ...] = ()
    nobody_seen: bool = False
    problem: str | None = None

    @property
    def failed(self) -> bool:
        return self.problem is not None or self.nobody_seen


class JobError(ValueError):
    """What was asked for cannot be done without harm; the message says why."""


def plan(
    videos: Sequence[Path],
    *,
    documents: Path | None = None,
    annotated: Path | None = None,
    exercise: str | None = None,
    report: Path | None = None,
    pictures: bool = True,
) -> list[Job]:
    """One job a video, each result under a name of its own.

    documents  folder of the analysis documents
    annotated, report  the drawn video's and the report's file; with several videos, or where it is
                       one, a folder
    Raises JobError where a result would overwrite another, or a video.
    """
    if documents is not None or annotated is not None or report is not None:
        counts = Counter(video.name for video in videos)
        twice = sorted(name for name, n in counts.items() if n > 1)
        if twice:
            raise JobError(
                f"More than one of the videos is called {', '.join(twice)}: their results would "
                "overwrite each other. Give them other names, or analyse one at a time."
            )
    if documents is not None and documents.exists() and not documents.is_dir():
        raise JobError(f"The documents go into a folder, and {documents} is a file.")
    several = len(videos) > 1
    jobs = []
    for video in videos:
        document = documents / f"{video.name}.json" if documents is not None else None
        drawn = _result_path(video, annotated, _ANNOTATED, several=several)
        page = _result_path(video, report, _REPORT, several=several)
        for made, what in ((drawn, _ANNOTATED), (page, _REPORT)):
            if made is not None and any(made.resolve() == each.resolve() for each in videos):
                raise JobError(f"{what.one} would overwrite {made}. Choose another name.")
        jobs.append(Job(video, document, drawn, exercise, page, pictures))
    return jobs


@dataclass(frozen=True)
class _Kind:
    """A result that is one file for one video, and a folder for several."""

    one: str
    several: str
    format: str
    suffix: str
    ending: str


_ANNOTATED = _Kind(
    "The annotated video", "annotated videos", "an MP4 file", ".mp4", ".annotated.mp4"
)
_REPORT = _Kind("The report", "reports", "an HTML page", ".html", ".html")


def _result_path(video: Path, asked: Path | None, kind: _Kind, *, several: bool) -> Path | None:
    if asked is None:
        return None
    fits = asked.suffix.lower() == kind.suffix
    if several and (fits or asked.is_file()):
        raise JobError(f"Several {kind.several} go into a folder, and {asked} is a file.")
    if several or asked.is_dir():
        return asked / f"{video.name}{kind.ending}"
    if not fits:
        raise JobError(f"{kind.one} is {kind.format}: {asked} should end in {kind.suffix}.")
    return asked


@contextmanager
def native_messages_muted() -> Iterator[None]:
    """MediaPipe's C++ writes start-up notes to the error stream, whatever its settings say.

    What Python itself writes there still arrives: its stream gets a way of its own.
    """
    kept, stream, real = os.dup(2), sys.stderr, sys.__stderr__
    try:
        with open(os.devnull, "w") as nowhere, ExitStack() as stack:
            if real is not None and stream is real:
                own = open(os.dup(2), "w", encoding=real.encoding, errors=real.errors)
                sys.stderr = stack.enter_context(own)
                own.reconfigure(line_buffering=True)
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        sys.stderr = stream
        os.dup2(kept, 2)
        os.close(kept)


def analyze_and_draw(
    video: Path,
    annotated: Path | None,
    *,
    pipeline: Pipeline,
    progress: Progress | None = None,
    workers: int = 1,
    crew: Crew | None = None,
) -> Analysis:
    """As analyze_video; where ``annotated`` is given, the drawn video is written there too."""
    with ExitStack() as stack:
        draw = None if annotated is None else _Annotator(annotated, pipeline, stack)
        return analyze_video(
            video,
            pipeline=pipeline,
            on_frame=draw,
            progress=progress,
            workers=workers,
            crew=crew,
        )


def analyze_one(
    job: Job,
    progress: Progress | None = None,
    *,
    workers: int = 1,
    crew: Crew | None = None,
    knowing: Callable[[], tuple[dict[str, Exercise], Recogniser]] = knowledge,
) -> Outcome:
    """Analyse one video and write what is wanted; what goes wrong with it is in the outcome.

    workers, crew  as for analyze_video
    knowing        says what a pipeline is made with
    """
    pipeline = None
    try:
        known, recogniser = knowing()
        pipeline = Pipeline(exercises=known, classifier=recogniser, exercise=job.exercise)
        analysis = analyze_and_draw(
            job.video,
            job.annotated,
            pipeline=pipeline,
            progress=progress,
            workers=workers,
            crew=crew,
        )
        if job.document is not None:
            write_document(analysis, job.document)
        if job.report is not None:
            from posecore.report import write_report  # the template's machinery, only where needed

            video = job.video if job.pictures else None
            write_report(analysis, job.report, exercises=pipeline.exercises, video=video)
    except (VideoError, ModelError, ExerciseFileError, UnknownExercise) as error:
        return Outcome(job, problem=str(error))
    except OSError as error:
        name = error.filename or job.report or job.document
        problem = f"{job.video.name}: {name} cannot be used ({error.strerror or error})."
        return Outcome(job, problem=problem)
    finally:
        if pipeline is not None:
            pipeline.close()
    return Outcome(job, analysis.sets, analysis.warnings, analysis.nobody_seen)


def analyze_all(
    jobs: Sequence[Job],
    *,
    workers: int,
    on_progress: OnProgress | None = None,
    crew: Crew | None = None,
) -> Iterator[Outcome]:
    """The outcomes in the order of the jobs, each as soon as it and those before it are done.

    crew  of so many workers, where there is one already; it is left open
    Poses are estimated by ``workers`` processes, which take parts of all films in turn, so that
    none waits while another has a long film to itself; the rest is done here, by threads. Large
    files are begun first: a small one at the end leaves no processor without work for long.
    """
    tell = on_progress or (lambda number, done_s, total_s: None)
    if len(jobs) < 2 or workers < 2:
        for number, job in enumerate(jobs):
            yield analyze_one(job, partial(tell, number), workers=workers)
        return
    at_once = min(workers, MOST_PROCESSES) + 1  # one more: no process waits for the next film
    together = ThreadPoolExecutor(min(at_once, len(jobs)))
    own = Crew(workers) if crew is None else None
    knowing = cache(knowledge)  # read once for all of them
    try:
        futures = {
            number: together.submit(
                analyze_one, job, partial(tell, number), crew=own or crew, knowing=knowing
            )
            for number, job in sorted(enumerate(jobs), key=lambda each: -_bytes_of(each[1].video))
        }
        for number in range(len(jobs)):
            yield futures[number].result()
    finally:
        if own is not None:
            own.close()  # whoever still waits for it is told so
        together.shutdown(cancel_futures=True)


def _bytes_of(video: Path) -> int:
    """0 where it cannot be told: whoever opens it says why."""
    try:
        return video.stat().st_size
    except OSError:
        return 0


class _Annotator:
    """Draws each frame into a file that is begun with the first, when its size is known."""

    def __init__(self, path: Path, pipeline: Pipeline, stack: ExitStack) -> None:
        self.path, self.exercises, self.stack = path, pipeline.exercises, stack
        self.writer: AnnotatedWriter | None = None

    def __call__(self, rgb: np.ndarray, result: FrameResult) -> None:
        if self.writer is None:
            size = (rgb.shape[1], rgb.shape[0])
            self.writer = self.stack.enter_context(AnnotatedWriter(self.path, size, 30.0))
        self.writer.write(draw_overlay(rgb, result, self.exercises), result.t_s)
