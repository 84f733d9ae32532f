"""The playground's files with a server behind them that answers what a test needs: 423 twice, then a picture."""

import email
import email.policy
import functools
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pyvips
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import proxy

PLAYGROUND = Path(proxy.__file__).parent / "playground"
#: What a deployment may send with the page: the tests run under it, so a violation shows as a broken page.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
PENDING_ANSWERS = 2
WIDTH, HEIGHT = 450, 300
REFUSAL = "Invalid effect in transformation: nonsense; there is no such effect"


def create_fake() -> Starlette:
    app = Starlette(
        routes=[
            Route("/", _page),
            Mount("/playground", StaticFiles(directory=PLAYGROUND)),
            Route("/cases.js", _cases),
            Route("/v1_1/demo/image/upload", _upload, methods=["POST"]),
            Route("/demo/image/upload/{rest:path}", _deliver),
        ]
    )
    forget(app)
    return app


def forget(app: Starlette) -> None:
    app.state.asked = Counter()
    app.state.uploads = []


async def _page(request: Request) -> Response:
    return FileResponse(PLAYGROUND / "index.html", headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


async def _cases(request: Request) -> Response:
    return FileResponse(Path(__file__).parent / "language_cases.js")


async def _upload(request: Request) -> Response:
    form = _parts(request.headers["content-type"], await request.body())
    photo = form["file"]
    request.app.state.uploads.append((photo.get_filename(), form["upload_preset"].get_content()))
    if photo.get_content_maintype() != "image":
        return JSONResponse({"error": {"message": "Invalid image file"}}, status_code=400)
    size = {"width": WIDTH, "height": HEIGHT, "format": "png"}
    return JSONResponse({"public_id": "playground/fresh", "version": 17, **size})


def _parts(content_type: str, body: bytes) -> dict[str, EmailMessage]:
    """Of a multipart form, by name."""
    form = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=email.policy.HTTP)
    return {str(part.get_param("name", header="content-disposition")): part for part in form.iter_parts()}


async def _deliver(request: Request) -> Response:
    rest = request.path_params["rest"]
    request.app.state.asked[rest] += 1
    if "nonsense" in rest:
        return Response(status_code=400, headers={"X-Cld-Error": REFUSAL})
    if "stuck" in rest:
        return _pending(retry_after=1)
    if "e_background_removal" not in rest:
        return Response(_original(), media_type="image/jpeg")
    if request.app.state.asked[rest] <= PENDING_ANSWERS:
        return _pending(retry_after=0.2)
    headers = {"X-Background-Removal-Confidence": "0.93", "Cache-Control": "public, max-age=2592000", "ETag": '"abc"'}
    return Response(_cutout(), media_type="image/png", headers=headers)


def _pending(retry_after: float) -> Response:
    headers = {"Retry-After": str(retry_after), "X-Cld-Error": "pending", "Cache-Control": "no-store"}
    return Response(status_code=423, headers=headers)


def picture() -> pyvips.Image:
    """An opaque gradient of WIDTH × HEIGHT."""
    gradient = pyvips.Image.identity().resize(WIDTH / 256, vscale=HEIGHT).cast("uchar")
    return gradient.bandjoin([gradient.rot180(), gradient.linear(0, 120).cast("uchar")]).copy(interpretation="srgb")


@functools.cache
def _original() -> bytes:
    return bytes(picture().jpegsave_buffer())


@functools.cache
def _cutout() -> bytes:
    across = (pyvips.Image.xyz(WIDTH, HEIGHT) - [WIDTH / 2, HEIGHT / 2]).cast("float")
    inside = ((across * across).bandmean() * 2 < (HEIGHT / 2.5) ** 2).ifthenelse(255, 0)
    return bytes(picture().bandjoin(inside.cast("uchar")).pngsave_buffer())
