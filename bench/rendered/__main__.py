"""The gym's command line: a clip, a folder of clips by a recipe, or a contact sheet."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bench.rendered.clip import make_clip
from bench.rendered.contact_sheet import make_contact_sheet
from bench.rendered.plan import SUBJECTS, PlanError, Ranges, draw_plan
from bench.rendered.recipe import Wish, make_folder


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except (PlanError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.rendered", description=__doc__)
    commands = parser.add_subparsers(required=True)
    clip = commands.add_parser("clip", help="draw one clip and its truth")
    clip.add_argument("out", type=Path, help="OUT.mp4; the truth is written to OUT.npz")
    clip.add_argument("--exercise", required=True, choices=SUBJECTS, metavar="NAME")
    clip.add_argument("--seed", type=int, default=0)
    clip.add_argument("--reps", type=int, default=3)
    clip.add_argument("--seconds", type=float, default=8.0, help="length of a clip without reps")
    clip.add_argument("--azimuth", type=float, help="degrees: 0 front, 90 left, 180 behind")
    clip.add_argument("--body", help="name of a body; by lot where not given")
    clip.add_argument("--fps", type=int, default=15)
    clip.add_argument("--size", default="640x480", help="WIDTHxHEIGHT, even numbers")
    clip.add_argument("--faulty", action="store_true", help="with one of the exercise's faults")
    clip.add_argument("--supersample", type=int, default=2, help="1 is faster, with rough edges")
    clip.set_defaults(run=_clip)
    folder = commands.add_parser("folder", help="draw the clips of a recipe file")
    folder.add_argument("recipe", type=Path)
    folder.add_argument("out", type=Path)
    folder.add_argument("--workers", type=int, default=1)
    folder.add_argument("--truth-only", action="store_true", help="joints and angles, no film")
    folder.add_argument("--fps", type=int, help="frames a second instead of the recipe's")
    folder.add_argument("--seed", type=int, help="first seed instead of the recipe's")
    folder.add_argument("--prefix", help="of the clips' names instead of the recipe's")
    folder.set_defaults(run=_folder)
    sheet = commands.add_parser("contact-sheet", help="one picture of many clips")
    sheet.add_argument("out", type=Path)
    sheet.set_defaults(run=_contact_sheet)
    return parser


def _clip(given: argparse.Namespace) -> int:
    try:
        width, height = (int(side) for side in given.size.split("x"))
    except ValueError:
        raise PlanError(f"expected a size such as 640x480, got {given.size!r}") from None
    if width % 2 or height % 2:
        raise PlanError(f"expected even sides, as H.264 wants them, got {given.size}")
    ranges = Ranges(
        reps=(given.reps, given.reps),
        seconds=(given.seconds, given.seconds),
        fps=(given.fps,),
        sizes=((width, height),),
        supersample=given.supersample,
        fault_share=1.0 if given.faulty else 0.0,
        bodies=(given.body,) if given.body else (),
    )
    plan = draw_plan(given.exercise, given.seed, ranges)
    if given.azimuth is not None:
        plan = replace(plan, view=replace(plan.view, azimuth_deg=given.azimuth))
    make_clip(plan, given.out)
    print(f"{given.out}: {plan.counted_reps} reps of {plan.subject} by {plan.body}")
    return 0


def _folder(given: argparse.Namespace) -> int:
    wish = Wish(given.truth_only, given.fps, given.seed, given.prefix)
    for name in make_folder(given.recipe, given.out, given.workers, wish):
        print(name, flush=True)
    return 0


def _contact_sheet(given: argparse.Namespace) -> int:
    make_contact_sheet(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
