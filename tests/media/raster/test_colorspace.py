"""The result in another colour space: as asked for, with its profile, or refused by name."""

import struct

import pytest
import pyvips

from media.errors import BadTransformation, NotFound
from media.language.chain import Chain, Output
from media.operations import step
from media.operations.needs import sources
from tests.media import pictures
from tests.media.rendering import rendered

PROFILE = "raw:print/coated.icc"
#: The middle of the red disc.
RED = (21, 18)


def profile_of(name: str) -> bytes:
    return bytes(pictures.colours().icc_transform(name, input_profile="srgb").get("icc-profile-data"))


def grey_profile() -> bytes:
    """The smallest profile that is one: a white point and a gamma of 2.2."""
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0233) + bytes(2)
    tags = struct.pack(">I4sII4sII", 2, b"wtpt", 156, len(white), b"kTRC", 156 + len(white), len(curve))
    body = tags + white + curve
    head = struct.pack(">I4sI4s4s4s", 128 + len(body), bytes(4), 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    rest = bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return (head + rest).ljust(128, b"\0") + body


def cmyk_jpeg(profile: bool = True) -> bytes:
    inked = pictures.colours().icc_transform("cmyk", input_profile="srgb")
    return bytes(inked.write_to_buffer(".jpg", Q=95, keep="icc" if profile else "none"))


PHOTO, CUTOUT = pictures.jpeg(), pictures.png()
#: source, output → format, interpretation and whether a profile says so
ROWS = [
    (PHOTO, Output(), "jpg", "srgb", False),
    (PHOTO, Output(color_space="srgb"), "jpg", "srgb", True),
    (CUTOUT, Output(("webp",), color_space="srgb"), "webp", "srgb", True),
    (PHOTO, Output(("gif",), color_space="srgb"), "gif", "srgb", False),
    (PHOTO, Output(color_space="cmyk"), "jpg", "cmyk", True),
    (CUTOUT, Output(("tiff",), color_space="cmyk"), "tiff", "cmyk", True),
    (PHOTO, Output(("avif", "webp", "jpg"), color_space="cmyk"), "jpg", "cmyk", True),
    (CUTOUT, Output(("avif", "webp"), color_space="cmyk"), "jpg", "cmyk", True),
    (PHOTO, Output(color_space="source_cmyk"), "jpg", "srgb", False),
    (cmyk_jpeg(), Output(), "jpg", "srgb", False),
    (cmyk_jpeg(), Output(color_space="source_cmyk"), "jpg", "cmyk", True),
    (cmyk_jpeg(profile=False), Output(color_space="source_cmyk"), "jpg", "cmyk", True),
]


@pytest.mark.parametrize(("source", "output", "name", "interpretation", "tagged"), ROWS)
def test_space_is_the_one_asked_for(
    source: bytes, output: Output, name: str, interpretation: str, tagged: bool
) -> None:
    result = rendered(source, step("limit", width="1000"), output=output)
    image = pictures.opened(result.body)
    assert (result.format_name, image.interpretation, bool(image.get_typeof("icc-profile-data"))) == (
        name, interpretation, tagged,
    )  # fmt: skip


@pytest.mark.parametrize("space", ["cmyk", "source_cmyk", PROFILE])
def test_colours_survive_the_way_there_and_back(space: str) -> None:
    for profile in ("p3", "cmyk"):
        files = {PROFILE: profile_of(profile)}
        there = rendered(cmyk_jpeg(), output=Output(("tiff",), color_space=space), layers=files)
        back = pictures.opened(rendered(there.body, output=Output(("png",))).body)
        red, green, blue = back.getpoint(*RED)
        assert red > 190
        assert max(green, blue) < 80


def test_an_uploaded_profile_is_attached() -> None:
    profile = profile_of("p3")
    result = rendered(PHOTO, output=Output(("png",), color_space=PROFILE), layers={PROFILE: profile})
    assert bytes(pictures.opened(result.body).get("icc-profile-data")) == profile


def test_a_grey_profile_gives_one_band() -> None:
    result = rendered(PHOTO, output=Output(("png",), color_space=PROFILE), layers={PROFILE: grey_profile()})
    image = pictures.opened(result.body)
    assert image.bands == 1
    assert 90 < image.getpoint(*RED)[0] < 150


@pytest.mark.parametrize(
    ("source", "output", "says"),
    [
        (CUTOUT, Output(color_space="cmyk"), "jpg, tiff, got png"),
        (PHOTO, Output(("webp",), color_space="cmyk"), "jpg, tiff, got webp"),
        (cmyk_jpeg(), Output(("avif",), color_space="source_cmyk"), "jpg, tiff, got avif"),
        (PHOTO, Output(("gif",), color_space=PROFILE), "got gif"),
    ],
)
def test_a_format_without_the_space_is_refused(source: bytes, output: Output, says: str) -> None:
    with pytest.raises(BadTransformation, match=says):
        rendered(source, output=output, layers={PROFILE: profile_of("p3")})


BROKEN = {
    "empty": b"", "a picture": PHOTO, "half of one": profile_of("cmyk")[:500],
    "of another space": profile_of("p3").replace(b"RGB ", b"Lab ", 1),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_profile_is_refused(kind: str) -> None:
    with pytest.raises(BadTransformation, match="color profile"):
        rendered(PHOTO, output=Output(color_space=PROFILE), layers={PROFILE: BROKEN[kind]})


def test_a_missing_profile_is_named() -> None:
    with pytest.raises(NotFound, match=r"print/coated.icc"):
        rendered(PHOTO, output=Output(color_space=PROFILE))


def test_the_profile_is_a_source_even_inside_a_condition() -> None:
    inside = step("when", condition="1", steps=(step("output", choices=f'{{"color_space":"{PROFILE}"}}'),))
    for chain in (Chain(output=Output(color_space=PROFILE)), Chain((inside,))):
        assert sources(chain) == (PROFILE,)
    assert sources(Chain(output=Output(color_space="cmyk"))) == ()


def test_a_picture_with_alpha_keeps_it_in_an_rgb_space() -> None:
    result = rendered(CUTOUT, output=Output(("png",), color_space=PROFILE), layers={PROFILE: profile_of("p3")})
    alpha: pyvips.Image = pictures.opened(result.body)[3]
    assert (alpha - pictures.opened(CUTOUT)[3]).abs().max() == 0
