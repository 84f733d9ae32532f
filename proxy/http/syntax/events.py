"""What a form is made of while it comes in: a field begins, has bytes, ends; or comes whole, as in JSON."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

#: Takes a number of bytes from the request's budget of text; raises LimitExceeded.
Charge = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Begin:
    """A field; ``filename`` is None for a text."""

    name: str
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of the field that began last."""

    body: bytes


@dataclass(frozen=True, slots=True)
class End:
    """Of the field that began last."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A field with its value: text, number, flag, list or object."""

    name: str
    value: Any


Event = Begin | Piece | End | Whole
#: None: more bytes are needed.
Events = Iterator[Event | None]


class Syntax(ABC):
    """A grammar over bytes that come in pieces. ``_parse`` reads ``_buffer`` from top to bottom, and yields None
    where it needs more of it."""

    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self._buffer = bytearray()
        self._is_over = False
        self._run = self._parse()

    def feed(self, body: bytes) -> Iterator[Event]:
        """Raises RequestError for what is not of this syntax."""
        self._buffer += body
        return self._events()

    def close(self) -> Iterator[Event]:
        """The body has ended. Raises RequestError if it must not end here."""
        self._is_over = True
        return self._events()

    def _events(self) -> Iterator[Event]:
        for event in self._run:
            if event is None:
                return
            yield event

    @abstractmethod
    def _parse(self) -> Events: ...

    def _taken(self, size: int) -> bytes:
        """The first ``size`` bytes, which are in the buffer no more."""
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def as_text(written: bytes) -> str:
    """UTF-8, or Latin-1 as old clients send it: never half of a surrogate pair."""
    try:
        return written.decode()
    except UnicodeDecodeError:
        return written.decode("latin-1")
