"""POST /resources/search: the part of the search language that the indexes and one look at each record can answer.

``tags=shoe AND format:png AND bytes>1000``: conditions joined by AND; ``:`` and ``=`` compare, ``>`` and ``<`` compare
numbers and times, a value may end in ``*``. The index of the first tag or context condition narrows the search.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from media.errors import RequestError
from media.integers import is_natural
from media.records.asset import Asset
from media.records.catalog import Page
from media.records.indexes import context_term
from proxy.dialects.cloudinary.api.call import RESOURCE_TYPES, Call, Document
from proxy.dialects.cloudinary.api.form import as_list, text, whole
from proxy.dialects.cloudinary.api.representation import details
from proxy.services import Services

MAX_RESULTS = 500
DEFAULT_RESULTS = 50
#: Records that one call reads; the cursor goes on where it stopped.
MAX_READ = 5000
_CONDITION = re.compile(r'(!|-)?([a-z_]+(?:\.[\w-]+)?)\s*(:|>=|<=|=|>|<)\s*("[^"]*"|\S+)')
_JOIN = re.compile(r"\s+(?:AND\s+)?")

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip
FIELDS: Mapping[str, Callable[[Asset], Any]] = {
    "public_id": lambda asset: asset.public_id,
    "asset_id": lambda asset: asset.asset_id,
    "resource_type": lambda asset: asset.resource_type,
    "type": lambda asset: asset.type,
    "format": lambda asset: asset.format,
    "folder": lambda asset: asset.public_id.rpartition("/")[0],
    "asset_folder": lambda asset: asset.asset_folder,
    "filename": lambda asset: asset.public_id.rpartition("/")[2],
    "tags": lambda asset: asset.tags,
    "bytes": lambda asset: asset.bytes,
    "width": lambda asset: asset.width,
    "height": lambda asset: asset.height,
    "pages": lambda asset: asset.pages,
    "created_at": lambda asset: asset.created_at,
    "uploaded_at": lambda asset: asset.uploaded_at,
    "status": lambda asset: "deleted" if asset.placeholder else "active",
    "moderation_status": lambda asset: asset.moderation.partition("/")[2],
}


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    comparison: str
    value: str
    is_negated: bool

    def holds(self, asset: Asset) -> bool:
        found = self._found(asset)
        values = found if isinstance(found, tuple) else (found,)
        return any(self._matches(each) for each in values) != self.is_negated

    def _found(self, asset: Asset) -> Any:
        kind, _, name = self.field.partition(".")
        if name:
            return (asset.context if kind == "context" else asset.metadata).get(name, "")
        return FIELDS[self.field](asset)

    def _matches(self, found: Any) -> bool:
        if self.comparison in COMPARISONS:
            wanted = int(self.value) if isinstance(found, int) and is_natural(self.value) else self.value
            return type(found) is type(wanted) and COMPARISONS[self.comparison](found, wanted)
        if self.value.endswith("*"):
            return str(found).startswith(self.value[:-1])
        return str(found) == self.value


def parse(expression: str) -> list[Condition]:
    """Raises RequestError naming what is not understood."""
    conditions, position, rest = [], 0, expression.strip()
    while position < len(rest):
        match = _CONDITION.match(rest, position)
        if match is None or (match.group(2) not in FIELDS and match.group(2).partition(".")[0] not in PAIRED):
            raise RequestError(
                f"Invalid search expression at {rest[position:][:60]!r}: expected <field>:<value> [AND …] "
                f"with a field of {', '.join(FIELDS)}, context.<key>, metadata.<key>"
            )
        negation, field, comparison, value = match.groups()
        conditions.append(Condition(field, comparison, value.strip('"'), bool(negation)))
        gap = _JOIN.match(rest, match.end())
        position = gap.end() if gap else match.end()
        if gap is None and position < len(rest):
            raise RequestError(f"Invalid search expression at {rest[position:][:60]!r}")
    return conditions


PAIRED = ("context", "metadata")


async def search(services: Services, call: Call) -> Document:
    conditions = parse(text(call.fields, "expression"))
    _check_order(call)
    limit = whole(call.fields, "max_results", DEFAULT_RESULTS, low=1, high=MAX_RESULTS)
    kinds = [each.value for each in conditions if each.field == "resource_type" and not each.is_negated]
    types = tuple(kinds[:1]) or RESOURCE_TYPES
    found, cursor = await _scan(services, call, conditions, types, limit)
    rows = [details(call.base, asset) for asset in found]
    return {"total_count": len(rows), "time": 0, "resources": rows, **({"next_cursor": cursor} if cursor else {})}


def _check_order(call: Call) -> None:
    orders = as_list(call.fields.get("sort_by"))
    if any(not isinstance(each, dict) or list(each.items()) != [("public_id", "asc")] for each in orders):
        raise RequestError("Invalid sort_by: results come in the order of public_id, asc; no other order is kept here")
    if call.fields.get("aggregate"):
        raise RequestError("Invalid aggregate: results are not counted by field here")


async def _scan(
    services: Services, call: Call, conditions: list[Condition], types: tuple[str, ...], limit: int
) -> tuple[list[Asset], str]:
    """Up to ``limit`` assets for which every condition holds, and where to go on."""
    kind, _, cursor = text(call.fields, "next_cursor").partition(":")
    start = types.index(kind) if kind in types else 0
    found: list[Asset] = []
    read = 0
    for index, each in enumerate(types[start:], start):
        while True:
            page = await _page(services, call, conditions, each, cursor, limit - len(found))
            read += len(page.assets)
            found += [asset for asset in page.assets if all(condition.holds(asset) for condition in conditions)]
            cursor = page.cursor
            if cursor and (len(found) >= limit or read >= MAX_READ):
                return found, f"{each}:{cursor}"
            if not cursor:
                break
        if len(found) >= limit and index + 1 < len(types):
            return found, f"{types[index + 1]}:"
    return found, ""


async def _page(
    services: Services, call: Call, conditions: list[Condition], kind: str, cursor: str, limit: int
) -> Page:
    run, catalog = services.io.run, services.catalog
    indexed = next((term for each in conditions if (term := _term(each))), None)
    if indexed:
        return await run(catalog.list_indexed, indexed[0], call.name, kind, indexed[1], cursor=cursor, limit=limit)
    return await run(catalog.list_assets, call.name, kind, "", cursor=cursor, limit=limit)


def _term(condition: Condition) -> tuple[str, str] | None:
    """The index and its term that find every asset of a condition."""
    if condition.is_negated or condition.comparison in COMPARISONS or condition.value.endswith("*"):
        return None
    if condition.field == "tags":
        return "tags", condition.value
    if condition.field == "asset_folder":
        return "folders", condition.value
    kind, _, name = condition.field.partition(".")
    return ("contexts", context_term(name, condition.value)) if kind == "context" and name else None
