"""Measurements behind the figures in docs/, and the fit of the angles' correction."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench.angle_data import NoClips


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        given.run(given)
    except NoClips as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], None], help: str, out: str = "docs/"
    ) -> argparse.ArgumentParser:
        """out: where it writes to unless it is told another place; empty: always there."""
        made = commands.add_parser(name, help=help)
        made.set_defaults(run=run)
        if out:
            made.add_argument("--out", type=Path, help=f"write here, not to {out}")
        return made

    def folders(of: argparse.ArgumentParser) -> None:
        of.add_argument("folders", nargs="+", type=Path, help="clips with their truth beside them")

    def cache(of: argparse.ArgumentParser, what: str = "poses that were estimated") -> None:
        of.add_argument("--cache", type=Path, help=f"keep {what} here")

    overhead = command("overhead", _overhead, "what the pipeline costs beyond MediaPipe")
    overhead.add_argument("clips", nargs="*", type=Path, help="default: the clips in tests/clips")
    overhead.add_argument("--rounds", type=int, default=2)
    angles = command(
        "angles", _angles, "how wrong the angles are on rendered people", "docs/ and models/"
    )
    folders(angles)
    cache(angles)
    angles.add_argument("--data", type=Path, help="filmed clips with labels.tsv, to compare on")
    fit = command("fit-angles", _fit_angles, "fit the angles' correction to drawn people", "")
    folders(fit)
    cache(fit)
    faults = command("faults", _faults, "faults of drawn people, told and not told", "")
    folders(faults)
    cache(faults)
    faults.add_argument("--truth", action="store_true", help="true joints instead of the films")
    recognition = command("recognition", _recognition, "how well exercises are told apart", "")
    recognition.add_argument("--data", type=Path, required=True)
    cache(recognition, "poses and the table")
    recognition.add_argument("--rendered", type=Path, help="drawn people to learn from")
    reliability = command("reliability", _reliability, "attempts to lose, leak or break")
    reliability.add_argument("--kills", type=int, default=200)
    history = command("history", _history, "what the history page asks of many reps")
    history.add_argument("--reps", type=int, nargs="+", default=[10**3, 10**4, 10**5, 10**6])
    offline = command("offline", _offline, "recorded films on all processors")
    offline.add_argument("--rounds", type=int, default=1)
    memory = command("memory", _memory, "what a long film takes of memory")
    memory.add_argument("--minutes", type=float, default=30.0)
    live = command("live", _live, "pictures a second and delay in a real browser")
    live.add_argument("--viewers", type=int, nargs="+", default=[1, 2, 4])
    live.add_argument("--seconds", type=float, default=30.0)
    streams = command("streams", _streams, "bad networks, and what happens to tabs")
    streams.add_argument("--seconds", type=float, default=10.0)
    start = command("start", _start, "what is waited for before the first picture")
    start.add_argument("--rounds", type=int, default=3)
    command("newcomer", _newcomer, "from a clone to the first counted rep")
    every = command("all", _every, "all of speed, and the summary: about ten minutes", "")
    every.add_argument(
        "--summary", action="store_true", help="of the figures that are there, without measuring"
    )
    command("scale", _scale, "what many more people and videos would need", "")
    soak = command("soak", _soak, "the same for hours, with what the app's process holds")
    soak.add_argument("--viewers", type=int, default=2)
    soak.add_argument("--minutes", type=float, default=120.0)
    soak.add_argument("--light", action="store_true", help="a film of five pictures a second")
    soak.add_argument("--figures", type=Path, help="write them here, and no text to docs/")
    teach = command("teach", _teach, "how well taught exercises are recognised")
    teach.add_argument("--data", type=Path, required=True)
    cache(teach)
    command("figures", _figures, "the stick figures of the Exercises page", "models/")
    return parser


# Each command imports its own: the overhead needs no drawn people, and those need numba.


def _overhead(given: argparse.Namespace) -> None:
    from bench.overhead import CLIPS, overhead_command

    overhead_command(given.clips or sorted(CLIPS.glob("*.mp4")), given.rounds, given.out)


def _angles(given: argparse.Namespace) -> None:
    from bench.angle_report import angles_command

    angles_command(given.folders, given.cache, given.out, given.data)


def _teach(given: argparse.Namespace) -> None:
    from bench.teach import teach_command

    teach_command(given.data, given.cache, given.out)


def _figures(given: argparse.Namespace) -> None:
    from bench.figures import figures_command

    figures_command(out=given.out)


def _fit_angles(given: argparse.Namespace) -> None:
    from bench.fit_angles import fit_command

    fit_command(given.folders, given.cache)


def _faults(given: argparse.Namespace) -> None:
    from bench.faults import faults_command

    faults_command(given.folders, given.cache, given.truth)


def _recognition(given: argparse.Namespace) -> None:
    from bench.recognition import recognition_command

    recognition_command(given.data, given.cache, given.rendered)


def _reliability(given: argparse.Namespace) -> None:
    from bench.reliability import reliability_command

    if not reliability_command(given.kills, given.out):
        sys.exit(1)


def _history(given: argparse.Namespace) -> None:
    from bench.history import history_command

    history_command(given.reps, given.out)


def _offline(given: argparse.Namespace) -> None:
    from bench.offline import offline_command

    offline_command(given.rounds, given.out)


def _memory(given: argparse.Namespace) -> None:
    from bench.memory import memory_command

    memory_command(given.minutes, given.out)


def _live(given: argparse.Namespace) -> None:
    from bench.live import live_command

    live_command(given.viewers, given.seconds, given.out)


def _streams(given: argparse.Namespace) -> None:
    from bench.streams import streams_command

    if not streams_command(given.seconds, given.out):
        sys.exit(1)


def _every(given: argparse.Namespace) -> None:
    from bench.every import every_command

    if not every_command(given.summary):
        sys.exit(1)


def _scale(_given: argparse.Namespace) -> None:
    from bench.scale import NotMeasured, scale_command

    try:
        scale_command()
    except NotMeasured as error:
        sys.exit(str(error))


def _start(given: argparse.Namespace) -> None:
    from bench.start import start_command

    start_command(given.rounds, given.out)


def _newcomer(given: argparse.Namespace) -> None:
    from bench.newcomer import newcomer_command

    newcomer_command(given.out)


def _soak(given: argparse.Namespace) -> None:
    from bench.soak import soak_command

    soak_command(given.viewers, given.minutes, given.out, given.light, given.figures)


if __name__ == "__main__":
    sys.exit(main())
