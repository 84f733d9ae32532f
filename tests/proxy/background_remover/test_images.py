"""POST /v1/convert/ and /v1/results/ with images: the protocol of the samples, every parameter, every refusal."""

import time

import pytest
import redis

from media import errors
from media.config import DAY_SECONDS, Queue
from media.records.catalog import Catalog
from media.work.conversion import CONVERSIONS
from proxy.dialects.background_remover.envelope import envelope
from proxy.dialects.background_remover.models import SUBSTITUTED
from proxy.dialects.background_remover.settings import BackgroundRemover
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.apis import CLOUDS, IMPATIENT, SeeingMatter
from tests.proxy.background_remover.conftest import Client

PICTURE = ("photo.jpeg", photo())


def test_the_protocol_of_the_samples(remover: Client) -> None:
    told = remover.post()
    assert (told.status_code, list(told.json())) == (200, ["uuid"])
    pending = remover.results({**told.json(), "else": "ignored"})
    assert pending == {"files": [], "failed": [], "finished": False, "queue_count": 1, "errors": []}
    remover.stage.work()
    done = remover.results(told.json())
    assert (done["finished"], done["failed"], done["queue_count"], done["errors"]) == (True, [], 0, [])
    [file] = done["files"]
    assert (file["filename"], file["url"].rpartition("/")[2]) == ("photo.png", "photo.png")
    assert file["url"].startswith("/v1/results/")
    answer = remover.stage.client.get(file["url"])
    assert (answer.headers["content-type"], answer.headers["cache-control"][:7]) == ("image/png", "private")
    picture = opened(answer.content)
    assert (picture.width, picture.height, picture.bands, picture[3](0, 0), picture[3](48, 32)) == (
        96, 64, 4, [0], [255],
    )  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [["files"], ["files", "files"], ["files[]", "files[]"], ["file"], ["file[0]", "file[1]", "file[2]"], ["file[7]"],
     ["files[0]", "files[1]"]],
    ids="+".join,
)  # fmt: skip
def test_every_spelling_of_the_file_fields(remover: Client, names: list[str]) -> None:
    done = remover.convert([(name, (f"{number}.jpeg", photo())) for number, name in enumerate(names)])
    assert [file["filename"] for file in done["files"]] == [f"{number}.png" for number in range(len(names))]


def test_a_bad_file_fails_alone(remover: Client) -> None:
    sent = [PICTURE, ("page.html", b"<html>"), ("half.jpg", photo()[:-300]), ("empty.png", b""), ("b.jpg", photo(9, 9))]
    done = remover.convert([("files", each) for each in sent])
    assert [file["filename"] for file in done["files"]] == ["photo.png", "b.png"]
    assert (done["failed"], done["finished"]) == (["page.html", "half.jpg", "empty.png"], True)
    assert [text.partition(":")[0] for text in done["errors"]] == done["failed"]


def test_a_file_that_finds_no_place_yet_waits_outside_the_queue(make_stage: MakeStage) -> None:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, queue=Queue(max_waiting_per_cloud=1)) as stage:
        remover = Client(stage)
        told = remover.post([("files", (f"{shade}.jpg", photo(shade=shade))) for shade in range(4)])
        done = remover.results(told.json())
        assert (told.status_code, done["failed"], done["queue_count"]) == (200, [], 2)
        while not done["finished"]:
            stage.work()
            done = remover.results(told.json())
        assert (len(done["files"]), done["errors"]) == (4, [])


@pytest.mark.parametrize(
    ("fields", "bands", "corner"),
    [
        ({}, 4, 0),
        ({"alpha_matting": "true", "alpha_fg": "240", "alpha_bg": "10", "alpha_erode": "10"}, 4, 0),
        ({"alpha_matting": "TRUE", "alpha_base_size": "1000"}, 4, 0),
        ({"alpha_matting": "false", "alpha_fg": "1"}, 4, 0),
        ({"only_mask": "true"}, 1, 0),
        ({"only_mask": "1", "bg_type": "color"}, 1, 0),
        ({"bg_type": "color"}, 3, 255),
        ({"bg_type": "color", "bg_color_value": "#00ff80"}, 3, 128),
        ({"bg_type": "color", "bg_color_value": "00ff80"}, 3, 128),
        ({"bg_type": "transparent", "bg_color_value": ""}, 4, 0),
        ({"model": ""}, 4, 0),
        ({"lang": "de", "whatever": "x"}, 4, 0),
    ],
    ids=str,
)
def test_parameters(remover: Client, fields: dict[str, str], bands: int, corner: int) -> None:
    picture = opened(remover.body(remover.convert(**fields)))
    assert (picture.width, picture.height, picture.bands) == (96, 64, bands)
    assert picture[bands - 1](0, 0) == [corner]


