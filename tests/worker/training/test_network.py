"""The network that is trained, its way into the bundled file and back. Needs the extra ``train``."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
onnx = pytest.importorskip("onnx", reason="training needs the extra `train`")

from worker.training.composites import composite, with_bystander  # noqa: E402
from worker.training.export import export  # noqa: E402
from worker.training.initial import load_weights, norms, refill_norms  # noqa: E402
from worker.training.network import CutoutNetwork  # noqa: E402
from worker.training.samples import Sample  # noqa: E402
from worker.training.train import Training  # noqa: E402

PERSON = 15


@pytest.fixture(scope="module")
def network() -> CutoutNetwork:
    """Untrained, its norms filled as training would."""
    torch.manual_seed(1)
    made = CutoutNetwork()
    refill_norms(made, torch.rand(4, 3, 64, 64) * 2 - 1)
    return made.eval()


def answers(network: CutoutNetwork, x: "torch.Tensor") -> list["torch.Tensor"]:
    with torch.no_grad():
        return list(network.eval()(x))


def test_network_answers_at_half_and_eighth_of_any_size(network: CutoutNetwork) -> None:
    saliency, classes = answers(network, torch.zeros(2, 3, 64, 96))
    assert saliency.shape == (2, 1, 32, 48)
    assert classes.shape == (2, 21, 8, 12)


def test_network_comes_back_from_its_exported_file(network: CutoutNetwork, tmp_path: Path) -> None:
    export(network, tmp_path / "network.onnx")
    back = CutoutNetwork()
    load_weights(back, tmp_path / "network.onnx")
    photos = torch.rand(3, 3, 64, 64) * 2 - 1
    expected = answers(network, photos)
    for got, wanted in zip(answers(back, photos), expected, strict=True):
        assert torch.allclose(got, wanted, atol=1e-4)
    refill_norms(back, photos)
    for got, wanted in zip(answers(back, photos), expected, strict=True):
        assert torch.allclose(got, wanted, atol=1e-4), "statistics and weights undo each other"
    assert all(module.running_var.min() >= 0 for _, module in norms(back))


def test_exported_weights_are_stored_in_half_the_bytes(network: CutoutNetwork, tmp_path: Path) -> None:
    export(network, tmp_path / "network.onnx")
    weights = [tensor for tensor in onnx.load(tmp_path / "network.onnx").graph.initializer if len(tensor.dims) == 4]
    assert {tensor.data_type for tensor in weights} == {onnx.TensorProto.FLOAT16}


def test_training_leaves_alone_how_things_are_called_and_the_first_stages() -> None:
    training = Training(torch.device("cpu"))
    training.start()
    learning = {id(weight) for group in training.optimizer.param_groups for weight in group["params"]}
    held = {name.split(".")[0] for name, weight in training.network.named_parameters() if id(weight) not in learning}
    assert held == {"trunk", "class_context", "classes"}
    assert id(training.network.trunk.stages[-1][0].project.weight) in learning


def one_person(shade: int) -> Sample:
    """64×64: a person of one shade in the middle of black."""
    mask = np.zeros((64, 64), np.float32)
    mask[8:56, 16:48] = 1
    classes = np.zeros((8, 8, 21), np.float32)
    classes[..., 0] = 1
    classes[1:7, 2:6, 0], classes[1:7, 2:6, PERSON] = 0, 1
    return Sample(np.repeat(mask[..., None], 3, 2) * shade, mask, classes, 1.0, 1.0)


def an_empty_street() -> Sample:
    classes = np.zeros((8, 8, 21), np.float32)
    classes[..., 0] = 1
    return Sample(np.full((64, 64, 3), 90, np.float32), np.zeros((64, 64), np.float32), classes, 1.0, 1.0)


def test_bystander_is_a_person_but_not_the_subject() -> None:
    street = with_bystander(an_empty_street(), one_person(250), np.random.default_rng(2))
    assert street.photo.max() > 150
    assert street.classes[..., PERSON].max() > 0.9
    assert street.saliency.max() == 0
    whole = composite(one_person(10), street, np.random.default_rng(2))
    assert whole.saliency.mean() == pytest.approx(48 * 32 / 64**2, abs=0.08)
