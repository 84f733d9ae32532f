"""What can be made again: derived assets, cutouts, network answers. The least used go first, beyond a bound or an age.

What a unit was last used is told by marks that may be lost (:class:`Marks`); then its last write counts. What was
never asked for again after it was made counts as a day older: a flood of addresses that are asked for once does not
push out what others use.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Protocol

from media.derived.units import UNITS, key_of
from media.retention.ages import Ages, weight
from media.retention.bin import Bin
from media.retention.names import Names
from media.retention.rules import Rules, excess

ASKED_ONCE_SECONDS = 86_400
PAGE_UNITS = 500


class Marks(Protocol):
    def last_used(self, keys: Sequence[str]) -> Sequence[float | None]:
        """When each was last asked for (unix seconds), None if that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Unit:
    shelf: str
    key: str
    size: int
    written: float


@dataclass(frozen=True, slots=True)
class Used:
    """``rank`` orders units by use, ``moment`` is the last use or write."""

    unit: Unit
    rank: float
    moment: float


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of all units by their rank, and their keys."""

    ages: Ages = field(default_factory=Ages)
    keys: Names = field(default_factory=Names)


def sweep_made(bin_: Bin, rules: Rules, marks: Marks) -> Made:
    """Delete what was not used for too long; what is left."""
    made = Made()
    for used in _all_used(bin_, marks):
        if rules.is_too_old(used.moment, rules.derived_max_age):
            _delete(bin_, used.unit)
        else:
            made.ages.add(used.rank, used.unit.size)
            made.keys.add(used.unit.key)
    return made


def delete_least_used(bin_: Bin, rules: Rules, marks: Marks, ages: Ages) -> int:
    """Take away what exceeds the bound; the bytes that are left."""
    over, taken = excess(ages.total, rules.derived_max_bytes), 0
    cutoff = ages.cutoff(over)
    for used in _all_used(bin_, marks) if over else ():
        if used.rank < cutoff and taken < over:
            _delete(bin_, used.unit)
            taken += used.unit.size
    return ages.total - taken


def _delete(bin_: Bin, unit: Unit) -> None:
    bin_.delete(UNITS[unit.shelf](unit.key), unit.size)


def _all_used(bin_: Bin, marks: Marks) -> Iterator[Used]:
    units = (unit for shelf in UNITS for unit in _units(bin_, shelf))
    while page := list(islice(units, PAGE_UNITS)):
        for unit, used in zip(page, marks.last_used([unit.key for unit in page]), strict=True):
            moment = max(used or 0, unit.written)
            yield Used(unit, moment if used else unit.written - ASKED_ONCE_SECONDS, moment)


def _units(bin_: Bin, shelf: str) -> Iterator[Unit]:
    """The objects of one unit stand side by side in a listing."""
    for key, group in groupby(bin_.look(f"{shelf}/"), lambda entry: key_of(entry.key)):
        entries = list(group)
        size = sum(weight(entry.size) for entry in entries)
        yield Unit(shelf, key, size, max(entry.modified for entry in entries))
