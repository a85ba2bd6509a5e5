"""Settings: the language, the people of the home, and everything that is kept of them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from pages.entrance import come_in
from pages.history_session import date_in_short, plain
from pages.language import choose_language
from pages.people import forget_choice, offer_to_add
from pages.person import logged_in, own
from pages.stored import store_at
from pages.video_kept import forget_videos, videos_here
from posecore import kept
from posecore.exercises import own_folder
from posecore.exercises.own import count_own, move_own
from posecore.language import _, many, words_of
from posecore.store import PersonSummary, Store, StoreError, default_url

ENDING = ".jsonl.gz"
_LEFT = "settings_left"


def show_people(store: Store) -> None:
    st.header(_("People"))
    st.markdown(
        _("Everyone who trains here can have a name, with a history and targets of their own.")
    )
    for each in store.people.all():
        _show_person(store, each)
    offer_to_add(store)


def _show_person(store: Store, each: PersonSummary) -> None:
    with st.container(border=True):
        words, button = st.columns([3, 2], vertical_alignment="center")
        done = many("{n} session", "{n} sessions", each.sessions)
        if each.last_at is not None:
            done = _("{sessions}, last on {day}", sessions=done, day=date_in_short(each.last_at))
        words.markdown(f"**{plain(each.name)}**  \n{plain(done)}")
        with button.popover(_("Rename"), width="stretch"):
            with st.form(f"rename_{each.name}", border=False):
                name = st.text_input(_("New name"), each.name, max_chars=80)
                if st.form_submit_button(_("Save"), type="primary"):
                    _rename(store, each.name, name)


def _rename(store: Store, old: str, new: str) -> None:
    try:
        move_own(own_folder(), old, store.people.rename(old, new))
    except StoreError as error:
        st.error(_(words_of(error)))
    except OSError as error:
        st.error(_("Your own exercises could not be moved: {reason}.", reason=error.strerror))
    except ValueError:
        st.error(_("Write a name of one to 80 letters."))
    else:
        forget_choice()
        st.rerun()


def show_kept(store: Store) -> None:
    st.header(_("What is kept"))
    st.markdown(
        _(
            "Of every session: when it was, its sets and reps with their joint angles, scores, "
            "faults and your notes. Never a picture or a sound: what the camera sees is looked at "
            "and forgotten, and nothing is sent anywhere."
        )
    )
    n = store.count_sessions()
    if store.on_server or logged_in() is not None:
        # Where a server keeps them is no visitor's concern.
        held = [many("{n} session", "{n} sessions", n)]
    else:
        place = f"`{store.place}`"
        held = [many("{n} session in {place}", "{n} sessions in {place}", n, place=place)]
    exercises, plans = count_own(own_folder(), logged_in())
    deleted, videos = store.count_sessions(deleted=True), videos_here()
    if deleted:
        held.append(
            many(
                "{n} deleted session, which can be brought back for a day",
                "{n} deleted sessions, which can be brought back for a day",
                deleted,
            )
        )
    if exercises:
        held.append(
            many(
                "{n} exercise of your own, or with targets of your own",
                "{n} exercises of your own, or with targets of your own",
                exercises,
            )
        )
    if plans:
        held.append(many("{n} plan of the day", "{n} plans of the day", plans))
    if videos:
        held.append(
            many(
                "{n} analysed video, until this tab is closed",
                "{n} analysed videos, until this tab is closed",
                videos,
            )
        )
    st.markdown("\n".join(f"- {each}" for each in held))
    # Others' sessions are in them too: where people log in, they are the administrator's to see.
    for file in kept.replaced(store) if logged_in() is None else []:
        _show_replaced(file)


def _show_replaced(file: Path) -> None:
    with st.container(border=True):
        words, button = st.columns([3, 2], vertical_alignment="center")
        words.markdown(_("What was replaced by a restore: {file}", file=f"`{file.name}`"))
        with button.popover(_("Remove"), width="stretch"):
            st.button(
                _("Delete for good"),
                key=f"settings_replaced_{file.name}",
                icon=":material/delete_forever:",
                on_click=_remove_replaced,
                args=(file,),
            )


def _remove_replaced(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        st.session_state["settings_error"] = _(
            "{file} could not be removed: {reason}.", file=file, reason=error.strerror
        )


def show_files(store: Store) -> None:
    st.header(_("Take it with you"))
    st.markdown(
        _(
            "One file holds everything. On another computer, give it to the box below: what is "
            "there already stays as it is."
        )
    )
    today = datetime.now(UTC).date().isoformat()
    st.download_button(
        _("Export everything"),
        lambda: _exported(store),
        file_name=f"posecoach-{today}{ENDING}",
        mime="application/gzip",
        icon=":material/download:",
        key="settings_export",
        # A run of the page would let go of the file before the browser has asked for it.
        on_click="ignore",
    )
    number = st.session_state.setdefault("settings_imports", 0)
    given = st.file_uploader(_("Import a file"), type=["gz"], key=f"settings_import_{number}")
    if "settings_imported" in st.session_state:
        st.success(st.session_state.pop("settings_imported"))
    if given is not None and st.button(_("Import"), type="primary"):
        _import(store, given)


def _exported(store: Store) -> bytes:
    out = io.BytesIO()
    kept.export(store, out, person=logged_in())
    return out.getvalue()


def _import(store: Store, given: io.BytesIO) -> None:
    try:
        with st.spinner(_("Importing")):
            done = kept.import_(store, given, person=logged_in())
    except StoreError as error:
        st.error(_(words_of(error)))
        return
    except OSError as error:
        st.error(
            _(
                "The sessions are imported, but {file} could not be written: {reason}.",
                file=error.filename,
                reason=error.strerror,
            )
        )
        return
    words = many("{n} session imported.", "{n} sessions imported.", done.sessions)
    if done.already_here:
        words += " " + many("{n} was here already.", "{n} were here already.", done.already_here)
    if done.files:
        words += " " + many(
            "{n} file of own exercises and plans imported.",
            "{n} files of own exercises and plans imported.",
            len(done.files),
        )
    st.session_state["settings_imported"] = words
    st.session_state["settings_imports"] += 1
    st.rerun()


def show_deletion(store: Store) -> None:
    st.header(_("Delete for good"))
    if "settings_erased" in st.session_state:
        st.success(st.session_state.pop("settings_erased"))
    st.markdown(
        _(
            "Every session, rep, note and name is removed from the database's own files and from "
            "what a restore replaced, with your own exercises, targets, plan and analysed videos. "
            "Nobody can bring it back: export it first if you may want it again."
        )
    )
    names = [each.name for each in store.people.all()]
    # Of whom something is still there: no longer known, and yet to be deleted once more.
    left = st.session_state.get(_LEFT)
    names += [left] if left is not None and left not in names else []
    titles = {None: _("Everything"), **{name: name for name in names}}
    whose = None
    if names and logged_in() is None:
        number = st.selectbox(
            _("Whose"), range(len(titles)), format_func=list(titles.values()).__getitem__
        )
        whose = list(titles)[number]
    sure = st.checkbox(_("I am sure. This cannot be undone."), key="settings_sure")
    st.button(
        _("Delete for good"),
        icon=":material/delete_forever:",
        disabled=not sure,
        key="settings_erase",
        on_click=_erase,
        args=(store, whose),
    )


def _erase(store: Store, whose: str | None) -> None:
    forget_choice()
    forget_videos()
    try:
        n = kept.erase(store, logged_in() or whose)
    except (StoreError, kept.NotErased) as error:
        st.session_state["settings_error"] = _(words_of(error))
        st.session_state[_LEFT] = whose
        return
    st.session_state.pop(_LEFT, None)
    st.session_state["settings_sure"] = False
    st.session_state["settings_erased"] = many(
        "{n} session was deleted for good.", "{n} sessions were deleted for good.", n
    )


def main() -> None:
    come_in()
    st.title(_("Settings"))
    choose_language()
    if "settings_error" in st.session_state:
        st.error(st.session_state.pop("settings_error"))
    try:
        store = own(store_at(default_url()))
        if logged_in() is None:
            show_people(store)
        show_kept(store)
        show_files(store)
        show_deletion(store)
    except StoreError as error:
        st.error(_(words_of(error)))


main()
