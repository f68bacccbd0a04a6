"""Reading what rules ask for about conversations: their own facts, and those of their contacts."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from battito.contacts.segments.facts import read_contact_facts
from battito.routing.rules.decide import RuleSet
from battito.routing.rules.model import Made

CONVERSATIONS: Final = """
select c.id, c.contact_id, c.channel, c.account_id, c.brand_id, c.subject, c.labels, c.priority, c.attributes,
  (select left(m.text, 20000) from message m where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.kind = 'message'
   and m.author_kind = 'customer' order by m.seq limit 1) as said
from conversation c where c.workspace_id = $1 and c.id = any($2)
"""
# who served the customer last, whatever the conversation: of the newest few, so that a busy customer costs no more
BEFORE: Final = """
select c.id, exists(select from conversation v where v.workspace_id = c.workspace_id and v.contact_id = c.contact_id and v.id <> c.id
  and v.merged_into is null and v.created_at <= c.created_at) as returning,
  (select i.agent_id from (select v.id from conversation v where v.workspace_id = c.workspace_id and v.contact_id = c.contact_id and v.id <> c.id
     and v.created_at > now() - interval '90 days' order by v.created_at desc limit 20) v
   join interaction i on i.workspace_id = c.workspace_id and i.conversation_id = v.id and i.answered_at is not null
   order by i.answered_at desc limit 1) as agent_id
from conversation c where c.workspace_id = $1 and c.id = any($2)
"""


async def read_rule_facts(
    connection: Any, workspace_id: UUID, ids: Collection[UUID], ruleset: RuleSet
) -> dict[UUID, dict[str, Any]]:
    """Conversation -> the facts that these rules may ask for. Two statements, three where a rule asks for the past."""
    wanted = list(ids)
    rows = await connection.fetch(CONVERSATIONS, workspace_id, wanted)
    people = await read_contact_facts(connection, workspace_id, {row["contact_id"] for row in rows}, ruleset.wanted)
    before = {}
    if ruleset.asks_before:
        before = {row["id"]: row for row in await connection.fetch(BEFORE, workspace_id, wanted)}
    now = datetime.now(UTC)
    out = {}
    for row in rows:
        facts = {"today": now.date(), **people.get(row["contact_id"], {}), **conversation_facts(row), "now": now}
        past = before.get(row["id"])
        if past is not None:
            facts["returning"] = past["returning"]
            facts["previous_agent"] = str(past["agent_id"]) if past["agent_id"] else None
        out[row["id"]] = facts
    return out


def conversation_facts(row: Any) -> dict[str, Any]:
    """A record of `CONVERSATIONS` as facts. Pure."""
    said = row["said"] or ""
    return {
        "channel": row["channel"],
        "account": str(row["account_id"]) if row["account_id"] else None,
        "conversation_brand": str(row["brand_id"]) if row["brand_id"] else None,
        "subject": row["subject"],
        "text": f"{row['subject']}\n{said}".strip(),
        "conversation_label": [str(one) for one in row["labels"]],
        "priority": row["priority"],
        "field": {key: shown(value) for key, value in row["attributes"].items()},
    }


def shown(value: Any) -> Any:
    """An answer of a form as it is compared: text as it is; of what holds more, the values. Pure."""
    if isinstance(value, dict):
        return " ".join(str(one) for one in value.values() if not isinstance(one, dict | list))
    return value if isinstance(value, str | int | float | bool | list) else None


async def made_facts(connection: Any, workspace_id: UUID, made: Made, ruleset: RuleSet) -> dict[str, Any]:
    """The facts of a conversation that was made up."""
    people: dict[UUID, dict[str, Any]] = {}
    if made.contact_id is not None:
        people = await read_contact_facts(connection, workspace_id, [made.contact_id], ruleset.wanted)
    known = people.get(made.contact_id, {}) if made.contact_id is not None else {}
    facts = {
        **known,
        "channel": made.channel,
        "account": str(made.account_id) if made.account_id else None,
        "conversation_brand": str(made.brand_id) if made.brand_id else None,
        "subject": made.subject,
        "text": f"{made.subject}\n{made.text}".strip(),
        "conversation_label": [str(one) for one in made.labels],
        "priority": made.priority,
        "field": dict(made.fields),
        "returning": made.returning or bool(known),
        "attribute": {**known.get("attribute", {}), **made.attributes},
        "label": [*known.get("label", ()), *map(str, made.contact_labels)],
    }
    at = made.at or datetime.now(UTC)
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    facts["now"] = at
    facts["today"] = at.astimezone(UTC).date()
    if made.language:
        facts["language"] = [made.language, made.language.split("-")[0]]
    return facts
