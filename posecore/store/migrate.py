"""Whether a database is ours and of our version, and how it is brought up to it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, select

from posecore.language import Text
from posecore.store.errors import NewerSchema, NotADatabase
from posecore.store.tables import SCHEMA_VERSION, metadata, schema_version

_MIGRATIONS = Path(__file__).with_name("migrations")


def version_in(connection: Connection, place: str) -> int | None:
    """Schema version; None in an empty database; NotADatabase in another program's."""
    names = set(inspect(connection).get_table_names())
    if schema_version.name not in names:
        if names & set(metadata.tables):
            raise NotADatabase(
                Text(
                    "{place} is another program's database: it has tables of the same names. "
                    "Choose another place with POSECOACH_DATABASE_URL.",
                    place=place,
                )
            )
        return None
    version = connection.execute(select(schema_version.c.version)).scalar()
    if version is None:
        raise NotADatabase(
            Text(
                "{place} does not say of which version it is, so it is damaged. Move the "
                "file away (a new one is made), or choose another with "
                "POSECOACH_DATABASE_URL.",
                place=place,
            )
        )
    if version > SCHEMA_VERSION:
        raise NewerSchema(
            Text(
                "{place} was written by a newer PoseCoach (its version {version}, this "
                "program knows {schema_version}). Update PoseCoach to open it; nothing "
                "was changed.",
                place=place,
                version=version,
                schema_version=SCHEMA_VERSION,
            )
        )
    return int(version)


def upgrade(connection: Connection, place: str) -> None:
    """To SCHEMA_VERSION, in the transaction that ``connection`` has open: all of it or nothing.

    The caller's transaction keeps every other writer out. Whoever comes second finds it done.
    """
    version = version_in(connection, place)
    if version == SCHEMA_VERSION:
        return
    # Only here: most openings find nothing to do, and Alembic takes a while to load.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if version is not None and "alembic_version" not in inspect(connection).get_table_names():
        # Made before there was Alembic.
        command.stamp(config, f"{version:04}")
    command.upgrade(config, "head")
