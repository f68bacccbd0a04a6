"""Who routes which workspace: a lease with a fencing token.

A node is alive as long as its session holds an advisory lock (`LOCK_CLASS`, its own key), which a kill -9 ends at once, and
as long as it beats. Whoever takes a lease raises its token; every write of a router locks the lease's row and compares.
"""

from typing import Any, Final
from uuid import UUID

LOCK_CLASS: Final = 0x726F7574  # "rout"
SILENT_S: Final = 4.0
"""A node that lives but does not beat for so long has hung: its leases are free."""

HOLD: Final = "select pg_try_advisory_lock($1, $2)"
_FREE: Final = f"""
(l.beat_at < now() - interval '{SILENT_S} seconds' or not exists(
  select from pg_locks k where k.locktype = 'advisory' and k.classid = {LOCK_CLASS} and k.objid = l.lock_key::oid and k.granted
    and k.database = (select oid from pg_database where datname = current_database())))
"""
TAKE: Final = f"""
insert into routing_lease as l (workspace_id, node, lock_key, token, beat_at)
select w.id, $2, $3, 1, now() from workspace w where w.id = $1 and exists(select from queue q where q.workspace_id = w.id and q.archived_at is null)
on conflict (workspace_id) do update set node = excluded.node, lock_key = excluded.lock_key, token = l.token + 1, beat_at = now()
where l.node = excluded.node or {_FREE}
returning token
"""
BEAT: Final = "/* any workspace: a node beats for all that it routes */ update routing_lease set beat_at = now() where node = $1 returning workspace_id, token"
LEAVE: Final = "/* any workspace: a node that stops leaves all that it routes */ update routing_lease set node = '', lock_key = 0 where node = $1"
# without a lease: those that have work for somebody, or something whose time comes
ORPHANS: Final = f"""
/* any workspace: a node looks for those that nobody routes */
select w.workspace_id from (
  select workspace_id from conversation where queue_id is not null and status = 'open' and owner_id is null and merged_into is null and waiting_since is not null
  union select workspace_id from interaction where state in ('queued', 'offered', 'wrap-up')
) w left join routing_lease l on l.workspace_id = w.workspace_id
where l.workspace_id is null or l.node = $1 or {_FREE}
"""
LOST: Final = f"""
/* any workspace: a node takes over from another that went */
select l.workspace_id from routing_lease l
where l.node <> $1 and (l.node <> '' or l.beat_at > now() - interval '10 seconds') and {_FREE}
"""
# waits for a takeover that is under way, and holds off the next one until this transaction is over. A router that hangs
# in the middle of its transaction is cut off, so that it delays nobody.
GUARD: Final = """
select pg_current_xact_id()::text::bigint as xid, set_config('idle_in_transaction_session_timeout', '2000', true)
from routing_lease where workspace_id = $1 and token = $2 for share
"""


async def take(connection: Any, workspace_id: UUID, node: str, key: int) -> int | None:
    """Take, or take again, a workspace's lease; its new token. None: a living node has it, or it has no queue."""
    token: int | None = await connection.fetchval(TAKE, workspace_id, node, key)
    return token


async def beat(connection: Any, node: str) -> dict[UUID, int]:
    """Say that this node lives; the workspaces it routes with their tokens."""
    return {record["workspace_id"]: record["token"] for record in await connection.fetch(BEAT, node)}


async def guard(connection: Any, workspace_id: UUID, token: int) -> int | None:
    """Hold the lease until the end of this transaction; the transaction's id. None: the token is stale."""
    record = await connection.fetchrow(GUARD, workspace_id, token)
    return None if record is None else int(record["xid"])
