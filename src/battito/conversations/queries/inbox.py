"""The inbox: views, filters, order, pages, counts."""

import base64
import binascii
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.filters import ONGOING, STANDARD, Filters, Order
from battito.conversations.models import Counts, InboxPage
from battito.conversations.queries.rows import COLUMNS, FROM, conversation_from
from battito.platform.actor import Context
from battito.platform.errors import Invalid

# By time-to-breach: what we must answer first, then what waits on the customer, then what sleeps, then what is done.
# Within a group the nearest promise, then who has waited longest (far beyond every promise: +8e17 µs).
GROUP: Final = "case c.status when 'open' then 0 when 'waiting' then 1 when 'snoozed' then 2 else 3 end"
LAST: Final = "coalesce(c.last_message_at, c.created_at)"


def _micros(moment: str) -> str:
    return f"(extract(epoch from {moment}) * 1000000)::bigint"


DUE: Final = f"""case
  when c.status = 'snoozed' then {_micros("coalesce(c.snoozed_until, 'epoch'::timestamptz + interval '200 years')")}
  when c.status = 'resolved' then -{_micros(LAST)}
  when c.due_at is not null then {_micros("c.due_at")}
  when c.status = 'open' then 800000000000000000 + {_micros(f"coalesce(c.waiting_since, {LAST})")}
  else -{_micros(LAST)} end"""

ORDERS: Final[dict[Order, tuple[str, str]]] = {
    "due": (GROUP, DUE),
    "recent": ("0", f"-{_micros(LAST)}"),
    "oldest": ("0", _micros("c.created_at")),
}
"""order -> (group, key within the group): both ascending, ties by id."""

COUNTS: Final = """
select
  (select count(*) from conversation c where c.workspace_id = $1 and c.owner_id = $2 and c.owner_kind = 'agent' and {ongoing}) as mine,
  (select count(*) from conversation c where c.workspace_id = $1 and c.owner_id is null and {ongoing}) as unassigned,
  (select count(*) from conversation c where c.workspace_id = $1 and c.mentions @> array[$2::uuid] and c.mentions <> '{{}}' and {ongoing}) as mentions,
  (select count(*) from conversation c where c.workspace_id = $1 and c.followers @> array[$2::uuid] and c.followers <> '{{}}' and {ongoing}) as followed
""".format(ongoing="c.status <> 'resolved' and c.merged_into is null and ($3::uuid[] is null or c.brand_id = any($3))")


class Conditions:
    """A `where` in the making: parts and their parameters."""

    def __init__(self, *values: Any) -> None:
        self.parts: list[str] = []
        self.source = "conversation c"
        """What is selected from."""
        self.values: list[Any] = list(values)

    def value(self, value: Any) -> str:
        """The placeholder of a parameter."""
        self.values.append(value)
        return f"${len(self.values)}"

    def among(self, column: str, wanted: list[Any], kind: str) -> None:
        """`column` is one of `wanted`; None among them means null."""
        real = [w for w in wanted if w is not None]
        either = []
        if real:
            either.append(f"{column} = any({self.value(real)}::{kind}[])")
        if len(real) < len(wanted):
            either.append(f"{column} is null")
        if either:
            self.parts.append(f"({' or '.join(either)})")

    @property
    def sql(self) -> str:
        """The conditions, all of which hold."""
        return " and ".join(self.parts)


def conditions(context: Context, view: str, filters: Filters) -> Conditions:
    """What selects the rows (alias `c`) of a standard view with filters, in the caller's workspace and brands.

    Without a status: those not resolved; all of them when the list is about a contact or a search.
    """
    where = Conditions(context.workspace_id)
    where.parts += ["c.workspace_id = $1", "c.merged_into is null"]
    if context.brands is not None:
        where.parts.append(f"c.brand_id = any({where.value(list(context.brands))}::uuid[])")
    if view not in STANDARD:
        raise Invalid(f"A view is one of {', '.join(STANDARD)}, or the id of a saved one.", field="view")
    status = filters.status or (None if filters.contact or filters.q else ONGOING)
    if status is not None and set(status) <= set(ONGOING):
        where.parts.append("c.status <> 'resolved'")  # as the partial indexes say it
    if status is not None and set(status) != set(ONGOING):
        where.parts.append(f"c.status = any({where.value(list(status))}::text[])")
    if view == "mine":
        where.parts.append(f"c.owner_kind = 'agent' and c.owner_id = {where.value(context.user_id)}")
    elif view == "unassigned":
        where.parts.append("c.owner_id is null")
    elif view in ("mentions", "followed"):
        column = "mentions" if view == "mentions" else "followers"
        where.parts.append(f"c.{column} <> '{{}}' and c.{column} @> array[{where.value(context.user_id)}::uuid]")
    where.among("c.channel", list(filters.channel), "text")
    where.among("c.priority", list(filters.priority), "text")
    where.among("c.team_id", list(filters.team), "uuid")
    where.among("c.queue_id", list(filters.queue), "uuid")
    where.among("c.owner_id", list(filters.owner), "uuid")
    where.among("c.brand_id", list(filters.brand), "uuid")
    where.among("c.contact_id", list(filters.contact), "uuid")
    where.among("c.account_id", list(filters.account), "uuid")
    if filters.label:
        real = [x for x in filters.label if x is not None]
        either = [f"(c.labels <> '{{}}' and c.labels && {where.value(real)}::uuid[])"] if real else []
        if None in filters.label:
            either.append("c.labels = '{}'")
        where.parts.append(f"({' or '.join(either)})")
    if filters.live is not None:
        where.parts.append("c.live" if filters.live else "not c.live")
    if filters.q:
        _look_for(where, filters.q)
    return where


