"""Rotations as 3 x 3 matrices, angles in degrees, right-handed."""

from __future__ import annotations

import math

import numpy as np

X = np.array([1.0, 0.0, 0.0])
Y = np.array([0.0, 1.0, 0.0])
Z = np.array([0.0, 0.0, 1.0])


def unit(vector: np.ndarray) -> np.ndarray:
    """``vector`` of shape (3,) at length 1; it must not be zero."""
    return vector / math.sqrt(float(vector @ vector))


def about(axis: np.ndarray, angle_deg: float) -> np.ndarray:
    """Rotation about ``axis`` (3,), of any length above 0, by Rodrigues' formula."""
    x, y, z = unit(np.asarray(axis, float))
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = math.radians(angle_deg)
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross


def rx(angle_deg: float) -> np.ndarray:
    """About x: a standing person leans forward."""
    return about(X, angle_deg)


def ry(angle_deg: float) -> np.ndarray:
    """About y: a standing person leans towards their left."""
    return about(Y, angle_deg)


def rz(angle_deg: float) -> np.ndarray:
    """About z: a standing person turns towards their left."""
    return about(Z, angle_deg)


def axis_angle(rotation: np.ndarray) -> tuple[np.ndarray, float]:
    """Axis (3,) and angle in degrees; x and 0 where nothing is turned."""
    cosine = min(1.0, max(-1.0, (np.trace(rotation) - 1) / 2))
    angle = math.acos(cosine)
    axis = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    if angle < 1e-6 or float(axis @ axis) < 1e-18:
        return X, 0.0
    return unit(axis), math.degrees(angle)


def share(rotation: np.ndarray, part: float) -> np.ndarray:
    """``part`` of the way from no rotation to ``rotation``, about the same axis."""
    axis, angle_deg = axis_angle(rotation)
    return about(axis, angle_deg * part)


def between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Shortest rotation that takes direction ``start`` to direction ``end``, both (3,)."""
    start, end = unit(start), unit(end)
    axis = np.cross(start, end)
    sine = math.sqrt(float(axis @ axis))
    if sine < 1e-9:
        return np.eye(3)
    return about(axis, math.degrees(math.atan2(sine, float(start @ end))))


def twist_deg(rotation: np.ndarray, axis: np.ndarray) -> float:
    """The part of ``rotation`` that turns about ``axis`` (3,), in degrees in (-180, 180]."""
    vector = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    angle = math.degrees(2 * math.atan2(float(vector @ unit(axis)), 1 + float(np.trace(rotation))))
    return angle - 360 if angle > 180 else angle


def frame(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(3, 3) whose columns are ``first``, the part of ``second`` square to it, and their cross."""
    a = unit(first)
    b = unit(second - (second @ a) * a)
    return np.stack([a, b, np.cross(a, b)], axis=1)
