"""What an HTTP surface is made of: its name, its routes, and how its errors look."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from media.errors import MediaError
from proxy.services import Services

Endpoint = Callable[[Services, Request], Awaitable[Response]]
Envelope = Callable[[MediaError, Request], Response]


@dataclass(frozen=True, slots=True)
class Path:
    """``template`` is Starlette's path template."""

    template: str
    methods: tuple[str, ...]
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Dialect:
    name: str
    paths: tuple[Path, ...]
    envelope: Envelope
