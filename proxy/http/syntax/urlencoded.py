"""``application/x-www-form-urlencoded`` (WHATWG URL section 5.1) as events.

Values of sources stream; others are charged before they are decoded.
"""

import re
from collections.abc import Collection, Generator

from proxy.http.syntax.escapes import decoded, whole_part
from proxy.http.syntax.events import Begin, Charge, End, Event, Events, Piece, Syntax, Whole, as_text

_NAME_END = re.compile(rb"[=&]")
_VALUE_END = re.compile(rb"&")


class Urlencoded(Syntax):
    def __init__(self, sources: Collection[str], charge: Charge) -> None:
        """``sources`` are the fields whose values may be large."""
        super().__init__(charge)
        self._sources = sources

    def _parse(self) -> Events:
        while self._buffer or not self._is_over:
            name = as_text(_decoded((yield from self._until(_NAME_END))))
            if self._buffer.startswith(b"="):
                del self._buffer[:1]
                yield from self._value(name)
            elif name:
                yield Whole(name, "")
            del self._buffer[:1]

    def _value(self, name: str) -> Events:
        if name in self._sources:
            yield Begin(name)
            yield from self._streamed()
            yield End()
        else:
            yield Whole(name, as_text(_decoded((yield from self._until(_VALUE_END)))))

    def _until(self, stop: "re.Pattern[bytes]") -> Generator[Event | None, None, bytes]:
        charged = 0
        while True:
            found = stop.search(self._buffer, charged)
            end = found.start() if found else len(self._buffer)
            self._charge(end - charged)
            if found or self._is_over:
                return self._taken(end)
            charged = end
            yield None

    def _streamed(self) -> Events:
        while True:
            end = self._buffer.find(b"&")
            known = len(self._buffer) if self._is_over else whole_part(self._buffer)
            if piece := self._taken(end if end >= 0 else known):
                yield Piece(_decoded(piece))
            if end >= 0 or self._is_over:
                return
            yield None


def _decoded(written: bytes) -> bytes:
    return decoded(written.replace(b"+", b" "))
