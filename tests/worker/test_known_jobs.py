"""Messages that a stranger wrote into Redis: nothing of them is imported, called or sent, and the worker goes on."""

import http.server
import json
import pickle
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from rq import Callback, Queue, Repeat, Retry, Webhook
from rq.command import send_shutdown_command
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker_registration import REDIS_WORKER_KEYS

from media.config import Settings
from media.cutout import CutoutOptions
from media.deadline import remaining
from media.derived.cutouts import has_cutout
from media.derived.keys import cutout_key, digest
from media.records.sources import save_source
from media.stores.memory import MemoryStore
from media.work.jobs import COUNTERS, JOBS_REFUSED, MATTE_JOB, MATTE_QUEUE
from tests.fakes import BurstWorker, DiscMatter, enqueue, services_of, work_off
from tests.pictures import photo

PHOTO = photo()
OPTIONS = CutoutOptions().to_json()
MODULE = "hostile_module"
ACT = f"{MODULE}.act"


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[Path]:
    """A file that appears as soon as the hostile module is imported, or its functions are called."""
    path = tmp_path / "mark"
    code = f"open({str(path)!r}, 'a').write('imported')\ndef act(*a, **k): open({str(path)!r}, 'a').write('called')\n"
    (tmp_path / f"{MODULE}.py").write_text(code)
    sys.path.insert(0, str(tmp_path))
    yield path
    sys.path.remove(str(tmp_path))
    sys.modules.pop(MODULE, None)


@pytest.fixture
def client(redis_url: str) -> "redis.Redis":
    return redis.Redis.from_url(redis_url)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    save_source(store, digest(PHOTO), PHOTO)
    return store


def queue(client: "redis.Redis", **more: Any) -> Queue:
    return Queue(MATTE_QUEUE, connection=client, **{"serializer": JSONSerializer, **more})


def push(client: "redis.Redis", **fields: Any) -> None:
    """A message written by hand."""
    message = {"data": zlib.compress(json.dumps([MATTE_JOB, None, [digest(PHOTO), OPTIONS], {}]).encode()), **fields}
    client.hset("rq:job:hostile", mapping={"origin": MATTE_QUEUE, "status": "queued", **message})
    client.rpush(f"rq:queue:{MATTE_QUEUE}", "hostile")


