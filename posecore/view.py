"""From where the camera sees the person: front, diagonal or side."""

from __future__ import annotations

from math import atan2, degrees, hypot

import numpy as np

from posecore.angles import MIN_VISIBILITY
from posecore.landmarks import Landmark as L
from posecore.types import Pose

FRONT_BELOW_DEG, SIDE_ABOVE_DEG = 27.0, 62.0
"""Turn of the body against the picture's plane that parts front, diagonal and side.

Set on rendered people, whose turn is known, to part 0, 45 and 90 degrees best: docs/ACCURACY.md.
"""

PARTS: dict[str, tuple[L, ...]] = {
    "arms": (L.LEFT_ELBOW, L.RIGHT_ELBOW, L.LEFT_WRIST, L.RIGHT_WRIST),
    "trunk": (L.LEFT_SHOULDER, L.RIGHT_SHOULDER, L.LEFT_HIP, L.RIGHT_HIP),
    "legs": (L.LEFT_KNEE, L.RIGHT_KNEE, L.LEFT_ANKLE, L.RIGHT_ANKLE),
}

_TRUNK = np.array(PARTS["trunk"])


def turn_deg(pose: Pose) -> float:
    """Angle in [0, 90] between the body's left-right axis and the picture's plane.

    0 faces the camera or turns its back to it, 90 is a side view.
    """
    places = pose.world.take(_TRUNK, axis=0).tolist()
    x, y, z = (
        shoulder - other_shoulder + hip - other_hip
        for shoulder, other_shoulder, hip, other_hip in zip(*places, strict=True)
    )
    return degrees(atan2(abs(z), hypot(x, y)))


def view_of(pose: Pose) -> str | None:
    """ "front", "diagonal" or "side"; None where the trunk is not seen."""
    seen = [v >= MIN_VISIBILITY for v in pose.visibility.take(_TRUNK).tolist()]
    if not (any(seen[:2]) and any(seen[2:])):
        return None
    turn = turn_deg(pose)
    if turn < FRONT_BELOW_DEG:
        return "front"
    return "side" if turn > SIDE_ABOVE_DEG else "diagonal"
