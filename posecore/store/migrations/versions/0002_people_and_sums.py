"""People by name, a number for each session that holds everywhere, sums of reps in each set."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COUNTS = ("reps", "attempts", "scored", "rom_count", "tempo_count", "symmetry_count")
SUMS = ("score_sum", "rom_sum_deg", "tempo_out_sum_s", "tempo_back_sum_s", "symmetry_sum")
BOUNDS = ("score_min", "score_max")
AT_ONCE = 1000

PERSONAL = {
    "people": ("name",),
    "sessions": ("person", "source", "notes"),
    "sets": (*SUMS, *BOUNDS),
    "reps": ("rom_deg", "tempo_out_s", "tempo_back_s", "score"),
    "faults": ("measured", "cue"),
    "curves": ("samples",),
}


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_people"),
    )
    op.add_column("sessions", sa.Column("uid", sa.String(32), nullable=False, server_default=""))
    for name in COUNTS:
        op.add_column("sets", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    for name in SUMS:
        op.add_column("sets", sa.Column(name, sa.Double, nullable=False, server_default="0"))
    for name in BOUNDS:
        op.add_column("sets", sa.Column(name, sa.Double))
    _name_people()
    _name_sessions()
    _add_up_reps()
    _keep_no_samples()
    op.create_index("ix_sessions_uid", "sessions", ["uid"], unique=True)
    op.create_index("ix_sessions_person_started_at", "sessions", ["person", "started_at"])


def _name_people() -> None:
    op.execute("INSERT INTO people (name) SELECT DISTINCT person FROM sessions WHERE person <> ''")


def _name_sessions() -> None:
    sessions = sa.table("sessions", sa.column("id", sa.Integer), sa.column("uid", sa.String))
    connection = op.get_bind()
    ids = list(connection.execute(sa.select(sessions.c.id)).scalars())
    named = sa.update(sessions).where(sessions.c.id == sa.bindparam("this"))
    for begin in range(0, len(ids), AT_ONCE):
        rows = [{"this": id, "uid": uuid4().hex} for id in ids[begin : begin + AT_ONCE]]
        connection.execute(named, rows)


def _add_up_reps() -> None:
    sets = sa.table("sets", sa.column("id"), *map(sa.column, (*COUNTS, *SUMS, *BOUNDS)))
    reps = sa.table(
        "reps",
        sa.column("set_id"),
        sa.column("complete", sa.Boolean),
        sa.column("rom_deg", sa.Double),
        sa.column("tempo_out_s", sa.Double),
        sa.column("tempo_back_s", sa.Double),
        sa.column("score", sa.Double),
        sa.column("score_parts", sa.JSON),
    )
    done = reps.c.complete
    symmetry = reps.c.score_parts["symmetry"].as_float()
    paced = sa.and_(done, reps.c.tempo_out_s.is_not(None), reps.c.tempo_back_s.is_not(None))

    def total(value: sa.ColumnElement, where: sa.ColumnElement) -> sa.ColumnElement:
        return sa.func.coalesce(sa.func.sum(value).filter(where), 0)

    added = (
        sa.select(
            reps.c.set_id,
            sa.func.count().filter(done).label("reps"),
            sa.func.count().filter(~done).label("attempts"),
            sa.func.count(reps.c.score).filter(done).label("scored"),
            sa.func.count(reps.c.rom_deg).filter(done).label("rom_count"),
            sa.func.count().filter(paced).label("tempo_count"),
            sa.func.count(symmetry).filter(done).label("symmetry_count"),
            total(reps.c.score, done).label("score_sum"),
            total(reps.c.rom_deg, done).label("rom_sum_deg"),
            total(reps.c.tempo_out_s, paced).label("tempo_out_sum_s"),
            total(reps.c.tempo_back_s, paced).label("tempo_back_sum_s"),
            total(symmetry, done).label("symmetry_sum"),
            sa.func.min(reps.c.score).filter(done).label("score_min"),
            sa.func.max(reps.c.score).filter(done).label("score_max"),
        )
        .group_by(reps.c.set_id)
        .subquery()
    )
    values = {name: added.c[name] for name in (*COUNTS, *SUMS, *BOUNDS)}
    op.execute(sa.update(sets).values(**values).where(sets.c.id == added.c.set_id))


def _keep_no_samples() -> None:
    """PostgreSQL's planner would keep some values of each column, beyond the rows' own life."""
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in PERSONAL.items():
            for name in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS 0")
