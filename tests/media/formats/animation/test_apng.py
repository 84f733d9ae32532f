"""Animated PNG in and out. Pillow, which reads and writes the format too, is the other side."""

import io
import struct
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from media.errors import LimitExceeded, SourceError
from media.formats import png
from media.formats.animation import apng
from media.formats.animation.compositor import CLEAR, LEAVE, OVER, REVERT, SOURCE, Frame
from media.formats.source import MAX_FRAMES, open_source
from media.geometry import Box
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

MANY = 100_000_000
RED, BLUE, NOTHING = (255, 0, 0, 255), (0, 0, 255, 128), (0, 0, 0, 0)
DELAYS = [80, 90, 100, 110]


def stills(count: int = 4, *, alpha: bool = False) -> list[Image.Image]:
    source = pictures.cut_out() if alpha else pictures.colours()
    return [Image.fromarray(np.roll(source.numpy(), 3 * index, axis=1)) for index in range(count)]


def saved(frames: list[Image.Image], **options: Any) -> bytes:
    body = io.BytesIO()
    options = {"duration": DELAYS[: len(frames)], "loop": 3, **options}
    frames[0].save(body, "PNG", save_all=True, append_images=frames[1:], **options)
    return body.getvalue()


def opened(body: bytes) -> tuple[list[np.ndarray], list[int], int]:
    """Frames as RGBA, delays in milliseconds, how often it plays, as Pillow sees it."""
    image = Image.open(io.BytesIO(body))
    frames, delays = [], []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        frames.append(np.asarray(image.convert("RGBA")))
        delays.append(round(image.info.get("duration", 0)))
    return frames, delays, image.info.get("loop", -1)


def patch(color: tuple[int, ...], box: Box, disposal: int = LEAVE, blend: int = SOURCE) -> tuple[Frame, bytes]:
    body = pyvips.Image.black(box.width, box.height, bands=4).copy(interpretation="srgb") + list(color)
    return Frame(box, 100, disposal, blend), bytes(body.cast("uchar").write_to_buffer(".png"))


def frames_of(body: bytes) -> tuple[Frame, ...]:
    animation = apng.parse(body)
    assert animation is not None
    return animation.frames


@pytest.mark.parametrize("alpha", [False, True])
def test_every_frame_goes_through_the_steps(alpha: bool) -> None:
    frames = stills(alpha=alpha)
    result = rendered(saved(frames), step("fit", width="30"), step("negate"))
    seen, delays, plays = opened(result.body)
    assert (result.format_name, delays, plays) == ("png", DELAYS, 3)
    for frame, shown in zip(frames, seen, strict=True):
        still = io.BytesIO()
        frame.save(still, "PNG")
        expected = rendered(still.getvalue(), step("fit", width="30"), step("negate"), output=Output(("png",)))
        assert np.abs(opened(expected.body)[0][0].astype(int) - shown).max() <= 1


def test_written_frames_are_exactly_those_that_were_read() -> None:
    frames = stills(alpha=True)
    seen, _, _ = opened(rendered(saved(frames), output=Output(animated=True)).body)
    for frame, shown in zip(frames, seen, strict=True):
        assert np.array_equal(np.asarray(frame), shown)


#: source suffix or apng, output → format and frames of the result
CHOICES = [
    (".gif", Output(("png",)), "png", 1),
    (".gif", Output(("png",), animated=True), "png", 4),
    (".webp", Output(("png",), animated=True), "png", 4),
    (".gif", Output(("jpg",), animated=True), "jpg", 1),
    (".gif", Output(animated=True), "gif", 4),
    (".gif", Output(("avif", "webp", "jpg")), "webp", 4),
    (".gif", Output(("avif", "jpg")), "jpg", 1),
    (".gif", Output(("jpg", "png")), "jpg", 1),
    (".gif", Output(("avif", "jpg"), animated=True), "png", 4),
    ("apng", Output(), "png", 4),
    ("apng", Output(("png",)), "png", 4),
    ("apng", Output(("webp",)), "webp", 4),
    ("apng", Output(("gif",)), "gif", 4),
    ("apng", Output(("jpg",)), "jpg", 1),
    ("apng", Output(("avif", "jpg")), "png", 4),
    ("apng", Output(("png",), palette=True, quality=50, progressive=True), "png", 4),
]


