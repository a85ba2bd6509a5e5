"""A page that breaks down tells its visitor so in a sentence, and no more."""

from __future__ import annotations

import tomllib
from pathlib import Path

from streamlit.testing.v1 import AppTest

import serve

ROOT = Path(__file__).resolve().parents[1]


def broken() -> None:
    from pages.failure import tell_in_a_sentence

    tell_in_a_sentence()
    raise ValueError("/home/jane/sessions.db")


def test_a_page_that_breaks_down_says_so_without_a_traceback_and_without_paths() -> None:
    (shown,) = AppTest.from_function(broken).run().exception
    assert shown.message.startswith("Something went wrong on this page.")
    assert not list(shown.stack_trace)
    assert not shown.proto.type


def test_the_sentence_is_there_from_the_first_line_of_every_page() -> None:
    lines = (ROOT / "app.py").read_text("utf-8").splitlines()
    assert lines.index("tell_in_a_sentence()") < lines.index("demand_login()")


def test_errors_are_told_without_details_at_home_and_on_a_server(monkeypatch) -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["client"]["showErrorDetails"] == "none"
    asked: list[list[str]] = []
    for name in ("write_by", "delete_left_behind"):
        monkeypatch.setattr(serve, name, lambda *_: None)
    monkeypatch.setattr(serve.monitor, "serve", lambda: None)
    monkeypatch.setattr(serve.logs, "set_up", lambda: None)
    for name in ("ask_nobody", "pass_over_closed_tabs", "close_to_strangers", "lose_no_press"):
        monkeypatch.setattr(serve, name, lambda: None)
    monkeypatch.setattr(serve.cli, "main", lambda words, **_: asked.append(words))
    monkeypatch.setattr("sys.argv", ["serve.py", "--server.headless", "true"])
    assert serve.main() == 0
    (words,) = asked
    assert words[2:4] == ["--client.showErrorDetails", "none"]
    assert words[-2:] == ["--server.headless", "true"]
