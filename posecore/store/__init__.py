"""Where sessions are kept: people's sets, reps, faults and the angle curves of each rep.

errors    what can go wrong, one class a situation, each with a sentence for the person
tables    the schema and its version
records   what is handed out: summaries, details, curves
database  opens the file, checks whose it is and of which version
sessions  Store: write while a session runs, look at it afterwards
"""

from posecore.store.database import URL_VARIABLE, default_url
from posecore.store.errors import (
    DamagedRecord,
    DatabaseBusy,
    DiskFull,
    NewerSchema,
    NotADatabase,
    NotFound,
    NotWritable,
    StoreError,
)
from posecore.store.records import (
    Curve,
    ExerciseTotals,
    RepRecord,
    SessionDetail,
    SessionSummary,
    SetRecord,
)
from posecore.store.sessions import Store

__all__ = [
    "URL_VARIABLE",
    "Curve",
    "DamagedRecord",
    "DatabaseBusy",
    "DiskFull",
    "ExerciseTotals",
    "NewerSchema",
    "NotADatabase",
    "NotFound",
    "NotWritable",
    "RepRecord",
    "SessionDetail",
    "SessionSummary",
    "SetRecord",
    "Store",
    "StoreError",
    "default_url",
]
