"""The contract between proxy and worker: job messages, queue names, outcomes.

A job carries ids only (JSON, never pickle: a client that can write to Redis must not be able to run code). Its id is
the key of what it makes, so a crowd makes one job. The worker announces an outcome on a Redis stream of the same
id: a stream remembers, so nothing is lost between enqueueing and listening. Outcomes expire; a failed one
doubles as the marker that keeps the job from being tried again too soon.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: For what the network has to see first.
MATTE_QUEUE = "matte"
#: For other cutouts of sources whose maps are stored: no inference.
CUT_QUEUE = "cut"
DERIVE_QUEUE = "derive"
#: For videos: a segment or a few at a time, then another queue's turn.
VIDEO_QUEUE = "video"
#: Worked in turn, so none waits for another to be empty.
QUEUES = (MATTE_QUEUE, CUT_QUEUE, DERIVE_QUEUE, VIDEO_QUEUE)

MATTE_JOB = "worker.jobs.matte"
DERIVE_JOB = "worker.jobs.derive"
SCENE_JOB = "worker.jobs.scene"
BATCH_JOB = "worker.jobs.batch"
REPLACE_JOB = "worker.jobs.replace"
CREATE_JOB = "worker.jobs.create"
VIDEO_JOB = "worker.jobs.video"
#: Job ids of replacements begin so: their last failure is written into the asset's record.
REPLACEMENT = "replacement-"
BATCH = "batch-"
CREATION = "creation-"

#: What is to be done lies in records of these kinds; a job or a due time in Redis names one.
BATCHES = "batches"
REPLACEMENTS = "replacements"
CREATIONS = "creations"
NOTICES = "notices"
#: Sorted set: ids of notices by the time (unix seconds) of their next attempt.
NOTICES_DUE = "cutout:notices"

#: Sorted set: what was asked for again (:func:`used_member`) by when it last was (unix seconds).
USED = "cutout:used"
#: Hash: bytes in the store (:func:`media.retention.ages.weight`): what can be made again, what is not there to last,
#: what was uploaded without a key.
STORED = "cutout:stored"
MADE = "made"
GUESTS = "guests"
UNSIGNED = "unsigned"
#: There for as long as no other sweep of the store is due.
SWEPT = "cutout:swept"

#: Redis hash of counters that workers add to and the proxy's /metrics reads.
COUNTERS = "cutout:counters"
INFERENCES = "inferences"
JOBS_ENQUEUED = "jobs_enqueued"
JOBS_REFUSED = "jobs_refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended. ``message`` may be shown to a client; internal text stays in the worker's log."""

    ok: bool
    message: str = ""

    def to_fields(self) -> dict[Any, Any]:
        return {"ok": "1" if self.ok else "0", "message": self.message}

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> "Outcome":
        return cls(ok=fields[b"ok"] == b"1", message=fields[b"message"].decode())


def outcome_stream(job_id: str) -> str:
    return f"cutout:outcome:{job_id}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a video is: ``frames`` of ``total``, made at ``rate`` frames a second."""

    frames: int
    total: int
    rate: float

    @property
    def percent(self) -> int:
        """Never 100 before it is whole."""
        return min(99, 100 * self.frames // max(1, self.total))

    def to_fields(self) -> dict[Any, Any]:
        return {"frames": self.frames, "total": self.total, "rate": f"{self.rate:.2f}"}

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> "Progress":
        return cls(int(fields[b"frames"]), int(fields[b"total"]), float(fields[b"rate"]))


def progress_stream(job_id: str) -> str:
    return f"cutout:progress:{job_id}"


def cancelled_key(job_id: str) -> str:
    """There for a while if nobody wants what the job makes any more."""
    return f"cutout:cancelled:{job_id}"


def used_member(key: str) -> bytes:
    """A key of 64 hexadecimal digits in half the memory."""
    return bytes.fromhex(key)


def failure_counter(job_id: str) -> str:
    return f"cutout:failures:{job_id}"


def scene_id(maps_key: str) -> str:
    """The job that makes a source's scene: apart from cutouts, whose keys are ids, too."""
    return f"scene-{maps_key}"


@dataclass(frozen=True, slots=True)
class MatteJob:
    """Make the cutout of one source. ``options`` is the canonical JSON of a CutoutOptions."""

    source_digest: str
    options: str

    def to_arguments(self) -> list[str]:
        return [self.source_digest, self.options]


@dataclass(frozen=True, slots=True)
class DeriveJob:
    """Render one chain ahead of its first request. ``chain`` is canonical text; ``layers`` source → digest."""

    source_digest: str
    chain: str
    layers: str

    def to_arguments(self) -> list[str]:
        return [self.source_digest, self.chain, self.layers]
