"""Erasing a person (GDPR art. 17): what identifies them goes, what counts stays, and the erasure itself is on record.

Conversations, their attachments and their place in the event log follow by event (`contact.erased`).
"""

from typing import Final
from uuid import UUID

import msgspec

from battito.contacts.actions.edit import lock_contact
from battito.contacts.events import ContactErased
from battito.contacts.queries import get_contact
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Invalid

ERASED_NAME: Final = "—"
FAMILY: Final = (
    "(with recursive family as (select $2::uuid as id union select c.id from contact c join family f on c.merged_into = f.id"
    " where c.workspace_id = $1) select id from family)"
)


@action("contact.erase", permission="contacts.erase")
async def erase_contact(tx: Tx, contact_id: UUID, *, reason: str) -> None:
    """Erase a contact and those merged into it. It cannot be taken back. Raises `Invalid` without a reason, `NotFound`."""
    if not reason.strip():
        raise Invalid("Say why: the reason stays in the audit log.", field="reason")
    await lock_contact(tx, contact_id)
    rows = await tx.fetch(
        f"select id from contact where workspace_id = $1 and id in {FAMILY} for update", tx.workspace_id, contact_id
    )
    family = [r["id"] for r in rows]
    await tx.execute(
        "update contact set name = $3, company_id = null, language = null, timezone = null, location = null, labels = '{}', attributes = '{}',"
        " care = '[]', note = '', since = null, erased_at = $4, version = version + 1, updated_at = $4 where workspace_id = $1 and id = any($2)",
        tx.workspace_id, family, ERASED_NAME, tx.now,
    )  # fmt: skip
    # letters that never left name the person by their addresses
    await tx.execute(
        "delete from dead_job d where workspace_id = $1 and exists(select 1 from identity i where i.workspace_id = $1 and i.contact_id = any($2)"
        " and length(i.value) > 4 and strpos(d.args::text, i.value) > 0)",
        tx.workspace_id, family,
    )  # fmt: skip
    await tx.execute("delete from identity where workspace_id = $1 and contact_id = any($2)", tx.workspace_id, family)
    await tx.execute(
        "update contact_merge set winner_before = '{}', loser_before = '{}', evidence = '[]', undone_at = coalesce(undone_at, $3)"
        " where workspace_id = $1 and (winner_id = any($2) or loser_id = any($2))",
        tx.workspace_id, family, tx.now,
    )  # fmt: skip
    # what was agreed and when stays (art. 7(1): we must be able to show it); who said it in which words does not
    await tx.execute(
        "update consent set evidence = '{}', text_shown = '' where workspace_id = $1 and contact_id = any($2)",
        tx.workspace_id,
        family,
    )
    await tx.execute(
        "update audit set before = null, after = null where workspace_id = $1 and object_kind = 'contact' and object_id = any($2)",
        tx.workspace_id,
        family,
    )
    await tx.execute(
        "update event set data = jsonb_build_object('type', type, 'contact_id', data->'contact_id', 'erased', true), actor_name = ''"
        " where workspace_id = $1 and type like 'contact.%' and data->>'contact_id' = any($2)",
        tx.workspace_id, [str(f) for f in family],
    )  # fmt: skip
    tx.audit("contact", contact_id, after={"erased": [str(f) for f in family], "reason": reason.strip()})
    for one in family:
        erased = await get_contact(tx.connection, Context.system(tx.workspace_id), one)
        tx.emit(ContactErased(contact_id=one, changes=msgspec.to_builtins(erased)))
