"""Videos in Cloudinary's language: films by a worker, frames as photographs, originals with ranges."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from media.errors import RequestError
from proxy.dialects.cloudinary.semantics.video import Film, Still, read_video
from proxy.dialects.cloudinary.signature import sign
from proxy.dialects.cloudinary.syntax.grammar import parse
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.signing import signed
from tests.stage import Stage
from tests.video_clips import FRAMES, Scene, clip


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    scene = Scene(x=lambda number: 0.2 + 0.1 * number)
    return clip(tmp_path_factory.mktemp("film") / "a.mp4", scene, tracks=1).read_bytes()


@pytest.fixture
def stage(make_stage: MakeStage, film: bytes) -> Iterator[Stage]:
    with make_stage() as made:
        upload(made, film)
        made.upload(photo(), "wall")
        yield made


def upload(stage: Stage, body: bytes, public_id: str = "clip", **fields: str) -> None:
    sent = signed({"public_id": public_id, **fields})
    answer = stage.client.post("/v1_1/demo/video/upload", data=sent, files={"file": ("clip.mp4", body)})
    assert answer.status_code == 200, answer.text


def made(stage: Stage, url: str) -> bytes:
    """The film behind a URL that is first 423."""
    pending = stage.client.get(url)
    assert (pending.status_code, pending.headers["cache-control"], "retry-after" in pending.headers) == (
        423, "no-store", True,
    ), pending.headers.get("x-cld-error")  # fmt: skip
    stage.work()
    answer = stage.client.get(url)
    assert answer.status_code == 200, answer.headers.get("x-cld-error")
    assert "max-age=2592000" in answer.headers["cache-control"]
    return bytes(answer.content)


def frames(path: Path, body: bytes) -> list[np.ndarray]:
    path.write_bytes(body)
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_removal_is_423_until_it_is_made_and_then_a_file_with_ranges(stage: Stage, tmp_path: Path) -> None:
    url = "/demo/video/upload/e_background_removal/f_webm/clip"
    body = made(stage, url)
    assert len(frames(tmp_path / "a.webm", body)) == FRAMES
    part = stage.client.get(url, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"\x1aE\xdf\xa3", "video/webm")
    tag = stage.client.get(url).headers["etag"]
    assert stage.client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert stage.client.get("/demo/video/upload/e_background_removal/clip.webm").status_code == 200
    assert stage.client.get("/demo/video/upload/e_background_removal/clip").status_code == 200


@pytest.mark.parametrize(
    ("chain", "shape", "count"),
    [
        ("c_scale,w_48/clip.mp4", (32, 48), FRAMES),
        ("c_fill,w_40,h_40/clip.mp4", (40, 40), FRAMES),
        ("c_pad,w_80,h_80,b_red/clip.mp4", (80, 80), FRAMES),
        ("c_limit,w_500,h_500/clip.mp4", (64, 96), FRAMES),
        ("c_fit,w_50,h_500/clip.mp4", (34, 50), FRAMES),
        ("c_crop,w_30,h_20/clip.mp4", (20, 30), FRAMES),
        ("so_0.2,eo_0.4/clip.mp4", (64, 96), 2),
        ("so_0.2,du_0.3/clip.mp4", (64, 96), 3),
        ("fps_5/clip.mp4", (64, 96), 3),
        ("ac_none/f_auto/clip.mp4", (64, 96), FRAMES),
        ("e_volume:mute/q_auto/clip.mp4", (64, 96), FRAMES),
        ("f_gif,fl_animated/clip", (64, 96), FRAMES),
    ],
)
def test_films(stage: Stage, tmp_path: Path, chain: str, shape: tuple[int, int], count: int) -> None:
    found = frames(tmp_path / "a", made(stage, f"/demo/video/upload/{chain}"))
    assert (found[0].shape[:2], len(found)) == (shape, count)


def test_what_lies_beneath(stage: Stage, tmp_path: Path) -> None:
    green = frames(tmp_path / "a", made(stage, "/demo/video/upload/e_background_removal,b_rgb:00ff00/clip.mp4"))
    assert np.abs(green[0][2, 2].astype(int) - (0, 255, 0)).max() < 12
    url = "/demo/video/upload/e_background_removal/u_wall/fl_layer_apply/clip.mp4"
    over = frames(tmp_path / "b", made(stage, url))
    wall = opened(photo())
    assert np.abs(over[0][60, 4] - np.array(wall(4, 60))).max() < 20
    missing = stage.client.get("/demo/video/upload/e_background_removal/u_nothing/fl_layer_apply/clip.mp4")
    assert missing.status_code == 404


def test_a_frame_is_a_photograph(stage: Stage, film: bytes, tmp_path: Path) -> None:
    (tmp_path / "own").write_bytes(film)
    own = frames(tmp_path / "own", film)
    for chain, number in (("so_0", 0), ("so_0.2", 2), ("so_auto", 3)):
        shown = opened(stage.client.get(f"/demo/video/upload/{chain}/clip.png").content).numpy()
        assert np.abs(shown[..., :3].astype(int) - own[number]).mean() < 6, chain
    middle = stage.client.get("/demo/video/upload/clip.jpg")
    assert (middle.status_code, middle.headers["content-type"]) == (200, "image/jpeg")
    small = opened(stage.client.get("/demo/video/upload/so_0.1,w_40,c_scale/e_sepia/clip.webp").content)
    assert (small.width, small.height) == (40, 27)
    late = stage.client.get("/demo/video/upload/so_9/clip.jpg")
    assert (late.status_code, "within the video's 0.60 seconds" in late.headers["x-cld-error"]) == (400, True)


def test_the_background_of_a_frame_is_removed(stage: Stage) -> None:
    url = "/demo/video/upload/e_background_removal,so_0.2/clip.png"
    assert stage.client.get(url).status_code == 423
    stage.work()
    assert opened(stage.client.get(url).content)[3](0, 0) == [0]


def test_an_original_has_ranges(stage: Stage, film: bytes) -> None:
    for url in ("/demo/video/upload/clip", "/demo/video/upload/clip.mp4"):
        part = stage.client.get(url, headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"ftyp", "video/mp4")
        assert stage.client.get(url).content == film


REFUSED = (
    "e_blur:300", "l_wall/fl_layer_apply", "a_90", "r_20", "w_0", "w_9999", "so_x", "so_50p", "eo_-1", "so_2,eo_1",
    "c_thumb", "g_face", "b_nocolour", "fps_0", "fps_500", "f_avi", "q_80", "fl_splice", "ac_mp3", "vc_h265",
    "l_video:clip,fl_splice", "t_named", "$x_1", "e_background_removal:hints_x",
    "u_wall/e_sepia/fl_layer_apply",
)  # fmt: skip


@pytest.mark.parametrize("chain", REFUSED)
def test_what_is_not_made_names_itself(stage: Stage, chain: str) -> None:
    answer = stage.client.get(f"/demo/video/upload/{chain}/clip.mp4")
    assert (answer.status_code, len(answer.headers["x-cld-error"]) > 20) == (400, True)
    stage.work()
    assert not list(stage.store.keys("videos/"))


def test_a_format_that_is_none_of_a_video_is_refused(stage: Stage) -> None:
    for name in ("clip.psd", "clip.mp3", "f_m3u8/clip"):
        assert stage.client.get(f"/demo/video/upload/{name}").status_code in (400, 404), name


def test_a_restricted_video_is_restricted_in_all_its_forms(make_stage: MakeStage, film: bytes) -> None:
    with make_stage() as own:
        upload(own, film, "secret", type="authenticated")
        for text in ("e_background_removal/secret.webm", "so_0/secret.jpg", "w_40/secret.mp4", "secret"):
            assert own.client.get(f"/demo/video/authenticated/{text}").status_code == 401
            signature = sign(text, "demo-secret")
            assert own.client.get(f"/demo/video/authenticated/s--{signature}--/{text}").status_code in (200, 423)


def test_reading_is_pure_and_tells_films_from_stills() -> None:
    assert read_video((), None) is None
    assert isinstance(read_video((), "jpg"), Still)
    assert isinstance(read_video((), "webm"), Film)
    found = read_video(parse("so_2/e_background_removal/c_scale,w_9"), "jpg")
    assert isinstance(found, Still)
    assert (found.seconds, [str(each) for each in found.components]) == (2.0, ["e_background_removal", "c_scale,w_9"])
    with pytest.raises(RequestError, match="is not made for videos here"):
        read_video(parse("r_20"), "mp4")
