"""A GIF as a video: made by a worker, pending until then."""

from starlette.responses import Response

from media.errors import UnsupportedOperation
from proxy.delivery.gate import open_changed
from proxy.delivery.videos import WantedVideo, deliver_video
from proxy.dialects.uploadcare.cdn.answers.opened import EXPOSED, Opened, caching
from proxy.dialects.uploadcare.cdn.semantics.video import read_video
from proxy.dialects.uploadcare.document import mime_of
from proxy.http.responses import disposition
from proxy.services import Services


async def video(services: Services, opened: Opened) -> Response:
    if opened.asset.format != "gif":
        raise UnsupportedOperation(f"gif2video is for GIFs; the file is {mime_of(opened.asset)}.")
    source, hold = open_changed(services, opened.asset, opened.grant)
    wanted = WantedVideo(read_video(source, opened.directives), opened.asset.cloud)
    headers = {**disposition("inline", opened.file_name), "Access-Control-Expose-Headers": EXPOSED}
    return await deliver_video(services, wanted, hold.bounded(caching(services)), opened.request, headers)
