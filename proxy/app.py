"""create_app(): routes of every dialect, middleware, the one error handler."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path as FilePath
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from media.config import Settings
from media.errors import DerivationPending, MediaError, Unavailable
from media.network.loops import enter
from proxy.dialect import Dialect, Endpoint
from proxy.dialects import DIALECTS
from proxy.dialects.cloudimage.delivery import CLOUDIMAGE
from proxy.dialects.cloudimage.hosts import OwnHosts
from proxy.dialects.cloudimage.settings import Cloudimage
from proxy.http import health
from proxy.http.hosts import METRICS, Entrance, Places
from proxy.http.leaving import WhileClientWaits
from proxy.http.middleware import AccessLog, BodyLimit
from proxy.services import Services

log = logging.getLogger("cutout")

PLAYGROUND = FilePath(__file__).parent / "playground"
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
#: nginx's name for "the client went away before it was answered": a metric, not an error.
CLIENT_CLOSED_REQUEST = 499

#: Statuses that are counted by a word of their own.
OUTCOMES = {304: "not_modified", 206: "partial"}

#: To who is not answered when this process ends.
ENDING = "The server is being restarted; try again."

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(settings: Settings, lifespan: Lifespan) -> Starlette:
    """The ASGI application. ``lifespan`` puts a :class:`proxy.services.Services` into ``app.state.services``."""
    own: list[BaseRoute] = [
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        Route(METRICS, health.metrics),
    ]
    apis, deadline = settings.server.apis, settings.server.request_deadline_seconds
    pages: list[BaseRoute] = []
    if "playground" in apis:
        # Behind the dialects: the server of BackgroundRemover's engine answers at this path, too.
        pages.append(Route("/", page))
        own.append(Mount("/playground", PlaygroundFiles(directory=PLAYGROUND)))
    offered = [dialect for dialect in DIALECTS if dialect.name in apis]
    dialect_routes = [route for dialect in offered for route in _routes(dialect, deadline)]
    app = Starlette(routes=own + dialect_routes + pages, middleware=_layers(settings), lifespan=lifespan)
    # A path with a slash too many is another path; a redirect would go to whatever host the client wrote.
    app.router.redirect_slashes = False
    return app


def _layers(settings: Settings) -> list[Middleware]:
    """From the outside in; none that has nothing to do here."""
    server = settings.server
    hosts = settings.vendor(Cloudimage).hosts if CLOUDIMAGE.name in server.apis else {}
    places = [Middleware(Places, metrics_port=server.metrics_port, files_host=server.files_host)]
    return [
        Middleware(AccessLog),
        Middleware(Entrance),
        *(places if server.metrics_port or server.files_host else []),
        Middleware(BodyLimit, max_bytes=server.max_body_bytes, larger=_larger(settings)),
        *([Middleware(OwnHosts, hosts=hosts)] if hosts else []),
    ]


def _larger(settings: Settings) -> dict[str, int]:
    """Paths that take videos → most bytes of a body there: a video, and texts."""
    most = settings.limits.max_video_bytes + settings.limits.max_text_bytes
    return {path.template: most for dialect in DIALECTS for path in dialect.paths if path.takes_videos}


class PlaygroundFiles(StaticFiles):
    """A browser must not mix old and new modules after an upgrade: it asks each time and is answered 304."""

    def file_response(self, *values: Any, **options: Any) -> Response:
        response = super().file_response(*values, **options)
        response.headers.update(PAGE_HEADERS)
        return response


async def page(request: Request) -> Response:
    return FileResponse(PLAYGROUND / "index.html", headers=PAGE_HEADERS)


def _routes(dialect: Dialect, deadline_seconds: float) -> list[BaseRoute]:
    return [
        Route(
            path.template,
            with_dialect_errors(dialect, path.endpoint, None if path.takes_videos else deadline_seconds),
            methods=list(path.methods),
        )
        for path in dialect.paths
    ]


def with_dialect_errors(
    dialect: Dialect, endpoint: Endpoint, deadline_seconds: float | None
) -> Callable[[Request], Awaitable[Response]]:
    """``endpoint`` with its errors in the dialect's envelope and its outcome counted."""

    async def answer(request: Request) -> Response:
        services: Services = request.app.state.services
        try:
            if passed := request.headers.getlist("cdn-loop"):
                enter(passed)
            async with asyncio.timeout(deadline_seconds) as deadline, WhileClientWaits(request):
                services.ending.deadlines.add(deadline)
                try:
                    response = await endpoint(services, request)
                finally:
                    services.ending.deadlines.discard(deadline)
            status = response.status_code
            outcome = OUTCOMES.get(status) or ("ok" if status < 400 else str(status))
        except ClientDisconnect:
            response, outcome = Response(status_code=CLIENT_CLOSED_REQUEST), "client_closed"
        except TimeoutError:
            late = f"The request took longer than {deadline_seconds or 0:g} seconds."
            fault = Unavailable(ENDING if services.ending.has_begun else late, retry_after=5)
            response, outcome = error_response(dialect, fault, request), "deadline"
        except MediaError as error:
            if error.status >= 500 and not isinstance(error, DerivationPending):
                log.warning("%s: %s (%s)", request.url.path, error, error.__cause__ or error.code)
            response, outcome = error_response(dialect, error, request), error.code
        except Exception:
            log.exception("unhandled fault while answering %s", request.url.path)
            response, outcome = error_response(dialect, MediaError("internal error"), request), "internal"
        services.metrics.requests.labels(dialect.name, outcome).inc()
        return response

    return answer


def error_response(dialect: Dialect, error: MediaError, request: Request) -> Response:
    services: Services = request.app.state.services
    envelope = dialect.envelope_for(request) if dialect.envelope_for else dialect.envelope
    answer, max_age = envelope(error), services.settings.delivery.error_max_age_seconds
    kept = {"Cache-Control": f"public, max-age={max_age}"} if answer.is_lasting and max_age else {}
    body = b"" if request.method == "HEAD" else answer.body
    return Response(body, status_code=answer.status, headers={**answer.headers, **kept})
