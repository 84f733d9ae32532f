"""Jobs that a worker calls: those of a table, whatever a message in Redis names.

RQ imports the dotted path in a message and calls it, and so the paths of its callbacks; it sends the web hooks that a
message names, from here, and repeats a job as often as it says. A client that can write to Redis must not run code
here, nor reach other servers through us. So a table decides what is called, and of a message only :data:`READ` counts.
"""

import logging
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, cast

import redis
from rq import Queue, Retry
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from media.config import Queue as QueueSettings
from media.work import lanes
from media.work.jobs import COUNTERS, JOBS_REFUSED

log = logging.getLogger("cutout.worker")

#: Fields of a message in Redis that are read: no callbacks, web hooks, dependencies, results, groups, repetitions.
READ = frozenset({
    b"data", b"created_at", b"origin", b"enqueued_at", b"started_at", b"ended_at", b"last_heartbeat", b"status", b"ttl",
    b"retries_left", b"worker_name",
})  # fmt: skip
#: The longest chain that a request may write is far shorter.
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
#: What RQ may raise for a message that it did not write.
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, OverflowError, zlib.error, DeserializationError)
#: How long a job that is done, or that failed, stays: its outcome is told elsewhere.
DONE_TTL_SECONDS = 0
FAILED_TTL_SECONDS = 1

#: A job that returns a Retry goes back to the end of its lane.
Functions = Mapping[str, Callable[..., Retry | None]]


class UnknownJob(Exception):
    """A message names what is not in the table, or with arguments that no job of ours has."""


class KnownJob(Job):
    """A message of the queue; :func:`known_jobs` gives the class its table and bounds."""

    functions: ClassVar[Functions]
    timeout_seconds: ClassVar[int]
    most_retries: ClassVar[int]

    def __init__(self, id: str | None = None, connection: Any = None, serializer: Any = None) -> None:  # noqa: A002
        # Whatever a caller inside RQ asks for: its default is pickle, which runs what it reads.
        super().__init__(id, connection, JSONSerializer)

    @classmethod
    def fetch(cls, id: str, connection: Any = None, serializer: Any = None) -> "KnownJob":  # noqa: A002
        """Raises NoSuchJobError, also for what can be no job's id."""
        try:
            return cast(KnownJob, super().fetch(id, connection, serializer))
        except (ValueError, TypeError) as error:
            raise NoSuchJobError(repr(id)) from error

    @property
    def func(self) -> Callable[..., Retry | None]:
        """Raises UnknownJob."""
        name = self.func_name
        function = self.functions.get(name) if isinstance(name, str) and self.instance is None else None
        if function is None:
            raise UnknownJob(f"{str(name)[:80]!r} is no job of this worker")
        if self.kwargs or not all(isinstance(argument, str) for argument in self.args):
            raise UnknownJob(f"{name} takes texts, got {str(self.args)[:80]}")
        return function

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Raises NoSuchJobError for a message that cannot be read; it is deleted."""
        try:
            _check_size(raw_data.get(b"data", b""))
            super().restore({name: value for name, value in raw_data.items() if name in READ})
            self._deserialize_data()
        except MALFORMED as error:
            log.warning("the job %s is no message of ours and is dropped: %s %s", self.id, type(error).__name__, error)
            self.connection.delete(self.key)
            self.connection.hincrby(COUNTERS, JOBS_REFUSED, 1)
            raise NoSuchJobError(str(self.id)) from error
        self.timeout, self.result_ttl, self.failure_ttl = self.timeout_seconds, DONE_TTL_SECONDS, FAILED_TTL_SECONDS
        self.retries_left = min(self.retries_left or 0, self.most_retries)


class KnownQueue(Queue):
    """A queue of RQ whose jobs come from fair lanes, and return there; see :mod:`media.work.lanes`."""

    @classmethod
    def lpop(cls, queue_keys: Sequence[str], timeout: int | None, connection: Any = None) -> Any:
        """RQ's way to take a job. Offered before, as another worker may have died; and after, so that others go on."""
        _offer(connection, queue_keys)
        taken = super().lpop(queue_keys, timeout, connection=connection)
        _offer(connection, queue_keys)
        return taken

    def push_job_id(self, job_id: str, pipeline: Any = None, at_front: bool = False) -> None:
        """RQ's way to put a job back: it waits in its own lane again."""
        connection = self.connection if pipeline is None else pipeline
        connection.eval(lanes.RETURN, 0, self.name, job_id)

    def enqueue_dependents(self, job: Job, *arguments: Any, **more: Any) -> None:
        """Nothing of ours waits for another job; what Redis says of it is not read."""


def _offer(connection: "redis.Redis", queue_keys: Sequence[str]) -> None:
    names = [each.removeprefix(Queue.redis_queue_namespace_prefix) for each in queue_keys]
    try:
        connection.eval(lanes.OFFER, 0, *names)
    except redis.exceptions.ResponseError as error:
        log.warning("the lanes of %s hold what is not ours: %s", ", ".join(names), error)


def known_jobs(functions: Functions, settings: QueueSettings) -> type[KnownJob]:
    bounds = {"timeout_seconds": settings.job_timeout_seconds, "most_retries": max(0, settings.max_attempts - 1)}
    return type("KnownJob", (KnownJob,), {"functions": functions, **bounds})


def _check_size(packed: bytes) -> None:
    """Raises ValueError before a message takes more memory than any of ours does."""
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed, MAX_MESSAGE_BYTES)
    except zlib.error:
        # RQ then takes it for plain text.
        if len(packed) <= MAX_MESSAGE_BYTES:
            return
    if unpacking.unconsumed_tail or len(packed) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message has at most {MAX_MESSAGE_BYTES} bytes")
