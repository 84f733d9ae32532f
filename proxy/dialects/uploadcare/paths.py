"""Path templates: what the SDKs really send. Pure, but for telling the router.

``{end:slashes}``: no slash at the end, one or several (pyuploadcare sends ``/group//``; a redirect would break a
signature). ``{uuid:uuid36}``: 36 characters, so that ``/files/image/upload/…`` stays Cloudinary's, of a cloud called
``files``: our paths have a uuid or a word of ours where its have a resource type.
"""

from starlette.convertors import Convertor, register_url_convertor


class _Text(Convertor[str]):
    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Slashes(_Text):
    regex = "/*"


class _Uuid(_Text):
    regex = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

    def convert(self, value: str) -> str:
        return value.lower()


class _Unknown(_Text):
    """The rest of a path that is nobody's, but for ``/files/image/upload/cat`` of a cloud that is called ``files``. Its
    shortest form ``/files/cat`` is ours."""

    regex = r"(?!(?:image|video|raw|iu|images|videos|files|authenticated_images|private_images)/)[\s\S]*"


register_url_convertor("slashes", _Slashes())
register_url_convertor("uuid36", _Uuid())
register_url_convertor("unknown", _Unknown())
