"""Promises through the real actions and events: what is due, told, escalated, measured."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from battito.calendars.actions import remove_calendar, save_calendar
from battito.calendars.models import CalendarWish, WeekHours
from battito.conversations.actions import assign, marks, merge, state
from battito.conversations.batcher import Batcher
from battito.conversations.models import Author, Delivery, Message, Post
from battito.conversations.promises import Promise
from battito.conversations.queries.detail import get_detail
from battito.kit.ids import uuid7
from battito.platform.actor import ActorKind
from battito.platform.errors import Conflict, Problem
from battito.platform.jobs import Jobs
from battito.platform.services import Services
from battito.sla.actions import order_policies, remove_policy, save_policy
from battito.sla.follow import HEARD
from battito.sla.models import Policy, PolicyWish, Target, Targets
from battito.sla.queries import try_conversation
from tests.conversations.doing import agent, do, row, undo
from tests.conversations.state import Client, lawful
from tests.conversations.test_fresh_state import make_world
from tests.routing.doing import a_queue, eventually
from tests.support.workspace import Furnished, a_conversation

pytestmark = pytest.mark.postgres

HOUR = 3600.0
EXAMPLES = int(os.environ.get("BATTITO_EXAMPLES", "4"))


def wish(name: str = "Promessa", **fields: Any) -> PolicyWish:
    return msgspec.convert({"name": name, **fields}, PolicyWish)


async def promise(services: Services, workspace: Furnished, name: str = "Promessa", **fields: Any) -> Policy:
    """A policy, applied to what is open."""
    policy = await do(services, workspace.administrator.context, lambda tx: save_policy(tx, None, wish(name, **fields)))
    await applied(services, workspace)
    return policy


async def applied(services: Services, workspace: Furnished) -> None:
    """Every open conversation has been looked at again."""

    async def done() -> bool:
        async with services.database.reading() as connection:
            return not await connection.fetchval(
                "select count(*) from job where workspace_id = $1 and kind = 'sla.apply'", workspace.id
            )

    await eventually(done, "the policies are not applied", seconds=20)


async def writes(
    services: Services, workspace: Furnished, conversation: UUID, *, ago_s: float = 0, default_s: float | None = None, kind: str = "customer"
) -> None:  # fmt: skip
    """The customer (or a bot) writes; `default_s`: what the channel promises."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    message = Message(
        id=uuid7(), conversation_id=conversation, author=Author(ActorKind(kind), None, "Teresa"), channel="email", text="Buongiorno",
        status=Delivery.received, client_id=uuid4(), created_at=at,
    )  # fmt: skip
    due = None if default_s is None else at + timedelta(seconds=default_s)
    await services.get(Batcher).post(Post(workspace_id=workspace.id, message=message, due_at=due))


async def clocks(services: Services, workspace: Furnished, conversation: UUID) -> dict[str, Promise]:
    """The promises in the conversation's detail, by kind (the last of each)."""
    async with services.database.reading() as connection:
        detail = await get_detail(connection, workspace.agent.context, None, conversation)
    return {} if detail.sla is None else {clock.kind: clock for clock in detail.sla.clocks}


STATE = (
    "select id, seq, status, waiting_since, due_at, due_kind from conversation where workspace_id = $1",
    "select * from sla_case where workspace_id = $1",
    "select id, name, enabled, removed_at from sla_policy where workspace_id = $1",
    "select id, kind, args, due_at, now(), attempts, leased_by, last_error from job where workspace_id = $1 or queue = 'slow'",
)
"""What to look at when the clocks do not come to it."""


async def until(
    services: Services, workspace: Furnished, conversation: UUID, check: Callable[[Any, dict[str, Promise]], Any]
) -> dict[str, Promise]:
    """Wait for the clocks to have heard."""

    async def look() -> Any:
        found = await clocks(services, workspace, conversation)
        return [found] if check(await row(services, workspace.agent.context, conversation), found) else None

    try:  # a change of policies is a chain of jobs, one after the other: long on a busy machine
        seen: list[dict[str, Promise]] = await eventually(look, "the clocks do not come to it", seconds=60)
    except AssertionError:
        async with services.database.reading() as c:
            for sql in STATE:
                print([dict(r) for r in await c.fetch(sql, workspace.id)])
        raise
    return seen[0]


