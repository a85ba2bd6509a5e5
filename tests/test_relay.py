"""Which servers the browser and this program are told of."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from pages.relay import VALID_S, ways
from pages.workout_loading import SettingError

NOW_S = 1_800_000_000.0
TURN = {
    "POSECOACH_TURN_URL": "turn:example.org:3478",
    "POSECOACH_TURN_USER": "coach",
    "POSECOACH_TURN_PASSWORD": "a password",
}


@pytest.fixture(autouse=True)
def no_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSECOACH_ICE_SERVERS", raising=False)


def test_without_settings_nobody_is_asked_the_way():
    found = ways(NOW_S, {})
    assert found.browser == {"iceServers": []} == found.server


def test_the_relay_is_the_browsers_alone_unless_both_are_to_use_it():
    relay = {"urls": ["turn:example.org:3478"], "username": "coach", "credential": "a password"}
    assert ways(NOW_S, TURN).browser == {"iceServers": [relay]}
    assert ways(NOW_S, TURN).server == {"iceServers": []}
    assert ways(NOW_S, TURN | {"POSECOACH_TURN_BOTH": "1"}).server == {"iceServers": [relay]}


def test_a_browser_that_may_use_only_the_relay_is_told_so():
    only = ways(NOW_S, TURN | {"POSECOACH_TURN_ONLY": "1"})
    assert only.browser["iceTransportPolicy"] == "relay"
    assert "iceTransportPolicy" not in ways(NOW_S, TURN).browser


def test_several_addresses_of_one_relay_and_other_servers_stand_side_by_side(monkeypatch):
    monkeypatch.setenv("POSECOACH_ICE_SERVERS", '[{"urls": ["stun:example.org"]}]')
    several = TURN | {"POSECOACH_TURN_URL": "turn:a.example, turns:a.example:443?transport=tcp"}
    stun, relay = ways(NOW_S, several).browser["iceServers"]
    assert stun == {"urls": ["stun:example.org"]}
    assert relay["urls"] == ["turn:a.example", "turns:a.example:443?transport=tcp"]


def test_a_credential_from_the_secret_is_signed_and_ends():
    secret = {"POSECOACH_TURN_URL": "turn:example.org", "POSECOACH_TURN_SECRET": "the secret"}
    (relay,) = ways(NOW_S, secret).browser["iceServers"]
    ends_s = int(relay["username"].split(":")[0])
    assert VALID_S <= ends_s - NOW_S <= 2 * VALID_S
    signed = hmac.new(b"the secret", relay["username"].encode(), hashlib.sha1).digest()
    assert relay["credential"] == base64.b64encode(signed).decode()
    assert "the secret" not in str(relay)


def test_a_credential_stays_the_same_for_hours_so_that_the_page_stays_as_it_is():
    secret = {"POSECOACH_TURN_URL": "turn:example.org", "POSECOACH_TURN_SECRET": "the secret"}
    later = [ways(NOW_S + minutes * 60, secret).browser for minutes in range(0, 1440, 10)]
    changes = sum(before != after for before, after in zip(later, later[1:]))
    assert changes == 4


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"POSECOACH_TURN_URL": "example.org"} | {}, "expected addresses such as turn:"),
        ({"POSECOACH_TURN_URL": "turn:example.org"}, "expected POSECOACH_TURN_SECRET, or"),
        ({"POSECOACH_TURN_ONLY": "1"}, "expected POSECOACH_TURN_URL as well"),
        (TURN | {"POSECOACH_TURN_ONLY": "perhaps"}, "expected 1 or 0"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(settings: dict[str, str], said: str):
    with pytest.raises(SettingError, match=said):
        ways(NOW_S, settings)


@pytest.mark.parametrize("given", ['[{"credential": "s3cret"}]', '{"credential": "s3cret"}'])
def test_a_wrong_list_of_servers_is_named_without_its_passwords(monkeypatch, given: str):
    monkeypatch.setenv("POSECOACH_ICE_SERVERS", given)
    with pytest.raises(SettingError, match="expected JSON") as raised:
        ways(NOW_S, {})
    assert "s3cret" not in str(raised.value)
