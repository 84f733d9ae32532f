"""When something goes: the store's settings as a sweep reads them."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.config import StoreSettings
from media.work.jobs import GUESTS, MADE, UNSIGNED

#: A sweep begins to take the least used at this part of a bound, and ends at the other: room until the next one.
FULL = 0.9
ROOMY = 0.8
#: Batches, replacements and notices: done, or given up, long before.
RECORDS_MAX_AGE_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Rules:
    """Ages in seconds, 0 for no end; bounds in bytes, 0 for none. ``now`` is the moment the sweep began by the store's
    own clock: what is younger than ``grace`` may belong to a request that is under way."""

    now: float
    grace: float
    derived_max_age: float
    derived_max_bytes: int
    fetched_max_age: float
    guest_max_bytes: int
    chunks_max_age: float
    results_max_age: float

    @property
    def settled_before(self) -> float:
        return self.now - self.grace

    def is_too_old(self, moment: float, max_age: float) -> bool:
        return max_age > 0 and self.now - moment > max_age


def rules_for(settings: StoreSettings, now: float) -> Rules:
    return Rules(
        now=now,
        grace=settings.grace_seconds,
        derived_max_age=settings.derived_max_age_seconds,
        derived_max_bytes=settings.derived_max_bytes,
        fetched_max_age=settings.fetched_max_age_seconds,
        guest_max_bytes=settings.guest_max_bytes,
        chunks_max_age=settings.chunks_max_age_seconds,
        results_max_age=settings.results_max_age_seconds,
    )


def bounds_of(settings: StoreSettings) -> Mapping[str, int]:
    """Most bytes of each kind that is counted (:data:`media.work.jobs.STORED`), 0 for no bound."""
    return {
        MADE: settings.derived_max_bytes,
        GUESTS: settings.guest_max_bytes,
        UNSIGNED: settings.unsigned_max_bytes,
    }


def excess(total: int, bound: int) -> int:
    """Bytes to take away: none while there is room."""
    return int(total - ROOMY * bound) if bound and total > FULL * bound else 0
