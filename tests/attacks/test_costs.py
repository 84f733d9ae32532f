"""Chains that once stopped all rendering for minutes, on a running proxy: refused like any other mistake."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.attacks.conftest import HOT, Victim, running_proxy, stays_hot, upload
from tests.pictures import photo

LARGE = "c_scale,w_4010,h_4000"
#: Refused behind the same reads, for its size.
ORDINARY = "/demo/image/upload/c_scale,w_20000,h_10/hot.jpg"
PAINT = "e_oil_paint:100"
#: The first stopped everything for 117 s when it was asked for twice.
DEAR = {
    "painted twice": f"{LARGE}/{PAINT}/{PAINT}",
    "painted often": f"{LARGE}/" + f"{PAINT}/" * 98 + "f_png",
    "blurred": f"{LARGE}/" + "e_blur:160/" * 9 + "f_png",
    "vectorized": f"{LARGE}/e_vectorize/e_vectorize/f_png",
    "in a layer": f"l_hot/{LARGE}/{PAINT}/{PAINT}/fl_layer_apply",
    "a text": "l_text:Arial_2000:" + "Waxwings" * 100 + "/fl_layer_apply",
    "JPEG 2000": "c_scale,w_7000,h_7000/f_jp2",
    "a bitmap": "c_scale,w_7000,h_7000/f_bmp",
}
#: Times as long as an ordinary refusal, which takes a few milliseconds; a hundred steps are to be read, too.
MOST = 12
ROUNDS, TRIES = 15, 4


def url(chain: str) -> str:
    return f"/demo/image/upload/{chain}/hot.jpg"


def seconds(victim: Victim, path: str) -> float:
    started = time.perf_counter()
    status, _ = victim.ask("GET", path)
    assert status in (400, 413), status
    return time.perf_counter() - started


def is_quick(victim: Victim, path: str) -> bool:
    """Whether a refusal takes about as long as an ordinary one."""

    def ratio() -> float:
        pairs = [(seconds(victim, path), seconds(victim, ORDINARY)) for _ in range(ROUNDS)]
        return min(dear for dear, _ in pairs) / min(ordinary for _, ordinary in pairs)

    return any(ratio() < MOST for _ in range(TRIES))


@pytest.mark.parametrize("name", DEAR)
def test_a_dear_chain_is_refused_as_soon_as_any(victim: Victim, name: str) -> None:
    assert is_quick(victim, url(DEAR[name]))


LARGEST = "-/resize/3000x3000/"
#: Those that need a scene wait for it before they are judged.
DEAR_DIRECTIVES = {
    "looks": LARGEST + "-/filter/adaris/" * 90,
    "written": LARGEST + "-/text/100px100p/center/WWWW/" * 60,
    "overlaid": LARGEST + "-/overlay/self/100px100p/" * 90,
    "corners": LARGEST + "-/border_radius/50p/" * 90,
    "larger than all": "-/crop/10000px10000p/" * 5,
}


@pytest.mark.parametrize("name", DEAR_DIRECTIVES)
def test_dear_directives_are_refused_as_soon_as_any(victim: Victim, name: str) -> None:
    address = f"http://127.0.0.1:{victim.port}/base/?pub_key=demopublickey"
    file = httpx.post(address, files={"file": photo()}, timeout=30).json()["file"]
    assert is_quick(victim, f"/{file}/{DEAR_DIRECTIVES[name]}")


def test_hot_answers_stay_hot_meanwhile(victim: Victim) -> None:
    def attack() -> None:
        for chain in (*DEAR.values(), *DEAR.values()):
            seconds(victim, url(chain))
            time.sleep(0.02)

    assert stays_hot(victim, attack)


@pytest.fixture
def hasty(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[Victim]:
    """A proxy that gives up after a second."""
    folder = tmp_path_factory.mktemp("hasty")
    settings = {"server": {"request_deadline_seconds": 1}, "rendering": {"threads": 1}}
    with running_proxy(folder, redis_server, **settings) as running:
        upload(running, "hot")
        yield running


def test_threads_are_free_again_soon_after_the_deadline(hasty: Victim) -> None:
    """Each of these would take its thread for many times the deadline."""
    crowd = [
        threading.Thread(target=hasty.ask, args=("GET", url(f"{LARGE}/{PAINT}/e_hue:{hue}/f_png"))) for hue in range(6)
    ]
    for each in crowd:
        each.start()
    time.sleep(0.5)
    assert hasty.ask("GET", "/health/ready")[0] == 200
    for each in crowd:
        each.join()
    assert hasty.ask("GET", "/demo/image/upload/w_20/hot.jpg")[0] == 200
    before, started = hasty.work, time.monotonic()
    time.sleep(1)
    # A tenth of what one busy thread would have worked meanwhile.
    assert (hasty.work - before) / (time.monotonic() - started) < 0.1
    assert hasty.ask("GET", HOT)[0] == 200
