"""A request's parameters as one mapping: those of the query, then those of the body."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request

from media.errors import RequestError
from media.integers import read_integer
from media.json_text import read_json
from proxy.http.collector import Source
from proxy.http.forms import Form, read_form
from proxy.http.uploads import Upload
from proxy.services import Services

TRUE = frozenset({"true", "1"})
#: Lists are written ``name[]=a&name[]=b`` or ``name[0]=a&name[1]=b``.
_LIST = re.compile(r"(.+)\[[0-9]*\]")

#: Parameters that may be lists, and those that may hold objects (in a JSON body). All others are texts.
LISTS = frozenset({
    "aggregate", "allowed_formats", "asset_ids", "assets_to_relate", "assets_to_unrelate", "derived_resource_ids",
    "fields", "fully_qualified_public_ids", "prefixes", "public_ids", "sort_by", "tag", "tags", "target_tags",
    "transformations", "version_ids", "versions", "with_field",
})  # fmt: skip
OBJECTS = frozenset({"access_control", "aggregate", "context", "metadata", "sample_data", "sort_by"})

Fields = dict[str, Any]
#: Raises to refuse a request by the parameters in front of its file.
Admit = Callable[[Fields], Awaitable[None]]


async def read_fields(
    services: Services, request: Request, sources: Mapping[str, Source] | None = None, admit: Admit | None = None
) -> Fields:
    """Query first, then the body. ``admit`` judges what stands in front of a file. Raises RequestError."""
    query = request.query_params.multi_items()

    def joined(form: Form) -> Fields:
        return check_shapes(_joined(query) | _joined(form.items))

    async def admit_form(form: Form) -> None:
        if admit is not None:
            await admit(joined(form))

    return joined(Form() if request.method == "GET" else await read_form(services, request, sources, admit=admit_form))


def check_shapes(fields: Fields) -> Fields:
    """Raises RequestError for a list or an object where a text belongs, a repeated parameter among them."""
    for name, value in fields.items():
        parts = value if isinstance(value, list) and name in LISTS | OBJECTS else [value]
        if name not in OBJECTS and any(isinstance(part, list | dict) for part in parts):
            expected = "a list of texts" if name in LISTS else "one text"
            raise RequestError(f"Invalid value for parameter {name[:80]}: expected {expected}")
    return fields


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
    if isinstance(value, Upload | list | dict):
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
    try:
        return read_integer(value, low, high)
    except ValueError as error:
        raise RequestError(f"Invalid value {value[:40]} for parameter {name}: expected {low}..{high}") from error


def parsed(value: Any, name: str) -> Any:
    """A JSON text as its document; what came as part of a JSON body is one already."""
    if not isinstance(value, str):
        return value
    try:
        return read_json(value)
    except ValueError as error:
        raise RequestError(f"Invalid JSON in parameter {name}: it {error}") from error


def pairs(value: Any) -> dict[str, str]:
    r"""``k=v|k2=v2`` (a literal ``=`` or ``|`` is escaped by a backslash), or a JSON object, parsed or as text."""
    if isinstance(value, str) and value.startswith("{"):
        value = _object(value)
    if isinstance(value, dict):
        return {str(name): str(each) for name, each in value.items()}
    marked = str(value or "").replace(r"\|", "\0").replace(r"\=", "\1")
    found = (pair.partition("=") for pair in marked.split("|") if "=" in pair)
    return {_restored(name): _restored(each) for name, _, each in found}


def _object(written: str) -> Any:
    """A JSON object, or the text itself if it is none."""
    try:
        return read_json(written)
    except ValueError:
        return written


def _restored(marked: str) -> str:
    return marked.replace("\0", "|").replace("\1", "=")
