"""What is drawn over the picture: skeleton, angles, exercise, count and cue.

It has to be read from three metres: thick lines with a dark edge, text a fixed share of the
picture's height. What is off has a colour of its own and a ring, for those who do not tell the
colours apart (palette: Okabe and Ito 2008).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import cv2
import numpy as np

from posecore.angles import JOINT_INDEX, JOINTS, MIN_VISIBILITY
from posecore.exercises import Exercise
from posecore.landmarks import EDGES, Landmark
from posecore.language import _
from posecore.lettering import sprite
from posecore.types import DIFFERENCE, ExerciseSet, Fault, FrameResult

Colour = tuple[int, int, int]

LIMB: Colour = (86, 180, 233)  # sky blue
OFF: Colour = (230, 97, 0)  # vermillion, a little lighter: it lies on the dark edge
JOINT: Colour = (255, 255, 255)
EDGE: Colour = (20, 20, 20)
CUE_GROUND: Colour = (150, 52, 0)
HINT_GROUND: Colour = (45, 45, 45)
PLAIN_GROUND: Colour = (238, 241, 245)

_LINE, _RING = 1 / 80, 1 / 26  # of the picture's height: width of a limb, radius of a ring
_COUNT, _TITLE, _CUE, _ANGLE = 0.22, 0.085, 0.085, 0.06  # of the height: size of the letters
_MARGIN = 0.02
_NEAR = 0.12  # of the height; two angles nearer than this would be written over each other

_POINTS: Mapping[str, tuple[str, ...]] = {
    "elbow": ("ELBOW",),
    "shoulder": ("SHOULDER",),
    "hip": ("HIP",),
    "knee": ("KNEE",),
    "upper_arm_lean": ("SHOULDER", "ELBOW"),
    "forearm_lean": ("ELBOW", "WRIST"),
    "body_line": ("SHOULDER", "HIP", "ANKLE"),
    "hip_line": ("SHOULDER", "HIP", "KNEE"),
    "leg_line": ("HIP", "KNEE", "ANKLE"),
    "head_line": ("EAR", "SHOULDER"),
    "hand_width": ("WRIST",),
    "wrist_height": ("WRIST",),
    "trunk_lean": ("SHOULDER", "HIP"),
    "leg_spread": ("HIP", "ANKLE"),
    "knee_width": ("KNEE",),
    "stance_width": ("ANKLE",),
    "step": ("ANKLE",),
    "hip_height": ("HIP",),
}
"""Measure of a fault -> the landmarks, of each side, that it is about; a tempo has none."""

_BODY = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
_JOINT_MARKS = tuple(
    Landmark[f"{side}_{name}"]
    for side in ("LEFT", "RIGHT")
    for name in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE")
)


def draw_overlay(
    rgb: np.ndarray,
    result: FrameResult,
    exercises: Mapping[str, Exercise],
    *,
    mirror: bool = False,
) -> np.ndarray:
    """The picture with everything on it, a new (height, width, 3) uint8 array; rgb stays as it is.

    rgb     the picture that ``result`` was made of
    mirror  shows it as a mirror does; what is written stays readable
    """
    picture = cv2.flip(rgb, 1) if mirror else rgb.copy()
    exercise = exercises.get(result.voted_exercise)
    if result.pose is not None:
        height, width = picture.shape[:2]
        points = result.pose.image[:, :2] * (width, height)
        if mirror:
            points[:, 0] = width - 1 - points[:, 0]
        seen = (result.pose.visibility >= MIN_VISIBILITY) & np.isfinite(points).all(axis=1)
        _draw_skeleton(picture, points, seen, off_landmarks(result.faults))
        if exercise is not None:
            _draw_angles(picture, points, result.pose.visibility, result.flexion_deg, exercise)
    current = result.current_set
    # Between sets, and before the first rep, what is voted for may be a guess.
    if exercise is not None and current is not None and current.exercise == exercise.name:
        _draw_count(picture, current, exercise)
    if result.cue:
        _draw_sentence(picture, result.cue, CUE_GROUND)
    elif result.hint:
        _draw_sentence(picture, result.hint, HINT_GROUND)
    return picture


MOMENT_PX = 400
"""Longest side of the picture of a moment: clear on a page, and some 25 kB as a file."""

_ROOM, _SLIMMEST = 0.22, 0.75  # around the body, of its larger side; narrowest width to height


def draw_moment(rgb: np.ndarray | None, fault: Fault) -> np.ndarray:
    """The person at the moment of a fault, cut out, with what was off marked and measured.

    rgb  (height, width, 3) uint8, the frame of that moment; None draws the skeleton by itself, on
         a plain ground
    A new (h, w, 3) uint8 array. Raises ValueError where the fault carries no pose.
    """
    if fault.pose is None:
        raise ValueError("expected a fault with its pose: without it there is nothing to draw")
    pose = fault.pose
    width, height = pose.size_px if rgb is None else (rgb.shape[1], rgb.shape[0])
    points = pose.image[:, :2] * (width, height)
    seen = (pose.visibility >= MIN_VISIBILITY) & np.isfinite(points).all(axis=1)
    left, top, right, bottom = _frame_around(points[seen], width, height)
    scale = MOMENT_PX / max(right - left, bottom - top)
    size = (round((right - left) * scale), round((bottom - top) * scale))
    picture = np.full((size[1], size[0], 3), PLAIN_GROUND, np.uint8)
    if rgb is not None:
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        cv2.resize(
            np.ascontiguousarray(rgb[top:bottom, left:right]), size, picture, interpolation=way
        )
    placed = (points - (left, top)) * scale
    off = off_landmarks([fault])
    if rgb is None:
        _draw_head(picture, placed, seen)
    _draw_skeleton(picture, placed, seen, off)
    unit = {"deg": "°", "s": " s"}.get(fault.unit, "")
    text = f"{fault.measured:.{0 if fault.unit == 'deg' else 1}f}{unit}"
    lettered = sprite(text, round(MOMENT_PX * _ANGLE * 1.3), size[0])
    marked = [mark for mark in _JOINT_MARKS if mark in off and seen[mark]]
    x, y = placed[marked].mean(axis=0) if marked else (0.0, 0.0)
    # At the edge on the joint's side and above the joint: it hides least of the body there.
    edge = round(MOMENT_PX * _MARGIN)
    x = edge if x < size[0] / 2 else size[0] - edge - lettered.shape[1]
    _paste(
        picture, lettered, round(x), round(y - lettered.shape[0] - picture.shape[0] * _RING * 1.5)
    )
    return picture


def _draw_head(picture: np.ndarray, points: np.ndarray, seen: np.ndarray) -> None:
    """A ring where the head is: without it one cannot tell which way a skeleton faces."""
    ears = [mark for mark in (Landmark.LEFT_EAR, Landmark.RIGHT_EAR) if seen[mark]]
    trunk = points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
    trunk = trunk - points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    if ears and np.isfinite(trunk).all():
        at = points[[*ears, *([Landmark.NOSE] if seen[Landmark.NOSE] else [])]].mean(axis=0)
        # A head is about a quarter of the trunk across, seen from anywhere but along it.
        radius = max(round(float(np.hypot(*trunk)) * 0.2), round(picture.shape[0] * _RING))
        line = max(2, round(picture.shape[0] * _LINE))
        cv2.circle(picture, (round(at[0]), round(at[1])), radius, EDGE, line + 2, cv2.LINE_8)
        cv2.circle(picture, (round(at[0]), round(at[1])), radius, LIMB, line, cv2.LINE_AA)


def _frame_around(points: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the body with room around it, inside the picture."""
    if len(points) == 0:
        return 0, 0, width, height
    low, high = points.min(axis=0), points.max(axis=0)
    side = np.maximum(high - low, 1.0) + 2 * _ROOM * (high - low).max()
    side = np.maximum(side, side[::-1] * _SLIMMEST)
    middle = (low + high) / 2
    left, top = np.clip(np.floor(middle - side / 2), 0, (width - 2, height - 2)).astype(int)
    right, bottom = np.ceil(middle + side / 2).astype(int)
    right, bottom = min(max(right, left + 2), width), min(max(bottom, top + 2), height)
    return int(left), int(top), int(right), int(bottom)


