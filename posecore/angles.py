"""Joint angles as clinical flexion, in degrees: 0 is straight, larger is more bent.

Two readings of every joint are possible. The 2-D one, measured on the picture in true
proportions, is right where the limb moves in the picture's plane and useless where it points
at the camera. The one on MediaPipe's world landmarks sees depth but compresses deep flexion.
``flexion_deg`` takes from each what it is good at: the picture says where a landmark lies across,
the world landmarks how deep. What was learnt about the estimator's errors then corrects it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from posecore.angle_model import AngleModel, inputs, shipped_errors, shipped_model
from posecore.landmarks import Landmark
from posecore.types import Pose

MIN_VISIBILITY = 0.3
"""Below this a landmark counts as not seen; at the ends of a hidden limb MediaPipe gives less."""


@dataclass(frozen=True)
class Joint:
    """Three landmarks; the angle is at the middle one.

    ``straight_is_zero`` holds for hinges (180 minus the included angle); the shoulder is the
    elevation of the upper arm from the trunk, the included angle itself.
    """

    name: str
    points: tuple[Landmark, Landmark, Landmark]
    straight_is_zero: bool = True


def _side(side: str) -> tuple[Joint, ...]:
    mark = {
        name: Landmark[f"{side.upper()}_{name}"]
        for name in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE")
    }
    return (
        Joint(f"{side}_elbow", (mark["SHOULDER"], mark["ELBOW"], mark["WRIST"])),
        Joint(f"{side}_shoulder", (mark["HIP"], mark["SHOULDER"], mark["ELBOW"]), False),
        Joint(f"{side}_hip", (mark["SHOULDER"], mark["HIP"], mark["KNEE"])),
        Joint(f"{side}_knee", (mark["HIP"], mark["KNEE"], mark["ANKLE"])),
    )


JOINTS: tuple[Joint, ...] = _side("left") + _side("right")
JOINT_NAMES: tuple[str, ...] = tuple(joint.name for joint in JOINTS)
N_JOINTS = len(JOINTS)
JOINT_INDEX: Mapping[str, int] = {name: i for i, name in enumerate(JOINT_NAMES)}

_POINTS = np.array([joint.points for joint in JOINTS])  # (n_joints, 3) rows of landmarks
_IN_TURN = _POINTS.T.ravel()  # all first ones, all middle ones, all last ones
_STRAIGHT = np.array([joint.straight_is_zero for joint in JOINTS])

_FLAT = np.array([1.0, 1.0, 0.0])
_SCALE_MARKS = np.unique(_POINTS)  # the twelve landmarks that stand for the whole body


def flexion_of(points: np.ndarray) -> np.ndarray:
    """Flexion of every joint from landmarks in true proportions.

    points   (..., 33, k) pixels (k = 2) or metres (k = 3), never x / width and y / height
    Returns  (..., n_joints) degrees in [0, 180]; NaN where a landmark is NaN or limbs have
             no length.
    """
    # Taken once and cut apart: for a single pose a call of numpy costs more than its arithmetic.
    marks = points.take(_IN_TURN, axis=-2)
    middle = marks[..., N_JOINTS : 2 * N_JOINTS, :]
    a, b = marks[..., :N_JOINTS, :] - middle, marks[..., 2 * N_JOINTS :, :] - middle
    lengths = np.sqrt((a * a).sum(axis=-1)) * np.sqrt((b * b).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (a * b).sum(axis=-1) / lengths
        included = np.degrees(np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0)))
    return np.where(_STRAIGHT, 180.0 - included, included)


def pixels_per_metre(pixels: np.ndarray, world: np.ndarray) -> np.ndarray:
    """(...,) the picture's scale at the person, from (..., 33, 2) pixels and (..., 33, 3) metres.

    How far the body spreads on the picture over how far the world landmarks spread across it.
    """
    both = np.stack([pixels, world[..., :2]]).take(_SCALE_MARKS, axis=-2)
    off = both - both.sum(axis=-2, keepdims=True) / len(_SCALE_MARKS)
    spread = np.sqrt((off * off).sum(axis=(-2, -1)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(spread[0] / spread[1])


def picture_with_depth(pixels: np.ndarray, world: np.ndarray) -> np.ndarray:
    """(..., 33, 3) metres: across from the picture, along the camera from the world landmarks."""
    flat = pixels / pixels_per_metre(pixels, world)[..., None, None]
    return np.concatenate([flat, world[..., 2:]], axis=-1)


def blended_flexion(pixels: np.ndarray, world: np.ndarray) -> np.ndarray:
    """(..., n_joints) degrees from (..., 33, 2) pixels and (..., 33, 3) metres."""
    return flexion_of(picture_with_depth(pixels, world))


def joint_seen(visibility: np.ndarray, minimum: float = MIN_VISIBILITY) -> np.ndarray:
    """(..., n_joints) bool from (..., 33) visibility: all three landmarks can be seen."""
    return (visibility.take(_POINTS, axis=-1) >= minimum).all(axis=-1)


def corrected_flexion(
    pixels: np.ndarray, world: np.ndarray, visibility: np.ndarray, model: AngleModel | None = None
) -> np.ndarray:
    """(n, n_joints) degrees in [0, 180] of n poses, with what was learnt of the estimator.

    pixels (n, 33, 2), world (n, 33, 3) metres, visibility (n, 33); NaN in a pose's landmarks
    gives NaN. ``model``: the shipped one unless given.
    """
    readings, seen = readings_and_inputs(pixels, world, visibility)
    return (model or shipped_model()).flexion(seen, readings).reshape(-1, N_JOINTS)


def readings_and_inputs(
    pixels: np.ndarray, world: np.ndarray, visibility: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Three readings (3, n, 2, 4) of the joints left and right: both, picture, world; and the
    inputs (n, 2, n_inputs) of the networks that weigh them."""
    points = picture_with_depth(pixels, world)
    both, flat, deep = flexion_of(np.stack([points, points * _FLAT, world]))
    # A limb that points at the camera has no flat angle at all.
    flat = np.where(np.isnan(flat), both, flat)
    readings = np.stack([both, flat, deep]).reshape(3, len(world), 2, -1)
    return readings, inputs(points[..., :2], world, visibility, readings)


def flexion_deg(pose: Pose, *, corrected: bool = True) -> np.ndarray:
    """(n_joints,) degrees in [0, 180]; NaN where a landmark is not seen.

    ``corrected`` False leaves out what was learnt about the errors of one estimator, which another
    does not make.
    """
    if corrected:
        found = corrected_flexion(pose.pixels[None], pose.world[None], pose.visibility[None])[0]
    else:
        found = blended_flexion(pose.pixels, pose.world)
    return np.where(joint_seen(pose.visibility), found, np.nan)


@cache
def expected_error_deg(view: str | None) -> np.ndarray:
    """(n_joints,) degrees, not to be written to; NaN where the view cannot be told.

    Mean absolute error by view and joint, measured on rendered people: docs/ACCURACY.md.
    """
    by_joint = shipped_errors().get(view or "", {})
    errors = np.array([by_joint.get(name.split("_", 1)[1], np.nan) for name in JOINT_NAMES])
    errors.setflags(write=False)
    return errors
