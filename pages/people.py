"""The people of one home: who trains now, chosen by name, and how a name is added.

Where people log in there is nothing to choose: the store is that of whoever has.
"""

from __future__ import annotations

import streamlit as st

from pages.person import logged_in
from posecore.language import _, words_of
from posecore.store import NameTaken, Store, StoreError

_KEY = "person_here"


def person_here(store: Store) -> str:
    """Whose the next session is: the one who was chosen, at first the one who trained last.

    "" is nobody in particular. The choice lasts as long as the tab is open.
    """
    if logged_in() is not None:
        return ""
    if _KEY not in st.session_state:
        try:
            last = store.sessions(1)
        except StoreError:
            return ""  # whoever keeps or shows sessions says what is wrong
        st.session_state[_KEY] = last[0].person if last else ""
    return str(st.session_state[_KEY])


def choose_person(store: Store) -> str:
    """One button a name, and a way to add one; returns whose the next session is."""
    here = person_here(store)
    if logged_in() is not None:
        return here
    try:
        names = [each.name for each in store.people.all()]
    except StoreError as error:
        # Training goes on without names; the sentence says what is wrong with the rest.
        st.error(_(words_of(error)))
        return here
    if here and here not in names:
        here = st.session_state[_KEY] = ""
    words, add = st.columns([4, 1], vertical_alignment="bottom")
    if names:
        chosen = words.pills(
            _("Who trains?"),
            ["", *names],
            format_func=lambda name: name or _("No name"),
            default=here,
            required=True,
            key="people_pills",
        )
        here = st.session_state[_KEY] = chosen or ""
    with add.popover(_("Add a person"), icon=":material/person_add:", width="stretch"):
        offer_to_add(store)
    return here


def forget_choice() -> None:
    """After a name is gone or another: who trains is asked for anew."""
    st.session_state.pop(_KEY, None)
    # The pills keep their own choice unless they are made anew.
    st.session_state.pop("people_pills", None)


def offer_to_add(store: Store) -> None:
    """A form with one name; whoever is added trains next."""
    with st.form("people_add", border=False, clear_on_submit=True):
        name = st.text_input(_("Name"), max_chars=80)
        if not st.form_submit_button(_("Add"), type="primary"):
            return
    try:
        st.session_state[_KEY] = store.people.add(name)
    except NameTaken as error:
        st.error(_(words_of(error)))
    except ValueError:
        st.error(_("Write a name of one to 80 letters."))
    except StoreError as error:
        st.error(_(words_of(error)))
    else:
        st.session_state.pop("people_pills", None)
        st.rerun()
