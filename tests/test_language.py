"""What is said in another language, and what happens where no catalogue knows it."""

import copy
import pickle
from datetime import date

import pytest

from posecore import language
from posecore.language import ENGLISH, Text, _, date_in_words, many, nearest, speaking

CATALOGUE = """
msgid "Step back: I miss your {parts}."
msgstr "{parts}이(가) 안 보여요."

msgid "feet"
msgstr "발"

msgid "{n} rep"
msgid_plural "{n} reps"
msgstr[0] "{n}회"

msgid "Untold"
msgstr ""
"""


@pytest.fixture(autouse=True)
def _catalogue(tmp_path, monkeypatch):
    (tmp_path / "ko.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    monkeypatch.setattr(language, "_asked", [])
    language._catalogue.cache_clear()
    yield
    language._catalogue.cache_clear()


def test_a_sentence_is_told_in_the_language_that_is_spoken():
    with speaking("ko"):
        assert _("feet") == "발"
    assert _("feet") == "feet"


def test_what_no_catalogue_knows_stays_as_it_is():
    with speaking("ko"):
        assert [_("Grandma's squat"), _("Untold"), _(""), _("{odd")] == [
            "Grandma's squat",
            "Untold",
            "",
            "{odd",
        ]


def test_a_text_is_english_to_whoever_reads_it_and_can_be_told_in_another_language():
    text = Text("Step back: I miss your {parts}.", parts=(Text("feet"), Text("hands")))
    assert text == "Step back: I miss your feet and hands."
    with speaking("ko"):
        assert text == "Step back: I miss your feet and hands."
        assert _(text) == "발 및 hands이(가) 안 보여요."


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))], ids=["copy", "pickle"]
)
def test_a_text_keeps_its_words_through_a_copy(again):
    text = again(Text("Step back: I miss your {parts}.", parts=(Text("feet"),)))
    with speaking("ko"):
        assert _(text) == "발이(가) 안 보여요."


@pytest.mark.parametrize(("n", "told"), [(1, "1 rep"), (2, "2 reps"), (0, "0 reps")])
def test_a_number_takes_the_form_that_goes_with_it(n, told):
    assert many("{n} rep", "{n} reps", n) == told
    with speaking("ko"):
        assert many("{n} rep", "{n} reps", n) == f"{n}회"


def test_a_page_says_which_language_its_session_speaks():
    language.ask(lambda: "ko")
    assert _("feet") == "발"
    language.ask(lambda: "tlh")
    assert _("feet") == "feet"
    language.ask(lambda: None)
    assert _("feet") == "feet"


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("ko-KR", "ko"),
        ("ko", "ko"),
        ("en-GB", "en"),
        ("de-DE", ENGLISH),
        ("", ENGLISH),
        (None, "en"),
    ],
)
def test_a_browsers_locale_chooses_the_nearest_language(locale, code):
    assert nearest(locale) == code


def test_a_day_is_written_as_the_language_writes_it():
    day = date(2026, 11, 23)
    assert date_in_words(day) == "Monday, 23 November 2026"
    with speaking("ko"):
        assert date_in_words(day) == "2026년 11월 23일 월요일"
