"""A recorded video: what is done in it, how well, and the same video with everything drawn on it.

Everything runs in the script's thread. The uploaded file is deleted as soon as it is analysed;
the drawn one lies in a folder that goes with the browser tab's session. Streamlit lets go of
that a while after the tab is closed, when the next one is opened, or when the program ends.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.history_session import plain, table
from posecore import plots
from posecore.analyze import Analysis, write_document
from posecore.angles import JOINT_NAMES
from posecore.batch import analyze_and_draw
from posecore.classify import ExerciseClassifier, ModelError
from posecore.exercises import Exercise, ExerciseFileError, load_exercises
from posecore.pipeline import Pipeline
from posecore.store import Store, StoreError, default_url
from posecore.store.words import counted, fault_in_words, measured, title_of
from posecore.types import ExerciseSet, Rep
from posecore.video import VideoError

KINDS = ["mp4", "mov", "m4v", "avi", "webm", "mkv", "mpg", "mpeg", "ts", "3gp", "wmv", "flv", "gif"]
ANY_EXERCISE = "Recognise by itself"
RESULT = "video_result"
REFRESH_S = 0.3
HISTORY_PAGE = Path(__file__).with_name("history.py")


@dataclass
class Result:
    """What stays of one video while the tab is open; ``folder`` takes its files along."""

    name: str
    analysis: Analysis
    folder: tempfile.TemporaryDirectory[str]
    drawn: Path
    document: Path
    session_id: int | None = None
    not_saved: str | None = None


@st.cache_resource(show_spinner="Loading the exercises and the model.")
def load_knowledge() -> tuple[dict[str, Exercise], ExerciseClassifier]:
    return load_exercises(), ExerciseClassifier.load()


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
        try:
            analysis = analyze_and_draw(
                received, drawn, pipeline=pipeline, progress=progress_on(bar)
            )
        finally:
            pipeline.close()
            received.unlink(missing_ok=True)
        write_document(analysis, document)
    except BaseException:  # a rerun comes as one that is no Exception
        folder.cleanup()
        raise
    return Result(name, analysis, folder, drawn, document)


def save(result: Result, store: Store) -> None:
    """Keep the sets in the history, or note why not."""
    if not result.analysis.sets:
        return
    started_at = datetime.now(UTC)
    try:
        session_id = store.begin_session(started_at, result.name)
        for each in result.analysis.sets:
            set_id = store.begin_set(session_id, each.exercise, each.start_s)
            for rep in each.reps:
                store.add_rep(set_id, rep, JOINT_NAMES)
            store.update_set(set_id, each.end_s, each.hold_s)
        store.end_session(session_id, started_at + timedelta(seconds=result.analysis.duration_s))
    except StoreError as error:
        result.not_saved = str(error)
    else:
        result.session_id = session_id


def summary_in_words(
    sets: tuple[ExerciseSet, ...], exercises: Mapping[str, Exercise]
) -> list[tuple[str, bool]]:
    """One sentence an exercise, how much of it and what to do better first; and: all was well."""
    sentences = []
    for name in dict.fromkeys(each.exercise for each in sets):
        own = [each for each in sets if each.exercise == name]
        reps = [rep for each in own for rep in each.reps]
        done = []
        if any(each.hold_s is not None for each in own):
            done.append(f"held {sum(each.hold_s or 0.0 for each in own):.0f} s in good form")
        if reps:
            complete = sum(rep.complete for rep in reps)
            done.append(counted(complete, "rep"))
            if complete < len(reps):
                done.append(counted(len(reps) - complete, "attempt"))
        sentence = f"{title_of(name, exercises)}: {', '.join(done)}."
        cues = Counter(fault.cue for rep in reps for fault in rep.faults)
        if cues:
            ((cue, often),) = cues.most_common(1)
            sentence += f" Above all: {cue} ({often} of {len(reps)})."
        elif reps:
            sentence += " Nothing was off."
        sentences.append((sentence, not cues))
    return sentences


def rows_of(each: ExerciseSet) -> list[dict[str, str]]:
    rows = []
    for label, rep in zip(labels_of(each), each.reps, strict=True):
        out_s, back_s = rep.tempo_s
        rows.append(
            {
                "Rep": label,
                "From, to": f"{rep.start_s:.1f} s, {rep.end_s:.1f} s",
                "Result": "Complete" if rep.complete else "Attempt",
                "Range of motion": measured(rep.rom_deg, "°"),
                "Tempo out, back": f"{measured(out_s, ' s', 1)}, {measured(back_s, ' s', 1)}",
                "Score": measured(rep.score, ""),
                "What was off": ", ".join(fault.cue for fault in rep.faults) or "Nothing",
            }
        )
    return rows


def labels_of(each: ExerciseSet) -> list[str]:
    """ "1", "2", "attempt", "3": complete reps are counted."""
    done, labels = 0, []
    for rep in each.reps:
        done += rep.complete
        labels.append(str(done) if rep.complete else "attempt")
    return labels


def show_set(number: int, each: ExerciseSet, exercises: Mapping[str, Exercise]) -> None:
    st.subheader(f"Set {number}: {plain(title_of(each.exercise, exercises))}")
    if each.hold_s is not None:
        st.write(
            f"From {each.start_s:.1f} s to {each.end_s:.1f} s, {each.hold_s:.0f} s in good form."
        )
        return
    st.markdown(table(rows_of(each)))
    show_chosen_rep(number, each, exercises.get(each.exercise))


@st.fragment
def show_chosen_rep(number: int, each: ExerciseSet, exercise: Exercise | None) -> None:
    """A fragment: another rep is drawn without drawing the whole page again."""
    names = [
        f"Rep {label}, {rep.start_s:.1f} s"
        for label, rep in zip(labels_of(each), each.reps, strict=True)
    ]
    chosen = st.selectbox(
        f"Joint angles in set {number}",
        range(len(names)),
        format_func=names.__getitem__,
        key=f"video_rep_{number}",
    )
    show_rep(each.reps[chosen], exercise, key=f"video_curve_{number}")


def show_rep(rep: Rep, exercise: Exercise | None, key: str) -> None:
    bands = plots.target_bands(exercise) if exercise is not None else {}
    figure = plots.rep_figure(
        rep.curve_t_s, rep.curve_deg, JOINT_NAMES, plots.chart_joints(exercise), bands
    )
    st.plotly_chart(figure, key=key)
    for fault in rep.faults:
        st.write(plain(fault_in_words(fault)))


def show(result: Result, exercises: Mapping[str, Exercise]) -> None:
    analysis = result.analysis
    st.text(result.name)
    if analysis.nobody_seen:
        st.error(plain(" ".join(analysis.warnings)), icon=":material/error:")
        return
    for warning in analysis.warnings:
        st.warning(plain(warning))
    for sentence, well in summary_in_words(analysis.sets, exercises):
        if well:
            st.success(plain(sentence), icon=":material/check_circle:")
        else:
            st.warning(plain(sentence), icon=":material/campaign:")
    if not analysis.sets:
        st.info(
            "No repetition of a known exercise was found. If you know what is done, choose it "
            "above and analyse again."
        )
    if result.not_saved is not None:
        st.warning(f"This is not in your history. {plain(result.not_saved)}")
    elif result.session_id is not None:
        st.page_link(
            HISTORY_PAGE,
            label="See this session in the history",
            icon=":material/history:",
            query_params={"session": str(result.session_id)},
        )
    left, right = st.columns([2, 3])
    left.video(str(result.drawn))
    with left.container(horizontal=True):
        show_downloads(result)
    right.plotly_chart(plots.timeline_figure(analysis, exercises), key="video_timeline")
    for number, each in enumerate(analysis.sets, start=1):
        show_set(number, each, exercises)


def show_downloads(result: Result) -> None:
    st.download_button(
        "Annotated video",
        result.drawn.read_bytes(),
        file_name=f"{Path(result.name).stem}.annotated.mp4",
        mime="video/mp4",
        icon=":material/download:",
        on_click="ignore",
    )
    st.download_button(
        "Analysis (JSON)",
        result.document.read_bytes(),
        file_name=f"{result.name}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )


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
        save(result, store_at(default_url()))
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
