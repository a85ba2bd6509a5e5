"""Who is at the page: what of a login is kept, and what a change of person leaves behind."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pages import person
from posecore.store import Store

PAGES = Path(person.__file__).parent
ADA = {"iss": "https://login.example.org", "sub": "7", "name": "Ada", "email": "ada@example.org"}
BOB = ADA | {"sub": "8", "name": "Bob"}


class Stopped(Exception):
    pass


class Secrets(dict[str, Any]):
    def load_if_toml_exists(self) -> bool:
        return bool(self)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What pages.person uses of Streamlit, with nobody logged in yet."""

    def stop() -> None:
        raise Stopped

    shown: list[str] = []
    told = SimpleNamespace(
        secrets=Secrets(auth={"client_id": "posecoach"}),
        user=SimpleNamespace(is_logged_in=False, to_dict=dict),
        session_state={},
        stop=stop,
        shown=shown,
        title=lambda text: None,
        write=lambda text: None,
        button=lambda label, **_: shown.append(label),
    )
    monkeypatch.setattr(person, "st", told)
    return told


def log_in(page: SimpleNamespace, claims: dict[str, str]) -> None:
    page.user = SimpleNamespace(is_logged_in=True, to_dict=lambda: dict(claims))


def test_the_number_is_the_same_at_every_login_and_holds_no_name():
    number = person.number_of(ADA)
    assert number == person.number_of(ADA | {"name": "Ada L.", "email": "new@example.org"})
    assert number != person.number_of(BOB)
    assert number != person.number_of(ADA | {"iss": "https://other.example.org"})
    assert "ada" not in number.lower() and len(number) <= 40


@pytest.mark.parametrize("missing", ["iss", "sub"])
def test_a_login_that_does_not_say_who_it_is_is_refused(missing: str):
    with pytest.raises(ValueError, match="expected the claims iss and sub"):
        person.number_of({name: value for name, value in ADA.items() if name != missing})


def test_at_home_nobody_need_log_in_and_the_store_is_everybodys(page, tmp_path):
    page.secrets = Secrets()
    person.demand_login()
    store = Store(f"sqlite:///{tmp_path / 'sessions.db'}")
    assert person.own(store) is store and person.logged_in() is None


def test_without_a_login_nothing_goes_on_beyond_the_way_to_log_in(page, tmp_path):
    with pytest.raises(Stopped):
        person.demand_login()
    assert page.shown == ["Log in"]
    with pytest.raises(Stopped):
        person.own(Store(f"sqlite:///{tmp_path / 'sessions.db'}"))


def test_several_providers_get_a_button_each(page):
    providers = {"google": {"client_id": "a"}, "clinic": {"client_id": "b"}}
    page.secrets = Secrets(auth={"redirect_uri": "x", "cookie_secret": "y"} | providers)
    with pytest.raises(Stopped):
        person.demand_login()
    assert page.shown == ["Log in with Google", "Log in with Clinic"]


def test_whoever_comes_next_into_the_same_tab_finds_nothing_of_the_one_before(page):
    log_in(page, ADA)
    person.demand_login()
    page.session_state["workout_desk"] = "Ada's"
    person.demand_login()
    assert page.session_state["workout_desk"] == "Ada's"
    log_in(page, BOB)
    person.demand_login()
    assert "workout_desk" not in page.session_state


@pytest.mark.parametrize(
    ("claims", "shown"),
    [(ADA, "Ada"), ({"email": "ada@example.org"}, "ada@example.org"), ({}, "")],
)
def test_the_page_shows_the_name_the_provider_gives(page, claims, shown):
    log_in(page, claims)
    assert person.name_shown() == shown


def test_no_page_opens_a_store_but_as_its_persons_own():
    opened, bare = 0, []
    for file in PAGES.glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        owned = {id(call.args[0]) for call in calls if name_of(call) == "own"}
        stores = [call for call in calls if name_of(call) == "store_at"]
        opened += len(stores)
        bare += [f"{file.name}:{call.lineno}" for call in stores if id(call) not in owned]
        made = [call for call in calls if name_of(call) == "Store"]
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        at = {id(n) for f in functions if f.name == "store_at" for n in ast.walk(f)}
        bare += [f"{file.name}:{call.lineno}" for call in made if id(call) not in at]
    assert opened >= 4 and bare == []


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
