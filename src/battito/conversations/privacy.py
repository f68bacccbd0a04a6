"""Privacy in conversations: erasure after a contact's, and retention by channel. One person's data: `person.py`."""

from typing import Any, Final
from uuid import UUID

import msgspec

from battito.conversations.events import ConversationErased, RetentionChanged
from battito.conversations.store.scrub import scrub
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Invalid
from battito.platform.events.consumers import consumer
from battito.platform.events.model import StoredEvent
from battito.platform.files import Files
from battito.platform.jobs import Job, recurring
from battito.platform.services import Services

BATCH: Final = 100

EXPIRED: Final = """
select c.id from conversation c
join retention_policy p on p.workspace_id = c.workspace_id and p.channel = case
  when exists(select 1 from retention_policy q where q.workspace_id = c.workspace_id and q.channel = c.channel) then c.channel else '*' end
where c.workspace_id = $1 and c.status = 'resolved' and c.preview <> '' and coalesce(c.last_message_at, c.created_at) < now() - p.days * interval '1 day'
order by c.id limit $2
"""


class RetentionRule(msgspec.Struct, forbid_unknown_fields=True):
    """How long the content of resolved conversations stays: `channel` may be `*` for those without a rule of their own."""

    channel: str
    days: int


# What never became a message (it could not be read, or said nothing) has no conversation to go with.
OLD_PAYLOADS: Final = """
update inbox i set raw = null, raw_file = null, headers = '{}', error = null from channel_account a
join retention_policy p on p.workspace_id = a.workspace_id and p.channel = case
  when exists(select 1 from retention_policy q where q.workspace_id = a.workspace_id and q.channel = a.channel) then a.channel else '*' end
where i.workspace_id = $1 and a.workspace_id = $1 and a.id = i.account_id and i.message_id is null and i.state in ('failed', 'ignored')
  and i.received_at < now() - p.days * interval '1 day' and (i.raw is not null or i.raw_file is not null)
"""


@consumer("conversations.erase", types=("contact.erased",))
async def erase_with_contact(services: Services, events: list[StoredEvent]) -> None:
    """Scrub every conversation of an erased contact."""
    for event in events:
        context = Context.system(event.workspace_id, "Privacy")
        contact = UUID(event.data["contact_id"])
        async with services.database.reading() as connection:
            rows = await connection.fetch(
                "select id from conversation where workspace_id = $1 and contact_id = $2 order by id",
                event.workspace_id,
                contact,
            )
        await _scrub_all(services, context, [r["id"] for r in rows])


@recurring("privacy.retention", "20 2 * * *", timeout_s=3600)
async def apply_retention(services: Services, task: Job) -> None:
    """Scrub what is older than its workspace keeps."""
    async with services.database.reading() as connection:
        workspaces = await connection.fetch(
            "/* any workspace: each in its turn */ select distinct workspace_id from retention_policy"
        )
    for row in workspaces:
        context = Context.system(row["workspace_id"], "Retention")
        async with services.database.transaction(context) as tx:
            await tx.execute(OLD_PAYLOADS, tx.workspace_id)
        while True:
            async with services.database.reading() as connection:
                ids = [r["id"] for r in await connection.fetch(EXPIRED, row["workspace_id"], BATCH)]
            if not ids:
                break
            await _scrub_all(services, context, ids)


async def _scrub_all(services: Services, context: Context, ids: list[UUID]) -> None:
    files = services.get(Files)
    for start in range(0, len(ids), BATCH):
        async with services.database.transaction(context) as tx:
            free = await erase_conversations(tx, ids[start : start + BATCH])
        for (
            address
        ) in free:  # after commit: a crash here leaves bytes that nobody can reach, never a file without bytes
            await files.storage.delete(context.workspace_id, address)


@action("conversation.erase", permission="contacts.erase")
async def erase_conversations(tx: Tx, ids: list[UUID]) -> set[bytes]:
    """Take the content out of conversations; the content addresses to delete after commit."""
    rows, free = await scrub(tx, sorted(ids))
    for row in rows:
        changes = {"subject": "", "preview": "", "seq": row["seq"], "version": row["version"]}
        tx.emit(ConversationErased(conversation_id=row["id"], seq=row["seq"], changes=changes))
    tx.audit("conversation", None, after={"erased": [str(r["id"]) for r in rows]})
    return free


@action("privacy.retention", permission="privacy.manage")
async def set_retention(tx: Tx, rules: list[RetentionRule]) -> list[RetentionRule]:
    """Replace the workspace's retention rules."""
    if len({r.channel for r in rules}) != len(rules):
        raise Invalid("Each channel has one rule.", field="rules")
    for n, rule in enumerate(rules):
        if not 1 <= rule.days <= 36_500:
            raise Invalid("Choose between 1 day and 100 years.", field=f"rules[{n}].days")
    before = await list_retention(tx.connection, tx.context)
    await tx.execute("delete from retention_policy where workspace_id = $1", tx.workspace_id)
    await tx.executemany(
        "insert into retention_policy(workspace_id, channel, days) values ($1, $2, $3)",
        [(tx.workspace_id, r.channel, r.days) for r in rules],
    )
    tx.audit("workspace", tx.workspace_id, before={"retention": before}, after={"retention": rules})
    tx.emit(RetentionChanged(rules=msgspec.to_builtins(sorted(rules, key=lambda r: r.channel))))
    return rules


async def list_retention(connection: Any, context: Context) -> list[RetentionRule]:
    """The workspace's retention rules."""
    rows = await connection.fetch(
        "select channel, days from retention_policy where workspace_id = $1 order by channel", context.workspace_id
    )
    return [RetentionRule(r["channel"], r["days"]) for r in rows]
