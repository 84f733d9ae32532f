"""Sources as telephones, cameras and strangers make them: what they become, or the sentence that refuses them."""

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media.config import Limits
from media.errors import LimitExceeded, MediaError, RequestError, SourceError
from media.video.facts import read_facts
from tests.video_clips import FRAMES, Scene, clip, tone, turned, write
from tests.worker.video.conftest import Shop, alphas, pictures
from worker.video.hdr import HLG, PQ

LIMITS = Limits()


def test_a_telephone_held_upright(shop: Shop, tmp_path: Path) -> None:
    source = turned(clip(tmp_path / "a.mp4", Scene(x=lambda number: 0.2)))
    facts = read_facts(source, LIMITS)
    assert (facts.width, facts.height) == (64, 96)
    first = pictures(shop.make(source, "mp4", cutout=None))[0]
    assert first.shape == (96, 64, 3)
    assert np.abs(first.astype(int) - np.rot90(Scene(x=lambda number: 0.2).rgb(0), -1)).mean() < 6


def test_a_variable_rate_keeps_its_time(shop: Shop, tmp_path: Path) -> None:
    times = [0, 0.1, 0.2, 0.3, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.9, 2.0]
    source = clip(tmp_path / "a.mkv", Scene(frames=12), times=times)
    made = shop.make(source, "mp4", cutout=None, rate=10.0)
    assert len(pictures(made)) == pytest.approx(21, abs=2)


@pytest.mark.parametrize(("width", "height"), [(97, 65), (33, 16), (16, 17)])
@pytest.mark.parametrize("name", ["mov", "webm", "gif", "mp4"])
def test_odd_sizes(shop: Shop, tmp_path: Path, width: int, height: int, name: str) -> None:
    source = clip(tmp_path / "a.mp4", Scene(width, height, frames=2))
    made = pictures(shop.make(source, name, frame_limit=2))
    grown = (height + height % 2, width + width % 2) if name == "mp4" else (height, width)
    assert made[0].shape[:2] == grown


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_high_dynamic_range_becomes_ordinary(shop: Shop, tmp_path: Path, transfer: int) -> None:
    """Paper white stays nearly white, grey stays grey, black stays black."""
    white, grey = (38_100, 24_000) if transfer == PQ else (49_150, 30_000)
    frame = np.zeros((64, 96, 3), np.uint16)
    frame[:, :32], frame[:, 32:64] = white, grey

    def tagged(stream: Any) -> None:
        stream.codec_context.color_trc, stream.codec_context.color_primaries = transfer, 9
        stream.codec_context.colorspace = 9

    source = write(
        tmp_path / "a.mkv", [frame] * 2, codec="libx264", pixels="yuv444p10le", setup=tagged, options={"crf": "4"}
    )
    assert read_facts(source, LIMITS).transfer == transfer
    shown = pictures(shop.make(source, "mp4", cutout=None))[0]
    assert shown[32, 16].min() > 190
    assert 60 < shown[32, 48].mean() < 180
    assert shown[32, 80].max() < 25
    assert np.ptp(shown[32, 48].astype(int)) < 12


def test_no_sound_and_a_part(shop: Shop, tmp_path: Path) -> None:
    made = shop.make(clip(tmp_path / "a.mp4"), "mp4", start=0.1, duration=0.4)
    with av.open(str(made)) as container:
        assert (len(container.streams.audio), container.streams.video[0].frames) == (0, 4)
    with pytest.raises(RequestError, match=r"must begin within the video's 0\.60 seconds, got 9"):
        shop.make(tmp_path / "a.mp4", "mp4", start=9.0)


def only_sound(path: Path) -> Path:
    with av.open(str(path), "w") as output:
        sound: Any = output.add_stream("aac", rate=48_000)
        for piece in tone(0.5, 440, 1024):
            output.mux(sound.encode(piece))
        output.mux(sound.encode())
    return path


