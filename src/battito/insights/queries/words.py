"""Reading raised hands and words to teams."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from battito.accounts.models import Ref
from battito.insights.models import Hand, TeamMessage, Worker
from battito.kit.text import initials
from battito.platform.actor import Context

HAND: Final = """
select h.id, h.user_id, u.name as user_name, h.conversation_id, h.text, h.raised_at, h.answered_at, h.answered_by, b.name as answered_name
from raised_hand h join app_user u on u.id = h.user_id and u.workspace_id = h.workspace_id
left join app_user b on b.id = h.answered_by and b.workspace_id = h.workspace_id
left join conversation c on c.id = h.conversation_id and c.workspace_id = h.workspace_id
where h.workspace_id = $1
"""
MESSAGE: Final = """
select m.id, m.team_id, t.name as team_name, m.author_id, u.name as author_name, m.text, m.created_at, m.expires_at,
  (select count(*) from team_message_read r where r.workspace_id = m.workspace_id and r.message_id = m.id) as readers
from team_message m left join team t on t.id = m.team_id and t.workspace_id = m.workspace_id
left join app_user u on u.id = m.author_id and u.workspace_id = m.workspace_id
where m.workspace_id = $1 and m.expires_at > $2
"""
READ: Final = "select message_id, read_at from team_message_read where workspace_id = $1 and user_id = $2 and message_id = any($3)"


def hand_from(row: Any) -> Hand:
    """A row selected by `HAND`."""
    return Hand(
        id=row["id"], user=Worker(row["user_id"], row["user_name"], initials(row["user_name"])), conversation_id=row["conversation_id"],
        text=row["text"], raised_at=row["raised_at"], answered_at=row["answered_at"],
        answered_by=Ref(row["answered_by"], row["answered_name"]) if row["answered_by"] else None,
    )  # fmt: skip


def message_from(row: Any) -> TeamMessage:
    """A row selected by `MESSAGE`."""
    return TeamMessage(
        id=row["id"], team=Ref(row["team_id"], row["team_name"]) if row["team_id"] else None,
        author=Ref(row["author_id"], row["author_name"]) if row["author_id"] else None, text=row["text"],
        created_at=row["created_at"], expires_at=row["expires_at"], readers=row["readers"],
    )  # fmt: skip


async def open_hands(connection: Any, context: Context) -> list[Hand]:
    """Hands that nobody answered yet, the longest first: all of the caller's brands with `floor.watch`, else their own."""
    rows = await connection.fetch(
        f"{HAND} and h.answered_at is null and h.lowered_at is null and ($2::uuid is null or h.user_id = $2)"
        " and ($3::uuid[] is null or h.conversation_id is null or c.brand_id = any($3) or h.user_id = $4) order by h.raised_at, h.id",
        context.workspace_id,
        None if context.allows("floor.watch") else context.user_id,
        None if context.brands is None else list(context.brands),
        context.actor.id,
    )
    return [hand_from(row) for row in rows]


async def get_hand(connection: Any, context: Context, hand_id: UUID) -> Hand | None:
    """One hand that the caller may see."""
    rows = await connection.fetch(
        f"{HAND} and h.id = $2 and ($3::uuid[] is null or h.conversation_id is null or c.brand_id = any($3) or h.user_id = $4)",
        context.workspace_id, hand_id, None if context.brands is None else list(context.brands), context.actor.id,
    )  # fmt: skip
    return hand_from(rows[0]) if rows else None


async def recent_messages(
    connection: Any, context: Context, now: datetime, *, everything: bool = False
) -> list[TeamMessage]:
    """Words of the last day, newest first: those to everybody and to the caller's teams (`everything`: to all teams)."""
    rows = await connection.fetch(
        f"{MESSAGE} and ($3 or m.team_id is null or m.author_id = $4 or m.team_id in (select team_id from team_member x where x.workspace_id = $1 and x.user_id = $4))"
        " order by m.created_at desc, m.id desc limit 100",
        context.workspace_id, now, everything, context.actor.id,
    )  # fmt: skip
    messages = [message_from(row) for row in rows]
    if not everything:
        read = {
            row["message_id"]: row["read_at"]
            for row in await connection.fetch(
                READ, context.workspace_id, context.actor.id, [one.id for one in messages]
            )
        }
        for one in messages:
            one.read_at = read.get(one.id)
    return messages
