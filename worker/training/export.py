"""Checkpoint → the bundled ONNX file: `python -m worker.training.export RUN.pt worker/weights/cutout.onnx`.

The graph takes the photograph as it is, uint8 RGB `N,3,S,S` (S any multiple of 32), and answers `saliency`, float
`N,1,S/2,S/2` in 0…1, and `classes`, logits `N,21,S/8,S/8` in the order of PASCAL VOC. It computes in float32; weights
are stored in float16 and widened once, when the file is opened.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from worker.training.initial import load_weights
from worker.training.network import CutoutNetwork

OPSET = 18
LARGEST_BYTES = 10_000_000
TRACED_SIDE = 320
CHECKED_SHAPES = ((1, 256), (3, 320), (2, 384))  # batch, side
LARGEST_DIFFERENCE, LARGEST_ROUNDING = 2e-3, 5e-2  # of any answer: of the graph, and of weights in float16
FAR_SIDES = (0, 0, 1, 1)  # ONNX order: top, left, bottom, right
ORIGIN = (
    "Trained for Cutout (Apache-2.0). Class head of TensorFlow DeepLabv3 MobileNetV2 PASCAL VOC (Apache-2.0), the rest "
    "initialised from it. See MODEL_CARD.md beside this file."
)


class PhotographToMaps(nn.Module):
    """The trained network with normalisation before it and the saliency sigmoid after it."""

    def __init__(self, network: CutoutNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, photo: Tensor) -> tuple[Tensor, Tensor]:
        saliency, classes = self.network(photo.float() / 127.5 - 1)
        return saliency.sigmoid(), classes


def export(network: CutoutNetwork, path: Path) -> None:
    model = PhotographToMaps(network).eval()
    example = torch.zeros(1, 3, TRACED_SIDE, TRACED_SIDE, dtype=torch.uint8)
    with warnings.catch_warnings():
        # The tracing exporter is called old; the new one needs a further package and writes the same graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["photo"],
            output_names=["saliency", "classes"],
            dynamic_axes={
                "photo": {0: "batch", 2: "height", 3: "width"},
                "saliency": {0: "batch", 2: "half_height", 3: "half_width"},
                "classes": {0: "batch", 2: "eighth_height", 3: "eighth_width"},
            },
        )
    written = onnx.load(str(path))
    written.doc_string = ORIGIN
    fold_padding(written.graph)
    onnx.save(written, str(path))
    check(model, path, LARGEST_DIFFERENCE)
    halve_weights(written.graph)
    onnx.checker.check_model(written)
    onnx.save(written, str(path))
    check(model, path, LARGEST_ROUNDING)
    if path.stat().st_size > LARGEST_BYTES:
        raise SystemExit(f"{path} must be at most {LARGEST_BYTES} bytes, is {path.stat().st_size}")


def fold_padding(graph: onnx.GraphProto) -> None:
    """Let stride-2 convolutions pad their far sides themselves; `Pad` nodes took a fifth of the time."""
    padded = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Pad"}
    for node in graph.node:
        if node.op_type == "Conv" and node.input[0] in padded:
            node.input[0] = padded[node.input[0]]
            next(attribute for attribute in node.attribute if attribute.name == "pads").ints[:] = FAR_SIDES
    drop_unused(graph)


def drop_unused(graph: onnx.GraphProto) -> None:
    """Remove the nodes whose answers are not read, last first."""
    wanted = {output.name for output in graph.output}
    for node in reversed(list(graph.node)):
        if wanted.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            wanted.update(node.input)


def halve_weights(graph: onnx.GraphProto) -> None:
    """Store convolutions' weights in float16 behind a `Cast`, which onnxruntime computes once, when it loads."""
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.ndim == 4:
            wide, half = tensor.name, f"{tensor.name}.half"
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), half))
            graph.node.insert(0, onnx.helper.make_node("Cast", [half], [wide], to=onnx.TensorProto.FLOAT))


def check(model: PhotographToMaps, path: Path, largest_difference: float) -> None:
    """The file answers as the network does, whatever the batch and size."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for count, side in CHECKED_SHAPES:
        photo = np.random.default_rng(side).integers(0, 256, (count, 3, side, side), np.uint8)
        with torch.no_grad():
            expected = model(torch.from_numpy(photo))
        for got, wanted in zip(session.run(None, {"photo": photo}), expected, strict=True):
            difference = float(np.abs(got - wanted.numpy()).max())
            if got.shape != tuple(wanted.shape) or difference > largest_difference:
                raise SystemExit(f"{path} at {side} px must answer as the network does, differs by {difference}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="checkpoint of worker.training.train, or bare weights")
    parser.add_argument("onnx", type=Path)
    asked = parser.parse_args()
    network = CutoutNetwork()
    load_weights(network, asked.run)
    export(network, asked.onnx)
    print(f"{asked.onnx}: {asked.onnx.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
