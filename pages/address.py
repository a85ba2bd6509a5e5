"""The browser's ways back and forward within one page, as from a session to all of them.

Streamlit runs the page once more then, but with the address that was left, so that nothing changes.
And each change of an address is one more step back: one that only says who trains is no other
place, and would make the way back longer. Who was chosen since stays so on the way back.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

import streamlit as st

from pages.people import ADDRESS

_KEY = "said_address"
_JS = """
export default function ({ data, setStateValue }) {
    if (window.posecoachAddress) {
        window.posecoachAddress.tell = setStateValue;
        return;
    }
    const placeOf = (address) => {
        const url = new URL(address ?? location.href, location.href);
        url.searchParams.delete(data.person);
        url.hash = '';
        return url;
    };
    const whose = () => new URLSearchParams(location.search).get(data.person);
    const here = { tell: setStateValue, place: placeOf(), whose: whose() };
    window.posecoachAddress = here;
    const push = history.pushState.bind(history);
    history.pushState = (state, title, address) => {
        const next = placeOf(address);
        if (next.href === placeOf().href) history.replaceState(state, title, address);
        else push(state, title, address);
        here.place = next;
        here.whose = whose();
    };
    window.addEventListener('popstate', () => {
        const before = here.place;
        here.place = placeOf();
        if (here.whose !== null && here.whose !== whose()) {
            const url = new URL(location.href);
            url.searchParams.set(data.person, here.whose);
            history.replaceState(history.state, '', url);
        }
        if (before.pathname === here.place.pathname && before.href !== here.place.href) {
            here.tell('moved', { search: location.search, at: Date.now() });
        }
    });
}
"""


def follow_address() -> None:
    """On every page, once: from then on the page goes where its address has gone."""
    follow = st.components.v2.component("posecoach_address", html="<span></span>", js=_JS)
    follow(data={"person": ADDRESS}, key=_KEY, on_moved_change=_moved)


def _moved() -> None:
    moved = st.session_state[_KEY]["moved"]
    if moved is not None:
        go_to(str(moved["search"]))


def go_to(search: str) -> None:
    """``search``: an address from its ? on. Who trains stays as it was chosen."""
    asked = dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))
    asked.pop(ADDRESS, None)
    if ADDRESS in st.query_params:
        asked[ADDRESS] = st.query_params[ADDRESS]
    st.query_params.from_dict(asked)
