"""The estimator against MediaPipe's own way to ask it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from posecore.estimate import PoseEstimator, numbers_in
from posecore.pose_graph import bare_mediapipe, numbers_of, without_mask
from posecore.video import frames

CLIP = Path(__file__).parent / "clips" / "gym_squat_700.mp4"


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """Nobody, then somebody who comes and goes."""
    seen = [rgb for rgb, _ in islice(frames(CLIP), 12)]
    nobody = [np.zeros_like(seen[0])] * 2
    return [*nobody, *seen[:8], *nobody, *seen[8:]]


def test_it_finds_what_mediapipe_finds(pictures):
    with PoseEstimator() as estimator, bare_mediapipe() as its_own:
        found = 0
        for i, rgb in enumerate(pictures):
            expected, pose = its_own.process(rgb), estimator.estimate(rgb, i / 30)
            if expected.pose_landmarks is None:
                assert pose is None
                continue
            found += 1
            assert pose is not None and pose.size_px == (rgb.shape[1], rgb.shape[0])
            marks, places = expected.pose_landmarks.landmark, expected.pose_world_landmarks.landmark
            np.testing.assert_array_equal(pose.image, [(p.x, p.y, p.z) for p in marks])
            np.testing.assert_array_equal(pose.world, [(p.x, p.y, p.z) for p in places])
            np.testing.assert_array_equal(pose.visibility, [p.visibility for p in marks])
    assert 8 <= found < len(pictures)


def model() -> bytes:
    import mediapipe

    home = Path(mediapipe.__file__).parent / "modules" / "pose_landmark"
    return (home / "pose_landmark_full.tflite").read_bytes()


def test_the_mask_and_what_only_it_needs_are_left_out_of_the_model():
    from mediapipe.tasks.metadata.schema_py_generated import Model

    whole = model()
    graph, left = (Model.GetRootAs(each, 0).Subgraphs(0) for each in (whole, without_mask(whole)))
    assert graph.OutputsLength() == left.OutputsLength() + 1
    made = [
        {one for i in range(each.OperatorsLength()) for one in each.Operators(i).OutputsAsNumpy()}
        for each in (graph, left)
    ]
    assert made[1] < made[0] and graph.OutputsAsNumpy()[2] not in made[1]
    for i in range(left.OperatorsLength()):
        step = left.Operators(i)
        for taken in step.InputsAsNumpy().tolist():  # nothing left is made from what is gone
            assert taken in made[1] or taken not in made[0]


def test_a_model_without_a_mask_is_said_to_have_none():
    with pytest.raises(ValueError, match="expected a mask"):
        without_mask(without_mask(model()))


def test_after_a_reset_it_is_as_new(pictures):
    with PoseEstimator() as used, PoseEstimator() as fresh:
        for i, rgb in enumerate(pictures[:6]):
            used.estimate(rgb, i / 30)
        used.reset()
        for i, rgb in enumerate(pictures[2:6]):
            again, first = used.estimate(rgb, i / 30), fresh.estimate(rgb, i / 30)
            assert again is not None and first is not None
            np.testing.assert_array_equal(again.image, first.image)


def written_landmarks(n: int = 66, **left_out: None) -> bytes:
    from mediapipe.framework.formats.landmark_pb2 import NormalizedLandmarkList

    marks = NormalizedLandmarkList()
    for i in range(n):
        told = {"x": i / 7, "y": -i, "z": 1e-9 * i, "visibility": 0.5, "presence": 1.0}
        marks.landmark.add(**{name: v for name, v in told.items() if name not in left_out})
    return bytes(marks.SerializeToString())


def test_landmarks_are_read_as_protobuf_reads_them():
    numbers = numbers_in(written_landmarks())
    expected = np.array([(i / 7, -i, 1e-9 * i, 0.5) for i in range(66)], np.float32)
    np.testing.assert_array_equal(numbers, expected)


@pytest.mark.parametrize(
    "written", [written_landmarks(65), written_landmarks(visibility=None), b"", b"\n" * 66 * 27]
)
def test_what_is_written_in_another_way_is_left_to_protobuf(written):
    assert numbers_in(written) is None


def test_protobuf_itself_reads_the_same_and_what_was_left_out_as_zero():
    assert (numbers_of(written_landmarks(33, visibility=None))[:, 3] == 0.0).all()
    numbers = numbers_in(written_landmarks())
    np.testing.assert_array_equal(numbers_of(written_landmarks(33)), numbers[:33])
