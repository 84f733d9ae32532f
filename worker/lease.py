"""An RQ worker that keeps its models warm and whose death is noticed within seconds.

RQ's forking worker would load the network anew for every job (and CUDA does not survive a fork), so jobs run in
this process. A job is leased: a thread renews the lease while the job runs, and any worker of the same queues
puts a job back whose lease has run out, at most as often as the job has retries.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.registry import FailedJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import DequeueStrategy
from rq.worker_registration import clean_worker_registry

from media.config import Queue as QueueSettings
from media.deadline import put_off, stop_at
from media.work.jobs import COUNTERS, JOBS_REFUSED, QUEUES
from media.work.lanes import RESCUE
from worker.health.watch import Watch
from worker.known_jobs import Functions, KnownQueue, UnknownJob, known_jobs
from worker.renewal import renewed, restartable

log = logging.getLogger("cutout.worker")

#: RQ waits this much less than the worker's time to live for a job; between two waits it looks for lost leases.
RQ_DEQUEUE_MARGIN_SECONDS = 15


class LeaseWorker(SimpleWorker):
    """An RQ worker in one process, whose jobs run under leases; it calls no other ones than ``functions``.

    ``settings.lease_seconds`` bounds how long a killed worker's job lies still; ``on_last_failure`` gets its id;
    ``watch`` ends a process whose job hangs.
    """

    def __init__(
        self,
        connection: "redis.Redis",
        settings: QueueSettings,
        *,
        functions: Functions,
        on_last_failure: Callable[[str], None],
        watch: Watch | None = None,
    ) -> None:
        super().__init__(
            list(QUEUES),
            connection=connection,
            serializer=JSONSerializer,
            job_class=known_jobs(functions, settings),
            queue_class=KnownQueue,
            worker_ttl=settings.lease_seconds + RQ_DEQUEUE_MARGIN_SECONDS,
            maintenance_interval=settings.lease_seconds,
            log_job_description=False,
        )
        self._lease_seconds, self._timeout_seconds = settings.lease_seconds, settings.job_timeout_seconds
        self._on_last_failure = on_last_failure
        self._functions = functions
        self._watch = watch or Watch(settings.lease_seconds)
        self.push_exc_handler(self._tell_last_failure)

    def subscribe(self) -> None:
        """Listen to no commands: who can write to Redis could stop workers and jobs by them."""

    def run_maintenance_tasks(self) -> None:
        """Of RQ's own the registries only: nothing here is scheduled or grouped."""
        self.clean_registries()

    def reorder_queues(self, reference_queue: Queue) -> None:
        """The queue that a job was taken from is asked last next time, whatever the order at start."""
        self._dequeue_strategy = DequeueStrategy.ROUND_ROBIN
        super().reorder_queues(reference_queue)

    def get_heartbeat_ttl(self, job: Job) -> int:
        return self._lease_seconds

    def execute_job(self, job: Job, queue: Queue) -> None:
        self.prepare_execution(job)
        # Whatever a message holds in place of a name, it is no label of ours.
        name = next((name.rpartition(".")[2] for name in self._functions if name == job.func_name), "unknown")
        seconds = int(job.timeout or self._timeout_seconds)
        # RQ's own time-out is a signal, which waits until libvips or a child process answers.
        watched, until = self._watch.over(name, seconds), time.monotonic() + seconds
        renewal = renewed(self._lease_seconds, lambda: self.maintain_heartbeats(job))
        with watched as ended, renewal, stop_at(until), restartable(lambda: self._restart(seconds)):
            ended(self.perform_job(job, queue))
        self.set_state("idle")

    def _restart(self, seconds: int) -> None:
        """All time-outs: the deadline, the watch's, and RQ's, an alarm if jobs run in the main thread."""
        put_off(time.monotonic() + seconds)
        self._watch.restart(seconds)
        if threading.current_thread() is threading.main_thread() and signal.alarm(0):
            signal.alarm(seconds)

    def clean_registries(self) -> None:
        """Put abandoned jobs back. RQ's own lock lasts 15 minutes, too long when its holder is the one killed."""
        for queue in self.queues:
            if self.connection.set(f"cutout:cleaning:{queue.name}", 1, nx=True, ex=self._lease_seconds):
                try:
                    _clean(queue, self._exc_handlers)
                except (ValueError, redis.exceptions.ResponseError) as error:
                    log.warning("the registries of the queue %s hold what is not ours: %s", queue.name, error)
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def _tell_last_failure(self, job: Job, kind: type[BaseException], error: BaseException, trace: Any) -> bool:
        if issubclass(kind, UnknownJob):
            log.warning("the job %s is refused: %s", job.id, error)
            self.connection.hincrby(COUNTERS, JOBS_REFUSED, 1)
            job.retries_left = 0
            return True
        log.error("job %s failed, %s tries left: %s: %s", job.id, job.retries_left or 0, kind.__name__, error)
        if not job.retries_left:
            self._on_last_failure(job.id)
        return True


class _Leases(StartedJobRegistry):
    """RQ's registry of jobs at work, which knows our jobs when it puts abandoned ones back."""

    def get_queue(self) -> Queue:
        return KnownQueue(self.name, connection=self.connection, job_class=self.job_class, serializer=self.serializer)


def _clean(queue: Queue, handlers: list[Any]) -> None:
    known: Any = {"connection": queue.connection, "job_class": queue.job_class, "serializer": queue.serializer}
    _Leases(queue.name, **known).cleanup(exception_handlers=handlers)
    FailedJobRegistry(queue.name, **known).cleanup()
    queue.connection.eval(RESCUE, 0, queue.name)
    clean_worker_registry(queue)
