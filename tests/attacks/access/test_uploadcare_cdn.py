"""Uploadcare's CDN: what of other APIs it never shows, and what a strict cloud's, a rule's or a token's files show."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.config import Cloud, Delivery, Origin, Project
from media.records.catalog import Catalog
from proxy.dialects.uploadcare.cdn.token import sign
from proxy.dialects.uploadcare.files import ref_of
from proxy.dialects.uploadcare.identity import asset_id
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import Site, serving
from tests.proxy.cloudinary.api.conftest import Api
from tests.proxy.uploadcare.conftest import Client, Uploads
from tests.stage import Stage

PUBLIC, SECRET = "demopublickey", "project-secret"
DELIVERY_SECRET = "5ec7e7" * 10 + "abcd"
DEMO = Cloud(keys={"demo-key": "demo-secret"}, projects={PUBLIC: Project((SECRET,))})
#: What is behind a file's uuid → what that shows.
SHOWING = {
    "": "bytes", "-/inline/no/": "bytes", "cat.jpg": "bytes", "-/preview/": "picture", "-/remove_bg/": "picture",
    "-/overlay/self/50px50p/center/": "picture", "-/main_colors/": "picture", "-/json/": "bytes",
}  # fmt: skip
FORMS = (*SHOWING, "detect_faces/")
#: A cutout or a look that no worker took yet: the file was got.
GOT = (200, 503)


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(clouds={"demo": DEMO}, delivery=Delivery(look_wait_seconds=0, synchronous_wait_seconds=0)) as made:
        yield made


def change(stage: Stage, file_id: str, **fields: object) -> None:
    """Of a file's record."""
    Catalog(stage.store).update(ref_of("demo", file_id), lambda found: replace(found, **fields))  # type: ignore[arg-type]


def group_of(uploads: Uploads, *members: str) -> str:
    files = {f"files[{index}]": member for index, member in enumerate(members)}
    return str(uploads.post("/group/", files).json()["id"])


def named(of_another: str) -> str:
    """The uuid whose file would have this asset id."""
    found = str(uuid.UUID(of_another[::-1]))
    assert asset_id(found) == of_another
    return found


def statuses(stage: Stage, urls: list[str], host: str = "testserver") -> set[int]:
    return {stage.client.get(url, headers={"host": host}).status_code for url in urls}


@pytest.mark.parametrize("delivery_type", ["upload", "private", "authenticated"])
def test_no_asset_of_another_api_is_a_file(stage: Stage, delivery_type: str) -> None:
    file_id = Uploads(stage).upload()
    stage.upload(photo(), "secret", type=delivery_type)
    told = Api(stage).admin("GET", f"resources/image/{delivery_type}/secret")
    for name in {named(told["asset_id"]), str(uuid.UUID(told["asset_id"]))}:
        urls = [f"/{name}/{form}" for form in FORMS] + [f"/{name}~1/{form}" for form in ("", "nth/0/", "archive/zip/")]
        assert statuses(stage, [*urls, f"/{file_id}/-/overlay/{name}/50px50p/"]) == {404}


def test_a_file_that_is_deleted_is_gone_in_every_form(stage: Stage) -> None:
    """Alone, as a layer, in a group; what was made of it, too, which is still stored."""
    uploads = Uploads(stage)
    gone, stays = uploads.upload(), uploads.upload(photo(shade=9))
    group = group_of(uploads, gone, stays)
    urls = [f"/{place}/{form}" for place in (gone, f"{group}/nth/0") for form in SHOWING]
    urls += [f"/{gone}/detect_faces/", f"/{stays}/-/overlay/{gone}/50px50p/", f"/{group}/archive/zip/"]
    assert statuses(stage, urls) <= set(GOT)
    assert Client(stage, secret=SECRET).ask("DELETE", f"/files/{gone}/storage/").status_code == 200
    assert statuses(stage, urls) == {404}
    assert stage.client.get(f"/{group}/nth/1/").status_code == 200


