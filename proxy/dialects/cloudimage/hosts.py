"""Hosts of Cloudimage accounts answer without ``/v7`` too: accounts made since November 2021 leave it out.

Elsewhere the root of the path belongs to the other dialects.
"""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from proxy.dialects.cloudimage.grammar import VERSION_PREFIX
from proxy.dialects.cloudimage.tenant import host_name

#: What such a host answers beside pictures.
OWN_PATHS = frozenset({"/invalidate"})


class OwnHosts:
    """Puts the prefix back, so that one route serves both forms. ``hosts`` are names in lower case."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._hosts and scope["type"] == "http" and self._leaves_it_out(scope):
            prefix = VERSION_PREFIX.encode()
            scope = {**scope, "path": VERSION_PREFIX + scope["path"], "raw_path": prefix + scope["raw_path"]}
        await self._app(scope, receive, send)

    def _leaves_it_out(self, scope: Scope) -> bool:
        path = scope["path"]
        if path in OWN_PATHS or path.startswith(f"{VERSION_PREFIX}/"):
            return False
        return host_name(Headers(scope=scope).get("host", "")) in self._hosts
