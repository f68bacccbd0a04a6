"""`battito restore`: put a back-up in the place of what is there, or leave what is there as it was.

What the database held is set aside in a schema of another name until everything has succeeded. Then the event log gets
a new epoch, because clients hold cursors of a later past that no longer happened.
"""

import time
from pathlib import Path
from typing import Any, Final

import asyncpg

from battito.operations.archive import DUMP, KEY, TOML, Manifest, Reader
from battito.operations.backup import SET_ASIDE
from battito.operations.contents import Bucket, Missing, files_folder, missing
from battito.operations.programs import OperationFailed, database_url, load
from battito.platform.database.migrations import MigrationError, all_migrations, migrate
from battito.platform.keyring import KeyRing, key_file, load_key_ring, parse_key_ring
from battito.platform.settings import Settings, SettingsError

_FIRST_XID: Final = 3  # the first transaction id PostgreSQL gives out (FirstNormalTransactionId)
_LAST_ID: Final = 2**63 - 1

# The log is read in the order of (xid, id), below the server's horizon. The transaction ids in a dump are another
# server's: those above this server's would be hidden now and come up as new later. So all events get small ones, in as
# many classes as there are consumers' places between them, and every consumer stands at the end of its class: what it
# had seen is behind it, what it had not is before it.
_PLACES: Final = "select distinct xid, event_id from consumer"
RENUMBER_EVENTS: Final = f"""
update event set xid = ({_FIRST_XID} + (
  select count(*) from ({_PLACES}) place where (place.xid, place.event_id) < (event.xid::text::bigint, event.id)
))::text::xid8
"""
RENUMBER_CONSUMERS: Final = f"""
with place as (select xid, event_id, row_number() over (order by xid, event_id) - 1 as class from ({_PLACES}) p)
update consumer set epoch = $1, xid = {_FIRST_XID} + place.class, event_id = {_LAST_ID}
from place where (consumer.xid, consumer.event_id) = (place.xid, place.event_id)
"""
# restoring the same back-up twice must not give the same epoch twice
NEW_EPOCH: Final = """
update installation set epoch = greatest(epoch + 1, extract(epoch from now())::bigint) returning epoch
"""


async def restore(settings: Settings, source: Path, *, force: bool = False) -> tuple[Manifest, Missing | str]:
    """Restore the back-up `source`. With `force` a database that holds something is replaced.

    What was restored, and which attachments its database names and the storage does not have (or why that is not known).

    Raises `OperationFailed`; then database, attachments and key ring are as they were before.
    """
    with Reader(source) as archive:
        manifest = archive.manifest
        _check_version(manifest)
        key_text = archive.read(KEY)
        _check_keys(settings, manifest, key_text, force=force)
        async with database_url(settings) as url:
            connection: Any = await asyncpg.connect(url, server_settings={"application_name": "battito-restore"})
            try:
                await _check_alone(connection)
                aside = await _set_aside(connection, force=force)
                try:
                    with archive.open(DUMP) as dumped:
                        load(settings, url, dumped)
                    await renew_log(connection)
                    await migrate(url)
                    _restore_files(settings, archive)
                    _install_key(settings, key_text)
                    _install_settings(settings, archive.read(TOML))
                except BaseException as error:
                    await _put_back(connection, aside)
                    raise _told(error) from error
                if aside:
                    await connection.execute(f"drop schema {aside} cascade")
                await connection.execute("analyze")
                gone: Missing | str
                try:
                    gone = await missing(settings, connection)
                except (OperationFailed, OSError) as error:
                    gone = str(error)
            finally:
                await connection.close()
        return manifest, gone


async def renew_log(connection: Any) -> int:
    """Give the restored event log a new epoch and transaction ids that this server can order; the epoch."""
    async with connection.transaction():
        epoch = int(await connection.fetchval(NEW_EPOCH))
        await connection.execute(RENUMBER_EVENTS)
        await connection.execute(RENUMBER_CONSUMERS, epoch)
    return epoch


