"""Who has logged in, and the way out. Only there where people log in."""

from __future__ import annotations

import streamlit as st

from pages.entrance import come_in
from pages.history_session import plain
from pages.person import name_shown
from posecore.language import _


def main() -> None:
    come_in()
    st.title(_("Account"))
    if name := name_shown():
        st.write(_("You are logged in as {name}.", name=plain(name)))
    st.write(
        _("Your sessions are filed under a number made from your login, without name or address.")
    )
    st.button(_("Log out"), on_click=st.logout)


main()
