"""All that the Exercises page shows of the exercises of who is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from pages.exercises_own import own_place, whose_exercises
from posecore.exercises import Exercise, load_exercises, own_folders, usable_exercises
from posecore.exercises.write import is_own
from posecore.figure import Frames, read_frames, shipped_figures
from posecore.path import references
from posecore.taught import Examples, Stamp, examples_in, stamp


@dataclass(frozen=True, eq=False)
class Known:
    """Exercises by name, and beside them what can be looked at.

    shipped  as they come with the program; folder  where those of who is here are written
    changed  names of shipped exercises that have a file of who is here; taught: of their own
    curves  joints and (n, n_joints) degrees of how good reps move
    """

    exercises: Mapping[str, Exercise]
    shipped: Mapping[str, Exercise]
    folder: Path
    changed: frozenset[str]
    taught: frozenset[str]
    figures: Mapping[str, Frames]
    curves: Mapping[str, tuple[tuple[str, ...], np.ndarray]]


def known_here() -> Known:
    person = whose_exercises()
    exercises, shipped, examples = _read(person, stamp(person))
    folder = own_place()
    mine = {name for name in exercises if is_own(name, folder)}
    figures = dict(shipped_figures())
    curves = {name: (each.joints, each.curve_deg) for name, each in references().items()}
    for each in examples:
        frames = read_frames(list(each.figure))
        if frames is not None:
            figures[each.name] = frames
        if len(each.curve_deg):
            curves[each.name] = (each.joints, each.curve_deg)
    return Known(
        exercises,
        shipped,
        folder,
        frozenset(mine & set(shipped)),
        frozenset(mine - set(shipped)),
        figures,
        curves,
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def _read(
    person: str, at: Stamp
) -> tuple[dict[str, Exercise], dict[str, Exercise], list[Examples]]:
    """``at`` changes when a file does, and then they are read anew."""
    exercises, _ = usable_exercises(person)
    return exercises, load_exercises(), examples_in(own_folders(person), exercises)[0]
