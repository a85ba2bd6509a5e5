"""Pictures of the moments of faults, out of the video, with what was off marked on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from posecore.decoder import guarded_frames
from posecore.draw import draw_moment, jpeg
from posecore.types import Fault


def moment_pictures(video: Path | None, faults: Sequence[Fault]) -> dict[Fault, bytes]:
    """JPEG of the moment of each fault that carries its pose.

    The video is read once more, up to the last moment: keeping every frame of it until a rep is
    judged would take more than the few seconds that this does. None draws the skeletons alone.
    """
    shown = [fault for fault in faults if fault.pose is not None]
    if video is None:
        return {fault: jpeg(draw_moment(None, fault)) for fault in shown}
    at: dict[float, list[Fault]] = {}
    for fault in shown:
        at.setdefault(round(fault.at_s, 4), []).append(fault)
    pictures: dict[Fault, bytes] = {}
    if not at:
        return pictures
    last_s = max(at)
    for rgb, t_s in guarded_frames(video):
        for fault in at.get(round(t_s, 4), []):
            pictures[fault] = jpeg(draw_moment(rgb, fault))
        if t_s >= last_s:
            break
    return pictures
