"""GET and POST / as the engine's own server answers them, if it is named in server.apis."""

from collections.abc import Iterator

import pytest

from media import errors
from media.config import Origin, Server
from proxy.dialects.background_remover.envelope import server_envelope
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.apis import CLOUDS, FORBIDDEN_ADDRESSES, IMPATIENT, Site, answered
from tests.stage import Stage

SERVER = Server(apis=("background_remover_server", "playground"))


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(server=SERVER, delivery=IMPATIENT, clouds=CLOUDS, origin=Origin(allow_private=True)) as made:
        yield made


@pytest.mark.parametrize(
    "query", [{}, {"a": "false"}, {"a": "", "af": "200", "ab": "20", "ae": "3", "az": "500"}], ids=str
)
def test_a_file_and_an_address_give_the_same_cutout(stage: Stage, site: Site, query: dict[str, str]) -> None:
    sent = {"url": site.url("/photo.jpg"), **query}
    by_address = answered(stage, lambda: stage.client.get("/", params=sent))
    by_file = answered(stage, lambda: stage.client.post("/", params=query, files={"file": photo()}))
    in_form = answered(stage, lambda: stage.client.post("/", data=query, files={"file": photo()}))
    assert by_address.content == by_file.content
    assert by_file.content == in_form.content
    assert (by_file.headers["content-type"], opened(by_file.content)[3](48, 32)) == ("image/png", [255])
    assert stage.matter.inferences == 1


def test_a_mask_threshold_leaves_no_half_transparent_pixel(stage: Stage) -> None:
    made = answered(stage, lambda: stage.client.post("/?mt=128", files={"file": photo()}))
    assert opened(made.content)[3].hist_find().numpy().reshape(-1)[1:255].sum() == 0


@pytest.mark.parametrize(
    ("method", "query", "sentence"),
    [
        ("GET", {}, "missing query param 'url'"),
        ("POST", {}, "missing post form param 'file'"),
        ("GET", {"url": "https://example.com/a.jpg", "model": "sam"}, "There is no model"),
        ("GET", {"url": "https://example.com/a.jpg", "a": "", "af": "x"}, "af must be an integer"),
    ],
)
def test_refusals(make_stage: MakeStage, method: str, query: dict[str, str], sentence: str) -> None:
    with make_stage(server=SERVER, delivery=IMPATIENT, clouds=CLOUDS) as own:
        answer = own.client.request(method, "/", params=query)
        assert answer.status_code == 400
        assert sentence in answer.json()["error"]


def test_private_addresses_are_refused(make_stage: MakeStage) -> None:
    with make_stage(server=SERVER, delivery=IMPATIENT, clouds=CLOUDS) as careful:
        for name, address in FORBIDDEN_ADDRESSES.items():
            answer = careful.client.get("/", params={"url": address})
            assert (answer.status_code, bool(answer.json()["error"])) == (400, True), name


def test_without_it_the_page_is_there(make_stage: MakeStage) -> None:
    with make_stage(clouds=CLOUDS) as own:
        assert "<title>" in own.client.get("/?url=x").text
        assert own.client.post("/", files={"file": photo()}).status_code == 405


def test_every_class_of_error_is_400_or_500_or_says_when_to_come_back() -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.MediaError):
            assert server_envelope(kind("why")).status in (400, 500, 503)
