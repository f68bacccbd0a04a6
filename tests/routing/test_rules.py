"""Routing rules on the database: published, a new conversation goes where they say, asked for as they say, and one sees why."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from battito.contacts.segments.actions import delete_segment, save_segment
from battito.contacts.segments.model import Group, SegmentWish, Test
from battito.conversations.actions.assign import Target, transfer
from battito.conversations.actions.state import resolve
from battito.kit.ids import uuid7
from battito.platform.errors import Conflict, Forbidden, Invalid, Stale
from battito.platform.services import Services
from battito.routing.models import RingRules
from battito.routing.queries.why import get_routing
from battito.routing.router.record import replay
from battito.routing.rules.actions import Publication, publish, restore, save_draft
from battito.routing.rules.attempt import try_rules
from battito.routing.rules.model import Attempt, Made, Rule, RulesState, Then
from battito.routing.rules.queries import get_version, list_versions
from tests.conversations.doing import customer, do
from tests.conversations.doing import row as conversation_row
from tests.routing.doing import a_queue, eventually, interaction_of, live_offer, only, owner_of
from tests.support.leading import routed
from tests.support.workspace import Furnished, a_contact, a_conversation

pytestmark = pytest.mark.postgres


def rule(name: str, *tests: Test, **then: Any) -> Rule:
    return Rule(id=uuid4(), name=name, when=Group(conditions=list(tests)), then=Then(**then))


async def an_account(connection: Any, workspace: Furnished, queue: UUID | None, channel: str = "webchat") -> UUID:
    account = uuid7()
    await connection.execute(
        "insert into channel_account(id, workspace_id, channel, name, address, queue_id) values ($1, $2, $3, 'Sito', $4, $5)",
        account, workspace.id, channel, account.hex, queue,
    )  # fmt: skip
    return account


async def arrives(
    services: Services, connection: Any, workspace: Furnished, account: UUID, text: str = "Buongiorno", **fields: Any
) -> UUID:
    """A customer begins a conversation on an account, as the intake leaves it."""
    one = await a_conversation(
        connection, workspace, channel=fields.pop("channel", "webchat"), contact=fields.pop("contact", None)
    )
    await connection.execute(
        "update conversation set account_id = $2, queue_id = (select queue_id from channel_account where id = $2), attributes = $3, live = true, brand_id = coalesce($4, brand_id) where id = $1",
        one, account, fields.pop("attributes", {}), fields.pop("brand", None),
    )  # fmt: skip
    await customer(services, workspace, one, text)
    return one


async def put(services: Services, workspace: Furnished, *rules: Rule, note: str = "") -> RulesState:
    """Draft and publish."""
    who = workspace.administrator.context
    state = await do(services, who, lambda tx: save_draft(tx, list(rules)))
    return await do(services, who, lambda tx: publish(tx, Publication(version=state.version, note=note)))


async def placed(connection: Any, one: UUID) -> Any:
    async def there() -> Any:
        return await connection.fetchrow("select * from routing_decision where conversation_id = $1", one)

    return await eventually(there, "the rules were not asked")


async def test_from_draft_to_queue_to_why_and_back(services: Services, connection: Any, workspace: Furnished) -> None:
    await only(connection, workspace, agent=60)
    boss = workspace.administrator.context
    plain, special = await a_queue(connection, workspace), await a_queue(connection, workspace)
    skill, label = uuid7(), uuid7()
    await connection.execute(
        "insert into skill(id, workspace_id, name) values ($1, $2, 'Disdette')", skill, workspace.id
    )
    await connection.execute(
        "insert into label(id, workspace_id, name) values ($1, $2, 'Rischio')", label, workspace.id
    )
    account = await an_account(connection, workspace, plain)
    await routed(services, workspace)  # this node has the lease, whatever the others hear
    wish = SegmentWish(
        name="Business", conditions=Group(conditions=[Test(fact="language", op="any_of", values=["it"])])
    )
    segment = await do(services, boss, lambda tx: save_segment(tx, None, wish))
    cancels = rule(
        "Disdette", Test(fact="text", op="words", values=["disd*"]), Test(fact="segment", op="any_of", values=[str(segment.id)]),
        queue_id=special, requirement={skill: 3}, priority="high", labels=[label],
    )  # fmt: skip

    with pytest.raises(Forbidden):
        await do(services, workspace.agent.context, lambda tx: save_draft(tx, [cancels]))
    state = await do(services, boss, lambda tx: save_draft(tx, [cancels], version=0))
    assert [(one.level, one.code) for one in state.findings] == [("warning", "nobody-qualified")]
    assert [one.kind for one in state.changes] == ["added"]
    with pytest.raises(Stale):
        await do(services, boss, lambda tx: save_draft(tx, [], version=0))
    stranger = msgspec.structs.replace(cancels, then=Then(queue_id=uuid4()))
    with pytest.raises(Invalid):
        await do(services, boss, lambda tx: save_draft(tx, [stranger]))
    wrong = msgspec.structs.replace(cancels, then=Then(rings=[RingRules(), RingRules()]))
    await do(services, boss, lambda tx: save_draft(tx, [wrong]))
    with pytest.raises(Conflict, match="cannot be published") as refused:
        await do(services, boss, lambda tx: publish(tx, Publication(version=2)))
    assert refused.value.code == "rules-wrong"
    first = await put(services, workspace, cancels, note="Le disdette a chi sa")
    assert first.published is not None
    assert (first.published.number, first.published.note, first.changes) == (1, "Le disdette a chi sa", [])
    await routed(services, workspace)

    contact = await a_contact(connection, workspace)
    await connection.execute("update contact set language = 'it-IT' where id = $1", contact)
    one = await arrives(services, connection, workspace, account, "Vorrei una disdetta", contact=contact)
    decision = await placed(connection, one)
    assert (decision["version"], decision["rule_name"], decision["queue_id"]) == (1, "Disdette", special)
    work = await interaction_of(connection, one)
    assert (work["queue_id"], work["state"], work["priority"]) == (special, "queued", 5.0)
    assert work["asked"] == {"requirement": {str(skill): 3}, "rings": None}
    now = await conversation_row(services, boss, one)
    assert (now.queue_id, now.priority, now.labels) == (special, "high", [label])
    events = await connection.fetch("select type, seq, data from event where conversation_id = $1 order by id", one)
    assert [e["type"] for e in events].count("conversation.routed") == 1
    said = next(e["data"]["message"]["activity"] for e in events if e["type"] == "conversation.routed")
    assert (said["verb"], said["rule"]["name"], said["version"]) == ("routed", "Disdette", 1)

    why = await get_routing(services, workspace.agent.context, one)
    assert why.routed_by is not None
    assert why.routed_by.rule is not None
    assert (why.routed_by.version, why.routed_by.rule.name) == (1, "Disdette")
    assert why.routed_by.seen is not None
    assert why.routed_by.seen.held
    assert why.now is not None
    assert [(s["name"], s["level"]) for s in why.now.skills] == [("Disdette", 3)]
    assert why.now.obstacles[0].reason in ("skill", "not-available")

    # an engine built anew from the tables asks for the same
    await routed(services, workspace)
    again = await get_routing(services, workspace.agent.context, one)
    assert again.now is not None
    assert again.now.skills == why.now.skills
    await connection.execute("insert into agent_skill(workspace_id, user_id, skill_id, level) values ($1, $2, $3, 4)", workspace.id, workspace.agent.id, skill)  # fmt: skip
    await routed(services, workspace)
    assert await owner_of(connection, one) == workspace.agent.id

    other = await arrives(services, connection, workspace, account, "Solo una domanda", contact=contact)
    fallen = await placed(connection, other)
    assert (fallen["rule_id"], fallen["queue_id"]) == (None, plain)
    assert (await interaction_of(connection, other))["queue_id"] == plain

    with pytest.raises(Conflict) as used:
        await do(services, boss, lambda tx: delete_segment(tx, segment.id))
    assert used.value.code == "segment-used"
    assert "Disdette" in used.value.detail

    second = await put(services, workspace, rule("Tutto", queue_id=special), note="Tutto lì")
    await routed(services, workspace)
    moved = await arrives(services, connection, workspace, account, contact=contact)
    assert ((await placed(connection, moved))["version"], (await interaction_of(connection, moved))["queue_id"]) == (
        2,
        special,
    )
    assert second.published is not None
    oldest, newer = first.published.id, second.published.id
    back = await do(services, boss, lambda tx: restore(tx, oldest, "Meglio prima"))
    assert back.published is not None
    assert (back.published.number, back.published.restored_from, back.changes) == (3, 1, [])
    await routed(services, workspace)
    last = await arrives(services, connection, workspace, account, contact=contact)
    assert ((await placed(connection, last))["version"], (await interaction_of(connection, last))["queue_id"]) == (
        3,
        plain,
    )
    async with services.database.reading() as reading:
        assert [v.number for v in await list_versions(reading, boss)] == [3, 2, 1]
        shown = await get_version(reading, boss, newer)
    assert sorted(c.kind for c in shown.changes) == ["added", "removed"]
    audits = await connection.fetch("select action from audit where workspace_id = $1", workspace.id)
    assert {"routing_rules.draft", "routing_rules.publish", "routing_rules.restore", "segment.save"} <= {
        a["action"] for a in audits
    }


async def test_a_hand_is_faster_and_what_was_there_before_is_left_alone(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace)
    plain, special, third = [await a_queue(connection, workspace) for _ in range(3)]
    account, nowhere = await an_account(connection, workspace, plain), await an_account(connection, workspace, None)
    await routed(services, workspace)  # this node has the lease, whatever the others hear
    old = await arrives(services, connection, workspace, nowhere)
    await put(services, workspace, rule("Tutto", queue_id=special))
    await routed(services, workspace)
    await customer(services, workspace, old, "C'è qualcuno?")
    new = await arrives(services, connection, workspace, nowhere, channel="email")
    assert (await placed(connection, new))["queue_id"] == special
    assert (await interaction_of(connection, new))["queue_id"] == special
    assert await connection.fetchval("select queue_id from conversation where id = $1", old) is None
    # moved by a person later: the rule's demands do not follow, the rules are not asked again
    await do(services, workspace.supervisor.context, lambda tx: transfer(tx, new, Target(queue_id=third)))

    async def there() -> bool:
        return bool((await interaction_of(connection, new))["queue_id"] == third)

    await eventually(there)
    assert await connection.fetchval("select count(*) from routing_decision where conversation_id = $1", new) == 1
    # moved by a person before the router has looked
    quick = await a_conversation(connection, workspace, channel="email")
    await connection.execute(
        "update conversation set account_id = $2, queue_id = $3 where id = $1", quick, account, third
    )
    await customer(services, workspace, quick)

    async def waits() -> bool:
        found = await interaction_of(connection, quick)
        return found is not None and found["queue_id"] == third

    await eventually(waits)
    assert await connection.fetchval("select count(*) from routing_decision where conversation_id = $1", quick) == 0


async def test_who_served_the_customer_before_is_asked_first_in_another_conversation_too(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=10, other=600)
    queue = await a_queue(connection, workspace, offers=True)
    account = await an_account(connection, workspace, queue)
    await routed(services, workspace)  # this node has the lease, whatever the others hear
    contact = await a_contact(connection, workspace)
    before = await a_conversation(connection, workspace, contact=contact)
    await connection.execute(
        "insert into interaction(id, workspace_id, conversation_id, channel, via, state, agent_id, entered_at, answered_at, ended_at) values ($1, $2, $3, 'email', 'queue', 'ended', $4, now() - interval '2 hours', now() - interval '1 hour', now())",
        uuid7(), workspace.id, before, workspace.agent.id,
    )  # fmt: skip
    await put(
        services, workspace,
        rule("Chi lo conosce", Test(fact="previous_agent", op="any_of", values=[str(workspace.agent.id)]), preferred_s=40.0),
    )  # fmt: skip
    await routed(services, workspace)
    one = await arrives(services, connection, workspace, account, contact=contact)

    async def offered() -> Any:
        return await live_offer(connection, one)

    # the other has been idle for longer, but this one knows the customer
    assert (await eventually(offered))["agent_id"] == workspace.agent.id
    assert (await interaction_of(connection, one))["preferred_s"] == 40.0
    stranger = await arrives(services, connection, workspace, account)

    async def to_the_other() -> Any:
        return await live_offer(connection, stranger)

    assert (await eventually(to_the_other))["agent_id"] == workspace.other.id


async def test_an_overflow_keeps_to_the_conversations_brand(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    brand = uuid7()
    await connection.execute("insert into brand(id, workspace_id, name) values ($1, $2, 'Altro')", brand, workspace.id)
    await only(connection, workspace, agent=600, other=10)
    await connection.execute(
        "update app_user set brand_ids = $2 where id = $1", workspace.agent.id, [workspace.brand_id]
    )
    second = await a_queue(connection, workspace)
    team = await connection.fetchval(
        "insert into team(id, workspace_id, name) values (gen_random_uuid(), $1, 'Vuota') returning id", workspace.id
    )
    first = await a_queue(connection, workspace, teams=[team], overflow={"after_s": 0.5, "queue_id": str(second)})
    account = await an_account(connection, workspace, first)
    await routed(services, workspace)  # this node has the lease, whatever the others hear
    await routed(services, workspace)
    one = await arrives(services, connection, workspace, account, brand=brand)

    async def given() -> Any:
        return await owner_of(connection, one)

    assert await eventually(given) == workspace.other.id


async def test_trying_says_what_each_condition_saw_and_who_could_take_it(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60)
    boss = workspace.administrator.context
    plain, special = await a_queue(connection, workspace), await a_queue(connection, workspace, offers=True)
    account = await an_account(connection, workspace, plain)
    await routed(services, workspace)  # this node has the lease, whatever the others hear
    rules = [
        rule("Modulo", Test(fact="field", key="motivo", op="any_of", values=["guasto"]), queue_id=special, priority="urgent",
             rings=[RingRules(seconds=20.0, agents=[workspace.agent.id]), RingRules()]),
        rule("Mail", Test(fact="channel", op="any_of", values=["email"]), labels=[]),
    ]  # fmt: skip
    state = await do(services, boss, lambda tx: save_draft(tx, rules))
    await routed(services, workspace)
    made = Made(account_id=account, fields={"motivo": "Guasto"})
    tried = await try_rules(services, boss, Attempt(made=made))
    assert tried.rule is not None
    assert (tried.rule.name, tried.queue and tried.queue.id, tried.priority) == ("Modulo", special, "urgent")
    assert tried.chosen is not None
    assert tried.chosen.id == workspace.agent.id
    assert [one.held for one in tried.rules] == [True, None]
    trace = tried.rules[0].trace
    assert trace is not None
    assert trace.conditions[0].seen == "Guasto"  # type: ignore[union-attr]
    assert [ring["seconds"] for ring in tried.rings] == [20.0, None]
    assert await connection.fetchval("select count(*) from offer where workspace_id = $1", workspace.id) == 0
    nothing = await try_rules(services, boss, Attempt(made=made, against="published"))
    assert (nothing.rule, nothing.version, nothing.queue and nothing.queue.id) == (None, None, plain)
    await do(services, boss, lambda tx: publish(tx, Publication(version=state.version)))
    one = await arrives(services, connection, workspace, account, attributes={"motivo": "guasto"})
    await placed(connection, one)
    real = await try_rules(services, boss, Attempt(conversation_id=one, against="published"))
    assert real.rule is not None
    assert (real.rule.name, real.version, real.from_account) == ("Modulo", 1, False)
    with pytest.raises(Forbidden):
        await try_rules(services, workspace.agent.context, Attempt(conversation_id=one))


async def test_a_day_with_rules_replays_to_the_same_decisions(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await only(connection, workspace, agent=60, other=30)
    plain, special = await a_queue(connection, workspace), await a_queue(connection, workspace)
    account = await an_account(connection, workspace, plain)
    await routed(services, workspace)  # this node has the lease, whatever the others hear
    await put(
        services, workspace,
        rule("Conto", Test(fact="text", op="words", values=["conto"]), queue_id=special, priority="high", preferred_s=5.0,
             rings=[RingRules(seconds=1.0, agents=[workspace.other.id]), RingRules()]),
    )  # fmt: skip
    await routed(services, workspace)
    for n in range(6):
        one = await arrives(services, connection, workspace, account, "Il mio conto" if n % 2 else "Altro")
        await placed(connection, one)
        if n % 3 == 0:
            await do(services, workspace.supervisor.context, lambda tx: resolve(tx, one))  # noqa: B023
    await routed(services, workspace)
    log = await connection.fetch("select kind, data from routing_log where workspace_id = $1 order by id", workspace.id)
    calls = 0
    for call, decided in replay((entry["kind"], entry["data"]) for entry in log):
        assert decided == call[4], call
        calls += 1
    assert calls > 6
