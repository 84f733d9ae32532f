"""The exchanges of IMG Processing's SDK over a real connection.

Its npm package is not in the public registry any more, so the requests are written as its client writes them: JSON
bodies without undefined keys, publish without any body, links of a list followed as they are.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.pictures import opened
from tests.proxy.apis import Site


@pytest.fixture
def client(open_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=open_server.address, headers={"x-api-key": "test_demo"}, timeout=60) as opened_client:
        yield opened_client


def created(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    image: dict[str, Any] = answer.json()
    assert re.fullmatch(r"image_[a-zA-Z0-9]{24}", image["id"])
    return image


def test_from_an_address_to_a_published_cutout(client: httpx.Client, photographs: Site) -> None:
    image = created(client.post("/v1/images", json={"name": "test_image", "url": photographs.url("/input.jpg")}))
    cut = created(client.post(f"/v1/images/{image['id']}/remove-background", json={}))
    assert (cut["name"], cut["format"]) == ("test_image", "png")
    small = created(client.post(f"/v1/images/{cut['id']}/resize", json={"width": 100}))
    shown = created(client.post(f"/v1/images/{small['id']}/publish"))
    picture = opened(httpx.get(shown["url"]).content)
    assert (picture.width, picture.height, picture.bands) == (100, 67, 4)
    assert created(client.post(f"/v1/images/{small['id']}/unpublish"))["url"] is None


def test_an_upload_is_classified_listed_and_deleted(client: httpx.Client, input_jpg: Path) -> None:
    made = [
        created(client.post("/v1/images/upload", data={"name": "a"}, files={"image": input_jpg.open("rb")}))["id"]
        for _ in range(3)
    ]
    labels = client.post(f"/v1/images/{made[0]}/classify", json={}).json()
    assert set(labels) == {"main_label", "main_score", "secondary_labels"}
    first = client.get("/v1/images", params={"take": 2}).json()
    second = client.get(first["links"]["next"]).json()
    assert first["data"][0]["id"] == made[2]
    assert made[0] in [image["id"] for image in second["data"]]
    for image_id in made:
        assert client.delete(f"/v1/images/{image_id}", headers={"Accept": "*/*"}).status_code == 204


def test_errors_are_json_whatever_goes_wrong(client: httpx.Client) -> None:
    for answer in (
        client.get("/v1/images/image_none"),
        client.post("/v1/images", json={"name": "a", "url": "http://"}),
        client.post("/v1/images/imagine", json={"prompt": "a cat", "name": "a"}),
        httpx.get(f"{client.base_url}/v1/images"),
    ):
        document = answer.json()
        assert (document["status"], set(document) >= {"type", "error"}) == (answer.status_code, True)
