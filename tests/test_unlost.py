"""Requests that wait for a busy page's script."""

import tomllib
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from pages import unlost

ROOT = Path(__file__).resolve().parents[1]
CLOCK = RerunData(fragment_id="live", is_auto_rerun=True, page_script_hash="workout")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> ScriptRequests:
    """Of a page that is being drawn."""
    monkeypatch.setattr(ScriptRequests, "request_rerun", ScriptRequests.request_rerun)
    unlost.lose_no_press()
    return ScriptRequests()


def next_of(requests: ScriptRequests) -> RerunData:
    return requests.on_scriptrunner_ready().rerun_data


def pressed(key: str) -> WidgetStates:
    states = WidgetStates()
    states.widgets.add(id=key, trigger_value=True)
    return states


def test_another_page_is_opened_though_a_fragment_is_due(requests):
    requests.request_rerun(RerunData(page_script_hash="history", query_string="session=1"))
    requests.request_rerun(CLOCK)
    run = next_of(requests)
    assert run.fragment_id_queue == []
    assert (run.page_script_hash, run.query_string) == ("history", "session=1")


def test_the_whole_page_is_drawn_after_stop_though_a_fragment_is_due(requests):
    requests.request_rerun(RerunData(widget_states=pressed("stop")))
    requests.request_rerun(CLOCK)
    run = next_of(requests)
    assert run.fragment_id_queue == [] and not run.is_auto_rerun
    assert run.widget_states == pressed("stop")


def test_fragments_alone_wait_for_one_another_as_ever(requests):
    requests.request_rerun(CLOCK)
    requests.request_rerun(RerunData(fragment_id="picture"))
    assert next_of(requests).fragment_id_queue == ["live", "picture"]


def test_no_second_thread_is_started_on_a_session_that_is_at_work():
    """It would read the state while the first changes it: a RuntimeError of Streamlit's, now and
    then, and the press that the first was about to see is lost."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["runner"]["fastReruns"] is False
