"""The body of a request as fields, however it was written: multipart, urlencoded or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from media import json_text
from media.errors import RequestError

MAX_FILES = 8
MAX_FIELDS = 200
#: Of one text field: a source in base64 is one. The body as a whole is bounded by ``server.max_body_bytes``.
MAX_TEXT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes that came in, and the file name they came with ("" where there was none)."""

    body: bytes
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """``texts`` and ``files`` by name; of a repeated name the last one counts. Empty texts are left out."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Arrival] = field(default_factory=dict)


async def read_fields(request: Request) -> Fields:
    """Raises RequestError for a body that is not what its Content-Type says."""
    if "json" in request.headers.get("content-type", "").partition(";")[0]:
        return Fields(_texts(read_json(await request.body())))
    try:
        form = await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_TEXT_BYTES)
    except HTTPException as error:
        raise RequestError(f"The form cannot be read: {error.detail}") from error
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str) and value}
    uploads = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile)]
    return Fields(texts, {name: Arrival(await file.read(), file.filename or "") for name, file in uploads})


def read_json(body: bytes) -> Mapping[str, Any]:
    """A JSON object; raises RequestError for anything else."""
    try:
        document = json_text.read_json(body)
    except ValueError as error:
        raise RequestError(f"The body must be a JSON object; it {error}.") from error
    if not isinstance(document, dict):
        raise RequestError(f"The body must be a JSON object, got {type(document).__name__}.")
    return document


def _texts(document: Mapping[str, Any]) -> dict[str, str]:
    plain = {name: value for name, value in document.items() if isinstance(value, str | int | float)}
    # str(True) is "True": the doors read it in any case.
    return {name: str(value) for name, value in plain.items() if value != ""}
