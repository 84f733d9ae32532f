"""POST /base/: files in the body, and GET /info/: what is known of one."""

from starlette.responses import Response

from proxy.dialects.uploadcare import files, identity
from proxy.dialects.uploadcare.document import upload_document
from proxy.dialects.uploadcare.events import announce, arrivals
from proxy.dialects.uploadcare.upload.call import Call, answer
from proxy.dialects.uploadcare.upload.errors import UploadError
from proxy.http.uploads import Upload
from proxy.services import Services


async def upload(services: Services, call: Call) -> Response:
    """The answer is keyed by the fields' names, which pyuploadcare makes of the files' names."""
    coming = [(name, value) for name, value in call.form.items if isinstance(value, Upload)]
    if not coming:
        raise UploadError(400, "RequestBodyFilesRequiredError", "Request does not contain files.")
    said = [call.said(upload.filename or name) for name, upload in coming]
    kept = {}
    for (name, upload), each in zip(coming, said, strict=True):
        asset = await files.keep(services, call.cloud, await services.io.run(upload.read), each)
        await announce(services, call.tenant, asset, call.bases, *arrivals(asset))
        kept[name] = asset.public_id
    return answer(kept)


async def info(services: Services, call: Call) -> Response:
    file_id = call.texts.get("file_id", "").lower()
    if not file_id:
        raise UploadError(400, "FileIdRequiredError", "file_id is required.")
    if not identity.is_uuid(file_id):
        raise UploadError(400, "FileIdInvalidError", "file_id is invalid.")
    return answer(upload_document(await files.find(services, call.cloud, file_id)))
