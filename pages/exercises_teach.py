"""Teaching a new exercise: clips of it, a proposal to adjust, a file."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from pages.exercises_detail import SAID
from pages.exercises_figure import figure_html
from pages.exercises_known import Known
from pages.exercises_lesson import LESSON, Lesson, clips_in_words, show_buttons, take_clips
from pages.exercises_own import whose_exercises
from pages.exercises_words import measure_name, range_in_words, target_name
from pages.look import NO_TOOLBAR
from posecore.exercises import ExerciseFileError
from posecore.exercises.names import ExerciseNameError
from posecore.language import Text, _, many, words_of
from posecore.measures import Reading
from posecore.plots.exercise import taught_figure
from posecore.teach import Proposal, adjusted, in_words
from posecore.teach_recogniser import figure_of, keep
from posecore.teach_shown import TeachError

HOLD_ROOM_DEG = 30.0
"""So far beyond its limits those of a hold can be moved: nothing that was shown lies there."""


def show_teaching(known: Known) -> None:
    lesson = take_clips()
    if lesson is not None:
        _show_proposal(lesson)


def _show_proposal(lesson: Lesson) -> None:
    if lesson.note is not None:
        st.info(_(lesson.note))
    head, chart, controls, below = (st.container() for _ in range(4))
    try:
        with controls:
            proposal = _chosen(lesson)
    except (TeachError, ExerciseNameError) as error:
        below.error(_(words_of(error)), icon=":material/error:")
        with below:
            show_buttons(lesson)
        return
    with head:
        left, right = st.columns([1, 2], vertical_alignment="center")
        if figure := figure_html(figure_of(proposal, lesson.poses), lesson.asked.title):
            left.html(figure)
        right.header(lesson.asked.title)
        lines = "<br>".join(escape(line) for line in in_words(proposal))
        right.html(f'<p class="pc-lead">{lines}</p>')
    signal, hold = proposal.exercise.signal, proposal.is_hold
    name = measure_name(Reading(signal.measure, signal.sides))
    chart.plotly_chart(
        taught_figure(
            lesson.seen.t_s,
            _with_gaps(lesson, proposal),
            signal,
            proposal.spans,
            name,
            proposal.stretches if hold else (),
        ),
        key="teach_chart",
        config=NO_TOOLBAR,
    )
    with below:
        st.markdown(_found_in_words(proposal))
        if len(lesson.clips) > 1:
            st.markdown(clips_in_words(lesson, proposal))
        show_buttons(lesson)
        good = _("What good form will be") if hold else _("What a good repetition will be")
        with st.expander(good, expanded=False):
            for target in proposal.exercise.targets:
                st.markdown(f"- {target_name(target)}: {range_in_words(target)}")
        if st.button(
            _("Save the exercise"), type="primary", key="teach_save", disabled=not enough(proposal)
        ):
            _save(lesson, proposal)


def _with_gaps(lesson: Lesson, proposal: Proposal) -> np.ndarray:
    """What is counted, with nothing where one clip ends, so that no line joins it to the next."""
    values = proposal.signal_values.copy()
    ends = np.cumsum([len(clip.t_s) for clip in lesson.seen.clips]) - 1
    values[ends[:-1]] = np.nan
    return values


def enough(proposal: Proposal) -> bool:
    try:
        proposal.demand_enough()
    except TeachError:
        return False
    return True


def _found_in_words(proposal: Proposal) -> str:
    if proposal.is_hold:
        lasted_s = sum(end_s - start_s for start_s, end_s in proposal.stretches)
        held = _("{seconds} s are held with these limits.", seconds=f"{lasted_s:.0f}")
        return f"**{held}**"
    done, tried = len(proposal.complete), len(proposal.spans) - len(proposal.complete)
    counted = many(
        "{n} repetition is counted with these limits.",
        "{n} repetitions are counted with these limits.",
        done,
    )
    short = " " + many("{n} more went too short a way.", "{n} more went too short a way.", tried)
    return f"**{counted}**{short if tried else ''}"


def _chosen(lesson: Lesson) -> Proposal:
    """The proposal with what was chosen on the page. Raises TeachError."""
    first = lesson.proposed()
    names = [each.measure for each in first.candidates]
    left, right = st.columns(2, vertical_alignment="bottom")
    measure = left.selectbox(
        _("What is held") if lesson.asked.hold else _("What is counted"),
        names,
        index=names.index(first.chosen.measure),
        format_func=lambda each: measure_name(Reading(each)),
        key="teach_measure",
    )
    turned = not lesson.asked.hold and right.toggle(
        _("Start and turning point are the other way round"), key="teach_turned"
    )
    started_low = first.exercise.signal.upwards
    proposal = first
    if measure != first.chosen.measure or turned:
        proposal = lesson.proposed(measure)
        started_low = proposal.exercise.signal.upwards
        if turned:
            proposal = _other_way(lesson, measure, started_low)
    return _moved(proposal, measure, turned)


def _other_way(lesson: Lesson, measure: str, started_low: bool) -> Proposal:
    for turned in (True, False):
        proposal = lesson.proposed(measure, turned)
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
    room = HOLD_ROOM_DEG if proposal.is_hold else 0.0
    kept = {"min_value": min(low, signal.start, signal.far) - room}
    kept |= {"max_value": max(high, signal.start, signal.far) + room, "step": step}
    shown = "%.0f°" if in_deg else "%.2f"
    left, right = st.columns(2)
    key = f"{measure}_{turned}"
    names = _("Back at the start"), _("Far enough to count")
    if proposal.is_hold:
        names = _("Nearest to standing"), _("Furthest from standing")
    start = left.slider(
        names[0], value=float(signal.start), format=shown, key=f"start_{key}", **kept
    )
    far = right.slider(names[1], value=float(signal.far), format=shown, key=f"far_{key}", **kept)
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
        exercise=lesson.asked.title,
    )
    st.query_params["exercise"] = path.stem
    st.rerun()
