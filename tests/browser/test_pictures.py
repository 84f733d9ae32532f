"""What Chromium shows of GIFs and PNGs is what our rows of expected pixels say."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from media.formats.animation.compositor import pixels_of
from media.formats.source import open_source
from tests.browser.conftest import Fake
from tests.browser.page import Page
from tests.media.formats import color_cases
from tests.media.formats.animation import gif_cases
from tests.media.formats.animation.gif_cases import letters

pytestmark = pytest.mark.browser

GIFS_BY_LOT = 100

#: Every frame of a picture as RGBA, by way of a canvas: what is half transparent comes back a little rounded.
_FRAMES = """
const [text, type, done] = arguments;
const decoder = new ImageDecoder({data: Uint8Array.from(atob(text), letter => letter.charCodeAt(0)), type});
const frames = [];
const read = async () => {
  await decoder.tracks.ready;
  await decoder.completed;
  const track = decoder.tracks.selectedTrack;
  for (let frameIndex = 0; frameIndex < track.frameCount; frameIndex++) {
    const {image} = await decoder.decode({frameIndex});
    const [width, height] = [image.displayWidth, image.displayHeight];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0);
    const values = [...context.getImageData(0, 0, width, height).data];
    frames.push({width, height, values, duration: image.duration / 1000});
  }
  return {frames, repetitions: track.repetitionCount};
};
read().then(done, error => done({error: String(error)}));
"""


@dataclass(frozen=True)
class Shown:
    frames: tuple[np.ndarray, ...]
    delays: tuple[float, ...]
    repetitions: float | None


@pytest.fixture
def shown(page: Page, fake: Fake) -> Any:
    # WebCodecs are for secure contexts, which this machine's own address is.
    page.open(fake.address)

    def show(body: bytes, mime: str) -> Shown:
        found = page.driver.execute_async_script(_FRAMES, base64.b64encode(body).decode(), mime)
        assert "error" not in found, found
        frames = found["frames"]
        pixels = (np.array(each["values"], np.uint8).reshape(each["height"], each["width"], 4) for each in frames)
        return Shown(tuple(pixels), tuple(each["duration"] for each in frames), found["repetitions"])

    return show


def test_gifs_are_shown_as_written(shown: Any) -> None:
    for name, case in gif_cases.CASES.items():
        found = shown(case.body, "image/gif")
        assert tuple(map(letters, found.frames)) == case.frames, name


def test_gifs_are_repeated_and_wait_as_written(shown: Any) -> None:
    """The decoder gives delays as they are stored; the longer one for almost none is the player's."""
    for name, case in gif_cases.CASES.items():
        found = shown(case.body, "image/gif")
        if len(case.frames) > 1:
            # No number stands for infinity in JSON.
            assert found.repetitions == (case.plays - 1 if case.plays else None), name
        for delay, played in zip(found.delays, case.delays, strict=bool(case.delays)):
            assert played == (delay if delay > 10 else 100), name


def test_gifs_drawn_by_lot_are_shown_as_here(shown: Any) -> None:
    for seed in range(GIFS_BY_LOT):
        body = gif_cases.drawn_by_lot(seed)
        here = open_source(body, max_pixels=1_000_000).pixels().frames
        for ours, theirs in zip(here, shown(body, "image/gif").frames, strict=True):
            assert np.array_equal(pixels_of(ours), theirs), seed


def test_pngs_have_the_colours_that_they_say(shown: Any) -> None:
    for name, case in color_cases.CASES.items():
        pixels = shown(case.body, "image/png").frames[-1][0]
        for found, expected in zip(pixels, case.pixels, strict=True):
            # Through a canvas, which premultiplies.
            assert color_cases.are_close([float(value) for value in found], expected, steps=2), (name, pixels)
