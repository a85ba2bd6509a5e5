"""docs/RELIABILITY.md: what was tried to make PoseCoach lose, leak or break, and how it ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.overhead import machine
from bench.page import RELIABILITY, markers
from bench.trust import kills, sockets, storage, videos
from posecore.decoder import LIMITS
from scripts.bad_videos.writing import READ, REFUSED
from scripts.make_bad_videos import make
from scripts.prepare import find_postgres

_SHARES = {name: 0.1 for name in kills.TARGETS} | {
    "a live session": 0.5,
    "uploads being analysed": 0.05,  # each takes seconds
}

_OFFLINE_TESTS = ("tests/test_train.py", "tests/test_video_page.py", "tests/test_workout_page.py")

Say = Callable[[str], None]


def reliability_command(n_kills: int, out: Path | None = None, say: Say = print) -> bool:
    """Try everything and write the document; True where nothing was lost, leaked or broken."""
    sections, good = [], True
    for title, section in (
        ("Nothing leaves", _nothing_leaves),
        ("Nothing lost: kill -9", lambda: _killed(n_kills)),
        ("Nothing lost: disks, locks and clocks", _disks),
        ("Bad video", _bad_videos),
    ):
        say(f"{title} ...")
        lines, fine = section()
        good &= fine
        sections += [f"## {title}", "", *lines, ""]
    page = out or RELIABILITY
    text = "\n".join([*_HEAD, machine(), "", *sections, *_by_other_commands(page)])
    page.write_text(text.rstrip() + "\n", encoding="utf-8")
    say(f"Wrote {page.name}. {'All survived.' if good else 'SOMETHING BROKE.'}")
    return good


def _by_other_commands(page: Path) -> list[str]:
    """The sections that ``streams`` and ``soak`` wrote; they stay as they are."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    lines = []
    for name in ("streams", "soak"):
        start, end = markers(name)
        if start in old and end in old:
            lines += [start + old.split(start, 1)[1].split(end, 1)[0] + end, ""]
    return lines


_HEAD = [
    "# Reliability",
    "",
    "What was tried to make PoseCoach lose, leak or break, and how it ended. Written by",
    "`python -m bench reliability`; a shorter form of each section is a test in `tests/trust` or",
    "`tests/e2e`.",
    "Linux only: what follows a program's connections and takes its disk away is the system's.",
    "",
]

Section = tuple[list[str], bool]


def _nothing_leaves() -> Section:
    rows, good = [], True
    with _folder() as folder:
        with sockets.traced_app(folder) as server:
            wrong = sockets.visit(server.port, sockets.PAGES)
            elsewhere = sockets.asked_elsewhere(server.port)
        program = sockets.program_with_login(folder)
        with sockets.traced_app(folder, program=program) as people:
            theirs = sockets.visit(people.port, sockets.PAGES_AFTER_LOGIN, logged_in=True)
        for name, attempts, fault in (
            ("app started, every page opened", server.attempts, wrong + elsewhere),
            ("the same where people log in", people.attempts, theirs),
            *(_followed(name, command, folder) for name, command in sockets.COMMANDS.items()),
        ):
            away = [each for each in attempts if not each.stays]
            good &= not away and not fault
            rows.append((name, len(attempts), len(away), _word(not fault)))
        offline = [
            ("app started, every page opened", sockets.visit_without_network(folder)),
            *((name, _offline(["-m", "posecore", *command], folder))
              for name, command in sockets.COMMANDS.items()),
            ("tests of training, uploads and the workout page",
             _offline(["-m", "pytest", "-q", *_OFFLINE_TESTS], folder)),
        ]  # fmt: skip
    good &= all(done.returncode == 0 for _, done in offline)
    lines = [
        "Every call of `connect` and `send` by the program, its native libraries and its child",
        "processes, followed with strace:",
        "",
        *_table(("what ran", "calls to an address", "beyond this computer", "it worked"), rows),
        "",
        "The same, and more, in a network namespace that has no network but the loopback:",
        "",
        *_table(
            ("what ran", "it worked"),
            [(name, _word(done.returncode == 0)) for name, done in offline],
        ),
    ]
    return lines, good


def _followed(
    name: str, command: list[str], folder: Path
) -> tuple[str, list[sockets.Attempt], list[str]]:
    asked = [sys.executable, "-m", "posecore", *command]
    done, attempts = sockets.attempts_of(asked, _database(folder))
    return name, attempts, [done.stderr] if done.returncode else []


