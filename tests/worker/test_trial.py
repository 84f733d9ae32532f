"""A file that is added is tried on a sample first: what is wrong with it is one sentence, and nothing is registered."""

from pathlib import Path

import pytest

from media.config import Matting
from tests.worker.drawn_network import network
from worker.matting.models import WEIGHTS, Model, available, resolve
from worker.model_commands import main
from worker.trial import try_out

CONFIG = "matting: {model_dir: %s, device: cpu}"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG % (tmp_path / "models"))
    return path


ACCEPTED = [
    # what the graph does to the normalised red channel, options, fields of the row
    ("sigmoid", ("--name", "mine", "--size", "64"), {"name": "mine", "input_size": 64}),
    ("sigmoid", ("--mean", "0.5,0.5,0.5", "--std", "1,1,1"), {"mean": (0.5, 0.5, 0.5), "std": (1.0, 1.0, 1.0)}),
    ("same", ("--logits", "--licence", "MIT"), {"logits": True, "licence": "MIT"}),
    ("sigmoid", ("--stretches",), {"stretches": True, "name": "net"}),
]


@pytest.mark.parametrize(("graph", "options", "fields"), ACCEPTED)
def test_options_become_the_row_of_an_added_model(
    tmp_path: Path, config: Path, graph: str, options: tuple[str, ...], fields: dict[str, object]
) -> None:
    path = network(tmp_path / "net.onnx", graph)
    assert main(["add", str(path), "--config", str(config), *options]) == 0
    row = resolve(str(fields.get("name", "net")), tmp_path / "models")
    assert {name: getattr(row, name) for name in fields} == fields


REFUSED = [
    ("same", (), "if these are logits, add --logits"),
    ("nothing", (), "everywhere on a sample with one plain subject"),
    ("not a number", (), "no number"),
    ("sigmoid", ("--size", "31"), "must be 32..4096 pixels, got 31"),
    ("sigmoid", ("--mean", "none"), "given together"),
    ("sigmoid", ("--std", "1,0,1"), "greater than 0"),
    ("sigmoid", ("--name", "../net"), "letters, digits"),
    ("sigmoid", ("--name", "u2net"), "belongs to a model of the table"),
    ("fixed", ("--size", "96"), "do not fit its row"),
    ("damaged", (), "cannot be loaded"),
]


@pytest.mark.parametrize(("graph", "options", "sentence"), REFUSED)
def test_a_file_that_a_sample_refutes_is_refused_in_one_sentence_and_leaves_nothing(
    tmp_path: Path,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    graph: str,
    options: tuple[str, ...],
    sentence: str,
) -> None:
    path = network(tmp_path / "net.onnx", graph)
    assert main(["add", str(path), "--config", str(config), *options]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert [entry.model.name for entry in available(tmp_path / "models") if entry.path] == ["cutout"]
    assert not list((tmp_path / "models").glob("*"))


def test_the_bundled_network_finds_the_samples_subject() -> None:
    row = Model("own", "cutout.onnx", "Apache-2.0", input_size=416, mean=None, std=None, classes=True)
    assert try_out(row, WEIGHTS / "cutout.onnx", Matting(device="cpu")) > 0.8
