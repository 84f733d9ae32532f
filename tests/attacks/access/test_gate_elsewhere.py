"""The grid, beside Cloudinary's URLs: aliases of Cloudimage, fetched pictures, rembg, IMG Processing, archives."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from media.config import Origin, Project, Settings
from media.records.asset import SourceRef
from media.records.catalog import Catalog
from proxy.dialects.cloudimage.signature import seal
from proxy.dialects.cloudimage.signature import sign as ci_sign
from tests.attacks.access.restrictions import OPEN, RESTRICTIONS, SALT, SHOWN
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS, IMPATIENT, Site, answered, serving
from tests.proxy.cloudinary.api.conftest import Api
from tests.stage import Stage

#: Path and query behind /v7 → what it shows.
ALIASED = [
    ("/_ours_/secret.jpg", "", "bytes"),
    ("/_ours_/secret", "", "bytes"),
    ("/_ours_/secret.jpg", "func=proxy", "bytes"),
    ("/_ours_/secret.jpg", "force_format=png", "unchanged"),
    ("/_ours_/secret.jpg", "w=40", "changed"),
    ("/_ours_/secret.jpg", "w=40&ci_info=1&ci_cache=500", "changed"),
    ("/_ours_/logo.jpg", "wat=1&wat_url=/_ours_/secret.jpg", "layer"),
    ("/_ours_/logo.jpg", "wat=1&wat_url[1]=/_ours_/secret.jpg&wat_scale=9", "layer"),
    ("/_ours_/secret.jpg", "w=90&h=90&func=fit&bg_img_fit=1&bg_opacity=1", "changed"),
]


@pytest.mark.parametrize(("path", "query", "shows"), ALIASED)
def test_an_alias_of_cloudimage_opens_no_more(
    restricted: Stage, restriction: str, path: str, query: str, shows: str
) -> None:
    is_reached = RESTRICTIONS[restriction][0] == "upload"
    refused = 403 if is_reached else 404
    stranger = restricted.client.get(f"/v7{path}?{query}")
    assert stranger.status_code == (200 if restriction in SHOWN[shows] and is_reached else refused)
    made = ci_sign(path + (f"?{query}" if query else ""), SALT)
    owner = restricted.client.get(
        f"/v7{path}?{query}{'&' if query else ''}ci_sign={made}", headers={"host": "signed.test"}
    )
    assert owner.status_code == (200 if is_reached else 404), owner.text


@pytest.mark.parametrize(
    ("beside", "opens"), [("", True), ("&w=50", False), ("&wat=1&wat_url=/_ours_/secret.jpg", False)]
)
def test_a_seal_speaks_of_nothing_that_stands_beside_it(
    restricted: Stage, restriction: str, beside: str, opens: bool
) -> None:
    if RESTRICTIONS[restriction][0] != "upload":
        pytest.skip("an alias leads to uploads alone")
    sealed = base64.urlsafe_b64encode(b"w=40").decode()
    made = seal("/_ours_/secret.jpg", sealed, SALT)
    url = f"/v7/_ours_/secret.jpg?ci_eqs={sealed}&ci_seal={made}{beside}"
    answer = restricted.client.get(url, headers={"host": "sealed.test"})
    assert answer.status_code == (200 if opens or restriction in OPEN else 403)


def test_an_archive_of_what_is_restricted_is_restricted(make_stage: MakeStage) -> None:
    with make_stage() as stage:
        stage.upload(photo(), "secret", type="private", tags="packed")
        stage.upload(photo(), "shown", tags="packed")
        api = Api(stage)
        kept = api.call("image/generate_archive", tags="packed", type="private", target_public_id="all")
        assert stage.client.get(kept["url"]).status_code == 200
        assert stage.client.get("/demo/raw/authenticated/all.zip").status_code == 401
        open_one = api.call("image/generate_archive", tags="packed", target_public_id="some")
        assert stage.client.get(open_one["url"]).status_code == 200
        assert stage.client.get("/demo/raw/upload/some.zip").status_code == 200


def test_a_published_image_of_img_processing_obeys_rules_that_are_put_on_it(make_stage: MakeStage) -> None:
    with make_stage(clouds=CLOUDS) as stage:
        headers = {"x-api-key": "live_demo"}
        made = stage.client.post(
            "/v1/images/upload", headers=headers, data={"name": "a"}, files={"image": photo()}
        ).json()
        stage.client.post(f"/v1/images/{made['id']}/publish", headers=headers)
        assert stage.client.get(f"/images/{made['id']}").status_code == 200
        catalog = Catalog(stage.store)
        ref = SourceRef("demo", "image", "img_processing_live_live_demo", made["id"])
        catalog.update(ref, lambda found: replace(found, access_control=({"access_type": "token"},)))
        assert stage.client.get(f"/images/{made['id']}").status_code == 401
        assert stage.client.get(f"/v1/images/{made['id']}/download", headers=headers).status_code == 200


@pytest.fixture
def fetched(make_stage: MakeStage, settings: Settings, restriction: str) -> Iterator[tuple[Stage, str]]:
    """A stage that fetched a picture, which then was restricted, and the address of the picture."""
    _, rules, strict = RESTRICTIONS[restriction]
    cloud = replace(settings.clouds["demo"], strict=strict, projects={"demopublickey": Project(("s",))})
    with (
        serving(Site({"/a.jpg": photo()})) as site,
        make_stage(clouds={"demo": cloud}, origin=Origin(allow_private=True), delivery=IMPATIENT) as made,
    ):
        address = site.url("/a.jpg")
        assert made.client.get(f"/demo/image/fetch/{address}").status_code == 200
        found = json.loads(rules) if rules else []
        change = partial(replace, access_control=tuple(found if isinstance(found, list) else [found]))
        Catalog(made.store).update(SourceRef("demo", "image", "fetch", address), change)
        made.upload(photo(40, 30), "logo")
        yield made, address


def test_what_was_fetched_is_judged_wherever_it_is_named(fetched: tuple[Stage, str], restriction: str) -> None:
    if RESTRICTIONS[restriction][0] != "upload":
        pytest.skip("what is fetched has the type fetch")
    stage, address = fetched
    encoded = base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
    urls = {
        f"/demo/image/fetch/{address}": "bytes",
        f"/demo/image/fetch/c_scale,w_9/{address}": "changed",
        f"/demo/image/upload/l_fetch:{encoded}/logo": "layer",
        f"/demo/image/upload/u_fetch:{encoded}/logo": "layer",
        f"/v7/{address}": "bytes",
        f"/v7/{address}?w=9": "changed",
        f"/v7/{address}?wat=1&wat_url={address}": "layer",
        f"/{address}": "bytes",
        f"/-/inline/no/{address}": "bytes",
        f"/-/resize/9x/{address}": "changed",
        f"/-/main_colors/{address}": "changed",
    }
    for url, shows in urls.items():
        answer = stage.client.get(url)
        assert (answer.status_code == 200) == (restriction in SHOWN[shows]), (url, answer.status_code)
    removed = answered(stage, lambda: stage.client.get("/api/remove", params={"url": address}))
    assert removed.status_code == (200 if restriction in SHOWN["changed"] else 401)
    sent = answered(stage, lambda: stage.client.post("/api/remove", files={"file": photo()}))
    assert sent.status_code == 200, "a picture that comes with the request is the caller's own"


def test_rules_on_a_fetched_picture_outlast_its_next_fetch(make_stage: MakeStage) -> None:
    with (
        serving(Site({"/a.jpg": photo()})) as site,
        make_stage(origin=Origin(allow_private=True, max_age_seconds=0)) as stage,
    ):
        url = f"/demo/image/fetch/{site.url('/a.jpg')}"
        assert stage.client.get(url).status_code == 200
        change = partial(replace, access_control=({"access_type": "token"},))
        Catalog(stage.store).update(SourceRef("demo", "image", "fetch", site.url("/a.jpg")), change)
        assert [stage.client.get(url).status_code for _ in range(2)] == [401, 401]
