"""Removing uploads that nothing refers to.

In three steps, so that nothing in use is ever lost: a file of a day ago that no room keeps gets a mark; whoever puts it
into a message takes the mark away; what still has it an hour later goes. The bytes go only when no other file has the
same content, under a lock that a new upload of it takes too.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import structlog

from battito.platform.actor import Context
from battito.platform.database.pool import Tx
from battito.platform.files.service import LOCK_CONTENT, Files, content_key
from battito.platform.jobs.model import Job
from battito.platform.jobs.registry import recurring
from battito.platform.services import Services

log = structlog.get_logger(__name__)

Keeper = Callable[[Any, UUID, list[UUID]], Awaitable[set[UUID]]]
"""Given a connection, a workspace and ids of files: which of them something in the room refers to."""

KEEPERS: Final[dict[str, Keeper]] = {}

AGE_H: Final = 24
GRACE_H: Final = 1
BATCH: Final = 500

UNCHECKED: Final = """
/* any workspace: each file in its own */
select workspace_id, id from file where checked_at is null and created_at < now() - $1 * interval '1 hour' order by created_at limit $2
"""
CHECKED: Final = "update file set checked_at = now() where workspace_id = $1 and id = any($2)"
MARK: Final = "update file set unused_since = now() where workspace_id = $1 and id = any($2) and unused_since is null"
MARKED: Final = """
/* any workspace: each file in its own */
select workspace_id, id from file where unused_since < now() - $1 * interval '1 hour' order by unused_since limit $2
"""
UNMARK: Final = "update file set unused_since = null where workspace_id = $1 and id = any($2)"
DROP: Final = """
delete from file where workspace_id = $1 and id = any($2) and unused_since < now() - $3 * interval '1 hour'
returning sha256, preview_sha256
"""
STILL_USED: Final = "select exists(select 1 from file where workspace_id = $1 and (sha256 = $2 or preview_sha256 = $2))"
REMOVED: Final = """
insert into file_content_removed(workspace_id, sha256, at) values ($1, $2, clock_timestamp())
on conflict (workspace_id, sha256) do update set at = excluded.at
"""
FORGET: Final = "/* any workspace: old lines leave everywhere */ delete from file_content_removed where at < now() - interval '2 days'"


def keeps(name: str) -> Callable[[Keeper], Keeper]:
    """Declare what a room keeps files for."""

    def wrap(keeper: Keeper) -> Keeper:
        KEEPERS[name] = keeper
        return keeper

    return wrap


async def kept(connection: Any, workspace_id: UUID, ids: list[UUID]) -> set[UUID]:
    """Which of these files some room refers to."""
    found: set[UUID] = set()
    for keeper in KEEPERS.values():
        found |= await keeper(connection, workspace_id, [i for i in ids if i not in found])
    return found


@recurring("file.sweep", "23 * * * *", timeout_s=1800)
async def sweep(services: Services, job: Job) -> None:
    """Mark what is unused, remove what has been marked for an hour."""
    await mark(services)
    removed = await remove(services)
    async with services.database.reading() as connection:
        await connection.execute(FORGET)
    if removed:
        log.info("unused uploads were removed", files=removed)


async def mark(services: Services) -> None:
    """Look at each file of a day ago once."""
    while True:
        async with services.database.reading() as connection:
            rows = await connection.fetch(UNCHECKED, AGE_H, BATCH)
            for workspace_id, ids in _by_workspace(rows).items():
                used = await kept(connection, workspace_id, ids)
                await connection.execute(MARK, workspace_id, [i for i in ids if i not in used])
                await connection.execute(CHECKED, workspace_id, ids)
        if len(rows) < BATCH:
            return


async def remove(services: Services) -> int:
    """Remove what is still unused after the time of grace; how many files."""
    files, count = services.get(Files), 0
    while True:
        async with services.database.reading() as connection:
            rows = await connection.fetch(MARKED, GRACE_H, BATCH)
        for workspace_id, ids in _by_workspace(rows).items():
            async with services.database.transaction(Context.system(workspace_id, "Files")) as tx:
                used = await kept(tx.connection, workspace_id, ids)
                await tx.execute(UNMARK, tx.workspace_id, list(used))
                dropped = await tx.fetch(DROP, tx.workspace_id, [i for i in ids if i not in used], GRACE_H)
            count += len(dropped)
            for address in {a for row in dropped for a in (row["sha256"], row["preview_sha256"]) if a is not None}:
                await remove_content(services, files, workspace_id, address)
        if len(rows) < BATCH:
            return count


async def remove_content(services: Services, files: Files, workspace_id: UUID, address: bytes) -> None:
    """Remove bytes unless a file has them. A crash between the two steps leaves bytes that nobody can reach."""
    async with services.database.transaction(Context.system(workspace_id, "Files")) as tx:
        if not await _free(tx, address):
            return
    await files.storage.delete(workspace_id, address)


async def _free(tx: Tx, address: bytes) -> bool:
    await tx.execute(LOCK_CONTENT.format(shared=""), content_key(tx.workspace_id, address))
    if await tx.fetchval(STILL_USED, tx.workspace_id, address):
        return False
    await tx.execute(REMOVED, tx.workspace_id, address)
    return True


def _by_workspace(rows: list[Any]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["workspace_id"], []).append(row["id"])
    return found
