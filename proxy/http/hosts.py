"""Raw ASGI layers that look at where a request came to: its Host header, the host of files, the port of metrics."""

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from proxy.runtime.floods import CLIENT

#: A name, an address, an address in brackets; and a port (RFC 9110 7.2).
_HOST = re.compile(rb"([A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{0,5})?")
NO_HOST = "The request must have one Host header that names a host.\n"
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    # The asterisk does not stand for Authorization (Fetch standard, CORS-preflight).
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}
METRICS = "/metrics"
HEALTH = "/health/"
#: Where uploaded files that are no pictures lie, in every cloud: /<cloud>/raw/… and its short forms.
_FILES = re.compile(r"/[^/]+/(raw|video|files|videos)/")


def own_address(public_url: str, request: Request) -> str:
    """Scheme and host that clients reach us by, without a slash: as configured, else as this one wrote it."""
    return (public_url or str(request.base_url)).rstrip("/")


class Entrance:
    """Refuses a request that names no host, several, or what is none: two readers of it could see two hosts.

    Notes whose request it is: behind a trusted proxy uvicorn has exchanged the address for the client's own.

    Answers CORS preflights: every answer here may be read from any page, none depends on cookies. Starlette's CORS
    middleware would put ``Vary: Origin`` on every answer, which splits CDN caches for nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: Response | None = None
        if scope["type"] == "http":
            hosts = [value for name, value in scope["headers"] if name == b"host"]
            # HTTP/1.0 knew no hosts, and balancers still ask for health in it.
            if (len(hosts) != 1 and (hosts or scope["http_version"] != "1.0")) or not all(map(_HOST.fullmatch, hosts)):
                answer = PlainTextResponse(NO_HOST, status_code=400)
            elif scope["method"] == "OPTIONS":
                answer = Response(status_code=204, headers=PREFLIGHT)
            elif scope.get("client"):
                CLIENT.set(scope["client"][0])
        await (answer or self._app)(scope, receive, send)


class Places:
    """Answers some paths at one port or one host only.

    ``metrics_port``: /metrics there and nowhere else, and nothing else there but health (0: everywhere).
    ``files_host``: files that are no pictures, and nothing else, so that no page of ours is of their origin ("": off).
    """

    def __init__(self, app: ASGIApp, metrics_port: int, files_host: str) -> None:
        self._app = app
        self._metrics_port, self._files_host = metrics_port, files_host.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_here(scope):
            await PlainTextResponse("Not Found\n", status_code=404)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_here(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if self._metrics_port:
            is_at_port = scope["server"] is not None and scope["server"][1] == self._metrics_port
            if is_at_port or path == METRICS:
                return is_at_port and (path == METRICS or path.startswith(HEALTH))
        if self._files_host and (b"host", self._files_host) in scope["headers"]:
            return _FILES.match(path) is not None
        return True
