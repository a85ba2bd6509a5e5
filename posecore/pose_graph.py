"""MediaPipe's own part: its graph that finds a body's landmarks, without what nobody asks for.

The landmark model also draws a mask of the body, 256 by 256, and MediaPipe computes it whether or
not it was asked for: nearly half of the time of a picture. Here the operations that only the mask
needs are left out of the model, and those that only the mask went through out of the graph. What is
left is computed as before, to the last digit (tests/test_estimate.py).
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np

from posecore.closing import Closing

LANDMARKS = ("pose_landmarks", "pose_world_landmarks")

_GRAPH = "modules/pose_landmark/pose_landmark_cpu.binarypb"
_MODEL = "modules/pose_landmark/pose_landmark_full.tflite"
_MASK_SHAPE = (1, 256, 256, 1)
_MASK_OUTPUT = 2  # of the model's five
_SCORES = "poselandmarkbyroicpu__tensorstoposelandmarksandsegmentation__"
"""How the graph names what it does with the model's answer."""

_STEP_US = 33_333  # MediaPipe takes any video to have 30 pictures a second


class PoseGraph(Closing):
    """The graph, running. It tracks one person, from picture to picture.

    min_detection, min_tracking  scores under which nobody is found, or is followed no longer
    """

    def __init__(self, min_detection: float, min_tracking: float) -> None:
        _be_quiet()
        import mediapipe
        from mediapipe.python import packet_creator, packet_getter
        from mediapipe.python._framework_bindings import calculator_graph, resource_util

        home = Path(mediapipe.__file__).parent
        resource_util.set_resource_dir(str(home.parent))
        config = _config(home / _GRAPH, min_detection, min_tracking)
        self._image_frame = packet_creator.create_image_frame
        self._rgb = mediapipe.ImageFormat.SRGB
        self._getter = packet_getter
        self._side_packets = {
            "model": packet_creator.create_string(without_mask((home / _MODEL).read_bytes())),
            "smooth_landmarks": packet_creator.create_bool(True),
            "use_prev_landmarks": packet_creator.create_bool(True),
        }
        self._at_us = 0
        self._found: dict[str, Any] = {}
        self._graph: Any = calculator_graph.CalculatorGraph(graph_config=config)
        for name in LANDMARKS:
            self._graph.observe_output_stream(name, self._found.__setitem__, True)
        self._graph.start_run(self._side_packets)

    def written(self, rgb: np.ndarray) -> list[bytes] | None:
        """The next picture's LANDMARKS as protobuf writes them; None: nobody is seen."""
        self._found.clear()
        self._at_us += _STEP_US
        picture = self._image_frame(image_format=self._rgb, data=rgb).at(self._at_us)
        self._graph.add_packet_to_input_stream(stream="image", packet=picture)
        self._graph.wait_until_idle()
        found = [self._found.get(name) for name in LANDMARKS]
        if any(each is None or each.is_empty() for each in found):
            return None
        # Its public way makes an object of every landmark, at the cost of all that follows.
        return [self._getter._packet_getter._get_serialized_proto(each) for each in found]

    def reset(self) -> None:
        """As new, for other pictures; quicker than another graph."""
        self._graph.close()
        self._graph.start_run(self._side_packets)

    def close(self) -> None:
        """Free what is native. Safe to call twice."""
        if self._graph is not None:
            self._graph.close()
            self._graph = None


def numbers_of(written: bytes) -> np.ndarray:
    """(n, 4) x, y, z, visibility of landmarks as protobuf writes them, read by protobuf itself."""
    from mediapipe.framework.formats.landmark_pb2 import LandmarkList

    marks = LandmarkList.FromString(written).landmark
    return np.array([(mark.x, mark.y, mark.z, mark.visibility) for mark in marks])


def bare_mediapipe() -> Any:
    """MediaPipe's own way to ask, as it comes: what ours is compared with."""
    _be_quiet()
    from mediapipe.python.solutions.pose import Pose

    return Pose(model_complexity=1)


