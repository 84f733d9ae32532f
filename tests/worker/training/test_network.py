"""The network that is trained, its way into the bundled file and back. Needs the extra ``train``."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
onnx = pytest.importorskip("onnx", reason="training needs the extra `train`")

from worker.training.dataset import jitter  # noqa: E402
from worker.training.export import export  # noqa: E402
from worker.training.initial import load_weights, norms, refill_norms  # noqa: E402
from worker.training.network import SHARED_STAGES, CutoutNetwork  # noqa: E402
from worker.training.train import Training  # noqa: E402


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


def test_file_of_the_time_when_the_heads_shared_stages_answers_as_before(
    network: CutoutNetwork, tmp_path: Path
) -> None:
    before = CutoutNetwork()
    before.load_state_dict(network.state_dict())
    for own, shared in zip(before.saliency_stages, before.trunk.stages[SHARED_STAGES:], strict=True):
        own.load_state_dict(shared.state_dict())
    export(before, tmp_path / "before.onnx")
    graph = onnx.load(tmp_path / "before.onnx")
    names = {tensor.name for tensor in graph.graph.initializer}
    assert not any("saliency_stages" in name for name in names), "equal weights are stored once, as the trunk's"
    back = CutoutNetwork()
    load_weights(back, tmp_path / "before.onnx")
    photos = torch.rand(1, 3, 64, 64) * 2 - 1
    for got, wanted in zip(answers(back, photos), answers(before, photos), strict=True):
        assert torch.allclose(got, wanted, atol=1e-4)


def test_varied_photographs_lose_no_white_on_white() -> None:
    torch.manual_seed(4)
    white = jitter(torch.full((64, 3, 2, 2), 240.0))
    torch.manual_seed(4)
    whiter = jitter(torch.full((64, 3, 2, 2), 255.0))
    assert (whiter > white).all()
    assert -1 <= white.min() <= whiter.max() <= 1
