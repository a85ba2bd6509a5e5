"""What Alembic runs for every upgrade, on the connection and in the transaction it is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import text


def note_version(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Keep the number that programs from before Alembic look at, so that they refuse what is new.

    Revisions are named by the same number: "0002" is version 2.
    """
    assert ctx.connection is not None
    ctx.connection.execute(text("DELETE FROM posecoach_schema"))
    for head in heads:
        insert = text("INSERT INTO posecoach_schema (version) VALUES (:version)")
        ctx.connection.execute(insert, {"version": int(head)})


context.configure(connection=context.config.attributes["connection"], on_version_apply=note_version)
context.run_migrations()
