"""A DATA_DIR of an older commit is served as it is: every stored answer again, nothing derived, nothing enqueued."""

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from media.config import load
from media.records.catalog import Catalog
from media.stores.filesystem import FilesystemStore
from media.stores.store import Stat
from media.work.jobs import BATCH_JOB, BATCHES, DERIVE_QUEUE, NOTICES, REPLACEMENTS
from proxy.dialects import SETTINGS as DIALECT_SETTINGS
from tests.fakes import enqueue
from tests.proxy.cloudinary.api.conftest import CREDENTIALS
from tests.stage import Stage, open_stage
from tests.stored.make import ANSWERS, DATA, RECORDS, REMOVALS, TODAY, ask, remove
from worker.notices import schedule_kept

#: Part of a path → why its answer is made anew: the keys of these chains moved on purpose.
REVISED = {
    "e_trim": "a trim looks at colours even if some pixel is transparent (revision 2)",
    "trim=": "the same in Cloudimage's language",
    "f_auto": "the picture decides how it is written (Output.smallest)",
    "q_auto": "the same for its quality",
    "bg_remove=": "the same for Cloudimage's formats with alpha",
}
NEVER_STALE = {"CUTOUT_ORIGIN__MAX_AGE_SECONDS": "1000000000", "CUTOUT_WEBHOOKS__MAX_ATTEMPTS": "1"}


class CountingStore(FilesystemStore):
    """Knows what was written to it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.written: list[str] = []

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        self.written.append(key)
        return super().put(key, body, metadata=metadata, if_match=if_match)


@dataclass
class Stored:
    stage: Stage
    store: CountingStore

    def metric(self, name: str) -> float:
        lines = self.stage.client.get("/metrics").text.splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))

    def admin(self, path: str) -> Any:
        answer = self.stage.client.get(f"/v1_1/demo/{path}", auth=CREDENTIALS)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()


@pytest.fixture
def stored(redis_url: str, tmp_path: Path) -> Iterator[Stored]:
    with tarfile.open(DATA) as archive:
        archive.extractall(tmp_path, filter="data")
    today = {**TODAY, **NEVER_STALE, "CUTOUT_REDIS__URL": redis_url}
    settings = load(environment=today, vendors=DIALECT_SETTINGS)
    store = CountingStore(tmp_path / "store")
    with open_stage(settings, store) as stage:
        yield Stored(stage, store)


def answers() -> list[list[str]]:
    """Path, headers, type and digest of each."""
    return [line.split("\t") for line in ANSWERS.read_text().splitlines()]


def is_revised(row: list[str]) -> bool:
    return any(part in row[0] for part in REVISED)


def test_every_stored_answer_is_given_again_and_nothing_is_derived(stored: Stored) -> None:
    rows = [row for row in answers() if not is_revised(row)]
    client = stored.stage.client
    client.headers["Prefer"] = "wait=0"
    given = [[path, sent, *ask(client, path, json.loads(sent))] for path, sent, *_ in rows[: -len(REMOVALS)]]
    given += [[path, "{}", *seen] for path, seen in zip(REMOVALS, remove(client), strict=True)]
    assert [row for row, stored_row in zip(given, rows, strict=True) if row != stored_row] == []
    # A source that is sent once more is made young again, for the sweep's sake.
    assert [key for key in stored.store.written if not key.startswith("sources/")] == []
    assert stored.metric("cutout_render_seconds_count") == 0
    assert stored.metric("cutout_jobs_enqueued_total") == 0


def test_what_was_revised_is_made_anew_from_what_is_stored(stored: Stored) -> None:
    rows = [row for row in answers() if is_revised(row)]
    for path, sent, mime, _ in rows:
        assert ask(stored.stage.client, path, json.loads(sent))[0].startswith("image/"), (path, mime)
    assert stored.metric("cutout_render_seconds_count") > 0
    assert stored.metric("cutout_jobs_enqueued_total") == 0
    assert {part for part in REVISED if not any(part in row[0] for row in rows)} == set()


def test_every_record_says_what_it_said(stored: Stored) -> None:
    documents = json.loads(RECORDS.read_text())
    del documents["to do"]
    assert {path: differences(said, stored.admin(path)) for path, said in documents.items()} == {
        path: [] for path in documents
    }


def differences(old: Any, new: Any, place: str = "") -> list[str]:
    """Where ``new`` does not say what ``old`` said; fields that are new are none."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [line for name in old for line in differences(old[name], new.get(name), f"{place}.{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [line for index, (was, now) in pairs for line in differences(was, now, f"{place}[{index}]")]
    return [] if old == new else [f"{place}: {old!r} became {new!r}"]


def test_what_was_left_to_do_is_done(stored: Stored) -> None:
    to_do = json.loads(RECORDS.read_text())["to do"]
    stage = stored.stage
    assert stage.client.get(f"/v1_1/demo/batches/{to_do['batch']}").json()["status"] == "processing"
    catalog = Catalog(stage.store)
    with redis.Redis.from_url(stage.settings.redis.url) as connection:
        # What a worker does when it starts.
        schedule_kept(connection, catalog)
    enqueue(stage.settings, DERIVE_QUEUE, BATCH_JOB, to_do["batch"])
    assert stored.admin("resources/image/upload/uncut")["info"]["background_removal"]["cloudinary_ai"] == {
        "status": "pending"
    }
    stage.work()
    assert stage.client.get(f"/v1_1/demo/batches/{to_do['batch']}").json()["status"] == "complete"
    assert stored.admin("resources/image/upload/uncut")["format"] == "png"
    assert [catalog.records(kind).page()[0] for kind in (REPLACEMENTS, NOTICES)] == [[], []]
    assert [each["id"] for each in catalog.records(BATCHES).page()[0]] == [to_do["batch"]]
