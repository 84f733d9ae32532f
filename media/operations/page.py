"""Which pages of a document, or frames of an animation, a chain works on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from media.chain import Step
from media.errors import BadTransformation
from media.operations.pixels import Image
from media.operations.registry import operation

MAX_PAGE = 100_000
_RANGE = re.compile(r"(\d{1,6})(?:(-)(\d{1,6})?)?\Z")


@dataclass(frozen=True, slots=True)
class Pages:
    """First and last page, from 1; no last page means up to the end."""

    first: int
    last: int | None

    def within(self, count: int) -> range:
        return range(self.first, min(count, self.last or count) + 1)


@dataclass(frozen=True, slots=True)
class PagesKind:
    expected: str = f"pages such as 2, 1-3;5;7- or all, from 1 to {MAX_PAGE}"

    def parse(self, text: str) -> tuple[Pages, ...]:
        if text == "all":
            return (Pages(1, None),)
        return tuple(self._pages(part) for part in text.split(";"))

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

    def format(self, value: tuple[Pages, ...]) -> str:
        return ";".join(
            f"{each.first}" if each.first == each.last else f"{each.first}-{each.last or ''}" for each in value
        )


@operation
def page(image: Image, page: Annotated[tuple[Pages, ...], PagesKind()]) -> Image:
    """Choose pages of a document or frames of an animation; a picture of one page has nothing to choose.

    The decoder reads only what the first such step names, so there is nothing left to do here.
    """
    return image


def chosen(steps: Sequence[Step], count: int) -> tuple[int, ...]:
    """The pages, from 1, that the first ``page`` step names; empty where all are wanted.

    Raises BadTransformation where a document of several pages has none of them.
    """
    step = next((each for each in steps if each.operation == "page"), None)
    if step is None or count == 1:
        return ()
    found = sorted({number for pages in step["page"] for number in pages.within(count)})
    if not found:
        raise BadTransformation(f"page must be 1..{count} here, got {PagesKind().format(step['page'])}")
    return () if len(found) == count else tuple(found)
