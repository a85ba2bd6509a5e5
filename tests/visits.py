"""A visitor of one page in tests: runs it, presses its buttons, reads what it says."""

from streamlit.testing.v1 import AppTest

_SAID = ("title", "header", "subheader", "markdown", "info", "success", "warning", "error")


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    buttons = [each for each in app.button if each.label == label]
    assert buttons, f"no button {label!r} among {[each.label for each in app.button]}"
    buttons[0].click()
    return run(app)


def times_at_the_top(app: AppTest) -> int:
    """How often the page was scrolled to where it begins, to show what is new there."""
    return app.session_state["times_at_the_top"] if "times_at_the_top" in app.session_state else 0


def words(app: AppTest) -> str:
    """Everything that can be read, without the backslashes that keep Markdown from reading it."""
    return "\n".join(each.value for kind in _SAID for each in app.get(kind)).replace("\\", "")
