"""From where the camera sees the person, and whether it sees enough."""

from __future__ import annotations

from collections.abc import Sequence

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
_MARGIN = 0.02  # of the picture; a landmark nearer to the edge is about to leave it


def turn_deg(pose: Pose) -> float:
    """Angle in [0, 90] between the body's left-right axis and the picture's plane.

    0 faces the camera or turns its back to it, 90 is a side view.
    """
    world = pose.world
    axis = world[L.LEFT_SHOULDER] - world[L.RIGHT_SHOULDER] + world[L.LEFT_HIP] - world[L.RIGHT_HIP]
    return float(np.degrees(np.arctan2(abs(axis[2]), np.hypot(axis[0], axis[1]))))


def view_of(pose: Pose) -> str | None:
    """ "front", "diagonal" or "side"; None where the trunk is not seen."""
    seen = pose.visibility[list(PARTS["trunk"])] >= MIN_VISIBILITY
    if not (seen[:2].any() and seen[2:].any()):
        return None
    turn = turn_deg(pose)
    if turn < FRONT_BELOW_DEG:
        return "front"
    return "side" if turn > SIDE_ABOVE_DEG else "diagonal"


def framing_hint(pose: Pose | None, needs: Sequence[str] = ("trunk", "legs")) -> str | None:
    """What to change so that the parts that ``needs`` names are in the picture, or None."""
    if pose is None:
        return "I cannot see you. Step into the picture."
    x, y = pose.image[:, 0], pose.image[:, 1]
    outside = ((x < _MARGIN) | (x > 1 - _MARGIN) | (y < _MARGIN) | (y > 1 - _MARGIN)) | (
        pose.visibility < MIN_VISIBILITY / 3
    )
    sides = {part: outside[list(marks)].reshape(-1, 2) for part, marks in PARTS.items()}
    # One side is enough: the other is often hidden behind the body without harm.
    lost = [part for part in needs if sides[part].all(axis=1).any()]
    if not lost:
        return None
    if "legs" in lost and y[[L.LEFT_ANKLE, L.RIGHT_ANKLE]].max() > 1 - _MARGIN:
        return "Step back: your feet are out of the picture."
    if "arms" in lost and y[[L.LEFT_WRIST, L.RIGHT_WRIST]].min() < _MARGIN:
        return "Step back: your hands are out of the picture."
    if x.mean() < 0.25 or x.mean() > 0.75:
        return "Move to the middle of the picture."
    return "Step back so that I can see all of you."


_TURN = {
    "side": "Turn sideways so that I can see your {parts}.",
    "diagonal": "Turn halfway to the side so that I can see your {parts}.",
    "front": "Face the camera so that I can see your {parts}.",
}
_PARTS = {"elbow": "elbows", "shoulder": "arms", "hip": "hips", "knee": "knees"}


def view_hint(
    views: Sequence[str | None], best_views: Sequence[str], joints: Sequence[str]
) -> str | None:
    """How to turn so that an exercise can be judged, or None.

    views       of the last moment's frames; None among them: could not be told
    best_views  from where most can be judged, best first; joints: base names, what to see
    """
    known = [view for view in views if view is not None]
    if not known or any(view in best_views for view in known):
        return None
    return _TURN[best_views[0]].format(parts=_PARTS[joints[0]])
