"""/groups/: lists of files that were put together by the Upload API."""

from itertools import islice
from typing import Any

from starlette.responses import Response

from media.records.catalog import Catalog
from proxy.dialects.uploadcare import groups
from proxy.dialects.uploadcare.document import file_document
from proxy.dialects.uploadcare.groups import KIND, Group
from proxy.dialects.uploadcare.rest.call import Call, answer, nothing
from proxy.dialects.uploadcare.rest.page import Question, address, read_question
from proxy.dialects.uploadcare.timeline import Timeline
from proxy.services import Services

FIELD = "datetime_created"


async def list_groups(services: Services, call: Call) -> Response:
    question = read_question(call.query, FIELD, {})
    names, before, total = await services.io.run(_find, services.catalog, call.cloud, question)
    shown, behind = names[: question.limit], names[question.limit :]
    found = [await groups.find(services, call.cloud, name) for name in shown]
    base = f"{call.base}/groups/"
    return answer(
        {
            "next": address(base, question, _uuid(behind[0]) if behind else None),
            "previous": address(base, question, _uuid(before[-1]) if before else None),
            "total": total,
            "per_page": question.limit,
            "results": [groups.group_document(group, call.bases) for group in found],
        }
    )


def _find(catalog: Catalog, cloud: str, question: Question) -> tuple[list[str], list[str], int]:
    """Names from the page's first on, those before it, and how many there are."""
    timeline, down = Timeline(catalog, KIND, cloud), question.is_descending
    names = list(islice(timeline.each(question.first_name(), descending=down), question.limit + 1))
    before: list[str] = []
    if question.start is not None and names:
        back = timeline.each(names[0], descending=not down)
        before = [name for name in islice(back, question.limit + 1) if name != names[0]]
    return names, before, timeline.count()


def _uuid(group_id: str) -> str:
    return group_id.partition("~")[0]


async def show(services: Services, call: Call) -> Response:
    return answer(await _document(services, call, await _group(services, call)))


async def delete(services: Services, call: Call) -> Response:
    await groups.delete(services, call.cloud, await _group(services, call))
    return nothing()


async def _group(services: Services, call: Call) -> Group:
    return await groups.find(services, call.cloud, f"{call.path['uuid']}~{call.path['count']}")


async def _document(services: Services, call: Call, group: Group) -> dict[str, Any]:
    found = await groups.files_of(services, call.cloud, group)
    shown = [
        {**file_document(asset, call.bases), "default_effects": member.effects} if asset else None
        for member, asset in zip(group.members, found, strict=True)
    ]
    return {**groups.group_document(group, call.bases), "files": shown}
