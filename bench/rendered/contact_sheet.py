"""One picture of the gym: every exercise at its far end, many bodies, rooms and views."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np

from bench.rendered.clip import build_set
from bench.rendered.plan import Ranges, draw_plan, lot
from bench.rendered.scene import Film, Light

# Exercise, seed, body, azimuth in degrees, moment as a share of the rep.
_SHOWN: tuple[tuple[str, int, str, float, float], ...] = (
    ("squat", 3, "ben", 50, 0.5),
    ("push_up", 5, "ada", 60, 0.4),
    ("shoulder_press", 4, "gus", 20, 0.45),
    ("lunge", 8, "dora", -70, 0.5),
    ("pull_up", 2, "emil", 150, 0.5),
    ("sit_up", 6, "hana", 80, 0.45),
    ("biceps_curl", 9, "fay", 35, 0.4),
    ("deadlift", 1, "carl", 70, 0.45),
    ("jumping_jack", 12, "ada", 5, 0.5),
    ("plank", 7, "emil", -75, 0.5),
    ("lateral_raise", 10, "hana", -15, 0.5),
    ("front_raise", 11, "dora", 60, 0.5),
)
_COLUMNS = 4


def make_contact_sheet(path: Path, size: tuple[int, int] = (400, 300)) -> None:
    """Write ``path`` (.png)."""
    pictures = [_picture(*shown, size) for shown in _SHOWN]
    rows = [
        np.concatenate(pictures[i : i + _COLUMNS], axis=1)
        for i in range(0, len(pictures), _COLUMNS)
    ]
    sheet = np.concatenate(rows, axis=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("png", rate=1)
        stream.height, stream.width = sheet.shape[:2]
        stream.pix_fmt = "rgb24"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(sheet, format="rgb24")))
        container.mux(stream.encode())


def _picture(
    subject: str, seed: int, body: str, azimuth: float, part: float, size: tuple[int, int]
) -> np.ndarray:
    ranges = Ranges(
        bodies=(body,),
        azimuths_deg=((azimuth, azimuth),),
        sizes=(size,),
        reps=(1, 1),
        zoom=(1.0, 1.08),
        noise=(0.0, 0.0),
        supersample=3,
        clutter_share=0.8,
    )
    staged = build_set(draw_plan(subject, seed, ranges))
    rep = staged.performance.plan.reps[0]
    moment = rep.start_s + part * (rep.end_s - rep.start_s)
    # Daylight from where the lot put it: a dim room says nothing on a small picture.
    light = replace(Light(), direction=staged.scene.light.direction)
    scene = replace(staged.scene, light=light, film=Film(1.2, 0.0))
    staged = replace(staged, scene=scene)
    return staged.scene.develop(staged.frame(moment), lot(seed, "film"))
