"""Groups: files in an order that never changes, each perhaps with operations of the CDN; named ``<uuid>~<count>``."""

import re
import time
from dataclasses import dataclass
from typing import Any

from media.errors import NotFound
from media.records.asset import Asset
from proxy.dialects.uploadcare import files, identity
from proxy.dialects.uploadcare.document import Bases
from proxy.dialects.uploadcare.timeline import Timeline
from proxy.services import Services

KIND, CLOUDS = "uploadcare_groups", "uploadcare_group_clouds"
MOST_FILES = 1000
_GROUP = re.compile(r"([0-9a-f-]{36})~([1-9][0-9]{0,3})\Z", re.ASCII)
#: A uuid, or an address or path of the CDN with a uuid and operations.
_MEMBER = re.compile(r"(?:https?://[^/?#]+/)?/?([0-9a-f-]{36})(/-/[^?#]*|/[^/?#]*)?/?\Z", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Member:
    """``effects`` are operations as they stand in a URL, ``-/resize/200x/``, or ""."""

    uuid: str
    effects: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    members: tuple[Member, ...]

    @property
    def created(self) -> str:
        return identity.instant(identity.made_at(self.id.partition("~")[0]))


def is_group_id(text: str) -> bool:
    found = _GROUP.match(text)
    return found is not None and identity.is_uuid(found[1])


def read_member(written: str) -> Member | None:
    """None for what names no file."""
    found = _MEMBER.match(written.strip())
    if found is None or not identity.is_uuid(found[1].lower()):
        return None
    # What follows a uuid and begins with no dash is a file name, which says nothing.
    effects = (found[2] or "").strip("/") if (found[2] or "").startswith("/-/") else ""
    return Member(found[1].lower(), f"{effects}/" if effects else "")


async def create(services: Services, cloud: str, members: tuple[Member, ...]) -> Group:
    group = Group(f"{identity.new_uuid(time.time())}~{len(members)}", members)
    # Hosts that name no cloud deliver groups, too.
    await services.io.run(services.catalog.records(CLOUDS).put, group.id, {"cloud": cloud})
    document = {"files": [{"uuid": each.uuid, "effects": each.effects} for each in members]}
    await services.io.run(Timeline(services.catalog, KIND, cloud).put, group.id, document)
    return group


async def find(services: Services, cloud: str, group_id: str) -> Group:
    """Raises NotFound."""
    known = is_group_id(group_id)
    document = await services.io.run(Timeline(services.catalog, KIND, cloud).get, group_id) if known else None
    if document is None:
        raise NotFound("Not found.")
    return Group(group_id, tuple(Member(each["uuid"], each["effects"]) for each in document["files"]))


async def find_anywhere(services: Services, group_id: str) -> tuple[str, Group]:
    """A group of any cloud, and the cloud. Raises NotFound."""
    known = is_group_id(group_id)
    pointer = await services.io.run(services.catalog.records(CLOUDS).get, group_id) if known else None
    if pointer is None:
        raise NotFound("Not found.")
    return pointer["cloud"], await find(services, pointer["cloud"], group_id)


async def delete(services: Services, cloud: str, group: Group) -> None:
    """The files stay."""
    await services.io.run(Timeline(services.catalog, KIND, cloud).delete, group.id)
    await services.io.run(services.catalog.records(CLOUDS).delete, group.id)


async def files_of(services: Services, cloud: str, group: Group) -> list[Asset | None]:
    """In their order; None for files that are gone."""
    uuids = dict.fromkeys(each.uuid for each in group.members)
    found = await services.io.run(files.find_all, services.catalog, cloud, uuids)
    by_uuid = {asset.public_id: asset for asset in found}
    return [by_uuid.get(each.uuid) for each in group.members]


def group_document(group: Group, bases: Bases) -> dict[str, Any]:
    """Without its files."""
    return {
        "id": group.id,
        "datetime_created": group.created,
        "datetime_stored": None,
        "files_count": len(group.members),
        "cdn_url": f"{bases.cdn}/{group.id}/",
        "url": f"{bases.api}/groups/{group.id}/",
    }
