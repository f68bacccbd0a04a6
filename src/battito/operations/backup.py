"""`battito backup`: database, attachments, key ring and settings in one file, while Battito runs or not."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from battito import __version__
from battito.operations.archive import DUMP, FILES, FORMAT, KEY, MANIFEST, TOML, Manifest, Writer
from battito.operations.contents import Bucket, files_folder
from battito.operations.programs import OperationFailed, database_url, dump
from battito.platform.keyring import key_file, load_key_ring
from battito.platform.settings import Settings, mask_url

SET_ASIDE: Final = "battito_set_aside"  # see restore.py
_COUNTED: Final = ("workspace", "app_user", "contact", "conversation", "message", "event")


class Made(msgspec.Struct, frozen=True):
    """A back-up that was made: where, how large, how many attachments in it."""

    path: Path
    size: int
    attachments: int
    manifest: Manifest


async def make_backup(
    settings: Settings,
    target: Path | None = None,
    *,
    with_files: bool = True,
    with_key: bool = True,
    with_bucket: bool = False,
) -> Made:
    """Write a back-up to `target` (a file, or a folder in which it is named by its time). Raises `OperationFailed`.

    Attachments in a bucket are only copied with `with_bucket`: it may hold more than a disk does.

    The database is one consistent snapshot. Attachments are copied after it: they are added before the rows that name
    them and never changed, so each one that the snapshot names is there.
    """
    target = _place(settings, target)
    async with database_url(settings) as url:
        manifest = await _describe(settings, url, with_files=with_files, with_bucket=with_bucket)
        try:
            writer = Writer(target)
        except OSError as error:
            raise OperationFailed(f"{target} cannot be written: {error.strerror}.") from error
        try:
            with tempfile.TemporaryDirectory(prefix=".battito-", dir=target.parent) as folder:
                dumped = Path(folder) / DUMP
                dump(settings, url, dumped, f"--exclude-schema={SET_ASIDE}*")
                writer.add_bytes(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
                writer.add_file(DUMP, dumped)
            if with_key and not settings.secret_key:
                writer.add_bytes(KEY, key_file(settings).read_bytes())
            if settings.config.is_file():
                writer.add_file(TOML, settings.config)
            count = 0
            if manifest.files == "included" and files_folder(settings) is None:
                for name, size, source in Bucket(settings).objects():
                    writer.add_stream(f"{FILES}{name}", source, size)
                    count += 1
            for path, name in _attachments(settings) if manifest.files == "included" else ():
                try:
                    writer.add_file(f"{FILES}{name}", path)
                except FileNotFoundError:
                    continue  # a retention rule has just removed it; the snapshot's row goes the same way
                count += 1
            return Made(target, writer.finish(), count, manifest)
        except OSError as error:
            raise OperationFailed(
                f"The back-up could not be written: {error.strerror} ({error.filename or target}). "
                "Nothing of it was left behind."
            ) from error
        finally:
            writer.abandon()


def _place(settings: Settings, target: Path | None) -> Path:
    named = f"battito-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
    if target is None:
        folder = settings.data / "backups"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / named
    if target.is_dir():
        return target / named
    if not target.parent.is_dir():
        raise OperationFailed(f"There is no folder {target.parent}.")
    return target


def _attachments(settings: Settings) -> Iterator[tuple[Path, str]]:
    folder = files_folder(settings)
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path, path.relative_to(folder).as_posix()


async def _describe(settings: Settings, url: str, *, with_files: bool, with_bucket: bool) -> Manifest:
    connection: Any = await asyncpg.connect(url, server_settings={"application_name": "battito-backup"})
    try:
        if not await connection.fetchval("select to_regclass('public.migration') is not null"):
            raise OperationFailed("This database holds nothing of Battito: there is nothing to back up.")
        rows = {}
        for table in _COUNTED:
            if await connection.fetchval("select to_regclass('public.' || $1) is not null", table):
                rows[table] = await connection.fetchval(f"select count(*) from {table}")
        remote = files_folder(settings) is None and not with_bucket
        return Manifest(
            format=FORMAT,
            battito=__version__,
            created_at=datetime.now(UTC),
            postgres=await connection.fetchval("show server_version"),
            epoch=await connection.fetchval("select epoch from installation"),
            migrations=[row[0] for row in await connection.fetch("select number from migration order by number")],
            key_ids=list(load_key_ring(settings).keys),
            rows=rows,
            files=f"kept in {mask_url(settings.files_url)}" if remote else "included" if with_files else "left out",
        )
    finally:
        await connection.close()
