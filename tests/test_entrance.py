"""No page can be had without app.py's set-up, not even as the first thing asked of a server."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager

from pages import entrance

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(set(re.findall(r"pages/\w+\.py", (ROOT / "app.py").read_text("utf-8"))))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_comes_in_before_it_does_anything_else(page):
    tree = ast.parse((ROOT / page).read_text("utf-8"))
    (main,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "main"]
    first = main.body[1] if ast.get_docstring(main) else main.body[0]
    assert ast.unparse(first) == "come_in()"
    called = ast.unparse(tree.body[-1])
    assert called in ("main()", "if __name__ == '__main__':\n    main()")


def test_a_page_that_streamlit_runs_by_itself_runs_app_instead_and_ends(monkeypatch):
    asked: list[str] = []

    class Ended(Exception):
        pass

    def stop() -> None:
        raise Ended

    monkeypatch.setattr(entrance.runpy, "run_path", asked.append)
    monkeypatch.setattr(entrance.st, "stop", stop)
    monkeypatch.setattr(entrance, "know_who_is_here", lambda: None)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", False)
    entrance.come_in()
    assert asked == []
    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    with pytest.raises(Ended):
        entrance.come_in()
    assert asked == [str(ROOT / "app.py")]
