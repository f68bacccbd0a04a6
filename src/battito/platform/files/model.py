"""What is known of a stored file."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from battito.platform.events.model import Event

Scan = Literal["clean", "pending", "infected", "skipped"]


class StoredFile(msgspec.Struct, kw_only=True):
    """A file of a workspace. Its bytes lie in the store under `<workspace>/<sha256>`, once however often it was sent."""

    id: UUID
    workspace_id: UUID
    sha256: bytes
    name: str
    content_type: str
    """By its content, never by what the sender claimed."""
    size: int
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    scan: Scan = "skipped"
    scan_detail: str | None = None
    preview_sha256: bytes | None = None
    created_by: UUID | None = None
    created_at: datetime
    stored_from: datetime | None = None
    """Of a file that is not recorded yet: when storing its bytes began."""

    @property
    def url(self) -> str:
        """The door for people who are signed in."""
        return f"/api/v1/files/{self.id}"

    @property
    def preview_url(self) -> str | None:
        """The door of its small picture, if it has one."""
        return f"{self.url}/preview" if self.preview_sha256 is not None else None


class FileExamined(Event, frozen=True, kw_only=True, tag="file.examined"):
    """The scan of a file ended."""

    file_id: UUID
    scan: Scan
