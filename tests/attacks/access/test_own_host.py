"""A proxy told to fetch from itself gets nothing that its visitor would not get, nor what is open for a time."""

import base64
import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from cloudinary import auth_token

from proxy.dialects.cloudinary.signature import sign
from tests.attacks.access.restrictions import KEY, OPEN, RESTRICTIONS
from tests.attacks.conftest import CLOUD, Victim, running_proxy
from tests.pictures import photo
from tests.signing import signed

TOKENS = {**CLOUD["tokens"], "live_demo": {"secrets": "live_demo", "apis": "img_processing"}}
#: A cutout that is not made yet: the source was got.
GOT = (200, 201, 503)


def name_of(restriction: str) -> str:
    return restriction.replace(" ", "_")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[Victim]:
    """It may fetch from this machine, and so from itself; one asset of each restriction, fetched copies never kept."""
    cloud = {**CLOUD, "tokens": TOKENS, "token_key": KEY}
    settings = {
        "clouds": {"demo": cloud},
        "origin": {"allow_private": True, "max_age_seconds": 0},
        "delivery": {"synchronous_wait_seconds": 0},
    }
    with running_proxy(tmp_path_factory.mktemp("own"), redis_server, **settings) as running:
        for restriction, (delivery_type, rules, _) in RESTRICTIONS.items():
            fields = {"type": delivery_type, **({"access_control": rules} if rules else {})}
            keep(running, name_of(restriction), **fields)
        keep(running, "logo")
        yield running


def keep(server: Victim, public_id: str, **fields: str) -> None:
    address = f"http://127.0.0.1:{server.port}/v1_1/demo/image/upload"
    sent = {"data": signed({"public_id": public_id, **fields}), "files": {"file": photo(shade=len(public_id))}}
    assert httpx.post(address, **sent, timeout=30).status_code == 200  # type: ignore[arg-type]


def ways(server: Victim, address: str) -> dict[str, int]:
    """Way to have ``address`` fetched → the status of the answer."""
    host = f"http://127.0.0.1:{server.port}"
    encoded = base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
    escaped = quote(address, safe="")
    with httpx.Client(base_url=host, timeout=60) as client:
        answers = {
            "fetch": client.get(f"/demo/image/fetch/{escaped}"),
            "fetch, changed": client.get(f"/demo/image/fetch/c_scale,w_9/{escaped}"),
            "l_fetch": client.get(f"/demo/image/upload/l_fetch:{encoded}/logo"),
            "u_fetch": client.get(f"/demo/image/upload/u_fetch:{encoded},w_99,h_99/logo"),
            "cloudimage": client.get(f"/v7/{escaped}?ci_url_encoded=1"),
            "watermark": client.get(f"/v7/{host}/demo/image/upload/logo?wat=1&wat_url={escaped}"),
            "uploadcare": client.get(f"/{address}"),
            "uploadcare, changed": client.get(f"/-/resize/9x/{address}"),
            "rembg": client.get("/api/remove", params={"url": address}),
            "remove_bg": client.post(
                "/v1.0/removebg", headers={"X-Api-Key": "demo-token"}, data={"image_url": address}
            ),
            "img_processing": client.post(
                "/v1/images", headers={"x-api-key": "live_demo"}, json={"name": "a", "url": address}
            ),
            "unsigned upload": client.post("/v1_1/demo/image/upload", data={"upload_preset": "open", "file": address}),
        }
    return {way: answer.status_code for way, answer in answers.items()}


@pytest.mark.parametrize("restriction", RESTRICTIONS)
def test_what_is_restricted_is_not_fetched_from_ourselves(server: Victim, restriction: str) -> None:
    address = f"http://127.0.0.1:{server.port}/demo/image/{RESTRICTIONS[restriction][0]}/{name_of(restriction)}.jpg"
    # The cloud of this proxy is not strict, and what is open now would be kept for longer.
    opens = restriction in (OPEN | {"strict"}) - {"now"}
    statuses = ways(server, address)
    assert {way: status in GOT for way, status in statuses.items()} == dict.fromkeys(statuses, opens)


def test_what_a_token_opens_is_not_fetched_from_ourselves(server: Victim) -> None:
    path = "/demo/image/authenticated/authenticated"
    token = auth_token.generate(url=path, expiration=int(time.time()) + 600, key=KEY)
    assert server.ask("GET", f"{path}?{token}")[0] == 200
    statuses = ways(server, f"http://127.0.0.1:{server.port}{path}?{token}")
    assert not [way for way, status in statuses.items() if status in GOT]


def test_a_signed_address_is_as_good_as_a_signature(server: Victim) -> None:
    path = f"/demo/image/authenticated/s--{sign('authenticated', 'demo-secret')}--/authenticated"
    statuses = ways(server, f"http://127.0.0.1:{server.port}{path}")
    assert all(status in GOT for status in statuses.values()), statuses


@pytest.mark.parametrize("passed", ["cloudflare", "other; v=1, cloudflare"])
def test_a_delivery_network_in_front_is_no_cutout(server: Victim, passed: str) -> None:
    assert server.ask("GET", "/demo/image/upload/now", headers={"CDN-Loop": passed})[0] == 200
    assert server.ask("GET", "/demo/image/upload/now", headers={"CDN-Loop": f"{passed}, cutout"})[0] == 401
