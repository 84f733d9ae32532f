"""Layers are brackets: what stands between declaration and placement acts on the layer alone."""

import json
from typing import Any

import pytest

from media.errors import BadTransformation, NotFound, UnsupportedOperation
from media.language.chain import Step
from media.operations import format_steps
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.syntax import grammar
from proxy.dialects.cloudinary.syntax.sources import file_source_of, source_of
from tests.proxy.cloudinary.vectors import read_tsv, read_yaml

ROWS = read_yaml("cloudinary_layers.yaml")


def steps_of(text: str) -> tuple[Step, ...]:
    return vocabulary.compile(grammar.parse(text), current="image/upload/sample").chain.steps


def shape(steps: tuple[Step, ...]) -> list[Any]:
    """Operation names, a layer as ``[source, its steps]``."""
    return [[each["source"], shape(each["steps"])] if each.operation == "layer" else each.operation for each in steps]


@pytest.mark.parametrize("row", ROWS["shapes"], ids=lambda row: row[0])
def test_brackets_enclose_what_is_written(row: list[Any]) -> None:
    assert shape(steps_of(row[0])) == row[1]


@pytest.mark.parametrize("texts", ROWS["same"], ids=lambda texts: texts[0])
def test_spellings_of_one_layer_are_one_chain(texts: list[str]) -> None:
    first, *others = [format_steps(steps_of(text)) for text in texts]
    assert all(other == first for other in others)


@pytest.mark.parametrize("row", ROWS["arguments"], ids=lambda row: row[0])
def test_placement_has_its_arguments(row: list[Any]) -> None:
    [[_, arguments]] = json.loads(json.dumps(format_steps(steps_of(row[0]))))
    assert {name: arguments.get(name) for name in row[1]} == row[1]


@pytest.mark.parametrize("row", read_tsv("cloudinary_sources.tsv"), ids=lambda row: row["layer"])
def test_layer_source_is_read(row: dict[str, str]) -> None:
    assert source_of(row["layer"]) == row["source"]


@pytest.mark.parametrize("text", ["..:ours.ttf", "fonts::ours.ttf", "a\0.ttf"])
def test_bad_font_file_is_refused(text: str) -> None:
    with pytest.raises(BadTransformation, match="public id"):
        file_source_of(text)


@pytest.mark.parametrize("text", ["", "..", "a:..:b", "fetch:%%%", "fetch:!!", "fetch:aGVsbG8\0", "docs:", ":a"])
def test_bad_layer_source_is_refused(text: str) -> None:
    with pytest.raises((BadTransformation, NotFound)):
        source_of(text)


@pytest.mark.parametrize(
    "text",
    ["l_video:dog", "l_subtitles:a.srt", "l_text:ours.woff2_30:a"],
)
def test_what_cannot_be_a_layer_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnsupportedOperation, match=r"layer|woff2"):
        steps_of(text)


def test_layers_nest_only_so_deep() -> None:
    with pytest.raises(BadTransformation, match="nest at most"):
        steps_of("l_a/" * 20 + "fl_layer_apply/" * 20)


@pytest.mark.parametrize("row", ROWS["text"], ids=lambda row: row[0])
def test_text_has_its_style_and_words(row: list[Any]) -> None:
    layer = steps_of(row[0])[-1]
    name, arguments = json.loads(json.dumps(format_steps(layer["steps"])))[0]
    assert name == "text"
    assert {name: arguments.get(name) for name in row[1]} == row[1]


@pytest.mark.parametrize(
    "text",
    [
        "l_text:Arial_20_sideways:a",
        "l_text:Arial_0:a",
        "l_text:Arial_20_stroke:a,bo_wide",
        "l_text:Arial_20:" + "a" * 3000,
    ],
)
def test_bad_text_layer_is_refused(text: str) -> None:
    with pytest.raises(BadTransformation):
        steps_of(text)