@pytest.mark.parametrize(("source", "output", "name", "frames"), CHOICES)
def test_png_moves_where_it_is_asked_to_or_the_source_does(source: str, output: Output, name: str, frames: int) -> None:
    body = saved(stills()) if source == "apng" else pictures.animation(source)
    result = rendered(body, step("fit", width="50"), output=output)
    assert (result.format_name, open_source(result.body, max_pixels=MANY).info.frames) == (name, frames)


#: What a first red frame, then a half transparent blue one on its right half, leave on the left and on the right.
WHOLE, RIGHT = Box(0, 0, 4, 2), Box(2, 0, 2, 2)
DRAWN = [
    (LEAVE, SOURCE, [RED, RED], [RED, BLUE]),
    (LEAVE, OVER, [RED, RED], [RED, (127, 0, 128, 255)]),
    (CLEAR, SOURCE, [RED, RED], [NOTHING, BLUE]),
    (CLEAR, OVER, [RED, RED], [NOTHING, BLUE]),
    (REVERT, OVER, [RED, RED], [NOTHING, BLUE]),
    (7, SOURCE, [RED, RED], [RED, BLUE]),
    (LEAVE, 9, [RED, RED], [RED, BLUE]),
]


@pytest.mark.parametrize(("disposal", "blend", "first", "second"), DRAWN)
def test_frames_are_laid_over_each_other(
    disposal: int, blend: int, first: list[tuple[int, ...]], second: list[tuple[int, ...]]
) -> None:
    body = apng.joined([patch(RED, WHOLE, disposal), patch(BLUE, RIGHT, LEAVE, blend)], 2, 0)
    assert seen(body) == [first, second]


def test_a_frame_is_taken_back() -> None:
    parts = [patch(RED, WHOLE), patch(BLUE, RIGHT, REVERT), patch(BLUE, Box(0, 0, 1, 1))]
    assert seen(apng.joined(parts, 3, 0)) == [[RED, RED], [RED, BLUE], [BLUE, RED]]


def seen(body: bytes) -> list[list[tuple[int, ...]]]:
    """The leftmost and the rightmost pixel of every frame."""
    picture = open_source(body, max_pixels=MANY).pixels()
    opaque = [frame if frame.hasalpha() else frame.bandjoin(255) for frame in picture.frames]
    return [[tuple(int(value) for value in frame(x, 0)) for x in (0, 3)] for frame in opaque]


@pytest.mark.parametrize("disposal", [LEAVE, CLEAR, REVERT])
def test_what_pillow_disposes_of_is_read_alike(disposal: int) -> None:
    body = saved(stills(alpha=True), disposal=disposal)
    again, delays, _ = opened(rendered(body, output=Output(animated=True)).body)
    assert delays == DELAYS
    for expected, shown in zip(stills(alpha=True), again, strict=True):
        assert np.array_equal(np.asarray(expected), shown)


def test_an_image_that_stands_in_for_the_animation_is_no_frame() -> None:
    stand_in, *moving = stills(4)
    body = saved([stand_in, *moving], default_image=True, duration=100)
    frames, _, _ = opened(rendered(body).body)
    assert open_source(body, max_pixels=MANY).info.frames == len(frames) == 3
    assert np.array_equal(frames[0][..., :3], np.asarray(moving[0]))


@pytest.mark.parametrize(("pages", "numbers"), [("3", [2]), ("2;4", [1, 3]), ("2-", [1, 2, 3])])
def test_frames_are_chosen_by_number(pages: str, numbers: list[int]) -> None:
    frames, _, _ = opened(rendered(saved(stills()), step("page", page=pages), output=Output(("png",))).body)
    assert len(frames) == len(numbers)
    for shown, number in zip(frames, numbers, strict=True):
        assert np.array_equal(shown[..., :3], np.asarray(stills()[number]))


@pytest.mark.parametrize("kind", ["palette", "grey", "one bit"])
def test_other_kinds_of_pixels_are_read(kind: str) -> None:
    modes = {"palette": "P", "grey": "L", "one bit": "1"}
    body = saved([frame.convert(modes[kind]) for frame in stills()])
    frames, _, _ = opened(rendered(body, step("fit", width="60")).body)
    for expected, shown in zip(opened(body)[0], frames, strict=True):
        assert np.abs(expected.astype(int) - shown).max() <= 1


