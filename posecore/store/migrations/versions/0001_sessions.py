"""Sessions, sets, reps, faults and curves, as the first version had them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "posecoach_schema",
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_posecoach_schema"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("source", sa.String(500), nullable=False),
        sa.Column("app_version", sa.String(100), nullable=False),
        sa.Column("model_version", sa.String(100), nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_started_at", "sessions", ["started_at"])
    op.create_table(
        "sets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("exercise", sa.String(100), nullable=False),
        sa.Column("start_s", sa.Double, nullable=False),
        sa.Column("end_s", sa.Double, nullable=False),
        sa.Column("hold_s", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_sets"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_sets_session_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("session_id", "ordinal", name="uq_sets_session_id_ordinal"),
        sa.CheckConstraint("ordinal > 0", name="ck_sets_ordinal"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sets_exercise_session_id", "sets", ["exercise", "session_id"])
    op.create_table(
        "reps",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("set_id", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("start_s", sa.Double, nullable=False),
        sa.Column("end_s", sa.Double, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("rom_deg", sa.Double),
        sa.Column("tempo_out_s", sa.Double),
        sa.Column("tempo_back_s", sa.Double),
        sa.Column("score", sa.Double),
        sa.Column("score_parts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reps"),
        sa.ForeignKeyConstraint(["set_id"], ["sets.id"], name="fk_reps_set_id", ondelete="CASCADE"),
        sa.UniqueConstraint("set_id", "ordinal", name="uq_reps_set_id_ordinal"),
        sa.CheckConstraint("ordinal > 0", name="ck_reps_ordinal"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "faults",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rep_id", sa.Integer, nullable=False),
        sa.Column("fault", sa.String(100), nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("joint", sa.String(100), nullable=False),
        sa.Column("measured", sa.Double),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("cue", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_faults"),
        sa.ForeignKeyConstraint(
            ["rep_id"], ["reps.id"], name="fk_faults_rep_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_faults_rep_id", "faults", ["rep_id"])
    op.create_table(
        "curves",
        sa.Column("rep_id", sa.Integer, nullable=False),
        sa.Column("joint_names", sa.JSON, nullable=False),
        sa.Column("samples", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("rep_id", name="pk_curves"),
        sa.ForeignKeyConstraint(
            ["rep_id"], ["reps.id"], name="fk_curves_rep_id", ondelete="CASCADE"
        ),
    )
