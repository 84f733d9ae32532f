"""Both schemes of the REST API, the version it asks for, and what is refused in whose words."""

import time
from collections.abc import Callable
from email.utils import formatdate

import pytest

from proxy.dialects.uploadcare.projects import find_tenant, subdomain_of
from proxy.dialects.uploadcare.rest.auth import Sent, sign
from proxy.dialects.uploadcare.settings import Uploadcare
from tests.conftest import MakeStage
from tests.proxy.uploadcare.conftest import CLOUDS, PUBLIC, SECRET, Client, signature, signed_headers

STATUS_URI = "/addons/remove_bg/execute/status/?request_id=21975c81-7f57-4c7a-aef9-acfe28779f78"


def test_a_signature_is_that_of_the_sdk() -> None:
    """The vector of pyuploadcare 6.3.0, with its comma behind the year."""
    headers = {"content-type": "application/json", "date": "Sat, 21 Nov 2026, 00:47:56 GMT"}
    assert sign("sec", Sent("GET", STATUS_URI, headers, b"", True)) == "aec9b7d0a1cc0fe6d1b2876f6f97e6d97abbeabf"


@pytest.mark.parametrize("secret", [SECRET, "next-secret"])
def test_a_secret_opens_the_project_and_so_does_the_next_one(client: Client, secret: str) -> None:
    answer = client.ask("GET", "/project/", headers={"Authorization": f"Uploadcare.Simple {PUBLIC}:{secret}"})
    assert answer.json() == {
        "name": "demo", "pub_key": PUBLIC, "collaborators": [], "autostore_enabled": True,
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/project/", "/project", "/project//", "/project/?a=1&b=%2F"])
def test_a_signed_request_is_signed_over_the_path_as_sent(client: Client, path: str) -> None:
    assert client.ask("GET", path, headers=signed_headers("GET", path)).status_code == 200


#: Written when it is asked, which may be minutes after this file was read.
DATES: dict[str, Callable[[], str]] = {
    "as RFC 9110 writes it": lambda: formatdate(usegmt=True),
    "pyuploadcare's": lambda: time.strftime("%a, %d %b %Y, %H:%M:%S GMT", time.gmtime()),
    "Ruby's": formatdate,
    "14 minutes ago": lambda: formatdate(time.time() - 14 * 60, usegmt=True),
}


@pytest.mark.parametrize("write", DATES.values(), ids=DATES)
def test_a_date_is_signed_as_sent_and_read_leniently(client: Client, write: Callable[[], str]) -> None:
    date = write()
    proof = signature(SECRET, "GET", "/project/", content_type="application/json", date=date)
    headers = {"Date": date, "Content-Type": "application/json", "Authorization": f"Uploadcare {PUBLIC}:{proof}"}
    assert client.ask("GET", "/project/", headers=headers).status_code == 200


LATE, NOW = formatdate(time.time() - 16 * 60, usegmt=True), formatdate(usegmt=True)
REFUSALS = {
    "no credentials": ({"Authorization": ""}, 401, "Incorrect authentication credentials."),
    "another scheme": ({"Authorization": "Bearer x"}, 401, "Incorrect authentication credentials."),
    "an unknown key": (
        {"Authorization": "Uploadcare.Simple nobody:x"}, 401, "Public key is invalid or does not exist.",
    ),
    "no key": ({"Authorization": "Uploadcare.Simple :x"}, 401, "Public key not provided."),
    "no secret": ({"Authorization": f"Uploadcare.Simple {PUBLIC}:"}, 401, "Secret key not found."),
    "a wrong secret": (
        {"Authorization": f"Uploadcare.Simple {PUBLIC}:x"}, 401, "Incorrect authentication credentials.",
    ),
    "another project's secret": (
        {"Authorization": f"Uploadcare.Simple {PUBLIC}:shop-secret"}, 401, "Incorrect authentication credentials.",
    ),
    "a key of Cloudinary's": (
        {"Authorization": "Uploadcare.Simple demo-key:demo-secret"}, 401, "Public key is invalid or does not exist.",
    ),
    "a wrong signature": (
        {"Authorization": f"Uploadcare {PUBLIC}:{'0' * 40}", "Date": NOW},
        401,
        "Invalid signature. Please check your Secret key.",
    ),
    "no date": (
        {"Authorization": f"Uploadcare {PUBLIC}:{'0' * 40}"}, 401, "Invalid Date header: expected an HTTP date",
    ),
    "a date of long ago": (
        {"Authorization": f"Uploadcare {PUBLIC}:{signature(SECRET, 'GET', '/project/', date=LATE)}", "Date": LATE},
        401,
        "The Date header differs from the server's time by more than 15 minutes.",
    ),
    "another version": ({"Accept": "application/vnd.uploadcare-v0.5+json"}, 406, "Invalid version or Accept header"),
    "no version": ({"Accept": "*/*"}, 406, "Invalid version or Accept header"),
}  # fmt: skip


@pytest.mark.parametrize(("headers", "status", "detail"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused_says_why(client: Client, headers: dict[str, str], status: int, detail: str) -> None:
    answer = client.ask("GET", "/project/", headers=headers)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(detail)
    assert answer.headers["cache-control"] == "no-store"


def test_a_signature_covers_method_body_type_and_path(client: Client) -> None:
    good = signed_headers("GET", "/project/")
    for method, path, more in (
        ("GET", "/project", {}),
        ("GET", "/project/?limit=1", {}),
        ("GET", "/project/", {"Content-Type": "text/plain"}),
        ("POST", "/files/storage/", {}),
    ):
        assert client.ask(method, path, headers={**good, **more}).status_code == 401


def test_secrets_over_plain_http_are_refused_if_the_operator_says_so(make_stage: MakeStage) -> None:
    with make_stage(Uploadcare(simple_over_http=False), clouds=CLOUDS) as stage:
        answer = Client(stage).ask("GET", "/project/")
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith("Simple authentication over HTTP is forbidden.")
        assert Client(stage).ask("GET", "/project/", headers=signed_headers("GET", "/project/")).status_code == 200


def test_a_project_that_calls_too_often_waits(make_stage: MakeStage) -> None:
    with make_stage(Uploadcare(rest_requests_per_minute=2), clouds=CLOUDS) as stage:
        answers = [Client(stage).ask("GET", "/project/") for _ in range(5)]
        last = answers[-1]
        assert last.status_code == 429
        assert 0 < int(last.headers["retry-after"]) <= 60
        assert last.json()["detail"].startswith("Request was throttled. Expected available in ")


@pytest.mark.parametrize("path", ["/files/nothing/", "/addons/", "/webhooks/a/b"])
def test_unknown_paths_are_answered_in_the_vendors_words(client: Client, path: str) -> None:
    answer = client.ask("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_a_cloud_called_as_one_of_our_paths_keeps_its_pictures(client: Client) -> None:
    answer = client.stage.client.get("/files/image/upload/nothing.jpg")
    assert "x-cld-error" in answer.headers


def test_a_host_is_made_of_the_public_key() -> None:
    tenant = find_tenant(CLOUDS, PUBLIC)
    assert tenant is not None
    assert subdomain_of(tenant) == "1s4oyld5dc"