def test_a_file_that_nobody_stored_is_gone_in_every_form(stage: Stage) -> None:
    uploads = Uploads(stage)
    gone, stays = uploads.upload(UPLOADCARE_STORE="0"), uploads.upload(photo(shade=9), UPLOADCARE_STORE="1")
    group = group_of(uploads, gone, stays)
    change(stage, gone, expires_at=1)
    urls = [f"/{place}/{form}" for place in (gone, f"{group}/nth/0") for form in SHOWING]
    assert statuses(stage, [*urls, f"/{stays}/-/overlay/{gone}/50px50p/", f"/{group}/archive/zip/"]) == {404}


@pytest.mark.parametrize(("form", "shows"), SHOWING.items())
def test_a_strict_cloud_shows_files_and_makes_nothing_of_them(make_stage: MakeStage, form: str, shows: str) -> None:
    with make_stage(clouds={"demo": replace(DEMO, strict=True)}) as stage:
        answer = stage.client.get(f"/{Uploads(stage).upload()}/{form}")
        assert answer.status_code == (200 if shows == "bytes" else 403)


def test_a_rule_on_a_file_closes_it_in_every_form(stage: Stage) -> None:
    """No API of this vendor puts one on it; the record holds for all dialects."""
    uploads = Uploads(stage)
    closed, shown = uploads.upload(), uploads.upload(photo(shade=9))
    group = group_of(uploads, closed, shown)
    urls = [f"/{place}/{form}" for place in (closed, f"{group}/nth/0") for form in SHOWING]
    urls += [f"/{closed}/detect_faces/", f"/{shown}/-/overlay/{closed}/50px50p/", f"/{group}/archive/zip/"]
    assert statuses(stage, urls) <= set(GOT)
    change(stage, closed, access_control=({"access_type": "token"},))
    assert statuses(stage, urls) == {403}


def test_clouds_do_not_see_each_others_files(make_stage: MakeStage) -> None:
    """Not as a layer, whatever the host; and not by the host of another project."""
    clouds = {name: Cloud(projects={f"{name}key": Project(("s",), subdomain=name)}) for name in ("one", "two")}
    with (
        serving(Site({"/a.jpg": photo()})) as site,
        make_stage(clouds=clouds, origin=Origin(allow_private=True)) as made,
    ):
        own, other = Uploads(made, "onekey").upload(), Uploads(made, "twokey").upload(photo(shade=9))
        overlay = f"/-/overlay/{other}/50px50p/"
        assert statuses(made, [f"/{own}{overlay}"]) == {404}
        urls = [f"{overlay}{site.url('/a.jpg')}", f"/{other}/"]
        assert statuses(made, urls, "one.ucarecd.net") == {404}
        assert statuses(made, urls, "two.ucarecd.net") == {200}


def token(acl: str) -> str:
    fields = f"exp={int(time.time()) + 300}~acl={acl}"
    return f"?token={fields}~hmac={sign(fields, DELIVERY_SECRET)}"


def test_what_a_token_opens_is_kept_by_its_bearer_alone(make_stage: MakeStage) -> None:
    """By no shared cache, by none beyond its end, and not by another Cutout, which would fetch it for everybody."""
    project = Project(("s",), delivery_secrets=(DELIVERY_SECRET,))
    with make_stage(clouds={"demo": replace(DEMO, projects={PUBLIC: project})}) as stage:
        uploads = Uploads(stage)
        file_id = uploads.upload()
        group = group_of(uploads, file_id)
        places = (f"/{file_id}", f"/{group}/nth/0")
        urls = [f"{place}/{form}" for place in places for form in SHOWING if form != "-/remove_bg/"]
        for url in [*urls, f"/{group}/", f"/{group}/archive/zip/"]:
            assert stage.client.get(url).status_code == 403, url
            kept = stage.client.get(url + token("/*")).headers["cache-control"]
            assert kept.startswith("private, max-age="), url
            assert int(kept.rpartition("=")[2]) <= 300, url
            assert stage.client.get(url + token("/*"), headers={"cdn-loop": "cutout"}).status_code == 403, url
