"""`cutout dev` as a user runs it: real network, real worker process, real Redis."""

import concurrent.futures
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
import redis

from tests.conftest import Server, free_port, running_server
from tests.pictures import opened, photo
from tests.signing import signed

CUTOUT = "/demo/image/upload/e_background_removal"
CROWD = 200
PATIENCE_SECONDS = 60


def metric(server: Server, name: str) -> float:
    lines = httpx.get(f"{server.address}/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(name)).split()[-1])


def upload(server: Server, public_id: str, shade: int = 0, size: tuple[int, int] = (300, 200)) -> None:
    files = {"file": photo(*size, shade=shade)}
    answer = httpx.post(
        f"{server.address}/v1_1/demo/image/upload", data=signed({"public_id": public_id}), files=files, timeout=30
    )
    assert answer.status_code == 200, answer.text


def await_ready(server: Server, url: str) -> httpx.Response:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = httpx.get(server.address + url, timeout=30)
        if answer.status_code != 423:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{url} stayed pending")


def descendant(server: Server, word: str) -> psutil.Process:
    children = psutil.Process(server.process.pid).children(recursive=True)
    return next(child for child in children if word in " ".join(child.cmdline()))


def redis_of(server: Server) -> "redis.Redis":
    # redis-server rewrites its title: "…/redis-server unixsocket:/tmp/…/redis.sock".
    title = " ".join(descendant(server, "redis-server").cmdline())
    return redis.Redis(unix_socket_path=title.partition("unixsocket:")[2].split()[0])


def test_the_cat_is_cut_out_on_any_background(server: Server) -> None:
    plain = await_ready(server, f"{CUTOUT}/cat.png")
    assert (plain.status_code, opened(plain.content).bands) == (200, 4)
    coloured = await_ready(server, f"{CUTOUT}/c_pad,w_400,h_400,b_coral/f_webp/cat")
    picture = opened(coloured.content)
    assert (coloured.headers["content-type"], picture.width, picture.height) == ("image/webp", 400, 400)


def test_a_crowd_of_first_requests_makes_one_job_and_no_fault(server: Server) -> None:
    upload(server, "crowd", shade=11)
    before = metric(server, "cutout_jobs_enqueued_total"), metric(server, "cutout_inferences_total")
    url = f"{server.address}{CUTOUT}/c_scale,w_100/crowd.png"
    limits = httpx.Limits(max_connections=CROWD)
    with httpx.Client(limits=limits, timeout=60) as client, concurrent.futures.ThreadPoolExecutor(CROWD) as threads:
        statuses = set(threads.map(lambda number: client.get(url).status_code, range(CROWD)))
    assert statuses <= {200, 423}
    assert await_ready(server, f"{CUTOUT}/c_scale,w_100/crowd.png").status_code == 200
    for chain in ("c_fill,h_50,w_50", "e_sepia", "e_blur:200/c_fit,w_40"):
        assert httpx.get(f"{server.address}{CUTOUT}/{chain}/crowd.png").status_code == 200
    after = metric(server, "cutout_jobs_enqueued_total"), metric(server, "cutout_inferences_total")
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


def test_a_killed_worker_delays_a_cutout_and_loses_none(server: Server) -> None:
    upload(server, "killed", shade=22, size=(1600, 1200))
    assert httpx.get(f"{server.address}{CUTOUT}:fineedges_y/killed.png").status_code == 423
    _await_started_job(server)
    descendant(server, "worker").send_signal(signal.SIGKILL)
    # Nobody asks again: the next look is only after it must be there.
    store = server.data / "store" / "cutouts"
    before = len(list(store.rglob("*.png")))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(list(store.rglob("*.png"))) == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert await_ready(server, f"{CUTOUT}:fineedges_y/killed.png").status_code == 200


def _await_started_job(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with redis_of(server) as client:
        while time.monotonic() < deadline and not client.zcard("rq:wip:matte"):
            time.sleep(0.005)


def test_flushing_redis_loses_nothing(server: Server) -> None:
    upload(server, "flushed", shade=33)
    assert await_ready(server, f"{CUTOUT}/flushed.png").status_code == 200
    assert httpx.get(f"{server.address}{CUTOUT}:fineedges_y/flushed.png").status_code == 423
    with redis_of(server) as client:
        client.flushall()
    for url in (f"{CUTOUT}/flushed.png", "/demo/image/upload/flushed.jpg", f"{CUTOUT}/e_sepia/flushed.png"):
        assert httpx.get(server.address + url).status_code == 200
    assert await_ready(server, f"{CUTOUT}:fineedges_y/flushed.png").status_code == 200


def test_a_second_start_finds_everything_again(tmp_path: Path) -> None:
    with running_server(tmp_path) as first:
        upload(first, "kept")
        before = await_ready(first, f"{CUTOUT}/kept.png").content
        children = psutil.Process(first.process.pid).children(recursive=True)
    assert first.process.returncode == 0
    assert not [child for child in children if child.is_running()]
    with running_server(tmp_path) as second:
        assert httpx.get(f"{second.address}{CUTOUT}/kept.png").content == before


def run_dev(**environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "proxy.commands.cli", "dev"]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        ended = run_dev(PORT=port, DATA_DIR=str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert f"Port {port}" in ended.stderr


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_bytes(b"")
    ended = run_dev(PORT=str(free_port()), DATA_DIR=str(blocker / "data"))
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "cannot be written" in ended.stderr


@pytest.mark.parametrize("model", ["u2net", "nothing-of-that-name"])
def test_a_missing_model_is_one_sentence_and_an_end(tmp_path: Path, model: str) -> None:
    ended = run_dev(
        PORT=str(free_port()), DATA_DIR=str(tmp_path), CUTOUT_MATTING__MODEL=model,
        CUTOUT_MATTING__MODEL_DIR=str(tmp_path / "models"),
    )  # fmt: skip
    assert ended.returncode == 1
    assert [line for line in ended.stderr.splitlines() if model in line and line.startswith("cutout worker:")]
    assert "Traceback" not in ended.stderr


def test_production_refuses_the_published_secret(tmp_path: Path) -> None:
    ended = run_dev(PORT=str(free_port()), DATA_DIR=str(tmp_path), CUTOUT_SERVER__ENVIRONMENT="production")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "development secret" in ended.stderr
