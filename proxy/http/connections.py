"""What a connection may cost: heads, bodies and answers that move too slowly, heads that are too long, too many at all.

uvicorn bounds only how long a kept connection may be silent. Here a connection is in one of four states, and a sweep
looks at each once a second::

    waiting for a head ──▶ body comes in ──▶ answer goes out ──▶ waiting …
       408, closed           408               broken off          closed

A refusal is written, the sending side shut, and what still comes in dropped for a moment: a socket that is closed with
bytes unread takes its last answer back.
"""

import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from media.config import Server

#: After this long without a head a connection may be given up for a new one.
PATIENCE_SECONDS = 1.0
#: How long a refused client may go on sending.
LINGER_SECONDS = 2.0
#: A colon, a space and a line end in each header.
SEPARATORS = 4
#: Descriptors that are no connections: files of the store, uploads, Redis.
RESERVED_SHARE = 4


SENTENCES = {
    400: "The request cannot be read, or its body comes in more pieces than it has bytes.",
    408: "The request did not come in within {bounds.head_seconds:g} seconds, or more slowly than "
    "{bounds.bytes_per_second} bytes a second.",
    431: "The head of a request has at most {bounds.head_bytes} bytes.",
    503: "There are too many connections; try again in a moment.",
}
HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
    "Retry-After": "1",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    connections: int
    head_bytes: int
    head_seconds: float
    transfer_seconds: float
    bytes_per_second: int


def bounds_of(settings: Server) -> Bounds:
    """As configured, below what the process may open."""
    room = open_descriptors()
    return Bounds(
        connections=min(settings.max_connections or room, room),
        head_bytes=settings.max_header_bytes,
        head_seconds=settings.header_timeout_seconds,
        transfer_seconds=settings.transfer_timeout_seconds,
        bytes_per_second=settings.min_bytes_per_second,
    )


def open_descriptors() -> int:
    """Raise the soft limit of descriptors to the hard one; as many connections as leave a quarter of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft - soft // RESERVED_SHARE


class Transfer:
    """Bytes moved in a window of time."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._since, self.moved = time.monotonic(), 0

    def is_slow(self, now: float, bounds: Bounds) -> bool:
        """Whether a whole window went by with less than its bytes; the next one begins."""
        if now - self._since < bounds.transfer_seconds:
            return False
        is_slow = self.moved < bounds.bytes_per_second * bounds.transfer_seconds
        self.begin()
        return is_slow


