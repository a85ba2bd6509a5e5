"""Which triangle is seen in each pixel: a z-buffer, compiled by numba, one band a thread."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

_BANDS = 8


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of one or more things.

    vertices (n, 3) float32 m; faces (m, 3) int32; uv (m, 3, 2) float32; material (m,) int32,
    a row of the scene's palette; rest (n, 3) float32, where patterns are looked up, so that they
    move with the body; trim (n,) float32: pixels where it falls below 0 are cut away.
    """

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    material: np.ndarray
    rest: np.ndarray
    trim: np.ndarray


def plain_mesh(vertices: np.ndarray, faces: np.ndarray, material: int) -> Mesh:
    """A mesh of one material without texture."""
    n, m = len(vertices), len(faces)
    return Mesh(
        vertices.astype(np.float32),
        faces.astype(np.int32),
        np.zeros((m, 3, 2), np.float32),
        np.full(m, material, np.int32),
        vertices.astype(np.float32),
        np.ones(n, np.float32),
    )


def join(meshes: list[Mesh]) -> Mesh:
    """All of ``meshes`` as one, in their order."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts)]).astype(
            np.int32
        ),
        np.concatenate([mesh.uv for mesh in meshes]),
        np.concatenate([mesh.material for mesh in meshes]),
        np.concatenate([mesh.rest for mesh in meshes]),
        np.concatenate([mesh.trim for mesh in meshes]),
    )


@dataclass(frozen=True, eq=False)
class Seen:
    """Per pixel: the face in front (-1 none), the weights of its first two corners, 1 / depth."""

    face: np.ndarray
    first: np.ndarray
    second: np.ndarray
    nearness: np.ndarray


def rasterise(
    points: np.ndarray, nearness: np.ndarray, mesh: Mesh, n_faces: int, size: tuple[int, int]
) -> Seen:
    """Fill the first ``n_faces`` of ``mesh`` at ``points`` (n, 2) px, larger ``nearness`` wins."""
    width, height = size
    seen = Seen(
        np.full((height, width), -1, np.int32),
        np.zeros((height, width), np.float32),
        np.zeros((height, width), np.float32),
        np.zeros((height, width), np.float32),
    )
    _fill(
        points.astype(np.float32),
        nearness.astype(np.float32),
        mesh.faces[:n_faces],
        mesh.trim,
        seen.nearness,
        seen.face,
        seen.first,
        seen.second,
    )
    return seen


@numba.njit(parallel=True, fastmath=True, cache=True)
def _fill(xy, near, faces, trim, depth, face, first, second):  # type: ignore[no-untyped-def]
    height, width = depth.shape
    for band in numba.prange(_BANDS):
        top, bottom = height * band // _BANDS, height * (band + 1) // _BANDS
        for f in range(faces.shape[0]):
            i, j, k = faces[f, 0], faces[f, 1], faces[f, 2]
            n0, n1, n2 = near[i], near[j], near[k]
            if n0 <= 0 or n1 <= 0 or n2 <= 0:
                continue
            x0, y0, x1, y1, x2, y2 = xy[i, 0], xy[i, 1], xy[j, 0], xy[j, 1], xy[k, 0], xy[k, 1]
            low_y, high_y = min(y0, y1, y2), max(y0, y1, y2)
            if high_y < top or low_y > bottom:
                continue
            row0 = max(top, int(math.floor(low_y)))
            row1 = min(bottom - 1, int(math.ceil(high_y)))
            col0 = max(0, int(math.floor(min(x0, x1, x2))))
            col1 = min(width - 1, int(math.ceil(max(x0, x1, x2))))
            area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
            if abs(area) < 1e-9:
                continue
            scale = 1.0 / area
            for y in range(row0, row1 + 1):
                py = y + 0.5
                for x in range(col0, col1 + 1):
                    px = x + 0.5
                    a = ((x1 - px) * (y2 - py) - (x2 - px) * (y1 - py)) * scale
                    if a < 0:
                        continue
                    b = ((x2 - px) * (y0 - py) - (x0 - px) * (y2 - py)) * scale
                    if b < 0:
                        continue
                    c = 1 - a - b
                    if c < 0:
                        continue
                    here = a * n0 + b * n1 + c * n2
                    if here <= depth[y, x]:
                        continue
                    if a * trim[i] + b * trim[j] + c * trim[k] < 0:
                        continue
                    depth[y, x] = here
                    face[y, x] = f
                    first[y, x] = a * n0 / here
                    second[y, x] = b * n1 / here


@numba.njit(fastmath=True, cache=True)
def vertex_normals(vertices, faces):  # type: ignore[no-untyped-def]
    """(n, 3) float32 sums of the normals of the faces around each vertex; not of length 1."""
    out = np.zeros_like(vertices)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux = vertices[b, 0] - vertices[a, 0]
        uy = vertices[b, 1] - vertices[a, 1]
        uz = vertices[b, 2] - vertices[a, 2]
        vx = vertices[c, 0] - vertices[a, 0]
        vy = vertices[c, 1] - vertices[a, 1]
        vz = vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for i in (a, b, c):
            out[i, 0] += nx
            out[i, 1] += ny
            out[i, 2] += nz
    return out
