"""The node's files: taking them in, reading them, signing addresses for visitors, examining them in the background."""

import asyncio
import base64
import hashlib
import hmac
import re
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from battito.kit.ids import uuid7
from battito.platform.actor import Context
from battito.platform.database.pool import Tx
from battito.platform.errors import Forbidden, Invalid, NotFound, TooLarge, Unavailable
from battito.platform.files import pictures
from battito.platform.files.model import StoredFile
from battito.platform.files.sniff import HEAD, sniff
from battito.platform.files.storage import Storage
from battito.platform.keyring import KeyRing
from battito.platform.services import Services

IN_MEMORY: Final = 2_000_000
"""Larger uploads pass through a temporary file."""
NAME_LIMIT: Final = 200
SIGNED_FOR_S: Final = 3600
CLOCKS_DIFFER: Final = timedelta(seconds=30)

INSERT: Final = """
insert into file(id, workspace_id, sha256, name, content_type, size, width, height, duration, scan, preview_sha256, created_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
# the same content, scanned before in this workspace, needs no second scan
KNOWN: Final = "select scan from file where workspace_id = $1 and sha256 = $2 and scan in ('clean', 'infected') order by created_at desc limit 1"
FIND: Final = "select * from file where workspace_id = $1 and id = $2"
LOCK_CONTENT: Final = "select pg_advisory_xact_lock{shared}(hashtextextended($1, 0))"
REMOVED_SINCE: Final = (
    "select exists(select 1 from file_content_removed where workspace_id = $1 and sha256 = any($2) and at >= $3)"
)

_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]+")


class Files:
    """`services.get(Files)`."""

    def __init__(self, services: Services) -> None:
        self._services, self._database = services, services.database
        self.storage = Storage(services.settings.files_url)
        self.limit = services.settings.file_limit_mb * 1_000_000
        self._temporary = services.settings.data / "tmp"

    async def put(
        self,
        workspace_id: UUID,
        name: str,
        content: bytes | AsyncIterable[bytes],
        *,
        claimed_type: str = "",
        duration: float | None = None,
        created_by: UUID | None = None,
        limit: int | None = None,
        file_id: UUID | None = None,
        trusted: bool = False,
    ) -> StoredFile:
        """Keep a file; durable when this returns. A repeated `file_id` returns the file kept first.

        `limit` in bytes replaces the installation's. `trusted` skips scan and preview (raw payloads that nobody opens).
        Raises `TooLarge`, `Unavailable`.
        """
        file = await self.store(
            workspace_id, name, content, claimed_type=claimed_type, duration=duration, created_by=created_by, limit=limit,
            file_id=file_id, trusted=trusted,
        )  # fmt: skip
        async with self._database.transaction(Context.system(workspace_id)) as tx:
            return await self.record(tx, file)

    async def store(
        self,
        workspace_id: UUID,
        name: str,
        content: bytes | AsyncIterable[bytes],
        *,
        claimed_type: str = "",
        duration: float | None = None,
        created_by: UUID | None = None,
        limit: int | None = None,
        file_id: UUID | None = None,
        trusted: bool = False,
    ) -> StoredFile:
        """Only the bytes: the file counts once `record` has written it (in the caller's transaction)."""
        limit = limit or self.limit
        began = datetime.now(UTC)
        if isinstance(content, bytes):
            if len(content) > limit:
                raise _too_large(name, limit)
            sha256, size, head = hashlib.sha256(content).digest(), len(content), content[:HEAD]
            shared = await self.storage.has(workspace_id, sha256)
            if not shared:
                await self.storage.put(workspace_id, sha256, content)
            whole: bytes | None = content
        else:
            sha256, size, head, whole, shared = await self._receive(workspace_id, name, content, limit)
        kind = sniff(head, name, claimed_type)
        width = height = preview = None
        if not trusted and kind in pictures.FORMATS and size <= pictures.MOST_BYTES:
            whole = whole if whole is not None else await self.storage.read(workspace_id, sha256)
            picture = await asyncio.to_thread(pictures.look, whole, kind)
            if picture is not None:
                width, height = picture.width, picture.height
                if picture.preview is not None:
                    preview = hashlib.sha256(picture.preview).digest()
                    await self.storage.put(workspace_id, preview, picture.preview)
        scanned = self._services.settings.clamd is not None and not trusted
        return StoredFile(
            id=file_id or uuid7(), workspace_id=workspace_id, sha256=sha256, name=safe_name(name), content_type=kind, size=size, width=width,
            height=height, duration=duration, scan="pending" if scanned else "skipped", preview_sha256=preview, created_by=created_by,
            created_at=datetime.now(UTC), stored_from=began if shared or preview is not None else None,
        )  # fmt: skip

    async def record(self, tx: Tx, file: StoredFile) -> StoredFile:
        """As `record_file`."""
        return await record_file(tx, file)

    async def _receive(
        self, workspace_id: UUID, name: str, pieces: AsyncIterable[bytes], limit: int
    ) -> tuple[bytes, int, bytes, bytes | None, bool]:
        """Take a stream in: hash, size, first bytes, the whole of it where it is small, and whether its bytes were there already."""
        digest, size, small = hashlib.sha256(), 0, bytearray()
        spilled: Any = None
        path: Path | None = None
        try:
            async for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise _too_large(name, limit)
                digest.update(piece)
                if spilled is None:
                    small += piece
                    if size > IN_MEMORY:
                        self._temporary.mkdir(parents=True, exist_ok=True)
                        spilled = tempfile.NamedTemporaryFile(dir=self._temporary, prefix="upload-", delete=False)  # noqa: SIM115
                        path = Path(spilled.name)
                        await asyncio.to_thread(spilled.write, bytes(small))
                        del small[HEAD:]
                else:
                    await asyncio.to_thread(spilled.write, piece)
            sha256 = digest.digest()
            if spilled is not None:
                spilled.close()
            shared = await self.storage.has(workspace_id, sha256)
            if not shared:
                await self.storage.put(workspace_id, sha256, path if path is not None else bytes(small))
            return sha256, size, bytes(small[:HEAD]), bytes(small) if path is None else None, shared
        finally:
            if spilled is not None and path is not None:
                spilled.close()
                path.unlink(missing_ok=True)

    async def find(self, workspace_id: UUID, file_id: UUID) -> StoredFile:
        """What is known of a file. Raises `NotFound`."""
        async with self._database.reading() as connection:
            row = await connection.fetchrow(FIND, workspace_id, file_id)
        if row is None:
            raise NotFound("There is no such file in this workspace.")
        return stored_from(row)

    async def read(self, workspace_id: UUID, file_id: UUID) -> bytes:
        """A file's bytes, for a channel that sends it or a job. Raises `NotFound`, `ContentMissing`, `Unavailable`, and
        `Forbidden` for an infected one."""
        file = await self.find(workspace_id, file_id)
        check_clean(file)
        return await self.storage.read(workspace_id, file.sha256)

    async def stream(self, file: StoredFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """A file's bytes in pieces, `end` not included."""
        async for piece in self.storage.stream(file.workspace_id, file.sha256, start, end):
            yield piece

    def sign(self, workspace_id: UUID, file_id: UUID, *, seconds: float = SIGNED_FOR_S) -> str:
        """An address that opens this file to whoever has it, for some time: for visitors of the web chat."""
        expires = int(time.time() + seconds)
        token = workspace_id.bytes + expires.to_bytes(6, "big")
        signature = self._signature(file_id, token)
        return f"/api/v1/files/{file_id}/signed/{base64.urlsafe_b64encode(token + signature).decode().rstrip('=')}"

    def opened(self, file_id: UUID, text: str) -> UUID:
        """The workspace of a signed address. Raises `Forbidden` when it is forged or over."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            raw = b""
        token, signature = raw[:22], raw[22:]
        if len(raw) != 22 + 16 or not hmac.compare_digest(signature, self._signature(file_id, token)):
            raise Forbidden("This address is not one of ours.")
        if int.from_bytes(token[16:22], "big") < time.time():
            raise Forbidden("This address is over: open the conversation again to get a new one.", code="expired")
        return UUID(bytes=token[:16])

    def _signature(self, file_id: UUID, token: bytes) -> bytes:
        key = self._services.get(KeyRing).derive("signed files")
        return hmac.digest(key, file_id.bytes + token, "sha256")[:16]


async def record_file(tx: Tx, file: StoredFile) -> StoredFile:
    """Write a stored file's row; leaves a scan behind where one is due. A repeated id returns the file kept first."""
    row = await tx.fetchrow(FIND, tx.workspace_id, file.id)
    if row is not None:
        return stored_from(row)
    if file.stored_from is not None:
        await _check_content(tx, file, file.stored_from)
    if file.scan == "pending":
        file.scan = await tx.fetchval(KNOWN, tx.workspace_id, file.sha256) or "pending"
    await tx.execute(
        INSERT, file.id, tx.workspace_id, file.sha256, file.name, file.content_type, file.size, file.width, file.height, file.duration,
        file.scan, file.preview_sha256, file.created_by, file.created_at,
    )  # fmt: skip
    if file.scan == "pending":
        tx.enqueue("file.examine", {"file_id": str(file.id)}, unique_key=f"file.examine {file.id}")
    return file


async def _check_content(tx: Tx, file: StoredFile, since: datetime) -> None:
    """Hold the content until the end of the transaction; raise `Unavailable` when it was removed while the file was stored:
    the same bytes may have lain there before, of an upload that nobody used, and counted as there."""
    addresses = [a for a in (file.sha256, file.preview_sha256) if a is not None]
    for address in sorted(addresses):
        await tx.execute(LOCK_CONTENT.format(shared="_shared"), content_key(tx.workspace_id, address))
    # the nodes' clocks and the database's may differ by some seconds
    if await tx.fetchval(REMOVED_SINCE, tx.workspace_id, addresses, since - CLOCKS_DIFFER):
        raise Unavailable(f"«{file.name}» could not be kept at this moment: please send it again in a minute.")


def content_key(workspace_id: UUID, sha256: bytes) -> str:
    """The name of a content's lock."""
    return f"content {workspace_id} {sha256.hex()}"


def safe_name(name: str) -> str:
    """A file's name as we show and send it: without paths, control and direction characters, not too long."""
    last = re.split(r"[/\\]", name)[-1] if name.strip("/\\") else ""
    clean = _UNSAFE.sub("_", last).strip(" .") or "file"
    if len(clean) <= NAME_LIMIT:
        return clean
    stem, dot, extension = clean.rpartition(".")
    return (
        f"{stem[: NAME_LIMIT - len(extension) - 1]}.{extension}" if dot and len(extension) <= 10 else clean[:NAME_LIMIT]
    )


def check_clean(file: StoredFile) -> None:
    """Raise `Forbidden` for an infected file, `Invalid("scan-pending")` for one that is not scanned yet."""
    if file.scan == "infected":
        raise Forbidden(
            f"«{file.name}» is kept closed: the virus scanner found {file.scan_detail or 'something'} in it.",
            code="infected",
        )
    if file.scan == "pending":
        problem = Invalid(f"«{file.name}» is being scanned. Try again in a moment.", code="scan-pending", status=409)
        problem.headers["retry-after"] = "2"
        raise problem


def stored_from(row: asyncpg.Record) -> StoredFile:
    """A row of `file` as its struct."""
    return StoredFile(**{name: row[name] for name in StoredFile.__struct_fields__ if name != "stored_from"})


def _too_large(name: str, limit: int) -> TooLarge:
    return TooLarge(f"«{safe_name(name)}» is larger than the {limit / 1_000_000:g} MB that are taken.", limit=limit)
