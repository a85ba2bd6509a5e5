"""One clip: an H.264 film and the truth of every frame beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from bench.rendered import things
from bench.rendered.bodies import Body, Skeleton, body_names, load_body
from bench.rendered.camera import Camera, place_camera
from bench.rendered.everyday import standing
from bench.rendered.exercises import EXERCISES
from bench.rendered.looks import CLOTHES, make_palette
from bench.rendered.performance import Performance, perform
from bench.rendered.plan import Plan, lot
from bench.rendered.raster import Mesh
from bench.rendered.rotations import rz
from bench.rendered.scene import Film, Light, Mat, Room, Scene
from bench.rendered.skeleton import pose
from bench.rendered.truth import Truth, record, save_truth

_FURNITURE = ((0.45, 0.33, 0.22), (0.62, 0.60, 0.56), (0.30, 0.34, 0.40), (0.52, 0.24, 0.20))
_METAL, _LEAF = (0.10, 0.10, 0.11), (0.18, 0.32, 0.16)
_FLOORS = ((0.62, 0.47, 0.33), (0.50, 0.46, 0.42), (0.45, 0.33, 0.24), (0.33, 0.34, 0.36))
_WALLS = ((0.78, 0.77, 0.73), (0.66, 0.71, 0.74), (0.78, 0.72, 0.64), (0.58, 0.66, 0.61))


@dataclass(frozen=True, eq=False)
class Set:
    """Everything in place to film ``performance``."""

    performance: Performance
    camera: Camera
    scene: Scene
    standing_by: list[Mesh]
    furniture: list[Mesh]
    first_thing: int

    def frame(self, t_s: float) -> np.ndarray:
        """(h, w, 3) float32 light at ``t_s``."""
        skeleton = self.performance.skeleton(t_s)
        held = self.performance.held(skeleton, self.first_thing)
        casting = [body_mesh(self.performance.body, skeleton, 0), *held, *self.standing_by]
        return self.scene.picture(self.camera, casting, self.furniture)

    def blurred(self, t_s: float) -> np.ndarray:
        """The mean of some moments while the shutter is open, half of the frame's time."""
        plan = self.performance.plan
        moments = [t_s + i / plan.blur * 0.5 / plan.fps for i in range(plan.blur)]
        return np.mean([self.frame(moment) for moment in moments], axis=0)


def body_mesh(body: Body, skeleton: Skeleton, person: int) -> Mesh:
    material = body.material + 16 * person
    rest: np.ndarray = body.vertices - np.array([0, 0, body.sole_z], np.float32)
    return Mesh(body.skin(skeleton), body.faces, body.uv, material, rest, body.trim)


def frame_times(plan: Plan) -> np.ndarray:
    """(n,) seconds of the frames."""
    return np.arange(int(round(plan.seconds * plan.fps))) / plan.fps


def build_set(plan: Plan) -> Set:
    """Body, camera, light and room of ``plan``, all from its seed."""
    body = load_body(plan.body)
    performance = perform(plan, body)
    camera = _camera(plan, performance)
    rng = lot(plan.seed, "room")
    bodies = [body]
    if plan.second_person:
        others = [name for name in body_names() if name != plan.body]
        bodies.append(load_body(others[rng.integers(len(others))]))
    palette, first_thing = make_palette(
        bodies, [_METAL, _LEAF, *_FURNITURE], lot(plan.seed, "looks")
    )
    room = _room(plan, camera, performance, rng)
    light = Light() if plan.plain else _light(rng)
    film = Film(1.05 if plan.plain else rng.uniform(0.8, 1.25), plan.noise)
    furniture: list[Mesh] = []
    if plan.clutter:
        near = _towards_camera(camera)[0]
        furniture += things.clutter(rng, first_thing + 1, len(_FURNITURE), min(room.walls_m), near)
    if plan.occluder:
        furniture.append(_occluder(plan, camera, rng, first_thing + 2))
    standing_by = [_bystander(bodies[1], camera, rng)] if plan.second_person else []
    scene = Scene(room, light, palette, plan.supersample, film)
    return Set(performance, camera, scene, standing_by, furniture, first_thing)


def draw_frames(staged: Set) -> Iterator[np.ndarray]:
    """Every frame of the clip, (h, w, 3) uint8 RGB."""
    plan = staged.performance.plan
    rng = lot(plan.seed, "film")
    for t_s in frame_times(plan):
        yield staged.scene.develop(staged.blurred(float(t_s)), rng)


def truth_of(plan: Plan) -> Truth:
    """The truth of a clip, without drawing it."""
    performance = perform(plan, load_body(plan.body))
    return record(performance, _camera(plan, performance), frame_times(plan))


def make_clip(plan: Plan, path: Path, crf: int = 23) -> Truth:
    """Write ``path`` (.mp4) and the truth beside it (.npz); the film is there when both are."""
    staged = build_set(plan)
    truth = record(staged.performance, staged.camera, frame_times(plan))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_truth(truth, path.with_suffix(".npz"))
    unfinished = path.with_suffix(".part.mp4")
    _encode(draw_frames(staged), plan, unfinished, crf)
    unfinished.replace(path)
    return truth


