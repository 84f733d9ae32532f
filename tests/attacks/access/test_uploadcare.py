"""Files of Uploadcare's APIs: reached by no name of another API, and none of another API's by theirs."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from proxy.dialects.uploadcare.identity import asset_id
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS
from tests.proxy.uploadcare.conftest import Client, Uploads
from tests.stage import Stage

SECRET = "project-secret"


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(clouds=CLOUDS) as made:
        yield made


def test_no_url_of_another_api_shows_a_file(stage: Stage) -> None:
    file_id = Uploads(stage).upload()
    fetched = base64.urlsafe_b64encode(f"uploadcare/{file_id}".encode()).decode().rstrip("=")
    urls = [
        f"/demo/image/upload/{file_id}.jpg", f"/demo/raw/upload/{file_id}", f"/demo/{file_id}",
        f"/demo/file/uploadcare/{file_id}", f"/demo/image/uploadcare/{file_id}.jpg",
        f"/demo/image/upload/l_{file_id}/nothing.jpg", f"/demo/image/upload/l_uploadcare:{file_id}/nothing.jpg",
        f"/demo/image/upload/l_fetch:{fetched}/nothing.jpg", f"/v7/_demo_/{file_id}", f"/images/{file_id}",
        f"/v1/images/{file_id}",
    ]  # fmt: skip
    for url in urls:
        assert stage.client.get(url, headers={"x-api-key": "live_all"}).status_code in (400, 401, 404), url


def test_cloudinarys_lists_hold_no_files(stage: Stage) -> None:
    file_id = Uploads(stage).upload(tags="shared")
    answers = [
        stage.client.get(f"/v1_1/demo/{path}", auth=("demo-key", "s")).text
        for path in ("resources/image", "resources/raw", "resources/image/tags/shared", "resources/image/uploadcare")
    ]
    assert all(file_id not in text and asset_id(file_id) not in text for text in answers)


def test_the_rest_api_names_its_own_files_alone(stage: Stage) -> None:
    """By whatever name another API gives: public ids, asset ids, ids of images."""
    sent = {"upload_preset": "none"}
    there = stage.client.post("/v1_1/demo/image/upload", data=sent, files={"file": photo()}, auth=("demo-key", "s"))
    other = stage.client.post(
        "/v1/images/upload", headers={"x-api-key": "live_all"}, data={"name": "a"}, files={"image": photo(shade=3)}
    )
    names = [there.json().get("public_id", "x"), there.json().get("asset_id", "x"), other.json()["id"]]
    client = Client(stage, secret=SECRET)
    for name in names:
        for method, path in (("GET", ""), ("DELETE", "storage/"), ("GET", "metadata/"), ("GET", "tags/")):
            assert client.ask(method, f"/files/{name}/{path}").status_code == 404
        for path in ("local_copy", "remote_copy"):
            assert client.ask("POST", f"/files/{path}/", json={"source": name, "target": "x"}).status_code == 400
        assert client.ask("POST", "/addons/remove_bg/execute/", json={"target": name}).status_code == 400
    assert client.ask("GET", "/files/").json()["results"] == []


def test_what_is_deleted_here_stays_for_others(stage: Stage) -> None:
    """The bytes are shared; each API's record is its own."""
    body = photo(70, 50)
    answer = stage.client.post(
        "/v1/images/upload", headers={"x-api-key": "live_all"}, data={"name": "a"}, files={"image": body}
    )
    file_id = Uploads(stage).upload(body)
    assert Client(stage, secret=SECRET).ask("DELETE", f"/files/{file_id}/storage/").status_code == 200
    path = f"/v1/images/{answer.json()['id']}/download"
    shown: httpx.Response = stage.client.get(path, headers={"x-api-key": "live_all"})
    assert shown.content == body
