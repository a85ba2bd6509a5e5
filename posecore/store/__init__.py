"""Where sessions are kept: people's sets, reps, faults and the angle curves of each rep.

errors    what can go wrong, one class a situation, each with a sentence for the person
tables    the schema and its version
records   what is handed out: summaries, details, curves
database  opens the file or the server, by engines, and brings it up to date, by migrate
sessions  Store: write while a session runs, look at it afterwards
scope     whose sessions are shown and changed
history   sums over days and weeks, the best and the worst rep
people    names, and how somebody is removed for good
files     files that are there as a whole or not at all
archive   everything into a file and back, by carrying, in the form that document says
"""

from posecore.store.database import default_url
from posecore.store.engines import URL_VARIABLE
from posecore.store.errors import (
    DamagedRecord,
    DatabaseBusy,
    DiskFull,
    NameTaken,
    NewerSchema,
    NotADatabase,
    NotAnExport,
    NotEmpty,
    NotFound,
    NotWritable,
    StoreError,
)
from posecore.store.files import whole_file
from posecore.store.records import (
    Curve,
    DayTotals,
    ExerciseTotals,
    Imported,
    PersonSummary,
    RankedRep,
    RepRecord,
    SessionDetail,
    SessionSummary,
    SetRecord,
    WeekTotals,
)
from posecore.store.sessions import Store

__all__ = [
    "URL_VARIABLE",
    "Curve",
    "DamagedRecord",
    "DatabaseBusy",
    "DayTotals",
    "DiskFull",
    "ExerciseTotals",
    "Imported",
    "NameTaken",
    "NewerSchema",
    "NotADatabase",
    "NotAnExport",
    "NotEmpty",
    "NotFound",
    "NotWritable",
    "PersonSummary",
    "RankedRep",
    "RepRecord",
    "SessionDetail",
    "SessionSummary",
    "SetRecord",
    "Store",
    "StoreError",
    "WeekTotals",
    "default_url",
    "whole_file",
]
