"""A source is opened once, and a format is one row with one codec."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from media.config import Limits
from media.cutout import StoredCutout
from media.derived.cutouts import save_cutout
from media.derived.keys import concrete
from media.formats import ico, psd
from media.formats.animation import apng, gif
from media.formats.codec import not_read, not_written
from media.formats.codecs import CODECS, codec_of
from media.formats.source import open_source
from media.formats.table import FORMATS, Format, sniff
from media.isolation.children import InProcess, instead
from media.language.chain import Chain, Output
from media.operations import step
from media.records.sources import source_path
from media.render.derivation import derive, load, order_for
from media.stores.memory import MemoryStore
from tests.media import pictures
from tests.media.formats.photoshop import PaintedLayer, document
from tests.media.rendering import rendered


def written(name: str, **output: Any) -> bytes:
    return rendered(pictures.png(), output=Output((name,), **output)).body


def animated_png() -> bytes:
    return rendered(pictures.animation(".gif"), output=Output(("png",), animated=True)).body


def layered_psd() -> bytes:
    planes = [plane.numpy() for plane in pictures.colours().bandsplit()]
    return document(planes, [PaintedLayer("Sky", (200, 20, 20), (10, 0, 30, 30))])


def calls(functions: dict[str, Callable[..., Any]], work: Callable[[], object]) -> dict[str, int]:
    """How often each of ``functions`` is called, those without a call left out."""
    names = {function.__code__: name for name, function in functions.items()}  # type: ignore[attr-defined]
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in names:
            counted[names[frame.f_code]] += 1

    # What a child process would do is counted here, too.
    with instead(InProcess()):
        sys.setprofile(count)
        try:
            work()
        finally:
            sys.setprofile(None)
    return dict(counted)


COUNTED = {
    "open": open_source, "sniff": sniff, "psd": psd.parse, "apng": apng.parse, "ico": ico.largest, "gif": gif.parse,
}  # fmt: skip
ONCE = {"open": 1, "sniff": 1}
#: A source and what is called for one result of it.
OPENED: dict[str, tuple[Callable[[], bytes | StoredCutout], dict[str, int]]] = {
    "JPEG": (pictures.jpeg, ONCE),
    "GIF": (lambda: pictures.animation(".gif"), ONCE | {"gif": 1}),
    "WebP": (lambda: pictures.animation(".webp"), ONCE),
    "APNG": (animated_png, ONCE | {"apng": 1}),
    "PSD": (layered_psd, ONCE | {"psd": 1}),
    "ICO": (lambda: written("ico"), ONCE | {"ico": 1}),
    "BMP": (lambda: written("bmp"), ONCE),
    # Its two files are a source each.
    "a stored cutout": (pictures.stored_cutout, {"open": 2, "sniff": 2, "apng": 1}),
}


@pytest.mark.parametrize("output", [Output(), Output(("webp",)), Output(("jpg",))])
@pytest.mark.parametrize("kind", OPENED)
def test_a_source_is_opened_once_for_a_result(kind: str, output: Output) -> None:
    made, expected = OPENED[kind]
    source, store, steps = made(), MemoryStore(), (step("fit", width="20"), step("blur"))
    if isinstance(source, StoredCutout):
        steps = (step("background_removal"), *steps)
    order = order_for("f" * 64, concrete(Chain(steps, output)), {}, "network")
    if isinstance(source, StoredCutout):
        save_cutout(store, order.cutout_key, source)
    else:
        store.put(source_path(order.source_digest), source)

    def make() -> None:
        inputs = load(store, order)
        assert inputs is not None
        derive(order, inputs, Limits())

    assert calls(COUNTED, make) == expected


@pytest.mark.parametrize("pages", ["1", "2", "name:Sky"])
def test_a_photoshop_file_is_taken_apart_once_whatever_is_chosen(pages: str) -> None:
    source = layered_psd()
    assert calls(COUNTED, lambda: rendered(source, step("page", page=pages)))["psd"] == 1


def test_a_layer_is_opened_once_however_often_it_is_laid_on() -> None:
    source, layers = pictures.jpeg(), {"logo": layered_psd()}
    twice = [step("layer", source="logo", steps=(step("fit", width=width),)) for width in ("9", "15")]
    found = calls(COUNTED, lambda: rendered(source, *twice, layers=layers))
    assert found == {"open": 2, "sniff": 2, "psd": 1}


@pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
def test_a_row_has_the_codec_that_it_promises(row: Format) -> None:
    codec = codec_of(row)
    assert (codec.open is not_read) != row.readable
    assert (codec.write is not_written) != row.writable or row.name not in CODECS
    assert row.readable or codec.measure is not None


def test_every_codec_belongs_to_a_row() -> None:
    assert set(CODECS) <= set(FORMATS)
