"""Raw ASGI layers around the app: request id with access log, what no answer lacks, a bound on bodies."""

import logging
import re
import time
import uuid
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from media.errors import LimitExceeded
from media.integers import is_natural
from proxy.http.responses import SAFETY

log = logging.getLogger("cutout.access")

#: What an answer has that says nothing else: no cache keeps it, no browser runs it. Refusals of Starlette say nothing.
DEFAULTS = {
    name.lower().encode(): value.encode() for name, value in {**SAFETY, "Cache-Control": "no-store"}.items()
}  # fmt: skip
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


class AccessLog:
    """Gives every answer an ``X-Request-Id`` (the client's own if it is harmless) and what it lacks; logs one line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        started, status = time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                lacking = DEFAULTS.keys() - dict(headers).keys()
                named = (b"x-request-id", request_id.encode())
                message["headers"] = [*headers, *((name, DEFAULTS[name]) for name in lacking), named]
            await send(message)

        await self._app(scope, receive, send_named)
        milliseconds = (time.perf_counter() - started) * 1000
        # repr: a path may hold line breaks once decoded, and a log line is one line.
        log.info("%s %r %s %.1fms %s", scope["method"], scope["path"], status, milliseconds, request_id)


class BodyLimit:
    """Stops reading a request body at ``max_bytes``, and all bodies together at the budget of the services.

    A Content-Length that says too much is refused before anything is read; one that says too little does not help.
    ``larger`` are paths with a bound of their own; what is beyond ``max_bytes`` there lies on disk, and is not counted.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Mapping[str, int]) -> None:
        self._app = app
        self._max_bytes, self._larger = max_bytes, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        most = max(self._max_bytes, self._larger.get(scope["path"], 0))
        declared = Headers(scope=scope).get("content-length", "")

        async def receive_bounded() -> Message:
            nonlocal read
            if is_natural(declared) and int(declared) > most:
                raise _too_large(most)
            message = await receive()
            size = len(message.get("body", b""))
            if read + size > most:
                raise _too_large(most)
            scope["app"].state.services.bodies.take(min(size, max(0, self._max_bytes - read)))
            read += size
            return message

        try:
            await self._app(scope, receive_bounded, send)
        finally:
            if read:
                scope["app"].state.services.bodies.give(min(read, self._max_bytes))


def _too_large(most: int) -> LimitExceeded:
    return LimitExceeded(f"The request body is larger than {most} bytes.")
