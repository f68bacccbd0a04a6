"""The life of a conversation, decided without I/O: what each step changes, and which steps are refused.

    open ──reply──> waiting ──customer──> open        any ──resolve──> resolved ──customer, reopen──> open
    open, waiting ──snooze──> snoozed ──time, customer, reopen──> open

Always true of a row: `snoozed_until` and `resolved_at` are set only in their states, and a resolved conversation waits
for nobody: no `waiting_since`, no `due_at`, no `warn_at`, nothing unread, not live.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from battito.conversations.models import Conversation, Priority
from battito.platform.actor import Actor, ActorKind
from battito.platform.errors import Conflict, Forbidden, Invalid

Changes = dict[str, Any]
"""Fields of `Conversation` with their new values."""

LONGEST_SNOOZE: Final = timedelta(days=5 * 366)
SUBJECT_LIMIT: Final = 500
LABEL_LIMIT: Final = 50
PRIORITIES: Final[tuple[Priority, ...]] = ("low", "normal", "high", "urgent")
WAIT: Final = ("waiting_since", "due_at", "due_kind", "warn_at")
"""Fields that say since when a customer waits, and what was promised."""
SETTLED: Final[Changes] = {
    "waiting_since": None, "due_at": None, "due_kind": None, "warn_at": None, "unread": 0, "live": False,
}  # fmt: skip
"""What holds of a conversation in which nobody waits for us."""


def resolve(now: datetime) -> Changes:
    """Done: from any state. Nobody waits any more."""
    return {"status": "resolved", "resolved_at": now, "snoozed_until": None, **SETTLED}


def reopen() -> Changes:
    """Back to work: from any state."""
    return {"status": "open", "resolved_at": None, "snoozed_until": None}


def snooze(row: Conversation, until: datetime | None, now: datetime) -> Changes:
    """Out of sight until a moment, or (`until` None) until the customer writes. Raises `Conflict`, `Invalid`."""
    if row.status == "resolved":
        raise Conflict("This conversation is resolved: reopen it first.", code="resolved")
    if until is not None and until <= now:
        raise Invalid("This moment is past. Choose a later one.", field="until")
    if until is not None and until - now > LONGEST_SNOOZE:
        raise Invalid("This is more than five years away. Choose a nearer moment.", field="until")
    return {"status": "snoozed", "snoozed_until": until}


def wake(row: Conversation, now: datetime) -> Changes:
    """Its moment came. Nothing changes when it was woken or put off meanwhile."""
    if row.status != "snoozed" or row.snoozed_until is None or row.snoozed_until > now:
        return {}
    return {"status": "open", "snoozed_until": None}


def customer_wrote(row: Conversation, now: datetime, due_at: datetime | None, *, answered: bool) -> Changes:
    """A customer's message opens any conversation and starts a wait, unless one runs already.

    `answered` says that an agent has replied here before. `store/post.py` does the same in SQL for many at once.
    """
    changes: Changes = {"status": "open", "snoozed_until": None, "resolved_at": None, "unread": row.unread + 1}
    if row.waiting_since is None:
        changes["waiting_since"] = now
        changes["due_at"] = due_at
        changes["due_kind"] = None if due_at is None else "next" if answered else "first"
        changes["warn_at"] = None
    return changes


def agent_replied(then: Literal["waiting", "resolved", "open"], now: datetime) -> Changes:
    """A person's reply ends the wait. `store/post.py` does the same in SQL."""
    settled = resolve(now) if then == "resolved" else {**SETTLED, "status": then, "resolved_at": None}
    settled["snoozed_until"] = None
    if then != "resolved":
        del settled["live"]
    return settled


def may_change(row: Conversation, actor: Actor, *, others: bool) -> None:
    """Refuse to change what a colleague owns, unless the caller may handle others' conversations (`others`)."""
    if row.merged_into is not None:
        raise Conflict(
            "This conversation was merged into another one: act there.", code="merged", merged_into=str(row.merged_into)
        )
    if actor.kind is ActorKind.system or others or row.owner is None or row.owner.kind == "bot":
        return
    if row.owner.id != actor.id:
        raise Forbidden(
            f"This conversation belongs to {row.owner.name}. Take it over first, or ask them.",
            code="not-owner",
            owner={"kind": row.owner.kind, "id": str(row.owner.id), "name": row.owner.name},
        )


