"""Things made of boxes and cylinders: weights, a bar, a chair, a table, what stands about."""

from __future__ import annotations

import numpy as np

from bench.rendered.bodies import SIGN, Body, Skeleton
from bench.rendered.raster import Mesh, plain_mesh
from bench.rendered.rotations import X, Z, rz, unit
from bench.rendered.skeleton import hand_axes

Shape = tuple[np.ndarray, np.ndarray]
"""Vertices (n, 3) m and faces (m, 3)."""


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> Shape:
    """An upright box between two opposite corners."""
    ends = (low, high)
    corners = np.array(
        [[ends[i][0], ends[j][1], ends[k][2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    )
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    triangles = [f for a, b, c, d in quads for f in ((a, b, c), (a, c, d))]
    # Each face has corners of its own, so that edges stay sharp when normals are averaged.
    faces = np.array(triangles)
    return corners[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3)


def cylinder(start: np.ndarray, end: np.ndarray, radius: float, sides: int = 18) -> Shape:
    """A closed cylinder; sides are smooth, the rims sharp."""
    axis = unit(end - start)
    across = unit(np.cross(axis, Z if abs(axis[2]) < 0.9 else X))
    other = np.cross(axis, across)
    angles = np.arange(sides) * 2 * np.pi / sides
    ring = radius * (np.cos(angles)[:, None] * across + np.sin(angles)[:, None] * other)
    vertices = np.concatenate([start + ring, end + ring, start + ring, end + ring, [start], [end]])
    faces = []
    for i in range(sides):
        j = (i + 1) % sides
        faces += [(i, j, sides + i), (j, sides + j, sides + i)]
        faces += [(4 * sides, 2 * sides + j, 2 * sides + i)]
        faces += [(4 * sides + 1, 3 * sides + i, 3 * sides + j)]
    return vertices, np.array(faces)


def together(shapes: list[Shape]) -> Shape:
    starts = np.cumsum([0] + [len(v) for v, _ in shapes[:-1]])
    return (
        np.concatenate([v for v, _ in shapes]),
        np.concatenate([f + start for (_, f), start in zip(shapes, starts)]),
    )


def grip_centre(body: Body, skeleton: Skeleton, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a held bar goes through the fist, and which way it lies, both (3,)."""
    turn = skeleton.turn[body.bone[f"wrist.{side}"]]
    fingers, little, normal = (turn @ hand_axes(body, side)).T
    palm = -SIGN[side] * normal
    wrist = body.joint(skeleton, f"wrist.{side}")
    return wrist + 0.095 * fingers + 0.028 * palm, little


def dumbbell(body: Body, skeleton: Skeleton, side: str, material: int) -> Mesh:
    centre, along = grip_centre(body, skeleton, side)
    parts = [(-0.06, 0.06, 0.014), (-0.12, -0.06, 0.04), (0.06, 0.12, 0.04)]
    shapes = [cylinder(centre + along * a, centre + along * b, r) for a, b, r in parts]
    return plain_mesh(*together(shapes), material)


def barbell(body: Body, skeleton: Skeleton, plate_m: float, material: int) -> Mesh:
    """Through both fists, level, with plates of radius ``plate_m``."""
    hands = [grip_centre(body, skeleton, side)[0] for side in "LR"]
    middle, along = (hands[0] + hands[1]) / 2, unit(hands[0] - hands[1])
    parts = [(-0.95, 0.95, 0.014), (-0.72, -0.62, plate_m), (0.62, 0.72, plate_m)]
    shapes = [cylinder(middle + along * a, middle + along * b, r, 26) for a, b, r in parts]
    return plain_mesh(*together(shapes), material)


def grip_height(body: Body, skeleton: Skeleton) -> float:
    """Height of a bar through both fists."""
    return float(np.mean([grip_centre(body, skeleton, side)[0][2] for side in "LR"]))


def pull_up_bar(bar_m: float, ceiling_m: float, material: int) -> Mesh:
    """A bar along x over the origin, hung from the ceiling so that no post hides the person."""
    shapes = [cylinder(np.array([-0.75, 0, bar_m]), np.array([0.75, 0, bar_m]), 0.016)]
    for x in (-0.72, 0.72):
        ends = np.array([x, 0, bar_m]), np.array([x, 0.25, ceiling_m])
        shapes.append(cylinder(*ends, 0.016))
    return plain_mesh(*together(shapes), material)


def chair(x: float, y: float, yaw_deg: float, material: int, seat_m: float = 0.45) -> Mesh:
    """Its back towards +y before it is turned."""
    half = 0.22
    shapes = [
        box((-half, -half, seat_m - 0.04), (half, half, seat_m)),
        box((-half, half - 0.03, seat_m), (half, half, seat_m + 0.42)),
    ]
    for i in (-half, half - 0.035):
        for j in (-half, half - 0.035):
            shapes.append(box((i, j, 0), (i + 0.035, j + 0.035, seat_m - 0.04)))
    return _placed(together(shapes), x, y, yaw_deg, material)


def table(x: float, y: float, yaw_deg: float, material: int, height_m: float = 0.74) -> Mesh:
    shapes = [box((-0.6, -0.35, height_m - 0.04), (0.6, 0.35, height_m))]
    for i in (-0.58, 0.53):
        for j in (-0.33, 0.28):
            shapes.append(box((i, j, 0), (i + 0.05, j + 0.05, height_m - 0.04)))
    return _placed(together(shapes), x, y, yaw_deg, material)


def _placed(shape: Shape, x: float, y: float, yaw_deg: float, material: int) -> Mesh:
    vertices, faces = shape
    return plain_mesh(vertices @ rz(yaw_deg).T + np.array([x, y, 0.0]), faces, material)


def clutter(
    rng: np.random.Generator, material: int, n_colours: int, room_m: float, towards: np.ndarray
) -> list[Mesh]:
    """Shelves, chairs, tables, plants and tubs away from the middle; leaves are of ``material``,
    the rest of one of the ``n_colours`` after it.

    ``towards`` (3,) is where the camera is seen from the middle: that way nothing stands.
    """
    meshes: list[Mesh] = []
    for _ in range(rng.integers(4, 12)):
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(2.4, room_m - 0.4)
        x, y, yaw = far * np.cos(angle), far * np.sin(angle), float(rng.choice([0, 90, 30, -40]))
        if x * towards[0] + y * towards[1] > 0.3 * far:
            continue
        own = material + 1 + int(rng.integers(n_colours))
        thing = rng.integers(5)
        if thing == 0:
            width, deep, tall = rng.uniform(0.4, 1.0), rng.uniform(0.3, 0.5), rng.uniform(0.4, 1.9)
            shape = box((-width / 2, -deep / 2, 0), (width / 2, deep / 2, tall))
            meshes.append(_placed(shape, x, y, yaw, own))
        elif thing == 1:
            meshes.append(chair(x, y, yaw + 180 * rng.integers(2), own))
        elif thing == 2:
            pot = cylinder(np.zeros(3), Z * 0.3, 0.16)
            meshes.append(_placed(pot, x, y, 0, own))
            leaves = [
                cylinder(
                    Z * 0.28, np.append(rng.normal(0, 0.25, 2), rng.uniform(0.6, 1.1)), 0.03, 6
                )
                for _ in range(9)
            ]
            meshes.append(_placed(together(leaves), x, y, 0, material))
        elif thing == 3:
            meshes.append(table(x, y, yaw, own))
        else:
            radius = rng.uniform(0.1, 0.3)
            stack = cylinder(np.zeros(3), Z * radius * rng.uniform(0.5, 3), radius)
            meshes.append(_placed(stack, x, y, 0, own))
    return meshes
