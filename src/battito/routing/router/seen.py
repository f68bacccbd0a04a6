"""What the router's last looks at conversations saw already, so that an event which comes after its look costs no second one."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

REMEMBERED: Final = 4096
"""Conversations at most; one that is forgotten is looked at once more."""


class Snapshot:
    """A PostgreSQL snapshot: which transactions were over when it was taken."""

    __slots__ = ("_running", "_xmax")

    def __init__(self, text: str) -> None:
        """From `pg_current_snapshot()::text`, that is `xmin:xmax:xip_list` (PostgreSQL manual, 9.28, table 9.83)."""
        _, xmax, running = text.split(":")
        self._xmax = int(xmax)
        self._running = frozenset(map(int, running.split(","))) if running else frozenset()

    def sees(self, xid: int) -> bool:
        """Whether a transaction that has committed by now had done so when the snapshot was taken."""
        return xid < self._xmax and xid not in self._running


class Seen:
    """By conversation, the snapshot before its last look. A look sees at least what its snapshot sees."""

    def __init__(self) -> None:
        self._at: dict[UUID, Snapshot] = {}

    @staticmethod
    async def snapshot(connection: Any) -> Snapshot:
        """The snapshot as of now: take it before the look."""
        return Snapshot(await connection.fetchval("select pg_current_snapshot()::text"))

    def note(self, conversations: Iterable[UUID], snapshot: Snapshot) -> None:
        """These were looked at after `snapshot`, and what followed from it was written."""
        for one in conversations:
            self._at.pop(one, None)
            self._at[one] = snapshot
        while len(self._at) > REMEMBERED:
            del self._at[next(iter(self._at))]

    def knows(self, conversation: UUID, xid: int) -> bool:
        """Whether the last look at a conversation saw what this transaction did."""
        snapshot = self._at.get(conversation)
        return snapshot is not None and snapshot.sees(xid)

    def forget(self) -> None:
        """Memory is built anew."""
        self._at.clear()
