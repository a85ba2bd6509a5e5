"""How the camera's pictures reach this program where the direct way is closed: a TURN relay.

A relay hands on what it cannot read: the pictures stay encrypted from the browser to here. Its
address, and what it asks for, are settings of the environment; docs/DEPLOY.md names them all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pages.workout_loading import SettingError, ice_servers

URL = "POSECOACH_TURN_URL"
USER = "POSECOACH_TURN_USER"
PASSWORD = "POSECOACH_TURN_PASSWORD"
SECRET = "POSECOACH_TURN_SECRET"
ONLY = "POSECOACH_TURN_ONLY"
BOTH = "POSECOACH_TURN_BOTH"

VALID_S = 12 * 3600
"""How long a credential made from the secret lasts at least; a training is over long before."""

_STEP_S = 6 * 3600
"""Credentials change no more often: the page's component is drawn anew with each."""

_SCHEMES = ("turn:", "turns:")


@dataclass(frozen=True)
class Ways:
    """What the browser and what this program is told about servers, as WebRTC writes it."""

    browser: dict[str, Any]
    server: dict[str, Any]


def ways(now_s: float, environment: Mapping[str, str]) -> Ways:
    """Straight from the browser to here unless the environment names servers.

    now_s  seconds since 1970, from which a credential's end is counted
    Raises SettingError where a setting cannot be understood; it never repeats a secret.
    """
    direct = ice_servers()
    relay = _relay(now_s, environment)
    through = [*direct, relay] if relay is not None else direct
    browser: dict[str, Any] = {"iceServers": through}
    if _is_set(ONLY, environment):
        if relay is None:
            raise SettingError(f"{ONLY} is set, but there is no relay: expected {URL} as well.")
        browser["iceTransportPolicy"] = "relay"
    both = _is_set(BOTH, environment)
    return Ways(browser, {"iceServers": through if both else direct})


def credential(secret: str, now_s: float) -> tuple[str, str]:
    """(user, password) that a relay with this secret believes for a while.

    Its word for it is "TURN REST API" (draft-uberti-behave-turn-rest-00): the user's name is the
    second at which it ends, the password that name signed. Nobody's own name is in it.
    """
    ends_s = (int(now_s) // _STEP_S + 1) * _STEP_S + VALID_S
    user = f"{ends_s}:posecoach"
    signed = hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()
    return user, base64.b64encode(signed).decode()


def _relay(now_s: float, environment: Mapping[str, str]) -> dict[str, Any] | None:
    urls = [url.strip() for url in environment.get(URL, "").split(",") if url.strip()]
    if not urls:
        return None
    wrong = [url for url in urls if not url.startswith(_SCHEMES)]
    if wrong:
        raise SettingError(
            f"{URL}: expected addresses such as turn:example.org:3478, several with commas "
            f"between; got {wrong[0]!r}."
        )
    secret = environment.get(SECRET, "").strip()
    user, password = environment.get(USER, "").strip(), environment.get(PASSWORD, "").strip()
    if secret:
        user, password = credential(secret, now_s)
    elif not user or not password:
        raise SettingError(
            f"{URL} names a relay, which wants to know who asks: expected {SECRET}, or {USER} "
            f"and {PASSWORD}."
        )
    return {"urls": urls, "username": user, "credential": password}


def _is_set(name: str, environment: Mapping[str, str]) -> bool:
    given = environment.get(name, "").strip().lower()
    if given not in ("", "0", "1", "no", "yes", "false", "true"):
        raise SettingError(f"{name}: expected 1 or 0, got {given!r}.")
    return given in ("1", "yes", "true")
