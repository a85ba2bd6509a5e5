"""How the app is started on a server."""

from __future__ import annotations

import pytest

import serve


@pytest.mark.parametrize(
    ("given", "told"), [([], "none"), (["--client.showErrorDetails", "full"], "full")]
)
def test_visitors_see_no_paths_of_the_server_unless_told_otherwise(monkeypatch, given, told):
    started: list[list[str]] = []
    monkeypatch.setattr(serve.cli, "main", lambda arguments, **_: started.append(arguments))
    monkeypatch.setattr(serve.sys, "argv", ["serve.py", *given])
    for each in ("write_by", "delete_left_behind", "ask_nobody", "pass_over_closed_tabs",
                 "close_to_strangers", "lose_no_press"):  # fmt: skip
        monkeypatch.setattr(serve, each, lambda *_: None)
    monkeypatch.setattr(serve.logs, "set_up", lambda: None)
    monkeypatch.setattr(serve.monitor, "serve", lambda: None)
    assert serve.main() == 0
    ((_, _, *options),) = started
    values = dict(zip(options[::2], options[1::2]))
    assert values["--client.showErrorDetails"] == told
