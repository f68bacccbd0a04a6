"""What a policy wants to happen when a promise is at risk or broken: the same actions as a person's, by the system."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from battito.conversations import rules
from battito.conversations.actions import assign, marks
from battito.conversations.actions.change import locked
from battito.conversations.actions.notes import add_note
from battito.conversations.models import Conversation, Priority
from battito.platform.database import Tx
from battito.platform.errors import NotFound
from battito.sla import store
from battito.sla.models import AddLabel, Escalation, MoveToQueue, Notify, Policy, SetPriority, Step, When, Who

MOST: Final = 20
"""People that one note names at most."""
TEAM: Final = """
select m.user_id from team_member m join app_user u on u.id = m.user_id and u.workspace_id = m.workspace_id
where m.workspace_id = $1 and u.disabled_at is null and (u.brand_ids is null or $4::uuid is null or $4 = any(u.brand_ids))
  and m.team_id in (select $2::uuid union select unnest(q.team_ids) from queue q where q.workspace_id = $1 and q.id = $3)
order by u.name limit 20
"""
SUPERVISORS: Final = """
select distinct u.id as user_id, u.name from app_user u join user_role ur on ur.user_id = u.id and ur.workspace_id = u.workspace_id
join role r on r.id = ur.role_id and r.workspace_id = u.workspace_id
where u.workspace_id = $1 and u.disabled_at is null and 'floor.act' = any(r.permissions) and 'conversations.handle_others' = any(r.permissions)
  and r.key is distinct from 'administrator' and (u.brand_ids is null or $2::uuid is null or $2 = any(u.brand_ids))
order by u.name limit 20
"""
PLACE: Final = "select locale, timezone from workspace where id = $1"
KINDS: Final[dict[str, dict[str, str]]] = {
    "it": {"first": "la prima risposta", "next": "la risposta", "resolution": "la soluzione"},
    "en": {"first": "the first response", "next": "the next response", "resolution": "the resolution"},
}
SAID: Final[dict[str, dict[str, str]]] = {
    "it": {
        "warned": "A rischio: {kind} era promessa entro le {time} del {day} («{policy}»).",
        "breached": "Scaduta: {kind} era promessa entro le {time} del {day} («{policy}»).",
    },
    "en": {
        "warned": "At risk: {kind} was promised by {time} on {day} (“{policy}”).",
        "breached": "Overdue: {kind} was promised by {time} on {day} (“{policy}”).",
    },
}


async def escalate(tx: Tx, conversation_id: UUID, clock_id: UUID, policy_id: UUID, on: When) -> None:
    """Do what the policy says, unless the clock has ended meanwhile, or the policy is gone."""
    try:
        row = (await locked(tx, [conversation_id]))[conversation_id]
    except NotFound:
        return
    clock = await tx.fetchrow(
        "select kind, due_at, ended_at from sla_run where workspace_id = $1 and id = $2", tx.workspace_id, clock_id
    )
    policies = await store.read_policies(tx.connection, tx.workspace_id)
    policy = next((one for one in policies if one.id == policy_id and one.enabled), None)
    if clock is None or clock["ended_at"] is not None or policy is None or row.merged_into is not None:
        return
    if row.status == "resolved" or clock["due_at"] is None:
        return
    for step in steps_of(policy.escalations, clock["kind"], on):
        row = (await locked(tx, [conversation_id]))[conversation_id]
        await _do(tx, row, step, policy, clock["kind"], clock["due_at"], on)


def steps_of(escalations: Iterable[Escalation], kind: str, on: When) -> list[Step]:
    """The steps that follow, in order. Pure."""
    return [step for one in escalations if one.on == on and (not one.kinds or kind in one.kinds) for step in one.steps]


def raised(now: Priority, to: Priority | None) -> Priority:
    """The priority after an escalation: never lower than `now`. Pure."""
    if to is not None:
        return rules.higher(now, to)
    ladder = rules.PRIORITIES
    return ladder[min(ladder.index(now) + 1, len(ladder) - 1)]


async def _do(
    tx: Tx, row: Conversation, step: Step, policy: Policy, kind: str, due_at: datetime, on: When
) -> None:  # fmt: skip
    match step:
        case SetPriority():
            wanted = raised(row.priority, step.priority)
            if wanted != row.priority:
                await marks.prioritise(tx, row.id, wanted)
        case MoveToQueue():
            there = await tx.fetchval(
                "select true from queue where workspace_id = $1 and id = $2 and archived_at is null",
                tx.workspace_id, step.queue_id,
            )  # fmt: skip
            if (
                there and row.queue_id != step.queue_id
            ):  # one that was archived since is passed over: the other steps still help
                await assign.transfer(tx, row.id, assign.Target(queue_id=step.queue_id))
        case AddLabel():
            labels = await tx.fetch(
                "select id from label where workspace_id = $1 and id = any($2)", tx.workspace_id, step.labels
            )
            await marks.label(tx, row.id, add=[one["id"] for one in labels])
        case Notify():
            people = await _people(tx, row, step.who)
            place = await tx.fetchrow(PLACE, tx.workspace_id)
            assert place is not None
            words = sentence(place["locale"], place["timezone"], policy.name, kind, due_at, on)
            await add_note(tx, row, words, people)


async def _people(tx: Tx, row: Conversation, who: list[Who]) -> list[UUID]:
    found: list[UUID] = []
    if "owner" in who and row.owner is not None and row.owner.kind == "agent":
        found.append(row.owner.id)
    if "team" in who:
        team = await tx.fetch(TEAM, tx.workspace_id, row.team_id, row.queue_id, row.brand_id)
        found += [one["user_id"] for one in team]
    if "supervisors" in who:
        found += [one["user_id"] for one in await tx.fetch(SUPERVISORS, tx.workspace_id, row.brand_id)]
    return list(dict.fromkeys(found))[:MOST]


def sentence(locale: str, timezone: str, policy: str, kind: str, due_at: datetime, on: When) -> str:
    """What the note says, in the workspace's language and time. Pure."""
    language = "it" if locale.startswith("it") else "en"
    local = due_at.astimezone(ZoneInfo(timezone))
    day = f"{local.day:02}/{local.month:02}" if language == "it" else f"{local.year}-{local.month:02}-{local.day:02}"
    return SAID[language][on].format(kind=KINDS[language][kind], time=f"{local:%H:%M}", day=day, policy=policy)
