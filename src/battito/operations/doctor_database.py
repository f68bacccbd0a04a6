"""The doctor's part on the database: reachable, recent, durable, migrated, able, in time and not held up."""

from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from battito.operations.contents import missing
from battito.operations.findings import Finding, failure, ok, warning
from battito.operations.programs import OperationFailed, database_url
from battito.platform.database.cluster import OLDEST_VERSION, DatabaseProblem
from battito.platform.database.migrations import MigrationError, plan
from battito.platform.settings import Settings, mask_url

_EXTENSIONS: Final = ("pg_trgm", "unaccent", "btree_gin")
_DRIFT_SECONDS: Final = 2.0
_LONG_TRANSACTION_SECONDS: Final = 300
_FILES: Final = 500


async def examine_database(settings: Settings) -> list[Finding]:
    """All findings about the database; the embedded one is started for it if it does not run."""
    if settings.database_url is None and not (settings.data / "postgres" / "PG_VERSION").exists():
        return [ok("database", "will be made in the data folder at the first start")]
    place = mask_url(settings.database_url) if settings.database_url else f"embedded, {settings.data / 'postgres'}"
    try:
        async with database_url(settings) as url:
            connection: Any = await asyncpg.connect(
                url, timeout=10, server_settings={"application_name": "battito-doctor"}
            )
            try:
                return [
                    await _server(connection, place),
                    await _durability(connection),
                    await _migrations(connection),
                    *[await _extension(connection, name) for name in _EXTENSIONS],
                    await _vector(connection),
                    await _clock(connection),
                    await _long_transactions(connection),
                    await _connections(connection, settings),
                    await _dead_jobs(connection),
                    await _contents(connection, settings),
                ]
            finally:
                await connection.close()
    except DatabaseProblem as error:
        return [failure("database", place, str(error))]
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        return [failure("database", f"{place}: {error}", "Correct the user or password in BATTITO_DATABASE_URL.")]
    except asyncpg.InvalidCatalogNameError as error:
        return [failure("database", f"{place}: {error}", "Create it (createdb), or correct BATTITO_DATABASE_URL.")]
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        mend = "Is PostgreSQL running there, and does it let this machine in (pg_hba.conf, firewall)?"
        return [failure("database", f"{place}: {error or type(error).__name__}", mend)]


async def _contents(connection: Any, settings: Settings) -> Finding:
    """The newest attachments have their bytes."""
    try:
        found = await missing(settings, connection, newest=_FILES)
    except OperationFailed as error:
        mend = "Correct BATTITO_FILES_URL and the AWS_* variables, or start the storage."
        return failure("attachments' bytes", str(error), mend)
    if found.names:
        shown = ", ".join(found.names[:3])
        mend = f"Copy them back to {mask_url(settings.files_url)} from a back-up of it; the conversations are whole without them."
        return warning(
            "attachments' bytes", f"{len(found.names)} of the newest {found.looked_at} are missing: {shown}", mend
        )
    return ok("attachments' bytes", f"the newest {found.looked_at} are there")


async def _server(connection: Any, place: str) -> Finding:
    version = connection.get_server_version()
    encoding = await connection.fetchval("show server_encoding")
    if version.major < OLDEST_VERSION:
        return failure("database", f"{place}: PostgreSQL {version.major}", f"Battito needs {OLDEST_VERSION} or later.")
    if encoding != "UTF8":
        mend = "Make a new one with UTF8 and restore a back-up into it: createdb -E UTF8 -T template0 NAME"
        return failure("database", f"{place}: its encoding is {encoding}", mend)
    return ok("database", f"{place}: PostgreSQL {await connection.fetchval('show server_version')}")


async def _durability(connection: Any) -> Finding:
    off = [
        name
        for name in ("fsync", "synchronous_commit", "full_page_writes")
        if await connection.fetchval("select current_setting($1)", name) in ("off", "local")
    ]
    if off:
        mend = "Switch them on in postgresql.conf: after a power cut, messages that were acknowledged would be gone."
        return failure("durability", f"{', '.join(off)} switched off", mend)
    return ok("durability", "what is acknowledged is on disk")


async def _migrations(connection: Any) -> Finding:
    try:
        found = await plan(connection)
    except MigrationError as error:
        return failure("migrations", str(error), "Do not start Battito before that is settled.")
    if found.pending:
        names = ", ".join(migration.label for migration in found.pending[:3])
        mend = "`battito migrate` runs them; so does every start. Make a back-up first."
        return warning("migrations", f"{len(found.pending)} to run: {names}", mend)
    return ok("migrations", f"{len(found.done)} have run, none is missing")


async def _extension(connection: Any, name: str) -> Finding:
    if await connection.fetchval("select true from pg_available_extensions where name = $1", name):
        return ok(f"{name}", "available")
    return failure(name, "this server does not have it", "Install PostgreSQL's contrib package on the server.")


async def _vector(connection: Any) -> Finding:
    version = await connection.fetchval("select default_version from pg_available_extensions where name = 'vector'")
    if version is None:
        mend = "Install pgvector on the server (Debian: postgresql-18-pgvector); suggestions by meaning need it."
        return warning("pgvector", "this server does not have it", mend)
    return ok("pgvector", str(version))


async def _clock(connection: Any) -> Finding:
    """Half of the round trip is the error of the comparison."""
    before = datetime.now(UTC)
    there = await connection.fetchval("select clock_timestamp()")
    after = datetime.now(UTC)
    drift = (there - (before + (after - before) / 2)).total_seconds()
    if abs(drift) > _DRIFT_SECONDS:
        mend = "Let both machines keep time by NTP (systemd-timesyncd, chrony): deadlines are computed on each."
        return failure("clock", f"the database's clock is {drift:+.1f} s from this machine's", mend)
    return ok("clock", f"{abs(drift) * 1000:.0f} ms from the database's")


async def _long_transactions(connection: Any) -> Finding:
    row = await connection.fetchrow(
        "select pid, application_name, extract(epoch from now() - xact_start)::int as age from pg_stat_activity "
        "where xact_start is not null and pid <> pg_backend_pid() order by xact_start limit 1"
    )
    if row and row["age"] > _LONG_TRANSACTION_SECONDS:
        name = row["application_name"] or "a client"
        mend = (
            f"It holds back live updates and clean-up. If it is not needed: select pg_terminate_backend({row['pid']})"
        )
        return warning("transactions", f"{name} (process {row['pid']}) has one open for {row['age']} s", mend)
    return ok("transactions", "none is open for long")


async def _connections(connection: Any, settings: Settings) -> Finding:
    limit = int(await connection.fetchval("show max_connections"))
    used = await connection.fetchval("select count(*) from pg_stat_activity where backend_type = 'client backend'")
    detail = f"{used} of {limit} in use"
    if limit - used < settings.database_pool + 5:
        mend = "Raise max_connections on the server, or lower BATTITO_DATABASE_POOL."
        return warning("connections", f"{detail}, and one node takes {settings.database_pool}", mend)
    return ok("connections", detail)


async def _dead_jobs(connection: Any) -> Finding:
    if not await connection.fetchval("select to_regclass('public.dead_job') is not null"):
        return ok("background work", "not begun yet")
    dead = await connection.fetchval("select count(*) from dead_job")
    late = await connection.fetchval("select count(*) from job where due_at < now() - interval '10 minutes'")
    if dead:
        mend = "Administration > Background work shows them, and why; each can be tried again."
        return warning("background work", f"{dead} jobs gave up", mend)
    if late:
        return warning(
            "background work", f"{late} jobs are more than ten minutes late", "Is a node of Battito running?"
        )
    return ok("background work", "nothing failed, nothing is late")
