"""Facts about canned replies and macros."""

from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from battito.platform.events.model import Event


class ReplyChanged(Event, frozen=True, kw_only=True, tag="canned_reply.changed"):
    """A canned reply was made, changed or taken away. `user_id`: whose own it is; None when others see it."""

    reply_id: UUID
    user_id: UUID | None = None
    canned_reply: dict[str, Any] | UnsetType | None = UNSET
    """As the API shows it but for `can_edit`; null when it is gone. Left out where only some may see it: ask for it."""

    def audience(self) -> str | None:
        """One's own concerns only oneself."""
        return None if self.user_id is None else f"user:{self.user_id}"


class MacroChanged(Event, frozen=True, kw_only=True, tag="macro.changed"):
    """A macro was made, changed or taken away. `user_id`: whose own it is; None when others see it."""

    macro_id: UUID
    user_id: UUID | None = None
    macro: dict[str, Any] | UnsetType | None = UNSET
    """As the API shows it but for `can_edit`; null when it is gone. Left out where only some may see it: ask for it."""

    def audience(self) -> str | None:
        """One's own concerns only oneself."""
        return None if self.user_id is None else f"user:{self.user_id}"