class Touch:
    """Runs a command when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self._path,)


def message(*parts: Any) -> bytes:
    return zlib.compress(json.dumps(parts).encode())


#: What is sent → whether it is counted as refused (else it is a job of ours that fails, or a good one with more to it).
HOSTILE: dict[str, tuple[Callable[["redis.Redis", Path], object], bool]] = {
    "a program": (lambda client, mark: queue(client).enqueue("os.system", f"touch {mark}"), True),
    "a function of ours": (lambda client, mark: queue(client).enqueue("worker.jobs.give_up", "x"), True),
    "a module": (lambda client, mark: queue(client).enqueue(ACT), True),
    "a method": (lambda client, mark: push(client, data=message("act", {"a": 1}, [], {})), True),
    "no name": (lambda client, mark: push(client, data=message(None, None, [], {})), True),
    "a list for a name": (lambda client, mark: push(client, data=message(["a"], None, [], {})), True),
    "arguments by name": (lambda client, mark: push(client, data=message(MATTE_JOB, None, [], {"options": 1})), True),
    "numbers for texts": (lambda client, mark: push(client, data=message(MATTE_JOB, None, [1, 2], {})), True),
    "too few texts": (lambda client, mark: push(client, data=message(MATTE_JOB, None, ["a"], {})), False),
    "a path": (lambda client, mark: push(client, data=message(MATTE_JOB, None, ["../x", OPTIONS], {})), False),
    "pickle": (lambda client, mark: queue(client, serializer=None).enqueue("x.y", Touch(mark)), True),
    "bare pickle": (lambda client, mark: push(client, data=pickle.dumps(Touch(mark))), True),
    "pickle beside it": (lambda client, mark: push(client, meta=pickle.dumps(Touch(mark)), retries_left="0"), False),
    "no JSON": (lambda client, mark: push(client, data=b"{"), True),
    "deep JSON": (lambda client, mark: push(client, data=zlib.compress(b"[" * 100_000)), True),
    "a bomb": (lambda client, mark: push(client, data=zlib.compress(b"0" * 300_000_000)), True),
    "a bad date": (lambda client, mark: push(client, created_at="noon"), True),
    "a bad number": (lambda client, mark: push(client, retries_left="many"), True),
    "a bad state": (lambda client, mark: push(client, status="possessed"), True),
    "no text": (lambda client, mark: push(client, worker_name=b"\xff"), True),
    "a callback of success": (lambda client, mark: push(client, success_callback_name=ACT), False),
    "a callback of failure": (
        lambda client, mark: push(client, data=message(MATTE_JOB, None, [], {}), failure_callback_name=ACT),
        False,
    ),
    "callbacks as RQ writes them": (
        lambda client, mark: queue(client).enqueue(
            MATTE_JOB, digest(PHOTO), OPTIONS, on_success=Callback(ACT), on_failure=Callback(ACT)
        ),
        False,
    ),
}  # fmt: skip


def refused(client: "redis.Redis") -> int:
    return int(client.hget(COUNTERS, JOBS_REFUSED) or 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_message_makes_the_worker_import_call_or_end(
    settings: Settings, store: MemoryStore, client: "redis.Redis", mark: Path, name: str
) -> None:
    send, counts = HOSTILE[name]
    send(client, mark)
    enqueue(settings, MATTE_QUEUE, MATTE_JOB, digest(PHOTO), OPTIONS)
    matter = DiscMatter()
    work_off(settings, store, matter)
    assert not mark.exists()
    assert MODULE not in sys.modules
    assert refused(client) == counts
    assert has_cutout(store, cutout_key(digest(PHOTO), services_of(settings, store, matter).matting, CutoutOptions()))
    assert client.llen(f"rq:queue:{MATTE_QUEUE}") == 0


def test_a_dead_workers_job_calls_no_function_of_its_message(
    settings: Settings, store: MemoryStore, client: "redis.Redis", mark: Path
) -> None:
    push(client, failure_callback_name=ACT, retries_left="1000000")
    client.delete(f"rq:queue:{MATTE_QUEUE}")
    client.zadd(f"rq:wip:{MATTE_QUEUE}", {"hostile:execution": 1})
    work_off(settings, store, DiscMatter())
    assert not mark.exists()
    assert client.hget("rq:job:hostile", "retries_left") in (None, b"1", b"0")


@pytest.mark.parametrize("key", ["rq:wip:matte", "rq:failed:matte"])
@pytest.mark.parametrize("entry", [b"\xff", "a b", "", "hostile", "a:b:c", "../x"])
def test_registries_that_a_stranger_filled_end_no_worker(
    settings: Settings, store: MemoryStore, client: "redis.Redis", key: str, entry: Any
) -> None:
    client.zadd(key, {entry: 1})
    client.sadd("rq:job:hostile:dependents", "x")
    client.rpush(f"rq:queue:{MATTE_QUEUE}", "no job" if entry in (b"\xff", "") else entry)
    enqueue(settings, MATTE_QUEUE, MATTE_JOB, digest(PHOTO), OPTIONS)
    matter = DiscMatter()
    work_off(settings, store, matter)
    assert matter.inferences == 1


def test_no_web_hook_is_sent_and_nothing_is_repeated_or_put_behind_a_job(
    settings: Settings, store: MemoryStore, client: "redis.Redis"
) -> None:
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        hook = f"http://127.0.0.1:{server.server_port}/"
        hooks = [Webhook(hook, "finished"), Webhook(hook, "failed")]
        first = queue(client).enqueue(MATTE_JOB, digest(PHOTO), OPTIONS, webhooks=hooks, repeat=Repeat(times=9))
        queue(client).enqueue("os.system", "true", webhooks=hooks, retry=Retry(max=9))
        queue(client).enqueue("os.system", "true", depends_on=first, webhooks=hooks)
        matter = DiscMatter()
        work_off(settings, store, matter)
        server.shutdown()
    assert calls == []
    assert matter.inferences == 1
    assert refused(client) == 1  # what waits for another job is not even put on the queue
    assert client.llen(f"rq:queue:{MATTE_QUEUE}") == 0
    assert client.zcard(f"rq:scheduled:{MATTE_QUEUE}") == 0


def test_a_worker_listens_to_no_commands(settings: Settings, store: MemoryStore, client: "redis.Redis") -> None:
    heard: list[int] = []

    class Watched(DiscMatter):
        def infer(self, photo: Any) -> Any:
            for name in client.smembers(REDIS_WORKER_KEYS):  # type: ignore[union-attr]
                worker = name.decode().removeprefix("rq:worker:")
                heard.append(client.pubsub_numsub(f"rq:pubsub:{worker}")[0][1])  # type: ignore[index]
                send_shutdown_command(client, worker)
            return super().infer(photo)

    enqueue(settings, MATTE_QUEUE, MATTE_JOB, digest(PHOTO), OPTIONS)
    work_off(settings, store, Watched())
    assert heard == [0]


def test_a_message_cannot_take_more_time_or_tries_than_are_set(
    settings: Settings, client: "redis.Redis", store: MemoryStore
) -> None:
    seen: list[tuple[object, ...]] = []

    class Watched(DiscMatter):
        def infer(self, photo: Any) -> Any:
            job = Job.fetch("hostile", connection=client, serializer=JSONSerializer)
            seen.append((job.retries_left,))
            raise RuntimeError("again")

    push(client, retries_left="1000000", timeout="1000000000", retry_intervals="[0]", result_ttl="-1")
    work_off(settings, store, Watched())
    assert len(seen) == settings.queue.max_attempts


def test_a_job_knows_when_nobody_waits_for_it_any_more(client: "redis.Redis", settings: Settings) -> None:
    left: list[float] = []

    def act(source_digest: str) -> None:
        left.append(remaining())

    enqueue(settings, MATTE_QUEUE, MATTE_JOB, "source")
    worker = BurstWorker(client, settings.queue, functions={MATTE_JOB: act}, on_last_failure=print)
    worker.work(burst=True, logging_level="ERROR")
    assert 0 < left[0] <= settings.queue.job_timeout_seconds
