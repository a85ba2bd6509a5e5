"""A room with its light, and the picture of everything in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from bench.rendered.camera import Camera
from bench.rendered.raster import Mesh, join, rasterise, vertex_normals
from bench.rendered.rotations import Z, unit
from bench.rendered.shade import shade

_SHADOW_SIDE_PX = 512
_FAR_BELOW = 50.0
"""Added to heights along the light, so that they are above 0, as the z-buffer wants them."""


@dataclass(frozen=True)
class Light:
    """Key light from ``direction`` (towards it), of ``colour``; ambient and fill are white."""

    direction: tuple[float, float, float] = (-0.45, -0.55, 0.75)
    key: float = 0.6
    ambient: float = 0.42
    fill: float = 0.22
    colour: tuple[float, float, float] = (1.03, 1.0, 0.95)


@dataclass(frozen=True)
class Mat:
    """A mat on the floor: middle and half sizes in m."""

    x: float = 0.0
    y: float = 0.0
    half_width: float = 0.42
    half_length: float = 1.05
    colour: tuple[float, float, float] = (0.25, 0.42, 0.45)


@dataclass(frozen=True)
class Room:
    """A box, its walls at these distances in m from the origin, turned by ``yaw_deg``.

    floor_kind: 0 planks, 1 carpet, 2 tiles, 3 rubber; wall_seed: 0 bare, else what hangs there.
    """

    walls_m: tuple[float, float, float, float] = (5.0, 5.0, 5.0, 5.0)
    ceiling_m: float = 2.9
    yaw_deg: float = 0.0
    wall_seed: int = 1
    floor_kind: int = 0
    floor: tuple[float, float, float] = (0.62, 0.47, 0.33)
    wall: tuple[float, float, float] = (0.78, 0.77, 0.73)
    mat: Mat | None = None


@dataclass(frozen=True)
class Film:
    """What the camera does to the picture: exposure, noise (standard deviation), contrast."""

    exposure: float = 1.05
    noise: float = 0.012
    gamma: float = 1.25


@dataclass(frozen=True, eq=False)
class Palette:
    """Colours by material: rows of 16 a person, then the things'.

    colours (n, 3) in [0, 1]; kinds (n,) see surfaces; textures (n_people, t, t, 3) of the skin;
    eyes (n_people, 3) the left eye of each resting body.
    """

    colours: np.ndarray
    kinds: np.ndarray
    textures: np.ndarray
    eyes: np.ndarray


@dataclass(frozen=True, eq=False)
class Scene:
    room: Room
    light: Light
    palette: Palette
    supersample: int = 2
    film: Film = field(default_factory=Film)

    def picture(
        self, camera: Camera, casting: list[Mesh], other: list[Mesh] | None = None
    ) -> np.ndarray:
        """(h, w, 3) float32 light; only the meshes of ``casting`` throw shadows."""
        mesh = join(casting + (other or []))
        n_casting = sum(len(part.faces) for part in casting)
        scale = self.supersample
        size = camera.size[0] * scale, camera.size[1] * scale
        points, depth = camera.project(mesh.vertices, scale)
        near = np.where(depth > 0.05, 1 / np.maximum(depth, 0.05), 0)
        seen = rasterise(points, near, mesh, len(mesh.faces), size)
        axes = _light_axes(self.light)
        n_vertices = sum(len(part.vertices) for part in casting)
        tops, origin, light_scale = _tops(mesh, n_casting, n_vertices, axes)
        image = np.empty((size[1], size[0], 3), np.float32)
        yaw = math.radians(self.room.yaw_deg)
        shade(
            image,
            seen.face,
            seen.first,
            seen.second,
            mesh.faces,
            mesh.vertices,
            vertex_normals(mesh.vertices, mesh.faces),
            mesh.rest,
            mesh.uv,
            mesh.material,
            self.palette.colours,
            self.palette.kinds,
            self.palette.textures,
            self.palette.eyes,
            np.array([camera.focal_px * scale, size[0] / 2, size[1] / 2]),
            camera.axes,
            camera.centre,
            axes,
            origin,
            light_scale,
            tops,
            np.array([self.light.key, self.light.ambient, self.light.fill, *self.light.colour]),
            _room_numbers(self.room),
            np.array([math.cos(yaw), math.sin(yaw)]),
            np.array(self.room.floor),
            np.array(self.room.wall),
            _mat_numbers(self.room.mat),
        )
        if scale == 1:
            return image
        return image.reshape(camera.size[1], scale, camera.size[0], scale, 3).mean(axis=(1, 3))

    def develop(self, light: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """(h, w, 3) light to uint8 RGB, with the film's noise."""
        film = self.film
        x = np.maximum(light * film.exposure, 0)
        x = x / (1 + 0.15 * x)
        if film.noise > 0:
            x = x + rng.standard_normal(x.shape, np.float32) * np.float32(film.noise)
        return (np.clip(x, 0, 1) ** (1 / film.gamma) * 255).astype(np.uint8)


def _light_axes(light: Light) -> np.ndarray:
    towards = unit(np.array(light.direction))
    across = unit(np.cross(Z, towards))
    return np.stack([across, np.cross(towards, across), towards])


def _tops(
    mesh: Mesh, n_faces: int, n_vertices: int, axes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Shadow map: the highest point along the light, its origin in m, and pixels a metre.

    What casts shadows are the first ``n_faces``, and their ``n_vertices``, of the mesh.
    """
    along = mesh.vertices @ axes.T.astype(np.float32)
    casting = along[:n_vertices]
    low, high = casting[:, :2].min(axis=0) - 0.05, casting[:, :2].max(axis=0) + 0.05
    scale = float(_SHADOW_SIDE_PX / (high - low).max())
    size = (_SHADOW_SIDE_PX, _SHADOW_SIDE_PX)
    seen = rasterise((along[:, :2] - low) * scale, along[:, 2] + _FAR_BELOW, mesh, n_faces, size)
    tops = np.where(seen.face >= 0, seen.nearness - _FAR_BELOW, -1e3).astype(np.float32)
    return tops, low.astype(float), scale


def _room_numbers(room: Room) -> np.ndarray:
    left, right, front, back = room.walls_m
    return np.array(
        [-left, right, -front, back, room.ceiling_m, room.wall_seed, room.floor_kind], float
    )


def _mat_numbers(mat: Mat | None) -> np.ndarray:
    if mat is None:
        return np.zeros(8)
    return np.array([1, mat.x, mat.y, mat.half_width, mat.half_length, *mat.colour], float)
