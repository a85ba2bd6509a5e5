"""A recorded video: what is done in it, how well, and the same video with everything drawn on it.

Everything runs in the script's thread. The uploaded file is deleted as soon as it is analysed;
the drawn one lies in a folder that goes with the browser tab's session. Streamlit lets go of
that a while after the tab is closed, when the next one is opened, or when the program ends.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.history_session import plain
from pages.person import own
from pages.video_result import Result, show
from pages.workout_loading import show_left_out
from posecore.analyze import write_document, write_whole
from posecore.angles import JOINT_NAMES
from posecore.batch import analyze_and_draw
from posecore.classify import ExerciseClassifier, ModelError
from posecore.exercises import Exercise, ExerciseFileError, usable_exercises
from posecore.pipeline import Pipeline
from posecore.report import pictures_for, render_report
from posecore.store import Store, StoreError, default_url
from posecore.store.words import title_of
from posecore.video import VideoError

KINDS = ["mp4", "mov", "m4v", "avi", "webm", "mkv", "mpg", "mpeg", "ts", "3gp", "wmv", "flv", "gif"]
ANY_EXERCISE = "Recognise by itself"
RESULT = "video_result"
REFRESH_S = 0.3


@st.cache_resource(show_spinner="Loading the exercises and the model.")
def load_knowledge() -> tuple[dict[str, Exercise], ExerciseClassifier]:
    return usable_exercises()[0], ExerciseClassifier.load()


@st.cache_resource(show_spinner=False)
def store_at(url: str) -> Store:
    return Store(url)


def file_name(uploaded: UploadedFile) -> str:
    """The name the browser gave, as one that any system can write."""
    name = re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", uploaded.name).strip(". ")
    return name or "video"


def left_in_words(seconds: float) -> str:
    if seconds < 60:
        return f"about {max(5, round(seconds / 5) * 5)} s left"
    return f"about {round(seconds / 60)} min left"


def progress_on(bar: Any) -> Callable[[float, float | None], None]:
    """Shows how far the analysis is. Every call to the bar is also where Cancel takes hold."""
    began = shown = time.monotonic()

    def show(done_s: float, total_s: float | None) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < REFRESH_S:
            return
        shown = now
        if not total_s or done_s <= 0:
            bar.progress(0.0, text=f"{done_s:.0f} s of the video analysed")
            return
        share = min(done_s / total_s, 1.0)
        left = left_in_words((now - began) * (1 - share) / share)
        bar.progress(share, text=f"{done_s:.0f} of {total_s:.0f} s analysed, {left}")

    return show


def analyze(
    uploaded: UploadedFile,
    exercise: str | None,
    knowledge: tuple[dict[str, Exercise], ExerciseClassifier],
    bar: Any,
) -> Result:
    """Raises VideoError. On an error or a rerun nothing is left behind."""
    exercises, classifier = knowledge
    name = file_name(uploaded)
    folder = tempfile.TemporaryDirectory(prefix="posecoach-")
    try:
        place = Path(folder.name)
        received = place / "received" / name
        received.parent.mkdir()
        received.write_bytes(uploaded.getbuffer())
        pipeline = Pipeline(exercises=exercises, classifier=classifier, exercise=exercise)
        drawn, document = place / "drawn.mp4", place / "analysis.json"
        report = place / "report.html"
        try:
            analysis = analyze_and_draw(
                received, drawn, pipeline=pipeline, progress=progress_on(bar)
            )
            bar.progress(1.0, text="Taking pictures of what was off")
            pictures = pictures_for(analysis, received)
        finally:
            pipeline.close()
            received.unlink(missing_ok=True)
        write_document(analysis, document)
        write_whole(report, render_report(analysis, exercises, pictures))
    except BaseException:  # a rerun comes as one that is no Exception
        folder.cleanup()
        raise
    return Result(name, analysis, folder, drawn, document, report, pictures)


def save(result: Result, store: Store) -> None:
    """Keep the sets in the history, or note why not."""
    if not result.analysis.sets:
        return
    started_at = datetime.now(UTC)
    try:
        with store.together():  # all of the video, or nothing of it
            session_id = store.begin_session(started_at, result.name)
            for each in result.analysis.sets:
                set_id = store.begin_set(session_id, each.exercise, each.start_s)
                for rep in each.reps:
                    store.add_rep(set_id, rep, JOINT_NAMES)
                store.update_set(set_id, each.end_s, each.hold_s)
            store.end_session(
                session_id, started_at + timedelta(seconds=result.analysis.duration_s)
            )
    except StoreError as error:
        result.not_saved = str(error)
    else:
        result.session_id = session_id


def begin(
    uploaded: UploadedFile,
    exercise: str | None,
    keep: bool,
    knowledge: tuple[dict[str, Exercise], ExerciseClassifier],
) -> None:
    """Analyse, and put the result in the place of the one before."""
    before = st.session_state.pop(RESULT, None)
    if before is not None:
        before.folder.cleanup()
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text="Getting ready")
        st.button("Cancel", icon=":material/close:")  # its click reruns, and that ends this run
        try:
            result = analyze(uploaded, exercise, knowledge, bar)
        except (VideoError, OSError) as error:
            place.error(plain(str(error)), icon=":material/error:")
            return
    if keep:
        save(result, own(store_at(default_url())))
    st.session_state[RESULT] = result
    place.empty()


def main() -> None:
    st.title("Video")
    st.write(
        "Choose a recorded video of one person. It is analysed on this computer and not kept; "
        "the annotated video is there until you leave."
    )
    try:
        knowledge = load_knowledge()
    except (ModelError, ExerciseFileError, ImportError) as error:
        st.error(f"No video can be analysed here. {plain(str(error))}", icon=":material/error:")
        return
    show_left_out()
    exercises = knowledge[0]
    uploaded = st.file_uploader("Video file", type=KINDS)
    names = [None, *sorted(exercises, key=lambda name: exercises[name].title)]
    left, right = st.columns(2, vertical_alignment="bottom")
    exercise = left.selectbox(
        "Exercise",
        names,
        format_func=lambda name: title_of(name, exercises) if name else ANY_EXERCISE,
    )
    keep = right.toggle("Save to the history", value=True)
    pressed = st.button(
        "Analyse", type="primary", disabled=uploaded is None, icon=":material/play_arrow:"
    )
    if pressed and uploaded is not None:
        begin(uploaded, exercise, keep, knowledge)
    result: Result | None = st.session_state.get(RESULT)
    if result is not None:
        show(result, exercises)


main()
