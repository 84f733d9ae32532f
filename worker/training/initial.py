"""Weights to begin with: a checkpoint, or the bundled network itself as an ONNX file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from worker.training.network import DILATED_STAGE, SHARED_STAGES, CutoutNetwork

EXPORTED_PREFIX = "network."


def load_weights(network: CutoutNetwork, path: Path) -> None:
    """A checkpoint of `train.py` (its running average), bare weights, or an exported `.onnx` file."""
    if path.suffix == ".onnx":
        load_exported(network, path)
    else:
        state: dict[str, Any] = torch.load(path, map_location="cpu")
        network.load_state_dict(state.get("average", state))


def load_exported(network: CutoutNetwork, path: Path) -> None:
    """What `export.py` wrote. Batch norms come back empty, folded into the convolutions: see `refill_norms`."""
    graph = onnx.load(str(path)).graph
    arrays = _arrays(graph)
    state = network.state_dict()
    stored = {name.removeprefix(EXPORTED_PREFIX): array for name, array in arrays.items()}
    stored |= _parted(stored)
    state |= {name: array for name, array in stored.items() if name in state}
    for node in graph.node:
        if node.op_type == "Conv" and "::" in node.input[1]:
            convolution = node.name.split("/")[-2]
            norm = _following(convolution)
            state |= {f"{convolution}.weight": arrays[node.input[1]], f"{norm}.bias": arrays[node.input[2]]}
            state |= {f"{norm}.weight": torch.ones_like(state[f"{norm}.weight"])}
    network.load_state_dict(state)
    for _, module in norms(network):
        module.running_mean.zero_()
        module.running_var.fill_(1 - module.eps)


@torch.no_grad()
def refill_norms(network: CutoutNetwork, photos: Tensor) -> None:
    """Give folded batch norms the statistics of `photos` (`N,3,H,W`, -1…1) and weights that undo them.

    The network answers as before; in training, if a norm looks at its batch, it now answers nearly so too.
    """
    seen: dict[nn.BatchNorm2d, tuple[Tensor, Tensor]] = {}

    def look(module: nn.Module, inputs: tuple[Tensor]) -> None:
        if isinstance(module, nn.BatchNorm2d):
            seen[module] = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3))

    hooks = [module.register_forward_pre_hook(look) for _, module in norms(network)]
    network.eval()(photos)
    for hook in hooks:
        hook.remove()
    for module, (mean, variance) in seen.items():
        module.bias.add_(mean)
        module.weight.copy_((variance + module.eps).sqrt())
        module.running_mean.copy_(mean)
        module.running_var.copy_(variance)
    network.train()


def norms(network: nn.Module) -> Iterator[tuple[str, Any]]:
    return ((name, module) for name, module in network.named_modules() if isinstance(module, nn.BatchNorm2d))


def _parted(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Saliency's own stages from the trunk's, for a file of the time when the heads shared them."""
    own = "saliency_stages."
    if any(name.startswith(own) for name in stored):
        return {}
    parted: dict[str, Tensor] = {}
    for number in range(SHARED_STAGES, DILATED_STAGE):
        shared = f"trunk.stages.{number}."
        names = [name for name in stored if name.startswith(shared)]
        parted |= {f"{own}{number - SHARED_STAGES}.{name.removeprefix(shared)}": stored[name] for name in names}
    return parted


def _following(name: str) -> str:
    """The next module of the same sequence: of `decode_8.0.2` it is `decode_8.0.3`."""
    parent, number = name.rsplit(".", 1)
    return f"{parent}.{int(number) + 1}"


def _arrays(graph: onnx.GraphProto) -> dict[str, Tensor]:
    """Every stored tensor by its name; weights are stored halved, equal ones once, under others stands where."""
    arrays = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]].float()
    return arrays
