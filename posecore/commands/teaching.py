"""The command ``teach``: a new exercise from videos of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from posecore.commands.console import complain, console, fail


def teach(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", show_default=False)],
    name: Annotated[str, typer.Option(metavar="NAME", help="What the exercise is called.")],
    about: Annotated[str, typer.Option(metavar="TEXT", help="One sentence on how it is done.")] = (
        ""
    ),
    measure: Annotated[
        str | None, typer.Option(metavar="NAME", help="Count this measure, such as knee.")
    ] = None,
    turned: Annotated[
        bool, typer.Option("--turned", help="The other end of the movement is the start.")
    ] = False,
    hold: Annotated[
        bool, typer.Option("--hold", help="A position that is held, not repetitions.")
    ] = False,
    person: Annotated[
        str, typer.Option(metavar="NAME", help="Whose exercise it is. Default: everybody's here.")
    ] = "",
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep poses that were estimated here.")
    ] = None,
) -> None:
    """Learn a new exercise from videos of good repetitions, or of a position that is held."""
    from posecore.batch import native_messages_muted
    from posecore.classify import ModelError
    from posecore.exercises import ExerciseFileError
    from posecore.exercises.names import ExerciseNameError
    from posecore.teach import in_words, propose
    from posecore.teach_recogniser import demand_free_name, keep
    from posecore.teach_shown import TeachError, measured, one_after_another
    from posecore.tracks import track_of
    from posecore.video import VideoError

    try:
        demand_free_name(name, person)  # before the long part
        with native_messages_muted():
            shown = [list(track_of(video, cache).poses()) for video in videos]
        frames = one_after_another(shown)
        proposal = propose(
            measured(frames),
            name,
            about,
            measure=measure,
            turned=True if turned else None,
            hold=hold,
        )
        path = keep(proposal, frames, person)
    except (TeachError, ExerciseNameError, ExerciseFileError, ModelError, VideoError) as error:
        fail(str(error))  # a VideoError names its file
    except OSError as error:
        fail(f"The exercise could not be saved ({error}).")
    for line in in_words(proposal):
        console().print(line, markup=False)
    console().print(f"Wrote {path}. It is recognised from now on.", markup=False)
    others = [each.measure for each in proposal.candidates if each is not proposal.chosen]
    if others:
        complain(f"Instead, --measure {' or '.join(others[:3])} could be counted.")
