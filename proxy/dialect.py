"""What an HTTP surface is made of: its name, its routes, and how its errors look."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from media.error_answer import ErrorAnswer
from media.errors import MediaError
from proxy.services import Services


class _Anything(PathConvertor):
    """Starlette's ``path`` does not match line breaks; a dialect must see them to refuse them with a sentence."""

    regex = r"[\s\S]*"


register_url_convertor("anything", _Anything())

Endpoint = Callable[[Services, Request], Awaitable[Response]]
Envelope = Callable[[MediaError], ErrorAnswer]


@dataclass(frozen=True, slots=True)
class Path:
    """A route: its paths, its methods, and the function that answers.

    ``template`` is Starlette's path template; ``{name:anything}`` matches the rest, line breaks too. ``takes_videos``:
    bodies may be as large as videos, and take as long as they move.
    """

    template: str
    methods: tuple[str, ...]
    endpoint: Endpoint
    takes_videos: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    name: str
    paths: tuple[Path, ...]
    envelope: Envelope
    #: The dataclass of the section of config.yaml that is called as the dialect is.
    settings: type[Any] | None = None
    #: For a dialect whose errors look as the request asks.
    envelope_for: Callable[[Request], Envelope] | None = None