def _check_version(manifest: Manifest) -> None:
    unknown = set(manifest.migrations) - {migration.number for migration in all_migrations()}
    if unknown:
        raise OperationFailed(
            f"This back-up was made by Battito {manifest.battito}, which is newer than this one (migration "
            f"{max(unknown):04d} is unknown here). Nothing was changed. Restore it with that version."
        )


def _check_keys(settings: Settings, manifest: Manifest, key_text: bytes | None, *, force: bool) -> None:
    if key_text is not None and not settings.secret_key:
        parse_key_ring(key_text.decode(), "the back-up's secret.key")
        return
    ring: KeyRing = load_key_ring(settings)
    missing = [key_id for key_id in manifest.key_ids if key_id not in ring.keys]
    if missing and not force:
        raise OperationFailed(
            f"The secrets in this back-up were encrypted with the key {', '.join(missing)}, which is neither in it nor "
            "in this installation's key ring. Nothing was changed. Add the key (BATTITO_SECRET_KEY or secret.key), or "
            "use --force and enter passwords of channels and sign-on again."
        )


async def _check_alone(connection: Any) -> None:
    running = await connection.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        "and application_name in ('battito', 'battito-bus')"
    )
    if running:
        raise OperationFailed("Battito is running on this database. Nothing was changed. Stop every node first.")


async def _set_aside(connection: Any, *, force: bool) -> str | None:
    """Empty the schema `public` by renaming it; the name under which its contents are kept."""
    tables = await connection.fetchval(
        "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    )
    if not tables:
        return None
    if not force:
        raise OperationFailed(
            f"The database is not empty: it has {tables} tables. Nothing was changed. "
            "`battito restore FILE --force` replaces all of it with the back-up."
        )
    name = f"{SET_ASIDE}_{int(time.time())}"
    async with connection.transaction():
        await connection.execute("set local lock_timeout = '10s'")
        await connection.execute(f"alter schema public rename to {name}")
        await connection.execute("create schema public")
        await _move_extensions(connection, name, "public")
    return name


async def _put_back(connection: Any, aside: str | None) -> None:
    async with connection.transaction():
        if aside:
            await _move_extensions(connection, "public", aside)
        await connection.execute("drop schema public cascade")
        await connection.execute(f"alter schema {aside} rename to public" if aside else "create schema public")


async def _move_extensions(connection: Any, source: str, target: str) -> None:
    """Extensions live in a schema too, and there is one of each in a database."""
    rows = await connection.fetch(
        "select quote_ident(extname) from pg_extension where extnamespace = $1::text::regnamespace and extrelocatable",
        source,
    )
    for (name,) in rows:
        await connection.execute(f"alter extension {name} set schema {target}")


def _restore_files(settings: Settings, archive: Reader) -> None:
    """Add the attachments. Those that are there already stay: a file's name is made from what is in it."""
    folder = files_folder(settings)
    if folder is None:
        bucket: Bucket | None = None
        for name, member in archive.files():
            bucket = bucket or Bucket(settings)
            with archive.stream(member) as content:
                bucket.write(str(name), content, member.size)
        return
    for name, member in archive.files():
        target = folder / name
        if not (target.is_file() and target.stat().st_size == member.size):
            archive.extract(member, target)


def _install_key(settings: Settings, text: bytes | None) -> None:
    path = key_file(settings)
    if text is None or settings.secret_key or (path.exists() and path.read_bytes() == text):
        return
    if path.exists():
        path.rename(path.with_name(f"secret.key.before-restore-{int(time.time())}"))
    path.touch(mode=0o600)
    path.write_bytes(text)


def _install_settings(settings: Settings, text: bytes | None) -> None:
    if text is not None and not settings.config.exists():
        settings.config.touch(mode=0o600)
        settings.config.write_bytes(text)


def _told(error: BaseException) -> BaseException:
    kept = "The database was put back as it was."
    if isinstance(error, (OperationFailed, MigrationError, SettingsError)):
        return OperationFailed(f"{error}\n{kept}")
    if isinstance(error, OSError):
        return OperationFailed(f"{error.filename or ''}: {error.strerror}. {kept}")
    if isinstance(error, asyncpg.PostgresError):
        return OperationFailed(f"The database refused: {error}. {kept}")
    return error
