"""Words in the language of whoever reads them: gettext catalogues, read with Babel.

English is what the code is written in; every other language is one catalogue,
``posecore/locale/<code>.po``, brought up to date by ``python scripts/translations.py``.

A page knows whose session it is and says which language with ``ask``; the rooms that a frame goes
through do not. They make a ``Text``, which is plain English to everyone who only reads it, and
remembers what it was made from, so that the page can say it in another language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "ko": "한국어"}
"""Code -> its name in itself."""
ENGLISH = "en"
LOCALE = Path(__file__).parent / "locale"
_LOCALES = {"en": "en_GB", "ko": "ko_KR"}  # for dates and lists

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_asked: list[Callable[[], str | None]] = []


class Text(str):
    """An English sentence that remembers its words: ``Text("I miss your {part}.", part=...)``.

    A value may be a Text itself, or a tuple of them, which is told as a list.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Text:
        text = super().__new__(cls, _filled(template, values, ENGLISH))
        text.template, text.values = template, values
        return text

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.values


def ask(provider: Callable[[], str | None]) -> None:
    """Whom to ask for the language from now on; None or an unknown code from it is English."""
    _asked[:] = [provider]


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Everything said inside is said in this language, whoever else is asked."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The code of the language that is spoken now."""
    code = _spoken.get() or (_asked[0]() if _asked else None)
    return code if code in LANGUAGES else ENGLISH


def nearest(locale: str | None) -> str:
    """The language that fits a browser's locale such as "ko-KR"; English where none does."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH


def _(message: str, **values: Any) -> str:
    """``message`` in the language spoken now, its {places} filled with ``values``.

    What no catalogue knows, such as a name that a person gave, stays as it is.
    """
    template = str(message)
    if isinstance(message, Text):
        template, values = message.template, message.values | values
    code = language()
    return _filled(_told(code, template), values, code)


def many(one: str, several: str, n: int, **values: Any) -> str:
    """The form that goes with the number ``n``, which fills {n}."""
    code = language()
    return _filled(_catalogue(code).ngettext(one, several, n), {"n": n} | values, code)


def words_of(error: Exception) -> str:
    """What an error says: its Text where it was made with one, for ``_`` or another Text."""
    (first,) = error.args if len(error.args) == 1 else (None,)
    return first if isinstance(first, Text) else str(error)


def date_in_words(day: date, form: str = "full") -> str:
    """ "Monday, 23 November 2026" as the language writes it; ``form``: Babel's, or a pattern."""
    return format_date(day, format=form, locale=_LOCALES[language()])


def time_in_words(time: datetime, form: str) -> str:
    """A date and time by Babel's ``form``."""
    return format_datetime(time, format=form, locale=_LOCALES[language()])


def _told(code: str, message: str) -> str:
    # The empty message is where gettext keeps the catalogue's head.
    return _catalogue(code).gettext(message) if message else ""


@cache
def _catalogue(code: str) -> NullTranslations:
    if code == ENGLISH:
        return NullTranslations()
    with (LOCALE / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _filled(template: str, values: dict[str, Any], code: str) -> str:
    if not values:
        return str(template)
    return template.format(**{name: _value(value, code) for name, value in values.items()})


def _value(value: Any, code: str) -> Any:
    if isinstance(value, Text):
        return _filled(_told(code, value.template), value.values, code)
    if isinstance(value, tuple):
        return format_list([str(_value(each, code)) for each in value], locale=_LOCALES[code])
    return value
