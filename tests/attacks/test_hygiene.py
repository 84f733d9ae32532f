"""What every answer has, whatever was asked for: no cache keeps a refusal, no host is made up, no file runs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.config import Delivery, Settings
from tests.conftest import MakeStage, Stage
from tests.pictures import photo
from tests.proxy.apis import TOKENS
from tests.signing import signed

OURS = "https://img.example.com"
FILES = "files.example.com"
PICTURE = "/demo/image/upload/shoe.jpg"

#: Method and path → status: what nobody answers, at every API and beside all of them.
REFUSED = [
    ("GET", "/nothing", 404),
    ("GET", "/playground/nothing.js", 404),
    ("GET", "/playground", 404),
    ("GET", "/playground/../../pyproject.toml", 404),
    ("GET", "/health", 404),
    ("GET", "/health/live/", 404),
    ("GET", "/metrics/", 404),
    ("POST", "/", 405),
    ("POST", "/metrics", 405),
    ("DELETE", "/health/live", 405),
    ("POST", PICTURE, 405),
    ("PUT", "/v7/http://example.com/a.jpg", 405),
    ("PATCH", "/api/remove", 405),
    ("GET", "/invalidate", 405),
    ("GET", "/demo/image/upload/nothing.jpg", 404),
    ("HEAD", "/demo/image/upload/nothing.jpg", 404),
    ("GET", "/demo/image/upload/w_abc/shoe.jpg", 400),
    ("GET", "/demo/raw/upload/nothing.js", 404),
    ("GET", "/nobody/image/upload/shoe.jpg", 404),
    ("GET", "/v7/_nothing_/a.jpg", 404),
    ("GET", "/v1_1/demo/nothing", 404),
    ("GET", "/v1_1/demo/ping", 401),
    ("GET", "/v1.0/nothing", 404),
    ("GET", "/v1/images", 401),
    ("GET", "/images/image_nothing", 404),
    ("GET", "/api/remove", 422),
]


@pytest.fixture
def filled(stage: Stage) -> Stage:
    stage.upload(photo(), "shoe")
    return stage


@pytest.mark.parametrize(("method", "path", "status"), REFUSED)
def test_a_refusal_is_kept_by_no_cache_and_run_by_no_browser(
    filled: Stage, method: str, path: str, status: int
) -> None:
    for headers in ({}, {"if-none-match": "*"}, {"if-none-match": '"x", *'}, {"range": "bytes=0-1"}):
        answer = filled.client.request(method, path, headers=headers, follow_redirects=False)
        assert answer.status_code == status, (headers, answer.text)
        assert answer.headers["cache-control"] == "no-store", headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


def test_every_other_answer_is_safe_too(filled: Stage) -> None:
    for path in (PICTURE, "/health/live", "/health/ready", "/metrics", "/", "/playground/style.css"):
        answer = filled.client.get(path)
        if answer.status_code == 404:
            continue
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["content-security-policy"], path
        assert answer.headers["cache-control"], path


def test_what_exists_is_not_modified(filled: Stage) -> None:
    answer = filled.client.get(PICTURE, headers={"if-none-match": "*"})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_path_with_a_slash_too_many_is_no_redirect(filled: Stage) -> None:
    for path in ("/metrics/", "/health/ready/", "/api/remove/", "/invalidate/", "/v1/images/x/"):
        answer = filled.client.get(path, headers={"host": "evil.example"}, follow_redirects=False)
        assert not 300 <= answer.status_code < 400, path


HOSTS = [
    b"",
    b" ",
    b"a b",
    b"a/b",
    b"a@b",
    b"a\\b",
    b"a,b",
    b"http://a",
    b"a:b",
    b"a:999999",
    b"[::1",
    b"\xe9",
    b"a" * 300,
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_none_is_refused(filled: Stage, host: bytes) -> None:
    answer = filled.client.get("/health/live", headers=[(b"host", host)])
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")


def test_two_hosts_are_refused_and_usual_ones_are_not(filled: Stage) -> None:
    twice = [(b"host", b"a.example"), (b"host", b"a.example")]
    assert filled.client.get("/health/live", headers=twice).status_code == 400
    for host in (
        "a",
        "a.example",
        "a.example:8000",
        "127.0.0.1:80",
        "[::1]",
        "[::1]:8000",
        "my_service.internal",
        "a:",
    ):
        assert filled.client.get("/health/live", headers={"host": host}).status_code == 200, host


@pytest.fixture
def public(make_stage: MakeStage, settings: Settings) -> Iterator[Stage]:
    server = replace(settings.server, public_url=OURS, files_host=FILES)
    cloud = replace(settings.clouds["demo"], tokens=TOKENS)
    with make_stage(server=server, clouds={"demo": cloud}) as made:
        made.upload(photo(), "shoe")
        yield made


EVIL = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}


def test_nothing_that_is_told_follows_a_foreign_host(public: Stage) -> None:
    auth = ("demo-key", "demo-secret")
    key = {"x-api-key": "live_demo"}
    uploaded = public.client.post(
        "/v1_1/demo/image/upload", data=signed({"public_id": "boot", "eager": "w_9/png"}), files={"file": photo()},
        headers=EVIL,
    )  # fmt: skip
    made = public.client.post("/v1/images/upload", data={"name": "a"}, files={"image": photo()}, headers=EVIL | key)
    answers = [
        uploaded,
        made,
        public.client.get("/v1_1/demo/resources/image", auth=auth, headers=EVIL),
        public.client.get("/v1_1/demo/resources/image/upload/shoe", auth=auth, headers=EVIL),
        public.client.get("/v1/images?take=1", headers=EVIL | key),
        public.client.post(f"/v1/images/{made.json()['id']}/publish", headers=EVIL | key),
    ]
    for answer in answers:
        assert answer.status_code in (200, 201), answer.text
        assert "evil" not in answer.text
    assert uploaded.json()["secure_url"].startswith(f"{OURS}/demo/image/upload/")


#: Extension of a raw upload → whether it is shown as what it is.
FILE_TYPES = {
    "js": False, "mjs": False, "html": False, "htm": False, "xhtml": False, "svg": False, "xml": False, "css": False,
    "wasm": False, "swf": False, "htc": False, "xsl": False, "rss": False, "svgz": False, "": True, "unheard": True,
    "txt": True, "csv": True, "pdf": True, "json": True, "zip": True, "mp4": True, "mp3": True, "woff2": True,
}  # fmt: skip
SCRIPT = b"<script>alert(1)</script>"


def keep(stage: Stage, name: str) -> str:
    fields = signed({"public_id": name})
    answer = stage.client.post("/v1_1/demo/raw/upload", data=fields, files={"file": (name, SCRIPT)})
    assert answer.status_code == 200, answer.text
    return f"/demo/raw/upload/{name}"


@pytest.mark.parametrize("extension", FILE_TYPES)
def test_an_uploaded_file_is_no_script_for_our_pages(stage: Stage, extension: str) -> None:
    path = keep(stage, f"file.{extension}" if extension else "file")
    for url in (path, path.replace("raw/upload", "files") + "/seo" if not extension else path):
        answer = stage.client.get(url)
        assert (answer.status_code, answer.content) in ((200, SCRIPT), (404, b""))
        kind = answer.headers["content-type"].partition(";")[0]
        assert "script" not in kind
        assert kind not in ("text/html", "text/css", "text/xml", "application/xml", "image/svg+xml", "application/wasm")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        if not FILE_TYPES[extension]:
            assert answer.headers["content-disposition"].startswith("attachment"), answer.headers


def test_files_have_a_host_of_their_own_where_one_is_named(public: Stage) -> None:
    path = keep(public, "file.js")
    answer = public.client.get(f"{path}?a=b", headers={"host": "evil.example"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"http://{FILES}{path}?a=b")
    assert answer.headers["cache-control"] == "no-store"
    there = public.client.get(path, headers={"host": FILES})
    assert (there.status_code, there.content) == (200, SCRIPT)
    assert "javascript" in there.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/playground/index.html", PICTURE, "/v1_1/demo/ping", "/metrics", "/v1/images"])
def test_nothing_else_is_at_the_host_of_files(public: Stage, path: str) -> None:
    assert public.client.get(path, headers={"host": FILES}).status_code == 404


def test_metrics_may_have_a_port_of_their_own(make_stage: MakeStage, settings: Settings) -> None:
    with make_stage(server=replace(settings.server, metrics_port=80)) as stage:
        # The client of tests always comes to port 80.
        assert stage.client.get("/metrics").status_code == 200
        assert stage.client.get("/health/ready").status_code == 200
        assert [stage.client.get(path).status_code for path in ("/", PICTURE, "/v1_1/demo/ping")] == [404] * 3
    with make_stage(server=replace(settings.server, metrics_port=81)) as stage:
        assert stage.client.get("/metrics").status_code == 404
        assert stage.client.get("/").status_code == 200


def test_an_operator_may_let_caches_keep_what_is_missing(make_stage: MakeStage) -> None:
    with make_stage(delivery=Delivery(error_max_age_seconds=7)) as stage:
        answer = stage.client.get("/demo/image/upload/nothing.jpg")
        assert answer.headers["cache-control"] == "public, max-age=7"
