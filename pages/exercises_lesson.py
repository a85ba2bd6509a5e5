"""The lesson: what a new exercise is called, and the clips of it, from videos or the camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.exercises_camera import Poses, is_recording, record
from pages.exercises_own import whose_exercises
from posecore.decoder import GuardedReader
from posecore.estimate import PoseEstimator
from posecore.exercises.names import LONGEST_TITLE, ExerciseNameError
from posecore.language import Text, _, words_of
from posecore.passing import PassingFolder
from posecore.teach import Proposal, propose
from posecore.teach_recogniser import demand_free_name
from posecore.teach_shown import Measured, TeachError, measured, one_after_another
from posecore.video import VideoError

LESSON, ASKED, MORE = "teach_lesson", "teach_asked", "teach_more"
"""In the session state: the lesson; what was asked for before the first clip of it; whether
another clip is about to be shown."""

VIDEO, CAMERA = Text("A video"), Text("The camera")
REPS, HOLD = Text("Repetitions"), Text("A position that is held")
KINDS = ["mp4", "mov", "m4v", "avi", "webm", "mkv", "mpg", "mpeg", "ts", "3gp", "wmv", "flv", "gif"]
LONGEST_S = 120.0
"""Of a video so much is looked at: five repetitions take no longer."""

MOST_CLIPS = 6


@dataclass(frozen=True)
class Asked:
    title: str = ""
    about: str = ""
    hold: bool = False


@dataclass(frozen=True, eq=False)
class Lesson:
    """Clips that were shown, each times and poses, and what was left out of the last."""

    asked: Asked
    clips: tuple[Poses, ...]
    note: str | None = None

    @cached_property
    def poses(self) -> Poses:
        return one_after_another(self.clips)

    @cached_property
    def seen(self) -> Measured:
        """Raises TeachError."""
        return measured(self.poses)

    def proposed(self, measure: str | None = None, turned: bool | None = None) -> Proposal:
        """Raises TeachError or ExerciseNameError."""
        asked = self.asked
        return propose(
            self.seen, asked.title, asked.about, measure=measure, turned=turned, hold=asked.hold
        )


def take_clips() -> Lesson | None:
    """The lesson, once there is one and no further clip is asked for."""
    lesson: Lesson | None = st.session_state.get(LESSON)
    if is_recording():
        _record()  # the picture and what to do need all of the page
        return None
    if lesson is not None and not st.session_state.get(MORE):
        return lesson
    with st.container():
        if lesson is None:
            _say_how()
            _ask()
        else:
            _ask_for_more(lesson)
    return None


def clips_in_words(lesson: Lesson, proposal: Proposal) -> str:
    """What each clip gave, a line each."""
    done = [(span.start_s, 1.0) for span in proposal.complete]
    if proposal.is_hold:
        done = [(start_s, end_s - start_s) for start_s, end_s in proposal.stretches]
    unit = Text("{n} s held") if proposal.is_hold else Text("{n} repetitions")
    told = []
    for number, clip in enumerate(lesson.seen.clips, 1):
        inside = sum(each for at_s, each in done if clip.t_s[0] <= at_s <= clip.t_s[-1])
        told.append(_("Clip {number}: {done}", number=number, done=_(unit, n=f"{inside:.0f}")))
    return "  \n".join(told)


def show_buttons(lesson: Lesson) -> None:
    """Another clip, one less, or all anew."""
    with st.container(horizontal=True):
        if len(lesson.clips) < MOST_CLIPS and st.button(
            _("Add another clip"), icon=":material/add:", key="teach_add"
        ):
            st.session_state[MORE] = True
            st.rerun()
        if len(lesson.clips) > 1 and st.button(
            _("Take the last clip out"), icon=":material/remove:", key="teach_less"
        ):
            _put(Lesson(lesson.asked, lesson.clips[:-1]))
        if st.button(_("Start over"), icon=":material/restart_alt:", key="teach_again"):
            del st.session_state[LESSON]
            st.rerun()


def _say_how() -> None:
    st.write(
        _(
            "Show the exercise: three good repetitions are enough, five are better, one after "
            "another and with the whole body in the picture. You then see what was understood, "
            "move the limits if need be, and save it. It is counted and recognised from then on."
        )
    )


def _ask_for_more(lesson: Lesson) -> None:
    st.subheader(_("Another clip of {exercise}", exercise=lesson.asked.title))
    st.write(
        _(
            "From another side, or by somebody else: limits and targets are then set by all "
            "clips together, and it is recognised more surely."
        )
    )
    if st.button(_("No further clip"), icon=":material/arrow_back:", key="teach_enough"):
        st.session_state[MORE] = False
        st.rerun()
    _choose_way(lesson.asked)


def _ask() -> None:
    before: Asked = st.session_state.get(ASKED, Asked())
    title = st.text_input(
        _("Name of the exercise"), before.title, max_chars=LONGEST_TITLE, key="teach_title"
    )
    about = st.text_input(
        _("How it is done, in one sentence (may be empty)"), before.about, key="teach_about"
    )
    kind = st.segmented_control(
        _("What is it?"),
        [REPS, HOLD],
        format_func=_,
        default=HOLD if before.hold else REPS,
        required=True,
        key="teach_kind",
    )
    _choose_way(Asked(title, about, kind == HOLD))


def _choose_way(asked: Asked) -> None:
    way = st.segmented_control(
        _("Where is it shown?"),
        [VIDEO, CAMERA],
        format_func=_,
        default=VIDEO,
        required=True,
        key="teach_way",
    )
    if way == CAMERA:
        if _named(asked, st.info):
            st.session_state[ASKED] = asked
            _record()
        return
    uploaded = st.file_uploader(_("Video of the exercise"), type=KINDS, key="teach_video")
    if st.button(
        _("Look at the video"), type="primary", disabled=uploaded is None, key="teach_look"
    ):
        assert uploaded is not None
        if not _named(asked, st.error):
            return
        bar = st.progress(0.0, text=_("Looking for the body in the video"))
        try:
            poses, note = _poses_in(uploaded, lambda share: bar.progress(share))
        except (VideoError, OSError) as error:
            st.error(_(words_of(error)), icon=":material/error:")
            return
        bar.empty()
        _take(asked, poses, note)


def _named(asked: Asked, say: Callable[[str], object]) -> bool:
    try:
        demand_free_name(asked.title, whose_exercises())
    except ExerciseNameError as error:
        say(_(words_of(error)))
        return False
    return True


def _record() -> None:
    asked: Asked = st.session_state[ASKED]
    poses = record(hold=asked.hold)
    if poses is not None:
        _take(asked, poses, None)


def _poses_in(
    uploaded: UploadedFile, progress: Callable[[float], object]
) -> tuple[Poses, str | None]:
    """Landmarks of an uploaded file, which is deleted again. Raises VideoError."""
    poses: Poses = []
    note = None
    with PassingFolder() as folder:
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


def _take(asked: Asked, poses: Poses, note: str | None) -> None:
    """Keep what was shown, if something can be learnt from it."""
    before: Lesson | None = st.session_state.get(LESSON)
    try:
        measured(poses)
        lesson = Lesson(asked, (*(before.clips if before else ()), poses), note)
        lesson.proposed()
    except (TeachError, ExerciseNameError) as error:
        st.error(_(words_of(error)), icon=":material/error:")
        return
    _put(lesson)


def _put(lesson: Lesson) -> None:
    st.session_state[LESSON] = lesson
    st.session_state[MORE] = False
    st.session_state.pop(ASKED, None)
    for key in ("teach_measure", "teach_turned", "teach_start", "teach_far"):
        st.session_state.pop(key, None)
    st.rerun()