@pytest.mark.parametrize("field", ["bg_image", "background_image"])
def test_a_picture_is_laid_under_and_stretched(remover: Client, field: str) -> None:
    sent = [("files", PICTURE), (field, ("wall.png", photo(10, 40, "png", shade=7)))]
    picture = opened(remover.body(remover.convert(sent, bg_type="image")))
    assert (picture.width, picture.height, picture.bands) == (96, 64, 3)
    wall = opened(photo(10, 40, "png", shade=7))
    assert picture(0, 0) == pytest.approx(wall(0, 0), abs=3)
    assert picture(95, 63) == pytest.approx(wall(9, 39), abs=3)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"convert_to": "text"}, "convert_to must be image-backgroundremover or video-backgroundremover, got 'text'"),
        ({"convert_to": ""}, "convert_to is missing"),
        ({"model": "sam"}, "There is no model 'sam'; known are u2net, u2netp, u2net_human_seg, cutout."),
        ({"alpha_fg": "256"}, "alpha_fg must be an integer 0 to 255, got '256'."),
        ({"alpha_bg": "-1"}, "alpha_bg must be an integer 0 to 255"),
        ({"alpha_erode": "1e3"}, "alpha_erode must be an integer"),
        ({"alpha_base_size": "0"}, "alpha_base_size must be an integer 1 to"),
        ({"alpha_matting": "maybe"}, "alpha_matting must be true or false, got 'maybe'."),
        ({"bg_type": "video"}, "bg_type must be transparent or color or image, got 'video'."),
        ({"bg_color_value": "#12"}, "bg_color_value must be a colour such as #ffffff, got '#12'."),
        ({"bg_type": "image"}, "bg_type=image needs a picture as bg_image or background_image."),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_sentence(remover: Client, fields: dict[str, str], sentence: str) -> None:
    answer = remover.post(**fields)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert sentence in answer.json()["error"]
    assert not list(remover.stage.store.keys("catalog/"))


def test_without_files_or_with_too_many(make_stage: MakeStage) -> None:
    with make_stage(BackgroundRemover(max_files=2), delivery=IMPATIENT, clouds=CLOUDS) as stage:
        remover = Client(stage)
        assert remover.post([("else", PICTURE)]).json()["error"] == "There is no file: send one or more as `files`."
        answer = remover.post([("files", PICTURE)] * 3)
        assert (answer.status_code, answer.json()["error"]) == (413, "A request has at most 2 files, got 3.")


@pytest.mark.parametrize("key", ["", "wrong", "Bearer live_all", "demo-key", "live_demo"])
def test_a_key_is_asked_for_before_anything_is_read(remover: Client, key: str) -> None:
    answer = remover.stage.client.post("/v1/convert/", headers={"Authorization": key}, content=iter([b"x"]))
    assert (answer.status_code, bool(answer.json()["error"])) == (401, True)


