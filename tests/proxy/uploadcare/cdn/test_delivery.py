"""The CDN over HTTP: files as they are, pictures, JSON, hosts, tokens, presets, pictures of other servers."""

import io
import tarfile
import time
import zipfile
from typing import Any

import av
import pytest

from media.config import Origin, Project
from proxy.dialects.uploadcare.cdn.token import sign
from proxy.dialects.uploadcare.projects import Tenant, subdomain_of
from tests.conftest import MakeStage
from tests.media import pictures
from tests.pictures import opened, photo
from tests.proxy.apis import Site
from tests.proxy.uploadcare.cdn.conftest import CLOSED, DELIVERY_SECRET, Cdn
from tests.proxy.uploadcare.conftest import Client, Uploads

MISSING = "c2499162-eb07-4b93-b31e-94a89a47e858"
SCRIPT = b"<script>alert(1)</script>"


def shape(body: bytes) -> tuple[int, int]:
    picture = opened(body)
    return picture.width, picture.height


def token(acl: str, *, seconds: int = 300, secret: str = DELIVERY_SECRET) -> str:
    fields = f"exp={int(time.time()) + seconds}~acl={acl}"
    return f"?token={fields}~hmac={sign(fields, secret)}"


def test_a_file_is_answered_as_it_was_uploaded(cdn: Cdn, uploads: Uploads) -> None:
    body = photo()
    file = uploads.upload(body)
    answer = cdn.get(f"/{file}/")
    assert (answer.content, answer.headers["content-type"]) == (body, "image/jpeg")
    assert answer.headers["content-disposition"] == 'inline; filename="cat.jpg"'
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "X-Image-Width" in answer.headers["access-control-expose-headers"]
    assert (answer.headers["x-image-width"], answer.headers["x-image-height"]) == ("96", "64")
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert cdn.get(f"/{file}/", **{"if-none-match": answer.headers["etag"]}).status_code == 304
    assert cdn.get(f"/{file}/", range="bytes=0-9").content == body[:10]
    assert cdn.get(f"/{file}").content == body
    assert cdn.get(f"/{file.upper()}/").content == body
    assert cdn.stage.client.head(f"/{file}/").headers["content-length"] == str(len(body))


@pytest.mark.parametrize(
    ("path", "disposition"),
    [
        ("dog.jpg", 'inline; filename="dog.jpg"'),
        ("-/inline/no/", 'attachment; filename="cat.jpg"'),
        ("-/inline/no/dog.jpg", 'attachment; filename="dog.jpg"'),
        ("-/inline/yes/", 'inline; filename="cat.jpg"'),
        ("-/preview/", "inline"),
        ("-/preview/dog%22.jpg", 'inline; filename="dog_.jpg"'),
        ("-/preview/-/inline/no/", 'attachment; filename="cat.jpg"'),
    ],
)
def test_a_file_has_the_name_of_its_address(cdn: Cdn, uploads: Uploads, path: str, disposition: str) -> None:
    assert cdn.get(f"/{uploads.upload()}/{path}").headers["content-disposition"] == disposition


