"""The routes of BackgroundRemover's API."""

from proxy.dialect import Dialect, Path
from proxy.dialects.background_remover.convert import convert
from proxy.dialects.background_remover.envelope import envelope, server_envelope
from proxy.dialects.background_remover.events import events
from proxy.dialects.background_remover.results import cancel, result_file, results
from proxy.dialects.background_remover.server_form import remove_by_address, remove_file
from proxy.dialects.background_remover.settings import BackgroundRemover

BACKGROUND_REMOVER = Dialect(
    "background_remover",
    (
        Path("/v1/convert/", ("POST",), convert, takes_videos=True),
        Path("/v1/convert", ("POST",), convert, takes_videos=True),
        Path("/v1/results/", ("POST",), results),
        Path("/v1/results", ("POST",), results),
        Path("/v1/results/{uuid}", ("DELETE",), cancel),
        Path("/v1/results/{uuid}/events", ("GET",), events),
        Path("/v1/results/{file_id}/{name}", ("GET", "HEAD"), result_file),
    ),
    envelope,
    settings=BackgroundRemover,
)
#: The engine's own server answers at `/`, where the playground is: it has to be named in ``server.apis``.
BACKGROUND_REMOVER_SERVER = Dialect(
    "background_remover_server",
    (Path("/", ("GET",), remove_by_address), Path("/", ("POST",), remove_file)),
    server_envelope,
)
