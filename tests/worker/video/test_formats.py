"""Every format in a second reader: Debian's ffprobe and ffmpeg say what PyAV wrote."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media.video.formats import VIDEO_FORMATS
from tests.video_clips import FRAMES, HEIGHT, RATE, WIDTH, Scene, clip
from tests.worker.video.conftest import Shop

pytestmark = pytest.mark.skipif(
    shutil.which("ffprobe") is None or shutil.which("ffmpeg") is None, reason="ffmpeg and ffprobe are not on PATH"
)
#: Format → codec and pixel format by ffprobe, codec of sound.
EXPECTED = {
    "mov": ("prores", "yuva444p12le", "aac"),
    "webm": ("vp9", "yuv420p", "opus"),
    "gif": ("gif", "bgra", ""),
    "mp4": ("h264", "yuv420p", "aac"),
    "mattekey": ("h264", "yuv420p", ""),
    "gif_on": ("gif", "bgra", ""),
}


def probed(path: Path) -> list[dict[str, Any]]:
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return [{**stream, "whole": told["format"]} for stream in told["streams"]]


def decoded(path: Path) -> Any:
    """N×H×W×4 by ffmpeg; VP9's own decoder knows no alpha, libvpx does."""
    decoder = ["-c:v", "libvpx-vp9"] if path.suffix == ".webm" else []
    command = ["ffmpeg", "-v", "error", *decoder, "-i", str(path), "-pix_fmt", "rgba", "-f", "rawvideo", "-"]
    body = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(body, np.uint8).reshape(-1, HEIGHT, WIDTH, 4)


@pytest.mark.parametrize("name", VIDEO_FORMATS)
def test_a_format_is_what_its_row_says(shop: Shop, tmp_path: Path, name: str) -> None:
    source = clip(tmp_path / "a.mp4", tracks=2)
    made = shop.make(source, name, color="" if VIDEO_FORMATS[name].has_alpha else "rgb:00ff00")
    picture, *sounds = probed(made)
    codec, pixels, sound = EXPECTED[name]
    assert (picture["codec_name"], picture["pix_fmt"]) == (codec, pixels)
    assert (picture["width"], picture["height"], picture["r_frame_rate"]) == (WIDTH, HEIGHT, f"{RATE}/1")
    assert abs(int(picture["nb_read_frames"]) - FRAMES) <= 1
    assert abs(float(picture["whole"]["duration"]) - FRAMES / RATE) <= 1 / RATE
    assert [each["codec_name"] for each in sounds] == ([sound] * 2 if sound else [])
    if name == "mov":
        assert (picture["profile"], picture["codec_tag_string"]) == ("4444", "ap4h")
    if name == "webm":
        assert {key.lower(): value for key, value in picture["tags"].items()}["alpha_mode"] == "1"
    frames, row = decoded(made), VIDEO_FORMATS[name]
    assert (frames[3, 0, 0, 3], frames[3, HEIGHT // 2, WIDTH // 2, 3]) == ((0 if row.has_alpha else 255), 255)
    if not row.has_alpha:
        corner = (0, 0, 0) if row.shows_matte else (0, 255, 0)
        assert np.abs(frames[3, 0, 0, :3].astype(int) - corner).max() < 12
    if row.codec != "gif" and not row.shows_matte:
        middle = Scene().rgb(3)[HEIGHT // 2, WIDTH // 2]
        assert np.abs(frames[3, HEIGHT // 2, WIDTH // 2, :3].astype(int) - middle).max() < 16


@pytest.mark.parametrize("codec", ["mp4 aac", "webm libopus", "mov pcm_s16le"])
def test_sound_is_carried_over_where_the_container_holds_it(shop: Shop, tmp_path: Path, codec: str) -> None:
    extension, audio = codec.split()
    pictures = {"codec": "libvpx-vp9", "pixels": "yuv420p", "options": {"b": "0"}} if extension == "webm" else {}
    source = clip(tmp_path / f"a.{extension}", tracks=1, audio_codec=audio, **pictures)
    for name, expected in (("mov", {"libopus": "aac"}), ("webm", {"aac": "opus", "pcm_s16le": "opus"})):
        sound = probed(shop.make(source, name))[1]
        assert sound["codec_name"] == expected.get(audio, audio.removeprefix("lib")), name
        assert abs(float(sound.get("duration", 0.6)) - FRAMES / RATE) < 0.1
