"""GIFs as browsers show them: rows of letters in gif_cases, and what is decoded for them."""

import numpy as np
import pytest

from media.errors import LimitExceeded, SourceError
from media.formats.animation import gif
from media.formats.animation.compositor import pixels_of
from media.formats.source import MAX_FRAMES, Source, open_source
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.formats.animation import gif_cases
from tests.media.formats.animation.gif_cases import (
    ALL_R,
    BACKGROUND,
    CASES,
    DOT,
    FULL_R,
    MIDDLE,
    PREVIOUS,
    G,
    control,
    full,
    letters,
    part,
)
from tests.media.formats.test_source import calls
from tests.media.rendering import rendered

MANY = 100_000_000


def opened(body: bytes) -> Source:
    return open_source(body, max_pixels=MANY)


def shown(source: Source, *pages: int) -> tuple[str, ...]:
    return tuple(letters(pixels_of(frame)) for frame in source.pixels(pages=pages).frames)


@pytest.mark.parametrize("name", CASES)
def test_a_gif_is_shown_as_in_a_browser(name: str) -> None:
    case = CASES[name]
    source = opened(case.body)
    picture = source.pixels()
    assert shown(source) == case.frames
    assert (picture.loop, source.info.frames) == (case.plays, len(case.frames))
    assert not case.delays or picture.delays == case.delays
    rows = case.frames[0].split("/")
    assert (source.info.width, source.info.height) == (len(rows[0]), len(rows))


@pytest.mark.parametrize("name", CASES)
def test_each_frame_alone_is_what_it_is_among_all(name: str) -> None:
    source = opened(CASES[name].body)
    for number, expected in enumerate(CASES[name].frames, 1):
        assert shown(source, number) == (expected,)
    assert letters(pixels_of(source.first_frame())) == CASES[name].frames[0]


@pytest.mark.parametrize("name", CASES)
def test_what_shows_through_is_known_by_the_header(name: str) -> None:
    if any("." in frame for frame in CASES[name].frames):
        assert opened(CASES[name].body).info.has_alpha


#: What browsers do with the third frame of a logo that is cleared, in formats that move: the middle is transparent.
@pytest.mark.parametrize("name", ["gif", "webp", "png"])
def test_what_is_cleared_stays_transparent_in_what_is_written(name: str) -> None:
    body = gif_cases.gif(control(), FULL_R, control(BACKGROUND), MIDDLE, control(), DOT)
    result = rendered(body, output=Output((name,), 100, animated=True))
    third = opened(result.body).pixels().frames[2]
    assert (third[3].numpy() == np.array([[255, 0, 0, 255], [255, 255, 255, 255]])).all()


def test_delays_and_repetitions_are_written_again() -> None:
    body = gif_cases.gif(gif_cases.repeated(5), control(delay=0), FULL_R, control(delay=7), full(G))
    for name in ("gif", "webp", "png"):
        picture = opened(rendered(body, output=Output((name,), animated=True)).body).pixels()
        assert (picture.loop, picture.delays) == (6, (100, 70))


@pytest.mark.parametrize(("page", "count"), [(1, 1), (2, 2), (3, 2), (5, 1), (6, 2)])
def test_only_what_is_seen_is_decoded(page: int, count: int) -> None:
    source = opened(gif_cases.gif(control(), FULL_R, control(PREVIOUS), MIDDLE, DOT, DOT, full(G), DOT))
    assert calls({"decoded": gif.alone}, lambda: source.pixels(pages=(page,))) == {"decoded": count}


def test_pages_are_chosen() -> None:
    body = gif_cases.gif(control(), FULL_R, control(BACKGROUND), MIDDLE, control(), DOT)
    result = rendered(body, step("page", page="2;3"), output=Output(("gif",)))
    assert shown(opened(result.body)) == ("RGGR/RRRR", "R..R/BRRR")


WHOLE = gif_cases.gif(control(), FULL_R, control(BACKGROUND), MIDDLE, control(), DOT)
BROKEN = {
    "no end": WHOLE[:-1],
    "half a frame": WHOLE[:-8],
    "half a control": WHOLE[:-26],
    "half a table": WHOLE[:17],
    "half a screen": WHOLE[:9],
    "no frames": gif_cases.gif(control()),
    "no size": gif_cases.gif(part(0, 0, 0, 0, []), width=0, height=0),
    "a block of no kind": gif_cases.gif(FULL_R, b"\0", DOT),
    "a table of its own cut off": gif_cases.gif(part(0, 0, 4, 1, 1, table=gif_cases.TABLE))[:-12],
    "garbled pixels": WHOLE.replace(gif_cases.compressed([0] * 8, 2), b"\x02\x03\xff\xff\xff\0"),
    "a flood of empty frames": gif_cases.gif(*[part(0, 0, 0, 0, [])] * (gif.MAX_PARTS + 1)),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_gif_is_a_source_error(kind: str) -> None:
    with pytest.raises(SourceError):
        opened(BROKEN[kind]).pixels()


@pytest.mark.parametrize("length", range(6, len(WHOLE)))
def test_a_gif_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(SourceError):
        opened(WHOLE[:length])


def test_all_frames_count_for_the_limit_and_large_ones_by_their_own_size() -> None:
    body = gif_cases.gif(FULL_R, DOT, DOT)
    assert open_source(body, max_pixels=4 * 2 * 3).pixels()
    with pytest.raises(LimitExceeded, match="4×2×3"):
        open_source(body, max_pixels=4 * 2 * 3 - 1)
    beyond = open_source(gif_cases.gif(FULL_R, part(0, 0, 600, 100, G)), max_pixels=1000)
    with pytest.raises(LimitExceeded, match="60008 pixels"):
        beyond.first_frame()


def test_too_many_frames_are_refused() -> None:
    with pytest.raises(LimitExceeded, match=f"{MAX_FRAMES + 1} frames"):
        opened(gif_cases.gif(*[DOT] * (MAX_FRAMES + 1)))


def test_many_kinds_of_pictures_come_back_as_they_were() -> None:
    """What libvips writes, with its own differences between frames, is what it was."""
    body = pictures.animation(".gif", frames=12)
    strip = pictures.opened(body, "n=-1").numpy()[..., :3]
    found = [pixels_of(frame)[..., :3] for frame in opened(body).pixels().frames]
    assert np.array_equal(np.concatenate(found), strip)
    assert letters(pixels_of(opened(WHOLE).first_frame())) == ALL_R
