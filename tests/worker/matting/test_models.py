"""The table, and the way weights come to this machine."""

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from worker.matting.models import MODELS, WEIGHTS, ModelError, add, available, locate, pull, resolve

PUBLISHED = b"weights as published"


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[str]:
    """A publisher of ``net.onnx``; gives its address."""
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "net.onnx").write_bytes(PUBLISHED)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def registered(model_dir: Path, **fields: object) -> None:
    model_dir.mkdir(exist_ok=True)
    row = {"name": "net", "file": "net.onnx", "licence": "MIT", **fields}
    (model_dir / "net.json").write_text(json.dumps(row))


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_model_is_bundled_or_published_with_a_checksum(model) -> None:  # type: ignore[no-untyped-def]
    assert model.licence
    assert model.input_size % 32 == 0
    assert (model.mean is None) == (model.std is None)
    if not model.url:
        assert (WEIGHTS / model.file).is_file()
    else:
        assert model.url.startswith("https://")
        algorithm, _, value = model.checksum.partition(":")
        assert len(bytes.fromhex(value)) == hashlib.new(algorithm).digest_size


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_pulled_weights_are_found_afterwards(tmp_path: Path, publisher: str, algorithm: str) -> None:
    checksum = f"{algorithm}:{hashlib.new(algorithm, PUBLISHED).hexdigest()}"
    registered(tmp_path / "models", url=f"{publisher}/net.onnx", checksum=checksum)
    seen: list[tuple[int, int]] = []
    pull("net", tmp_path / "models", lambda so_far, total: seen.append((so_far, total)))
    assert locate("net", tmp_path / "models").read_bytes() == PUBLISHED
    assert seen[-1] == (len(PUBLISHED), len(PUBLISHED))


@pytest.mark.parametrize(
    ("path", "checksum", "sentence"),
    [("net.onnx", "md5:" + "0" * 32, "are refused"), ("gone.onnx", "md5:" + "0" * 32, "could not be fetched")],
)
def test_wrong_or_missing_weights_leave_nothing_behind(
    tmp_path: Path, publisher: str, path: str, checksum: str, sentence: str
) -> None:
    registered(tmp_path / "models", url=f"{publisher}/{path}", checksum=checksum)
    with pytest.raises(ModelError, match=sentence):
        pull("net", tmp_path / "models")
    assert [file.name for file in (tmp_path / "models").iterdir()] == ["net.json"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("u2net", "cutout models pull u2net"), ("nonsense", "no model called 'nonsense'; known are: cutout, u2netp")],
)
def test_missing_weights_are_one_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        locate(name, tmp_path)


def test_the_bundled_model_cannot_be_pulled(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no published address"):
        pull("cutout", tmp_path)


def test_an_added_file_becomes_a_model(tmp_path: Path) -> None:
    mine = tmp_path / "mine.onnx"
    mine.write_bytes(b"own weights")
    row = add(mine, tmp_path / "models", input_size=512)
    assert resolve("mine", tmp_path / "models") == row
    assert locate("mine", tmp_path / "models").read_bytes() == b"own weights"
    assert row.checksum == f"sha256:{hashlib.sha256(b'own weights').hexdigest()}"
    assert [entry.model.name for entry in available(tmp_path / "models") if entry.path] == ["cutout", "mine"]


def test_a_file_cannot_take_the_name_of_a_model_of_the_table(tmp_path: Path) -> None:
    mine = tmp_path / "mine.onnx"
    mine.write_bytes(b"own weights")
    with pytest.raises(ModelError, match="belongs to a model of the table"):
        add(mine, tmp_path, "u2net")
