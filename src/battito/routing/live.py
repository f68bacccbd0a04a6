"""Giving work: what waits in a queue goes to whoever is available, has room, and has been idle longest.

One node of the installation does it (an advisory lock elects it; another takes over within a second when it goes).
Each round reads the truth, restores a routing engine from it, and carries its decisions out, each in a transaction
that checks again that nobody was faster. So there is no state to lose: kill -9 at any point changes nothing.
"""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog

from battito.conversations.actions.assign import Target, assign
from battito.platform.actor import Context
from battito.platform.database.pool import AWAY
from battito.platform.errors import Problem
from battito.platform.events.model import StoredEvent
from battito.platform.services import Services
from battito.platform.tasks import end_tasks
from battito.routing.engine import (
    AgentState,
    Assigned,
    Channel,
    Choice,
    Engine,
    InteractionState,
    Presence,
    Queue,
    Service,
    Settings,
    Snapshot,
)

log = structlog.get_logger(__name__)

LOCK: Final = 0x726F757465  # "route"
CHANNELS: Final = (Channel("voice", 100), Channel("webchat", 33), Channel("email", 20))
"""Units of an agent's hundred: three chats, or five e-mails, or a mixture."""
OTHER: Final = 25
SETTINGS: Final = Settings(channels=CHANNELS, choice=Choice.LONGEST_IDLE, by_level=False)
GATHER_S: Final = 0.03
LOOK_EVERY_S: Final = 5.0
WAITING_LIMIT: Final = 1000
WAKES: Final = ("conversation.", "message.created", "presence.", "user.", "team.", "queue.")

QUEUES: Final = (
    "select id, team_ids, priority, brand_id from queue where workspace_id = $1 and archived_at is null and gives_work"
)
AGENTS: Final = """
select u.id, u.brand_ids, array(select m.team_id from team_member m where m.workspace_id = u.workspace_id and m.user_id = u.id) as teams,
  greatest(p.since, (select max(c.last_message_at) from conversation c where c.workspace_id = u.workspace_id and c.owner_id = u.id and c.status <> 'resolved')) as free_since
from presence p join app_user u on u.id = p.user_id and u.workspace_id = p.workspace_id
where p.workspace_id = $1 and p.state = 'available' and u.disabled_at is null
  and exists(select 1 from user_role ur join role r on r.id = ur.role_id and r.workspace_id = ur.workspace_id
             where ur.workspace_id = u.workspace_id and ur.user_id = u.id and 'conversations.handle' = any(r.permissions))
order by u.id
"""
# held: what an agent has to answer now, and chats under way; a mail that waits for the customer takes no room
HELD: Final = """
select c.id, c.queue_id, c.channel, c.owner_id, c.created_at from conversation c
where c.workspace_id = $1 and c.owner_kind = 'agent' and c.owner_id = any($2) and c.merged_into is null
  and (c.status = 'open' or (c.status = 'waiting' and c.live))
"""
WAITING: Final = """
select c.id, c.queue_id, c.channel, coalesce(c.waiting_since, c.created_at) as since,
  case c.priority when 'urgent' then 20 when 'high' then 5 when 'low' then -5 else 0 end as priority
from conversation c
where c.workspace_id = $1 and c.queue_id = any($2) and c.status = 'open' and c.owner_id is null and c.merged_into is null and c.waiting_since is not null
order by c.waiting_since limit $3
"""
WORKSPACES: Final = """
/* any workspace: the router serves them all */
select distinct workspace_id from conversation where queue_id is not null and status = 'open' and owner_id is null
"""


