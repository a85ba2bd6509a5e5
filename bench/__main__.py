"""Measurements behind the figures in docs/, and the fit of the angles' correction."""

from __future__ import annotations

import argparse
import sys
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
    overhead = commands.add_parser("overhead", help="what the pipeline costs beyond MediaPipe")
    overhead.add_argument("clips", nargs="*", type=Path, help="default: the clips in tests/clips")
    overhead.add_argument("--rounds", type=int, default=2)
    overhead.add_argument("--out", type=Path, help="write here, not to docs/")
    overhead.set_defaults(run=_overhead)
    angles = commands.add_parser("angles", help="how wrong the angles are on rendered people")
    angles.add_argument("folders", nargs="+", type=Path, help="clips with their truth beside them")
    angles.add_argument("--data", type=Path, help="filmed clips with labels.tsv, to compare on")
    angles.add_argument("--cache", type=Path, help="keep poses that were estimated here")
    angles.add_argument("--out", type=Path, help="write here, not to docs/ and models/")
    angles.set_defaults(run=_angles)
    fit = commands.add_parser("fit-angles", help="fit the angles' correction to drawn people")
    fit.add_argument("folders", nargs="+", type=Path, help="clips with their truth beside them")
    fit.add_argument("--cache", type=Path, help="keep poses that were estimated here")
    fit.set_defaults(run=_fit_angles)
    faults = commands.add_parser("faults", help="faults of drawn people, told and not told")
    faults.add_argument("folders", nargs="+", type=Path, help="clips with their truth beside them")
    faults.add_argument("--cache", type=Path, help="keep poses that were estimated here")
    faults.add_argument("--truth", action="store_true", help="true joints instead of the films")
    faults.set_defaults(run=_faults)
    recognition = commands.add_parser("recognition", help="how well exercises are told apart")
    recognition.add_argument("--data", type=Path, required=True)
    recognition.add_argument("--cache", type=Path, help="keep poses and the table here")
    recognition.add_argument("--rendered", type=Path, help="drawn people to learn from")
    recognition.set_defaults(run=_recognition)
    reliability = commands.add_parser("reliability", help="attempts to lose, leak or break")
    reliability.add_argument("--kills", type=int, default=200)
    reliability.add_argument("--out", type=Path, help="write here, not to docs/")
    reliability.set_defaults(run=_reliability)
    history = commands.add_parser("history", help="what the history page asks of many reps")
    history.add_argument("--reps", type=int, nargs="+", default=[10**3, 10**4, 10**5, 10**6])
    history.add_argument("--out", type=Path, help="write here, not to docs/")
    history.set_defaults(run=_history)
    offline = commands.add_parser("offline", help="recorded films on all processors")
    offline.add_argument("--rounds", type=int, default=1)
    offline.add_argument("--out", type=Path, help="write here, not to docs/")
    offline.set_defaults(run=_offline)
    memory = commands.add_parser("memory", help="what a long film takes of memory")
    memory.add_argument("--minutes", type=float, default=30.0)
    memory.add_argument("--out", type=Path, help="write here, not to docs/")
    memory.set_defaults(run=_memory)
    live = commands.add_parser("live", help="pictures a second and delay in a real browser")
    live.add_argument("--viewers", type=int, nargs="+", default=[1, 2, 4])
    live.add_argument("--seconds", type=float, default=30.0)
    live.add_argument("--out", type=Path, help="write here, not to docs/")
    live.set_defaults(run=_live)
    streams = commands.add_parser("streams", help="bad networks, and what happens to tabs")
    streams.add_argument("--seconds", type=float, default=10.0)
    streams.add_argument("--out", type=Path, help="write here, not to docs/")
    streams.set_defaults(run=_streams)
    start = commands.add_parser("start", help="what is waited for before the first picture")
    start.add_argument("--rounds", type=int, default=3)
    start.add_argument("--out", type=Path, help="write here, not to docs/")
    start.set_defaults(run=_start)
    every = commands.add_parser("all", help="all of speed, and the summary: about ten minutes")
    every.add_argument(
        "--summary", action="store_true", help="of the figures that are there, without measuring"
    )
    every.set_defaults(run=_every)
    scale = commands.add_parser("scale", help="what many more people and videos would need")
    scale.set_defaults(run=_scale)
    soak = commands.add_parser("soak", help="the same for hours, with what the app's process holds")
    soak.add_argument("--viewers", type=int, default=2)
    soak.add_argument("--minutes", type=float, default=120.0)
    soak.add_argument("--out", type=Path, help="write here, not to docs/")
    soak.add_argument("--light", action="store_true", help="a film of five pictures a second")
    soak.add_argument("--figures", type=Path, help="write them here, and no text to docs/")
    soak.set_defaults(run=_soak)
    teach = commands.add_parser("teach", help="how well taught exercises are recognised")
    teach.add_argument("--data", type=Path, required=True)
    teach.add_argument("--cache", type=Path, help="keep poses that were estimated here")
    teach.add_argument("--out", type=Path, help="write here, not to docs/")
    teach.set_defaults(run=_teach)
    figures = commands.add_parser("figures", help="the stick figures of the Exercises page")
    figures.add_argument("--out", type=Path, help="write here, not to models/")
    figures.set_defaults(run=_figures)
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


def _soak(given: argparse.Namespace) -> None:
    from bench.soak import soak_command

    soak_command(given.viewers, given.minutes, given.out, given.light, given.figures)


if __name__ == "__main__":
    sys.exit(main())
