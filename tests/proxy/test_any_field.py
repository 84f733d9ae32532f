"""Whatever stands in the fields of an API is understood or refused with a sentence, in linear time."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import RequestError
from media.geometry import Size
from proxy.dialects.background_remover import schema as background_remover
from proxy.dialects.background_remover.vocabulary import chain_of
from proxy.dialects.img_processing import schema as img_processing
from proxy.dialects.img_processing.vocabulary import compile_edit
from proxy.dialects.rembg import schema as rembg
from proxy.dialects.rembg.models import objects_of
from proxy.dialects.remove_bg import schema as remove_bg
from proxy.dialects.remove_bg.vocabulary import compile_parameters
from tests.growth import grows_linearly

SIZE = Size(96, 64)
#: What a request spends on reading its fields, with room for a busy machine.
REMOVE_BG = (
    "size", "format", "type", "type_level", "crop", "crop_margin", "scale", "position", "roi", "channels",
    "semitransparency", "shadow_type", "shadow_opacity", "add_shadow", "bg_color",
)  # fmt: skip
PIECES = [
    "%",
    "px",
    " ",
    "0",
    "1",
    "50",
    "-1",
    "1e9",
    "NaN",
    ".",
    ",",
    "#fff",
    "true",
    "rgba",
    "\0",
    "\r\n",
    "é",
    "auto",
]
words = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)


def read_remove_bg(texts: dict[str, str]) -> None:
    compile_parameters(remove_bg.parse(texts), SIZE, with_background=False)


def read_rembg(texts: dict[str, str]) -> None:
    parameters = rembg.parse(texts, "query")
    rembg.chain_of(parameters, objects_of(parameters.model, network="cutout", substitutes=True))


def read_img_processing(action: str, document: Any) -> None:
    compile_edit(action, img_processing.parse_edit(action, document), SIZE, {})


REMOVER = (
    "convert_to", "model", "alpha_matting", "alpha_fg", "alpha_bg", "alpha_erode", "alpha_base_size", "only_mask",
    "bg_type", "bg_color_value",
)  # fmt: skip


def read_background_remover(texts: dict[str, str]) -> None:
    chain_of(background_remover.parse_image(texts, background_remover.Network("cutout", substitutes=True)))
    background_remover.parse_conversion(texts)


def refusal(read: Callable[..., Any], *arguments: Any, **options: Any) -> str | None:
    """The sentence that refuses the arguments, None where they are understood; any other error is a bug."""
    try:
        read(*arguments, **options)
    except RequestError as error:
        return str(error)
    return None


@given(st.dictionaries(st.sampled_from(REMOVE_BG), words, max_size=4))
def test_remove_bg(texts: dict[str, str]) -> None:
    assert refusal(read_remove_bg, texts) != ""


@given(st.dictionaries(st.sampled_from([*rembg.PARAMETERS, "model", "extras"]), words, max_size=4))
def test_rembg(texts: dict[str, str]) -> None:
    assert refusal(read_rembg, texts) != ""


@given(st.dictionaries(st.sampled_from(REMOVER), words, max_size=4))
def test_background_remover(texts: dict[str, str]) -> None:
    assert refusal(read_background_remover, texts) != ""


FIELD_NAMES = sorted({name for fields in img_processing.FIELDS.values() for name in fields} - {"watermarks"})
DOCUMENTS = st.dictionaries(st.sampled_from([*FIELD_NAMES, "name", "else"]), values, max_size=4)


@given(st.sampled_from(sorted(set(img_processing.FIELDS) - {"watermark"})), st.one_of(values, DOCUMENTS))
def test_img_processing(action: str, document: Any) -> None:
    assert refusal(read_img_processing, action, document) != ""


LONG = 200_000
ROWS = img_processing.FIELDS.items()


@pytest.mark.parametrize("repeated", ["9", "1% ", "(", " ", "f", "1,", "[", "0.1"])
def test_a_long_text_is_refused_in_linear_time(repeated: str) -> None:
    assert grows_linearly(lambda size: refusals(repeated * size), LONG)
    assert max(len(sentence or "") for sentence in refusals("0." + repeated * LONG)) < 4000


def refusals(text: str) -> list[str | None]:
    """What every field of every API says to ``text``."""
    return [
        *(refusal(read_remove_bg, {"crop": "true", name: text}) for name in REMOVE_BG),
        *(refusal(read_rembg, {name: text}) for name in (*rembg.PARAMETERS, "model", "extras")),
        *(refusal(read_background_remover, {"convert_to": background_remover.IMAGE, name: text}) for name in REMOVER),
        *(refusal(img_processing.parse_edit, name, dict.fromkeys(row, text)) for name, row in ROWS),
        refusal(img_processing.read_body, text.encode(), says_json=True),
    ]
