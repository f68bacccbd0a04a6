"""REST doors of files: `POST /files`, `GET /files/{id}` with ranges, its preview, and signed addresses for visitors."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Stream

from battito.platform.actor import Context
from battito.platform.errors import Forbidden, Gone, Invalid, NotFound
from battito.platform.files.model import StoredFile
from battito.platform.files.service import Files, check_clean
from battito.platform.files.serving import Plan, plan, safe_headers
from battito.platform.files.storage import ContentMissing
from battito.platform.services import Services

PIECE: Final = 256 * 1024


class Attachment(msgspec.Struct, kw_only=True):
    """A stored file, in the shape of a message's attachment."""

    id: UUID
    name: str
    content_type: str
    size: int
    inline: bool = False
    content_id: str | None = None
    url: str
    preview_url: str | None
    width: int | None
    height: int | None
    duration: float | None
    scan: str


def shown(file: StoredFile) -> Attachment:
    """A stored file as the API shows it."""
    return Attachment(
        id=file.id, name=file.name, content_type=file.content_type, size=file.size, url=file.url, preview_url=file.preview_url,
        width=file.width, height=file.height, duration=file.duration, scan=file.scan,
    )  # fmt: skip


@post("/")
async def upload(
    context: Context,
    services: Services,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Attachment:
    """Keep a file, to be named in a message's `attachments`. The form's field is called `file`; a voice note may give its
    `duration` in seconds."""
    if not (context.allows("conversations.handle") or context.allows("contacts.import")):
        context.require("conversations.handle")
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid("Send the file in a form field called «file».", field="file")
    stored = await services.get(Files).put(
        context.workspace_id, file.filename or "file", _pieces(file), claimed_type=file.content_type or "",
        duration=_duration(data.get("duration")), created_by=context.user_id,
    )  # fmt: skip
    return shown(stored)


def _duration(value: Any) -> float | None:
    try:
        seconds = float(value) if value not in (None, "") else None
    except (TypeError, ValueError):
        raise Invalid("This is not a number of seconds.", field="duration") from None
    if seconds is not None and not 0 <= seconds <= 86_400:
        raise Invalid("A duration lies between 0 and 86,400 seconds.", field="duration")
    return seconds


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece


@get("/{file_id:uuid}")
async def download(
    request: Request[Any, Any, Any], context: Context, services: Services, file_id: UUID
) -> Response[Any]:
    """A file. `?download` asks for it as a download; byte ranges are answered, so that sound and video can be wound."""
    return await _serve(request, services, await _readable(context, services, file_id))


@get("/{file_id:uuid}/preview")
async def preview(context: Context, services: Services, file_id: UUID) -> Response[Any]:
    """A picture of at most 640 pixels (WebP)."""
    return await _preview(services, await _readable(context, services, file_id))


@get("/{file_id:uuid}/signed/{token:str}")
async def signed(request: Request[Any, Any, Any], services: Services, file_id: UUID, token: str) -> Response[Any]:
    """A file by a signed address, without sign-in; `?preview` for its small picture."""
    files = services.get(Files)
    file = await files.find(files.opened(file_id, token), file_id)
    answer = await (_preview(services, file) if "preview" in request.query_params else _serve(request, services, file))
    answer.headers["cross-origin-resource-policy"] = "cross-origin"  # the widget lives in the company's own page
    return answer


async def _readable(context: Context, services: Services, file_id: UUID) -> StoredFile:
    file = await services.get(Files).find(context.workspace_id, file_id)
    if not context.allows("conversations.read") and file.created_by != context.actor.id:
        raise Forbidden("This needs the permission «conversations.read».", permission="conversations.read")
    return file


async def _serve(request: Request[Any, Any, Any], services: Services, file: StoredFile) -> Response[Any]:
    check_clean(file)
    found: Plan = plan(file, range_header=request.headers.get("range"), download="download" in request.query_params)
    if request.headers.get("if-none-match") == found.headers.get("etag") and found.status == 200:
        return Response(None, status_code=304, headers=found.headers)
    if found.status == 416:
        return Response(b"", status_code=416, headers=found.headers)
    body = services.get(Files).stream(file, found.start, found.end)
    try:
        first = await anext(body, b"")
    except ContentMissing as error:
        raise Gone("The file storage no longer has this file's content.") from error
    length = {"content-length": str(found.end - found.start)}
    return Stream(
        _rest(first, body),
        status_code=found.status,
        headers={**found.headers, **length},
        media_type=found.headers["content-type"],
    )


async def _rest(first: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for piece in body:
        yield piece


async def _preview(services: Services, file: StoredFile) -> Response[bytes]:
    check_clean(file)
    if file.preview_sha256 is None:
        raise NotFound("This file has no preview.")
    try:
        content = await services.get(Files).storage.read(file.workspace_id, file.preview_sha256)
    except ContentMissing as error:
        raise Gone("The file storage no longer has this preview.") from error
    headers = {**safe_headers(file, download=False), "etag": f'"{file.preview_sha256.hex()[:32]}"'}
    headers["content-disposition"] = "inline"
    headers["content-type"] = "image/webp"
    return Response(content, headers=headers, media_type="image/webp")


router: Any = Router(path="/files", route_handlers=[upload, download, preview, signed], tags=["Files"])
