"""An alias of the Cloudimage surface that leads to what is stored here."""

from collections.abc import Iterator

import pytest

from proxy.dialects.cloudimage.settings import Cloudimage
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.stage import Stage


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(Cloudimage(aliases={"samples": "cloud://demo"})) as made:
        yield made


@pytest.mark.parametrize("name", ["shop/shoe.jpg", "shop/shoe", "shop%2Fshoe.jpg"])
def test_an_alias_opens_a_cloud_of_ours(stage: Stage, name: str) -> None:
    stage.upload(photo(), "shop/shoe")
    answer = stage.client.get(f"/v7/_samples_/{name}?w=40&force_format=png")
    assert (answer.status_code, opened(answer.content).width) == (200, 40)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v7/cloud://demo/shoe.jpg", 400),
        ("/v7/cloud%3A%2F%2Fdemo/shoe.jpg?ci_url_encoded=1", 400),
        ("/v7/_samples_/none.jpg", 404),
        ("/v7/_samples_/%2e%2e/demo/shoe.jpg", 404),
        ("/demo/image/fetch/cloud://demo/shoe.jpg", 400),
    ],
)
def test_a_client_cannot_write_such_an_address_itself(stage: Stage, path: str, status: int) -> None:
    stage.upload(photo(), "shoe")
    assert stage.client.get(path).status_code == status


def test_the_photo_is_served_until_its_cutout_is_there(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    url = "/v7/_samples_/shoe.jpg?w=48&bg_remove=1&force_format=png"
    first = stage.client.get(url)
    assert (first.status_code, first.headers["x-background-removal-status"]) == (200, "processing")
    assert first.headers["cache-control"] == "public, max-age=5, s-maxage=5"
    assert opened(first.content).width == 48
    stage.work()
    done = stage.client.get(url)
    assert (done.headers["x-background-removal-status"], opened(done.content).bands) == ("done", 4)
    assert done.headers["etag"] != first.headers["etag"]
    assert "max-age=2592000" in done.headers["cache-control"]
