"""The conversations behind a number of the floor: by the same rules as the number was counted."""

import base64
import binascii
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

import msgspec

from battito.conversations.queries.rows import COLUMNS, FROM, conversation_from
from battito.insights.models import ContactPage, ContactRow
from battito.insights.store.counts import OFFERED, Narrowing
from battito.insights.store.now import NEARLY, PROMISED, conversation_conditions, waits_sql
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.routing.router.rows import COLUMNS as INTERACTION
from battito.routing.router.rows import row_from, shown

Figure = Literal[
    "waiting", "at_risk", "breached", "handling", "wrapping_up", "offered", "answered", "abandoned", "flow_out"
]
FIGURES: Final[tuple[str, ...]] = get_args(Figure)
NOW: Final = frozenset({"waiting", "at_risk", "breached", "handling", "wrapping_up"})
NEAREST: Final = frozenset({"waiting", "at_risk", "breached"})
"""The oldest or nearest first; the others newest first."""

DURING: Final[dict[str, tuple[str, str]]] = {
    "offered": ("i.entered_at", OFFERED),
    "answered": ("i.answered_at", OFFERED),
    "abandoned": ("i.wrapped_at", "i.outcome = 'abandoned'"),
    "flow_out": ("i.wrapped_at", "i.outcome = 'flow-out'"),
    "handling": ("i.answered_at", "i.state = 'handling' and i.agent_id is not null"),
    "wrapping_up": ("i.ended_at", "i.state = 'wrap-up' and i.agent_id is not null"),
}
"""figure -> the moment it is counted by, and what is counted (the same conditions as in `store.counts`)."""


class _Place(msgspec.Struct, array_like=True, frozen=True):
    figure: str
    since: datetime
    key: UUID


def _write(place: _Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read(text: str, figure: str) -> _Place:
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Place)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise Invalid("This is not a place in a list: leave it out to begin anew.", field="after") from None
    if place.figure != figure:
        raise Invalid("This place belongs to the list of another number: begin anew.", field="after")
    return place


async def behind(
    connection: Any, context: Context, figure: str, asked: Narrowing, start: datetime, end: datetime, now: datetime, *,
    limit: int = 50, after: str | None = None,
) -> ContactPage:  # fmt: skip
    """One page of what a number counts; `start` to `end` hold for what is counted by the day. Needs `floor.watch` and, as
    every look at conversations, `conversations.read`. Raises `Invalid`."""
    context.require("floor.watch")
    context.require("conversations.read")
    if figure not in FIGURES:
        raise Invalid(f"A figure is one of {', '.join(FIGURES)}.", field="figure")
    source, values = _source(figure, asked, start, end, now)
    total = await connection.fetchval(f"select count(*) from ({source}) f", context.workspace_id, *values)
    ascending = figure in NEAREST
    beyond = ""
    if after:
        place = _read(after, figure)
        beyond = f"where (f.since, f.key) {'>' if ascending else '<'} (${len(values) + 2}, ${len(values) + 3})"
        values += [place.since, place.key]
    order = "" if ascending else " desc"
    rows = await connection.fetch(
        f"select f.* from ({source}) f {beyond} order by f.since{order}, f.key{order} limit {limit + 1}",
        context.workspace_id, *values,
    )  # fmt: skip
    page = rows[:limit]
    items = await _items(connection, context, page, now)
    last = page[-1] if len(rows) > limit else None
    following = _write(_Place(figure, last["since"], last["key"])) if last else None
    return ContactPage(items=items, next=following, total=total)


def _source(figure: str, asked: Narrowing, start: datetime, end: datetime, now: datetime) -> tuple[str, list[Any]]:
    """A statement of `conversation_id, interaction_id, since, key`; $1 is the workspace."""
    narrow: dict[str, Any] = {
        "queues": asked.queues,
        "teams": asked.teams,
        "brands": asked.brands,
        "channels": asked.channels,
    }
    if figure == "waiting":
        waits, values = waits_sql(2, **narrow)
        return (
            f"select w.conversation_id, w.interaction_id, w.since, coalesce(w.interaction_id, w.conversation_id) as key from ({waits}) w",
            values,
        )
    if figure in ("at_risk", "breached"):
        where, values = conversation_conditions(3, **narrow)
        due = "c.due_at <= $2" if figure == "breached" else f"c.due_at > $2 and {NEARLY} <= $2"
        sql = f"select c.id as conversation_id, null::uuid as interaction_id, c.due_at as since, c.id as key from conversation c where c.workspace_id = $1 and {PROMISED} and {due} {where}"
        return sql, [now, *values]
    moment, condition = DURING[figure]
    first = 2 if figure in NOW else 4
    joins, where, values = asked.parts(first)
    during = "" if figure in NOW else f"and {moment} >= $2 and {moment} < $3"
    sql = f"select i.conversation_id, i.id as interaction_id, {moment} as since, i.id as key from interaction i {joins} where i.workspace_id = $1 and {condition} {during} {where}"
    return sql, values if figure in NOW else [start, end, *values]


async def _items(connection: Any, context: Context, page: list[Any], now: datetime) -> list[ContactRow]:
    conversations = {
        row["id"]: conversation_from(row)
        for row in await connection.fetch(
            f"select {COLUMNS} {FROM} where c.workspace_id = $1 and c.id = any($2) and ($3::uuid[] is null or c.brand_id = any($3))",
            context.workspace_id, [row["conversation_id"] for row in page],
            None if context.brands is None else list(context.brands),
        )
    }  # fmt: skip
    interactions = {
        row["id"]: row_from(row)
        for row in await connection.fetch(
            f"select {INTERACTION} from interaction i where i.workspace_id = $1 and i.id = any($2)",
            context.workspace_id,
            [row["interaction_id"] for row in page if row["interaction_id"] is not None],
        )
    }
    items = []
    for row in page:
        conversation = conversations.get(row["conversation_id"])
        if conversation is None:
            continue
        own = interactions.get(row["interaction_id"])
        waited: float | None = None
        if own is not None:
            waited = ((own.answered_at or own.ended_at or now) - own.entered_at).total_seconds()
        elif conversation.waiting_since is not None:
            waited = (now - conversation.waiting_since).total_seconds()
        items.append(
            ContactRow(conversation=conversation, interaction=shown(own) if own else None, since=row["since"], waited_s=waited)
        )  # fmt: skip
    return items