class Giver:
    """Runs on every node; works on the one that holds the lock."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._dirty: set[UUID] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        services.hub.listeners.append(self.hear)

    def hear(self, event: StoredEvent) -> None:
        """Remember which workspace may have work to give."""
        if event.type.startswith(WAKES):
            self._dirty.add(event.workspace_id)
            self._wake.set()

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="giving work")

    async def stop(self) -> None:
        """End; the lock goes with the connection."""
        await end_tasks([self._task])

    async def _run(self) -> None:
        while True:
            connection = None
            try:
                connection = await asyncpg.connect(
                    self._services.database_url, server_settings={"application_name": "battito-router"}
                )
                while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                    await asyncio.sleep(0.5)
                await self._give_forever(connection)
            except (*AWAY, asyncpg.PostgresError) as error:
                log.warning("giving work: the database is away, trying again", error=str(error))
                await asyncio.sleep(0.5)
            finally:
                if connection is not None:
                    connection.terminate()

    async def _give_forever(self, lock: Any) -> None:
        while True:
            async with self._services.database.reading() as connection:
                everywhere = {r["workspace_id"] for r in await connection.fetch(WORKSPACES)}
            self._dirty |= everywhere
            end = asyncio.get_running_loop().time() + LOOK_EVERY_S
            while (left := end - asyncio.get_running_loop().time()) > 0:
                self._wake.clear()
                dirty, self._dirty = self._dirty, set()
                for workspace in dirty:
                    try:
                        await self.give(workspace)
                    except Problem:
                        log.exception("giving work failed; it is tried again", workspace=str(workspace))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left):  # wait_for may swallow a cancellation in Python 3.11
                        await self._wake.wait()
                await asyncio.sleep(GATHER_S)
            await lock.fetchval("select 1")  # a lost connection is a lost lock

    async def give(self, workspace: UUID) -> int:
        """One round for one workspace; how many conversations found somebody."""
        now = datetime.now(UTC).timestamp()
        async with self._services.database.reading() as connection:
            queues = await connection.fetch(QUEUES, workspace)
            waiting = (
                await connection.fetch(WAITING, workspace, [q["id"] for q in queues], WAITING_LIMIT) if queues else []
            )
            if not waiting:
                return 0
            agents = await connection.fetch(AGENTS, workspace)
            held = await connection.fetch(HELD, workspace, [a["id"] for a in agents])
        engine = Engine.restore(picture(queues, agents, held, waiting))
        given = 0
        for decision in engine.settle(now):
            if isinstance(decision, Assigned):
                given += await self._carry_out(workspace, UUID(str(decision.interaction)), UUID(str(decision.agent)))
        return given

    async def _carry_out(self, workspace: UUID, conversation: UUID, agent: UUID) -> int:
        try:
            async with self._services.database.transaction(Context.system(workspace, "Battito")) as tx:
                free = await tx.fetchval(
                    "select true from conversation where workspace_id = $1 and id = $2 and owner_id is null and status = 'open' and merged_into is null for update",
                    tx.workspace_id, conversation,
                )  # fmt: skip
                still = await tx.fetchval(
                    "select state = 'available' from presence where workspace_id = $1 and user_id = $2 for share",
                    tx.workspace_id,
                    agent,
                )
                if not free or not still:
                    return 0
                await assign(tx, conversation, Target(user_id=agent))
                return 1
        except Problem as problem:
            log.warning(
                "a conversation could not be given",
                conversation=str(conversation),
                agent=str(agent),
                problem=str(problem),
            )
            return 0


def picture(queues: list[Any], agents: list[Any], held: list[Any], waiting: list[Any]) -> Snapshot:
    """The engine's state of what the tables say: who is there with which work, and what waits. Times as Unix seconds."""
    kinds = {c.kind for c in CHANNELS} | {r["channel"] for r in (*held, *waiting)}
    channels = (*CHANNELS, *(Channel(k, OTHER) for k in sorted(kinds - {c.kind for c in CHANNELS})))
    at_once = Service(auto_accept=True, wrap_up_s=0.0)
    known = {q["id"] for q in queues}
    elsewhere = "elsewhere"  # work of queues that are archived, or that came without one, still takes room
    return Snapshot(
        settings=Settings(channels=channels, choice=SETTINGS.choice, by_level=SETTINGS.by_level),
        queues=[
            *(Queue(id=q["id"], members_only=True, service=at_once, priority=float(q["priority"])) for q in queues),
            Queue(id=elsewhere, members_only=True, service=at_once),
        ],
        agents=[
            AgentState(
                id=a["id"], presence=Presence.AVAILABLE, free_since=a["free_since"].timestamp(), accounted_at=a["free_since"].timestamp(),
                queues=[q["id"] for q in queues if member(a, q)],
            )
            for a in agents
        ],
        interactions=[
            *(
                InteractionState(
                    id=h["id"], queue=h["queue_id"] if h["queue_id"] in known else elsewhere, channel=h["channel"],
                    entered_at=h["created_at"].timestamp(), agent=h["owner_id"], accepted=True,
                )
                for h in held
            ),
            *(
                InteractionState(id=w["id"], queue=w["queue_id"], channel=w["channel"], entered_at=w["since"].timestamp(), priority=float(w["priority"]))
                for w in waiting
            ),
        ],
    )  # fmt: skip


def member(agent: Any, queue: Any) -> bool:
    """Whether the queue's teams (everybody, without teams) and its brand admit this person."""
    in_team = not queue["team_ids"] or bool(set(queue["team_ids"]) & set(agent["teams"]))
    return in_team and (
        agent["brand_ids"] is None or queue["brand_id"] is None or queue["brand_id"] in agent["brand_ids"]
    )
