"""One exercise: the figure, its targets on a chart and in words, and the form to change them."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from pages.exercises_figure import figure_html
from pages.exercises_known import Known
from pages.exercises_words import (
    UNITS,
    best_seen_in_words,
    counted_in_words,
    measure_name,
    range_in_words,
    source_html,
    target_name,
    views_in_words,
)
from pages.look import NO_TOOLBAR, begin_at_the_top
from posecore.exercises import Exercise, ExerciseFileError, Target
from posecore.exercises.write import (
    remove_exercise,
    restore_files,
    save_exercise,
    with_range,
    with_thresholds,
)
from posecore.language import _, words_of
from posecore.measures import Reading
from posecore.plots.exercise import targets_figure

UNDO, SAID, SEEN = "exercises_undo", "exercises_said", "exercises_seen"
"""In the session state: files that were taken away and from where, a sentence for the next run,
and which exercise was opened last."""


def show_exercise(known: Known, exercise: Exercise) -> None:
    said = st.session_state.pop(SAID, None)
    if said or st.session_state.get(SEEN) != exercise.name:
        begin_at_the_top()
    st.session_state[SEEN] = exercise.name
    left, right = st.columns([1, 2], vertical_alignment="center")
    if figure := figure_html(known.figures.get(exercise.name), _(exercise.title)):
        left.html(figure)
    with right:
        st.header(_(exercise.title))
        seen = best_seen_in_words(exercise)
        st.html(
            f'<p class="pc-lead">{escape(_(exercise.about))}</p>'
            f"<p>{escape(counted_in_words(exercise))}</p>"
            f"<p>{escape(seen)}</p>"
        )
    if said:
        st.success(said, icon=":material/check:")
    _offer_undo(known, exercise)
    joints, curve_deg = known.curves.get(exercise.name, ((), None))
    st.subheader(_("Targets"))
    st.plotly_chart(
        targets_figure(exercise, joints, curve_deg),
        key=f"targets_{exercise.name}",
        config=NO_TOOLBAR,
    )
    st.caption(_chart_in_words(exercise, bool(joints)))
    st.html("".join(_target_html(target) for target in exercise.targets))
    st.html(
        f'<div class="pc-target"><h4>{escape(_("What is counted"))}</h4>'
        f'<p class="pc-source">{_source_html(exercise.signal.source)}</p></div>'
    )
    st.subheader(_("Your own targets"))
    _show_form(known, exercise)
    _offer_reset(known, exercise)


def _chart_in_words(exercise: Exercise, has_curve: bool) -> str:
    if exercise.kind == "hold":
        return _("The bands are the ranges in which the position is held well.")
    lines = (
        _("The lines show how the joints move in good repetitions.")
        if has_curve
        else _("There is no curve of good repetitions yet.")
    )
    return f"{lines} " + _(
        "The bands show where in a repetition a target holds. Between the dashed lines a "
        "repetition is under way: it counts beyond the one and is over at the other."
    )


def _target_html(target: Target) -> str:
    said = "".join(
        f"<p><b>{escape(_(miss.cue))}.</b> {escape(_(miss.why))}</p>"
        for miss in dict.fromkeys(m for m in (target.below, target.above) if m is not None)
    )
    judged = _("Can be judged {where}.", where=views_in_words(target.views))
    return (
        f'<div class="pc-target"><h4>{escape(target_name(target))}: '
        f"{escape(range_in_words(target))}</h4>{said}"
        f"<p>{escape(judged)}</p>"
        f'<p class="pc-source">{_source_html(target.source)}</p></div>'
    )


def _source_html(source: str) -> str:
    """The sources stand as they are written in the file: they are names of papers."""
    return f"{escape(_('Taken from'))}: {source_html(source)}"


def _show_form(known: Known, exercise: Exercise) -> None:
    st.write(
        _(
            "Change a range and save it. It is written to a file of your own; the one that came "
            "with the program stays as it is, and you can go back to it."
        )
    )
    with st.form(f"own_{exercise.name}", border=True):
        signal = exercise.signal
        unit = _unit(Reading(signal.measure))
        name = measure_name(Reading(signal.measure))
        start, far = _two_numbers(
            _("Back at the start ({what})", what=name + unit),
            _("Far enough to count ({what})", what=name + unit),
            (signal.start, signal.far),
            f"{exercise.name}_signal",
            signal.measure,
        )
        ranges = [
            _two_numbers(
                _("{target}: from", target=target_name(target)) + _unit(target.reading),
                _("{target}: to", target=target_name(target)) + _unit(target.reading),
                (target.low, target.high),
                f"{exercise.name}_{i}",
                target.reading.measure,
            )
            for i, target in enumerate(exercise.targets)
        ]
        if not st.form_submit_button(_("Save my targets"), type="primary"):
            return
    changed = exercise
    if (start, far) != (signal.start, signal.far):
        if start == far:
            st.error(_("Nothing was saved. The two thresholds of what is counted are the same."))
            return
        changed = with_thresholds(changed, start, far)
    for i, (low, high) in enumerate(ranges):
        changed = with_range(changed, i, low, high)
    try:
        save_exercise(changed, known.folder)
    except ExerciseFileError as error:
        problem = _("Nothing was saved. {reason}", reason=_in_words(error, exercise))
        st.error(problem, icon=":material/error:")
    except OSError as error:
        reason = _("{folder} cannot be written to ({reason}).", folder=known.folder, reason=error)
        st.error(_("Nothing was saved. {reason}", reason=reason))
    else:
        st.session_state.pop(UNDO, None)
        st.session_state[SAID] = _("Saved. These targets are yours from now on.")
        st.rerun()


def _two_numbers(
    first: str, second: str, values: tuple[float, float], key: str, measure: str
) -> tuple[float, float]:
    in_deg = Reading(measure).unit == "deg"
    columns = st.columns(2, vertical_alignment="bottom")
    # A new value in the file makes a new field, which shows it.
    given = [
        column.number_input(
            label,
            value=float(value),
            step=1.0 if in_deg else 0.05,
            format="%.0f" if in_deg and float(value).is_integer() else "%.2f",
            key=f"{key}_{which}_{value:g}",
        )
        for column, label, value, which in zip(columns, (first, second), values, "ab", strict=True)
    ]
    return float(given[0]), float(given[1])


def _unit(reading: Reading) -> str:
    return {"°": ", " + _("degrees"), " s": ", " + _("seconds")}.get(UNITS[reading.unit], "")


def _in_words(error: ExerciseFileError, exercise: Exercise) -> str:
    """The complaint about a key of the file, said of what the form calls it."""
    said = _(words_of(error)).removeprefix(f"{exercise.name}.toml: ")
    found = re.match(r"targets\[(\d+)\]\.\w+: (.*)", said)
    if found is not None:
        return f"{target_name(exercise.targets[int(found[1])])}: {found[2]}"
    return said.removeprefix("signal.")


def _offer_reset(known: Known, exercise: Exercise) -> None:
    if exercise.name in known.changed:
        label, icon = _("Back to the shipped targets"), ":material/restart_alt:"
        said = _("The targets that came with the program are back.")
    elif exercise.name in known.taught:
        label, icon = _("Delete this exercise"), ":material/delete:"
        said = _("{exercise} is deleted.", exercise=_(exercise.title))
    else:
        return
    if st.button(label, icon=icon, key="exercises_reset"):
        try:
            gone = remove_exercise(exercise.name, known.folder)
        except OSError as error:
            st.error(_("The file cannot be taken away ({reason}).", reason=error))
            return
        st.session_state[UNDO] = (exercise.name, exercise.title, gone, known.folder)
        st.session_state[SAID] = said
        if exercise.name in known.taught:
            st.query_params.clear()
        st.rerun()


def _offer_undo(known: Known, exercise: Exercise | None) -> None:
    """After a reset or a deletion: puts the files back."""
    name, title, gone, folder = st.session_state.get(UNDO, (None, "", {}, None))
    # What was another person's is not put into the folder of who is here now.
    if folder != known.folder or (exercise is not None and exercise.name != name):
        return
    if st.button(
        _("Undo: bring {exercise} back as it was", exercise=_(title)),
        icon=":material/undo:",
        key="undo",
    ):
        restore_files(gone, known.folder)
        st.session_state.pop(UNDO)
        st.session_state[SAID] = _("{exercise} is as it was.", exercise=_(title))
        st.rerun()


def show_aftermath(known: Known) -> None:
    """On the list: what was done to an exercise that is no longer there, and its undo."""
    if said := st.session_state.pop(SAID, None):
        begin_at_the_top()
        st.success(said, icon=":material/check:")
    _offer_undo(known, None)
