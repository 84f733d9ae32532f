"""A session opens with what was asked for, or with a sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from media.config import Matting
from worker.matting.models import MODELS, ModelError, locate
from worker.matting.session import CPU, NVIDIA_DEVICE, open_session

BUNDLED = MODELS["cutout"]
SETTINGS = Matting(device="cpu")


def test_the_bundled_model_answers_with_saliency_and_classes() -> None:
    session = open_session(BUNDLED, locate("cutout", ""), SETTINGS)
    answer = session.run([np.zeros((3, BUNDLED.input_size, BUNDLED.input_size), np.uint8)])[0]
    assert session.provider == CPU
    assert answer.saliency.ndim == 2
    assert answer.saliency.min() >= 0
    assert answer.saliency.max() <= 1
    assert answer.classes is not None
    assert answer.classes.shape[0] == 21


def test_one_session_per_model_and_settings() -> None:
    path = locate("cutout", "")
    assert open_session(BUNDLED, path, SETTINGS) is open_session(BUNDLED, path, SETTINGS)


def test_batches_are_no_larger_than_configured() -> None:
    session = open_session(BUNDLED, locate("cutout", ""), replace(SETTINGS, max_batch=2))
    tensors = [np.full((3, 64, 64), shade, np.uint8) for shade in (0, 100, 200)]
    together = session.run(tensors)
    alone = [session.run([tensor])[0] for tensor in tensors]
    assert all(np.allclose(a.saliency, b.saliency, atol=1e-4) for a, b in zip(together, alone, strict=True))


FAULTS = [
    # contents of the file, row, what the sentence says
    (b"this is no network", BUNDLED, "cannot be loaded"),
    (b"", BUNDLED, "cannot be loaded"),
    (None, BUNDLED, "cannot be loaded"),
    (locate("cutout", "").read_bytes()[:100_000], BUNDLED, "cannot be loaded"),
    (locate("cutout", "").read_bytes(), replace(BUNDLED, mean=(0, 0, 0), std=(1, 1, 1)), "do not fit its row"),
]


@pytest.mark.parametrize(("contents", "row", "sentence"), FAULTS)
def test_a_broken_file_is_a_sentence_at_start(tmp_path: Path, contents: bytes | None, row, sentence: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "net.onnx"
    if contents is not None:
        path.write_bytes(contents)
    with pytest.raises(ModelError, match=sentence):
        open_session(row, path, SETTINGS)


DEVICES = [
    (Matting(device="tpu"), "must be auto, cpu or cuda"),
    (Matting(providers=("NoSuchProvider",)), "names NoSuchProvider; this onnxruntime offers"),
]


@pytest.mark.parametrize(("settings", "sentence"), DEVICES)
def test_an_unknown_device_is_a_sentence_at_start(settings: Matting, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        open_session(BUNDLED, locate("cutout", ""), settings)


@pytest.mark.skipif(NVIDIA_DEVICE.exists(), reason="this machine has an NVIDIA device, so nothing falls back")
def test_a_cuda_worker_refuses_to_run_on_the_cpu() -> None:
    with pytest.raises(ModelError, match=r"fell back to CPUExecutionProvider|offers only"):
        open_session(BUNDLED, locate("cutout", ""), Matting(device="cuda"))


def test_device_auto_says_what_it_got(caplog: pytest.LogCaptureFixture) -> None:
    open_session.cache_clear()
    with caplog.at_level("INFO"):
        session = open_session(BUNDLED, locate("cutout", ""), Matting(device="auto"))
    lines = [record.getMessage() for record in caplog.records if "runs on" in record.getMessage()]
    assert lines == [f"model cutout runs on {session.provider}, 1 threads (device: auto)"]
