"""Which pages of a document, frames of an animation or layers of a Photoshop file a chain works on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from media.errors import BadTransformation
from media.language.chain import Step
from media.operations.registry import operation
from media.raster.pixels import Image

MAX_PAGE = 100_000
MAX_NAME_LENGTH, MAX_NAMES = 255, 100
NAMED = "name:"
#: Names that a message holds.
MAX_LISTED = 10
_RANGE = re.compile(r"([0-9]{1,6})(?:(-)([0-9]{1,6})?)?\Z")


@dataclass(frozen=True, slots=True)
class Pages:
    """First and last page, from 1; no last page means up to the end."""

    first: int
    last: int | None

    def within(self, count: int) -> range:
        return range(self.first, min(count, self.last or count) + 1)


@dataclass(frozen=True, slots=True)
class LayerName:
    """Of a layer, or of a group of layers."""

    name: str


@dataclass(frozen=True, slots=True)
class PagesKind:
    expected: str = f"pages such as 2, 1-3;5;7- or all, from 1 to {MAX_PAGE}, or layers such as name:Sky;Sea"

    def parse(self, text: str) -> tuple[Pages, ...] | tuple[LayerName, ...]:
        if text == "all":
            return (Pages(1, None),)
        if text.startswith(NAMED):
            return self._names(text.removeprefix(NAMED))
        return tuple(self._pages(part) for part in text.split(";"))

    def _names(self, text: str) -> tuple[LayerName, ...]:
        names = text.split(";")
        if len(names) > MAX_NAMES or not all(0 < len(name) <= MAX_NAME_LENGTH for name in names):
            raise ValueError(text)
        return tuple(LayerName(name) for name in names)

    def _pages(self, part: str) -> Pages:
        match = _RANGE.match(part)
        if match is None or not 1 <= int(match[1]) <= MAX_PAGE:
            raise ValueError(part)
        first, last = int(match[1]), None
        if not match[2]:
            last = first
        elif match[3]:
            last = int(match[3])
        if last is not None and not first <= last <= MAX_PAGE:
            raise ValueError(part)
        return Pages(first, last)

    def format(self, value: tuple[Pages, ...] | tuple[LayerName, ...]) -> str:
        prefix = NAMED if isinstance(value[0], LayerName) else ""
        return prefix + ";".join(map(_text, value))


def _text(value: Pages | LayerName) -> str:
    if isinstance(value, LayerName):
        return value.name
    return f"{value.first}" if value.first == value.last else f"{value.first}-{value.last or ''}"


@operation(price=1)
def page(image: Image, page: Annotated[tuple[Pages, ...] | tuple[LayerName, ...], PagesKind()]) -> Image:
    """Choose pages of a document, frames of an animation or layers of a Photoshop file (1 is all of them, 2 the lowest;
    a layer keeps its place on the canvas). A picture of one page has nothing to choose, and no layers with names.

    The decoder reads only what the first such step names, so there is nothing left to do here.
    """
    return image


def chosen(steps: Sequence[Step], count: int, layers: Sequence[Sequence[str]] = ()) -> tuple[int, ...]:
    """The pages, from 1, that the first ``page`` step names; empty if all are wanted.

    ``layers`` are the names that choose each of pages 2, 3 … Raises BadTransformation if a document of several pages
    has none of them, or lacks one of the names.
    """
    step = _first(steps)
    if step is None:
        return ()
    if isinstance(step["page"][0], LayerName):
        return _named([each.name for each in step["page"]], layers)
    if count == 1:
        return ()
    found = sorted({number for pages in step["page"] for number in pages.within(count)})
    if not found:
        raise BadTransformation(f"page must be 1..{count} here, got {PagesKind().format(step['page'])}")
    return () if len(found) == count else tuple(found)


def is_chosen(steps: Sequence[Step]) -> bool:
    return _first(steps) is not None


def _first(steps: Sequence[Step]) -> Step | None:
    return next((each for each in steps if each.operation == "page"), None)


def _named(names: Sequence[str], layers: Sequence[Sequence[str]]) -> tuple[int, ...]:
    known = {name for each in layers for name in each}
    missing = next((name for name in names if name not in known), None)
    if missing is not None and not layers:
        raise BadTransformation(f"page name:{missing} needs a Photoshop file with layers, and this source has none")
    if missing is not None:
        listed = ", ".join(sorted(known)[:MAX_LISTED])
        raise BadTransformation(f"page name must be a layer of this source ({listed}), got {missing}")
    return tuple(number for number, each in enumerate(layers, 2) if set(each) & set(names))
