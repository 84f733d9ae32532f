"""live: this process answers. ready: it can do its work, shown by doing a little of it."""

import pyvips
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from media.errors import MediaError
from proxy.services import Services


async def live(request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """200 if stored results can be served. ``redis: false`` still is ready: only new cutouts are not.

    A process that is about to end is not ready, though it answers.
    """
    services: Services = request.app.state.services
    if services.ending.has_begun:
        return JSONResponse({"ending": True}, status_code=503, headers={"Cache-Control": "no-store"})
    checks = {"pixels": await _pixels(services), "store": await _store(services), "redis": await _redis(services)}
    status = 200 if checks["pixels"] and checks["store"] else 503
    return JSONResponse(checks, status_code=status, headers={"Cache-Control": "no-store"})


async def metrics(request: Request) -> Response:
    services: Services = request.app.state.services
    try:
        counters, lengths = await services.queue.counters(), await services.queue.lengths()
    except MediaError:
        counters, lengths = {}, {}
    return PlainTextResponse(
        services.metrics.exposition(counters, lengths), media_type="text/plain; version=0.0.4; charset=utf-8"
    )


async def _pixels(services: Services) -> bool:
    try:
        return await services.checks.run(_tiny_operation)
    except (MediaError, pyvips.Error):
        return False


def _tiny_operation() -> bool:
    return bool(pyvips.Image.black(8, 8).resize(0.5).jpegsave_buffer())


async def _store(services: Services) -> bool:
    try:
        await services.checks.run(services.store.stat, "health/ready")
    except MediaError:
        return False
    return True


async def _redis(services: Services) -> bool:
    try:
        await services.queue.ping()
    except MediaError:
        return False
    return True
