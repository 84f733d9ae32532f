"""The Cloudimage path, from URL to bytes: a real origin, a fake network, a worker that works when told to."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from media.config import Origin, RedisSettings
from media.errors import SourceError
from proxy.dialects.cloudimage.settings import Cloudimage, CloudimageToken
from proxy.dialects.cloudimage.signature import sign
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.cloudimage.conftest import Site
from tests.stage import Stage

STATUS = "x-background-removal-status"
WEBP = {"Accept": "image/avif,image/webp,*/*"}


@pytest.fixture
def shoe(site: Site) -> str:
    """The path of a photo, 96 × 64."""
    site.pages["/shoe.jpg"] = photo()
    return f"/v7/http://{site.host}/shoe.jpg"


def sides(body: bytes) -> tuple[int, int]:
    picture = opened(body)
    return picture.width, picture.height


def test_without_parameters_the_origins_bytes_are_served(front: Stage, site: Site, shoe: str) -> None:
    answer = front.client.get(shoe)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content == site.pages["/shoe.jpg"]
    assert answer.headers["cache-control"] == "public, max-age=2592000"
    assert STATUS not in answer.headers


@pytest.mark.parametrize(
    ("query", "size", "mime"),
    [
        ("w=48", (48, 32), "image/jpeg"),
        ("w=40&h=40&func=crop&gravity=10,20", (40, 40), "image/jpeg"),
        ("w=40&h=40&func=fit&bg_color=f00", (40, 40), "image/jpeg"),
        ("w=40&h=40&func=bound&force_format=png", (40, 27), "image/png"),
        ("w=30&h=50&func=cover&force_format=webp", (30, 50), "image/webp"),
        ("w=40&h=40&func=fit&margin=2,4&radius=5&gray=1&blur=3&q=70", (40, 40), "image/jpeg"),
        ("tl_px=10,10&br_px=40,30&r=90&flip=h", (20, 30), "image/jpeg"),
        ("nonsense=1&w=NaN", (96, 64), "image/jpeg"),
    ],
)
def test_parameters_give_the_documented_size_and_format(
    front: Stage, site: Site, shoe: str, query: str, size: tuple[int, int], mime: str
) -> None:
    site.pages["/shoe.jpg?nonsense=1"] = site.pages["/shoe.jpg"]
    answer = front.client.get(f"{shoe}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, mime)
    assert sides(answer.content) == size


def test_until_there_is_a_cutout_the_photo_is_served_with_a_short_life(front: Stage, shoe: str) -> None:
    url = f"{shoe}?w=48&bg_remove=1"
    pending = front.client.get(url)
    assert (pending.status_code, pending.headers["content-type"]) == (200, "image/jpeg")
    assert sides(pending.content) == (48, 32)
    assert pending.headers[STATUS] == "processing"
    assert pending.headers["cache-control"] == "public, max-age=5, s-maxage=5"
    assert pending.headers["retry-after"] == "1"
    front.work()
    done = front.client.get(url)
    assert (done.status_code, done.headers["content-type"], done.headers[STATUS]) == (200, "image/png", "done")
    assert done.headers["cache-control"] == "public, max-age=2592000"
    assert done.headers["etag"] != pending.headers["etag"]
    assert "retry-after" not in done.headers
    picture = opened(done.content)
    assert (picture.width, picture.height, picture.bands) == (48, 32, 4)
    assert picture(24, 16)[3] > 200
    assert picture(1, 1)[3] < 50


def test_a_pending_answer_does_not_revalidate_the_final_one(front: Stage, shoe: str) -> None:
    url = f"{shoe}?bg_remove=1"
    tag = front.client.get(url).headers["etag"]
    still = front.client.get(url, headers={"If-None-Match": tag})
    assert (still.status_code, still.headers["cache-control"]) == (304, "public, max-age=5, s-maxage=5")
    front.work()
    final = front.client.get(url, headers={"If-None-Match": tag})
    assert final.status_code == 200
    again = front.client.get(url, headers={"If-None-Match": final.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "public, max-age=2592000")


@pytest.mark.parametrize(
    ("query", "accept", "mime", "bands"),
    [
        ("", "*/*", "image/png", 4),
        ("", WEBP["Accept"], "image/webp", 4),
        ("&force_format=webp", "*/*", "image/webp", 4),
        ("&force_format=webp,png", "*/*", "image/png", 4),
        ("&force_format=jpeg", WEBP["Accept"], "image/jpeg", 3),
        ("&bg_color=ff0000", WEBP["Accept"], "image/jpeg", 3),
    ],
)
def test_a_cutout_keeps_its_alpha_where_it_can(
    front: Stage, shoe: str, query: str, accept: str, mime: str, bands: int
) -> None:
    url = f"{shoe}?bg_remove=1{query}"
    front.client.get(url)
    front.work()
    answer = front.client.get(url, headers={"Accept": accept})
    assert (answer.headers["content-type"], opened(answer.content).bands) == (mime, bands)


def test_a_solid_colour_fills_what_was_removed(front: Stage, shoe: str) -> None:
    url = f"{shoe}?bg_remove=1&bg_color=ff0000&force_format=png"
    front.client.get(url)
    front.work()
    assert opened(front.client.get(url).content)(0, 0) == [255, 0, 0]


def test_jpeg_without_a_colour_is_flattened_on_white(front: Stage, shoe: str) -> None:
    url = f"{shoe}?bg_remove=1&force_format=jpg"
    front.client.get(url)
    front.work()
    assert min(opened(front.client.get(url).content)(0, 0)) > 250


def test_a_crowd_makes_one_job_and_later_chains_run_no_inference(front: Stage, shoe: str) -> None:
    for width in range(10, 20):
        assert front.client.get(f"{shoe}?w={width}&bg_remove=1").headers[STATUS] == "processing"
    front.work()
    for width in range(10, 20):
        assert front.client.get(f"{shoe}?w={width}&bg_remove=1").headers[STATUS] == "done"
    assert front.matter.inferences == 1


def test_where_no_cutout_can_be_made_the_photo_stays(front: Stage, shoe: str) -> None:
    front.matter.failure = SourceError("nothing to see")
    front.client.get(f"{shoe}?bg_remove=1")
    front.work()
    failed = front.client.get(f"{shoe}?bg_remove=1")
    assert (failed.status_code, failed.headers[STATUS]) == (200, "failed")
    assert failed.headers["cache-control"] == "public, max-age=5, s-maxage=5"


def test_without_redis_the_photo_is_served(make_stage: MakeStage, shoe: str) -> None:
    nowhere = RedisSettings(url="redis://127.0.0.1:1/0", timeout_seconds=0.2)
    with make_stage(origin=Origin(allow_private=True), redis=nowhere) as stage:
        answer = stage.client.get(f"{shoe}?w=48&bg_remove=1")
    assert (answer.status_code, answer.headers[STATUS], sides(answer.content)) == (200, "unavailable", (48, 32))
    assert int(answer.headers["retry-after"]) > 0


def test_an_origin_without_a_scheme_is_reached_over_http_too(front: Stage, site: Site, shoe: str) -> None:
    answer = front.client.get(f"/v7/{site.host}/shoe.jpg?w=48")
    assert (answer.status_code, sides(answer.content)) == (200, (48, 32))


def test_the_origins_own_query_reaches_it_and_ours_does_not(front: Stage, site: Site) -> None:
    site.pages["/a.jpg?x=1&y=a%20b"] = photo()
    assert front.client.get(f"/v7/http://{site.host}/a.jpg?x=1&w=10?y=a%20b&h=5").status_code == 200
    assert site.seen == ["/a.jpg?x=1&y=a%20b"]


def test_a_source_is_fetched_once(front: Stage, site: Site, shoe: str) -> None:
    for width in (10, 20, 30):
        front.client.get(f"{shoe}?w={width}")
    assert site.seen == ["/shoe.jpg"]


def test_head_has_the_headers_without_the_body(front: Stage, shoe: str) -> None:
    answer = front.client.head(f"{shoe}?w=48")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", "image/jpeg")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v7/http://{host}/missing.jpg", 404),
        ("/v7/http://{host}/page.html", 415),
        ("/v7/http://{host}/shoe.jpg?w=1000000", 413),
        ("/v7/_unknown_/a.jpg", 404),
        ("/v7/ftp://{host}/a.jpg", 400),
        ("/v7/http://{host}/a%00.jpg", 400),
        ("/v7/http://{host}/%0d%0aX-Evil:1", 400),
        ("/v7/http://user@{host}/shoe.jpg", 403),
        ("/v7/http://169.254.169.254/latest/meta-data", 403),
        ("/v7/http://{host}/" + "a" * 9000, 400),
    ],
)
def test_errors_are_short_json_that_nobody_caches(front: Stage, site: Site, shoe: str, path: str, status: int) -> None:
    site.pages["/page.html"] = b"<html></html>"
    answer = front.client.get(path.format(host=site.host))
    assert answer.status_code == status
    assert (answer.json()["status"], answer.headers["cache-control"]) == ("error", "no-store")
    assert answer.headers["x-cloudimage-error"].isascii()
    assert answer.headers["access-control-allow-origin"] == "*"


def test_private_addresses_are_not_fetched_from_by_default(stage: Stage, site: Site, shoe: str) -> None:
    assert stage.client.get(shoe).status_code == 403
    assert site.seen == []


def test_an_account_that_signs_refuses_what_is_not_signed(make_stage: MakeStage, site: Site, shoe: str) -> None:
    account = Cloudimage(sign_salts=("salt",))
    with make_stage(account, origin=Origin(allow_private=True)) as stage:
        refused = stage.client.get(f"{shoe}?w=48")
        assert (refused.status_code, site.seen) == (403, [])
        signature = sign(f"{shoe.removeprefix('/v7')}?w=48", "salt")[:18]
        assert stage.client.get(f"{shoe}?w=48&ci_sign={signature}").status_code == 200


def test_a_host_has_the_aliases_of_its_token(make_stage: MakeStage, site: Site, shoe: str) -> None:
    token = CloudimageToken(aliases={"shop": f"http://{site.host}"}, presets={"small": "w=12"})
    account = Cloudimage(hosts={"img.example.com": "shop"}, tokens={"shop": token})
    with make_stage(account, origin=Origin(allow_private=True)) as stage:
        answer = stage.client.get("/v7/_shop_/shoe.jpg?p=small", headers={"Host": "img.example.com:80"})
        assert sides(answer.content) == (12, 8)
        assert stage.client.get("/v7/_shop_/shoe.jpg").status_code == 404


def test_the_answer_can_be_a_download_with_a_life_of_its_own(front: Stage, shoe: str) -> None:
    answer = front.client.get(f"{shoe}?force_download=1&ci_cache=60&ci_info=1")
    assert answer.headers["content-disposition"] == 'attachment; filename="shoe.jpg"'
    assert answer.headers["cache-control"] == "public, max-age=60, s-maxage=60"
    assert answer.headers["x-cloudimage-info"].startswith("source=96x64 jpg")


def test_a_client_may_wait_for_the_cutout(front: Stage, shoe: str) -> None:
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(front.client.get, f"{shoe}?bg_remove=1", headers={"Prefer": "wait=5"})
        while not waiting.done():
            front.work()
    assert waiting.result().headers[STATUS] == "done"