def _look_for(where: Conditions, q: str) -> None:
    """A number (`#123`), or words of the subject or the contact's name. Words of messages are the search's business."""
    number = q.lstrip("#").strip()
    either = []
    if number.isascii() and number.isdigit() and len(number) < 18:
        either.append(f"c.number = {where.value(int(number))}")
    where.source += " join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id"
    pattern = "%" + q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    text = where.value(pattern)
    either += [f"c.subject ilike {text}", f"p.name ilike {text}"]
    where.parts.append(f"({' or '.join(either)})")


class _Place(msgspec.Struct, array_like=True, frozen=True):
    order: str
    group: int
    key: int
    id: UUID


def write_place(order: Order, group: int, key: int, conversation_id: UUID) -> str:
    """The opaque mark of a place in a list."""
    raw = msgspec.json.encode(_Place(order, group, key, conversation_id))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_place(text: str, order: Order) -> _Place:
    """The place behind a mark. Raises `Invalid` for what is none, or was made in another order."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        place = msgspec.json.decode(raw, type=_Place)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise Invalid("This is not a place in a list: leave it out to begin anew.", field="after") from None
    if place.order != order or not -(2**63) <= place.key < 2**63 or not 0 <= place.group < 10:
        raise Invalid("This place belongs to a list in another order: begin anew.", field="after")
    return place


async def list_conversations(
    connection: Any,
    context: Context,
    *,
    view: str,
    filters: Filters,
    order: Order = "due",
    limit: int = 50,
    after: str | None = None,
) -> InboxPage:
    """One page of a standard view, in order, with the counts of the caller's views."""
    context.require("conversations.read")
    where = conditions(context, view, filters)
    group, key = ORDERS[order]
    page = await _page(connection, where, group, key, order, limit, after)
    counts = await count_views(connection, context)
    last = page[limit - 1] if len(page) > limit else None
    following = write_place(order, last["sort_group"], last["sort_key"], last["id"]) if last else None
    return InboxPage(items=[conversation_from(row) for row in page[:limit]], next=following, counts=counts)


async def _page(
    connection: Any, where: Conditions, group: str, key: str, order: Order, limit: int, after: str | None
) -> list[Any]:
    beyond = "true"
    if after:
        place = read_place(after, order)
        places = ", ".join(where.value(v) for v in (place.group, place.key, place.id))
        beyond = f"(sort_group, sort_key, id) > ({places})"
    # the keys are worked out on the narrow rows; names are looked up for the page alone
    sql = f"""
    with found as (
      select id, sort_group, sort_key from (
        select c.id, {group} as sort_group, {key} as sort_key
        from {where.source} where {where.sql}) k
      where {beyond} order by sort_group, sort_key, id limit {where.value(limit + 1)})
    select {COLUMNS}, f.sort_group, f.sort_key {FROM} join found f on f.id = c.id
    where c.workspace_id = $1 order by f.sort_group, f.sort_key, f.id"""
    rows: list[Any] = await connection.fetch(sql, *where.values)
    return rows


async def count_views(connection: Any, context: Context) -> Counts:
    """The numbers on the caller's tabs."""
    row = await connection.fetchrow(
        COUNTS, context.workspace_id, context.actor.id, None if context.brands is None else list(context.brands)
    )
    return Counts(mine=row["mine"], unassigned=row["unassigned"], mentions=row["mentions"], followed=row["followed"])


async def find_ids(connection: Any, context: Context, *, view: str, filters: Filters, limit: int) -> list[UUID]:
    """Ids of the conversations of a view, for doing something to all of them; at most `limit`."""
    context.require("conversations.read")
    where = conditions(context, view, filters)
    rows = await connection.fetch(
        f"select c.id from {where.source} where {where.sql} order by c.id limit {where.value(limit)}",
        *where.values,
    )
    return [row["id"] for row in rows]


async def overdue_sleepers(connection: Any, limit: int = 500) -> list[tuple[UUID, UUID]]:
    """`(workspace, conversation)` of every workspace's snoozed conversations that should have woken a minute ago."""
    rows = await connection.fetch(
        "select workspace_id, id from conversation where status = 'snoozed' and snoozed_until < now() - interval '1 minute'"
        " order by snoozed_until limit $1",
        limit,
    )
    return [(row["workspace_id"], row["id"]) for row in rows]