def cut_off(path: Path) -> Path:
    """With its index in front, so that only the pictures are missing."""
    clip(path, Scene(frames=20), options={"crf": "10", "g": "1"}, container_options={"movflags": "faststart"})
    body = path.read_bytes()
    path.write_bytes(body[: len(body) * 2 // 3])
    return path


def without_index(path: Path) -> Path:
    body = clip(path).read_bytes()
    path.write_bytes(body[: len(body) // 2])
    return path


def damaged(path: Path) -> Path:
    body = bytearray(clip(path, Scene(frames=20)).read_bytes())
    start = body.index(b"mdat") + 2000
    body[start : start + 3000] = np.random.default_rng(1).integers(0, 256, 3000, np.uint8).tobytes()
    path.write_bytes(body)
    return path


def giant(path: Path) -> Path:
    """Says 30,000 × 30,000 in its track and its pictures' description."""
    body = bytearray(clip(path).read_bytes())
    at = body.index(b"avc1", body.index(b"stsd")) + 4 + 24
    body[at : at + 4] = struct.pack(">HH", 30_000, 30_000)
    path.write_bytes(body)
    return path


def hasty(path: Path) -> Path:
    return clip(path, rate=Fraction(10_000))


def tiny(path: Path) -> Path:
    return write(path, [np.zeros((1, 1, 3), np.uint8)] * 3)


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def text(path: Path) -> Path:
    path.write_bytes(b"<html>" * 500)
    return path


def playlist(path: Path) -> Path:
    path.write_bytes(b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (only_sound, "no picture, only sound"),
        (cut_off, "cut off|damaged"),
        (without_index, "no video that can be read"),
        (damaged, "damaged"),
        (hasty, "at most 240 frames a second, got 10000"),
        (tiny, "at least 16×16 pixels, got 1×1"),
        (empty, "is empty"),
        (text, "no video"),
        (playlist, "no video|no picture|cannot"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_is_at_fault_fails_with_a_sentence_and_leaves_nothing(
    shop: Shop, tmp_path: Path, make: Any, sentence: str
) -> None:
    source = make(tmp_path / "a.mp4")
    with pytest.raises(SourceError, match=sentence):
        shop.make(source)
    assert not [*shop.services.store.keys("videos/"), *shop.services.store.keys("parts/")]


def test_a_gigantic_header_costs_nothing(shop: Shop, tmp_path: Path) -> None:
    """What the stream itself says counts; and where that is too large, it is refused before a frame is decoded."""
    assert read_facts(giant(tmp_path / "a.mp4"), LIMITS).width == 96
    for limits in (Limits(max_video_pixels=96 * 64 - 1), Limits(max_video_frames=FRAMES - 1)):
        with pytest.raises((LimitExceeded, SourceError)) as refused:
            read_facts(clip(tmp_path / "b.mp4"), limits)
        assert isinstance(refused.value, MediaError)


def test_a_few_frames_that_last_for_a_century_become_no_film(shop: Shop, tmp_path: Path) -> None:
    """A job that makes frames is never late: nothing else would end it."""
    source = tmp_path / "a.y4m"
    source.write_bytes(b"YUV4MPEG2 W64 H64 F1:2147483647 Ip A1:1 C420\n" + (b"FRAME\n" + bytes(6144)) * 3)
    with pytest.raises(LimitExceeded, match="at most 216000 frames"):
        shop.make(source, "mp4", cutout=None, rate=60.0)
    assert len(pictures(shop.make(source, "mp4", cutout=None, rate=60.0, frame_limit=2))) == 2


def test_the_matte_is_exact_where_the_network_is(shop: Shop, tmp_path: Path) -> None:
    """The disc of the fake network: outside nothing, inside all, whatever the codec."""
    made = alphas(shop.make(clip(tmp_path / "a.mp4")))
    assert made.shape == (FRAMES, 64, 96)
    assert (made[:, 0, 0].max(), made[:, 32, 48].min()) == (0, 1)


def test_a_gif_becomes_a_film(shop: Shop, tmp_path: Path) -> None:
    """What Uploadcare calls gif2video: an order without a cutout on the source of an animated picture."""
    gif = shop.make(clip(tmp_path / "a.mp4"), "gif_on", color="white")
    for name in ("mp4", "webm"):
        made = pictures(shop.make(gif, name, cutout=None))
        assert (len(made), made[0].shape) == (FRAMES, (64, 96, 3))
