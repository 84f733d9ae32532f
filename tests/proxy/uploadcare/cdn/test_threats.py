"""The cases of docs/security.md at Uploadcare's CDN; its calls and restricted files have tests of their own.

Cases 1 to 5: test_token.py, ../test_auth.py. 11 to 24: test_delivery.py, ../test_from_url.py, tests/attacks/access. 33,
35 and 40 to 44: what every API stands on.
"""

import httpx
import pytest

from media.errors import Unavailable
from media.stores.memory import MemoryStore
from tests.attacks.test_threats import assert_refused
from tests.media.pictures import animation
from tests.pictures import opened, photo
from tests.proxy.uploadcare.cdn.conftest import Cdn
from tests.proxy.uploadcare.conftest import Uploads

RESIZE = "-/resize/40x/"


@pytest.fixture
def file(uploads: Uploads) -> str:
    return uploads.upload()


@pytest.mark.parametrize("spelling", ["%2D/resize/40x/", "-/resize/40x", "-/%72esize/40x/", "-/resize/40x/-/"])
def test_spellings_of_one_address_are_one_derived_asset_or_refused(cdn: Cdn, file: str, spelling: str) -> None:
    same, other = cdn.get(f"/{file}/{RESIZE}"), cdn.get(f"/{file}/{spelling}")
    assert other.status_code in (400, 404) or other.headers["etag"] == same.headers["etag"]


@pytest.mark.parametrize(
    "directives",
    [
        "-/nothing/", "-/resize/", "-/resize/x/", "-/resize/-4x/", "-/resize/²x/", f"-/resize/{'9' * 5000}x/",
        "-/resize/1e3x/", "-/resize/%00x/", "-/resize/40x%0d%0aX-Injected:%20a/", "-/blur/%ff/", "-/crop/0x0/0,0/",
        "-/preview/99999x99999/-/format/jpeg/", "-/rotate/٤٥/", "-/overlay/../../etc/passwd/", "-/setfill/%ud800/",
        "-/resize/40x/" * 700, "-/rotate/45/" * 90, "-/resize/3000x3000/-/blur/5000/" * 40,
    ],
)  # fmt: skip
def test_nonsense_and_excess_are_sentences(cdn: Cdn, file: str, directives: str) -> None:
    assert_refused(cdn.get(f"/{file}/{directives}"))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("a.pdf", b"%PDF-1.7\n%%EOF"),
        ("a.jpg", b"MZ" + bytes(100)),
    ],
)
def test_what_is_no_picture_is_never_run_and_takes_no_operation(
    cdn: Cdn, uploads: Uploads, name: str, body: bytes
) -> None:
    file = uploads.upload(body, name)
    whole = cdn.get(f"/{file}/")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "attachment" in whole.headers.get("content-disposition", "") or "sandbox" in whole.headers.get(
        "content-security-policy", ""
    )
    assert_refused(cdn.get(f"/{file}/{RESIZE}"))


def broken() -> dict[str, bytes]:
    whole = photo(format_name="png")
    bomb = whole[:16] + (60_000).to_bytes(4) * 2 + whole[24:]
    return {
        "cut short": whole[:90],
        "a bomb": bomb,
        "many frames": animation(".gif", 2) + b";" * 9,
        "noise": bytes(999),
    }


@pytest.mark.parametrize("name", broken())
def test_broken_and_lying_files_cost_a_sentence(cdn: Cdn, uploads: Uploads, name: str) -> None:
    file = uploads.upload(broken()[name], "a.png")
    answer = cdn.get(f"/{file}/{RESIZE}")
    assert answer.status_code < 500
    if answer.status_code != 200:
        assert_refused(answer)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_specks_and_strips_are_pictures(cdn: Cdn, uploads: Uploads, size: tuple[int, int]) -> None:
    file = uploads.upload(photo(*size, "png"), "a.png")
    answer = cdn.get(f"/{file}/-/preview/40x40/-/format/png/")
    assert answer.status_code == 200
    assert max(opened(answer.content).width, opened(answer.content).height) <= 40


def test_a_crowd_makes_one_cutout_and_what_is_pending_is_kept_by_no_cache(cdn: Cdn, file: str) -> None:
    url = f"/{file}/-/remove_bg/"
    answers = [cdn.get(url, prefer="wait=0") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    cdn.stage.work()
    assert cdn.get(url).status_code == 200
    assert cdn.stage.matter.inferences == 1
    assert "no-store" not in cdn.get(url).headers["cache-control"]


def test_junk_in_accept_makes_no_new_derived_assets(cdn: Cdn, file: str) -> None:
    junk = ["*/*", "image/webp;q=x", "a" * 4000, "image/avif;;;", ",,,", "image/jpeg, image/x-a"]
    answers = [cdn.get(f"/{file}/-/format/auto/{RESIZE}", accept=accept) for accept in junk]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["etag"] for answer in answers}) <= 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_an_address_is_read_only(cdn: Cdn, file: str, method: str) -> None:
    assert_refused(cdn.stage.client.request(method, f"/{file}/{RESIZE}"), 404, 405)
    assert cdn.get(f"/{file}/").status_code == 200


def test_head_and_range_are_those_of_the_answer(cdn: Cdn, file: str) -> None:
    whole = cdn.get(f"/{file}/{RESIZE}")
    head = cdn.stage.client.head(f"/{file}/{RESIZE}")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])
    part = cdn.get(f"/{file}/{RESIZE}", range="bytes=2-5")
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert cdn.get(f"/{file}/{RESIZE}", range=f"bytes={'9' * 5000}-").status_code in (200, 416)


def test_a_store_that_is_down_is_no_missing_file(cdn: Cdn, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(self: MemoryStore, key: str) -> None:
        raise Unavailable("The store cannot be read.")

    monkeypatch.setattr(MemoryStore, "get", down)
    answer: httpx.Response = cdn.get(f"/{file}/-/resize/41x/")
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert "retry-after" in answer.headers
