"""Requests that wait for a busy page's script."""

import tomllib
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from pages import unlost

ROOT = Path(__file__).resolve().parents[1]
CLOCK = RerunData(fragment_id="live", is_auto_rerun=True, page_script_hash="workout")


@pytest.fixture(autouse=True)
def unlosing(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in (
        (ScriptRequests, "request_rerun"),
        (ScriptRunner, "_maybe_handle_execution_control_request"),
        (SafeSessionState, "on_script_will_rerun"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    unlost.lose_no_press()


@pytest.fixture
def requests() -> ScriptRequests:
    """Of a page that is being drawn."""
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


def page_with_another_press_behind_the_first() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    def pressed() -> None:
        get_script_run_ctx().script_requests.request_rerun(RerunData())
        st.session_state["looked_at"] = st.session_state.get("runs")
        st.session_state["heeded"] = True

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.button("Start", on_click=pressed)


def test_a_press_is_heeded_to_its_end_though_another_waits():
    """Broken off, it would be heeded by half, and Streamlit would say so above the page, where a
    line more makes the camera's picture begin anew."""
    app = AppTest.from_function(page_with_another_press_behind_the_first).run()
    app.button[0].click().run()
    assert app.session_state["heeded"]
    assert not app.warning
    assert app.session_state["runs"] >= 2, "and the other is heeded, too"


def test_a_press_is_heeded_though_another_came_before_it_was_looked_at(monkeypatch):
    app = AppTest.from_function(page_with_another_press_behind_the_first).run()
    will_rerun, came = SafeSessionState.on_script_will_rerun, []

    def with_another_behind(self: SafeSessionState, states: WidgetStates) -> None:
        if not came:
            came.append(get_script_run_ctx().script_requests.request_rerun(RerunData()))
        will_rerun(self, states)

    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", with_another_behind)
    app.button[0].click().run()
    assert app.session_state["heeded"]


def test_no_second_thread_is_started_on_a_session_that_is_at_work():
    """It would read the state while the first changes it: a RuntimeError of Streamlit's, now and
    then, and the press that the first was about to see is lost."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["runner"]["fastReruns"] is False