class Watch:
    """The connections of one server. ``waiting`` for a head, the longest first: since when."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.waiting: dict[Connection, float] = {}
        self.is_ending = False

    def connect(self, *arguments: Any, **options: Any) -> "Connection":
        """uvicorn calls this for every connection, as it would call its own class."""
        return Connection(self, *arguments, **options)

    def end(self, connections: Iterable[Any]) -> None:
        """From now on every answer is the last one of its connection."""
        self.is_ending = True
        for connection in list(connections):
            connection.answer_last()

    def sweep(self, connections: Iterable[Any]) -> None:
        now = time.monotonic()
        for connection in list(connections):
            connection.check(now)

    def make_room(self) -> bool:
        """Give up the connection that has waited longest, unless all are new."""
        longest = next(iter(self.waiting), None)
        if longest is None or time.monotonic() - self.waiting[longest] < PATIENCE_SECONDS:
            return False
        del self.waiting[longest]
        longest.transport.abort()
        return True


class Connection(HttpToolsProtocol):
    def __init__(self, watch: Watch, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._watch, self._bounds = watch, watch.bounds
        self._heads = self._head_bytes = self._body_bytes = self._framing_bytes = 0
        self._has_head = self._has_body = False
        self._refusal: int | None = None
        self._left_at = self._answered_at = 0.0
        self._incoming, self._outgoing, self._unsent = Transfer(), Transfer(), 0

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # What asyncio calls

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self._bounds.connections and not self._watch.make_room():
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._left_at:
            return
        heads, body_bytes = self._heads, self._body_bytes
        super().data_received(data)
        # Of bytes that hold the end of one thing and the beginning of another, nothing is counted.
        counted = len(data) if heads == self._heads else 0
        if self._has_body and counted:
            self._framing_bytes += max(0, counted - (self._body_bytes - body_bytes))
            if self._framing_bytes > self._bounds.head_bytes + self._body_bytes:
                self._refusal = 400
        elif self._has_head:
            self._head_bytes += counted
            if self._head_bytes > self._bounds.head_bytes:
                self._refusal = 431
        if self._refusal and not self.transport.is_closing():
            self._refuse(self._refusal)

    def send_400_response(self, msg: str) -> None:
        self._refuse(400)

    def resume_writing(self) -> None:
        self._outgoing.moved += HIGH_WATER_LIMIT
        super().resume_writing()

    # What the parser calls

    def on_message_begin(self) -> None:
        self._heads += 1
        self._has_head, self._head_bytes = True, 0
        if not self._is_answering:
            self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._watch.waiting.pop(self, None)
        self._has_head = False
        size = len(self.url) + sum(len(name) + len(value) + SEPARATORS for name, value in self.headers)
        if size > self._bounds.head_bytes:
            self._refusal = 431
        if not self._refusal:
            self._has_body = True
            self._body_bytes = self._framing_bytes = 0
            self._incoming.begin()
            super().on_headers_complete()
            # Trailers must not join the headers that were judged.
            self.headers = []
            if self._watch.is_ending:
                self.answer_last()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._incoming.moved += len(body)
        if not self._refusal:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._has_body = False
        if not self._refusal:
            super().on_message_complete()

    # What uvicorn calls

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._answered_at = time.monotonic()
        if not self._has_body and not self._is_answering:
            self._wait()

    def answer_last(self) -> None:
        """Say with the answer under way, if there is one, that the connection is closed behind it."""
        if self._is_answering:
            self.cycle.keep_alive = False

    # What the sweep calls

    def check(self, now: float) -> None:
        """End or refuse what has not moved enough since the last time."""
        if self._is_over(now):
            self.transport.abort()
        elif not self._left_at and not self.transport.is_closing() and self._is_late(now):
            self._refuse(408)

    def _is_over(self, now: float) -> bool:
        """Whether nobody is there to hear a word."""
        if self._left_at:
            return now - self._left_at > LINGER_SECONDS
        if not self._heads:
            return now - self._watch.waiting.get(self, now) > self._bounds.head_seconds
        if self._has_body and not self._is_answering:
            # Answered before the body was there. What is left of it is dropped for a while: its sender reads last.
            return now - self._answered_at > self._bounds.transfer_seconds
        return self._is_taken_too_slowly(now)

    def _is_late(self, now: float) -> bool:
        if self._has_head and not self._is_answering:
            return now - self._watch.waiting.get(self, now) > self._bounds.head_seconds
        return self._has_body and self._comes_too_slowly(now)

    def _comes_too_slowly(self, now: float) -> bool:
        if self.flow.read_paused:
            # We are the slow ones.
            self._incoming.begin()
        return self._incoming.is_slow(now, self._bounds)

    def _is_taken_too_slowly(self, now: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        self._outgoing.moved += max(0, self._unsent - unsent)
        self._unsent = unsent
        if not unsent:
            self._outgoing.begin()
        return self._outgoing.is_slow(now, self._bounds)

    def _wait(self) -> None:
        self._watch.waiting.pop(self, None)
        self._watch.waiting[self] = time.monotonic()

    def _refuse(self, status: int) -> None:
        """Answer in place of the application, which is told that the client has left."""
        self._watch.waiting.pop(self, None)
        self._left_at = time.monotonic()
        has_begun = self._is_answering and self.cycle.response_started
        if self._is_answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if has_begun:
            self.transport.abort()
            return
        self.flow.resume_reading()
        self.transport.write(_answer(status, self._bounds))
        if self.transport.can_write_eof():
            self.transport.write_eof()


def _answer(status: int, bounds: Bounds) -> bytes:
    sentence = f"{SENTENCES[status].format(bounds=bounds)}\n".encode()
    headers = {**HEADERS, "Content-Length": str(len(sentence))}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + sentence