def check_subject(subject: str) -> str:
    """The subject as it is kept: one line. Raises `Invalid`."""
    line = " ".join(subject.split())
    if len(line) > SUBJECT_LIMIT:
        raise Invalid(f"A subject holds at most {SUBJECT_LIMIT} characters.", field="subject")
    if "\x00" in line:
        raise Invalid("The subject holds a NUL character.", field="subject")
    return line


def with_member(members: list[UUID], one: UUID) -> list[UUID]:
    """`members` with `one`, in the order they came."""
    return members if one in members else [*members, one]


def without_member(members: list[UUID], one: UUID) -> list[UUID]:
    """`members` without `one`."""
    return [m for m in members if m != one]


def really_changed(row: Conversation, fields: Mapping[str, Any]) -> Changes:
    """Those of `fields` that differ from the row."""
    return {name: value for name, value in fields.items() if getattr(row, name) != value}


FIELDS: Final = {field.name: field.type for field in msgspec.structs.fields(Conversation)}


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as JSON knows them, for keeping and comparing."""
    return {name: msgspec.to_builtins(value) for name, value in fields.items()}


def from_plain(fields: Mapping[str, Any]) -> Changes:
    """Fields kept by `plain` as values of a `Conversation` again."""
    return {name: msgspec.convert(value, FIELDS[name]) for name, value in fields.items()}


STATE: Final = ("status", "resolved_at", "snoozed_until")
"""Fields that only make sense together: taken back all three or none."""


def kept(row: Conversation, fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What to keep of a change so that it can be taken back: the fields before and after it, `plain`."""
    whole = dict(fields)
    if not whole.keys().isdisjoint(STATE):
        whole = {name: getattr(row, name) for name in STATE} | whole
    return plain({name: getattr(row, name) for name in whole}), plain(whole)


class Restoring(msgspec.Struct, frozen=True):
    """What taking a change back would do: `fields` to write, `clash` the fields that somebody changed since."""

    fields: Changes
    clash: list[str]


def restoring(row: Conversation, before: Mapping[str, Any], after: Mapping[str, Any], key: Iterable[str]) -> Restoring:
    """Compare a row with the state that an action had found (`before`) and left (`after`), both from `kept`.

    The fields of `key` are what the action was about: if one of them is another now, taking it back would undo
    somebody's later decision. The other fields go back where they are still as the action left them.
    """
    now = plain({name: getattr(row, name) for name in after})
    changed = {name for name in after if now[name] != after[name]}
    if not changed.isdisjoint(STATE):
        changed |= {"status"}
    elif before.get("status") == "resolved" and _waits_anew(row, now, after):
        changed |= {"status", "waiting_since"}  # the customer wrote meanwhile: it cannot be done again unseen
    clash = sorted(changed & {*key, *(("waiting_since",) if "status" in key else ())})
    if clash:
        return Restoring({}, clash)
    if "status" in changed:
        changed |= {*STATE, *SETTLED}
    fields = from_plain({name: before[name] for name in after if name not in changed})
    if fields.get("status") == "resolved":
        fields |= SETTLED
    return Restoring(fields, [])


def _waits_anew(row: Conversation, now: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether somebody waits whom the action did not leave waiting itself (a merge brings in whoever waits)."""
    waits = row.waiting_since is not None and (
        "waiting_since" not in after or now["waiting_since"] != after["waiting_since"]
    )
    return waits or row.unread > after.get("unread", 0) or (row.live and not after.get("live", False))


def higher(a: Priority, b: Priority) -> Priority:
    """The more urgent of two."""
    return max(a, b, key=PRIORITIES.index)


def earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    """The earlier of two moments that may be missing."""
    return min((x for x in (a, b) if x is not None), default=None)
