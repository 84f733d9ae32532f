"""The golden pictures of background removals: ``python -m tests.proxy.cloudinary.removals`` draws them anew; look at
them, then commit them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyvips
import yaml

from media.config import Cloud, Delivery, Matting, RedisSettings, Settings
from proxy.commands.embedded_redis import embedded_redis
from tests.pictures import opened, photo
from tests.stage import Stage, open_stage

TESTS = Path(__file__).parents[2]
FOLDER = TESTS / "golden_removals"
#: Removals in one chain, and one request more.
MOST_ROUNDS = 5


@dataclass(frozen=True)
class Row:
    name: str
    chain: str
    inferences: int
    source: str = "shoe"
    same: str = ""

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.webp"


ROWS = [Row(**row) for row in yaml.safe_load((TESTS / "vectors/removals.yaml").read_text())]


def framed() -> bytes:
    return bytes(opened(photo()).embed(20, 12, 136, 88, extend="white").write_to_buffer(".png"))


def prepare(stage: Stage) -> None:
    """Three pictures that the network has seen, and a named transformation."""
    for name, body in (("shoe", photo()), ("cup", photo(80, 60, shade=90)), ("framed", framed())):
        stage.upload(body, name)
        made(stage, f"/demo/image/upload/e_background_removal/{name}.png")
        made(stage, f"/demo/image/upload/c_fill,g_auto,h_9,w_9/{name}.png")
    card = {"name": "card", "transformation": "c_crop,h_50,w_50/e_background_removal/b_orange"}
    answer = stage.client.post("/v1_1/demo/transformations", auth=("demo-key", "demo-secret"), json=card)
    assert answer.status_code == 200, answer.text


def made(stage: Stage, url: str) -> bytes:
    """The answer, once a worker has made all that it waits for."""
    for _ in range(MOST_ROUNDS):
        answer = stage.client.get(url)
        if answer.status_code != 423 and "max-age=5" not in answer.headers["cache-control"]:
            assert answer.status_code == 200, answer.headers
            return answer.content
        stage.work()
    raise AssertionError(f"{url} is pending for ever")


@contextlib.contextmanager
def own_stage(matting: Matting = Matting()) -> Iterator[Stage]:  # noqa: B008 (a frozen value)
    with embedded_redis() as url:
        clouds = {"demo": Cloud(keys={"demo-key": "demo-secret"})}
        settings = Settings(
            redis=RedisSettings(url), delivery=Delivery(look_wait_seconds=0), clouds=clouds, matting=matting
        )
        with open_stage(settings) as stage:
            prepare(stage)
            yield stage


def draw() -> None:
    FOLDER.mkdir(exist_ok=True)
    with own_stage() as stage:
        for row in ROWS:
            body = made(stage, f"/demo/image/upload/{row.chain}/{row.source}.png")
            picture: pyvips.Image = opened(body)
            picture.write_to_file(str(row.path), lossless=True, effort=6, keep="none")


if __name__ == "__main__":
    draw()
