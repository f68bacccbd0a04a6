"""What canned replies and macros are, as the doors show them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from battito.conversations.models import Attachment, Priority

Scope = Literal["mine", "team", "brand", "all"]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Shortcut = Annotated[str, Meta(max_length=40, pattern=r"^[^\s;{}]*$")]
Text = Annotated[str, Meta(max_length=50_000)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class CannedReply(msgspec.Struct, kw_only=True):
    """A ready answer. `can_edit` says whether the caller may change it."""

    id: UUID
    name: str
    shortcut: str
    text: str
    html: str | None
    language: str | None
    scope: Scope
    team_id: UUID | None
    brand_id: UUID | None
    attachments: list[Attachment]
    variables: list[str]
    can_edit: bool
    version: int
    updated_at: datetime


class NewReply(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A ready answer to keep. `team_id` with the scope `team`, `brand_id` with `brand`."""

    name: Name
    text: Text
    shortcut: Shortcut = ""
    html: Text | None = None
    language: Language | None = None
    scope: Scope = "mine"
    team_id: UUID | None = None
    brand_id: UUID | None = None
    attachments: Annotated[list[UUID], Meta(max_length=20)] = []


class ReplyEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change of a ready answer."""

    name: Name | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    shortcut: Shortcut | UnsetType = UNSET
    html: Text | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    scope: Scope | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET
    brand_id: UUID | UnsetType | None = UNSET
    attachments: Annotated[list[UUID], Meta(max_length=20)] | UnsetType = UNSET


class Preview(msgspec.Struct, kw_only=True):
    """A ready answer filled in for one conversation; `missing` are variables without a value, left as they stand."""

    text: str
    html: str | None = None
    missing: list[str] = []
    attachments: list[Attachment] = []


class Reply(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="reply", tag_field="do"):
    """Answer the customer, with a text of its own or a canned reply's."""

    text: Text = ""
    canned_reply_id: UUID | None = None


class Note(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="note", tag_field="do"):
    """Leave a note."""

    text: Annotated[str, Meta(min_length=1, max_length=50_000)]


class Label(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="label", tag_field="do"):
    """Put labels on and take labels off."""

    add: list[UUID] = []
    remove: list[UUID] = []


class Assign(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="assign", tag_field="do"):
    """Give it to a person, a team or a queue; `me` is whoever runs the macro; nothing releases it."""

    me: bool = False
    user_id: UUID | None = None
    team_id: UUID | None = None
    queue_id: UUID | None = None


class SetPriority(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="priority", tag_field="do"):
    """Set the priority."""

    priority: Priority


class Snooze(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="snooze", tag_field="do"):
    """Out of sight until a time in words («domani alle 9»), or until the customer writes."""

    words: Annotated[str, Meta(max_length=200)] = ""
    until_reply: bool = False


class Subject(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="subject", tag_field="do"):
    """Give it a subject."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]


class Resolve(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="resolve", tag_field="do"):
    """Resolve it."""


class Reopen(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="reopen", tag_field="do"):
    """Reopen it."""


class Follow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag="follow", tag_field="do"):
    """Follow it."""


Step = Reply | Note | Label | Assign | SetPriority | Snooze | Subject | Resolve | Reopen | Follow
Steps = Annotated[list[Step], Meta(min_length=1, max_length=20)]


class Macro(msgspec.Struct, kw_only=True):
    """Several actions in order."""

    id: UUID
    name: str
    description: str
    steps: list[Step]
    scope: Scope
    team_id: UUID | None
    brand_id: UUID | None
    can_edit: bool
    version: int
    updated_at: datetime


class NewMacro(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A macro to keep."""

    name: Name
    steps: Steps
    description: Annotated[str, Meta(max_length=1000)] = ""
    scope: Scope = "mine"
    team_id: UUID | None = None
    brand_id: UUID | None = None


class MacroEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change of a macro."""

    name: Name | UnsetType = UNSET
    steps: Steps | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET
    brand_id: UUID | UnsetType | None = UNSET


class StepPreview(msgspec.Struct, kw_only=True):
    """What one step would do: `text` is the answer or note filled in, the moment, or the names concerned."""

    do: str
    text: str
    missing: list[str] = []
    problem: str | None = None
    """Why this step would be refused now."""


class MacroPreview(msgspec.Struct, kw_only=True):
    """What a macro would do to one conversation."""

    steps: list[StepPreview]
