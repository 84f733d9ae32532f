"""The port every store satisfies: bytes by key.

Keys are relative POSIX paths of printable characters (``source/ab/abcd…``); each store maps them to its own
medium. All calls block; the proxy runs them in its I/O threads. Faults of the medium surface as
:class:`media.errors.Unavailable`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of a stored object without its bytes. ``etag`` changes with every change of the bytes."""

    size: int
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blob:
    body: bytes
    stat: Stat


class PreconditionFailed(Exception):
    """A conditional ``put`` found another object than it expected. Nothing was written."""


class Store(Protocol):
    #: Whether ``put`` honours ``if_match`` (some S3 servers ignore it); the catalog locks where it does not.
    conditional: bool

    def get(self, key: str) -> Blob | None:
        """The object, or None where there is none. Never a half-written one."""
        ...

    def stat(self, key: str) -> Stat | None:
        """The object's :class:`Stat` without reading its bytes."""
        ...

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        """Write atomically: a reader sees the old object or the new one.

        ``if_match`` is the etag that must be there now, ``""`` for "nothing may be there"; otherwise
        :class:`PreconditionFailed`. Metadata names are lower-case ``[a-z0-9-]``, values short ASCII.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove the object; deleting nothing is no error."""
        ...

    def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[str]:
        """Up to ``limit`` keys below ``prefix`` that sort (by code point) behind ``after``, in order."""
        ...
