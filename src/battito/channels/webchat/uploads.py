"""A visitor's files: taken before the message that carries them, once per id of the browser's choosing."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID, uuid5

from battito.channels.base import Account
from battito.channels.webchat.protocol import ShownFile
from battito.channels.webchat.sessions import Session
from battito.channels.webchat.settings import WebChatSettings
from battito.channels.webchat.thread import FILE_URL_S
from battito.platform.actor import Context
from battito.platform.errors import Forbidden, Invalid, NotFound, Problem, TooLarge
from battito.platform.files.model import StoredFile
from battito.platform.files.service import Files
from battito.platform.files.sniff import DANGEROUS
from battito.platform.http.raw import Receive
from battito.platform.services import Services

LONGEST_S: Final = 86_400
STALLED_S: Final = 30
"""An upload that brings nothing for so long is given up."""


def upload_id(session: UUID, client_id: UUID) -> UUID:
    """The stored file's id: the same for the same upload, and nobody else's whatever id a browser chooses."""
    return uuid5(session, client_id.hex)


def fits(types: list[str], content_type: str) -> bool:
    """Whether a sniffed type is one of `types` (`image/*`, `application/pdf`). What could act in a browser (SVG, HTML) or runs
    as a program never is, whatever the widget's settings say."""
    if content_type in DANGEROUS:
        return False
    kind = content_type.partition("/")[0]
    return any(t == content_type or t == f"{kind}/*" for t in types)


async def take_file(
    services: Services,
    session: Session,
    account: Account,
    client_id: UUID,
    *,
    name: str,
    duration: str,
    content_type: str,
    length: int,
    receive: Receive,
) -> tuple[ShownFile, bool]:
    """Keep an upload; False when it was kept before (the body is then not read).

    Raises `TooLarge`, `Forbidden` (files switched off), a 415 `Problem` naming what is taken, `Invalid`.
    """
    files = services.get(Files)
    settings: WebChatSettings = account.settings
    limit = min(settings.files.max_bytes, files.limit)
    if settings.files.max_count == 0:
        raise Forbidden("This chat takes no files.", code="no-files")
    if length > limit:
        raise TooLarge(f"At most {limit / 1e6:g} MB are taken here.")
    seconds = _seconds(duration)
    file_id = upload_id(session.id, client_id)
    try:
        return _shown(files, await files.find(session.workspace_id, file_id)), False
    except NotFound:
        pass
    file = await files.store(
        session.workspace_id,
        name or "file",
        _pieces(receive),
        claimed_type=content_type,
        duration=seconds,
        limit=limit,
        file_id=file_id,
    )
    if not fits(settings.files.types, file.content_type):
        taken = ", ".join(settings.files.types)
        raise Problem(
            f"«{file.name}» is {file.content_type}, and here only {taken} can be sent.",
            status=415,
            code="media-type",
            title="This kind of file cannot be sent here",
            fields={"file": "Another kind of file, please."},
        )
    async with services.database.transaction(Context.system(session.workspace_id, "Web chat")) as tx:
        file = await files.record(tx, file)
    return _shown(files, file), True


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        raise Invalid("This is not a number of seconds.", field="duration") from None
    if not 0 <= seconds <= LONGEST_S:
        raise Invalid("A duration lies between 0 and 86,400 seconds.", field="duration")
    return seconds


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        try:
            message = await asyncio.wait_for(receive(), STALLED_S)
        except TimeoutError:
            raise Problem(
                "Nothing of the file was kept: please send it again.",
                status=408,
                code="stalled",
                title="The file stopped coming",
            ) from None
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        if piece := message.get("body", b""):
            yield piece
        if not message.get("more_body"):
            return


def _shown(files: Files, file: StoredFile) -> ShownFile:
    url = files.sign(file.workspace_id, file.id, seconds=FILE_URL_S)
    return ShownFile(file.id, file.name, file.content_type, file.size, url, file.duration)
