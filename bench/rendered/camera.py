"""A pinhole camera with square pixels, and where to put it so that a movement is in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.rendered.rotations import Z, unit


@dataclass(frozen=True, eq=False)
class Camera:
    """centre (3,) m; axes (3, 3) rows right, down, ahead in space; focal_px; size (w, h) px."""

    centre: np.ndarray
    axes: np.ndarray
    focal_px: float
    size: tuple[int, int]

    def project(self, points: np.ndarray, scale: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """Points (n, 3) m to pixels (n, 2) of a picture ``scale`` times the size; depth (n,)."""
        seen = (points - self.centre) @ self.axes.T
        depth = seen[:, 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        middle = np.array(self.size) * scale / 2
        return self.focal_px * scale * seen[:, :2] / safe[:, None] + middle, depth


@dataclass(frozen=True)
class View:
    """How a clip is filmed.

    azimuth_deg  0 from the front, 90 from the person's left, 180 from behind, -90 their right
    height_m     of the camera; fov_deg vertical field of view
    zoom         1 just holds the whole movement, 1.4 crops it, 0.6 leaves room around it
    aside, below how far the picture's middle is off the person's, in shares of their extent
    """

    azimuth_deg: float = 0.0
    height_m: float = 1.1
    fov_deg: float = 50.0
    zoom: float = 0.9
    aside: float = 0.0
    below: float = 0.0
    roll_deg: float = 0.0
    size: tuple[int, int] = (640, 480)


def place_camera(view: View, points: np.ndarray) -> Camera:
    """A camera that holds ``points`` (n, 3), all that the person passes through."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, extent = (low + high) / 2, high - low
    angle = math.radians(view.azimuth_deg)
    towards = np.array([math.sin(angle), -math.cos(angle), 0.0])
    across = abs(math.cos(angle)) * extent[0] + abs(math.sin(angle)) * extent[1]
    through = abs(math.sin(angle)) * extent[0] + abs(math.cos(angle)) * extent[1]
    width, height = view.size
    # A tenth of air above and below; joints lie inside the body, so the sides need more.
    needed = max(extent[2] * 1.14, (across + 0.25) * 1.08 * height / width)
    slope = math.tan(math.radians(view.fov_deg) / 2)
    distance = needed / view.zoom / 2 / slope + through / 2
    right = np.array([math.cos(angle), math.sin(angle), 0.0])
    look = middle + view.aside * across * right - view.below * extent[2] * Z
    centre = np.array([middle[0], middle[1], 0.0]) + towards * distance
    centre[2] = view.height_m
    ahead = unit(look - centre)
    sideways = unit(np.cross(ahead, Z))
    down = np.cross(ahead, sideways)
    cosine, sine = (f(math.radians(view.roll_deg)) for f in (math.cos, math.sin))
    axes = np.stack([cosine * sideways + sine * down, cosine * down - sine * sideways, ahead])
    return Camera(centre, axes, height / 2 / slope, view.size)
