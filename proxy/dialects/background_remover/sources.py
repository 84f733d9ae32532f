"""The files of a request: read, judged one by one, stored; what is wrong with one says so and stops no other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from media.errors import LimitExceeded, RequestError, SourceError
from media.records.asset import Asset, SourceRef
from proxy.delivery.ingest import keep_guest, keep_guest_file
from proxy.dialects.background_remover.schema import BACKGROUND_FILES, FILES, is_file_field
from proxy.http.collector import MAX_FILES, Source
from proxy.http.forms import Form, read_form
from proxy.http.uploads import Upload
from proxy.services import Services

#: The delivery type that names these sources; they have no record of an asset, so no URL leads to them.
TYPE = "background_remover"


class FileFields(Mapping[str, Source]):
    """The fields that may hold a file; PHP's have any number between brackets."""

    def __getitem__(self, name: str) -> Source:
        if not is_file_field(name) and name not in BACKGROUND_FILES:
            raise KeyError(name)
        return Source.FILE

    def __iter__(self) -> Iterator[str]:
        return iter((*FILES, *BACKGROUND_FILES))

    def __len__(self) -> int:
        return len(FILES) + len(BACKGROUND_FILES)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request holds: its texts, its files in the order they came, the picture to lay under them."""

    texts: Mapping[str, str]
    uploads: tuple[Upload, ...]
    background: Upload | None


async def read_request(services: Services, request: Request, max_files: int) -> Sent:
    """Raises RequestError without a file, LimitExceeded for too many."""
    limits = services.settings.limits
    most = max(limits.max_source_bytes, limits.max_video_bytes)
    form = await read_form(
        services, request, FileFields(), file_bytes=most, most_files=max(MAX_FILES, max_files + len(BACKGROUND_FILES))
    )  # fmt: skip
    uploads = tuple(_uploads(form, is_file_field))
    if not uploads:
        raise RequestError("There is no file: send one or more as `files`.")
    if len(uploads) > max_files:
        raise LimitExceeded(f"A request has at most {max_files} files, got {len(uploads)}.")
    return Sent(form.texts, uploads, next(_uploads(form, BACKGROUND_FILES.__contains__), None))


def _uploads(form: Form, is_meant: Callable[[str], bool]) -> Iterator[Upload]:
    return (value for name, value in form.items if isinstance(value, Upload) and is_meant(name))


async def keep_image(services: Services, cloud: str, upload: Upload) -> Asset | str:
    """The stored photograph, or the sentence that says why it is none. Raises Unavailable if there is no room."""
    most = services.settings.limits.max_source_bytes
    if upload.size > most:
        return f"File size too large. Got {upload.size}. Maximum is {most}."
    arrival = await services.io.run(upload.read)
    try:
        return await keep_guest(services, arrival, SourceRef(cloud, "image", TYPE, arrival.filename))
    except (RequestError, SourceError) as error:
        return str(error)


async def keep_video(services: Services, cloud: str, upload: Upload) -> Asset | str:
    """The stored video, which the worker judges, or the sentence that says why it is none. Raises Unavailable."""
    if not upload.size:
        return "The video is empty."
    try:
        return await keep_guest_file(services, upload, SourceRef(cloud, "video", TYPE, upload.filename))
    except LimitExceeded as error:
        return str(error)
