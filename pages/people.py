"""The people of one home: who trains now, chosen by name, and how a name is added.

Where people log in there is nothing to choose: the store is that of whoever has.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.person import logged_in, own
from pages.stored import store_at
from posecore.language import _, words_of
from posecore.store import NameTaken, Store, StoreError, default_url

ADDRESS = "person"
"""The part of every page's address that says who trains: a page that is loaded anew has forgotten
all else."""
NOBODY = " "
"""How the address says that it is nobody in particular: no name is a blank, and no word at all
would be lost on the way."""
_KEY, _PILLS = "person_here", "people_pills"
_ADDING, _NAME, _PROBLEM = "people_adding", "people_name", "people_problem"


def know_who_is_here() -> None:
    """Every page's, before it reads anything of a person's own."""
    if logged_in() is not None:
        return
    try:
        person_here(own(store_at(default_url())))
    except StoreError:
        return  # whoever keeps or shows sessions says what is wrong


def person_here(store: Store) -> str:
    """Whose the next session is: the one who was chosen, at first the one who trained last.

    "" is nobody in particular. The choice lasts as long as the tab is open, and stands in its
    address.
    """
    if logged_in() is not None:
        return ""
    try:
        names = names_of(store)
        if _KEY not in st.session_state:
            st.session_state[_KEY] = _at_first(store, names)
    except StoreError:
        return chosen_here()  # as above
    here = str(st.session_state[_KEY])
    if here and here not in names:
        here = st.session_state[_KEY] = ""
    if names and st.query_params.get(ADDRESS) != (here or NOBODY):
        st.query_params[ADDRESS] = here or NOBODY
    return here


def chosen_here() -> str:
    """Whom ``person_here`` found; every page has asked it."""
    return str(st.session_state.get(_KEY, ""))


def names_of(store: Store) -> list[str]:
    return [each.name for each in store.people.all()]


def _at_first(store: Store, names: list[str]) -> str:
    """Anybody may type an address: who is not known here is not taken from it."""
    named = st.query_params.get(ADDRESS)
    if named == NOBODY:
        return ""
    if named in names:
        return named
    last = store.sessions(1)
    return last[0].person if last else ""


def choose_person(store: Store) -> str:
    """One button a name, and a way to add one; returns whose the next session is."""
    here = person_here(store)
    if logged_in() is not None:
        return here
    try:
        names = names_of(store)
    except StoreError as error:
        # Training goes on without names; the sentence says what is wrong with the rest.
        st.error(_(words_of(error)))
        return here
    words, add = st.columns([4, 1], vertical_alignment="bottom")
    if names:
        with words:
            show_names(names, here, _("Who trains?"), _("No name"))
    with add:
        offer_to_add(store, "stretch")
    return here


def show_names(names: list[str], here: str, label: str, nobody: str) -> None:
    """One button a name, and one for nobody in particular."""
    # Not as a default: the buttons would keep a choice of their own.
    st.session_state[_PILLS] = here
    st.pills(
        label,
        ["", *names],
        format_func=lambda name: name or nobody,
        required=True,
        key=_PILLS,
        on_change=_take_chosen,
    )


def _take_chosen() -> None:
    """Before the page is drawn: all of it is of who was chosen."""
    st.session_state[_KEY] = st.session_state[_PILLS] or ""


def forget_choice() -> None:
    """After a name is gone or another: who trains is asked for anew."""
    st.session_state.pop(_KEY, None)


def offer_to_add(store: Store, width: Literal["content", "stretch"] = "content") -> None:
    """A form with one name, opened by a button; whoever is added trains next."""
    label, icon = _("Add a person"), ":material/person_add:"
    with (
        st.popover(label, icon=icon, width=width, key=_ADDING, on_change="rerun"),
        st.form("people_add", border=False, clear_on_submit=True),
    ):
        st.text_input(_("Name"), max_chars=80, key=_NAME)
        st.form_submit_button(_("Add"), type="primary", on_click=_add, args=(store,))
        if problem := st.session_state.pop(_PROBLEM, None):
            st.error(problem)


def _add(store: Store) -> None:
    """Before the page is drawn, so that all of it is of who is new, and the form is closed."""
    try:
        st.session_state[_KEY] = store.people.add(st.session_state[_NAME])
    except NameTaken as error:
        st.session_state[_PROBLEM] = _(words_of(error))
    except ValueError:
        st.session_state[_PROBLEM] = _("Write a name of one to 80 letters.")
    except StoreError as error:
        st.session_state[_PROBLEM] = _(words_of(error))
    else:
        st.session_state[_ADDING] = False