def _be_quiet() -> None:
    # MediaPipe writes its start-up chatter to stderr unless told so before it is imported.
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _config(path: Path, min_detection: float, min_tracking: float) -> Any:
    """The graph of the wheel: a model of ours, no mask, and only what LANDMARKS need."""
    from mediapipe.calculators.core.split_vector_calculator_pb2 import SplitVectorCalculatorOptions
    from mediapipe.calculators.tensor.tensors_to_detections_calculator_pb2 import (
        TensorsToDetectionsCalculatorOptions,
    )
    from mediapipe.calculators.util.thresholding_calculator_pb2 import (
        ThresholdingCalculatorOptions,
    )
    from mediapipe.framework.calculator_pb2 import CalculatorGraphConfig
    from mediapipe.python._framework_bindings import validated_graph_config

    validated = validated_graph_config.ValidatedGraphConfig()
    validated.initialize(binary_graph_path=str(path))
    config = CalculatorGraphConfig.FromString(validated.binary_config)
    for node in config.node:
        options = node.options.Extensions
        if node.calculator == "TfLiteModelCalculator":
            node.input_side_packet[:] = ["MODEL_BLOB:model"]
        elif node.calculator == "TensorsToDetectionsCalculator":
            options[TensorsToDetectionsCalculatorOptions.ext].min_score_thresh = min_detection
        elif node.name == f"{_SCORES}ThresholdingCalculator":
            options[ThresholdingCalculatorOptions.ext].threshold = min_tracking
        elif node.name == f"{_SCORES}SplitTensorVectorCalculator":
            del node.output_stream[_MASK_OUTPUT]
            del options[SplitVectorCalculatorOptions.ext].ranges[-1]
        elif node.name == f"{_SCORES}GateCalculator_1":
            for streams in (node.input_stream, node.output_stream):
                (mask,) = [each for each in streams if "segmentation_tensor" in each]
                streams.remove(mask)
    _keep_only_what_is_needed(config)
    return config


def _keep_only_what_is_needed(config: Any) -> None:
    maker = {
        made: i
        for i, node in enumerate(config.node)
        for made in _names(node.output_stream, node.output_side_packet)
    }
    needed = _needed(
        [maker[name] for name in LANDMARKS],
        lambda i: _names(config.node[i].input_stream, config.node[i].input_side_packet),
        maker,
    )
    for i in reversed(range(len(config.node))):
        if i not in needed:
            del config.node[i]
    asked = {name for node in config.node for name in _names(node.input_side_packet)}
    config.input_side_packet[:] = sorted(asked - maker.keys())
    config.output_stream[:] = LANDMARKS


def _names(*of: Any) -> list[str]:
    """Of streams and packets that are written TAG:name."""
    return [each.rpartition(":")[2] for some in of for each in some]


def _needed(wanted: list[int], uses: Any, maker: dict[Any, int]) -> set[int]:
    """Numbers of all steps that lead to the wanted ones; uses(i): what step i takes."""
    needed: set[int] = set()
    while wanted:
        i = wanted.pop()
        if i not in needed:
            needed.add(i)
            wanted += [maker[taken] for taken in uses(i) if taken in maker]
    return needed


def without_mask(model: bytes) -> bytes:
    """The TFLite landmark model without its output of the mask, and what only that needs.

    Lists in it are made shorter in place, so that everything else stays where it is. Raises
    ValueError where the model has no such output.
    """
    from mediapipe.tasks.metadata.schema_py_generated import Model

    changed = bytearray(model)
    graph = Model.GetRootAs(changed, 0).Subgraphs(0)
    outputs = graph.OutputsAsNumpy().tolist()
    shapes = [tuple(graph.Tensors(each).ShapeAsNumpy()) for each in outputs]
    if len(shapes) <= _MASK_OUTPUT or shapes[_MASK_OUTPUT] != _MASK_SHAPE:
        raise ValueError(f"expected a mask of shape {_MASK_SHAPE} in the model, got {shapes}")
    del outputs[_MASK_OUTPUT]
    steps = [graph.Operators(i) for i in range(graph.OperatorsLength())]
    maker = {made: i for i, step in enumerate(steps) for made in step.OutputsAsNumpy().tolist()}
    needed = _needed(
        [maker[each] for each in outputs], lambda i: steps[i].InputsAsNumpy().tolist(), maker
    )
    _rewrite(changed, graph, _OUTPUTS_FIELD, lambda place: outputs)
    # A list of tables holds how far away each lies from its own place in the list.
    places = [steps[i]._tab.Pos for i in sorted(needed)]
    _rewrite(
        changed,
        graph,
        _OPERATORS_FIELD,
        lambda begin: [place - (begin + 4 * i) for i, place in enumerate(places)],
    )
    return bytes(changed)


_OUTPUTS_FIELD, _OPERATORS_FIELD = 8, 10  # of a SubGraph, in TFLite's schema


def _rewrite(model: bytearray, graph: Any, field: int, numbers: Any) -> None:
    """numbers(begin): what stands from there on in the graph's list, be it fewer than before."""
    table = graph._tab
    begin = table.Vector(table.Offset(field))
    new = numbers(begin)
    struct.pack_into(f"<I{len(new)}i", model, begin - 4, len(new), *new)
