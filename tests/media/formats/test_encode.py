"""The format that can hold the picture, written as asked."""

import pytest
import pyvips

from media.errors import LimitExceeded, UnsupportedFormat
from media.formats.source import open_source
from media.formats.table import FORMATS, sniff
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

WRITABLE = [row.name for row in FORMATS.values() if row.writable and row.readable]


@pytest.mark.parametrize("name", WRITABLE)
def test_every_writable_format_is_written_and_read_back(name: str) -> None:
    result = rendered(pictures.png(), step("fit", width="50"), output=Output((name,)))
    row = sniff(result.body)
    assert row is FORMATS[name]
    assert result.format_name == name
    assert open_source(result.body, max_pixels=10**6).first_frame().hasalpha() == row.alpha
    assert rendered(result.body, step("fit", width="10")).width == 10


def test_unknown_format_is_refused_with_the_list() -> None:
    with pytest.raises(UnsupportedFormat, match="jpg, png, webp"):
        rendered(pictures.png(), output=Output(("xyz",)))


PHOTO, CUTOUT, OPAQUE_PNG = pictures.jpeg(), pictures.png(), bytes(pictures.colours().write_to_buffer(".png"))
ANIMATION = pictures.animation(".gif")
#: source, output → format
CHOICES = [
    (PHOTO, Output(), "jpg"),
    (CUTOUT, Output(), "png"),
    (PHOTO, Output(("avif", "webp", "jpg")), "avif"),
    (CUTOUT, Output(("jpg", "png")), "png"),
    (OPAQUE_PNG, Output(("jpg", "png")), "jpg"),
    (OPAQUE_PNG, Output(("jpg", "png"), preserve_transparency=True), "png"),
    (ANIMATION, Output(("avif", "webp", "jpg")), "webp"),
    (CUTOUT, Output(("jpg",)), "jpg"),
    (OPAQUE_PNG, Output(("png",), lossy=True), "jpg"),
    (CUTOUT, Output(("png",), lossy=True), "png"),
    (PHOTO, Output(("jpg", "jpg")), "jpg"),
    (CUTOUT, Output(("jpg", "jpg")), "png"),
]


@pytest.mark.parametrize(("source", "output", "expected"), CHOICES)
def test_first_candidate_that_holds_the_picture(source: bytes, output: Output, expected: str) -> None:
    assert rendered(source, output=output).format_name == expected


def test_large_pictures_are_not_sent_to_the_slow_encoder() -> None:
    result = rendered(PHOTO, step("scale", width="3000", height="1400"), output=Output(("avif", "webp")))
    assert result.format_name == "webp"


#: Formats with the longest side that they hold.
SIDES = [(row.name, row.max_side) for row in FORMATS.values() if row.max_side and row.writable]


def strip(width: int) -> bytes:
    return bytes(pyvips.Image.black(width, 2, bands=3).copy(interpretation="srgb").write_to_buffer(".png"))


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_a_side_longer_than_the_format_holds_is_a_sentence(name: str, side: int) -> None:
    assert rendered(strip(side), output=Output((name,))).width == side
    with pytest.raises(LimitExceeded, match=f"{name} holds sides of at most {side} pixels, got {side + 1}×2"):
        rendered(strip(side + 1), output=Output((name,)))


def test_of_several_formats_one_that_holds_the_side_is_chosen() -> None:
    assert rendered(strip(16_384), output=Output(("webp", "avif", "jpg"))).format_name == "avif"
    assert rendered(strip(16_385), output=Output(("avif", "webp", "jpg"))).format_name == "jpg"


@pytest.mark.parametrize("name", ["gif", "webp", "png"])
def test_brightness_alone_is_written_of_every_frame(name: str) -> None:
    result = rendered(ANIMATION, output=Output((name,), grayscale=True, animated=True))
    for frame in open_source(result.body, max_pixels=10**6).pixels().frames:
        assert max((frame[0] - frame[band]).abs().max() for band in (1, 2)) <= 1


@pytest.mark.parametrize("name", ["jpg", "webp", "avif"])
def test_automatic_levels_get_smaller_step_by_step(name: str) -> None:
    source = pictures.jpeg(400, 300)
    sizes = [
        len(rendered(source, output=Output((name,), f"auto:{level}")).body) for level in ("best", "good", "eco", "low")
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert len(rendered(source, output=Output((name,), "auto")).body) == sizes[1]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".avif"])
def test_metadata_is_stripped_unless_asked_for(suffix: str) -> None:
    image = pictures.colours().icc_export(output_profile="srgb").copy()
    image.set_type(pyvips.GValue.blob_type, "xmp-data", b"<x:xmpmeta/>")
    source = bytes(image.write_to_buffer(suffix))
    plain = pictures.opened(rendered(source).body)
    kept = pictures.opened(rendered(source, output=Output(keep_profile=True, keep_metadata=True)).body)
    assert not plain.get_typeof("icc-profile-data")
    assert not plain.get_typeof("xmp-data")
    assert kept.get_typeof("icc-profile-data")
    assert kept.get_typeof("xmp-data")


def test_chroma_and_interlacing_are_written_as_asked() -> None:
    full = pictures.opened(rendered(PHOTO, output=Output(chroma="444", progressive=True)).body)
    plain = pictures.opened(rendered(PHOTO, output=Output(chroma="420")).body)
    assert full.get("jpeg-chroma-subsample") == "4:4:4"
    assert plain.get("jpeg-chroma-subsample") == "4:2:0"
    assert full.get_typeof("interlaced")
    assert not plain.get_typeof("interlaced")


@pytest.mark.parametrize("name", ["png", "jpg"])
def test_a_grey_output_is_written_as_one_band(name: str) -> None:
    body = rendered(pictures.png(), step("show_matte"), output=Output((name,), grayscale=True)).body
    assert pictures.opened(body).bands == 1


def test_lossy_flag_makes_lossless_formats_smaller() -> None:
    for source, name in ((CUTOUT, "png"), (ANIMATION, "gif")):
        plain = rendered(source, step("scale", width="200"), output=Output((name,)))
        lossy = rendered(source, step("scale", width="200"), output=Output((name,), lossy=True))
        assert lossy.format_name == name
        assert len(lossy.body) < len(plain.body)
