"""A random day through the real actions, and what the events say of it."""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from battito.accounts.actions.me import set_presence
from battito.accounts.models import PresenceState
from battito.conversations.actions.assign import Target, assign, transfer
from battito.conversations.actions.state import reopen, resolve
from battito.platform.errors import Problem
from battito.platform.services import Services
from battito.routing.actions.offers import accept_offer, decline_offer
from battito.routing.actions.wrap_up import end_wrap_up, start_wrap_up
from tests.conversations.doing import do
from tests.routing.doing import heard, live_offer, wait_in
from tests.support.leading import routed
from tests.support.workspace import Furnished


async def noon_now(connection: Any, workspace: Furnished) -> None:
    """Give the workspace a time zone in which it is about noon, so that today does not end during a test."""
    hours = 12 - datetime.now(UTC).hour
    zone = "Etc/UTC" if hours == 0 else f"Etc/GMT{-hours:+d}"
    await connection.execute("update workspace set timezone = $2 where id = $1", workspace.id, zone)


async def a_day(
    services: Services, connection: Any, workspace: Furnished, queues: list[UUID], *, seed: int, steps: int
) -> list[UUID]:
    """People and customers do things at random; every refusal is fine."""
    dice = random.Random(seed)
    people = [workspace.agent, workspace.other, workspace.supervisor]
    found: list[UUID] = []
    for _ in range(steps):
        who = dice.choice(people)
        what = dice.choice(["come", "come", "come", "accept", "accept", "decline", "take", "resolve", "resolve", "move", "free", "wrap", "end", "again", "presence"])  # fmt: skip
        try:
            if what == "come" or not found:
                channel = dice.choice(["email", "webchat", "voice"])
                one = await wait_in(connection, workspace, dice.choice(queues), channel, dice.uniform(0, 90))
                await connection.execute("update conversation set live = $2 where id = $1", one, channel != "email")
                found.append(await heard(connection, workspace, one))
            else:
                await _do(services, connection, workspace, dice, who, what, dice.choice(found), queues)
        except Problem:
            pass
        if dice.random() < 0.4:
            await routed(services, workspace)
    await routed(services, workspace)
    return found


async def _do(
    services: Services, connection: Any, workspace: Furnished, dice: random.Random, who: Any, what: str, one: UUID, queues: list[UUID]
) -> None:  # fmt: skip
    boss = workspace.supervisor.context
    if what in ("accept", "decline"):
        offer = await live_offer(connection, one)
        if offer is None:
            return
        asked = next(m for m in workspace.members.values() if m.id == offer["agent_id"])
        await do(services, asked.context, lambda tx: accept_offer(tx, offer["id"]) if what == "accept" else decline_offer(tx, offer["id"], None))  # fmt: skip
    elif what == "take":
        await do(services, who.context, lambda tx: assign(tx, one, Target(user_id=who.id)))
    elif what == "resolve":
        await do(services, boss, lambda tx: resolve(tx, one))
    elif what == "move":
        await do(services, boss, lambda tx: transfer(tx, one, Target(queue_id=dice.choice(queues)), keep_place=dice.random() < 0.5))  # fmt: skip
    elif what == "free":
        await do(services, boss, lambda tx: assign(tx, one, Target()))
    elif what == "again":
        await do(services, boss, lambda tx: reopen(tx, one))
    elif what == "presence":
        state: PresenceState = dice.choice(["available", "available", "busy", "away"])
        await do(services, who.context, lambda tx: set_presence(tx, state, None))
    else:
        row = await connection.fetchrow("select id, agent_id from interaction where conversation_id = $1 and state = $2", one, "handling" if what == "wrap" else "wrap-up")  # fmt: skip
        if row is None or row["agent_id"] is None:
            return
        owner = next(m for m in workspace.members.values() if m.id == row["agent_id"])
        await do(services, owner.context, lambda tx: start_wrap_up(tx, row["id"]) if what == "wrap" else end_wrap_up(tx, row["id"]))  # fmt: skip


async def told(connection: Any, workspace: Furnished) -> list[dict[str, Any]]:
    """Every interaction as the events of the day told it: its last word, from `interaction.*` alone."""
    rows = await connection.fetch(
        "select data->'interaction' as i from event where workspace_id = $1 and type like 'interaction.%' order by xid, id", workspace.id
    )  # fmt: skip
    last: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = row["i"]
        last[one["id"]] = one
    return list(last.values())


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
