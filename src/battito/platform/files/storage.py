"""Where bytes lie: a folder (`file://`) or a bucket (`s3://`), under `<workspace>/<sha256>`. Written once, never changed.

In a folder each file is also flushed to the disk, with its folder, before it counts as kept: what was acknowledged
survives a power cut. A bucket answers only when it has the bytes.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.store import LocalStore, S3Store

from battito.platform.errors import Unavailable

PIECE: Final = 256 * 1024


class ContentMissing(Exception):
    """The database knows the file, the store does not have its bytes."""


class Storage:
    """Content-addressed bytes."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.folder: Path | None = None
        self._store: Any
        if parts.scheme == "file":
            self.folder = Path(unquote(parts.path))
            self.folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(self.folder)
        else:
            options: dict[str, Any] = {}
            if os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"):
                options["client_options"] = {"allow_http": True}
            self._store = S3Store.from_url(url, **options)

    @property
    def store(self) -> Any:
        """The obstore behind it, for back-ups."""
        return self._store

    @staticmethod
    def key(workspace_id: UUID, sha256: bytes) -> str:
        """The object's name."""
        return f"{workspace_id}/{sha256.hex()}"

    async def has(self, workspace_id: UUID, sha256: bytes) -> bool:
        """Whether these bytes are there."""
        try:
            await obstore.head_async(self._store, self.key(workspace_id, sha256))
        except FileNotFoundError:
            return False
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _away(error) from error
        return True

    async def put(self, workspace_id: UUID, sha256: bytes, content: bytes | Path) -> None:
        """Keep bytes, or a temporary file's. Writing the same again changes nothing."""
        key = self.key(workspace_id, sha256)
        try:
            await obstore.put_async(self._store, key, content)
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _away(error) from error
        if self.folder is not None:
            await asyncio.to_thread(_flush, self.folder / key)

    async def read(self, workspace_id: UUID, sha256: bytes) -> bytes:
        """All bytes. Raises `ContentMissing`, `Unavailable`."""
        return b"".join([piece async for piece in self.stream(workspace_id, sha256)])

    async def stream(
        self, workspace_id: UUID, sha256: bytes, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Bytes from `start` up to `end` (not included), in pieces. Raises `ContentMissing`, `Unavailable`."""
        options: Any = None
        if end is not None:
            options = {"range": (start, end)}
        elif start:
            options = {"range": {"offset": start}}
        try:
            result = await obstore.get_async(self._store, self.key(workspace_id, sha256), options=options)
            async for piece in result.stream(min_chunk_size=PIECE):
                yield bytes(piece)
        except FileNotFoundError as error:
            raise ContentMissing(self.key(workspace_id, sha256)) from error
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _away(error) from error

    async def delete(self, workspace_id: UUID, sha256: bytes) -> None:
        """Remove bytes that no file uses any more; nothing happens when they are gone already."""
        try:
            await obstore.delete_async(self._store, self.key(workspace_id, sha256))
        except FileNotFoundError:
            return
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _away(error) from error


def _away(error: BaseException) -> Unavailable:
    return Unavailable(
        f"The file storage does not answer: {str(error)[:300]}. Nothing was lost: try again in a moment."
    )


def _flush(path: Path) -> None:
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
