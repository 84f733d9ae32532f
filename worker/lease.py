"""An RQ worker that keeps its models warm and whose death is noticed within seconds.

RQ's forking worker would load the network anew for every job (and CUDA does not survive a fork), so jobs run in
this process. A job is leased: a thread renews the lease while the job runs, and any worker of the same queues
puts a job back whose lease has run out, at most as often as the job has retries.
"""

import logging
from collections.abc import Callable
from typing import Any

import redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.registry import clean_registries
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker_registration import clean_worker_registry

from worker.renewal import renewed

log = logging.getLogger("cutout.worker")

#: RQ waits this much less than the worker's time to live for a job; between two waits it looks for lost leases.
RQ_DEQUEUE_MARGIN_SECONDS = 15


class LeaseWorker(SimpleWorker):
    """An RQ worker in one process, whose jobs run under leases.

    ``lease_seconds`` bounds how long a killed worker's job lies still; ``on_last_failure`` gets its id.
    """

    def __init__(
        self,
        queues: list[str],
        connection: "redis.Redis",
        *,
        lease_seconds: int,
        on_last_failure: Callable[[str], None],
    ) -> None:
        super().__init__(
            queues,
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=lease_seconds + RQ_DEQUEUE_MARGIN_SECONDS,
            maintenance_interval=lease_seconds,
            log_job_description=False,
        )
        self._lease_seconds = lease_seconds
        self._on_last_failure = on_last_failure
        self.push_exc_handler(self._tell_last_failure)

    def get_heartbeat_ttl(self, job: Job) -> int:
        return self._lease_seconds

    def execute_job(self, job: Job, queue: Queue) -> None:
        self.prepare_execution(job)
        with renewed(self._lease_seconds, lambda: self.maintain_heartbeats(job)):
            self.perform_job(job, queue)
        self.set_state("idle")

    def clean_registries(self) -> None:
        """Put abandoned jobs back. RQ's own lock lasts 15 minutes, too long when its holder is the one killed."""
        for queue in self.queues:
            if self.connection.set(f"cutout:cleaning:{queue.name}", 1, nx=True, ex=self._lease_seconds):
                clean_registries(queue, self._exc_handlers)
                clean_worker_registry(queue)
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def _tell_last_failure(self, job: Job, kind: type[BaseException], error: BaseException, trace: Any) -> bool:
        log.error("job %s failed, %s tries left: %s: %s", job.id, job.retries_left or 0, kind.__name__, error)
        if not job.retries_left:
            self._on_last_failure(job.id)
        return True
