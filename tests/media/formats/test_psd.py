"""Photoshop files: the merged picture, layers by number and by name, and a sentence for everything else."""

import dataclasses

import numpy as np
import pytest
import pyvips

from media.errors import BadTransformation, LimitExceeded, SourceError, UnsupportedFormat
from media.formats.source import open_source
from media.language.chain import Output
from media.operations import step
from media.operations.page import PagesKind
from tests.media import pictures
from tests.media.formats.photoshop import (
    CMYK,
    GREY,
    LAB,
    PACKED,
    PREDICTED,
    RAW,
    ZIPPED,
    PaintedLayer,
    document,
    end_of_group,
    start_of_group,
)  # fmt: skip
from tests.media.rendering import rendered

MANY = 100_000_000
RED, GREEN, BLUE = (200, 20, 20), (20, 200, 20), (20, 20, 200)
#: In the middle of the left, the right and of both rectangles, and beside them.
LEFT, RIGHT, BOTH, NOWHERE = (5, 20), (45, 20), (25, 20), (58, 2)
CLEAR = (0, 0, 0, 0)
WIDE, LATE = (10, 0, 30, 30), (10, 20, 30, 50)


def planes(image: pyvips.Image | None = None) -> list[np.ndarray]:
    values = np.asarray((pictures.colours() if image is None else image).numpy())
    return [np.ascontiguousarray(values[..., band]) for band in range(values.shape[2])]


LAYERS = (
    PaintedLayer("Sky", RED, WIDE),
    start_of_group(),
    PaintedLayer("Möwe 鳥", GREEN, LATE, opacity=128),
    end_of_group("Birds"),
    PaintedLayer("empty"),
)
LAYERED = document(planes(), LAYERS)


def pixel(body: bytes, pages: str, place: tuple[int, int]) -> tuple[int, ...]:
    result = rendered(body, step("page", page=pages), output=Output(("png",)))
    found = pictures.opened(result.body)
    assert (found.width, found.height) == (pictures.WIDTH, pictures.HEIGHT)
    return tuple(int(value) for value in found.getpoint(*place))


@pytest.mark.parametrize("packing", [RAW, PACKED])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_merged_picture_is_read(packing: int, depth: int) -> None:
    body = document(planes(), packing=packing, depth=depth)
    assert abs(open_source(body, max_pixels=MANY).first_frame() - pictures.colours()).max() == 0


MODES = {
    GREY: (planes()[:1], lambda: pictures.colours()[0].colourspace("srgb")),
    CMYK: (
        planes((255 - pictures.colours().colourspace("cmyk")).cast("uchar")),
        lambda: pictures.colours().colourspace("cmyk").colourspace("srgb"),
    ),
    LAB: (
        planes((pictures.colours().colourspace("lab") * [2.55, 1, 1] + [0, 128, 128]).rint().cast("uchar")),
        pictures.colours,
    ),
}


@pytest.mark.parametrize("mode", MODES)
def test_every_colour_mode_becomes_srgb(mode: int) -> None:
    stored, expected = MODES[mode]
    found = open_source(document(stored, mode=mode), max_pixels=MANY).first_frame()
    assert found.bands == 3
    assert abs(found - expected()).avg() < 1.5


def test_a_palette_is_looked_up() -> None:
    palette = bytes(range(256)) + bytes(reversed(range(256))) + bytes([7] * 256)
    found = open_source(document(planes()[:1], mode=2, palette=palette), max_pixels=MANY).first_frame()
    red = pictures.colours().getpoint(5, 5)[0]
    assert found.getpoint(5, 5) == [red, 255 - red, 7]


def test_a_profile_is_obeyed() -> None:
    wide = pictures.colours().icc_export(output_profile="p3")
    body = document(planes(wide), resources={1039: bytes(wide.get("icc-profile-data"))})
    expected = open_source(bytes(wide.write_to_buffer(".png")), max_pixels=MANY).first_frame()
    assert abs(open_source(body, max_pixels=MANY).first_frame() - expected).max() == 0


def test_white_under_a_transparent_picture_is_taken_out() -> None:
    source = pictures.cut_out()
    on_white = [*planes(source.flatten(background=255).cast("uchar")), planes(source)[3]]
    body = document(on_white, LAYERS, has_alpha=True)
    opened = open_source(body, max_pixels=MANY)
    found = opened.first_frame()
    assert (opened.info.has_alpha, found.bands) == (True, 4)
    assert abs(found.flatten(background=0) - source.flatten(background=0)).max() <= 2


