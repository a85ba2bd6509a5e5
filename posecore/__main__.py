"""The command line: ``python -m posecore``."""

from __future__ import annotations

import typer

from posecore.commands.analyzing import analyze
from posecore.commands.batching import batch
from posecore.commands.keeping import backup, erase, export, import_sessions, restore
from posecore.commands.learning import evaluate, references, train
from posecore.commands.listing import doctor, exercise_commands, sessions
from posecore.commands.teaching import teach

app = typer.Typer(
    help="PoseCoach: names the exercise, counts the repetitions, judges the form.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (analyze, batch, teach, train, references, evaluate, sessions, doctor):
    app.command()(command)
for keeping in (backup, restore, export, erase):
    app.command()(keeping)
app.command("import")(import_sessions)
app.add_typer(exercise_commands, name="exercises")

if __name__ == "__main__":
    app(prog_name="python -m posecore")
