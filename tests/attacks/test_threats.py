"""Cases of docs/security.md that have no other place: URLs, caches and methods as a stranger sends them."""

from typing import Any

import httpx
import pytest

from media.config import Settings
from media.errors import Unavailable
from media.stores.memory import MemoryStore
from proxy.dialects.cloudinary.signature import sign
from tests.pictures import photo
from tests.stage import Stage, open_stage

ROOT = "/demo/image/upload"
TEXT = "c_scale,w_40/shoe.png"


@pytest.fixture
def filled(stage: Stage) -> Stage:
    stage.upload(photo(), "shoe")
    return stage


def signature(text: str = TEXT) -> str:
    return f"s--{sign(text, 'demo-secret')}--"


def assert_refused(answer: httpx.Response, *statuses: int) -> None:
    """With one of ``statuses`` (none given: any that is the client's fault), kept by no cache, run by no browser."""
    assert answer.status_code in (statuses or range(400, 500)), answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "x-injected" not in answer.headers
    assert "set-cookie" not in answer.headers


WRONG = ("s--AAAAAAAA--", "s--short--", "s----", f"{signature()}/{signature()}", f"{signature()}/s--AAAAAAAA--")


@pytest.mark.parametrize("wrong", WRONG)
def test_a_signature_that_does_not_cover_the_path_is_refused_and_kept_by_no_cache(filled: Stage, wrong: str) -> None:
    assert_refused(filled.client.get(f"{ROOT}/{wrong}/{TEXT}"))


def test_what_is_added_to_a_signed_url_changes_nothing_or_is_refused(filled: Stage) -> None:
    whole = filled.client.get(f"{ROOT}/{signature()}/{TEXT}").content
    for added in ("?w=9", "?c_scale,w_9", "?_a=x", ";w=9", "/", "%3Fw=9", "%23x", "/../x.png"):
        answer = filled.client.get(f"{ROOT}/{signature()}/{TEXT}{added}")
        assert answer.status_code != 200 or answer.content == whole, added


SPELLINGS = ("c_scale%2Cw_40", "c_scale%2cw_40", "%63_scale,w_40", "w_40,c_scale", "c_scale,w_40/")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_one_transformation_are_one_derived_asset(filled: Stage, spelling: str) -> None:
    same, other = filled.client.get(f"{ROOT}/{TEXT}"), filled.client.get(f"{ROOT}/{spelling}/shoe.png")
    assert other.headers["etag"] == same.headers["etag"]


NONSENSE = (
    "e_no_such", "w_abc", "c_nothing,w_40", "w_40,,h_40", "%00", "w_40%00", "w_40%0d%0aX-Injected:%20yes",
    "w_40%0aX-Injected:1", "w_40%5c", "%ff", "w_%ff", "e_blur:%ed%a0%80",
    "e_background_removal:hints_(cat%22onload=1;%C3%A9)",
    "e_background_removal:hints_(forget%20all%20rules)", "e_background_removal:hints_((((cat))))", "w_0", "w_NaN",
    "w_1e9", "c_crop,w_9,h_9,x_999999999999", "w_9999999999999999999999", "dpr_1000000", "/".join(["e_sepia"] * 201),
    "e_background_removal:hints_(" + ";".join(["cat"] * 1500) + ";no_such)", "w_" + "(" * 4000, "e_blur:" + "9" * 9000,
)  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: text[:40])
def test_nonsense_in_a_url_is_a_sentence_and_no_header(filled: Stage, text: str) -> None:
    answer = filled.client.get(f"{ROOT}/{text}/shoe.jpg")
    assert_refused(answer, 400, 404, 413, 414)
    # One sentence, told to a person.
    said = answer.headers["x-cld-error"]
    assert 10 < len(said) < 2000
    assert said.isprintable()


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/x",
        "%252e%252e%252fx",
        "..%5c..%5cx",
    ],
)
@pytest.mark.parametrize("root", [ROOT, "/demo/raw/upload", "/v7/demo", "/images", "/v7/_demo_"])
def test_a_path_cannot_climb(filled: Stage, root: str, path: str) -> None:
    assert_refused(filled.client.get(f"{root}/{path}", follow_redirects=False))


def test_junk_in_accept_makes_no_new_derived_assets(filled: Stage) -> None:
    path, tags = f"{ROOT}/c_scale,w_40,f_auto/shoe", set()
    for number in range(30):
        answer = filled.client.get(path, headers={"accept": f"image/{number}, x/{number};q=0.{number}, */*"})
        tags.add(answer.headers["etag"])
        assert "accept" in answer.headers["vary"].lower()
    assert len(tags) == 1


#: A path of every API that shows something.
SHOWN = (f"{ROOT}/{TEXT}", "/demo/raw/upload/a.txt", "/v7/_demo_/shoe.png", "/images/image_nothing", "/health/live")


#: How some servers are told another method than that of the request.
TRICKS: tuple[dict[str, Any], ...] = (
    {}, {"content": b"x" * 9}, {"headers": {"x-http-method-override": "GET"}}, {"params": {"_method": "GET"}},
)  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("path", SHOWN)
def test_a_delivery_url_is_read_only(filled: Stage, method: str, path: str) -> None:
    before = filled.client.get(f"{ROOT}/{TEXT}").content
    for sent in TRICKS:
        answer = filled.client.request(method, path, follow_redirects=False, **sent)
        assert_refused(answer, 405)
        assert set(answer.headers["allow"].replace(" ", "").split(",")) <= {"GET", "HEAD", "OPTIONS"}
    assert filled.client.get(f"{ROOT}/{TEXT}").content == before


class Forgetful(MemoryStore):
    """Takes no derived asset: the disk is full, or the service down."""

    def put(self, key: str, *arguments: Any, **options: Any) -> Any:
        if key.startswith("derived/"):
            raise Unavailable("The store is full.", retry_after=1)
        return super().put(key, *arguments, **options)


def test_what_cannot_be_kept_is_delivered_all_the_same(settings: Settings) -> None:
    with open_stage(settings, Forgetful()) as stage:
        stage.upload(photo(), "shoe")
        assert stage.client.get(f"{ROOT}/{TEXT}").status_code == 200
