"""The networks Cutout can run: one row each, the bundled one and those fetched from their publishers.

Third-party weights are never redistributed with Cutout: `cutout models pull NAME` fetches the published file and
refuses it when its checksum differs, `cutout models add FILE` registers a file of your own.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx

WEIGHTS = Path(__file__).parent.parent / "weights"
RELEASE = "https://github.com/danielgatis/rembg/releases/download/v0.0.0"
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
CHUNK_BYTES = 1 << 20
LEAST_SIDE, LARGEST_SIDE = 32, 4096
NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
PULL_TIMEOUT_SECONDS = 60.0

Progress = Callable[[int, int], None]


class ModelError(Exception):
    """A sentence for the operator: which model, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """A network: where its weights come from, and what it takes and gives.

    ``checksum`` is ``sha256:…`` or, if the publisher gives no better one, ``md5:…``.

    ``input_size`` is the square side in pixels that the photo is squeezed into. ``mean`` and ``std`` normalise
    rgb/255; both None if the graph takes uint8. ``logits`` saliency needs a sigmoid. ``stretches`` says that
    the network's answer is scaled to its own minimum and maximum (never on an empty scene, see ``maps``).
    ``classes`` says that a second output holds logits of the 21 PASCAL VOC classes.
    """

    name: str
    file: str
    licence: str
    url: str = ""
    checksum: str = ""
    input_size: int = 320
    mean: tuple[float, float, float] | None = IMAGENET_MEAN
    std: tuple[float, float, float] | None = IMAGENET_STD
    logits: bool = False
    stretches: bool = False
    classes: bool = False


_UNIT_STD = (1.0, 1.0, 1.0)
_ROWS = (
    Model("cutout", "cutout.onnx", "Apache-2.0", input_size=416, mean=None, std=None, classes=True),
    Model(
        "u2netp", "u2netp.onnx", "Apache-2.0", f"{RELEASE}/u2netp.onnx",
        "md5:8e83ca70e441ab06c318d82300c84806", stretches=True,
    ),
    Model(
        "u2net", "u2net.onnx", "Apache-2.0", f"{RELEASE}/u2net.onnx",
        "md5:60024c5c889badc19c04ad937298a77b", stretches=True,
    ),
    Model(
        "u2net_human_seg", "u2net_human_seg.onnx", "Apache-2.0", f"{RELEASE}/u2net_human_seg.onnx",
        "md5:c09ddc2e0104f800e3e1bb4652583d1f", stretches=True,
    ),
    Model(
        "silueta", "silueta.onnx", "Apache-2.0", f"{RELEASE}/silueta.onnx",
        "md5:55e59e0d8062d2f5d013f4725ee84782", stretches=True,
    ),
    Model(
        "isnet-general-use", "isnet-general-use.onnx", "Apache-2.0", f"{RELEASE}/isnet-general-use.onnx",
        "md5:fc16ebd8b0c10d971d3513d564d01e29", input_size=1024, std=_UNIT_STD, stretches=True,
    ),
    Model(
        "isnet-anime", "isnet-anime.onnx", "Apache-2.0", f"{RELEASE}/isnet-anime.onnx",
        "md5:6f184e756bb3bd901c8849220a83e38e", input_size=1024, std=_UNIT_STD, stretches=True,
    ),
    Model(
        "birefnet-general-lite", "birefnet-general-lite.onnx", "MIT",
        f"{RELEASE}/BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
        "md5:4fab47adc4ff364be1713e97b7e66334", input_size=1024, logits=True,
    ),
    Model(
        "birefnet-general", "birefnet-general.onnx", "MIT", f"{RELEASE}/BiRefNet-general-epoch_244.onnx",
        "md5:7a35a0141cbbc80de11d9c9a28f52697", input_size=1024, logits=True,
    ),
    Model(
        "birefnet-portrait", "birefnet-portrait.onnx", "MIT", f"{RELEASE}/BiRefNet-portrait-epoch_150.onnx",
        "md5:c3a64a6abf20250d090cd055f12a3b67", input_size=1024, logits=True,
    ),
)  # fmt: skip
MODELS: dict[str, Model] = {row.name: row for row in _ROWS}


@dataclass(frozen=True, slots=True)
class Availability:
    model: Model
    path: Path | None
    """Where the weights lie; None until they are pulled."""


def resolve(name: str, model_dir: str | Path) -> Model:
    """The row called ``name``: of the table, or registered in ``model_dir`` by :func:`add`."""
    if name in MODELS:
        return MODELS[name]
    row = _directory(model_dir) / f"{name}.json"
    if not row.is_file():
        known = ", ".join(entry.model.name for entry in available(model_dir))
        raise ModelError(f"There is no model called {name!r}; known are: {known}.")
    return _read_row(row)


def locate(name: str, model_dir: str | Path) -> Path:
    """The weights of ``name``. Raises ModelError when they are unknown or not on this machine."""
    model = resolve(name, model_dir)
    path = _path(model, model_dir)
    if path.is_file():
        return path
    if not model.url:
        raise ModelError(f"The weights of model {name} are missing: expected them at {path}.")
    raise ModelError(f"The weights of model {name} are not here ({path}); fetch them with `cutout models pull {name}`.")


