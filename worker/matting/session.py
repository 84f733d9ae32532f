"""One ONNX session per model and device: opened, checked and warmed before the first job."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as native

from media.config import Matting
from media.errors import DerivationFailed
from worker.matting.models import Model, ModelError

log = logging.getLogger(__name__)

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
NVIDIA_DEVICE = Path("/dev/nvidiactl")
#: The fault classes of onnxruntime share no parent but Exception.
FAULTS = (
    native.EPFail, native.Fail, native.InvalidArgument, native.InvalidGraph, native.InvalidProtobuf,
    native.ModelLoaded, native.NoModel, native.NoSuchFile, native.NotImplemented, native.RuntimeException,
)  # fmt: skip

Tensor = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network says of one photo: ``saliency`` 0…1 (h×w), ``classes`` logits (21×h×w) or None."""

    saliency: npt.NDArray[np.float32]
    classes: npt.NDArray[np.float32] | None

    def mean_with(self, mirrored: "Answer") -> "Answer":
        """The mean of this answer and of that on the mirror image."""
        saliency = _mean(self.saliency, mirrored.saliency)
        if self.classes is None or mirrored.classes is None:
            return Answer(saliency, None)
        return Answer(saliency, _mean(self.classes, mirrored.classes))


def _mean(values: npt.NDArray[np.float32], mirrored: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray((values + mirrored[..., ::-1]) / 2, np.float32)


@dataclass(frozen=True, slots=True)
class Session:
    """A warm network. ``run`` may be called from several threads."""

    model: Model
    native: onnxruntime.InferenceSession
    provider: str
    max_batch: int

    def run(self, tensors: Sequence[Tensor]) -> list[Answer]:
        """Answers to 3×S×S ``tensors`` (see ``matter``), in batches of ``max_batch``."""
        answers: list[Answer] = []
        for start in range(0, len(tensors), self.max_batch):
            answers += self._run_batch(np.stack(tensors[start : start + self.max_batch]))
        return answers

    def _run_batch(self, batch: Tensor) -> list[Answer]:
        try:
            outputs = self.native.run(None, {self.native.get_inputs()[0].name: batch})
        except FAULTS as error:
            raise DerivationFailed(f"The network {self.model.name} failed on {batch.shape}: {error}") from error
        saliency = outputs[0][:, 0].astype(np.float32)
        if self.model.logits:
            saliency = 1 / (1 + np.exp(-saliency))
        classes = outputs[1] if self.model.classes else [None] * len(batch)
        return [Answer(*pair) for pair in zip(saliency, classes, strict=True)]


@lru_cache(maxsize=8)
def open_session(model: Model, path: Path, settings: Matting) -> Session:
    """Load ``path`` on the configured device and run it once.

    One session per model and settings: asking again gives the same one. Raises ModelError when the file is not the
    network its row describes, or when the device that was asked for is not the one that was got.
    """
    wanted = _providers(settings)
    try:
        session = onnxruntime.InferenceSession(str(path), _session_options(settings), providers=wanted)
    except FAULTS as error:
        raise ModelError(f"The weights of model {model.name} at {path} cannot be loaded: {_sentence(error)}") from error
    provider = session.get_providers()[0]
    if provider != wanted[0] and (settings.device != "auto" or settings.providers):
        raise ModelError(
            f"Model {model.name} was to run on {wanted[0]}, but onnxruntime fell back to {provider}; install what that "
            f"provider needs, or set matting.device to auto or cpu."
        )
    opened = Session(model, session, provider, _batch_limit(session, settings))
    _warm_up(opened, path)
    log.info("model %s runs on %s, %d threads (device: %s)", model.name, provider, settings.threads, settings.device)
    return opened


def _providers(settings: Matting) -> list[str]:
    offered = onnxruntime.get_available_providers()
    if settings.providers:
        unknown = set(settings.providers) - set(offered)
        if unknown:
            raise ModelError(f"matting.providers names {min(unknown)}; this onnxruntime offers {', '.join(offered)}.")
        return list(settings.providers)
    if settings.device == "cpu":
        return [CPU]
    if settings.device not in ("auto", "cuda"):
        raise ModelError(f"matting.device must be auto, cpu or cuda, got {settings.device!r}.")
    if settings.device == "cuda" and CUDA not in offered:
        raise ModelError(f"matting.device is cuda, but this onnxruntime offers only: {', '.join(offered)}.")
    # Without a device onnxruntime would try, print a page of errors, and fall back.
    if settings.device == "cuda" or (CUDA in offered and NVIDIA_DEVICE.exists()):
        onnxruntime.preload_dlls()
        return [CUDA, CPU]
    return [CPU]


def _batch_limit(session: onnxruntime.InferenceSession, settings: Matting) -> int:
    fixed = session.get_inputs()[0].shape[0]
    return fixed if isinstance(fixed, int) else max(1, settings.max_batch)


def _session_options(settings: Matting) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # With the arena a process keeps what one batch needs, 160 MB in all for one photo; without it the heap's holes made
    # that 170 to 210 MB and a tenth slower (``python -m worker.training.cost cutout FILE 416``).
    options.enable_cpu_mem_arena = True
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _warm_up(session: Session, path: Path) -> None:
    size, model = session.model.input_size, session.model
    blank = np.zeros((3, size, size), np.uint8 if model.mean is None else np.float32)
    try:
        answer = session.run([blank])[0]
    except (DerivationFailed, IndexError, ValueError) as error:
        raise ModelError(
            f"The weights of model {model.name} at {path} do not fit its row: {_sentence(error)}"
        ) from error
    if answer.saliency.ndim != 2:
        raise ModelError(f"The weights of model {model.name} at {path} give no saliency map as their first output.")


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split(" : ")[-1].split())
