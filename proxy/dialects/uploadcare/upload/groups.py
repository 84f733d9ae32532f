"""POST /group/ and GET /group/info/."""

import re
from typing import Any

from starlette.responses import Response

from media.errors import NotFound
from proxy.dialects.uploadcare import groups
from proxy.dialects.uploadcare.document import upload_document
from proxy.dialects.uploadcare.groups import Group, Member
from proxy.dialects.uploadcare.upload.call import Call, answer
from proxy.dialects.uploadcare.upload.errors import UploadError
from proxy.services import Services

#: ``files[0]`` of pyuploadcare, ``files[]`` of the JavaScript client.
_FILES = re.compile(r"files\[[0-9]{0,4}\]\Z", re.ASCII)


async def create(services: Services, call: Call) -> Response:
    written = [value for name, value in call.form.items if _FILES.match(name) and isinstance(value, str)]
    written = written or [value for name, value in call.texts.items() if _FILES.match(name)]
    if not written:
        raise UploadError(400, "GroupFilesRequiredError", "no files[N] parameters found.")
    if len(written) > groups.MOST_FILES:
        limit = f"A group has at most {groups.MOST_FILES} files, got {len(written)}."
        raise UploadError(400, "GroupFilesLimitExceededError", limit)
    group = Group("", tuple(_member(each) for each in written))
    if None in await groups.files_of(services, call.cloud, group):
        raise UploadError(400, "GroupFilesNotFoundError", "some files not found.")
    created = await groups.create(services, call.cloud, group.members)
    return answer(await _document(services, call, created))


async def info(services: Services, call: Call) -> Response:
    group_id = call.texts.get("group_id", "").lower()
    if not group_id:
        raise UploadError(400, "GroupIdRequiredError", "group_id is required.")
    if not groups.is_group_id(group_id):
        raise UploadError(400, "GroupIdInvalidError", "group_id is invalid.")
    try:
        group = await groups.find(services, call.cloud, group_id)
    except NotFound as error:
        raise UploadError(404, "GroupNotFoundError", "group is not found.") from error
    return answer(await _document(services, call, group))


def _member(written: str) -> Member:
    member = groups.read_member(written)
    if member is None:
        message = f"this is not valid file url: {written[:120]}."
        raise UploadError(400, "GroupFileURLParsingFailedError", message)
    return member


async def _document(services: Services, call: Call, group: Group) -> dict[str, Any]:
    found = await groups.files_of(services, call.cloud, group)
    shown = [
        {**upload_document(asset), "default_effects": member.effects} if asset else None
        for member, asset in zip(group.members, found, strict=True)
    ]
    return {**groups.group_document(group, call.bases), "files": shown}
