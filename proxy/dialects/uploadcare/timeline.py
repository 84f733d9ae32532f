"""Records named by uuids, listed by time in both directions: each has a mirror, whose name sorts the other way."""

from collections.abc import Iterator, Sequence
from typing import Any

from media.records.catalog import Catalog
from proxy.dialects.uploadcare.identity import mirrored

CHUNK = 200


def places(kind: str, cloud: str, name: str) -> list[tuple[str, str]]:
    """Kind and name of all that :meth:`Timeline.put` writes, in its order."""
    return [(_newest(kind, cloud), mirrored(name)), (_oldest(kind, cloud), name)]


def _oldest(kind: str, cloud: str) -> str:
    return f"{kind}/{cloud}"


def _newest(kind: str, cloud: str) -> str:
    return f"{kind}_newest/{cloud}"


class Timeline:
    """The records of one kind and cloud; names begin with a uuid."""

    def __init__(self, catalog: Catalog, kind: str, cloud: str) -> None:
        self._oldest_first = catalog.records(_oldest(kind, cloud))
        self._newest_first = catalog.records(_newest(kind, cloud))

    def put(self, name: str, document: dict[str, Any]) -> None:
        """The mirror first: what is found can be listed."""
        self._newest_first.put(mirrored(name), {})
        self._oldest_first.put(name, document)

    def get(self, name: str) -> dict[str, Any] | None:
        return self._oldest_first.get(name)

    def delete(self, name: str) -> None:
        self._oldest_first.delete(name)
        self._newest_first.delete(mirrored(name))

    def count(self) -> int:
        return self._oldest_first.count()

    def chunks(self, start: str, size: int, *, descending: bool) -> Iterator[list[str]]:
        """All names from ``start`` on, ``size`` at a time."""
        last = ""
        while names := [name for name in self.names(last or start, size + 1, descending=descending) if name != last]:
            yield names
            last = names[-1]

    def each(self, start: str, *, descending: bool) -> Iterator[str]:
        for names in self.chunks(start, CHUNK, descending=descending):
            yield from names

    def names(self, start: str, limit: int, *, descending: bool) -> Sequence[str]:
        """From ``start`` (a uuid, itself too; "": the first) on."""
        # No other name begins with all but the last digit of a uuid, and sorts before it.
        behind = (mirrored(start) if descending else start)[:-1]
        records = self._newest_first if descending else self._oldest_first
        names = records.names(after=behind, limit=limit)
        return [mirrored(name) for name in names] if descending else names
