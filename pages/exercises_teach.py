"""Teaching a new exercise: repetitions from a video or the camera, a proposal to adjust, a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.exercises_camera import Poses, is_recording, record
from pages.exercises_detail import SAID
from pages.exercises_figure import figure_html
from pages.exercises_known import Known
from pages.exercises_own import whose_exercises
from pages.exercises_words import measure_name, range_in_words, target_name
from posecore.decoder import GuardedReader
from posecore.estimate import PoseEstimator
from posecore.exercises import ExerciseFileError
from posecore.exercises.names import LONGEST_TITLE, ExerciseNameError
from posecore.language import Text, _, many, words_of
from posecore.measures import Reading
from posecore.plots.exercise import taught_figure
from posecore.teach import Proposal, adjusted, in_words, propose
from posecore.teach_recogniser import demand_free_name, figure_of, keep
from posecore.teach_shown import FEWEST_REPS, Measured, TeachError, measured
from posecore.video import VideoError

LESSON, ASKED = "teach_lesson", "teach_asked"
VIDEO, CAMERA = Text("A video"), Text("The camera")
KINDS = ["mp4", "mov", "m4v", "avi", "webm", "mkv", "mpg", "mpeg", "ts", "3gp", "wmv", "flv", "gif"]
LONGEST_S = 120.0
"""Of a video so much is looked at: five repetitions take no longer."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was shown: times and poses, what they measure, and what was left out of it."""

    title: str
    about: str
    poses: Poses
    seen: Measured
    note: str | None = None


def show_teaching(known: Known) -> None:
    lesson: Lesson | None = st.session_state.get(LESSON)
    if lesson is None and is_recording():
        _record(*st.session_state[ASKED])  # the picture and what to do need all of the page
        return
    st.write(
        _(
            "Show the exercise: three good repetitions are enough, five are better, one after "
            "another and with the whole body in the picture. You then see what was understood, "
            "move the limits if need be, and save it. It is counted and recognised from then on."
        )
    )
    if lesson is None:
        _ask()
        return
    if st.button(_("Start over"), icon=":material/restart_alt:", key="teach_again"):
        del st.session_state[LESSON]
        st.rerun()
    _show_proposal(lesson)


def _ask() -> None:
    before = st.session_state.get(ASKED, ("", ""))
    title = st.text_input(
        _("Name of the exercise"), before[0], max_chars=LONGEST_TITLE, key="teach_title"
    )
    about = st.text_input(
        _("How it is done, in one sentence (may be empty)"), before[1], key="teach_about"
    )
    way = st.segmented_control(
        _("Where are the repetitions?"),
        [VIDEO, CAMERA],
        format_func=_,
        default=VIDEO,
        required=True,
        key="teach_way",
    )
    if way == CAMERA:
        try:
            demand_free_name(title, whose_exercises())
        except ExerciseNameError as error:
            st.info(_(words_of(error)))
            return
        st.session_state[ASKED] = (title, about)
        _record(title, about)
        return
    uploaded = st.file_uploader(_("Video of the repetitions"), type=KINDS, key="teach_video")
    if st.button(
        _("Look at the video"), type="primary", disabled=uploaded is None, key="teach_look"
    ):
        assert uploaded is not None
        try:
            demand_free_name(title, whose_exercises())
        except ExerciseNameError as error:
            st.error(_(words_of(error)), icon=":material/error:")
            return
        bar = st.progress(0.0, text=_("Looking for the body in the video"))
        try:
            poses, note = _poses_in(uploaded, lambda share: bar.progress(share))
        except (VideoError, OSError) as error:
            st.error(_(words_of(error)), icon=":material/error:")
            return
        bar.empty()
        _take(title, about, poses, note)


def _record(title: str, about: str) -> None:
    poses = record()
    if poses is not None:
        _take(title, about, poses, None)


def _poses_in(
    uploaded: UploadedFile, progress: Callable[[float], object]
) -> tuple[Poses, str | None]:
    """Landmarks of an uploaded file, which is deleted again. Raises VideoError."""
    poses: Poses = []
    note = None
    with tempfile.TemporaryDirectory(prefix="posecoach-") as folder:
        path = Path(folder) / f"video{Path(uploaded.name).suffix[:8]}"
        path.write_bytes(uploaded.getbuffer())
        try:
            with GuardedReader(path) as video, PoseEstimator() as estimator:
                whole_s = min(video.info.duration_s or LONGEST_S, LONGEST_S)
                for rgb, t_s in video.frames():
                    if t_s > LONGEST_S:
                        note = Text(
                            "Only the first {seconds} s of the video were looked at.",
                            seconds=f"{LONGEST_S:.0f}",
                        )
                        break
                    poses.append((t_s, estimator.estimate(rgb, t_s)))
                    if len(poses) % 10 == 0:
                        progress(min(t_s / max(whole_s, 0.1), 1.0))
        except VideoError as error:
            said = words_of(error)
            if isinstance(said, Text):
                said = Text(said.template, **(said.values | {"file": uploaded.name}))
            raise VideoError(said) from error
    return poses, note