@pytest.mark.parametrize(
    ("name", "body", "path", "mime", "disposition"),
    [
        ("a.txt", b"words", "", "text/plain", "attachment"),
        ("a.txt", b"words", "-/inline/yes/", "text/plain", "inline"),
        ("a.html", SCRIPT, "", "application/octet-stream", "attachment"),
        ("a.html", SCRIPT, "-/inline/yes/", "application/octet-stream", "attachment"),
        ("a.svg", b"<svg/>", "-/inline/yes/", "application/octet-stream", "attachment"),
        ("a.js", SCRIPT, "-/inline/yes/b.html", "application/octet-stream", "attachment"),
    ],
)
def test_what_is_no_picture_is_saved_and_never_run(
    cdn: Cdn, uploads: Uploads, name: str, body: bytes, path: str, mime: str, disposition: str
) -> None:
    answer = cdn.get(f"/{uploads.upload(body, name)}/{path}")
    assert answer.content == body
    assert answer.headers["content-type"].partition(";")[0] == mime
    assert answer.headers["content-disposition"].partition(";")[0] == disposition
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_operations_on_what_is_no_picture_are_refused(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload(b"words", "a.txt")
    for path in ("-/preview/", "-/json/", "-/main_colors/", "detect_faces/"):
        answer = cdn.get(f"/{file}/{path}")
        assert (answer.status_code, answer.text) == (400, "Operations are for images; the file is text/plain.")


@pytest.mark.parametrize("path", ["", "-/preview/", "-/json/", "detect_faces/", "photo.jpg", "-/overlay/self/"])
def test_a_missing_file_is_a_picture_that_says_so(cdn: Cdn, path: str) -> None:
    answer = cdn.get(f"/{MISSING}/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "image/svg+xml")
    assert b"File not found" in answer.content
    assert answer.headers["cache-control"] == "no-store"


def test_a_deleted_file_is_missing_at_once_and_one_that_was_not_stored_in_time(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload()
    assert cdn.get(f"/{file}/").status_code == 200
    assert Client(cdn.stage).ask("DELETE", f"/files/{file}/storage/").status_code == 200
    assert cdn.get(f"/{file}/").status_code == 404
    assert cdn.get(f"/{file}/-/preview/").status_code == 404


def test_a_file_that_was_not_stored_in_time_is_gone_before_anybody_sweeps(
    cdn: Cdn, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = uploads.upload(UPLOADCARE_STORE="0")
    assert cdn.get(f"/{file}/").status_code == 200
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert cdn.get(f"/{file}/").status_code == 404
    assert cdn.get(f"/{file}/-/preview/").status_code == 404


@pytest.mark.parametrize(
    ("accept", "path", "mime"),
    [
        ("image/avif,image/webp,*/*", "-/preview/", "image/avif"),
        ("image/webp,*/*", "-/preview/-/format/auto/", "image/webp"),
        ("*/*", "-/preview/", "image/jpeg"),
        ("*/*", "-/border_radius/50p/", "image/png"),
        ("image/webp", "-/format/jpeg/", "image/jpeg"),
        ("image/webp", "-/format/png/", "image/png"),
        ("*/*", "-/format/webp/", "image/webp"),
        ("image/webp", "-/format/preserve/-/preview/", "image/jpeg"),
    ],
)
def test_the_format_is_what_the_client_accepts(cdn: Cdn, uploads: Uploads, accept: str, path: str, mime: str) -> None:
    answer = cdn.get(f"/{uploads.upload()}/{path}", accept=accept)
    assert answer.headers["content-type"] == mime
    assert ("Accept" in answer.headers.get("vary", "")) == ("format" not in path or "auto" in path)


def test_quality_is_bytes(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload(pictures.jpeg(300, 200))
    names = ("lightest", "lighter", "normal", "better", "best")
    sizes = [len(cdn.get(f"/{file}/-/quality/{name}/-/format/jpeg/").content) for name in names]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(names)
    smart = cdn.get(f"/{file}/-/quality/smart/-/format/jpeg/").content
    retina = cdn.get(f"/{file}/-/quality/smart_retina/-/format/jpeg/").content
    assert len(retina) < len(smart)


def test_exif_stays_if_it_is_asked_for_and_never_says_where_or_who_unless_all_is(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload(pictures.with_exif())
    fields = {mode: opened(cdn.get(f"/{file}/-/preview/-/format/jpeg/-/strip_meta/{mode}/").content).get_fields()
              for mode in ("all", "sensitive", "none")}  # fmt: skip
    camera, place, artist = "exif-ifd0-Model", "exif-ifd3-GPSLatitude", "exif-ifd0-Artist"
    assert not {camera, place, artist} & set(fields["all"])
    assert {camera, place, artist} & set(fields["sensitive"]) == {camera}
    assert {camera, place, artist} <= set(fields["none"])


def test_an_animation_is_answered_as_its_first_frame(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload(pictures.animation(".gif"), "a.gif")
    answer = cdn.get(f"/{file}/-/preview/", accept="image/webp")
    picture = opened(answer.content)
    assert not picture.get_typeof("n-pages") or picture.get("n-pages") == 1
    assert cdn.get(f"/{file}/").content[:3] == b"GIF"


def test_what_is_no_gif_or_missing_or_signed_becomes_no_video(cdn: Cdn, uploads: Uploads, vault: Uploads) -> None:
    answer = cdn.get(f"/{uploads.upload()}/gif2video/-/format/webm/-/quality/best/")
    assert (answer.status_code, answer.text) == (400, "gif2video is for GIFs; the file is image/jpeg.")
    assert cdn.get(f"/{uploads.upload(b'words', 'a.txt')}/gif2video/").status_code == 400
    assert cdn.get(f"/{vault.upload(pictures.animation('.gif'), 'a.gif')}/gif2video/").status_code == 403
    assert cdn.get(f"/{MISSING}/gif2video/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "mime", "codec"),
    [
        ("", "video/mp4", "h264"),
        ("-/format/mp4/-/quality/lightest/", "video/mp4", "h264"),
        ("-/quality/lighter/-/format/webm/", "video/webm", "vp9"),
    ],
)
def test_a_gif_becomes_a_video(cdn: Cdn, uploads: Uploads, asked: str, mime: str, codec: str) -> None:
    path = f"/{uploads.upload(pictures.animation('.gif', frames=5), 'a.gif')}/gif2video/{asked}"
    pending = cdn.get(path, prefer="wait=0")
    assert (pending.status_code, pending.headers["cache-control"], "retry-after" in pending.headers) == (
        503, "no-store", True,
    )  # fmt: skip
    cdn.stage.work()
    answer = cdn.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, mime)
    assert answer.headers["cache-control"].startswith("public, max-age=")
    with av.open(io.BytesIO(answer.content)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == (codec, pictures.WIDTH, pictures.HEIGHT)
        assert sum(1 for _ in container.decode(stream)) == 5
    assert cdn.get(path, range="bytes=0-3").content == answer.content[:4]
    assert cdn.get(path, **{"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("format_", ["mp4", "webm"])
def test_the_quality_of_a_video_is_bytes(cdn: Cdn, uploads: Uploads, format_: str) -> None:
    file = uploads.upload(pictures.animation(".gif", width=240, height=160), "a.gif")
    names = ("lightest", "lighter", "normal", "better", "best")
    paths = [f"/{file}/gif2video/-/format/{format_}/-/quality/{name}/" for name in names]
    assert {cdn.get(path, prefer="wait=0").status_code for path in paths} == {503}
    cdn.stage.work()
    sizes = [len(cdn.get(path).content) for path in paths]
    assert (sizes, len(set(sizes))) == (sorted(sizes), len(names))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("gif2video/-/format/gif/", "-/format/gif/: expected one of mp4, webm, got 'gif'"),
        ("gif2video/-/quality/smart/", "expected one of lightest, lighter, normal, better, best, got 'smart'"),
        ("gif2video/-/preview/", "-/preview/: behind gif2video stand -/format/:format/ and -/quality/:value/ alone"),
        ("gif2video/-/format/mp4/webm/", "behind gif2video stand"),
        ("-/gif2video/", "gif2video stands right behind the file, first and without a dash: /:uuid/gif2video/"),
        ("-/preview/gif2video/-/format/mp4/", "gif2video stands right behind the file"),
        ("-/preview/300x300/detect_faces/", "detect_faces stands right behind the file"),
        ("-/resize/300x/detect_faces/", "detect_faces stands right behind the file"),
        ("detect_faces/gif2video/", "gif2video stands right behind the file"),
    ],
)
def test_what_a_gif_or_faces_cannot_be_asked_is_a_sentence(
    cdn: Cdn, uploads: Uploads, asked: str, sentence: str
) -> None:
    answer = cdn.get(f"/{uploads.upload(pictures.animation('.gif'), 'a.gif')}/{asked}")
    assert answer.status_code == 400
    assert sentence in answer.text


@pytest.mark.parametrize(("path", "status"), [("-/nope/", 400), ("a/b/", 400), ("-/resize/9999x/", 400)])
def test_a_mistake_is_a_sentence(cdn: Cdn, uploads: Uploads, path: str, status: int) -> None:
    answer = cdn.get(f"/{uploads.upload()}/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert answer.text


def test_an_overlay_is_a_file_of_the_same_account(cdn: Cdn, uploads: Uploads) -> None:
    file, other = uploads.upload(), uploads.upload(photo(shade=90), "b.jpg")
    stranger = Uploads(cdn.stage, "vaultkey").upload(photo(shade=50))
    plain = cdn.get(f"/{file}/-/preview/-/format/png/").content
    assert cdn.get(f"/{file}/-/overlay/{other}/50px50p/-/format/png/").content != plain
    assert cdn.get(f"/{file}/-/overlay/{stranger}/50px50p/").status_code == 404
    assert cdn.get(f"/{file}/-/overlay/{MISSING}/").status_code == 404
    text = uploads.upload(b"words", "a.txt")
    assert cdn.get(f"/{file}/-/overlay/{text}/").status_code == 404


def test_a_preset_is_its_operations(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload()
    answer = cdn.get(f"/{file}/-/preset/thumb/")
    assert (shape(answer.content), answer.headers["content-type"]) == ((20, 20), "image/png")
    assert answer.content == cdn.get(f"/{file}/-/scale_crop/20x20/center/-/format/png/").content


def test_json_tells_what_the_file_says(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload()
    told = cdn.get(f"/{file}/-/json/").json()
    assert told["id"] == file
    assert (told["width"], told["height"], told["format"], told["color_mode"]) == (96, 64, "JPEG", "RGB")
    assert set(told) == {"id", "width", "height", "format", "color_mode", "orientation", "dpi", "geo_location",
                         "datetime_original", "sequence", "hash"}  # fmt: skip
    assert len(told["hash"]) == 16
    call = cdn.get(f"/{file}/-/jsonp/")
    assert call.text == f"uploadcare_callback({cdn.get(f'/{file}/-/json/').text});"


def test_main_colors_are_those_of_the_picture_so_far(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload(pictures.jpeg())
    told = cdn.get(f"/{file}/-/preview/30x30/-/main_colors/3/").json()
    assert told["id"] == f"/{file}/-/preview/30x30/-/main_colors/3/"
    assert (told["width"], told["height"], told["original"]["width"]) == (30, 20, 60)
    assert len(told["main_colors"]) == 3
    assert all(len(color) == 3 and all(0 <= value <= 255 for value in color) for color in told["main_colors"])
    assert len(cdn.get(f"/{file}/-/main_colors/").json()["main_colors"]) == 4
    grey = cdn.get(f"/{file}/-/grayscale/-/main_colors/1/").json()["main_colors"]
    assert max(grey[0]) - min(grey[0]) <= 2


def test_faces_are_told_once_the_worker_has_looked(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload()
    pending = cdn.get(f"/{file}/detect_faces/", prefer="wait=0")
    assert (pending.status_code, pending.headers["cache-control"]) == (503, "no-store")
    assert "retry-after" in pending.headers
    cdn.stage.work()
    told = cdn.get(f"/{file}/detect_faces//").json()
    assert (told["id"], told["width"], told["faces"]) == (file, 96, [])


def test_a_background_is_removed_in_an_address(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload()
    path = f"/{file}/-/resize/48x/-/remove_bg/"
    pending = cdn.get(path)
    assert (pending.status_code, pending.headers["cache-control"]) == (503, "no-store")
    cdn.stage.work()
    done = cdn.get(path)
    assert (done.status_code, shape(done.content), done.headers["content-type"]) == (200, (48, 32), "image/png")
    assert opened(done.content)[3].min() == 0
    assert cdn.stage.matter.inferences == 1
    filled = cdn.get(f"/{file}/-/remove_bg/-/setfill/ff0000/-/format/jpeg/")
    assert opened(filled.content)(0, 0)[0] > 240
    assert cdn.stage.matter.inferences == 1


def test_what_is_laid_over_a_picture_is_cut_with_it(cdn: Cdn, uploads: Uploads) -> None:
    """A directive in front of the removal, that changes the picture, is a picture of its own to the network."""
    path = f"/{uploads.upload()}/-/rect/ff0000/50px50p/0,0/-/remove_bg/-/grayscale/"
    answer = cdn.get(path)
    for _ in range(3):
        cdn.stage.work()
        answer = cdn.get(path)
    assert (answer.status_code, shape(answer.content)) == (200, (96, 64))
    assert opened(answer.content)[3].min() == 0


def test_the_first_frame_of_an_animation_is_cut_out(cdn: Cdn, uploads: Uploads) -> None:
    path = f"/{uploads.upload(pictures.animation('.gif'), 'moving.gif')}/-/preview/-/remove_bg/"
    assert cdn.get(path).status_code == 503
    cdn.stage.work()
    assert opened(cdn.get(path).content).hasalpha()


# Hosts


def host(public_key: str, project: Project, zone: str = "ucarecd.net") -> str:
    return f"{subdomain_of(Tenant(public_key, '', project))}.{zone}"


def test_a_subdomain_serves_the_files_of_its_project_alone(cdn: Cdn, uploads: Uploads) -> None:
    file = uploads.upload()
    own = host("demopublickey", Project())
    assert own == "1s4oyld5dc.ucarecd.net"
    for name in (own, own.upper(), f"{own}:8443", "1s4oyld5dc.s.ucarecd.net", "demopublickey.ucr.io"):
        assert cdn.get(f"/{file}/", host=name).status_code == 200, name
    for name in (host("shopkey", Project()), "nobody.ucarecd.net", "x.y.ucarecd.net"):
        assert cdn.get(f"/{file}/", host=name).status_code == 404, name
    assert cdn.get(f"/{file}/", host="cdn.example.com").status_code == 200


# Signed delivery


def test_a_project_that_signs_is_closed_without_a_token(cdn: Cdn, vault: Uploads) -> None:
    file, other = vault.upload(), vault.upload(photo(shade=9))
    for path in ("", "-/preview/", "-/json/", "detect_faces/", "-/main_colors/"):
        answer = cdn.get(f"/{file}/{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store"), path
    opening = token(f"/{file}/*")
    answer = cdn.get(f"/{file}/-/preview/{opening}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("private, max-age=")
    assert int(answer.headers["cache-control"].partition("max-age=")[2]) <= 300
    assert cdn.get(f"/{file}/{opening}").headers["cache-control"].startswith("private")
    assert cdn.get(f"/{file}/-/json/{opening}").headers["cache-control"].startswith("private")
    assert cdn.get(f"/{other}/{opening}").status_code == 403
    assert cdn.get(f"/{file}/-/preview/{token(f'/{file}/')}").status_code == 403
    assert cdn.get(f"/{file}/{token(f'/{file}/', seconds=-1)}").status_code == 403
    assert cdn.get(f"/{file}/{token(f'/{file}/', secret='ab' * 32)}").status_code == 403


def test_a_token_of_one_file_opens_no_other_as_an_overlay(cdn: Cdn, vault: Uploads) -> None:
    file, other = vault.upload(), vault.upload(photo(shade=9))
    path = f"/{file}/-/overlay/{other}/100px100p/"
    assert cdn.get(path + token(f"/{file}/*")).status_code == 403
    assert cdn.get(path + token(f"/{file}/*!/{other}/*")).status_code == 200
    assert cdn.get(path + token(path)).status_code == 200
    assert cdn.get(path + token("/*")).status_code == 200
    assert cdn.get(f"/{file}/-/overlay/self/100px100p/{token(f'/{file}/*')}").status_code == 200


# Pictures of other servers


def test_a_picture_of_another_server_takes_operations_in_front_of_its_address(cdn: Cdn, site: Site) -> None:
    site.pages["/a%20b.jpg?v=1"] = photo()
    answer = cdn.get(f"/-/preview/-/resize/30x/-/format/png/http://{site.host}/a%20b.jpg?v=1")
    assert (answer.status_code, shape(answer.content)) == (200, (30, 20))
    assert shape(cdn.get(f"/http://{site.host}/a%20b.jpg?v=1").content) == (96, 64)
    assert shape(cdn.get(f"/http:/{site.host}/a%20b.jpg?v=1").content) == (96, 64)
    del site.pages["/a%20b.jpg?v=1"]
    assert shape(cdn.get(f"/-/mirror/http://{site.host}/a%20b.jpg?v=1").content) == (96, 64)
    assert cdn.get(f"/-/nope/http://{site.host}/a%20b.jpg?v=1").status_code == 400
    assert cdn.get("/-/preview/").status_code == 400


def test_a_project_that_signs_is_no_way_to_other_servers(cdn: Cdn, site: Site) -> None:
    # What is fetched and not there would be 404.
    assert cdn.get(f"/-/preview/http://{site.host}/a.jpg", host="vaultkey.ucr.io").status_code == 403
    site.pages["/a.jpg"] = photo()
    opening = token(f"/-/preview/http://{site.host}/*")
    assert cdn.get(f"/-/preview/http://{site.host}/a.jpg{opening}", host="vaultkey.ucr.io").status_code == 200


def test_a_private_address_is_not_fetched(make_stage: MakeStage) -> None:
    with make_stage(clouds=CLOSED, origin=Origin()) as stage:
        assert stage.client.get("/http://127.0.0.1:1/a.jpg").status_code in (400, 403)


# Groups


@pytest.fixture
def group(uploads: Uploads) -> dict[str, Any]:
    files = [uploads.upload(), uploads.upload(photo(shade=40), "dog.jpg")]
    made = uploads.post("/group/", {"files[0]": files[0], "files[1]": f"{files[1]}/-/resize/40x/-/format/png/"}).json()
    return {"id": made["id"], "files": files}


def test_a_group_lists_its_files(cdn: Cdn, group: dict[str, Any]) -> None:
    page = cdn.get(f"/{group['id']}/")
    assert page.headers["content-type"].startswith("text/html")
    assert "sandbox" in page.headers["content-security-policy"]
    assert all(file in page.text for file in group["files"])
    assert cdn.get(f"/{group['id']}").status_code == 200


def test_a_member_of_a_group_has_its_operations_and_more(cdn: Cdn, group: dict[str, Any]) -> None:
    name = group["id"]
    assert cdn.get(f"/{name}/nth/0/").content == photo()
    assert shape(cdn.get(f"/{name}/nth/1/").content) == (40, 27)
    assert shape(cdn.get(f"/{name}/nth/1/-/scale_crop/10x10/x.png").content) == (10, 10)
    assert cdn.get(f"/{name}/nth/2/").status_code == 404
    assert cdn.get(f"/{MISSING}~2/nth/0/").status_code == 404
    assert cdn.get(f"/{MISSING}~2/").status_code == 404
    assert cdn.get(f"/{name}/nth/0/", host=host("shopkey", Project())).status_code == 404


def test_a_group_is_packed_with_its_originals(cdn: Cdn, group: dict[str, Any]) -> None:
    answer = cdn.get(f"/{group['id']}/archive/zip/all.zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="all.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        assert [packed.read(name) for name in packed.namelist()] == [photo(), photo(shade=40)]
        assert packed.namelist() == ["0_cat.jpg", "1_dog.jpg"]
    with tarfile.open(fileobj=io.BytesIO(cdn.get(f"/{group['id']}/archive/tar/").content)) as packed:
        assert [packed.extractfile(each).read() for each in packed] == [photo(), photo(shade=40)]  # type: ignore[union-attr]
    Client(cdn.stage).ask("DELETE", f"/files/{group['files'][1]}/storage/")
    assert cdn.get(f"/{group['id']}/archive/zip/").status_code == 404
    assert cdn.get(f"/{group['id']}/nth/1/").status_code == 404
    assert cdn.get(f"/{group['id']}/nth/0/").status_code == 200


# Routes


def test_other_apis_keep_their_paths(cdn: Cdn) -> None:
    cdn.stage.upload(photo(), "cat")
    assert cdn.get("/demo/image/upload/w_30/cat.png").status_code == 200
    assert "X-Cld-Error" in cdn.get("/nobody/image/upload/cat.png").headers
    assert cdn.get("/health/live").status_code == 200
