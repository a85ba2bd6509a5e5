"""Who sits before the page, where people log in; nobody in particular at home.

A secrets.toml with a section [auth] makes Streamlit ask an OpenID Connect provider. From then on
nothing is shown to whoever has not logged in, and every page works on a store that holds nothing
but the sessions of the one who has. docs/DEPLOY.md says how it is set up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import streamlit as st

from posecore.language import _
from posecore.store import Store

_KEY = "person_logged_in"


def login_is_set_up() -> bool:
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def number_of(claims: Mapping[str, Any]) -> str:
    """What sessions are filed under: the same at every login, and nobody's name or address.

    A provider vouches that issuer and subject together are one account's for ever (OpenID Connect
    Core, 5.7); names and e-mail addresses change hands. Raises ValueError where one is missing.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not issuer or not subject:
        raise ValueError("expected the claims iss and sub of who has logged in")
    return "oidc-" + hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:32]


def logged_in() -> str | None:
    """The number of who has logged in; None at home, where nobody need."""
    if not login_is_set_up():
        return None
    if not st.user.is_logged_in:
        # A page is drawn after demand_login only; should that ever change, nobody gets in here.
        st.stop()
    return number_of(st.user.to_dict())


def own(store: Store) -> Store:
    """The store as whoever is here may see it: at home all of it, else what is their own."""
    person = logged_in()
    return store if person is None else store.of(person)


def name_shown() -> str:
    """How the provider calls the person: a name, else an e-mail address, else nothing."""
    claims = st.user.to_dict()
    return str(claims.get("name") or claims.get("email") or "")


def demand_login() -> None:
    """Ends the run with the way to log in, where there is one and nobody has taken it yet."""
    if not login_is_set_up():
        return
    if not st.user.is_logged_in:
        _offer_login()
        st.stop()
    person = number_of(st.user.to_dict())
    # A tab that lost its connection comes back with its memory, and perhaps with somebody else.
    if st.session_state.setdefault(_KEY, person) != person:
        st.session_state.clear()
        st.session_state[_KEY] = person


def _offer_login() -> None:
    st.title("PoseCoach")
    st.write(_("Log in to train. What you do is kept for you alone."))
    section = st.secrets["auth"]
    # One provider stands in the section itself, several in sections of their own below it.
    names = [None] if "client_id" in section else [n for n in section if _is_provider(section[n])]
    for name in names:
        label = _("Log in") if name is None else _("Log in with {name}", name=name.capitalize())
        st.button(label, key=f"login_{name}", type="primary", on_click=_log_in, args=(name,))


def _is_provider(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "client_id" in entry


def _log_in(provider: str | None) -> None:
    st.login(provider) if provider is not None else st.login()
