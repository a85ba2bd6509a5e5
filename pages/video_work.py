"""The work on uploaded videos: begun by the page's script, done in the background, shown here.

An uploaded file is copied to a folder of its own, so that the browser's upload need not be held
in memory, and deleted as soon as it is analysed. The drawn video stays in that folder, which goes
with the browser tab's session.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.history_session import plain
from pages.workout_loading import Knowledge
from posecore.analyze import Analysis
from posecore.angles import JOINT_NAMES
from posecore.batch import analyze_and_draw
from posecore.crew import processors
from posecore.language import Text, _, many, words_of
from posecore.passing import PassingFolder, delete_left_behind
from posecore.pipeline import Pipeline
from posecore.report import Pictures, pictures_for
from posecore.store import Store, StoreError
from posecore.video import VideoError
from posecore.workload import ENDED, MOST_AT_ONCE, Progress, Standing, State, Workload, left_s

_LONGEST = 80  # letters; systems take 255 bytes, and a letter can be three
REFRESH_S = 1.0
BROKEN = Text(
    "something went wrong with this video, and it was left out. Try it once more; if that does "
    "not help, please report it."
)


@dataclass
class Result:
    """What stays of one video while the tab is open: numbers, some small pictures of faults, and
    in ``folder``, which it takes along, the drawn video."""

    name: str
    analysis: Analysis
    folder: tempfile.TemporaryDirectory[str]
    drawn: Path
    pictures: Pictures
    session_id: int | None = None
    not_saved: str | None = None


def file_names(names: Iterable[str]) -> list[str]:
    """Names that any system can write, each another: "squat.mp4", "squat (2).mp4"."""
    taken: list[str] = []
    for name in names:
        clean = re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", name).strip(". ") or "video"
        clean = clean[-_LONGEST:]  # its end says of what kind it is
        path, number, unique = Path(clean), 1, clean
        while unique in taken:
            number += 1
            unique = f"{path.stem} ({number}){path.suffix}"
        taken.append(unique)
    return taken


def begin_work(
    uploaded: Sequence[UploadedFile],
    exercise: str | None,
    store: Store | None,
    person: str,
    knowledge: Knowledge,
) -> Workload[Result]:
    """Copies the files and begins. Raises OSError where there is no room for them."""
    delete_left_behind()
    works: dict[str, tuple[float, Callable[[Progress], Result]]] = {}
    # What several leave free, one takes, but no more than several would: each takes memory.
    each_has = max(1, min(processors(), MOST_AT_ONCE) // len(uploaded))
    for name, each in zip(file_names(each.name for each in uploaded), uploaded, strict=True):
        folder = PassingFolder()
        received = Path(folder.name) / "received" / name
        received.parent.mkdir()
        received.write_bytes(each.getbuffer())
        work = partial(
            analyze, received, folder, exercise, store, person, knowledge, workers=each_has
        )
        works[name] = (float(each.size), work)
    return Workload(works, workers=processors(), expected=(VideoError, OSError), broken=BROKEN)


def analyze(
    received: Path,
    folder: tempfile.TemporaryDirectory[str],
    exercise: str | None,
    store: Store | None,
    person: str,
    knowledge: Knowledge,
    tell: Progress,
    workers: int = 1,
) -> Result:
    """A worker thread's. Raises VideoError, OSError; nothing is left behind then."""
    exercises, classifier = knowledge
    drawn = Path(folder.name) / "drawn.mp4"
    try:
        pipeline = Pipeline(exercises=exercises, classifier=classifier, exercise=exercise)
        try:
            analysis = analyze_and_draw(
                received, drawn, pipeline=pipeline, progress=tell, workers=workers
            )
        finally:
            pipeline.close()
        pictures = pictures_for(analysis, received)
        received.unlink()
    except BaseException:
        folder.cleanup()
        raise
    result = Result(received.name, analysis, folder, drawn, pictures)
    if store is not None:
        save(result, store, person)
    return result


