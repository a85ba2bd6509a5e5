"""The camera's component is served mended: a release of another make is noticed here."""

from __future__ import annotations

from pathlib import Path

from streamlit_webrtc import component

from pages.webcam_component import mend_component


def test_the_pinned_release_says_that_it_starts_before_it_loads_its_last_piece():
    folder = mend_component()
    assert folder is not None
    copies = [path.read_text() for path in Path(folder.name).glob("camera/assets/*.js")]
    (page,) = [text for text in copies if "type:`SIGNALLING_START`})" in text]
    says = page.index("type:`SIGNALLING_START`})")
    assert says < page.index("import(`./adapter_core")


def test_it_is_asked_for_once_and_is_the_one_that_is_shown():
    mend_component()
    shown = component._component_func
    assert mend_component() is mend_component()
    assert component._component_func is shown
    assert shown.path is not None and "posecoach" in shown.path
