"""Migrations: plain SQL files, in the order of their numbers, each in one transaction, checksummed, one runner at a time.

Every room keeps its own in `migrations/NNNN_what.sql`; numbers are unique over all rooms, so the order is total.
A file that ran is never edited again: its checksum is compared at every start.
"""

import hashlib
import itertools
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import asyncpg
import msgspec

from battito.platform.database.presumed import presume_statistics

ROOMS: Final = (
    "platform", "accounts", "calendars", "contacts", "conversations", "channels", "routing", "automation", "insights", "sla", "twin",
)  # fmt: skip
LOCK: Final = 0x62617474  # "batt": the advisory lock that admits one runner
_NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")


class MigrationError(Exception):
    """The database and the program's migrations do not fit; the message says which and what to do."""


class Migration(msgspec.Struct, frozen=True, order=True):
    """One file. `checksum` is the SHA-256 of its text."""

    number: int
    name: str
    room: str
    sql: str
    checksum: str

    @property
    def label(self) -> str:
        """`0030 conversations/base`."""
        return f"{self.number:04d} {self.room}/{self.name}"


class Plan(msgspec.Struct, frozen=True):
    """What a run would do."""

    done: list[Migration]
    pending: list[Migration]


def _of_room(room: str) -> list[Migration]:
    folder: Traversable = files("battito") / room / "migrations"
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        if match := _NAME.match(file.name):
            sql = file.read_text(encoding="utf-8")
            if not re.sub(r"--[^\n]*|/\*.*?\*/|[\s;]", "", sql, flags=re.DOTALL):
                raise MigrationError(
                    f"{room}/migrations/{file.name} holds no statement: it was cut off on its way here. Nothing was changed. "
                    "Bring the program's files back as they were released."
                )
            found.append(Migration(int(match[1]), match[2], room, sql, hashlib.sha256(sql.encode()).hexdigest()))
        elif file.name.endswith(".sql"):
            raise MigrationError(f"{room}/migrations/{file.name}: a migration is called NNNN_what.sql")
    return found


def all_migrations() -> list[Migration]:
    """Every migration of every room, in order. Raises `MigrationError` for two with the same number."""
    migrations = sorted(m for room in ROOMS for m in _of_room(room))
    for a, b in itertools.pairwise(migrations):
        if a.number == b.number:
            raise MigrationError(
                f"{a.label} and {b.label} have the same number: give the newer one the next free number"
            )
    return migrations


async def plan(connection: Any) -> Plan:
    """Compare the files with the database. Raises `MigrationError` for a changed file or a database of a newer program."""
    migrations = all_migrations()
    exists = await connection.fetchval("select to_regclass('public.migration') is not null")
    rows = await connection.fetch("select number, label, checksum from migration order by number") if exists else []
    applied = {r["number"]: r for r in rows}
    known = {m.number: m for m in migrations}
    for number, row in applied.items():
        if number not in known:
            raise MigrationError(
                f"The database has migration {row['label']}, which this version of Battito does not know: "
                "it was made by a newer version. Start that version, or restore a back-up made before the upgrade."
            )
        if row["checksum"] != known[number].checksum:
            raise MigrationError(
                f"Migration {known[number].label} was changed after it had run here. Put the file back as it was; "
                "a correction belongs in a new migration."
            )
    return Plan([m for m in migrations if m.number in applied], [m for m in migrations if m.number not in applied])


async def migrate(url: str, *, progress: Any = None) -> list[Migration]:
    """Bring the database at `url` up to date; the migrations that ran now. Safe to call from many nodes at once."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "battito-migrate", "timezone": "UTC"})
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await connection.execute(
            "create table if not exists migration(number int primary key, label text not null, checksum text not null,"
            " applied_at timestamptz not null default now())"
        )
        pending = (await plan(connection)).pending
        for migration in pending:
            if progress:
                progress(migration.label)
            try:
                async with connection.transaction():
                    await connection.execute(migration.sql)
                    await connection.execute(
                        "insert into migration(number, label, checksum) values ($1, $2, $3)",
                        migration.number, migration.label, migration.checksum,
                    )  # fmt: skip
            except asyncpg.PostgresError as error:
                raise MigrationError(f"Migration {migration.label} failed and was undone: {error}") from error
        await presume_statistics(connection)
        return pending
    finally:
        await connection.close()