def test_ids_open_what_they_name_and_nothing_else(remover: Client) -> None:
    told = remover.post([("files", PICTURE), ("files", PICTURE)]).json()
    remover.stage.work()
    first, second = (file["url"] for file in remover.results(told)["files"])
    ids = {told["uuid"], first.split("/")[3], second.split("/")[3]}
    assert len(ids) == 3
    assert min(map(len, ids)) >= 43  # 256 bits
    get = remover.stage.client.get
    for path in (
        first.replace(".png", ".jpg"), f"/v1/results/{told['uuid']}/photo.png", "/v1/results/x/photo.png",
        second.replace("photo-2", "photo"),
    ):  # fmt: skip
        assert (get(path).status_code, bool(get(path).json()["error"])) == (404, True), path
    for uuid in (first.split("/")[3], "", "../x", "a/b", "x" * 300, "\x00"):
        answer = remover.stage.client.post("/v1/results/", data={"uuid": uuid})
        assert answer.status_code in (400, 404), uuid
        assert answer.json()["error"]


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        (["a.jpeg", "a.png", "a.jpeg"], ["a.png", "a-2.png", "a-3.png"]),
        (["../../etc/passwd", "C:\\pictures\\cat.jpg"], ["passwd.png", "cat.png"]),
        ([".bashrc", "a b?.jpg", "noname"], ["bashrc.png", "a_b_.png", "noname.png"]),
        (["é.jpg", "a.b.c.jpg"], ["é.png", "a.b.c.png"]),
    ],
)
def test_result_names_keep_the_stem_and_are_harmless(remover: Client, sent: list[str], names: list[str]) -> None:
    done = remover.convert([("files", (name, photo())) for name in sent])
    assert [file["filename"] for file in done["files"]] == names
    for number, name in enumerate(names):
        assert name.isascii() == (done["files"][number]["url"].rpartition("/")[2] == name)
        assert remover.body(done, number)


@pytest.mark.parametrize("name", ["cutout", *SUBSTITUTED])
def test_models_by_the_table(remover: Client, name: str) -> None:
    remover.stage.matter = SeeingMatter("cat")
    most = opened(remover.body(remover.convert(model=name)))[3].max()
    assert most == (0 if "human" in name else 255)


def test_without_substitutes_a_model_is_named_and_refused(make_stage: MakeStage) -> None:
    with make_stage(BackgroundRemover(substitutes=False), delivery=IMPATIENT, clouds=CLOUDS) as stage:
        answer = Client(stage).post()
        assert answer.json()["error"] == "The model u2net is not loaded; this server runs cutout."


def test_a_network_that_fails_is_told(make_stage: MakeStage) -> None:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, queue=Queue(max_attempts=1)) as stage:
        remover = Client(stage)
        stage.matter.failure = RuntimeError("secret")
        done = remover.convert()
        assert (done["files"], done["failed"], done["finished"]) == ([], ["photo.jpeg"], True)
        assert done["errors"] == ["photo.jpeg: The background could not be removed."]


def test_a_job_that_redis_forgot_is_put_back_by_the_next_poll(remover: Client) -> None:
    told = remover.post().json()
    redis.Redis.from_url(remover.stage.settings.redis.url).flushall()
    assert not remover.results(told)["finished"]
    remover.stage.work()
    assert remover.results(told)["finished"]


def test_the_same_photograph_runs_the_network_once_whatever_is_asked(remover: Client) -> None:
    remover.convert()
    remover.convert(bg_type="color")
    remover.convert(only_mask="true")
    assert remover.stage.matter.inferences == 1


def test_ranges_and_tags_of_results(remover: Client) -> None:
    url = remover.convert()["files"][0]["url"]
    whole = remover.stage.client.get(url)
    part = remover.stage.client.get(url, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, whole.content[:10])
    assert remover.stage.client.get(url, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert remover.stage.client.head(url).headers["content-length"] == str(len(whole.content))


def test_what_has_expired_is_gone(remover: Client) -> None:
    told = remover.post().json()
    remover.stage.work()
    url = remover.results(told)["files"][0]["url"]
    records = Catalog(remover.stage.store).records(CONVERSIONS)
    records.change(told["uuid"], lambda found: {**(found or {}), "created": time.time() - DAY_SECONDS - 1})
    assert remover.stage.client.get(url).status_code == 404
    assert remover.stage.client.post("/v1/results/", data=told).status_code == 404


def test_every_class_of_error_is_said_in_the_vendors_words() -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.MediaError):
            made = envelope(kind("why"))
            assert made.status >= 400
            assert (made.body == b'{"error": "why"}') == kind.public
            assert ("Retry-After" in made.headers) == issubclass(kind, errors.Retryable)
