"""What the video page shows of an analysed video: advice, charts, reps, and files to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.history_session import plain
from pages.links import link_to_session
from pages.look import NO_TOOLBAR
from pages.video_files import show_downloads
from pages.video_scrub import PICTURE_KEY, show_scrub
from pages.video_table import show_table
from pages.video_work import Result
from posecore import plots
from posecore.advice import MOST, Advice, advice_on, advice_on_hold
from posecore.angles import JOINT_NAMES
from posecore.exercises import Exercise
from posecore.language import _
from posecore.report import Pictures
from posecore.store.words import (
    counted,
    fault_in_words,
    measured,
    parts_in_words,
    rep_labels,
    time_in_words,
    title_of,
)
from posecore.types import ExerciseSet, Fault, Rep

# A phone's upright video would otherwise be higher than the screen, and the chart out of sight.
STYLE = f"""<style>
.stMainBlockContainer {{ padding-top: 4.2rem; }}
.st-key-{PICTURE_KEY} video {{ max-height: 62vh; background: #000000; }}
</style>"""


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
            held_s = sum(each.hold_s or 0.0 for each in own)
            done.append(_("held {time} in good form", time=time_in_words(held_s)))
        if reps:
            complete = sum(rep.complete for rep in reps)
            done.append(counted(complete, "rep"))
            if complete < len(reps):
                done.append(counted(len(reps) - complete, "attempt"))
        sentence = f"{title_of(name, exercises)}: {', '.join(done)}."
        advice = advice_on(reps, exercises.get(name))[:MOST]
        if advice:
            told = [
                _("{cue} ({n} of {reps})", cue=_(each.cue), n=len(each.times), reps=len(reps))
                for each in advice
            ]
            first = told[0]
            if len(told) > 1:
                first = _("{first}; then: {second}", first=told[0], second=told[1])
            sentence += " " + _("Work on first: {points}.", points=first)
        elif reps:
            sentence += " " + _("Nothing was off.")
        sentences.append((sentence, not advice))
    return sentences


def rows_of(each: ExerciseSet) -> list[dict[str, str]]:
    rows = []
    for label, rep in zip(rep_labels(each.reps), each.reps, strict=True):
        out_s, back_s = rep.tempo_s
        rows.append(
            {
                _("Rep"): label,
                _("From, to"): f"{rep.start_s:.1f} s, {rep.end_s:.1f} s",
                _("Result"): _("Complete") if rep.complete else _("Attempt"),
                _("Range of motion"): measured(rep.rom_deg, "°"),
                _("Tempo out, back"): f"{measured(out_s, ' s', 1)}, {measured(back_s, ' s', 1)}",
                _("Score"): measured(rep.score, ""),
                _("What was off"): ", ".join(_(fault.cue) for fault in rep.faults) or _("Nothing"),
            }
        )
    return rows


def show(result: Result, exercises: Mapping[str, Exercise]) -> None:
    analysis = result.analysis
    if analysis.nobody_seen:
        st.error(
            plain(" ".join(_(warning) for warning in analysis.warnings)), icon=":material/error:"
        )
        return
    for warning in analysis.warnings:
        st.warning(plain(_(warning)))
    for sentence, well in summary_in_words(analysis.sets, exercises):
        if well:
            st.success(plain(sentence), icon=":material/check_circle:")
        else:
            st.warning(plain(sentence), icon=":material/campaign:")
    if not analysis.sets:
        st.info(
            _(
                "No repetition of a known exercise was found. If you know what is done, choose it "
                "above and analyse again."
            )
        )
    if result.not_saved is not None:
        reason = plain(_(result.not_saved))
        st.warning(_("This is not in your history. {reason}", reason=reason))
    elif result.session_id is not None:
        link_to_session(result.session_id)
    left, right = st.columns([5, 6])
    with left.container(key=PICTURE_KEY):
        st.html(STYLE)
        st.video(str(result.drawn))
    with right:
        show_scrub(analysis, exercises, video=result.folder.name)
    with st.expander(_("Take it along: report, video, tables"), icon=":material/download:"):
        show_downloads(result, exercises)
    for number, each in enumerate(analysis.sets, start=1):
        show_set(number, each, exercises, result)


def show_set(
    number: int, each: ExerciseSet, exercises: Mapping[str, Exercise], result: Result
) -> None:
    title = plain(title_of(each.exercise, exercises))
    st.subheader(_("Set {n}: {exercise}", n=number, exercise=title))
    exercise = exercises.get(each.exercise)
    if each.hold_s is not None:
        st.write(
            _(
                "From {start} s to {end} s, {held} s in good form.",
                start=f"{each.start_s:.1f}",
                end=f"{each.end_s:.1f}",
                held=f"{each.hold_s:.0f}",
            )
        )
        faults = result.analysis.hold_faults
        own = [fault for fault in faults if each.start_s <= fault.at_s <= each.end_s]
        show_advice(advice_on_hold(own, exercise)[:MOST], result.pictures)
        return
    show_advice(advice_on(each.reps, exercise)[:MOST], result.pictures)
    show_table(rows_of(each), _("Reps of set {n}", n=number))
    show_chosen_rep(number, each, exercise, result.pictures)


def show_advice(advice: Sequence[Advice], pictures: Pictures) -> None:
    """What to work on, side by side, each with the picture of its plainest moment."""
    for column, each in zip(st.columns(MOST), advice, strict=False):
        fault = each.worst[1]
        with column.container(border=True):
            show_fault(fault, pictures)
            if each.why:
                st.write(plain(_(each.why)))


def show_fault(fault: Fault, pictures: Pictures) -> None:
    words = fault_in_words(fault)
    if fault in pictures:
        st.image(pictures[fault], caption=_("At {seconds} s", seconds=f"{fault.at_s:.1f}"))
    st.write(plain(words))


@st.fragment
def show_chosen_rep(
    number: int, each: ExerciseSet, exercise: Exercise | None, pictures: Pictures
) -> None:
    """A fragment: another rep is drawn without drawing the whole page again."""
    names = [
        _("Rep {n}, {seconds} s", n=label, seconds=f"{rep.start_s:.1f}")
        for label, rep in zip(rep_labels(each.reps), each.reps, strict=True)
    ]
    chosen = st.selectbox(
        _("Joint angles in set {n}", n=number),
        range(len(names)),
        format_func=names.__getitem__,
        key=f"video_rep_{number}",
    )
    show_rep(each.reps[chosen], exercise, pictures, key=f"video_curve_{number}")


def show_rep(rep: Rep, exercise: Exercise | None, pictures: Pictures, key: str) -> None:
    bands = plots.target_bands(exercise) if exercise is not None else {}
    figure = plots.rep_figure(
        rep.curve_t_s, rep.curve_deg, JOINT_NAMES, plots.chart_joints(exercise), bands
    )
    st.plotly_chart(figure, key=key, config=NO_TOOLBAR)
    if rep.score_parts:
        parts = parts_in_words(rep.score_parts)
        told = _("Score {score}: {parts}.", score=measured(rep.score, ""), parts=parts)
        st.write(plain(told))
    for column, fault in zip(st.columns(max(len(rep.faults), 3)), rep.faults, strict=False):
        with column:
            show_fault(fault, pictures)
