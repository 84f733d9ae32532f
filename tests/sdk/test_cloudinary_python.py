"""The official Cloudinary SDK, unmodified but for the host, against a running server."""

import base64
import io
import time
from collections.abc import Iterator

import cloudinary
import cloudinary.uploader
import cloudinary.utils
import httpx
import pytest

from tests.conftest import Server
from tests.pictures import opened, photo


@pytest.fixture(autouse=True)
def configured(server: Server) -> Iterator[None]:
    host = server.address.removeprefix("http://")
    cloudinary.config(
        cloud_name="demo", api_key="demo-key", api_secret="demo-secret", upload_prefix=server.address,
        secure=False, cname=host, private_cdn=False,
    )  # fmt: skip
    yield
    cloudinary.reset_config()


def get(url: str) -> httpx.Response:
    for _ in range(100):
        answer = httpx.get(url, timeout=30)
        if answer.status_code != 423:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{url} stayed pending")


def test_a_file_is_uploaded_and_its_url_delivers_it() -> None:
    body = photo()
    asset = cloudinary.uploader.upload(io.BytesIO(body), public_id="sdk/shoe", tags=["a", "b"], context={"alt": "shoe"})
    assert (asset["public_id"], asset["tags"], asset["width"]) == ("sdk/shoe", ["a", "b"], 96)
    url, _ = cloudinary.utils.cloudinary_url("sdk/shoe", format="jpg", version=asset["version"])
    assert get(url).content == body


def test_a_signed_url_with_background_removal_is_delivered() -> None:
    cloudinary.uploader.upload(io.BytesIO(photo(shade=70)), public_id="sdk/cut")
    url, _ = cloudinary.utils.cloudinary_url(
        "sdk/cut", sign_url=True, format="png",
        transformation=[{"effect": "background_removal:fineedges_y"}, {"width": 40, "height": 30, "crop": "pad"}],
    )  # fmt: skip
    picture = opened(get(url).content)
    assert (picture.width, picture.height, picture.bands) == (40, 30, 4)
    forged = url.replace("w_40", "w_41")
    assert get(forged).status_code == 401


def test_eager_transformations_are_described() -> None:
    eager = [{"effect": "background_removal"}, {"width": 50, "crop": "scale", "format": "webp"}]
    asset = cloudinary.uploader.upload(io.BytesIO(photo(shade=71)), public_id="sdk/eager", eager=eager)
    assert [row["format"] for row in asset["eager"]] == ["png", "webp"]
    assert all(get(row["secure_url"]).status_code == 200 for row in asset["eager"])


def test_a_data_uri_and_an_unsigned_preset() -> None:
    pixel = "data:image/png;base64," + base64.b64encode(photo(1, 1, "png")).decode()
    assert cloudinary.uploader.upload(pixel, public_id="sdk/pixel")["bytes"] > 0
    unsigned = cloudinary.uploader.unsigned_upload(io.BytesIO(photo()), "playground")
    assert unsigned["public_id"].startswith("playground/")


def test_errors_arrive_as_the_sdks_own() -> None:
    with pytest.raises(cloudinary.exceptions.Error, match="Invalid width"):
        cloudinary.uploader.upload(io.BytesIO(photo()), eager=[{"raw_transformation": "w_abc"}])
    with pytest.raises(cloudinary.exceptions.AuthorizationRequired, match="Invalid Signature"):
        cloudinary.uploader.upload(io.BytesIO(photo()), api_secret="wrong")
