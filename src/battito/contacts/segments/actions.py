"""Making, changing and taking away segments."""

from typing import Any, Final
from uuid import UUID

import msgspec

from battito.contacts.events import SegmentChanged
from battito.contacts.segments.check import Fault, faults
from battito.contacts.segments.model import Segment, SegmentWish
from battito.contacts.segments.queries import MOST_SEGMENTS, get_segment, known_for
from battito.contacts.segments.uses import users_of
from battito.contacts.segments.words import said
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, Stale

LOCALE: Final = "select locale from app_user where workspace_id = $1 and id = $2"


async def refuse(connection: Any, context: Context, found: list[Fault]) -> None:
    """Raises `Invalid` naming every place at fault, in the caller's language."""
    if found:
        locale = await connection.fetchval(LOCALE, context.workspace_id, context.actor.id) or "en"
        fields = {fault.path: said(fault, locale) for fault in found}
        raise Invalid(" ".join(dict.fromkeys(fields.values())), fields=fields)


@action("segment.save", permission="attributes.manage")
async def save_segment(tx: Tx, segment_id: UUID | None, wish: SegmentWish, *, version: int | None = None) -> Segment:
    """Make a segment (`segment_id` None) or change it. What routes by it does so at once.

    Raises `Invalid`, `Conflict("name-taken")`, `NotFound`; `Stale` when `version` is not the newest.
    """
    name = " ".join(wish.name.split())
    if not name:
        raise Invalid("Give it a name.", field="name")
    known = await known_for(tx.connection, tx.workspace_id, [wish.conditions])
    await refuse(tx.connection, tx.context, faults(wish.conditions, known))
    if await tx.fetchval(
        "select true from segment where workspace_id = $1 and lower(name) = lower($2) and id is distinct from $3",
        tx.workspace_id, name, segment_id,
    ):  # fmt: skip
        raise Conflict("Another segment has this name.", code="name-taken", fields={"name": "is taken"})
    before = None
    if segment_id is None:
        if await tx.fetchval("select count(*) from segment where workspace_id = $1", tx.workspace_id) >= MOST_SEGMENTS:
            raise Conflict(f"A workspace has at most {MOST_SEGMENTS} segments.", code="too-many")
        segment_id = uuid7()
        await tx.execute(
            "insert into segment(id, workspace_id, name, description, conditions) values ($1, $2, $3, $4, $5)",
            segment_id, tx.workspace_id, name, wish.description.strip(), wish.conditions,
        )  # fmt: skip
    else:
        before = await get_segment(tx.connection, tx.context, segment_id)
        changed = await tx.execute(
            "update segment set name = $3, description = $4, conditions = $5, version = version + 1"
            " where workspace_id = $1 and id = $2 and ($6::int is null or version = $6)",
            tx.workspace_id, segment_id, name, wish.description.strip(), wish.conditions, version,
        )  # fmt: skip
        if not changed:
            raise Stale("Somebody changed it meanwhile: look at what it is now.", current=msgspec.to_builtins(before))
    segment = await get_segment(tx.connection, tx.context, segment_id)
    tx.audit("segment", segment_id, before=before, after=segment)
    tx.emit(SegmentChanged(segment_id=segment_id, segment=segment))
    return segment


@action("segment.delete", permission="attributes.manage")
async def delete_segment(tx: Tx, segment_id: UUID) -> None:
    """Take a segment away. Raises `Conflict("segment-used")` naming what relies on it, `NotFound`."""
    before = await get_segment(tx.connection, tx.context, segment_id)
    users = await users_of(tx, segment_id)
    if users:
        raise Conflict(
            f"It is used by {', '.join(users)}: change that first.", code="segment-used", used_by=users
        )  # fmt: skip
    await tx.execute("delete from segment where workspace_id = $1 and id = $2", tx.workspace_id, segment_id)
    tx.audit("segment", segment_id, before=before)
    tx.emit(SegmentChanged(segment_id=segment_id, segment=None))
