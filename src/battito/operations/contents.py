"""The bytes of attachments, wherever they are kept: listed, copied into a back-up and out of it, and missed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, cast
from urllib.parse import unquote, urlsplit

import msgspec
import obstore

from battito.operations.programs import OperationFailed
from battito.platform.errors import Problem
from battito.platform.files.storage import Storage
from battito.platform.settings import Settings

NAMED: Final = """
/* any workspace: all of the installation's files, the newest first */
select distinct on (a.sha256, f.workspace_id) f.workspace_id, a.sha256, f.name
from (select * from file order by created_at desc limit $1) f
cross join lateral (values (f.sha256), (f.preview_sha256)) as a(sha256) where a.sha256 is not null
"""
PROBES: Final = 16


def files_folder(settings: Settings) -> Path | None:
    """The folder of attachments, or None if they are kept elsewhere."""
    parts = urlsplit(settings.files_url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


class Missing(msgspec.Struct, frozen=True):
    """What the database names and the storage does not have."""

    looked_at: int
    names: list[str]
    """Of the files, as people know them."""


async def missing(settings: Settings, connection: Any, *, newest: int = 2**62) -> Missing:
    """Look for the content of each file that the database names. Raises `OperationFailed` when the storage is away."""
    if not await connection.fetchval("select to_regclass('public.file') is not null"):
        return Missing(0, [])
    rows = await connection.fetch(NAMED, newest)
    folder = files_folder(settings)
    if folder is not None:
        gone = [r for r in rows if not (folder / Storage.key(r["workspace_id"], r["sha256"])).is_file()]
        return Missing(len(rows), sorted(r["name"] for r in gone))
    storage = Storage(settings.files_url)
    names: list[str] = []
    try:
        for start in range(0, len(rows), PROBES):
            some = rows[start : start + PROBES]
            there = await asyncio.gather(*(storage.has(r["workspace_id"], r["sha256"]) for r in some))
            names += [r["name"] for r, found in zip(some, there, strict=True) if not found]
    except Problem as error:
        raise OperationFailed(error.detail or str(error)) from error
    return Missing(len(rows), sorted(names))


class Bucket:
    """The objects of a bucket, for back-ups."""

    def __init__(self, settings: Settings) -> None:
        self._store = Storage(settings.files_url).store
        self._url = settings.files_url

    def objects(self) -> Iterator[tuple[str, int, IO[bytes]]]:
        """Name, size and content of each; read as a stream."""
        try:
            for some in obstore.list(self._store):
                for one in some:
                    yield (
                        one["path"],
                        one["size"],
                        cast("IO[bytes]", _Reading(obstore.open_reader(self._store, one["path"]))),
                    )
        except (OSError, obstore.exceptions.BaseError) as error:
            raise OperationFailed(f"{self._url} cannot be read: {str(error)[:300]}") from error

    def write(self, name: str, source: IO[bytes], size: int) -> None:
        """Put one object there, unless it is."""
        try:
            if obstore.head(self._store, name)["size"] == size:
                return
        except FileNotFoundError:
            pass
        except (OSError, obstore.exceptions.BaseError) as error:
            raise OperationFailed(f"{self._url} cannot be read: {str(error)[:300]}") from error
        try:
            obstore.put(self._store, name, source)
        except (OSError, obstore.exceptions.BaseError) as error:
            raise OperationFailed(f"{self._url} cannot be written: {str(error)[:300]}") from error


class _Reading:
    """What tarfile reads from."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def read(self, size: int = -1) -> bytes:
        return bytes(self._reader.read(size if size >= 0 else None))
