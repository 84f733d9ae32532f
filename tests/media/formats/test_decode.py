"""Sources of every kind become the right picture or a sentence, never a fault of ours."""

import io

import numpy as np
import pytest
import pyvips
from PIL import Image

from media.errors import LimitExceeded, SourceError, UnsupportedFormat
from media.formats.source import open_source
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered, rendered_with

MANY = 100_000_000


def saved(image: pyvips.Image, suffix: str, **options: object) -> bytes:
    return bytes(image.write_to_buffer(suffix, **options))


def grey_alpha() -> bytes:
    return saved(pictures.colours().colourspace("b-w").bandjoin(pictures.matte()), ".png")


def sixteen_bit() -> bytes:
    return saved(pictures.cut_out().colourspace("rgb16"), ".png")


def palette() -> bytes:
    return saved(pictures.cut_out(), ".png", palette=True)


def cmyk() -> bytes:
    return saved(pictures.colours().colourspace("cmyk"), ".jpg", Q=95)


def one_bit() -> bytes:
    picture = io.BytesIO()
    Image.fromarray(pictures.matte().numpy() > 127).save(picture, "PNG")
    return picture.getvalue()


def float_tiff() -> bytes:
    return saved(pictures.colours().colourspace("scrgb"), ".tif")


def adobe_rgb() -> bytes:
    return saved(pictures.colours().icc_export(output_profile="p3"), ".jpg", Q=95)


def animated_png() -> bytes:
    return rendered(pictures.animation(".gif"), output=Output(("png",), animated=True)).body


KINDS = {
    "jpeg": pictures.jpeg, "png with alpha": pictures.png, "grey with alpha": grey_alpha, "16 bit": sixteen_bit,
    "palette": palette, "cmyk": cmyk, "one bit": one_bit, "float tiff": float_tiff, "wide gamut": adobe_rgb,
    "webp": lambda: saved(pictures.cut_out(), ".webp", lossless=True),
    "avif": lambda: saved(pictures.cut_out(), ".avif", Q=90),
    "gif": lambda: pictures.animation(".gif"), "apng": animated_png, "tiff": lambda: saved(pictures.colours(), ".tif"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_keeps_its_colours(kind: str) -> None:
    result = pictures.opened(rendered_with(KINDS[kind](), "background", color="white").body)
    assert (result.width, result.height, result.bands) == (pictures.WIDTH, pictures.HEIGHT, 3)
    red, green, blue = result.getpoint(21, 18)
    if kind in ("one bit",):
        assert red == green == blue == 255
    elif "grey" in kind:
        assert red == green == blue
    else:
        assert red > 170
        assert max(green, blue) < 90


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("width", ["16", "33"])
def test_all_orientations_end_upright(orientation: int, width: str) -> None:
    upright = np.asarray(pictures.colours(64, 40).numpy())
    turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}
    stored = upright[:, ::-1] if orientation in (2, 4, 5, 7) else upright
    stored = np.rot90(stored, turns[orientation])
    body = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(body, "JPEG", quality=95, subsampling=0, exif=exif)

    info = open_source(body.getvalue(), max_pixels=MANY).info
    result = rendered_with(body.getvalue(), "scale", width=width)
    expected = pictures.colours(64, 40).resize(int(width) / 64)
    assert (info.width, info.height) == (64, 40)
    assert (result.width, result.height) == (int(width), round(40 * int(width) / 64))
    assert abs(pictures.opened(result.body) - expected.crop(0, 0, result.width, result.height)).avg() < 6


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 500), (500, 1), (2, 2), (3, 1)])
@pytest.mark.parametrize("operation", ["fill", "pad", "fit", "thumb", "auto"])
def test_specks_and_strips_render(width: int, height: int, operation: str) -> None:
    gravity = {"gravity": "auto"} if operation in ("fill", "thumb", "auto") else {}
    result = rendered_with(pictures.png(width, height), operation, width="40", height="30", **gravity)
    assert operation == "fit" or (result.width, result.height) == (40, 30)


def test_strip_scaled_beyond_coordinates_renders() -> None:
    body = saved(pictures.colours(16_000, 1), ".png")
    result = rendered_with(body, "fill", width="1", height="8000")
    assert (result.width, result.height) == (1, 8000)


def test_fully_transparent_picture_renders() -> None:
    clear = saved(pictures.cut_out() * [1, 1, 1, 0], ".png")
    for name, arguments in {"trim": {}, "dropshadow": {}, "fill": {"width": "9", "gravity": "auto"}}.items():
        assert rendered_with(clear, name, **arguments).body


TRUNCATED = {
    "jpeg": pictures.jpeg(400, 300), "png": pictures.png(400, 300), "gif": pictures.animation(".gif"),
    "apng": animated_png(),
    "webp": saved(pictures.colours(400, 300), ".webp"), "avif": saved(pictures.colours(400, 300), ".avif"),
    "tiff": saved(pictures.colours(400, 300), ".tif"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TRUNCATED)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_source_is_a_source_error(kind: str, share: float) -> None:
    body = TRUNCATED[kind]
    with pytest.raises((SourceError, UnsupportedFormat)):
        rendered(body[: int(len(body) * share)], step("fit", width="50"))


@pytest.mark.parametrize(
    "body", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"%!PS", b"GIF", b"\x00" * 64]
)
def test_what_is_no_image_is_refused(body: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        open_source(body, max_pixels=MANY)


def test_svg_under_another_name_is_refused() -> None:
    with pytest.raises((SourceError, UnsupportedFormat)):
        rendered(b"\xff\xd8\xff" + b"<svg xmlns='http://www.w3.org/2000/svg'/>", step("fit", width="9"))


def test_size_is_judged_before_pixels_are_decoded() -> None:
    bomb = saved(pyvips.Image.black(20_000, 20_000), ".png")
    with pytest.raises(LimitExceeded, match="20000×20000"):
        open_source(bomb, max_pixels=MANY)


def test_all_frames_count_for_the_limit() -> None:
    body = pictures.animation(".gif", frames=8)
    assert open_source(body, max_pixels=MANY).info.frames == 8
    with pytest.raises(LimitExceeded):
        open_source(body, max_pixels=pictures.WIDTH * pictures.HEIGHT * 7)


def test_probe_tells_format_and_alpha() -> None:
    found = open_source(pictures.png(), max_pixels=MANY).info
    assert (found.format, found.width, found.height, found.frames, found.has_alpha) == ("png", 60, 40, 1, True)


def test_flood_of_tiny_frames_is_refused() -> None:
    # Neighbours differ, or the encoder would join them.
    values = np.arange(2001) * 97 % 256
    strip = pyvips.Image.new_from_array(np.dstack([values] * 3).reshape(2001, 1, 3).astype(np.uint8)).copy()
    strip.set_type(pyvips.GValue.gint_type, "page-height", 1)
    with pytest.raises(LimitExceeded, match="2001 frames"):
        open_source(bytes(strip.write_to_buffer(".webp", lossless=True)), max_pixels=MANY)
