"""A JSON object as events. A large source in it (``{"file": "data:…"}``) streams; the rest is read as one text.

A source is found by its name and the beginning of its value, without reading what stands around it: inside of a text of
JSON a quote is escaped, so ``"file":"`` can stand nowhere else. What follows, up to the next quote, is left out of the
rest, where an empty text stays.
"""

import re
from collections.abc import Collection, Generator

from media.errors import RequestError
from media.json_text import read_json
from proxy.http.syntax.events import Begin, Charge, End, Event, Events, Piece, Syntax, Whole

#: What a large value begins with; a shorter one is in no hurry.
START_BYTES = 5
MAX_SPACES = 16
#: Up to a quote, or to an escape that is cut at the end of what is here.
_STRING = re.compile(rb'[^"\\]*(?:\\(?:u[0-9A-Fa-f]{4}|[^u])[^"\\]*)*')
#: The longest escape.
ESCAPE_BYTES = 6


class JsonObject(Syntax):
    def __init__(self, sources: Collection[str], charge: Charge) -> None:
        """``sources`` are the fields whose values may be large."""
        super().__init__(charge)
        self._text = bytearray()
        names = "|".join(map(re.escape, sources)) or "(?!)"
        gap = rf"[ \t\r\n]{{0,{MAX_SPACES}}}"
        self._opening = re.compile(rf'"({names})"{gap}:{gap}"(?=[^"]{{{START_BYTES}}})'.encode())
        self._longest = max(map(len, sources), default=0) + 2 * MAX_SPACES + 4 + START_BYTES

    def _parse(self) -> Events:
        streamed = set()
        while name := (yield from self._source()):
            streamed.add(name)
            yield Begin(name)
            yield from self._streamed()
            yield End()
        for name, value in self._rest().items():
            if value is not None and not (value == "" and name in streamed):
                yield Whole(name, value)

    def _source(self) -> Generator[Event | None, None, str]:
        """The name of the next source, its value in front of us; "" at the end."""
        while not (found := self._opening.search(self._buffer)):
            self._pass(len(self._buffer) if self._is_over else max(0, len(self._buffer) - self._longest))
            if self._is_over:
                return ""
            yield None
        # Read before the buffer moves away under the match.
        name = found.group(1).decode()
        self._pass(found.end())
        return name

    def _pass(self, size: int) -> None:
        self._charge(size)
        self._text += self._taken(size)

    def _streamed(self) -> Events:
        while True:
            whole = _STRING.match(self._buffer)
            if whole and whole.end():
                yield Piece(_unescaped(self._taken(whole.end())))
            if self._buffer.startswith(b'"'):
                return
            if self._is_over or len(self._buffer) >= ESCAPE_BYTES:
                raise RequestError("The body must be a JSON object; it ends inside of a text, or escapes wrongly.")
            yield None

    def _rest(self) -> dict[str, object]:
        try:
            document = read_json(bytes(self._text)) if self._text.strip() else {}
        except ValueError as error:
            raise RequestError(f"Invalid JSON in the request body: it {error}.") from error
        if not isinstance(document, dict):
            raise RequestError(f"Invalid JSON in the request body: expected an object, got {type(document).__name__}.")
        return document


def _unescaped(piece: bytes) -> bytes:
    if b"\\" not in piece:
        return piece
    try:
        return str(read_json(b'"' + piece + b'"')).encode()
    except ValueError as error:
        raise RequestError(f"Invalid JSON in the request body: a text {error}.") from error
