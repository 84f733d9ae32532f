"""A request's parameters as one mapping, however they were sent: query, urlencoded, multipart or JSON."""

import json
import re
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from media.errors import RequestError

MAX_FIELDS = 2000
MAX_FIELD_BYTES = 256 * 1024 * 1024
TRUE = frozenset({"true", "1"})
#: Lists are written ``name[]=a&name[]=b`` or ``name[0]=a&name[1]=b``.
_LIST = re.compile(r"(.+)\[\d*\]")

Fields = dict[str, Any]


async def read_fields(request: Request) -> Fields:
    """Query first, then the body. Raises RequestError for a body that cannot be read."""
    fields = _joined(request.query_params.multi_items())
    if request.method == "GET":
        return fields
    if request.headers.get("content-type", "").startswith("application/json"):
        return fields | await _json(request)
    return fields | _joined(await _form(request))


async def _form(request: Request) -> list[tuple[str, Any]]:
    try:
        form = await request.form(max_files=4, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    except HTTPException as error:
        raise RequestError(f"Invalid form: {error.detail}") from error
    return form.multi_items()


async def _json(request: Request) -> Fields:
    body = await request.body()
    try:
        document = json.loads(body) if body else {}
    except ValueError as error:
        raise RequestError("Invalid JSON in the request body") from error
    if document is not None and not isinstance(document, dict):
        raise RequestError("Invalid JSON in the request body: expected an object")
    return {name: value for name, value in (document or {}).items() if value is not None}


def _joined(items: Iterable[tuple[str, Any]]) -> Fields:
    """Lists and repeated names become lists."""
    fields: Fields = {}
    for key, value in items:
        match = _LIST.fullmatch(key)
        name = match.group(1) if match else key
        fields[name] = [*as_list(fields.get(name)), value] if match or name in fields else value
    return fields


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def words(value: Any) -> tuple[str, ...]:
    """Comma-separated text, or a list of such texts, without empty words and repetitions."""
    found = (word.strip() for part in as_list(value) for word in str(part).split(","))
    return tuple(dict.fromkeys(word for word in found if word))


def is_true(fields: Fields, name: str, *, default: bool = False) -> bool:
    value = fields.get(name)
    return default if value is None or value == "" else str(value).lower() in TRUE


def text(fields: Fields, name: str) -> str:
    """The parameter as text, "" where it is missing. Raises RequestError where it is a list or a file."""
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, UploadFile | list | dict):
        raise RequestError(f"Invalid value for parameter {name}: expected text")
    return str(value)


def required(fields: Fields, name: str) -> str:
    value = text(fields, name)
    if not value:
        raise RequestError(f"Missing required parameter - {name}")
    return value


def whole(fields: Fields, name: str, default: int, *, low: int, high: int) -> int:
    value = text(fields, name)
    if not value:
        return default
    if not value.isdigit() or not low <= int(value[:9]) <= high:
        raise RequestError(f"Invalid value {value} for parameter {name}: expected {low}..{high}")
    return int(value)


def pairs(value: Any) -> dict[str, str]:
    r"""``k=v|k2=v2`` (a literal ``=`` or ``|`` is escaped by a backslash), or a JSON object."""
    if isinstance(value, dict):
        return {str(name): str(each) for name, each in value.items()}
    marked = str(value or "").replace(r"\|", "\0").replace(r"\=", "\1")
    found = (pair.partition("=") for pair in marked.split("|") if "=" in pair)
    return {_restored(name): _restored(each) for name, _, each in found}


def _restored(marked: str) -> str:
    return marked.replace("\0", "|").replace("\1", "=")
