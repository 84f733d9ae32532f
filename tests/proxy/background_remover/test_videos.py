"""POST /v1/convert/ with videos: every format, through the queue, and what is refused or fails."""

import json
from pathlib import Path
from typing import Any

import av
import pytest

from media.config import Limits, Server
from proxy.dialects.background_remover.schema import VIDEO_FORMATS
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS, IMPATIENT
from tests.proxy.background_remover.conftest import Client
from tests.video_clips import FRAMES, RATE, clip

VIDEO = {"convert_to": "video-backgroundremover"}


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return clip(tmp_path_factory.mktemp("film") / "a.mp4", tracks=1).read_bytes()


def converted(remover: Client, film: bytes, files: Any = (), **fields: str) -> Any:
    return remover.convert([("files", ("my clip.mp4", film)), *files], **VIDEO, **fields)


def described(path: Path, body: bytes) -> tuple[str, int, int, int]:
    """Codec, width, frames, tracks of sound."""
    path.write_bytes(body)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        return stream.codec_context.name, stream.width, frames, len(container.streams.audio)


CODECS = {"mov": "prores", "webm": "vp9", "gif": "gif", "mp4": "h264"}


@pytest.mark.parametrize("name", VIDEO_FORMATS)
def test_every_format(remover: Client, film: bytes, tmp_path: Path, name: str) -> None:
    beneath = {
        "video_over_image": [("bg_image", ("wall.jpg", photo()))], "video_over_video": [("bg_video", ("b.mp4", film))],
    }  # fmt: skip
    done = converted(remover, film, beneath.get(name, []), video_format=name)
    assert (done["finished"], done["errors"]) == (True, [])
    [file] = done["files"]
    extension = file["filename"].rpartition(".")[2]
    assert file["filename"] == f"my_clip.{extension}"
    codec, width, frames, tracks = described(tmp_path / f"out.{extension}", remover.body(done))
    assert (codec, width, abs(frames - FRAMES) <= 1) == (CODECS[extension], 96, True)
    assert tracks == (0 if name in ("gif", "mattekey", "gif_with_bg") else 1)


def test_rate_and_limit(remover: Client, film: bytes, tmp_path: Path) -> None:
    done = converted(remover, film, video_format="mp4_with_color", framerate="5", frame_limit="2")
    assert described(tmp_path / "a.mp4", remover.body(done))[2] == 2
    faster = converted(remover, film, video_format="mp4_with_color", framerate=str(2 * RATE))
    assert described(tmp_path / "b.mp4", remover.body(faster))[2] == 2 * FRAMES


def test_two_conversions_of_one_video_are_one_job(remover: Client, film: bytes) -> None:
    for _ in range(2):
        remover.post([("files", ("a.mp4", film))], **VIDEO, frame_limit="3")
    remover.stage.work()
    assert remover.stage.matter.inferences == 3


def test_a_result_is_sent_in_ranges(remover: Client, film: bytes) -> None:
    url = converted(remover, film, video_format="mattekey")["files"][0]["url"]
    whole = remover.stage.client.get(url)
    part = remover.stage.client.get(url, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (
        206, b"ftyp", f"bytes 4-7/{len(whole.content)}",
    )  # fmt: skip
    assert whole.headers["content-type"] == "video/mp4"
    behind = remover.stage.client.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert behind.status_code == 416
    assert remover.stage.client.head(url).headers["content-length"] == str(len(whole.content))
    assert remover.stage.client.get(url, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("body", "sentence"),
    [(b"", "empty"), (b"no video at all" * 99, "no video that can be read"), (photo(), "at least")],
    ids=["empty", "text", "a photograph"],
)
def test_a_file_that_is_no_video_fails_alone(remover: Client, film: bytes, body: bytes, sentence: str) -> None:
    sent = [("files", ("bad.mp4", body)), ("files", ("good.mp4", film))]
    done = remover.convert(sent, **VIDEO, frame_limit="2")
    if done["files"][0]["filename"] != "good.mov":
        assert sentence == "at least"
        return
    assert (done["failed"], len(done["files"]), done["finished"]) == (["bad.mp4"], 1, True)
    assert sentence in done["errors"][0]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"video_format": "avi"}, "video_format must be mov or webm or"),
        ({"framerate": "61"}, "framerate must be an integer 1 to 60, got '61'."),
        ({"framerate": "0"}, "framerate must be"),
        ({"frame_limit": "-1"}, "frame_limit must be"),
        ({"video_bg_color": "blueish"}, "video_bg_color must be a colour"),
        ({"video_bg_color_enabled": "perhaps"}, "video_bg_color_enabled must be true or false"),
        ({"video_format": "video_over_image"}, "video_format=video_over_image needs a background image as"),
        ({"video_format": "video_over_video"}, "video_format=video_over_video needs a background video as"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_sentence(remover: Client, film: bytes, fields: dict[str, str], sentence: str) -> None:
    answer = remover.post([("files", ("a.mp4", film))], **VIDEO, **fields)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_a_video_may_be_larger_than_other_bodies_and_not_larger_than_its_bound(make_stage: MakeStage) -> None:
    with make_stage(
        delivery=IMPATIENT,
        clouds=CLOUDS,
        limits=Limits(max_video_bytes=50_000_000, max_source_bytes=20_000_000),
        server=Server(max_body_bytes=21_000_000),
    ) as stage:
        remover = Client(stage)
        told = remover.post([("files", ("a.mp4", bytes(30_000_000)))], **VIDEO)
        assert told.status_code == 200
        image = remover.post([("files", ("a.jpg", bytes(30_000_000)))]).json()
        assert "File size too large" in remover.results(image)["errors"][0]
        assert remover.post([("files", ("a.mp4", bytes(52_000_000)))], **VIDEO).status_code == 413


def test_events_tell_progress_until_the_end(remover: Client, film: bytes) -> None:
    told = remover.post([("files", ("a.mp4", film))], **VIDEO, frame_limit="2").json()
    remover.stage.work()
    answer = remover.stage.client.get(f"/v1/results/{told['uuid']}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    event = json.loads(answer.text.removeprefix("data: "))
    assert (event["finished"], event["progress"][0]["frames"], event["progress"][0]["total"]) == (True, 2, 2)


def test_a_conversion_that_is_called_off_is_not_made(remover: Client, film: bytes) -> None:
    told = remover.post([("files", ("a.mp4", film))], **VIDEO).json()
    assert remover.stage.client.delete(f"/v1/results/{told['uuid']}").status_code == 204
    remover.stage.work()
    assert remover.stage.matter.inferences == 0
    assert not [*remover.stage.store.keys("videos/"), *remover.stage.store.keys("parts/")]
    assert remover.stage.client.post("/v1/results/", data=told).status_code == 404
    again = converted(remover, film)
    assert again["finished"]
