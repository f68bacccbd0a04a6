"""What a client knows: rows and streams, moved by events alone, as `contract.md` says a client should."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from battito.conversations.models import Conversation, Message
from battito.conversations.queries import COLUMNS, FROM, conversation_from, message_from

EVENTS = """
select xid::text::bigint as xid, id, type, conversation_id, seq, audience, data from event
where workspace_id = $1 and (xid, id) > ($2::text::xid8, $3::bigint) order by event.xid, id
"""


def plain(value: Any, kind: Any) -> Any:
    """A value in one form, however it was written (`Z` or `+00:00`)."""
    return msgspec.convert(msgspec.to_builtins(value), kind)


class Client:
    """Rows and messages of a whole workspace."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.rows: dict[UUID, Conversation] = {}
        self.messages: dict[UUID, dict[UUID, Message]] = {}
        self.cursor = (0, 0)
        self.stale: set[UUID] = set()
        """Conversations whose numbering changed: their messages are to be fetched again."""

    async def fetch(self, connection: Any) -> None:
        """Take a fresh snapshot."""
        self.rows = await fresh_rows(connection, self.workspace_id)
        self.messages = await fresh_messages(connection, self.workspace_id)
        for event in await connection.fetch(EVENTS, self.workspace_id, "0", 0):
            self.cursor = (event["xid"], event["id"])

    async def follow(self, connection: Any) -> list[Any]:
        """Apply what happened since, and give the events."""
        events = await connection.fetch(EVENTS, self.workspace_id, str(self.cursor[0]), self.cursor[1])
        for event in events:
            self.cursor = (event["xid"], event["id"])
            self.apply(event["data"], event["conversation_id"], event["seq"])
        for conversation_id in self.stale:
            self.messages[conversation_id] = (await fresh_messages(connection, self.workspace_id, conversation_id)).get(
                conversation_id, {}
            )
        self.stale.clear()
        return list(events)

    def apply(self, data: dict[str, Any], conversation_id: UUID | None, seq: int | None) -> None:
        """One event. Applying one twice changes nothing."""
        if "conversation" in data:
            row = msgspec.convert(data["conversation"], Conversation)
            if row.id not in self.rows or self.rows[row.id].seq < row.seq:
                self.rows[row.id] = row
        if conversation_id in self.rows and seq is not None and seq > self.rows[conversation_id].seq:
            now = msgspec.to_builtins(self.rows[conversation_id])
            self.rows[conversation_id] = msgspec.convert({**now, **data.get("changes", {})}, Conversation)
            assert self.rows[conversation_id].seq == seq
        if data.get("renumbered"):
            self.stale |= {conversation_id, UUID(data["other"])} if conversation_id else set()
        if data.get("message"):
            message = msgspec.convert(data["message"], Message)
            self.messages.setdefault(message.conversation_id, {})[message.id] = message
        if data["type"] == "message.status" and conversation_id in self.messages:
            known = self.messages[conversation_id].get(UUID(data["message_id"]))
            if known:
                known.status = msgspec.convert(data["status"], type(known.status))

    async def check(self, connection: Any) -> None:
        """What events made of the old state is what a fresh look shows."""
        rows = await fresh_rows(connection, self.workspace_id)
        assert self.rows.keys() == rows.keys()
        for one, row in rows.items():
            assert differences(self.rows[one], row) == {}, (row.number, differences(self.rows[one], row))
        messages = await fresh_messages(connection, self.workspace_id)
        for one in rows:
            mine, theirs = self.messages.get(one, {}), messages.get(one, {})
            assert mine.keys() == theirs.keys()
            for key, message in theirs.items():
                assert differences(mine[key], message) == {}, differences(mine[key], message)


def differences(a: Any, b: Any) -> dict[str, tuple[Any, Any]]:
    """Fields that differ."""
    return {
        name: (getattr(a, name), getattr(b, name))
        for name in a.__struct_fields__
        if plain(getattr(a, name), type_of(a, name)) != plain(getattr(b, name), type_of(b, name))
    }


def type_of(struct: Any, name: str) -> Any:
    """The declared type of a field."""
    return {f.name: f.type for f in msgspec.structs.fields(struct)}[name]


async def fresh_rows(connection: Any, workspace_id: UUID) -> dict[UUID, Conversation]:
    """Every conversation as the API would show it, merged ones too."""
    rows = await connection.fetch(f"select {COLUMNS} {FROM} where c.workspace_id = $1", workspace_id)
    return {row["id"]: conversation_from(row) for row in rows}


async def fresh_messages(
    connection: Any, workspace_id: UUID, conversation_id: UUID | None = None
) -> dict[UUID, dict[UUID, Message]]:
    """Every message as the API would show it, by conversation."""
    rows = await connection.fetch(
        "select * from message where workspace_id = $1 and ($2::uuid is null or conversation_id = $2) order by seq",
        workspace_id, conversation_id,
    )  # fmt: skip
    out: dict[UUID, dict[UUID, Message]] = {}
    for row in rows:
        out.setdefault(row["conversation_id"], {})[row["id"]] = message_from(row)
    return out


def lawful(row: Conversation) -> None:
    """What is true of every row at every moment."""
    assert (row.resolved_at is not None) == (row.status == "resolved")
    assert row.snoozed_until is None or row.status == "snoozed"
    if row.status == "resolved":
        assert (row.waiting_since, row.due_at, row.due_kind, row.warn_at, row.unread, row.live) == (
            None,
            None,
            None,
            None,
            0,
            False,
        )
    assert row.unread >= 0
    assert len(set(row.labels)) == len(row.labels)
    assert len(set(row.followers)) == len(row.followers)
    assert row.id not in row.linked


def moment(value: str) -> datetime:
    """An RFC 3339 time."""
    return msgspec.convert(value, datetime)