def save(result: Result, store: Store, person: str) -> None:
    """Any thread's: keep the sets in the history, or note why not."""
    if not result.analysis.sets:
        return
    started_at = datetime.now(UTC)
    try:
        with store.together():  # all of the video, or nothing of it
            session_id = store.begin_session(started_at, result.name, person=person)
            for each in result.analysis.sets:
                set_id = store.begin_set(session_id, each.exercise, each.start_s)
                for rep in each.reps:
                    store.add_rep(set_id, rep, JOINT_NAMES)
                store.update_set(set_id, each.end_s, each.hold_s)
            store.end_session(
                session_id, started_at + timedelta(seconds=result.analysis.duration_s)
            )
    except StoreError as error:
        result.not_saved = words_of(error)
    else:
        result.session_id = session_id


# --- how far it is --------------------------------------------------------------------------------


def left_in_words(seconds: float) -> str:
    if seconds < 60:
        return _("about {seconds} s left", seconds=max(5, round(seconds / 5) * 5))
    return _("about {minutes} min left", minutes=round(seconds / 60))


def show_work(load: Workload[Result], since: float) -> None:
    """While it goes on, this part of the page alone is drawn again, once a second.

    since  when it was begun, by the clock of time.monotonic
    """
    if load.running:
        st.fragment(_watch, run_every=REFRESH_S)(load, since, _ended(load.standings()))
    else:
        _show_standings(load, since)


def _watch(load: Workload[Result], since: float, ended_before: int) -> None:
    if _ended(load.standings()) > ended_before:
        st.rerun()  # the whole page: there is another result to look at
    _show_standings(load, since)


def _show_standings(load: Workload[Result], since: float) -> None:
    standings = load.standings()
    if load.running and len(standings) > 1:
        _show_all(load, standings, since)
    for each in standings:
        _row(load, each, since, alone=len(standings) == 1)


def _ended(standings: list[Standing]) -> int:
    return sum(each.state in ENDED for each in standings)


def _show_all(load: Workload[Result], standings: list[Standing], since: float) -> None:
    left = left_s(standings, time.monotonic() - since)
    kept = [each for each in standings if each.state != State.CANCELLED]
    words = _("{n} of {videos} videos done", n=_ended(kept), videos=len(kept))
    words = words if left is None else f"{words}, {left_in_words(left)}"
    whole = sum(each.size for each in kept) or 1.0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(sum(each.size * each.share for each in kept) / whole, text=words)
        st.button(_("Cancel all"), icon=":material/close:", on_click=load.cancel)


def _row(load: Workload[Result], each: Standing, since: float, *, alone: bool) -> None:
    name = plain(each.name)
    if each.state == State.FAILED:
        problem = each.problem or BROKEN
        st.error(plain(_(problem)), icon=":material/error:")
    elif each.state == State.CANCELLED:
        st.info(_("{name} was cancelled.", name=name), icon=":material/close:")
    elif each.state == State.DONE:
        return  # its result is on the page
    else:
        left = left_s([each], time.monotonic() - since) if alone else None
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.progress(each.share, text=f"{name}: {_told(each, left)}")
            st.button(
                _("Cancel"),
                key=f"video_cancel_{each.name}",
                icon=":material/close:",
                on_click=load.cancel,
                args=(each.name,),
            )


def _told(each: Standing, left: float | None) -> str:
    if each.state == State.WAITING:
        return _("waiting for its turn")
    if each.done_s <= 0:
        return _("getting ready")
    if not each.total_s:
        return many("{n} second analysed", "{n} seconds analysed", round(each.done_s))
    if each.share >= 1:
        return _("taking pictures of what was off")
    done = _("{done} of {total} s analysed", done=f"{each.done_s:.0f}", total=f"{each.total_s:.0f}")
    return done if left is None else f"{done}, {left_in_words(left)}"
