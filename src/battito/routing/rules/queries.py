"""Reading the draft, the versions, and what exists for both."""

from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.segments.check import Known
from battito.contacts.segments.queries import known_for
from battito.platform.actor import Context
from battito.platform.errors import Invalid, NotFound
from battito.routing.router.picture import belongs
from battito.routing.router.rows import AgentRow, QueueRow
from battito.routing.rules.check import World, check, rings_asked
from battito.routing.rules.decide import named_ids
from battito.routing.rules.diff import diff
from battito.routing.rules.model import FACTS, PRIORITIES, Finding, Rule, RulesState, Then, Version, VersionShown
from battito.routing.rules.words import told
from battito.routing.store.tables import QUEUES, queue_from, read_agents

DRAFT: Final = "select draft, version, published, edited_by, edited_at from routing_rules where workspace_id = $1"
VERSION: Final = """
select v.id, v.number, v.note, v.restored_from, v.published_by_name as published_by, v.published_at, jsonb_array_length(v.rules) as rules,
  v.number = r.published as current, v.rules as content
from routing_rules_version v join routing_rules r on r.workspace_id = v.workspace_id where v.workspace_id = $1
"""
IDS: Final = """
select 'segment' as kind, id::text as id from segment where workspace_id = $1
union all select 'account', id::text from channel_account where workspace_id = $1 and removed_at is null
union all select 'previous_agent', id::text from app_user where workspace_id = $1 and disabled_at is null
union all select 'calendar', id::text from calendar where workspace_id = $1
union all select 'skill', id::text from skill where workspace_id = $1 and archived_at is null
"""
THERE: Final = " union all ".join(
    f"select id from {table} where workspace_id = $1 and id = any($2)"
    for table in ("queue", "skill", "label", "app_user", "segment", "channel_account", "calendar", "brand", "company")
)
LOCALE: Final = "select locale from app_user where workspace_id = $1 and id = $2"


async def get_state(connection: Any, context: Context) -> RulesState:
    """The draft, how it differs from what is in force, and what is to be seen to."""
    context.require("queues.manage")
    row = await connection.fetchrow(DRAFT, context.workspace_id)
    draft = msgspec.convert(row["draft"], list[Rule]) if row else []
    published, content = None, []
    if row is not None and row["published"] is not None:
        found = await connection.fetchrow(f"{VERSION} and v.number = $2", context.workspace_id, row["published"])
        published, content = _version(found), msgspec.convert(found["content"], list[Rule])
    return RulesState(
        draft=draft,
        version=row["version"] if row else 0,
        edited_by=row["edited_by"] if row else None,
        edited_at=row["edited_at"] if row else None,
        published=published,
        changes=diff(content, draft),
        findings=await findings_of(connection, context, draft),
    )


async def get_draft(connection: Any, context: Context) -> tuple[list[Rule], int]:
    """The draft's rules and its version (0: there never was one)."""
    row = await connection.fetchrow(DRAFT, context.workspace_id)
    return (msgspec.convert(row["draft"], list[Rule]), row["version"]) if row else ([], 0)


async def list_versions(connection: Any, context: Context) -> list[Version]:
    """All versions, the newest first."""
    context.require("queues.manage")
    rows = await connection.fetch(f"{VERSION} order by v.number desc limit 500", context.workspace_id)
    return [_version(row) for row in rows]


async def get_version(connection: Any, context: Context, version_id: UUID) -> VersionShown:
    """A version with its rules, and what it changed against the one before it. Raises `NotFound`."""
    context.require("queues.manage")
    row = await connection.fetchrow(f"{VERSION} and v.id = $2", context.workspace_id, version_id)
    if row is None:
        raise NotFound("There is no such version of the routing rules in this workspace.")
    before = await connection.fetchrow(f"{VERSION} and v.number = $2", context.workspace_id, row["number"] - 1)
    content = msgspec.convert(row["content"], list[Rule])
    earlier = msgspec.convert(before["content"], list[Rule]) if before else []
    return VersionShown(
        **msgspec.structs.asdict(_version(row)), content=content, changes=diff(earlier, content)
    )  # fmt: skip


def _version(row: Any) -> Version:
    return Version(**{name: row[name] for name in Version.__struct_fields__})


async def findings_of(connection: Any, context: Context, rules: list[Rule]) -> list[Finding]:
    """What is to be seen to, in the caller's language."""
    locale = await connection.fetchval(LOCALE, context.workspace_id, context.actor.id) or "en"
    return [told(one, locale) for one in check(rules, await read_world(connection, context.workspace_id, rules))]


async def refuse_strangers(connection: Any, context: Context, rules: list[Rule], before: list[Rule]) -> None:
    """Refuse rules that newly name what is not in this workspace. Raises `Invalid` naming the rule."""
    new = named_ids(rules) - named_ids(before)
    if not new:
        return
    there = {row["id"] for row in await connection.fetch(THERE, context.workspace_id, sorted(new))}
    for n, rule in enumerate(rules):
        if named_ids([rule]) & new - there:
            raise Invalid("This rule names something that is not in this workspace.", field=f"rules[{n}]")


async def read_world(connection: Any, workspace_id: UUID, rules: list[Rule]) -> World:
    """What exists of all that rules may name."""
    contacts = await known_for(connection, workspace_id, [rule.when for rule in rules])
    rows = await connection.fetch(IDS, workspace_id)
    ids = {kind: frozenset(r["id"] for r in rows if r["kind"] == kind) for kind in {r["kind"] for r in rows}}
    labels = contacts.ids["label"]
    queues = {r["id"]: queue_from(r) for r in await connection.fetch(QUEUES, workspace_id)}
    agents = await read_agents(connection, workspace_id)
    nothing: frozenset[str] = frozenset()
    known = Known(
        attributes=contacts.attributes,
        ids={
            **contacts.ids,
            "segment": ids.get("segment", nothing),
            "account": ids.get("account", nothing),
            "calendar": ids.get("calendar", nothing),
            "previous_agent": ids.get("previous_agent", nothing),
            "conversation_brand": contacts.ids["brand"],
            "conversation_label": labels,
            "priority": frozenset(PRIORITIES),
        },
        shapes=FACTS,
    )
    return World(
        known=known,
        queues={one: (q.name, q.gives_work, frozenset(q.rules.channels)) for one, q in queues.items()},
        skills=frozenset(UUID(one) for one in ids.get("skill", nothing)),
        people=frozenset(UUID(one) for one in ids.get("previous_agent", nothing)),
        labels=frozenset(UUID(one) for one in labels),
        qualified=lambda queue, then: anybody_qualified(queues[queue], then, agents),
    )


def anybody_qualified(queue: QueueRow, then: Then, agents: list[AgentRow]) -> bool:
    """Whether somebody, were they here and free, could take what this queue gets, at one of the steps. Pure."""
    for ring in rings_asked(then, queue.rules.requirement, queue.rules.rings):
        for agent in agents:
            if ring.agents is not None and agent.id not in ring.agents:
                continue
            if ring.members and not belongs(agent, queue):
                continue
            if all(agent.skills.get(skill, 0) >= level for skill, level in (ring.requirement or {}).items()):
                return True
    return False


def plain_rules(rules: list[Rule]) -> Any:
    """Rules as they are kept."""
    return msgspec.to_builtins(rules, str_keys=True)