async def events(connection: Any, workspace: Furnished, kind: str) -> list[Any]:
    return [
        r["data"] for r in await connection.fetch("select data from event where workspace_id = $1 and type = $2 order by xid, id", workspace.id, kind)
    ]  # fmt: skip


MANY = 101
"""One more than a job looks at in one transaction."""


async def test_a_job_that_began_while_a_policy_held_does_not_forget_it(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    """The policy goes while a job is half-way through the conversations: the first half was told under it."""
    ids = sorted([await a_conversation(connection, workspace) for _ in range(MANY)])
    now = datetime.now(UTC)
    for one in (ids[0], ids[-1]):
        await writes(services, workspace, one, default_s=900)
    policy = await promise(services, workspace, targets={"first": {"target_s": 8 * HOUR}})
    first = (services, workspace, ids[0])
    await until(*first, lambda r, c: near(r.due_at, now + timedelta(hours=8)))
    admin = workspace.administrator.context
    async with connection.transaction():
        await connection.execute("select from conversation where id = $1 for update", ids[-1])
        changed = wish(targets={"first": {"target_s": 2 * HOUR}})
        await do(services, admin, lambda tx: save_policy(tx, policy.id, changed))
        await until(*first, lambda r, c: near(r.due_at, now + timedelta(hours=2)))
        await do(services, admin, lambda tx: remove_policy(tx, policy.id))
    for one in (ids[0], ids[-1]):
        await until(services, workspace, one, lambda r, c: near(r.due_at, now + timedelta(minutes=15)))


def near(a: datetime | None, b: datetime) -> bool:
    return a is not None and abs((a - b).total_seconds()) < 2


async def test_a_promise_from_the_message_to_the_resolution(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await promise(
        services, workspace,
        targets={"first": {"target_s": HOUR}, "next": {"target_s": 2 * HOUR}, "resolution": {"target_s": 30 * HOUR}},
    )  # fmt: skip
    one = await a_conversation(connection, workspace)
    now = datetime.now(UTC)
    await writes(services, workspace, one, default_s=60)
    await until(services, workspace, one, lambda r, c: "first" in c and near(r.due_at, now + timedelta(hours=1)))
    shown = await row(services, workspace.agent.context, one)
    assert shown.due_kind == "first"
    assert near(shown.warn_at, now + timedelta(minutes=48))
    await writes(services, workspace, one, kind="system")  # a machine's word
    await agent(services, workspace.agent.context, one)
    found = await until(services, workspace, one, lambda r, c: c["first"].state == "met" and r.due_at is None)
    assert found["resolution"].paused_by == "waiting"
    assert found["first"].wall_s < 5
    await writes(services, workspace, one)
    found = await until(services, workspace, one, lambda r, c: r.due_kind == "next" and "next" in c)
    assert found["next"].target_s == 2 * HOUR
    await do(services, workspace.agent.context, lambda tx: state.resolve(tx, one))
    found = await until(services, workspace, one, lambda r, c: c["resolution"].state == "met")
    assert found["next"].state == "dropped", "nobody answered, and nobody waits any more"
    kept = await connection.fetch(
        "select kind, outcome, agent_id, wall_s, decided_at from sla_run where conversation_id = $1", one
    )
    by_kind = {r["kind"]: r for r in kept}
    assert by_kind["first"]["agent_id"] == workspace.agent.id
    assert by_kind["resolution"]["outcome"] == "met"
    assert await events(connection, workspace, "sla.breached") == []


async def test_warned_and_broken_are_told_once_and_escalate(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    queue, label = await a_queue(connection, workspace), uuid7()
    await connection.execute(
        "insert into label(id, workspace_id, name) values ($1, $2, 'In ritardo')", label, workspace.id
    )
    policy = await promise(
        services, workspace, "Rapida",
        targets={"first": {"target_s": 1.6, "warn_share": 0.5}},
        escalations=[
            {"on": "warned", "steps": [{"do": "priority"}]},
            {"on": "breached", "kinds": ["first"], "steps": [
                {"do": "priority", "priority": "urgent"}, {"do": "queue", "queue_id": str(queue)}, {"do": "label", "labels": [str(label)]},
                {"do": "notify", "who": ["supervisors", "owner"]},
            ]},
            {"on": "breached", "kinds": ["resolution"], "steps": [{"do": "label", "labels": [str(label)]}]},
        ],
    )  # fmt: skip
    one, answered = await a_conversation(connection, workspace), await a_conversation(connection, workspace)
    await do(
        services, workspace.agent.context, lambda tx: assign.assign(tx, one, assign.Target(user_id=workspace.agent.id))
    )
    for conversation in (one, answered):
        await writes(services, workspace, conversation)
    await agent(services, workspace.agent.context, answered)

    async def moved() -> bool:
        now = await row(services, workspace.agent.context, one)
        return now.queue_id == queue and workspace.supervisor.id in now.mentions

    await eventually(moved, "nothing was escalated", seconds=20)
    now = await row(services, workspace.agent.context, one)
    assert (now.priority, now.labels) == ("urgent", [label])
    assert {workspace.supervisor.id} <= set(now.mentions)
    (warned,), (broken,) = (
        await events(connection, workspace, "sla.warned"),
        await events(connection, workspace, "sla.breached"),
    )
    assert (warned["conversation_id"], broken["conversation_id"]) == (str(one), str(one))
    assert (broken["kind"], broken["policy"]["name"], broken["policy"]["id"]) == ("first", "Rapida", str(policy.id))
    found = await clocks(services, workspace, one)
    assert (found["first"].state, found["first"].ended_at) == ("breached", None)
    await agent(services, workspace.agent.context, one, override=True)
    found = await until(services, workspace, one, lambda r, c: c["first"].ended_at is not None)
    assert found["first"].state == "breached", "an answer too late mends nothing"
    said = await connection.fetch("select text from message where conversation_id = $1 and kind = 'note'", one)
    assert len(said) == 1
    assert said[0]["text"].startswith("Scaduta: la prima risposta")
    assert len(await events(connection, workspace, "sla.breached")) == 1


async def test_a_lost_timer_is_wound_up_and_what_went_by_is_told(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await promise(services, workspace, targets={"first": {"target_s": HOUR}})
    one = await a_conversation(connection, workspace)
    await writes(services, workspace, one, ago_s=HOUR - 40)  # warned already, broken in 40 s
    await until(services, workspace, one, lambda r, c: "first" in c and c["first"].warned_at is not None)
    # the node was away: its timer is gone, and the moment passed
    await connection.execute("delete from job where workspace_id = $1", workspace.id)
    await connection.execute(
        "update sla_run set started_at = started_at - interval '2 minutes' where conversation_id = $1", one
    )
    await connection.execute(
        "update sla_case set next_at = now() - interval '1 minute' where conversation_id = $1", one
    )
    await services.get(Jobs).enqueue("sla.sweep", {}, workspace_id=workspace.id)
    await until(services, workspace, one, lambda r, c: c["first"].state == "breached")
    await services.get(Jobs).enqueue("sla.tick", {"conversation_id": str(one)}, workspace_id=workspace.id)
    await services.get(Jobs).enqueue("sla.tick", {"conversation_id": str(one)}, workspace_id=workspace.id)
    await eventually(lambda: _none_waits(connection, workspace), "timers go on", seconds=10)
    assert len(await events(connection, workspace, "sla.breached")) == 1
    assert len(await events(connection, workspace, "sla.warned")) == 1


async def _none_waits(connection: Any, workspace: Furnished) -> bool:
    return not await connection.fetchval(
        "select count(*) from job where workspace_id = $1 and kind = 'sla.tick' and due_at < now() + interval '5 seconds'", workspace.id
    )  # fmt: skip


async def test_the_first_that_holds_applies_and_changes_are_followed(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    queue, label = await a_queue(connection, workspace), uuid7()
    await connection.execute("insert into label(id, workspace_id, name) values ($1, $2, 'Oro')", label, workspace.id)
    one = await a_conversation(connection, workspace)
    now = datetime.now(UTC)
    await writes(services, workspace, one, default_s=900)

    def hours(n: float) -> Any:
        return lambda r, c: near(r.due_at, now + timedelta(hours=n))

    usual = await promise(services, workspace, "Tutti", targets={"first": {"target_s": 8 * HOUR}})
    await until(services, workspace, one, hours(8))
    gold = await promise(
        services, workspace, "Oro", conditions={"labels": [str(label)]}, targets={"first": {"target_s": 2 * HOUR}}
    )
    urgent = await promise(
        services, workspace, "Urgenti", conditions={"priorities": ["urgent"], "queues": [str(queue)]}, targets={"first": {"target_s": HOUR}}
    )  # fmt: skip
    admin, who = workspace.administrator.context, workspace.supervisor.context
    await do(services, admin, lambda tx: order_policies(tx, [urgent.id, gold.id, usual.id]))
    await do(services, who, lambda tx: marks.label(tx, one, add=[label]))
    await until(services, workspace, one, hours(2))
    await do(services, who, lambda tx: marks.prioritise(tx, one, "urgent"))
    await do(services, who, lambda tx: assign.assign(tx, one, assign.Target(queue_id=queue)))
    await until(services, workspace, one, hours(1))
    async with services.database.reading() as c:
        tried = await try_conversation(c, workspace.agent.context, one)
    assert tried.policy is not None
    assert (tried.policy.name, [look.holds for look in tried.looked]) == ("Urgenti", [True, True, True])
    # a policy that changes is as if it had always been so
    again = await do(
        services, admin, lambda tx: save_policy(tx, urgent.id, wish("Urgenti", targets={"first": {"target_s": 600}}))
    )
    assert again.version > urgent.version
    await until(services, workspace, one, hours(1 / 6))
    # without any, the channel's own promise holds again
    for policy in (usual, gold, urgent):
        await do(services, admin, lambda tx: remove_policy(tx, policy.id))  # noqa: B023
    await until(services, workspace, one, hours(0.25))
    await applied(services, workspace)
    assert await connection.fetchval("select count(*) from sla_case where workspace_id = $1", workspace.id) == 0


async def test_a_calendar_that_changes_moves_what_is_due(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    admin = workspace.administrator.context
    always = [WeekHours(list(range(7)), "00:00", "24:00")]
    calendar = await do(services, admin, lambda tx: save_calendar(tx, None, CalendarWish(name="Sempre", week=always)))
    await promise(services, workspace, calendar_id=str(calendar.id), targets={"first": {"target_s": HOUR}})
    one = await a_conversation(connection, workspace)
    now = datetime.now(UTC)
    await writes(services, workspace, one)
    await until(services, workspace, one, lambda r, c: near(r.due_at, now + timedelta(hours=1)))
    tomorrow = (now + timedelta(days=1)).weekday()
    utc = CalendarWish(name="Solo domani", timezone="UTC", week=[WeekHours([tomorrow], "00:00", "24:00")])
    await do(services, admin, lambda tx: save_calendar(tx, calendar.id, utc))
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = await until(services, workspace, one, lambda r, c: r.due_at == midnight + timedelta(hours=1))
    assert (found["first"].business, found["first"].business_s) == (True, 0)
    with pytest.raises(Conflict) as refused:
        await do(services, admin, lambda tx: remove_calendar(tx, calendar.id))
    assert refused.value.code == "calendar-in-use"


async def test_a_resolution_taken_back_goes_on_as_before(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await promise(services, workspace, targets={"first": {"target_s": HOUR}, "resolution": {"target_s": 9 * HOUR}})
    one = await a_conversation(connection, workspace)
    await writes(services, workspace, one)
    before = await until(services, workspace, one, lambda r, c: "first" in c)
    done = await do(services, workspace.agent.context, lambda tx: state.resolve(tx, one))
    await until(services, workspace, one, lambda r, c: c["resolution"].state == "met")
    await undo(services, workspace.agent.context, done.undo)
    after = await until(
        services, workspace, one, lambda r, c: r.due_kind == "first" and c["resolution"].state == "running"
    )
    assert after["first"].started_at == before["first"].started_at
    assert await connection.fetchval("select count(*) from sla_run where conversation_id = $1", one) == 2
    other = await a_conversation(connection, workspace)
    await writes(services, workspace, other, ago_s=60)
    await until(services, workspace, other, lambda r, c: "first" in c)
    await do(services, workspace.supervisor.context, lambda tx: merge.merge(tx, other, one))
    merged = await until(services, workspace, one, lambda r, c: c["first"].wall_s > 55)
    assert merged["first"].state == "running"
    states = {c.kind: c.state for c in (await clocks(services, workspace, other)).values()}
    assert states == {"first": "dropped", "resolution": "dropped"}


async def test_rules_that_name_nothing_are_refused(services: Services, workspace: Furnished) -> None:
    admin = workspace.administrator.context
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"conditions": {"queues": [str(uuid7())]}}, "conditions.queues"),
        ({"conditions": {"segments": [str(uuid7())]}}, "conditions.segments"),
        ({"calendar_id": str(uuid7())}, "calendar_id"),
        ({"targets": {"next": {"target_s": 60, "warn_before_s": 60}}}, "targets.next.warn_before_s"),
        ({"escalations": [{"on": "warned", "steps": [{"do": "queue", "queue_id": str(uuid7())}]}]}, "escalations[0].steps[0].queue_id"),
    ]  # fmt: skip
    for fields, field in wrong:
        with pytest.raises(Problem) as refused:
            await do(services, admin, lambda tx: save_policy(tx, None, wish(**fields)))  # noqa: B023
        assert list(refused.value.fields) == [field]
    first = await do(services, admin, lambda tx: save_policy(tx, None, wish("A", enabled=False)))
    with pytest.raises(Conflict):
        await do(services, admin, lambda tx: save_policy(tx, None, wish(" a ")))
    with pytest.raises(Problem) as stale:
        await do(services, admin, lambda tx: save_policy(tx, first.id, wish("A"), version=7))
    assert stale.value.status == 412
    with pytest.raises(Problem):
        await do(services, admin, lambda tx: order_policies(tx, []))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(data=st.data())
async def test_old_state_and_events_make_the_fresh_state_under_policies(
    services: Services, connection: Any, data: st.DataObject
) -> None:
    """Whatever people do while promises are kept: what events say makes what the tables hold, and nothing is told twice."""
    world = await make_world(services, data.draw)
    client = Client(world.workspace.id)
    await client.fetch(connection)
    target = Target(target_s=0.3, warn_share=0.5)
    policy = PolicyWish(name="x", targets=Targets(first=target, next=target, resolution=Target(target_s=1.0)))
    await do(services, world.workspace.administrator.context, lambda tx: save_policy(tx, None, policy))
    for _ in range(data.draw(st.integers(5, 20))):
        try:
            step = data.draw(st.integers(0, 9))
            if step <= 2:
                await world.customer_writes()
            elif step <= 4:
                await world.agent_writes()
            elif step == 5:
                await world.use_undo()
            else:
                await world.in_transaction(data.draw(st.sampled_from(world.acts())))
        except Problem as problem:
            assert problem.status < 500, problem
    quiet = quiet_for(services, world.workspace)
    await eventually(quiet, "the clocks do not come to rest", seconds=30)
    await client.follow(connection)
    await client.check(connection)
    for shown in client.rows.values():
        lawful(shown)
    for kind in ("sla.warned", "sla.breached"):
        told = [e["clock_id"] for e in await events(connection, world.workspace, kind)]
        assert len(told) == len(set(told)), "told twice"
    broken = {e["clock_id"] for e in await events(connection, world.workspace, "sla.breached")}
    runs = await connection.fetch("select * from sla_run where workspace_id = $1", world.workspace.id)
    assert {str(r["id"]) for r in runs if r["outcome"] == "breached"} == broken
    open_ = [(r["conversation_id"], r["kind"] == "resolution") for r in runs if r["ended_at"] is None]
    assert len(open_) == len(set(open_)), "two clocks of a kind run at once"
    for one, now in client.rows.items():
        alive = now.merged_into is None
        assert ((one, True) in open_) == (alive and now.status != "resolved")
        assert ((one, False) in open_) == (alive and now.waiting_since is not None)


UNHEARD = """
select count(*) from (
  select conversation_id, max(seq) as seq from event where workspace_id = $1 and type = any($2)
    and not (type = 'conversation.changed' and actor_name = 'SLA') and (type <> 'message.created' or data->'message'->>'kind' = 'message')
  group by 1
) e left join sla_case c on c.conversation_id = e.conversation_id where coalesce(c.seq, -1) < e.seq
"""


def quiet_for(services: Services, workspace: Furnished) -> Callable[[], Awaitable[bool]]:
    """Nothing left to hear or to tell."""
    counts: list[int] = []

    async def quiet() -> bool:
        async with services.database.reading() as connection:
            waits = await connection.fetchval(
                "select count(*) from job where workspace_id = $1 and kind like 'sla.%' and due_at < now() + interval '3 seconds'", workspace.id
            )  # fmt: skip
            unheard = await connection.fetchval(UNHEARD, workspace.id, list(HEARD))
            counts.append(await connection.fetchval("select count(*) from event where workspace_id = $1", workspace.id))
        await asyncio.sleep(0.2)
        return not waits and not unheard and counts[-2:] == counts[-1:] * 2

    return quiet
