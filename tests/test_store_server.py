"""A server that stops, is locked, refuses or is not there: a sentence each, and back again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, make_url

from bench.trust.exercising import PICTURE, RepAFrame
from posecore.live import LiveSession
from posecore.store import DatabaseBusy, NotADatabase, NotWritable, Store, StoreError
from posecore.store.engines import with_driver
from scripts.postgres import Server, running
from tests.stored import NOON, rep, squats


@pytest.fixture(scope="module")
def unsteady(server: Server) -> Iterator[Server]:
    """A server that tests may stop."""
    with running(server.programs) as started:
        yield started


@pytest.fixture
def stopped(unsteady: Server) -> Iterator[Server]:
    """Runs when the test begins and after it, whatever the test does."""
    yield unsteady
    if not unsteady.runs:
        unsteady.start()


def test_a_server_that_stops_is_named_and_used_again_when_it_is_back(stopped):
    store = Store(stopped.new_database(), busy_timeout_s=1)
    session_id = squats(store)
    stopped.stop()
    for call in (store.sessions, store.schema_version, lambda: store.begin_set(session_id, "a", 0)):
        with pytest.raises(StoreError, match="did not answer.*Check that the server runs"):
            call()
    stopped.start()
    store.begin_set(session_id, "lunge", 0.0)
    assert store.sessions()[0].sets == 2


def test_a_transaction_that_loses_its_server_is_kept_as_a_whole_or_not_at_all(stopped):
    store = Store(stopped.new_database(), busy_timeout_s=1)
    kept = squats(store)
    with pytest.raises(StoreError, match="did not answer"), store.together():
        session_id = store.begin_session(NOON, "camera")
        stopped.stop()
        store.begin_set(session_id, "squat", 0.0)
    stopped.start()
    assert [each.id for each in store.sessions()] == [kept]
    again = squats(store)
    assert {each.id for each in store.sessions()} == {kept, again}


def test_a_session_goes_on_without_its_server_and_is_saved_when_it_is_back(stopped):
    store = Store(stopped.new_database(), busy_timeout_s=0.5)
    session = LiveSession(RepAFrame(), store=store, started_at=NOON, source="camera")
    for i in range(4):
        session.process(PICTURE, 3.0 * i)
    assert session.snapshot().problem is None
    stopped.stop()
    for i in range(4, 8):
        session.process(PICTURE, 3.0 * i)
    said = session.snapshot().problem
    assert said is not None and said.startswith("Not saved yet, kept in memory: The session data")
    assert "did not answer" in said
    stopped.start()
    for i in range(8, 30):
        session.process(PICTURE, 3.0 * i)
    assert session.snapshot().problem is None
    session.finish()
    (summary,) = store.sessions()
    assert summary.reps == 30


def test_a_session_that_ends_without_its_server_is_saved_when_the_page_asks_again(stopped):
    store = Store(stopped.new_database(), busy_timeout_s=0.5)
    session = LiveSession(RepAFrame(), store=store, started_at=NOON, source="camera")
    session.process(PICTURE, 0.0)
    stopped.stop()
    for i in range(1, 5):
        session.process(PICTURE, 3.0 * i)
    session.finish()
    assert "did not answer" in (session.snapshot().problem or "")
    stopped.start()
    session.write_again()
    assert session.snapshot().problem is None
    assert [each.reps for each in store.sessions()] == [5]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:s3cret@127.0.0.1:9/sessions",
        "postgresql://127.0.0.1:9/sessions?user=ana&password=s3cret",
        "postgresql://ana:some/s3cret@127.0.0.1:9/sessions",
    ],
)
def test_a_server_that_is_not_there_is_named_without_its_password(url):
    store = Store(url, busy_timeout_s=1)
    assert store.place == "postgresql://127.0.0.1:9/sessions"
    for call in (store.sessions, store.schema_version):
        with pytest.raises(StoreError, match="did not answer.*POSECOACH_DATABASE_URL") as raised:
            call()
        assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["postgres://ana:s3cret@host:seven/x", "postgres://ana:s3cret/x", "nosuch://ana:s3cret@h/x"],
)
def test_an_address_that_is_none_is_explained_without_its_password(url):
    with pytest.raises(StoreError, match="Expected an address such as") as raised:
        Store(url).sessions()
    assert "s3cret" not in str(raised.value)


def test_a_database_that_is_not_there_is_named(server):
    with pytest.raises(StoreError, match='"nowhere" does not exist'):
        Store(server.url("nowhere")).sessions()


def test_a_user_who_may_not_write_gets_a_sentence(server):
    url = server.new_database()
    database = url.split("/")[3].split("?")[0]
    server.sql("DROP ROLE IF EXISTS guest", database)
    server.sql("CREATE ROLE guest LOGIN", database)
    guest = Store(server.url(database, "guest"))
    with pytest.raises(NotWritable, match="may not be written.*Allow its user"):
        guest.sessions()
    squats(Store(url))
    server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest", database)
    assert len(guest.sessions()) == 1
    with pytest.raises(NotWritable):
        squats(guest)


def test_another_programs_database_is_not_written_into(server):
    url = server.new_database()
    server.sql("CREATE TABLE sessions (cookie text)", url.split("/")[3].split("?")[0])
    with pytest.raises(NotADatabase, match="another program's"):
        squats(Store(url))


def test_a_lock_of_another_program_is_waited_for_only_so_long(server):
    url = server.new_database()
    store = Store(url, busy_timeout_s=0.3)
    session_id = squats(store)
    engine = create_engine(with_driver(make_url(url)))
    with engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE sets IN ACCESS EXCLUSIVE MODE")
        for call in (lambda: store.begin_set(session_id, "lunge", 0.0), store.sessions):
            with pytest.raises(DatabaseBusy, match="Try again in a moment"):
                call()
    engine.dispose()
    store.begin_set(session_id, "lunge", 0.0)


def test_what_is_read_is_of_one_moment_though_others_write(server):
    """A list asks twice, for sessions and for their sums: both must be of the same state."""
    store = Store(server.new_database())
    session_id = squats(store)
    set_id = store.session(session_id).sets[0].id
    wrong: list[object] = []
    over = threading.Event()

    def write() -> None:
        for number in range(60):
            with store.together():
                store.add_rep(set_id, rep(10.0 + number), ())
                store.set_notes(session_id, str(number + 2))
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.is_set():
        (summary,) = store.sessions()
        wrong += [summary] if summary.notes and int(summary.notes) != summary.reps else []
    writer.join()
    assert wrong == []
    assert store.sessions()[0].reps == 61


def test_sessions_of_years_ago_and_ahead_keep_their_time(server):
    store = Store(server.new_database())
    for days in (-20_000, 20_000):
        squats(store, NOON + timedelta(days=days))
    assert [each.started_at - NOON for each in store.sessions()] == [
        timedelta(days=20_000),
        timedelta(days=-20_000),
    ]
