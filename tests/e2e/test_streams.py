"""Pictures over a bad network, and what happens to cameras, tabs and laptops: short forms of
`python -m bench streams`. Each ends or goes on, and leaves no thread of a stream behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright
from servers import program

from bench.trust import tabs
from bench.trust.link import Weather
from bench.trust.streaming import WEATHERS, Ending, Place, make_film, packets, place
from bench.viewer import Viewer

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def there(
    tmp_path_factory: pytest.TempPathFactory, playwright: Playwright, browser_path: str
) -> Iterator[Place]:
    program("turnserver", "coturn")
    folder = tmp_path_factory.mktemp("streams")
    with place(folder, make_film(folder / "squats.y4m"), playwright) as running:
        yield running


def assert_clean(ending: Ending) -> None:
    assert ending.wrong == ()
    assert (ending.running, ending.unended) == (0, 0), "no stream goes on without anybody"
    before, middle, after = ending.threads
    assert before == after == 0 < middle


@pytest.mark.parametrize(
    "weather",
    [
        WEATHERS["20 % lost"],
        pytest.param(
            WEATHERS["each 40 to 160 ms late, a quarter overtakes"], marks=pytest.mark.long
        ),
        pytest.param(WEATHERS["300 kbit/s"], marks=pytest.mark.long),
    ],
    ids=["lost", "late and overtaken", "narrow"],
)
def test_reps_are_counted_over_a_bad_network(there: Place, weather: Weather):
    def in_weather(there: Place, viewer: Viewer) -> str:
        there.link.weather = weather
        tabs.wait_for_reps(viewer, 3)
        viewer.stop()
        return "stopped"

    sent, lost = packets(there.link)
    found = tabs.happen(there, in_weather)
    sent, lost = (now - then for now, then in zip(packets(there.link), (sent, lost)))
    assert found.sessions == 1 and found.reps >= 3
    assert sent > 200 and lost >= 0.5 * weather.lost * sent, "the pictures came this way"
    assert_clean(found.ending)


def test_a_camera_that_is_pulled_out_is_spoken_of(there: Place):
    def pulled_out(there: Place, viewer: Viewer) -> str:
        tabs.pull_camera_out()
        tabs.seconds_until(viewer, tabs.NO_PICTURE)
        viewer.stop()
        return "stopped"

    found = tabs.happen(there, pulled_out)
    assert (found.says, found.sessions) == ("stopped", 1) and found.reps >= 1
    assert_clean(found.ending)


@pytest.mark.parametrize(
    ("event", "sessions"),
    [
        (tabs.tab_closed, 1),
        pytest.param(tabs.page_left, 2, marks=pytest.mark.long),
        pytest.param(tabs.two_tabs, 2, marks=pytest.mark.long),
        pytest.param(tabs.camera_turned, 2, marks=pytest.mark.long),
    ],
)
def test_what_happens_to_a_tab_ends_or_goes_on(there: Place, event, sessions: int):
    found = tabs.happen(there, event)
    assert found.sessions == sessions and found.reps >= sessions, found.says
    assert_clean(found.ending)


@pytest.mark.long
@pytest.mark.parametrize("event", [tabs.network_gone_for_a_moment, tabs.laptop_asleep])
def test_after_a_pause_it_goes_on_or_is_over_and_says_so(there: Place, event):
    found = tabs.happen(there, event)
    assert found.says in ("goes on", "over, begun anew")
    assert found.sessions == (1 if found.says == "goes on" else 2)
    assert_clean(found.ending)