def test_a_fourth_channel_that_is_no_alpha_is_left_out() -> None:
    body = document([*planes(), planes()[0]])
    source = open_source(body, max_pixels=MANY)
    assert (source.info.has_alpha, source.first_frame().bands) == (False, 3)


@pytest.mark.parametrize(
    ("pages", "place", "expected"),
    [
        ("2", LEFT, (*RED, 255)),
        ("2", RIGHT, CLEAR),
        ("3", RIGHT, (*GREEN, 128)),
        ("3", LEFT, CLEAR),
        ("2-3", LEFT, (*RED, 255)),
        ("2-3", BOTH, (110, 110, 20, 255)),
        ("2;3", NOWHERE, CLEAR),
        ("name:Sky", LEFT, (*RED, 255)),
        ("name:Möwe 鳥", RIGHT, (*GREEN, 128)),
        ("name:Birds", RIGHT, (*GREEN, 128)),
        ("name:Möwe 鳥;Sky", BOTH, (110, 110, 20, 255)),
    ],
)
def test_layers_stand_at_their_place_over_each_other(
    pages: str, place: tuple[int, int], expected: tuple[int, ...]
) -> None:
    assert np.abs(np.subtract(pixel(LAYERED, pages, place), expected)).max() <= 1


@pytest.mark.parametrize("pages", ["1", "1;2", "1-", "all"])
def test_page_one_is_the_merged_picture(pages: str) -> None:
    assert pixel(LAYERED, pages, (21, 18)) == tuple(pictures.colours().getpoint(21, 18))


@pytest.mark.parametrize("packing", [RAW, PACKED, ZIPPED, PREDICTED])
@pytest.mark.parametrize("depth", [8, 16])
def test_layers_of_every_packing_and_depth(packing: int, depth: int) -> None:
    body = document(planes(), LAYERS, depth=depth, packing=packing)
    assert pixel(body, "name:Sky", LEFT) == (*RED, 255)
    assert pixel(body, "3", RIGHT) == (*GREEN, 128)


