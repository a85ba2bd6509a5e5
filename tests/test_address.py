"""The browser's ways back and forward within a page."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from visits import press, run, words

from posecore.store import URL_VARIABLE, Store
from tests.test_people import NOON

PAGE = Path(__file__).parents[1] / "pages" / "history.py"
APP = f"""
import streamlit as st
from pages.address import go_to
st.button("back", on_click=go_to, args=("?person=Ana",))
st.button("forward", on_click=go_to, args=("?session=1&person=Ana",))
st.navigation([st.Page({str(PAGE)!r})]).run()
"""


def test_the_way_back_from_a_session_shows_the_list_and_the_way_forward_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'posecoach.db'}")
    store = Store()
    for name in ("Ana", "Ben"):
        store.end_session(store.begin_session(NOON, "camera", person=name), NOON)
    app = AppTest.from_string(APP, default_timeout=30)
    app.query_params["session"] = "1"
    app.query_params["person"] = "Ben"
    assert "newest first" not in words(run(app))
    assert "newest first" in words(press(app, "back"))
    # Whoever was chosen since trains, whatever stood in the address then.
    assert dict(app.query_params) == {"person": ["Ben"]}
    press(app, "forward")
    assert dict(app.query_params) == {"session": ["1"], "person": ["Ben"]}
    store.close()
    st.cache_resource.clear()
