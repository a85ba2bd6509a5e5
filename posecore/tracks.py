"""The poses of a whole video as arrays, cached: what training and evaluation read.

Estimating is nearly all of the cost of a video and never changes for the same file, size and
estimator, so it is done once and kept beside nothing of the picture itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecore.estimate import ESTIMATOR, PoseEstimator
from posecore.landmarks import N_LANDMARKS
from posecore.types import Pose
from posecore.video import MAX_SIDE_PX, VideoReader
from posecore.workers import worker_pool


@dataclass(frozen=True, eq=False)
class Track:
    """One video's poses.

    t_s     (n,) seconds from the first frame; found (n,) bool: somebody was seen
    image   (n, 33, 3), world (n, 33, 3), visibility (n, 33) as in Pose; NaN where not found
    size_px (width, height) of the frames
    """

    t_s: np.ndarray
    found: np.ndarray
    image: np.ndarray
    world: np.ndarray
    visibility: np.ndarray
    size_px: tuple[int, int]

    def __len__(self) -> int:
        return len(self.t_s)

    def poses(self) -> Iterator[tuple[float, Pose | None]]:
        """Time and pose of each frame, as the estimator gave them."""
        for i, t_s in enumerate(self.t_s):
            pose = None
            if self.found[i]:
                pose = Pose(
                    float(t_s),
                    self.image[i],
                    self.world[i],
                    self.visibility[i],
                    self.size_px,
                )
            yield float(t_s), pose


def track_of(path: Path, cache: Path | None) -> Track:
    """The poses of ``path``, from the cache folder where the same file was read before.

    Raises VideoError where the file cannot be read.
    """
    kept = cache / f"{_key(path)}.npz" if cache is not None else None
    if kept is not None and kept.exists():
        with np.load(kept) as saved:
            width, height = (int(v) for v in saved["size_px"])
            return Track(
                t_s=saved["t_s"],
                found=saved["found"],
                image=saved["image"],
                world=saved["world"],
                visibility=saved["visibility"],
                size_px=(width, height),
            )
    track = _estimate(path)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{path.stem[:20]}.part.npz")
        np.savez_compressed(
            unfinished,
            t_s=track.t_s,
            found=track.found,
            image=track.image.astype(np.float32),
            world=track.world.astype(np.float32),
            visibility=track.visibility.astype(np.float32),
            size_px=np.array(track.size_px),
        )
        unfinished.replace(kept)
    return track


def fill_cache(paths: list[Path], cache: Path, workers: int = 2) -> Iterator[Path]:
    """Estimate what the cache lacks, in ``workers`` processes; yields each path when done."""
    missing = [p for p in paths if not (cache / f"{_key(p)}.npz").exists()]
    yield from (p for p in paths if p not in set(missing))
    if not missing:
        return
    with worker_pool(workers) as pool:
        for path, _ in zip(missing, pool.map(_cache_one, missing, [cache] * len(missing))):
            yield path


def _cache_one(path: Path, cache: Path) -> None:
    track_of(path, cache)


def _key(path: Path) -> str:
    digest = hashlib.sha256(f"{ESTIMATOR} {MAX_SIDE_PX} ".encode())
    digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _estimate(path: Path) -> Track:
    t_s, found, image, world, visibility = [], [], [], [], []
    size_px = (1, 1)
    blank = np.full((N_LANDMARKS, 3), np.nan)
    with VideoReader(path) as video, PoseEstimator() as estimator:
        for rgb, at_s in video.frames():
            size_px = (rgb.shape[1], rgb.shape[0])
            pose = estimator.estimate(rgb, at_s)
            t_s.append(at_s)
            found.append(pose is not None)
            image.append(blank if pose is None else pose.image)
            world.append(blank if pose is None else pose.world)
            visibility.append(blank[:, 0] if pose is None else pose.visibility)
    return Track(
        np.array(t_s),
        np.array(found, bool),
        np.array(image).reshape(-1, N_LANDMARKS, 3),
        np.array(world).reshape(-1, N_LANDMARKS, 3),
        np.array(visibility).reshape(-1, N_LANDMARKS),
        size_px,
    )