def available(model_dir: str | Path) -> list[Availability]:
    """Every known model, the table's first, then those registered in ``model_dir``."""
    directory = _directory(model_dir)
    registered = [_read_row(row) for row in sorted(directory.glob("*.json"))]
    rows = [*MODELS.values(), *(row for row in registered if row.name not in MODELS)]
    paths = [_path(model, model_dir) for model in rows]
    return [Availability(model, path if path.is_file() else None) for model, path in zip(rows, paths, strict=True)]


def pull(name: str, model_dir: str | Path, progress: Progress | None = None) -> Path:
    """Download the published weights; ``progress`` gets bytes so far and in all (0 when unknown).

    The file appears under its name only when it is whole and its checksum is the published one.
    """
    model = resolve(name, model_dir)
    if not model.url:
        raise ModelError(f"Model {name} has no published address; it comes with Cutout or was added by hand.")
    try:
        with httpx.stream("GET", model.url, follow_redirects=True, timeout=PULL_TIMEOUT_SECONDS) as response:
            response.raise_for_status()
            total = int(response.headers.get("Content-Length", 0))
            return _store(model, model_dir, response.iter_bytes(CHUNK_BYTES), total, progress)
    except httpx.HTTPError as error:
        raise ModelError(f"Model {name} could not be fetched from {model.url}: {error}.") from error


def own(path: str | Path, name: str = "", **fields: object) -> Model:
    """The row of weights of your own, not registered yet; ``fields`` overrides its defaults (``input_size`` …).

    Raises ModelError if the file is missing, the name cannot be taken, or a field is out of range.
    """
    source = Path(path)
    if not source.is_file():
        raise ModelError(f"There is no file {source} to add.")
    name = name or source.stem
    if name in MODELS:
        raise ModelError(f"The name {name!r} belongs to a model of the table; choose another with --name.")
    if not re.fullmatch(NAME, name):
        raise ModelError(f"A model's name has letters, digits, '-', '_' and '.', got {name!r}; choose one with --name.")
    digest = f"sha256:{_digest(source, 'sha256')}"
    return _within_range(_row({"name": name, "file": f"{name}.onnx", "licence": "own", **fields, "checksum": digest}))


def _within_range(model: Model) -> Model:
    if not LEAST_SIDE <= model.input_size <= LARGEST_SIDE:
        raise ModelError(f"A network's side must be {LEAST_SIDE}..{LARGEST_SIDE} pixels, got {model.input_size}.")
    if (model.mean is None) != (model.std is None):
        raise ModelError("Mean and std are given together, or both are none.")
    if model.std is not None and min(model.std) <= 0:
        raise ModelError(f"Every std must be greater than 0, got {min(model.std)}.")
    return model


def add(path: str | Path, model_dir: str | Path, name: str = "", **fields: object) -> Model:
    """Register weights of your own as :func:`own` describes them: a copy of the file, and its row as JSON beside it."""
    source, model = Path(path), own(path, name, **fields)
    with source.open("rb") as stream:
        _store(model, model_dir, iter(lambda: stream.read(CHUNK_BYTES), b""), source.stat().st_size, None)
    (_directory(model_dir) / f"{model.name}.json").write_text(json.dumps(asdict(model), indent=2))
    return model


def _store(model: Model, model_dir: str | Path, chunks: Iterable[bytes], total: int, progress: Progress | None) -> Path:
    path = _path(model, model_dir)
    algorithm, _, expected = model.checksum.partition(":")
    # MD5 guards against damage, not against forgery; some publishers give nothing else.
    checksum = hashlib.new(algorithm, usedforsecurity=False)
    partial = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=".partial", delete=False) as stream:
            partial, received = stream.name, 0
            for chunk in chunks:
                stream.write(chunk)
                checksum.update(chunk)
                received += len(chunk)
                if progress:
                    progress(received, total)
        if checksum.hexdigest() != expected:
            raise ModelError(
                f"The weights of model {model.name} are refused: their {algorithm} is {checksum.hexdigest()}, "
                f"the published one is {expected}."
            )
        Path(partial).replace(path)
    except OSError as error:
        raise ModelError(f"The weights of model {model.name} cannot be written to {path}: {error.strerror}.") from error
    finally:
        if partial:
            Path(partial).unlink(missing_ok=True)
    return path


def _directory(model_dir: str | Path) -> Path:
    if str(model_dir):
        return Path(model_dir).expanduser()
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "cutout" / "models"


def _path(model: Model, model_dir: str | Path) -> Path:
    bundled = model.name in MODELS and not model.url
    return (WEIGHTS if bundled else _directory(model_dir)) / model.file


def _read_row(path: Path) -> Model:
    try:
        return _row(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise ModelError(f"The model row {path} cannot be read: {error}.") from error


def _row(values: dict[str, object]) -> Model:
    triples = {key: tuple(value) for key in ("mean", "std") if isinstance(value := values.get(key), list)}
    try:
        return Model(**{**values, **triples})  # type: ignore[arg-type]
    except TypeError as error:
        raise ModelError(f"The row of model {values.get('name')!r} has an unknown field: {error}.") from error


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
