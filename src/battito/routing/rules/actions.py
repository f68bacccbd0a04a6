"""Editing the draft, publishing it, going back to an older version."""

from typing import Annotated
from uuid import UUID

import msgspec

from battito.contacts.segments.uses import uses_segments
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound, Stale
from battito.routing.events import RulesDrafted, RulesPublished
from battito.routing.rules.decide import as_id, named_in
from battito.routing.rules.diff import diff, ids_once
from battito.routing.rules.model import MOST_RULES, Rule, RulesState
from battito.routing.rules.queries import findings_of, get_draft, get_state, get_version, plain_rules, refuse_strangers

LOCK = "select pg_advisory_xact_lock(hashtextextended('routing rules ' || $1::uuid::text, 0))"
PUBLISHED = """
select v.rules from routing_rules r join routing_rules_version v on v.workspace_id = r.workspace_id and v.number = r.published
where r.workspace_id = $1
"""


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """The rules of the draft, whole and in order."""

    rules: Annotated[list[Rule], msgspec.Meta(max_length=MOST_RULES)]


class Publication(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is published. `version`: the draft's, as the caller read it; `note`: what changed, for those who read history."""

    version: int
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""


class Return(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why one goes back."""

    note: Annotated[str, msgspec.Meta(max_length=400)] = ""


@action("routing_rules.draft", permission="queues.manage")
async def save_draft(tx: Tx, rules: list[Rule], *, version: int | None = None) -> RulesState:
    """Replace the draft; nothing is routed by it yet. What is wrong with it is said, not refused.

    Raises `Invalid` for two rules of one id, and for naming what is not in this workspace (what went away while it stood
    in the draft is only said); `Stale` with the draft when `version` is not the newest.
    """
    if not ids_once(rules):
        raise Invalid("Two rules have the same id.", field="rules")
    await tx.fetch(LOCK, tx.workspace_id)
    before, known = await get_draft(tx.connection, tx.context)
    await refuse_strangers(tx.connection, tx.context, rules, before)
    if version is not None and version != known:
        current = msgspec.to_builtins(await get_state(tx.connection, tx.context), str_keys=True)
        raise Stale("Somebody changed the draft meanwhile: look at what it is now.", current=current)
    await tx.execute(
        "insert into routing_rules(workspace_id, draft, edited_by, edited_at) values ($1, $2, $3, $4) on conflict (workspace_id)"
        " do update set draft = excluded.draft, version = routing_rules.version + 1, edited_by = excluded.edited_by, edited_at = excluded.edited_at",
        tx.workspace_id, plain_rules(rules), tx.context.actor.name, tx.now,
    )  # fmt: skip
    state = await get_state(tx.connection, tx.context)
    tx.audit("routing_rules", tx.workspace_id, after={"version": state.version, "changes": diff(before, rules)})
    tx.emit(RulesDrafted(version=state.version, edited_by=tx.context.actor.name))
    return state


@action("routing_rules.publish", permission="queues.manage")
async def publish(tx: Tx, publication: Publication) -> RulesState:
    """Put the draft in force, for conversations that begin from now on.

    Raises `Conflict("rules-wrong")` naming what stands in the way, `Conflict("nothing-changed")`, `Stale`.
    """
    await tx.fetch(LOCK, tx.workspace_id)
    state = await get_state(tx.connection, tx.context)
    if publication.version != state.version:
        current = msgspec.to_builtins(state, str_keys=True)
        raise Stale("Somebody changed the draft meanwhile: look at what it is now.", current=current)
    errors = [one for one in state.findings if one.level == "error"]
    if errors:
        places = {f"rules[{one.place - 1}].{one.path}": one.message for one in errors}
        raise Conflict(
            "The rules cannot be published yet: " + " ".join(dict.fromkeys(places.values())), code="rules-wrong", fields=places
        )  # fmt: skip
    if state.published is not None and not state.changes:
        raise Conflict("The draft is what is in force already.", code="nothing-changed")
    return await _put_in_force(tx, state.draft, publication.note, None)


@action("routing_rules.restore", permission="queues.manage")
async def restore(tx: Tx, version_id: UUID, note: str = "") -> RulesState:
    """Go back to an older version: its rules are published again, under a new number. A draft that is being edited stays.

    Raises `NotFound`; `Conflict("rules-wrong")` when it names what is no longer there; `Conflict("nothing-changed")`.
    """
    await tx.fetch(LOCK, tx.workspace_id)
    old = await get_version(tx.connection, tx.context, version_id)
    state = await get_state(tx.connection, tx.context)
    if old.current:
        raise Conflict("This version is in force already.", code="nothing-changed")
    errors = [one for one in await findings_of(tx.connection, tx.context, old.content) if one.level == "error"]
    if errors:
        raise Conflict(
            "What this version names is no longer there: " + " ".join(dict.fromkeys(one.message for one in errors)),
            code="rules-wrong", fields={f"rules[{one.place - 1}].{one.path}": one.message for one in errors},
        )  # fmt: skip
    if not state.changes:  # nobody edits: the draft goes on from what is in force
        await tx.execute(
            "update routing_rules set draft = $2, version = version + 1, edited_by = $3, edited_at = $4 where workspace_id = $1",
            tx.workspace_id, plain_rules(old.content), tx.context.actor.name, tx.now,
        )  # fmt: skip
    return await _put_in_force(tx, old.content, note, old.number)


async def _put_in_force(tx: Tx, rules: list[Rule], note: str, restored_from: int | None) -> RulesState:
    version_id = uuid7()
    number = await tx.fetchval(
        "select coalesce(max(number), 0) + 1 from routing_rules_version where workspace_id = $1", tx.workspace_id
    )
    await tx.execute(
        "insert into routing_rules_version(id, workspace_id, number, rules, note, restored_from, published_by, published_by_name, published_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        version_id, tx.workspace_id, number, plain_rules(rules), " ".join(note.split()), restored_from, tx.context.actor.id, tx.context.actor.name, tx.now,
    )  # fmt: skip
    changed = await tx.execute(
        "update routing_rules set published = $2, since = coalesce(since, $3) where workspace_id = $1",
        tx.workspace_id,
        number,
        tx.now,
    )
    if not changed:
        raise NotFound("There is no draft to publish.")
    named = [one for one in map(as_id, named_in([rule for rule in rules if rule.enabled], "calendar")) if one]
    await tx.execute("delete from routing_rules_calendar where workspace_id = $1", tx.workspace_id)
    await tx.execute(
        "insert into routing_rules_calendar(workspace_id, calendar_id)"
        " select $1, c.id from calendar c where c.workspace_id = $1 and c.id = any($2)",
        tx.workspace_id, named,
    )  # fmt: skip
    shown = await get_version(tx.connection, tx.context, version_id)
    tx.audit(
        "routing_rules", tx.workspace_id,
        after={"published": number, "note": shown.note, "restored_from": restored_from, "changes": shown.changes},
    )  # fmt: skip
    tx.emit(
        RulesPublished(number=number, note=shown.note, restored_from=restored_from, published_by=tx.context.actor.name)
    )
    return await get_state(tx.connection, tx.context)


@uses_segments
async def rules_with(tx: Tx, segment_id: UUID) -> list[str]:
    """The published rules, switched on, that ask for a segment."""
    row = await tx.fetchrow(PUBLISHED, tx.workspace_id)
    rules = msgspec.convert(row["rules"], list[Rule]) if row else []
    return [f"«{rule.name}»" for rule in rules if rule.enabled and str(segment_id) in named_in([rule], "segment")]