#: A layer over a red one, where both are → what is seen there.
DRAWN = {
    "a group's opacity counts": (
        (start_of_group(), PaintedLayer("a", BLUE, WIDE), end_of_group("g", opacity=64)), "2", LEFT, (*BLUE, 64),
    ),
    "alpha counts": ((PaintedLayer("a", BLUE, WIDE, alpha=51),), "2", LEFT, (*BLUE, 51)),
    "no alpha is opaque": ((PaintedLayer("a", BLUE, WIDE, alpha=None),), "2", LEFT, (*BLUE, 255)),
    "a mask hides": ((PaintedLayer("a", BLUE, WIDE, mask=((0, 0, 40, 10), 0, 255)),), "2", LEFT, CLEAR),
    "a mask shows": ((PaintedLayer("a", BLUE, WIDE, mask=((0, 0, 40, 10), 0, 255)),), "2", (20, 20), (*BLUE, 255)),
    "outside the mask": ((PaintedLayer("a", BLUE, WIDE, mask=((0, 0, 40, 10), 255, 0)),), "2", (20, 20), CLEAR),
    "over the edge": ((PaintedLayer("a", BLUE, (-30, -20, 25, 900)),), "2", LEFT, (*BLUE, 255)),
    "off the canvas": ((PaintedLayer("a", BLUE, (500, 500, 510, 510)),), "2", LEFT, CLEAR),
    "multiplied": (
        (PaintedLayer("a", RED, WIDE), PaintedLayer("b", BLUE, WIDE, blend="mul ")), "2-3", LEFT, (16, 2, 16, 255),
    ),
    "alone, blending has nothing to meet": (
        (PaintedLayer("a", RED, WIDE), PaintedLayer("b", BLUE, WIDE, blend="hue ")), "3", LEFT, (*BLUE, 255),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DRAWN)
def test_a_layer_is_drawn_as_photoshop_would(kind: str) -> None:
    layers, pages, place, expected = DRAWN[kind]
    # A second, far layer keeps "all pages" from meaning the merged picture.
    body = document(planes(), (*layers, PaintedLayer("far", GREEN, (38, 58, 40, 60))))
    found = pixel(body, pages, place)
    assert found[3] == 0 if expected == CLEAR else np.abs(np.subtract(found, expected)).max() <= 1


REFUSED = {
    "name:Sea": "must be a layer of this source .Birds, Möwe 鳥, Sky., got Sea",
    "name:sky": "got sky",
    "name:empty": "got empty",
    "9": "page must be 1..3 here, got 9",
}


@pytest.mark.parametrize("pages", REFUSED)
def test_a_layer_that_is_not_there_is_named(pages: str) -> None:
    with pytest.raises(BadTransformation, match=REFUSED[pages]):
        pixel(LAYERED, pages, LEFT)


@pytest.mark.parametrize("source", [pictures.jpeg(), pictures.animation(".gif"), document(planes())])
def test_a_source_without_layers_has_none_with_a_name(source: bytes) -> None:
    with pytest.raises(BadTransformation, match="name:Sky needs a Photoshop file with layers"):
        pixel(source, "name:Sky", LEFT)


@pytest.mark.parametrize(
    ("change", "reason"), [({"blend": "hue "}, "b is blended as hue"), ({"clipped": True}, "b is clipped by another")]
)
def test_what_is_not_drawn_is_said(change: dict[str, object], reason: str) -> None:
    above = dataclasses.replace(PaintedLayer("b", BLUE, WIDE), **change)
    body = document(planes(), (PaintedLayer("a", RED, WIDE), above, PaintedLayer("c", RED, WIDE)))
    with pytest.raises(BadTransformation, match=reason):
        pixel(body, "name:a;b", LEFT)


@pytest.mark.parametrize("text", ["name:Sky", "name:Sky;Möwe 鳥;Sky copy 2", "name:a:b", "2;3", "1-3;5;7-"])
def test_pages_have_one_text(text: str) -> None:
    kind = PagesKind()
    assert kind.format(kind.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["name:", "name:a;", "name:;a", "name:" + "x" * 256, "name:" + "a;" * 100 + "a", "Sky"]
)
def test_names_are_bounded(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        PagesKind().parse(text)


def test_size_is_judged_before_pixels_are_decoded() -> None:
    body = LAYERED[:14] + (30_000).to_bytes(4) * 2 + LAYERED[22:]
    with pytest.raises(LimitExceeded, match="30000×30000"):
        open_source(body, max_pixels=MANY)


@pytest.mark.parametrize(
    "layer", [PaintedLayer("a", RED, (0, 0, 9, 9)), PaintedLayer("a", RED, (0, 0, 9, 9), mask=((0, 0, 9, 9), 255, 0))]
)
def test_a_layer_larger_than_its_file_is_not_decoded(layer: PaintedLayer) -> None:
    body = document(planes(), (layer,))
    huge = body.replace((9).to_bytes(4), (2_000_000_000).to_bytes(4))
    assert huge != body
    with pytest.raises(LimitExceeded, match="chosen layers have"):
        open_source(huge, max_pixels=MANY).pixels(pages=(2,))


def test_a_file_without_merged_picture_says_so() -> None:
    body = document(planes(), LAYERS, resources={1057: bytes(5)})
    with pytest.raises(SourceError, match="maximize compatibility"):
        open_source(body, max_pixels=MANY).first_frame()
    assert pixel(body, "2", LEFT) == (*RED, 255)


@pytest.mark.parametrize(("place", "value"), [(25, 7), (25, 0), (23, 32), (23, 1), (13, 2)])
def test_kinds_that_are_not_read_are_named(place: int, value: int) -> None:
    with pytest.raises(UnsupportedFormat, match="grey, RGB, CMYK and Lab of 8 or 16"):
        open_source(LAYERED[:place] + bytes([value]) + LAYERED[place + 1 :], max_pixels=MANY)


@pytest.mark.parametrize("share", [0.005, 0.02, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("packing", [RAW, PACKED])
def test_truncated_source_is_refused(share: float, packing: int) -> None:
    body = document(planes(), LAYERS, packing=packing)
    with pytest.raises(SourceError):
        open_source(body[: int(len(body) * share)], max_pixels=MANY).first_frame()


@pytest.mark.parametrize("depth", [8, 16])
def test_any_damaged_byte_gives_a_picture_or_a_sentence(depth: int) -> None:
    body = document(planes(pictures.colours(8, 8)), LAYERS, depth=depth, packing=ZIPPED)
    for place in range(6, 600, 3):
        for value in (0, 255):
            damaged = body[:place] + bytes([value]) + body[place + 1 :]
            try:
                source = open_source(damaged, max_pixels=1_000_000)
                source.first_frame()
                source.pixels(pages=tuple(range(2, source.info.pages + 1)))
            except (SourceError, LimitExceeded, UnsupportedFormat, BadTransformation):
                continue
