"""What an endpoint of the Upload API gets: its fields, from query and body, and who calls."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from proxy.dialect import Endpoint
from proxy.dialects.uploadcare.bases import bases_of
from proxy.dialects.uploadcare.document import Bases
from proxy.dialects.uploadcare.files import Said
from proxy.dialects.uploadcare.projects import Tenant
from proxy.dialects.uploadcare.rate import take_rate
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.dialects.uploadcare.upload.auth import admit, names_key
from proxy.dialects.uploadcare.upload.fields import base_name, read_metadata, read_store, read_tags
from proxy.http.collector import Source
from proxy.http.forms import Form, read_form
from proxy.services import Services

API = "uploadcare_upload"
NO_STORE = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


class _AnyField(Mapping[str, Source]):
    """Whatever a file's field is called, it is a file: clients name it as the file, or ``file``."""

    def __getitem__(self, name: str) -> Source:
        return Source.FILE

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Call:
    """``texts`` are those of the query and of the body, which wins; ``form`` is the body."""

    tenant: Tenant
    is_signed: bool
    bases: Bases
    texts: Mapping[str, str]
    form: Form

    @property
    def cloud(self) -> str:
        return self.tenant.cloud

    def said(self, filename: str, mime: str = "") -> Said:
        """What the fields say of a file. Raises UploadError."""
        return Said(
            base_name(filename),
            read_store(self.texts, "UPLOADCARE_STORE", "store", autostore=self.tenant.project.autostore),
            mime,
            read_metadata(self.texts),
            read_tags(self.texts),
            is_unsigned=not self.is_signed,
        )


Action = Callable[[Services, Call], Awaitable[Response]]


def endpoint(action: Action, *, takes_files: bool = False, needs_signature: bool = True) -> Endpoint:
    """``needs_signature`` False: a project that asks for signatures asks for none here."""
    return partial(_answer, action, takes_files, needs_signature)


async def _answer(
    action: Action, takes_files: bool, needs_signature: bool, services: Services, request: Request
) -> Response:
    settings, clouds = services.settings.vendor(Uploadcare), services.settings.clouds
    authorization = request.headers.get("authorization", "")

    async def admit_early(form: Form) -> None:
        texts = {**request.query_params, **form.texts}
        if names_key(texts):
            admit(clouds, texts, authorization, needs_signature=needs_signature)

    sources = _AnyField() if takes_files else {}
    most = min(settings.max_direct_bytes, services.settings.limits.max_source_bytes)
    form = await read_form(services, request, sources, file_bytes=most, admit=admit_early)
    texts = {**request.query_params, **form.texts}
    uploader = admit(clouds, texts, authorization, needs_signature=needs_signature)
    await take_rate(services, uploader.tenant, API, settings.upload_requests_per_minute)
    return await action(
        services, Call(uploader.tenant, uploader.is_signed, bases_of(services, request), texts, form)
    )  # fmt: skip


def answer(document: Any, status: int = 200) -> Response:
    return JSONResponse(document, status, NO_STORE)