def yuv420(picture: np.ndarray) -> np.ndarray:
    """(height * 3 / 2, width) uint8 planes of a (height, width, 3) RGB picture of even sides.

    What a video encoder wants: left to itself, it takes six times as long to make it.
    """
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)


def jpeg(picture: np.ndarray) -> bytes:
    """(height, width, 3) uint8 RGB as a JPEG file."""
    encoded, data = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80]
    )
    if not encoded:
        raise ValueError(f"a picture of {picture.shape} cannot be written as JPEG")
    return bytes(data)


def off_landmarks(faults: Iterable[Fault]) -> frozenset[Landmark]:
    """The landmarks that the faults are about: one side's where the fault names a side."""
    marks = set()
    for fault in faults:
        side, _, measure = fault.joint.partition("_")
        sides = (side.upper(),) if side in ("left", "right") else ("LEFT", "RIGHT")
        name = measure if side in ("left", "right") else fault.joint.removesuffix(DIFFERENCE)
        marks |= {Landmark[f"{s}_{point}"] for s in sides for point in _POINTS.get(name, ())}
    return frozenset(marks)


def _draw_skeleton(
    picture: np.ndarray, points: np.ndarray, seen: np.ndarray, off: frozenset[Landmark]
) -> None:
    height = picture.shape[0]
    line = max(2, round(height * _LINE))
    at = np.rint(np.where(seen[:, None], points, 0)).astype(np.int32)
    limbs = [(a, b) for a, b in EDGES if seen[a] and seen[b]]
    # A limb is off where the joint at one of its ends is: the bent knee's thigh and shank.
    wrong = [at[[a, b]] for a, b in limbs if a in off or b in off]
    right = [at[[a, b]] for a, b in limbs if a not in off and b not in off]
    cv2.polylines(picture, right + wrong, False, EDGE, line + max(2, line // 2), cv2.LINE_8)
    cv2.polylines(picture, right, False, LIMB, line, cv2.LINE_AA)
    cv2.polylines(picture, wrong, False, OFF, line + 2, cv2.LINE_AA)
    # A line from a point to itself is a round dot, and all of them are one call.
    dots = [at[[m, m]] for m in _JOINT_MARKS if seen[m] and m not in off]
    cv2.polylines(picture, dots, False, JOINT, max(3, line * 3 // 2), cv2.LINE_AA)
    radius = round(height * _RING)
    for mark in _JOINT_MARKS:
        if seen[mark] and mark in off:
            centre = (int(at[mark, 0]), int(at[mark, 1]))
            cv2.circle(picture, centre, radius, EDGE, line + 2, cv2.LINE_8)
            cv2.circle(picture, centre, radius, OFF, line, cv2.LINE_AA)


def _draw_angles(
    picture: np.ndarray,
    points: np.ndarray,
    visibility: np.ndarray,
    flexion_deg: np.ndarray,
    exercise: Exercise,
) -> None:
    """The flexion beside each joint that the exercise charts; of two that coincide, the nearer."""
    height = picture.shape[0]
    middle_x = np.mean(points[_BODY, 0])
    for name in exercise.chart:
        placed: list[np.ndarray] = []
        sides = [JOINTS[JOINT_INDEX[f"{side}_{name}"]] for side in ("left", "right")]
        for joint in sorted(sides, key=lambda j: -visibility[j.points[1]]):
            angle_deg = flexion_deg[JOINT_INDEX[joint.name]]
            at = points[joint.points[1]]
            if not np.isfinite(angle_deg) or not np.isfinite(at).all():
                continue
            if any(np.hypot(*(at - other)) < _NEAR * height for other in placed):
                continue
            placed.append(at)
            text = f"{angle_deg:.0f}°"
            lettered = sprite(text, round(height * _ANGLE), picture.shape[1])
            # Beside the joint, away from the middle of the body, where there is no limb.
            to_the_right = at[0] > middle_x
            gap = height * _RING * 1.4
            x = at[0] + gap if to_the_right else at[0] - gap - lettered.shape[1]
            _paste(picture, lettered, round(x), round(at[1] - lettered.shape[0] / 2))


def _draw_count(picture: np.ndarray, current: ExerciseSet, exercise: Exercise) -> None:
    height, width = picture.shape[:2]
    margin = round(height * _MARGIN)
    count = f"{current.n_complete}" if current.hold_s is None else f"{current.hold_s:.0f} s"
    number = sprite(count, round(height * _COUNT), width // 2)
    title = sprite(_(exercise.title), round(height * _TITLE), width - number.shape[1] - 3 * margin)
    _paste(picture, title, margin, margin)
    _paste(picture, number, width - margin - number.shape[1], margin)


def _draw_sentence(picture: np.ndarray, sentence: str, ground: Colour) -> None:
    height, width = picture.shape[:2]
    margin = round(height * _MARGIN)
    lettered = sprite(_(sentence), round(height * _CUE), width - 4 * margin)
    top = height - lettered.shape[0] - 3 * margin
    corners = (margin, top), (width - margin - 1, height - margin - 1)
    cv2.rectangle(picture, *corners, ground, cv2.FILLED)
    _paste(picture, lettered, (width - lettered.shape[1]) // 2, top + margin)


def _paste(picture: np.ndarray, sprite: np.ndarray, x: int, y: int) -> None:
    """Lay (h, w, 2) lightness and cover over the picture, moved inside where it would stick out."""
    height, width = picture.shape[:2]
    h, w = min(sprite.shape[0], height), min(sprite.shape[1], width)
    x, y = min(max(x, 0), width - w), min(max(y, 0), height - h)
    under = picture[y : y + h, x : x + w]
    light, cover = sprite[:h, :w, 0], sprite[:h, :w, 1]
    kept = cv2.multiply(under, cv2.merge([255 - cover] * 3), scale=1 / 255)
    under[...] = cv2.add(kept, cv2.merge([light] * 3))