def _offline(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        sockets.without_network([sys.executable, *arguments]), cwd=sockets.ROOT,
        env=os.environ | _database(folder), capture_output=True, text=True, check=False,
    )  # fmt: skip


def _database(folder: Path) -> dict[str, str]:
    return {"POSECOACH_DATABASE_URL": f"sqlite:///{folder / 'sessions.db'}"}


def _killed(n: int) -> Section:
    rows, good, total = [], True, 0
    for seed, (what, share) in enumerate(_SHARES.items()):
        with kills.memory_folder() as folder:
            tally = kills.kill(what, folder, max(1, round(n * share)), seed)
        good, total = good and tally.survived, total + tally.kills
        rows.append((what, tally.kills, tally.told, tally.lost, tally.halves, tally.broken))
    lines = [
        f"{total} kills at random moments. Told: reps, sessions or files that the program had",
        "reported as kept before it was killed. Halves: sessions without a rep, videos saved in",
        "part, files cut off. Broken: databases that SQLite finds not in order.",
        "",
        *_table(("what was killed", "kills", "told", "lost", "halves", "broken"), rows),
    ]
    return lines, good


def _disks() -> Section:
    rows, good = [], True
    troubles = []
    for name in storage.TROUBLES:
        with _folder() as folder:
            met = storage.meet(name, folder)
            troubles.append(replace(met, said=(met.said or "nothing").replace(f"{folder}/", "")))
    if (programs := find_postgres()) is not None:
        met = storage.server_stops(programs)
        said = re.sub(r"postgresql\S+", "postgresql://...", met.said or "nothing")
        troubles.append(replace(met, said=re.sub(r'"/\S+"', '"..."', said)))
    for met in troubles:
        good &= met.survived
        rows.append((met.what, met.said or "", f"{met.longest_s:.2f}", met.reps, met.kept))
    with _folder() as folder:
        lengths = storage.clock_set_back(folder)
    good &= len(lengths) == 3 and all(each is not None and each >= 0 for each in lengths)
    lines = [
        "Somebody trains on meanwhile. What the page says, the longest that a frame took, and the",
        "reps that were done and that are kept in the end:",
        "",
        *_table(("what happened", "what is said", "longest frame, s", "reps", "kept"), rows),
        "",
        f"The clock set back by a day between sessions: {len(lengths)} of 3 are kept, none with a",
        "negative length. Inside a session times come from the pictures, never from the clock.",
    ]
    return lines, good


def _bad_videos() -> Section:
    with _folder() as folder:
        corpus = make(folder, "http://127.0.0.1:9/")
        endings = list(videos.analyse_all(corpus.videos))
    groups = dict.fromkeys(each.group for each in endings)
    rows = []
    for group in groups:
        these = [each for each in endings if each.group == group]
        peaks = [each.peak_mb for each in these if each.peak_mb is not None]
        rows.append((
            group, len(these), sum(each.ended == READ for each in these),
            sum(each.ended == REFUSED for each in these),
            sum(each.wrong is not None for each in these),
            f"{max(each.seconds for each in these):.1f}", f"{max(peaks, default=0):.0f}",
        ))  # fmt: skip
    wrong = [f"- {e.video.path.name} ({e.video.what}): {e.wrong}" for e in endings if e.wrong]
    sentences = {}
    for each in endings:
        if each.ended == REFUSED:
            name = each.video.path.name
            sentences.setdefault(each.sentence.removeprefix(f"{name}: "), each)
    lines = [
        f"{len(endings)} files, made by `python scripts/make_bad_videos.py DIR`, each analysed as",
        "an upload is, with document, drawn video and report. Wrong: a traceback, a hang, another",
        f"ending than was due, or over {LIMITS.memory_bytes >> 30} GB for the decoding process.",
        "",
        *_table(
            ("kind", "files", "analysed", "a sentence", "wrong", "slowest, s", "most memory, MB"),
            rows,
        ),
        "",
        *([*wrong, ""] if wrong else []),
        "The sentences, each behind the file's name, and the first file that ended so:",
        "",
        *_table(
            ("sentence", "file"),
            [(text, f"{e.group}: {e.video.what}") for text, e in sentences.items()],
        ),
    ]
    return lines, not wrong


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def _word(fine: bool) -> str:
    return "yes" if fine else "NO"


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
