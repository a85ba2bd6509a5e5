"""The 33 body landmarks of BlazePose, the lines between them, and their mirror image.

Source of names and order: Bazarevsky et al. 2020, "BlazePose: On-device Real-time Body Pose
tracking", as numbered by MediaPipe. Left and right are the person's own.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Landmark(IntEnum):
    """Row of each landmark in a Pose's arrays."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


N_LANDMARKS = len(Landmark)


def _other_side(name: str) -> str:
    if "LEFT" in name:
        return name.replace("LEFT", "RIGHT")
    return name.replace("RIGHT", "LEFT")


MIRROR = np.array([Landmark[_other_side(mark.name)] for mark in Landmark])
"""(33,) row of each landmark's counterpart on the other side; the nose is its own."""
MIRROR.setflags(write=False)


def _both_sides(*pairs: tuple[str, str]) -> tuple[tuple[Landmark, Landmark], ...]:
    left = [(Landmark[f"LEFT_{a}"], Landmark[f"LEFT_{b}"]) for a, b in pairs]
    right = [(Landmark[f"RIGHT_{a}"], Landmark[f"RIGHT_{b}"]) for a, b in pairs]
    return tuple(left + right)


EDGES: tuple[tuple[Landmark, Landmark], ...] = (
    (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
    (Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    *_both_sides(
        ("SHOULDER", "ELBOW"),
        ("ELBOW", "WRIST"),
        ("WRIST", "INDEX"),
        ("SHOULDER", "HIP"),
        ("HIP", "KNEE"),
        ("KNEE", "ANKLE"),
        ("ANKLE", "HEEL"),
        ("HEEL", "FOOT_INDEX"),
        ("ANKLE", "FOOT_INDEX"),
    ),
)
"""Lines of the skeleton that is drawn: trunk, arms, legs, feet."""


def mirrored(points: np.ndarray, *, width: float = 1.0) -> np.ndarray:
    """The same body seen in a mirror: left and right change place, x runs the other way.

    points  (33, k) with x in column 0; x of 0 and ``width`` are the picture's edges (pass
            ``width=0`` for world landmarks, whose origin is the middle of the hips).
    Returns (33, k), a new array. NaN stays NaN.
    """
    swapped = points[MIRROR].copy()
    swapped[:, 0] = width - swapped[:, 0]
    return swapped
