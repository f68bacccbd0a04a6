"""The workspace's labels."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from battito.conversations.actions.change import remember
from battito.conversations.actions.undo import inverse
from battito.conversations.events import LabelChanged
from battito.conversations.models import Conversation, Label
from battito.conversations.queries.labels import get_label, label_from
from battito.conversations.store import labels as store
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, Stale

LabelName = Annotated[str, Meta(min_length=1, max_length=60)]
Colour = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,29}$")]


class NewLabel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A label to make."""

    name: LabelName
    colour: Colour = "ink"


class LabelEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change of a label."""

    name: LabelName | UnsetType = UNSET
    colour: Colour | UnsetType = UNSET


@action("label.create", permission="labels.write")
async def create_label(tx: Tx, new: NewLabel) -> Label:
    """A new label; one that was taken away under this name comes back."""
    row = await store.insert(tx, uuid7(), _clean(new.name), new.colour)
    if row is None:
        raise Conflict(f"There is a label «{new.name}» already.", code="name-taken", fields={"name": "is taken"})
    return _changed(tx, label_from(row))


@action("label.edit", permission="labels.write")
async def edit_label(tx: Tx, label_id: UUID, edits: LabelEdit, *, version: int | None = None) -> Label:
    """Rename or recolour. Raises `Stale` when `version` is given and older, `Conflict("name-taken")`."""
    before = await get_label(tx.connection, tx.context, label_id, lock=True)
    if version is not None and before.version != version:
        raise Stale(current=msgspec.to_builtins(before))
    name = before.name if edits.name is UNSET else _clean(edits.name)
    colour = before.colour if edits.colour is UNSET else edits.colour
    row = await store.update(tx, label_id, name, colour)
    if row is None:
        raise Conflict(f"There is, or was, a label «{name}» already.", code="name-taken", fields={"name": "is taken"})
    return _changed(tx, label_from(row), before)


@action("label.remove", permission="labels.write")
async def remove_label(tx: Tx, label_id: UUID) -> UUID | None:
    """Take a label away: it is no longer offered or shown. The undo's id."""
    before = await get_label(tx.connection, tx.context, label_id, lock=True)
    await store.set_archived(tx, label_id, True)
    _changed(tx, None, before)
    return await remember(
        tx, "label.remove", [{"action": "label.bring_back", "arguments": {"label_id": str(label_id)}}]
    )


@inverse("label.bring_back")
@action("label.bring_back", permission="labels.write")
async def bring_back_label(tx: Tx, label_id: UUID) -> list[Conversation]:
    """A label that was taken away is there again, wherever it was."""
    await store.set_archived(tx, label_id, False)
    _changed(tx, await get_label(tx.connection, tx.context, label_id))
    return []


def _clean(name: str) -> str:
    line = " ".join(name.split())
    if not line or "\x00" in line or "," in line:
        raise Invalid("A label's name is one line without a comma.", field="name")
    return line


def _changed(tx: Tx, after: Label | None, before: Label | None = None) -> Label:
    label = after or before
    assert label is not None
    tx.emit(LabelChanged(label_id=label.id, label=after))
    tx.audit("label", label.id, before=msgspec.to_builtins(before), after=msgspec.to_builtins(after))
    return label
