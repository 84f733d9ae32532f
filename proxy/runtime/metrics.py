"""Prometheus: what happened in this process, and the fleet's job counters kept in Redis."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from media.work import jobs


class Metrics:
    """One registry per application, so that several can live in one process (tests)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "cutout_requests_total", "Requests answered.", ("dialect", "outcome"), registry=self.registry
        )
        self.render_seconds = Histogram(
            "cutout_render_seconds", "Time spent rendering a derived asset.", registry=self.registry
        )
        self.waiting = Gauge("cutout_waiting_requests", "Requests that wait for a worker.", registry=self.registry)

    def exposition(self, counters: dict[str, int], lengths: dict[str, int]) -> bytes:
        """The text of /metrics. ``counters`` and ``lengths`` are what Redis knows; empty if it is down."""
        fleet = CollectorRegistry()
        fleet.register(_Fleet(counters, lengths))
        return generate_latest(self.registry) + generate_latest(fleet)


class _Fleet:
    def __init__(self, counters: dict[str, int], lengths: dict[str, int]) -> None:
        self._counters = counters
        self._lengths = lengths

    def collect(self) -> Iterable[Metric]:
        yield CounterMetricFamily(
            "cutout_jobs_enqueued", "Jobs put on a queue.", value=self._counters.get(jobs.JOBS_ENQUEUED, 0)
        )
        yield CounterMetricFamily(
            "cutout_inferences", "Photographs shown to the network.", value=self._counters.get(jobs.INFERENCES, 0)
        )
        yield CounterMetricFamily(
            "cutout_jobs_refused", "Messages that named no job of ours.", value=self._counters.get(jobs.JOBS_REFUSED, 0)
        )
        length = GaugeMetricFamily("cutout_queue_length", "Jobs waiting.", labels=("queue",))
        for name, value in self._lengths.items():
            length.add_metric([name], value)
        yield length