def _encode(frames: Iterator[np.ndarray], plan: Plan, path: Path, crf: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(plan.fps))
        stream.width, stream.height = plan.view.size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast"}
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _camera(plan: Plan, performance: Performance) -> Camera:
    """Holds all that the person passes through, looked at in a dozen moments."""
    moments = np.linspace(0, plan.seconds, 13)
    points = [
        point
        for t_s in moments
        for point in performance.body.joints(performance.skeleton(float(t_s))).values()
    ]
    return place_camera(plan.view, np.array(points))


def _room(plan: Plan, camera: Camera, performance: Performance, rng: np.random.Generator) -> Room:
    yaw = float(rng.choice([0, 0, 20, -35, 45]))
    seen_from = rz(-yaw) @ camera.centre
    walls = rng.uniform(3.0, 5.5, 4)
    needed = np.array([-seen_from[0], seen_from[0], -seen_from[1], seen_from[1]]) + 0.6
    walls = np.maximum(walls, needed)
    exercise = EXERCISES.get(plan.subject)
    mat = None
    if exercise is not None and (exercise.lying or (not exercise.holds and rng.random() < 0.3)):
        mat = _mat(performance, exercise.lying, rng)
    tint = rng.uniform(0.8, 1.15)
    floor_kind = 0 if plan.plain else int(rng.integers(4))
    return Room(
        walls_m=tuple(float(w) for w in walls),  # type: ignore[arg-type]
        ceiling_m=max(2.9, camera.centre[2] + 0.3) + float(rng.uniform(0, 0.4)),
        yaw_deg=yaw,
        wall_seed=0 if plan.plain else int(rng.integers(1, 500)),
        floor_kind=floor_kind,
        floor=tuple(tint * np.array(_FLOORS[rng.integers(len(_FLOORS))])),
        wall=tuple(rng.uniform(0.8, 1.1) * np.array(_WALLS[rng.integers(len(_WALLS))])),
        mat=mat,
    )


def _mat(performance: Performance, lying: bool, rng: np.random.Generator) -> Mat:
    """Under the whole of a lying body, or under the feet."""
    colour = CLOTHES[rng.integers(len(CLOTHES))]
    if not lying:
        return Mat(0.0, 0.0, 0.42, 0.85, colour)
    at = np.array(list(performance.body.joints(performance.skeleton(0.0)).values()))
    low, high = at[:, 1].min() - 0.15, at[:, 1].max() + 0.15
    half_width = max(0.42, float(np.abs(at[:, 0]).max()) + 0.08)
    return Mat(0.0, float(low + high) / 2, half_width, float(high - low) / 2, colour)


def _light(rng: np.random.Generator) -> Light:
    """Bright or dim, from a window or a lamp, warm or cool."""
    around, above = rng.uniform(0, 2 * math.pi), rng.uniform(0.6, 2.0)
    warm = rng.uniform(-0.08, 0.1)
    return Light(
        direction=(math.cos(around), math.sin(around), above),
        key=float(rng.uniform(0.3, 0.8)),
        ambient=float(rng.uniform(0.32, 0.52)),
        fill=float(rng.uniform(0.05, 0.3)),
        colour=(1 + warm, 1.0, 1 - warm),
    )


def _towards_camera(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Horizontal directions (3,) towards the camera and to its right."""
    flat = camera.centre * np.array([1.0, 1.0, 0.0])
    near = flat / np.linalg.norm(flat)
    return near, np.array([-near[1], near[0], 0.0])


def _occluder(plan: Plan, camera: Camera, rng: np.random.Generator, material: int) -> Mesh:
    near, right = _towards_camera(camera)
    at = near * rng.uniform(0.75, 1.2) + right * rng.uniform(-0.5, 0.5)
    yaw = float(np.degrees(np.arctan2(near[0], -near[1]))) + rng.uniform(-30, 30)
    if plan.occluder == "table":
        return things.table(at[0], at[1], yaw, material)
    return things.chair(at[0], at[1], yaw + 180 * rng.integers(2), material)


def _bystander(body: Body, camera: Camera, rng: np.random.Generator) -> Mesh:
    """Somebody who stands behind and to one side, seen from the camera."""
    near, right = _towards_camera(camera)
    at = -near * rng.uniform(1.6, 2.6) + right * rng.choice([-1, 1]) * rng.uniform(0.7, 1.5)
    still = standing(rng, 1.0)[0][1]
    mesh = body_mesh(body, pose(body, still.posture(body)), 1)
    turned = mesh.vertices @ rz(float(rng.uniform(0, 360))).T.astype(np.float32)
    vertices = (turned + at.astype(np.float32)).astype(np.float32)
    return Mesh(vertices, mesh.faces, mesh.uv, mesh.material, mesh.rest, mesh.trim)
