"""The commands ``train``, ``references`` and ``evaluate``: learning from clips, and how well."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from posecore.commands.console import demand_folder, fail


def train(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder with the training data.")],
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep poses that were estimated here.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the model. Default: the app's.")
    ] = None,
    rendered: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Further rendered clips with labels.tsv.")
    ] = None,
) -> None:
    """Train the classifier and write it with its card."""
    _demand_data(data, rendered)
    from posecore.batch import native_messages_muted
    from posecore.card import train_command
    from posecore.sources import DataError

    try:
        with native_messages_muted():
            train_command(data=data, cache=cache, out=out, rendered=rendered)
    except (DataError, OSError) as error:
        fail(str(error))


def references(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder with labelled data.")],
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep poses that were estimated here.")
    ] = None,
    rendered: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Further rendered clips with labels.tsv.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Default: the app's own file.")
    ] = None,
) -> None:
    """Learn how good repetitions move, which the path part of the score compares with."""
    _demand_data(data, rendered)
    from posecore.batch import native_messages_muted
    from posecore.classify import ModelError
    from posecore.exercises import ExerciseFileError
    from posecore.references import references_command
    from posecore.sources import DataError

    try:
        with native_messages_muted():
            references_command(data=data, cache=cache, drawn=rendered, out=out)
    except (DataError, ModelError, ExerciseFileError, OSError) as error:
        fail(str(error))


def evaluate(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder with labelled data.")],
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep poses that were estimated here.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this split, such as val.")
    ] = None,
    leave_one_source_out: Annotated[
        bool, typer.Option(help="Train anew without each source, and ask about it.")
    ] = False,
    rendered: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Rendered clips to train on there.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep counts and forms here. The page Accuracy reads models/evaluation.json.",
        ),
    ] = None,
) -> None:
    """Measure recognition, counting and form on labelled videos."""
    demand_folder(data)
    from posecore.batch import native_messages_muted
    from posecore.classify import ModelError
    from posecore.evaluate import evaluate_command
    from posecore.exercises import ExerciseFileError
    from posecore.sources import DataError

    try:
        with native_messages_muted():
            evaluate_command(data=data, cache=cache, split=split, keep=keep)
            if leave_one_source_out:
                from posecore.crossval import crossval_command

                crossval_command(data=data, cache=cache, rendered=rendered)
    except (DataError, ModelError, ExerciseFileError, OSError) as error:
        fail(str(error))


def _demand_data(data: Path, rendered: Path | None) -> None:
    demand_folder(data)
    if rendered is not None:
        demand_folder(rendered)