def test_only_what_changes_is_written() -> None:
    frames = stills(1) * 3
    frames[2] = frames[2].copy()
    frames[2].putpixel((7, 5), (1, 2, 3))
    body = apng.joined([patch(RED, WHOLE), patch(RED, WHOLE), patch(RED, WHOLE)], 3, 0)
    again = rendered(body, output=Output(animated=True)).body
    assert [frame.box for frame in frames_of(again)] == [WHOLE, Box(0, 0, 1, 1), Box(0, 0, 1, 1)]
    boxes = [frame.box for frame in frames_of(rendered(saved(frames, duration=100)).body)]
    assert boxes[-1] == Box(7, 5, 1, 1)


def test_long_delays_are_kept_to_a_tenth_of_a_second() -> None:
    parts = [patch(RED, WHOLE), (Frame(RIGHT, 70_040), patch(BLUE, RIGHT)[1])]
    assert [frame.delay for frame in frames_of(apng.joined(parts, 2, 0))] == [100, 70_000]


def with_count(body: bytes, count: int) -> bytes:
    return body.replace(struct.pack(">II", 4, 3), struct.pack(">II", count, 3), 1)


def test_all_frames_count_for_the_limit_before_any_is_decoded() -> None:
    body = saved(stills())
    assert open_source(body, max_pixels=60 * 40 * 4).info.frames == 4
    with pytest.raises(LimitExceeded, match="60×40×4"):
        open_source(body, max_pixels=60 * 40 * 4 - 1)
    huge = body.replace(struct.pack(">II", 60, 40), struct.pack(">II", 9000, 9000))
    with pytest.raises(LimitExceeded, match="9000×9000×4"):
        open_source(huge, max_pixels=MANY)


def test_a_flood_of_frames_is_refused() -> None:
    with pytest.raises(LimitExceeded, match=f"{MAX_FRAMES + 1} frames"):
        open_source(saved([Image.new("RGBA", (1, 1), (n % 256, n // 256, 0, 255)) for n in range(MAX_FRAMES + 1)],
                          duration=10), max_pixels=MANY)  # fmt: skip


def without(kind: bytes, body: bytes) -> bytes:
    place = body.rindex(kind) - 4
    length = int.from_bytes(body[place : place + 4])
    return body[:place] + body[place + length + 12 :]


WHOLE_BODY = saved(stills())
BROKEN = {
    "fewer frames than promised": with_count(WHOLE_BODY, 9),
    "a frame without pixels": without(b"fdAT", WHOLE_BODY),
    "a frame without a size": without(b"fcTL", WHOLE_BODY),
    "no end": WHOLE_BODY[:-12],
    "half a file": WHOLE_BODY[: len(WHOLE_BODY) // 2],
    "half the last frame": WHOLE_BODY[:-400],
    "a frame outside": apng.joined([patch(RED, WHOLE), patch(RED, Box(3, 0, 2, 2))], 2, 0),
    "a flood of chunks": WHOLE_BODY[:-12] + b"\0\0\0\0aaAa\0\0\0\0" * (png.MAX_CHUNKS + 1) + WHOLE_BODY[-12:],
    "garbled pixels": WHOLE_BODY[:-60] + bytes(40) + WHOLE_BODY[-20:],
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_animation_is_a_source_error(kind: str) -> None:
    with pytest.raises(SourceError):
        rendered(BROKEN[kind], step("fit", width="9"))


def test_more_frames_than_promised_are_left_alone() -> None:
    assert open_source(with_count(WHOLE_BODY, 2), max_pixels=MANY).info.frames == 2
    assert len(opened(rendered(with_count(WHOLE_BODY, 2)).body)[0]) == 2


def test_a_turned_animation_ends_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    result = rendered(saved([frame.rotate(90, expand=True) for frame in stills()], exif=exif), step("fit", width="60"))
    frames, _, _ = opened(result.body)
    assert (result.width, result.height) == (60, 40)
    assert np.array_equal(frames[1][..., :3], np.asarray(stills()[1]))
