"""Trying rules: which one matches, what each condition saw, and who could take it this moment. Nothing is written."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec

from battito.conversations.queries.rows import get_conversation
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.services import Services
from battito.routing.engine import Assigned, Engine, Explanation, Offered, Ring
from battito.routing.queries.why import LOCALE, NAMES, SKILLS, Sayer
from battito.routing.router.ask import Pictures
from battito.routing.router.judge import PRIORITY
from battito.routing.router.picture import belongs, brand_guard, guarded_brand, own_rings, snapshot_of
from battito.routing.router.rows import QueueRow, Tables
from battito.routing.rules.decide import Chosen, RuleSet, chosen_for
from battito.routing.rules.facts import made_facts, read_rule_facts
from battito.routing.rules.model import Attempt, Made, Named, Rule, RuleTried, Taker, Tried
from battito.routing.rules.queries import get_draft
from battito.routing.store.tables import made_ready, published_rules, read_tables
from battito.routing.words import RULES, words

ACCOUNT: Final = "select queue_id, brand_id from channel_account where workspace_id = $1 and id = $2"
SHOWN: Final = 50
"""So many of those who could take it, and of those who could not, are named: first those whose queue it is."""


class _Case(msgspec.Struct, kw_only=True):
    """What is tried: its facts and what it comes in with."""

    facts: dict[str, Any]
    queue_id: UUID | None
    brand_id: UUID | None
    channel: str
    priority: str
    previous: UUID | None


async def try_rules(services: Services, context: Context, attempt: Attempt) -> Tried:
    """What the rules would do. Raises `Invalid` naming the field, `NotFound`."""
    context.require("queues.manage")
    if (attempt.conversation_id is None) == (attempt.made is None):
        raise Invalid("Name a conversation, or make one up.", field="conversation_id")
    async with services.database.reading() as connection:
        locale = await connection.fetchval(LOCALE, context.workspace_id, context.actor.id) or "en"
        rules, version, ruleset = await _rules(connection, context, attempt)
        case = await _case(connection, context, attempt, ruleset)
        tables = await read_tables(connection, context.workspace_id)
        chosen = chosen_for(ruleset, case.facts, uuid4(), case.queue_id, tables.queues)
        queue = tables.queues.get(chosen.queue_id) if chosen.queue_id is not None else None
        skills = {str(r["id"]): r["name"] for r in await connection.fetch(SKILLS, context.workspace_id)}
        names = await connection.fetch(NAMES, context.workspace_id, list(tables.agents))
        labels = await connection.fetch(
            "select id, name from label where workspace_id = $1 and id = any($2)",
            context.workspace_id, list(chosen.labels),
        )  # fmt: skip
    say = Sayer(locale, {str(r["id"]): r["name"] for r in names}, skills)
    result = _shown(attempt, version, rules, ruleset, case, chosen, queue)
    result.labels = [Named(r["id"], r["name"]) for r in labels]
    if queue is not None:
        await _ask_engine(services, context.workspace_id, tables, queue, case, chosen, result, say)
    return result


async def _rules(connection: Any, context: Context, attempt: Attempt) -> tuple[list[Rule], int | None, RuleSet]:
    if attempt.against == "draft":
        rules, _ = await get_draft(connection, context)
        return rules, None, await made_ready(connection, context.workspace_id, rules)
    ruleset = await published_rules(connection, context.workspace_id)
    if ruleset is None:
        return [], None, RuleSet.make(0, 0, [], {})
    return [rule for rule, _ in ruleset.rules], ruleset.version, ruleset


async def _case(connection: Any, context: Context, attempt: Attempt, ruleset: RuleSet) -> _Case:
    past = msgspec.structs.replace(ruleset, asks_before=True)
    if attempt.conversation_id is not None:
        row = await get_conversation(connection, context, attempt.conversation_id)
        found = await read_rule_facts(connection, context.workspace_id, [row.id], past)
        account = await connection.fetchrow(ACCOUNT, context.workspace_id, row.account_id)
        before = found[row.id].get("previous_agent")
        return _Case(
            facts=found[row.id], queue_id=account["queue_id"] if account else row.queue_id, brand_id=row.brand_id,
            channel=row.channel, priority=row.priority, previous=UUID(before) if before else None,
        )  # fmt: skip
    made = attempt.made or Made()
    account = None
    if made.account_id is not None:
        account = await connection.fetchrow(ACCOUNT, context.workspace_id, made.account_id)
        if account is None:
            raise Invalid("There is no such channel account.", field="made.account_id")
    if made.brand_id is None and account is not None:
        made = msgspec.structs.replace(made, brand_id=account["brand_id"])
    return _Case(
        facts=await made_facts(connection, context.workspace_id, made, ruleset), queue_id=account["queue_id"] if account else None,
        brand_id=made.brand_id, channel=made.channel, priority=made.priority, previous=None,
    )  # fmt: skip


def _shown(
    attempt: Attempt, version: int | None, rules: Iterable[Rule], ruleset: RuleSet, case: _Case, chosen: Chosen, queue: QueueRow | None,
) -> Tried:  # fmt: skip
    seen = ruleset.seen(case.facts)
    ready = {rule.id: prepared for rule, prepared in ruleset.rules}
    tried: list[RuleTried] = []
    over = False
    for rule in rules:
        prepared = ready.get(rule.id)
        trace = prepared.trace(seen) if prepared is not None else None
        held = trace.held if trace is not None and not over else None
        tried.append(RuleTried(rule_id=rule.id, name=rule.name, enabled=rule.enabled, held=held, trace=trace))
        over = over or bool(held)
    return Tried(
        against=attempt.against, version=version, rule=Named(chosen.rule_id, chosen.rule_name or "") if chosen.rule_id else None,
        rules=tried, queue=Named(queue.id, queue.name) if queue is not None else None, from_account=not chosen.moves,
        requirement=[], rings=[], priority=chosen.priority or case.priority, labels=[], preferred=None, preferred_s=0.0,
        gives_work=queue is not None and queue.takes(case.channel), chosen=None, could_take=[], obstacles=[], tally={}, waiting_before=0,
    )  # fmt: skip


async def _ask_engine(
    services: Services, workspace_id: UUID, tables: Tables, queue: QueueRow, case: _Case, chosen: Chosen, result: Tried, say: Sayer,
) -> None:  # fmt: skip
    """Let a copy of the engine have it, and look at what it says."""
    _, live, now = await services.get(Pictures).of(services, workspace_id)
    brand = guarded_brand(tables, case.brand_id)
    before = tables.agents.get(case.previous) if case.previous is not None else None
    seconds = queue.rules.preferred_s if chosen.preferred_s is None else chosen.preferred_s
    preferred = [before.id] if before is not None and seconds > 0 and belongs(before, queue) else []
    if before is not None and preferred:
        result.preferred = Taker(id=before.id, name=before.name)
        result.preferred_s = chosen.preferred_s or 0.0
    rings = own_rings(queue, preferred=preferred, preferred_s=result.preferred_s, brand=brand, asked=chosen.asked)
    if not result.gives_work:
        return
    engine = Engine.restore(snapshot_of(live), explaining=True)
    one, number = uuid4(), len(engine.interactions)
    now = max(now, *(agent.accounted for agent in engine.agents.values()), 0.0)
    decisions = engine.enqueue(
        one, queue.id, now, channel=case.channel, priority=PRIORITY.get(result.priority, 0.0),
        rings=None if rings is None else list(rings), guard=brand_guard(brand),
    )  # fmt: skip
    for decision in decisions:
        if (
            isinstance(decision, Offered | Assigned)
            and decision.interaction == one
            and isinstance(decision.agent, UUID)
        ):
            why = decision.why
            said = words(RULES, why.rule, say.locale) if why is not None else ""
            result.chosen = Taker(id=decision.agent, name=say.name(decision.agent), words=said)
    explained = engine.explain(one, now)
    standing = engine.standing(one, now)
    result.waiting_before = max(0, standing.position - 1) if standing is not None and number else 0
    _explain(explained, result, say)
    steps = rings or tuple(engine.lines[queue.id].queue.rings)
    result.rings = [_ring(ring, say) for ring in steps]
    result.requirement = result.rings[-1]["skills"] if not preferred else result.rings[min(1, len(steps) - 1)]["skills"]


def _explain(explained: Explanation, result: Tried, say: Sayer) -> None:
    result.could_take = [
        Taker(id=one, name=say.name(one)) for one in explained.could_take if isinstance(one, UUID)
    ][:SHOWN]  # fmt: skip
    members = [one for one in explained.obstacles if one.reason != "not-member"]
    passed = [say.obstacle(one) for one in (members or explained.obstacles)[:SHOWN]]
    result.obstacles = [Taker(id=UUID(one.id), name=one.name, words=one.words) for one in passed]
    result.tally = explained.tally


def _ring(ring: Ring, say: Sayer) -> dict[str, Any]:
    skills = [
        {"id": str(skill), "name": say.skills[str(skill)], "level": level}
        for skill, level in ring.skills.items()
        if str(skill) in say.skills
    ]
    people = None if ring.agents is None else [{"id": str(one), "name": say.name(one)} for one in ring.agents]
    return {"skills": skills, "seconds": ring.seconds, "agents": people, "members": ring.members}
