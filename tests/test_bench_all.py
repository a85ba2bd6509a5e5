"""The summary of all measurements: what is met, missed and not measured."""

from __future__ import annotations

import pytest

from bench import every
from bench.every import GOALS, every_command, summary
from bench.results import keep, kept


def line_of(what: str, text: str) -> str:
    return next(line for line in text.splitlines() if what in line)


@pytest.mark.parametrize(
    "command, figure, value, what, said",
    [
        ("overhead", "ratio", 1.05, "whole pipeline", "| at most 1.050 | 1.050 | yes |"),
        ("overhead", "ratio", 1.06, "whole pipeline", "| at most 1.050 | 1.060 | **no** |"),
        ("live", "fps_1", 26.2, "one viewer", "| at least 24.0 | 26.2 | yes |"),
        ("live", "fps_1", 12.0, "one viewer", "| at least 24.0 | 12.0 | **no** |"),
        ("live", "fps_1", float("nan"), "one viewer", "**no** |"),
    ],
)
def test_a_goal_is_met_or_not(command, figure, value, what, said):
    assert line_of(what, summary({command: {figure: value}}, [])).endswith(said)


def test_what_was_not_measured_is_not_called_met():
    text = summary({}, [])
    assert text.count("not measured") == len(GOALS)
    assert "yes" not in text


def test_figures_of_a_command_that_failed_now_are_not_shown_as_new():
    text = summary({"live": {"fps_1": 30.0}}, ["live"])
    assert "not measured" in line_of("one viewer", text)


def test_figures_of_one_command_take_the_place_of_its_own_and_of_no_others(tmp_path):
    path = tmp_path / "performance.json"
    keep("live", {"fps_1": 20.0, "fps_2": 10.0}, path)
    keep("start", {"served_s": 2.5}, path)
    keep("live", {"fps_1": 30.0}, path)
    assert kept(path) == {"live": {"fps_1": 30.0}, "start": {"served_s": 2.5}}


def test_the_summary_stands_on_top_and_the_other_sections_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(every, "kept", lambda: {})
    page = tmp_path / "PERFORMANCE.md"
    page.write_text("# Performance\n\n<!-- live: -->\n## Live\n", encoding="utf-8")
    for _ in range(2):
        assert every_command(True, page)
    text = page.read_text(encoding="utf-8")
    assert text.index("## Summary") < text.index("## Live")
    assert text.count("## Summary") == text.count("## Live") == 1


def test_a_command_that_fails_is_told_and_the_others_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(every, "kept", lambda: {})
    asked = []
    monkeypatch.setattr(every, "_run", lambda name: asked.append(name) or name != "live")
    assert not every_command(False, tmp_path / "PERFORMANCE.md")
    assert asked == list(every.COMMANDS)
