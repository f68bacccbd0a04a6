"""What an event is, and its place in the log."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from battito.platform.actor import Actor


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="event", omit_defaults=True):
    """A fact about to be committed. Children give `tag="noun.verb"` and may carry `conversation_id` and `seq`."""

    urgent: ClassVar[bool] = False
    """Told as soon as it is committed, and again in its place in the log: shown to the one person it is for, else hinted to
    the node's urgent listeners. Events are read in commit order, so each waits for the slowest transaction under way; a
    ringing contact should not."""

    @classmethod
    def type_name(cls) -> str:
        """The event's stable name, such as `conversation.resolved`."""
        return str(cls.__struct_config__.tag)

    def audience(self) -> str | None:
        """Who may see it: None for everybody who may see conversations, `user:<id>` or `permission:<name>`."""
        return None


class Cursor(msgspec.Struct, frozen=True, order=True):
    """A place in the log. `epoch` grows with each restore of a back-up, so that an older cursor is recognised."""

    epoch: int
    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.xid}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The cursor written by `str`, or None when it is not one."""
        parts = text.split(".")
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) <= 19 for p in parts):
            return None
        return cls(*map(int, parts))


def early_frame(event: Event, at: datetime, actor: Actor) -> dict[str, Any]:
    """An urgent event ahead of its place: as its frame will be, but without a cursor to resume from."""
    return {
        "type": "early",
        "event": event.type_name(),
        "at": at,
        "actor": actor,
        "conversation_id": getattr(event, "conversation_id", None),
        "data": event,
    }


class StoredEvent:
    """A committed event. `frame` is the event as one JSON text frame of the live socket, encoded once for all readers."""

    __slots__ = (
        "_data",
        "_raw",
        "actor",
        "at",
        "audience",
        "brands",
        "conversation_id",
        "cursor",
        "frame",
        "seq",
        "type",
        "workspace_id",
    )

    def __init__(
        self,
        cursor: Cursor,
        at: datetime,
        type: str,  # noqa: A002 (the field's own name)
        workspace_id: UUID,
        conversation_id: UUID | None,
        seq: int | None,
        actor: Actor,
        audience: str | None,
        raw: bytes,
    ) -> None:
        self.cursor, self.at, self.type, self.workspace_id = cursor, at, type, workspace_id
        self.conversation_id, self.seq, self.actor, self.audience = conversation_id, seq, actor, audience
        self.brands: frozenset[UUID] | None = None
        """Brands that the conversation is of, or was until this event; known only where somebody limited listens."""
        self._raw = raw
        self._data: dict[str, Any] | None = None
        head = {
            "type": "event",
            "cursor": str(cursor),
            "event": type,
            "at": at,
            "actor": actor,
            "conversation_id": conversation_id,
            "seq": seq,
        }
        self.frame = msgspec.json.encode(head)[:-1] + b',"data":' + raw + b"}"

    @property
    def data(self) -> dict[str, Any]:
        """The event struct's fields, decoded when somebody first looks: sockets only pass the bytes on."""
        if self._data is None:
            self._data = msgspec.json.decode(self._raw)
        return self._data
