"""Everything that people read is said through the catalogues, and the catalogues know all of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from posecore.language import ENGLISH, LANGUAGES, LOCALE
from scripts.translations import _of_code, catalogue, messages, waiting

ROOT = Path(__file__).resolve().parents[1]
OTHERS = sorted(set(LANGUAGES) - {ENGLISH})
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]

FOR_THE_OPERATOR = {"relay.py", "person.py", "quiet.py"}
"""Their sentences are in the server's log, or are kept out of it; no page shows them."""

NO_WORDS = {
    "pose start",  # classes of a drawing
    "pose far",
    ", 0 components",  # as the benchmark writes it; compared_name says it in words
}

SAYING = {"_", "many", "Text"}
SHOWING = {
    "button", "caption", "checkbox", "download_button", "error", "expander", "file_uploader",
    "form_submit_button", "header", "info", "link_button", "markdown", "metric", "number_input",
    "page_link", "popover", "radio", "segmented_control", "selectbox", "slider", "spinner",
    "subheader", "success", "text_area", "text_input", "title", "toast", "toggle", "warning",
    "write",
}  # fmt: skip
"""Calls of Streamlit whose first text is read; even one word of it is somebody's language."""

CODE = re.compile(r"[<>{}=]|\.(pc|st)-|;$")
"""In a string it says: this is markup, a style or a script, not a sentence."""
BETWEEN_TAGS = re.compile(r">([^<>{}]*[A-Za-z]{2}[^<>{}]*)<")
SCRIPT = re.compile(r"<style|export default|^\s*[.:@*][\w-]+[^<]*\{|[{};]")


def _shape(message: str) -> list[str]:
    return sorted(re.findall(r"\{(\w*)", message))


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_has_a_translation(code: str) -> None:
    known = catalogue(code)
    ids = {m if isinstance(m, str) else m[0] for m in messages()}
    missing = sorted(each for each in ids if known.get(each) is None)
    assert missing == [], f"run scripts/translations.py, then translate in {LOCALE / code}.po"
    assert waiting(known) == []


@pytest.mark.parametrize("code", OTHERS)
def test_catalogue_holds_nothing_that_the_code_no_longer_says(code: str) -> None:
    ids = {m if isinstance(m, str) else m[0] for m in messages()}
    held = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue(code) if m.id}
    assert sorted(held - ids) == [], "run scripts/translations.py"


@pytest.mark.parametrize("code", OTHERS)
def test_translation_has_the_places_of_its_sentence(code: str) -> None:
    wrong = []
    for message in catalogue(code):
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else message.id
        told = (message.string,) if isinstance(message.string, str) else message.string
        # "{n} sessions" may be said without its number where a language does so, and the other way.
        allowed = {tuple(_shape(each)) for each in ids}
        if len(ids) > 1:
            allowed |= {tuple(sorted({*shape, "n"})) for shape in allowed}
        wrong += [text for text in told if tuple(_shape(text)) not in allowed]
    assert wrong == []


def _text_of(node: ast.AST) -> str | None:
    """A string's text, with 0 for what is put into it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values
        )
    return None


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _literals(node: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Line, text, and whether it is shown at once, of each string that is not said in words."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and _text_of(child.value) is not None:
            continue  # a docstring
        if isinstance(child, ast.Call) and _name_of(child) in SAYING:
            continue
        if isinstance(child, ast.Call) and getattr(child.func, "value", None) is not None:
            owner = child.func.value
            if isinstance(owner, ast.Name) and owner.id in {"_log", "re"}:
                continue
            first = _text_of(child.args[0]) if child.args else None
            if first is not None and _name_of(child) in SHOWING:
                yield child.lineno, first, True
        text = _text_of(child)
        if text is not None:
            yield child.lineno, text, False
            continue
        yield from _literals(child)


def unsaid(source: str) -> list[str]:
    """What people read in a page's source without its being in their language."""
    found = []
    for line, text, shown in _literals(ast.parse(source)):
        words = [text]
        if not shown and CODE.search(text):
            words = [] if SCRIPT.search(text) else BETWEEN_TAGS.findall(text)
        for each in words:
            bare = re.sub(r":material/\w+:", "", each).strip()
            if re.search(r"[A-Za-z]{2}", bare) and (shown or " " in bare) and bare not in NO_WORDS:
                found.append(f"{line}: {bare}")
    return found


def test_no_page_shows_a_sentence_that_cannot_be_translated() -> None:
    found = {
        page.name: unsaid(page.read_text("utf-8"))
        for page in PAGES
        if page.name not in FOR_THE_OPERATOR
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        'st.button("Start")',
        'left.write(f"{n} reps were done")',
        'st.error("No camera was found.")',
        'words = "Turn a little to the side"',
        "html = f\"<p class='pc-word'>Step back now</p>\"",
        'words = f"{n} more"',
    ],
)
def test_a_sentence_without_a_translation_is_found(line: str) -> None:
    assert unsaid(line)


@pytest.mark.parametrize(
    "line",
    [
        'st.button(_("Start"), key="start_it")',
        'many("{n} rep was done", "{n} reps were done", n)',
        "st.html(f\"<p class='pc-word big'>{word}</p>\")",
        '_STYLE = "<style> .pc-word { font-size: 2rem; }</style>"',
        'st.session_state["teach_lesson"] = Text("Go a little deeper")',
        '_log.error("A frame of the camera could not be looked at.")',
    ],
)
def test_what_is_said_or_is_no_sentence_is_left_alone(line: str) -> None:
    assert unsaid(line) == []


def test_what_is_said_inside_an_f_string_is_found_too(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        'html = f"<p>{escape(_(\'Step back\'))}</p>" + many("{n} rep", "{n} reps", n)\n'
    )
    assert set(_of_code(page)) == {"Step back", ("{n} rep", "{n} reps")}
