"""The Cloudinary delivery path, from URL to bytes, with a fake network and a worker that works when told to."""

import time
from dataclasses import replace

import pytest

from media.config import Delivery, RedisSettings, Settings
from media.errors import SourceError
from proxy.dialects.cloudinary.signature import sign
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.stage import Stage

CUTOUT = "/demo/image/upload/e_background_removal"


def ready(stage: Stage, url: str) -> None:
    assert stage.client.get(url).status_code == 423
    stage.work()


def test_first_request_is_told_to_wait_and_the_next_gets_the_cutout(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    pending = stage.client.get(f"{CUTOUT}/shoe.png")
    assert pending.status_code == 423
    assert pending.content == b""
    assert pending.headers["retry-after"] == "1"
    assert pending.headers["cache-control"] == "no-store"
    assert "in progress" in pending.headers["x-cld-error"]
    assert pending.headers["access-control-allow-origin"] == "*"
    assert "x-cld-error" in pending.headers["access-control-expose-headers"].lower()
    stage.work()
    done = stage.client.get(f"{CUTOUT}/shoe.png")
    assert (done.status_code, done.headers["content-type"]) == (200, "image/png")
    assert 0 <= float(done.headers["x-background-removal-confidence"]) <= 1
    picture = opened(done.content)
    assert (picture.width, picture.height, picture.bands) == (96, 64, 4)
    assert picture(48, 32)[3] > 200
    assert picture(1, 1)[3] < 50


def test_later_chains_on_the_same_photo_run_no_inference(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    ready(stage, f"{CUTOUT}/shoe.png")
    for chain in ("c_fill,h_30,w_40/shoe.png", "e_grayscale/shoe.webp", "b_red,c_pad,h_50,w_50/shoe.jpg"):
        assert stage.client.get(f"{CUTOUT}/{chain}").status_code == 200
    ready(stage, f"{CUTOUT}:fineedges_y/shoe.png")
    assert stage.client.get(f"{CUTOUT}:fineedges_y/shoe.png").status_code == 200
    assert stage.matter.inferences == 1


def test_a_crowd_of_first_requests_enqueues_one_job(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    for number in range(20):
        assert stage.client.get(f"{CUTOUT}/c_scale,w_{number + 10}/shoe.png").status_code == 423
    assert "cutout_jobs_enqueued_total 1.0" in stage.client.get("/metrics").text


def test_a_waiting_client_gets_the_cutout_in_one_request(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    ready(stage, f"{CUTOUT}/shoe.png")
    answer = stage.client.get(f"{CUTOUT}:fineedges_y/shoe.png", headers={"Prefer": "wait=1"})
    assert answer.status_code == 423


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/demo/image/upload/nothing.png", 404, "Resource not found - nothing.png"),
        ("/nowhere/image/upload/shoe.png", 404, "cloud_name nowhere"),
        ("/demo/image/upload/w_abc/shoe.png", 400, "Invalid width in transformation: abc"),
        ("/demo/image/upload/c_fill,w_0/shoe.png", 400, "width"),
        ("/demo/image/upload/c_fit,g_auto,w_20,h_20/shoe.png", 400, "gravity"),
        ("/demo/image/upload/e_nonsense/shoe.png", 400, "nonsense"),
        ("/demo/image/upload/e_gen_fill/shoe.png", 403, "gen_fill"),
        ("/demo/image/upload/e_background_removal:hints_(dragon)/shoe.png", 400, "dragon"),
        ("/demo/image/upload/w_100,zz_5/shoe.png", 400, "zz_5"),
        ("/demo/image/upload/l_missing/fl_layer_apply/shoe.png", 404, "Unknown or invalid referenced image missing"),
        ("/demo/image/upload/w_20000,h_20000,c_scale/shoe.png", 400, ""),
        ("/demo/image/upload/s--AAAAAAAA--/w_20/shoe.png", 401, "Invalid signature"),
        ("/demo/image/authenticated/shoe.png", 401, "signed"),
        ("/demo/image/upload/%ff%fe/shoe.png", 400, "UTF-8"),
        ("/demo/image/upload/w_20/a%0d%0ab.png", 400, "control"),
        ("/demo/image/fetch/http://127.0.0.1/a.png", 403, "127.0.0.1"),
        ("/demo/image/fetch/file:///etc/passwd", 400, ""),
    ],
)
def test_a_bad_request_names_what_is_wrong(stage: Stage, path: str, status: int, reason: str) -> None:
    stage.upload(photo(), "shoe")
    answer = stage.client.get(path)
    assert (answer.status_code, answer.content) == (status, b"")
    assert reason in answer.headers["x-cld-error"]


@pytest.mark.parametrize(
    ("accept", "mime"),
    [
        ("image/avif,image/webp,*/*", "image/avif"),
        ("image/webp,*/*", "image/webp"),
        ("*/*", "image/jpeg"),
        ("", "image/jpeg"),
    ],
)
def test_format_follows_what_the_client_accepts(stage: Stage, accept: str, mime: str) -> None:
    stage.upload(photo(), "shoe")
    answer = stage.client.get("/demo/image/upload/c_scale,w_40/f_auto/shoe", headers={"Accept": accept})
    assert (answer.headers["content-type"], answer.headers["vary"]) == (mime, "Accept")


@pytest.mark.parametrize(
    "path", ["e_vectorize/f_svg/shoe", "e_vectorize:colors:3/shoe.svg", "w_40/e_vectorize/shoe.svg"]
)
def test_a_traced_picture_is_svg_that_can_run_nothing(stage: Stage, path: str) -> None:
    stage.upload(photo(), "shoe")
    answer = stage.client.get(f"/demo/image/upload/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.text.startswith("<svg ")
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    info = stage.client.get(f"/demo/image/upload/fl_getinfo/{path}").json()["output"]
    assert (info["format"], info["bytes"]) == ("svg", len(answer.content))


@pytest.mark.parametrize(
    ("path", "accept", "mime", "frames"),
    [
        ("e_zoompan:du_1;fps_4/f_auto:animated/shoe", "image/avif,image/webp,*/*", "image/webp", 4),
        ("e_zoompan:du_1;fps_4/f_auto:animated/shoe", "*/*", "image/gif", 4),
        ("e_zoompan:du_1;fps_4/e_loop/c_limit,w_40/f_auto:animated/q_auto/shoe", "image/webp", "image/webp", 4),
        ("e_zoompan:to_(g_auto;zoom_2);du_1;fps_4/shoe.gif", "*/*", "image/gif", 4),
        ("e_zoompan:du_1;fps_4,fl_animated/shoe.webp", "*/*", "image/webp", 4),
        ("e_zoompan/shoe.jpg", "*/*", "image/jpeg", 1),
        ("c_limit,w_40/f_auto:animated/shoe", "image/avif,image/webp", "image/avif", 1),
    ],
)  # fmt: skip
def test_a_still_picture_is_made_to_move(stage: Stage, path: str, accept: str, mime: str, frames: int) -> None:
    stage.upload(photo(), "shoe")
    answer = stage.client.get(f"/demo/image/upload/{path}", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, mime)
    picture = opened(answer.content)
    assert (picture.get("n-pages") if picture.get_typeof("n-pages") else 1) == frames


def test_a_cutout_keeps_its_alpha_where_the_format_is_chosen_for_it(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    ready(stage, f"{CUTOUT}/shoe.png")
    assert stage.client.get(f"{CUTOUT}/f_auto/shoe", headers={"Accept": "*/*"}).headers["content-type"] == "image/png"
    assert stage.client.get(f"{CUTOUT}/shoe").headers["content-type"] == "image/png"


@pytest.mark.parametrize(("chain", "corner"), [("", (255, 255, 255)), ("/b_rgb:0000ff", (0, 0, 255))])
def test_jpeg_is_flattened_on_the_background_or_white(stage: Stage, chain: str, corner: tuple[int, int, int]) -> None:
    stage.upload(photo(), "shoe")
    ready(stage, f"{CUTOUT}/shoe.png")
    picture = opened(stage.client.get(f"{CUTOUT}{chain}/shoe.jpg").content)
    assert picture.bands == 3
    assert all(abs(a - b) < 12 for a, b in zip(picture(0, 0), corner, strict=True))


def test_validators_and_ranges_need_no_second_render(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    url = "/demo/image/upload/c_scale,w_40/v7/shoe.png"
    whole = stage.client.get(url)
    etag = whole.headers["etag"]
    assert whole.headers["cache-control"] == "public, max-age=2592000, immutable"
    assert stage.client.get(url, headers={"If-None-Match": etag}).status_code == 304
    head = stage.client.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole.content)))
    part = stage.client.get(url, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert stage.client.get(url, headers={"Range": "bytes=999999-"}).status_code == 416
    assert stage.client.post(url).status_code == 405


def test_the_original_is_delivered_byte_for_byte(stage: Stage) -> None:
    body = photo()
    stage.upload(body, "folder/shoe")
    for path in ("folder/shoe", "folder/shoe.jpg", "v1/folder/shoe.jpg"):
        assert stage.client.get(f"/demo/image/upload/{path}").content == body
    assert stage.client.get("/demo/image/upload/folder/shoe.webp").headers["content-type"] == "image/webp"


def test_a_new_upload_makes_old_answers_unreachable(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    before = stage.client.get("/demo/image/upload/c_scale,w_40/shoe.png")
    stage.upload(photo(shade=90), "shoe")
    after = stage.client.get("/demo/image/upload/c_scale,w_40/shoe.png")
    assert before.headers["etag"] != after.headers["etag"]
    assert before.content != after.content


def test_a_signed_url_is_delivered_and_a_strict_cloud_asks_for_one(make_stage: MakeStage, settings: Settings) -> None:
    cloud = replace(settings.clouds["demo"], strict=True)
    with make_stage(clouds={"demo": cloud}) as stage:
        stage.upload(photo(), "shoe")
        text = "c_scale,w_40/shoe.png"
        assert stage.client.get(f"/demo/image/upload/{text}").status_code == 401
        assert stage.client.get("/demo/image/upload/shoe.jpg").status_code == 200
        signed = f"/demo/image/upload/s--{sign(text, 'demo-secret')}--/c_scale,w_40/shoe.png"
        assert stage.client.get(signed).status_code == 200


def test_a_photo_that_cannot_be_cut_is_refused_for_a_while(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    stage.matter.failure = SourceError("The image has no subject to look at.")
    ready(stage, f"{CUTOUT}/shoe.png")
    for _ in range(3):
        answer = stage.client.get(f"{CUTOUT}/shoe.png")
        assert (answer.status_code, answer.headers["x-cld-error"]) == (422, "The image has no subject to look at.")
        stage.work()
    assert stage.matter.inferences == 1


def test_a_fault_of_the_worker_is_tried_a_bounded_number_of_times(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    stage.matter.failure = RuntimeError("the network fell over")
    ready(stage, f"{CUTOUT}/shoe.png")
    answer = stage.client.get(f"{CUTOUT}/shoe.png")
    assert (answer.status_code, answer.headers["x-cld-error"]) == (500, "Internal error")
    assert stage.matter.inferences == 3
    stage.work()
    assert stage.matter.inferences == 3


def test_with_redis_down_stored_results_are_served_and_new_ones_refused(make_stage: MakeStage) -> None:
    with make_stage() as stage:
        stage.upload(photo(), "shoe")
        ready(stage, f"{CUTOUT}/shoe.png")
        assert stage.client.get(f"{CUTOUT}/shoe.png").status_code == 200
        store = stage.store
    with make_stage(redis=RedisSettings(url="unix:///nowhere/redis.sock", timeout_seconds=0.2)) as stage:
        _move(store, stage.store)
        assert stage.client.get(f"{CUTOUT}/shoe.png").status_code == 200
        assert stage.client.get(f"{CUTOUT}/c_scale,w_30/shoe.png").status_code == 200
        new = stage.client.get(f"{CUTOUT}:fineedges_y/shoe.png")
        assert (new.status_code, new.headers["cache-control"]) == (503, "no-store")
        assert int(new.headers["retry-after"]) > 0
        assert stage.client.get("/health/ready").json() == {"pixels": True, "store": True, "redis": False}
        assert stage.client.get("/metrics").status_code == 200


def _move(source: object, target: object) -> None:
    for key in source.keys(""):  # type: ignore[attr-defined]
        blob = source.get(key)  # type: ignore[attr-defined]
        target.put(key, blob.body, metadata=blob.stat.metadata)  # type: ignore[attr-defined]


def test_patience_is_bounded_by_the_configuration(make_stage: MakeStage) -> None:
    with make_stage(delivery=Delivery(max_wait_seconds=0.3)) as stage:
        stage.upload(photo(), "shoe")
        started = time.monotonic()
        assert stage.client.get(f"{CUTOUT}/shoe.png", headers={"Prefer": "wait=600"}).status_code == 423
        assert 0.2 < time.monotonic() - started < 5


def test_a_default_image_stands_in_for_one_that_is_missing(stage: Stage) -> None:
    stage.upload(photo(), "brand/placeholder")
    answer = stage.client.get("/demo/image/upload/c_scale,d_brand:placeholder.jpg,w_40/nothing.png")
    assert (answer.status_code, answer.headers["content-type"], opened(answer.content).width) == (200, "image/png", 40)
    assert "Resource not found - nothing.png" in answer.headers["x-cld-error"]
    assert answer.headers["cache-control"].startswith("private, max-age=")
    assert stage.client.get("/demo/image/upload/d_none.png/nothing.png").status_code == 404


def test_getinfo_describes_instead_of_showing(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    facts = stage.client.get("/demo/image/upload/c_fill,h_30,w_40/fl_getinfo/shoe.webp").json()
    assert (facts["input"]["width"], facts["input"]["format"]) == (96, "jpg")
    assert (facts["output"]["width"], facts["output"]["height"], facts["output"]["format"]) == (40, 30, "webp")


def test_a_cloud_may_ask_for_signed_removals(make_stage: MakeStage, settings: Settings) -> None:
    cloud = replace(settings.clouds["demo"], unsigned_removal=False)
    with make_stage(clouds={"demo": cloud}) as stage:
        stage.upload(photo(), "shoe")
        refused = stage.client.get(f"{CUTOUT}/shoe.png")
        assert (refused.status_code, "isn't signed" in refused.headers["x-cld-error"]) == (401, True)
        text = sign("e_background_removal/shoe.png", "demo-secret")
        assert stage.client.get(f"/demo/image/upload/s--{text}--/e_background_removal/shoe.png").status_code == 423


def test_a_missing_image_is_kept_for_a_short_time_only(make_stage: MakeStage) -> None:
    with make_stage(delivery=Delivery(error_max_age_seconds=7)) as stage:
        answer = stage.client.get("/demo/image/upload/nothing.png")
        assert answer.headers["cache-control"] == "public, max-age=7"


@pytest.mark.parametrize(("seconds", "caching"), [(10, "public, max-age=10"), (0, "no-store")])
def test_a_missing_image_may_be_kept_as_long_as_is_configured(
    make_stage: MakeStage, seconds: int, caching: str
) -> None:
    with make_stage(delivery=Delivery(error_max_age_seconds=seconds)) as stage:
        answer = stage.client.get("/demo/image/upload/nothing.png")
        assert (answer.status_code, answer.headers["cache-control"]) == (404, caching)
        assert stage.client.get("/v1_1/demo/nowhere").headers["cache-control"] == "no-store"


def test_one_pixel_and_the_whole_side_are_told_apart_whichever_is_asked_for_first(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    for width, expected in (("1", 1), ("1.0", 96), ("1", 1)):
        answer = stage.client.get(f"/demo/image/upload/c_scale,h_20,w_{width}/shoe.png")
        assert opened(answer.content).width == expected


def test_what_is_remembered_of_a_url_follows_its_asset(stage: Stage) -> None:
    url = "/demo/image/upload/c_scale,w_0.5/if_!sale!_in_tags/e_grayscale/if_end/shoe.png"
    for shade, width, tags in ((0, 96, ""), (1, 60, ""), (1, 60, "sale")):
        stage.upload(photo(width, shade=shade), "shoe", tags=tags)
        picture = opened(stage.client.get(url).content)
        assert (picture.width, picture.bands == 1 or picture(3, 3)[0] == picture(3, 3)[2]) == (width // 2, bool(tags))
