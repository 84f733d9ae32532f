"""Many large bodies at once: memory stays below twice their budget, and who finds no room is told when to come back."""

import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.attacks.conftest import Victim, running_proxy, stays_hot, upload
from tests.signing import signed

MIB = 1024 * 1024
BUDGET, BODY = 48 * MIB, 16 * MIB
CROWD = 12
SERVER = {"max_bytes_in_flight": BUDGET, "max_body_bytes": 2 * BODY}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[Victim]:
    with running_proxy(tmp_path_factory.mktemp("small"), redis_server, server=SERVER) as running:
        upload(running, "hot")
        yield running


def send(victim: Victim, number: int) -> tuple[int, str | None]:
    """A raw file of its own, in one form; status and when to come back."""
    fields = signed({"public_id": f"file-{number}.bin", "async": "false"})
    parts = [
        f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    head = "".join(parts) + '--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = head.encode() + bytes([number]) * BODY + b"\r\n--X--\r\n"
    connection = http.client.HTTPConnection("127.0.0.1", victim.port, timeout=120)
    try:
        connection.request("POST", "/v1_1/demo/raw/upload", body, {"content-type": "multipart/form-data; boundary=X"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("retry-after")
    finally:
        connection.close()


def test_bodies_at_once_have_a_budget_of_memory(small: Victim) -> None:
    before, most, over = small.memory, [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            most[0] = max(most[0], small.memory)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(CROWD) as crowd:
        answers = list(crowd.map(lambda number: send(small, number), range(CROWD)))
    over.set()
    watcher.join()
    assert {status for status, _ in answers} <= {200, 503}, answers
    assert all(wait and int(wait) > 0 for status, wait in answers if status == 503)
    assert any(status == 200 for status, _ in answers)
    assert most[0] - before < 2 * BUDGET
    # What was taken has been given back.
    assert send(small, 99)[0] == 200


def test_hot_answers_stay_hot_while_files_come_in(small: Victim) -> None:
    def attack() -> None:
        for number in range(4):
            assert send(small, 100 + number)[0] == 200

    assert stays_hot(small, attack)
