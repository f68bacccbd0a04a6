"""What the parts of the loader share: keys to ids, and ids that carry their moment."""

import random
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from battito.demo.models import DemoWorld


class Load(msgspec.Struct, kw_only=True):
    """One load under way."""

    workspace: UUID
    world: DemoWorld
    connection: Any
    rng: random.Random
    users: dict[str, UUID] = {}
    teams: dict[str, UUID] = {}
    brands: dict[str, UUID] = {}
    labels: dict[str, UUID] = {}
    skills: dict[str, UUID] = {}
    queues: dict[str, UUID] = {}
    """By the key of the team that serves them."""
    accounts: dict[str, UUID] = {}
    contacts: dict[str, UUID] = {}
    files: dict[int, dict[str, Any]] = {}
    """Attachments as messages hold them, by the identity of their description."""

    def id_at(self, moment: datetime) -> UUID:
        """A UUIDv7 of that moment (RFC 9562, 5.7), the same for the same seed."""
        milliseconds = int(moment.timestamp() * 1000)
        noise = self.rng.getrandbits(74)
        return UUID(
            int=(milliseconds & 0xFFFFFFFFFFFF) << 80
            | 0x7 << 76
            | (noise >> 62) << 64
            | 0b10 << 62
            | noise & ((1 << 62) - 1)
        )

    async def copy(self, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        """Add rows; `columns` as in SQL. Every row names the workspace it belongs to."""
        names = [c.strip() for c in columns.split(",")]
        if "workspace_id" not in names:
            raise ValueError(f"{table}: every row names its workspace")
        await self.connection.copy_records_to_table(table, records=rows, columns=names)