def _take(title: str, about: str, poses: Poses, note: str | None) -> None:
    """Keep what was shown, if three repetitions can be found in it."""
    try:
        lesson = Lesson(title, about, poses, measured(poses), note)
        propose(lesson.seen, title, about)
    except (TeachError, ExerciseNameError) as error:
        st.error(_(words_of(error)), icon=":material/error:")
        return
    st.session_state[LESSON] = lesson
    st.session_state.pop(ASKED, None)
    for key in ("teach_measure", "teach_turned", "teach_start", "teach_far"):
        st.session_state.pop(key, None)
    st.rerun()


def _show_proposal(lesson: Lesson) -> None:
    if lesson.note is not None:
        st.info(_(lesson.note))
    head, chart, controls, below = (st.container() for _ in range(4))
    try:
        with controls:
            proposal = _chosen(lesson)
    except (TeachError, ExerciseNameError) as error:
        below.error(_(words_of(error)), icon=":material/error:")
        return
    with head:
        left, right = st.columns([1, 2], vertical_alignment="center")
        if figure := figure_html(figure_of(proposal, lesson.poses), lesson.title):
            left.html(figure)
        right.header(lesson.title)
        lines = "<br>".join(escape(line) for line in in_words(proposal))
        right.html(f'<p class="pc-lead">{lines}</p>')
    signal = proposal.exercise.signal
    name = measure_name(Reading(signal.measure, signal.sides))
    chart.plotly_chart(
        taught_figure(lesson.seen.t_s, proposal.signal_values, signal, proposal.spans, name),
        key="teach_chart",
        config={"displayModeBar": False},
    )
    done, tried = len(proposal.complete), len(proposal.spans) - len(proposal.complete)
    counted = many(
        "{n} repetition is counted with these limits.",
        "{n} repetitions are counted with these limits.",
        done,
    )
    short = " " + many("{n} more went too short a way.", "{n} more went too short a way.", tried)
    with below:
        st.markdown(f"**{counted}**{short if tried else ''}")
        with st.expander(_("What a good repetition will be"), expanded=False):
            for target in proposal.exercise.targets:
                st.markdown(f"- {target_name(target)}: {range_in_words(target)}")
        too_few = done < FEWEST_REPS
        if st.button(_("Save the exercise"), type="primary", key="teach_save", disabled=too_few):
            _save(lesson, proposal)


def _chosen(lesson: Lesson) -> Proposal:
    """The proposal with what was chosen on the page. Raises TeachError."""
    first = propose(lesson.seen, lesson.title, lesson.about)
    names = [each.measure for each in first.candidates]
    left, right = st.columns(2, vertical_alignment="bottom")
    measure = left.selectbox(
        _("What is counted"),
        names,
        index=names.index(first.chosen.measure),
        format_func=lambda each: measure_name(Reading(each)),
        key="teach_measure",
    )
    turned = right.toggle(_("Start and turning point are the other way round"), key="teach_turned")
    started_low = first.exercise.signal.upwards
    proposal = first
    if measure != first.chosen.measure or turned:
        proposal = propose(lesson.seen, lesson.title, lesson.about, measure=measure)
        started_low = proposal.exercise.signal.upwards
        if turned:
            proposal = _other_way(lesson, measure, started_low)
    return _moved(proposal, measure, turned)


def _other_way(lesson: Lesson, measure: str, started_low: bool) -> Proposal:
    for turned in (True, False):
        proposal = propose(lesson.seen, lesson.title, lesson.about, measure=measure, turned=turned)
        if proposal.exercise.signal.upwards != started_low:
            return proposal
    return proposal


def _moved(proposal: Proposal, measure: str, turned: bool) -> Proposal:
    """The thresholds, on sliders over all that the signal does."""
    signal = proposal.exercise.signal
    values = proposal.signal_values[np.isfinite(proposal.signal_values)]
    in_deg = Reading(signal.measure).unit == "deg"
    step = 1.0 if in_deg else 0.01
    low = float(np.floor(values.min() / step) * step)
    high = float(np.ceil(values.max() / step) * step)
    kept = {"min_value": min(low, signal.start, signal.far)}
    kept |= {"max_value": max(high, signal.start, signal.far), "step": step}
    shown = "%.0f°" if in_deg else "%.2f"
    left, right = st.columns(2)
    key = f"{measure}_{turned}"
    start = left.slider(
        _("Back at the start"), value=float(signal.start), format=shown, key=f"start_{key}", **kept
    )
    far = right.slider(
        _("Far enough to count"), value=float(signal.far), format=shown, key=f"far_{key}", **kept
    )
    if (start, far) == (signal.start, signal.far):
        return proposal
    if start == far or (far > start) != signal.upwards:
        raise TeachError(
            Text(
                "The two limits have passed each other. Move them apart again, or turn start and "
                "turning point round."
            )
        )
    return adjusted(proposal, start, far)


def _save(lesson: Lesson, proposal: Proposal) -> None:
    try:
        path = keep(proposal, lesson.poses, whose_exercises())
    except (TeachError, ExerciseNameError, ExerciseFileError) as error:
        st.error(_(words_of(error)), icon=":material/error:")
        return
    except OSError as error:
        problem = _("The exercise could not be saved ({reason}).", reason=error)
        st.error(problem, icon=":material/error:")
        return
    del st.session_state[LESSON]
    st.session_state[SAID] = _(
        "{exercise} is saved. Do it before the camera or give a video: it is recognised and "
        "counted from now on.",
        exercise=lesson.title,
    )
    st.query_params["exercise"] = path.stem
    st.rerun()
