"""How long the history's questions take with 10^3 to 10^6 reps, in a file and on a server; and how
long somebody waits for the page that asks them."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, create_engine, insert, make_url, text

from bench.history_page import OPENED, times_in_browser
from bench.history_page import ROUNDS as TURNS
from bench.overhead import machine
from bench.page import PERFORMANCE, table, write_section
from bench.results import keep
from posecore.store import Store
from posecore.store.engines import with_driver
from posecore.store.records import pack_curve
from posecore.store.tables import people, sessions, sets
from posecore.types import Rep
from scripts.postgres import running
from scripts.prepare import NotReady, find_postgres

REPS_A_SET, SETS_A_SESSION, SETS_IN_A_ROW = 10, 10, 3  # three or four exercises a session
YEARS, PEOPLE = 5, ("Ana", "Ben", "Cem", "Dov")
EXERCISES = ("squat", "lunge", "push_up", "biceps_curl", "shoulder_press", "plank", "jumping_jack",
             "sit_up")  # fmt: skip
ROUNDS = 9
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_PAGE = 20
_JOINTS = ("left_knee", "right_knee", "left_hip", "right_hip")
_CURVE_OF = Rep("squat", 0.0, 3.0, True, 90.0, (1.5, 1.0), 80.0,
                curve_t_s=np.arange(4.0), curve_deg=np.zeros((4, 4)))  # fmt: skip
"""Its curve has 208 bytes, a real one some 3000: that table is read for one rep at a time."""

KEEPING = "keeping one more rep"
PAGE = "**the page, all its questions**"

Say = Callable[[str], None]
Times = dict[str, float]


def history_command(sizes: Sequence[int], out: Path | None = None, say: Say = print) -> None:
    """Measure every size on every database that is to be had; print and write the section."""
    parts = [
        "## History",
        "",
        "`python -m bench history`: what the history page asks the store, in milliseconds, the",
        f"median of {ROUNDS} (and the slowest of them). A session has {SETS_A_SESSION} sets of "
        f"{REPS_A_SET} reps and three or",
        f"four exercises; they lie in {YEARS} years and are of {len(PEOPLE)} people. What is asked",
        "had been asked once before; the server is on the same machine. In the browser: sessions",
        f"of everybody, the median of {TURNS}; app, browser and server share the processors.",
        "",
        f"{machine()} Load of the machine before: {os.getloadavg()[0]:.1f}.",
    ]
    slowest_ms, opened_ms, write_ms, rep_bytes = 0.0, 0.0, 0.0, float("nan")
    for name, makers in _databases():
        columns = []
        for size in sizes:
            with makers() as url:
                say(f"{name}: {size} reps ...")
                columns.append(measure(url, size) | times_in_browser(url))
                if file := make_url(url).database if url.startswith("sqlite") else None:
                    rep_bytes = Path(file).stat().st_size / size
        head = [name, *(f"{size:,} reps".replace(",", " ") for size in sizes)]
        rows = [[question, *(column[question] for column in columns)] for question in columns[0]]
        parts += ["", table(head, rows)]
        slowest_ms = max(slowest_ms, _median_ms(columns[-1][PAGE]))
        opened_ms = max(opened_ms, _median_ms(columns[-1][OPENED]))
        write_ms = max(write_ms, _median_ms(columns[-1][KEEPING]))
    section = "\n".join(parts)
    say(section)
    if out is None:
        keep(
            "history",
            {
                "reps": sizes[-1],
                "page_ms": slowest_ms,
                "opened_ms": opened_ms,
                "rep_write_ms": write_ms,
                "rep_bytes": rep_bytes,
            },
        )
    write_section(out or PERFORMANCE, "history", section)


def _median_ms(told: str) -> float:
    return float(told.split()[0])


def measure(url: str, size: int) -> dict[str, str]:
    """Question -> "median (slowest)" in ms, in a database that has so many reps then."""
    store = Store(url)
    store.sessions()  # makes the tables
    engine = create_engine(with_driver(make_url(url)))
    fill(engine, size)
    engine.dispose()
    told = {}
    for question, ask in questions(store, size).items():
        taken_ms = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            ask()
            taken_ms.append(1000 * (time.perf_counter() - began))
        told[question] = f"{statistics.median(taken_ms):.0f} ({max(taken_ms):.0f})"
    store.close()
    return told


def questions(store: Store, size: int) -> dict[str, Callable[[], object]]:
    today, history = NOW.date(), store.history
    year, two = today - timedelta(days=365), today - timedelta(days=730)
    ever = today - timedelta(days=366 * YEARS)
    n_sessions = max(1, size // (REPS_A_SET * SETS_A_SESSION))
    ana: dict[str, Any] = {"person": "Ana"}
    squat: dict[str, Any] = {"exercise": "squat"}
    one = store.sessions(1, **ana)[0].id
    rep_id = store.session(one).sets[0].reps[0].id
    set_id = store.session(one).sets[0].id
    new = Rep("squat", 1.0, 2.0, True, 90.0, (1.0, 1.0), 80.0)

    def page() -> None:
        """As the page for one person asks when it is opened."""
        store.exercises(**ana)
        store.people.all()
        store.count_sessions(**ana)
        store.sessions(_PAGE, **ana)
        history.days(year, today, zone=UTC, **ana)
        history.weeks(two, today, zone=UTC, **ana)
        history.best_and_worst(**squat, **ana)

    return {
        "the newest 20 sessions of one person": lambda: store.sessions(_PAGE, **ana),
        "the newest 20 of everybody, with squats": lambda: store.sessions(_PAGE, **squat),
        "20 from the middle": lambda: store.sessions(_PAGE, n_sessions // 2),
        "how many sessions, with squats": lambda: store.count_sessions(**squat),
        "which exercises": lambda: store.exercises(),
        "which people": lambda: store.people.all(),
        "a year's days of one person": lambda: history.days(year, today, zone=UTC, **ana),
        "a year's days of everybody": lambda: history.days(year, today, zone=UTC),
        "two years' weeks of one person": lambda: history.weeks(two, today, zone=UTC, **ana),
        "all weeks of everybody, one exercise": lambda: history.weeks(
            ever, today, zone=UTC, **squat
        ),
        "all weeks of everybody, every exercise": lambda: history.weeks(ever, today, zone=UTC),
        "best and worst rep of one person": lambda: history.best_and_worst(**squat, **ana),
        "one session with its reps": lambda: store.session(one),
        "one rep's curve": lambda: store.curve(rep_id),
        KEEPING: lambda: store.add_rep(set_id, new, ()),
        PAGE: page,
        "all sessions at once": lambda: store.sessions(n_sessions + 1),
    }


def fill(engine: Engine, size: int) -> None:
    """So many reps, and what they lie in; the database must be empty."""
    n_sets = max(1, size // REPS_A_SET)
    n_sessions = max(1, n_sets // SETS_A_SESSION)
    gap = timedelta(days=365 * YEARS) / n_sessions
    with engine.begin() as connection:
        connection.execute(insert(people), [{"name": name} for name in PEOPLE])
        connection.execute(insert(sessions), list(_session_rows(n_sessions, gap)))
        connection.execute(insert(sets), list(_set_rows(n_sets)))
        _fill_reps(connection, n_sets * REPS_A_SET)
    with engine.connect() as connection:  # as a server does by itself in time
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("ANALYZE"))


def _session_rows(n: int, gap: timedelta) -> Iterator[dict[str, Any]]:
    for i in range(n):
        at = NOW - gap * (n - i)
        yield {
            "id": i + 1, "uid": f"{i:032x}", "person": PEOPLE[i % len(PEOPLE)], "started_at": at,
            "ended_at": at + timedelta(minutes=30), "source": "camera", "app_version": "",
            "model_version": "", "notes": "",
        }  # fmt: skip


def _set_rows(n: int) -> Iterator[dict[str, Any]]:
    for i in range(n):
        session, ordinal = divmod(i, SETS_A_SESSION)
        yield {
            "id": i + 1, "session_id": session + 1, "ordinal": ordinal + 1,
            "exercise": EXERCISES[(session + ordinal // SETS_IN_A_ROW) % len(EXERCISES)],
            "start_s": 60.0 * ordinal, "end_s": 60.0 * ordinal + 40,
        }  # fmt: skip


def _fill_reps(connection: Connection, n: int) -> None:
    """By the database itself, which is quicker; the same statements do for both."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :n)"
    for statement in (
        f"""INSERT INTO reps (id, set_id, ordinal, start_s, end_s, complete, rom_deg, tempo_out_s,
                tempo_back_s, score, score_parts)
            {numbers} SELECT i + 1, i / {REPS_A_SET} + 1, i % {REPS_A_SET} + 1,
                i % {REPS_A_SET} * 4.0, i % {REPS_A_SET} * 4.0 + 3, true, 90 + i % 23, 1.5, 1.0,
                50 + (i * 31 % 499) / 10.0, '{{"symmetry": 80.0}}' FROM n""",
        f"""INSERT INTO curves (rep_id, joint_names, samples)
            {numbers} SELECT i + 1, :joints, :curve FROM n""",
        f"""INSERT INTO faults (rep_id, fault, at_s, joint, measured, low, high, unit, cue)
            {numbers} SELECT i + 1, 'depth', 1.0, 'left_knee', 70, 90, 140, 'deg', 'Go lower'
            FROM n WHERE i % 5 = 0""",
        f"""UPDATE sets SET reps = {REPS_A_SET}, scored = {REPS_A_SET}, rom_count = {REPS_A_SET},
                tempo_count = {REPS_A_SET}, symmetry_count = {REPS_A_SET},
                score_sum = of_set.score, rom_sum_deg = of_set.rom, score_min = of_set.worst,
                score_max = of_set.best, tempo_out_sum_s = {1.5 * REPS_A_SET},
                tempo_back_sum_s = {1.0 * REPS_A_SET}, symmetry_sum = {80.0 * REPS_A_SET}
            FROM (SELECT set_id, sum(score) AS score, sum(rom_deg) AS rom, min(score) AS worst,
                max(score) AS best FROM reps GROUP BY set_id) AS of_set
            WHERE of_set.set_id = sets.id""",
    ):
        given = {"n": n, "curve": pack_curve(_CURVE_OF, _JOINTS), "joints": json.dumps(_JOINTS)}
        used = {name: value for name, value in given.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
    if connection.dialect.name == "postgresql":
        # Numbers were given from outside: the next ones come after them.
        for name in ("sessions", "sets", "reps", "faults"):
            last = f"(SELECT max(id) FROM {name})"
            connection.execute(text(f"SELECT setval('{name}_id_seq', {last})"))


def _databases() -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "SQLite", _file
    try:
        programs = find_postgres()
    except NotReady:
        programs = None
    if programs is not None:
        with running(programs) as server:

            @contextmanager
            def database() -> Iterator[str]:
                yield server.new_database()

            yield "PostgreSQL", database


@contextmanager
def _file() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'sessions.db'}"
