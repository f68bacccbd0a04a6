"""Keeping the search tables up to date, behind the events: the intake of messages never waits for it."""

from typing import Final
from uuid import UUID

from battito.kit.text import fold
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.events.consumers import consumer
from battito.platform.events.model import StoredEvent
from battito.platform.jobs import Job, job
from battito.platform.services import Services

BUCKET: Final = 16_384
"""Documents of one bucket: few enough that one which a word fills by half is read in some milliseconds."""
CHUNK: Final = 500

DROP: Final = "delete from search_document where workspace_id = $1 and id = any($2::uuid[])"
INSERT_MESSAGES: Final = """
insert into search_document(bucket, id, workspace_id, conversation_id, kind, at, words)
select $3, m.id, m.workspace_id, m.conversation_id, m.kind, m.created_at,
  search_vector(m.text, coalesce((select string_agg(a->>'name', ' ') from jsonb_array_elements(m.attachments) a), ''))
  || search_marks(m.kind, m.channel, m.author_kind, lower(unaccent(m.author_name)), c.brand_id, m.attachments <> '[]')
from message m join conversation c on c.id = m.conversation_id and c.workspace_id = m.workspace_id
where m.workspace_id = $1 and m.id = any($2::uuid[]) and m.kind <> 'activity' and m.deleted_at is null
  and (m.text <> '' or m.attachments <> '[]')
order by m.created_at
"""
INSERT_SUBJECTS: Final = """
insert into search_document(bucket, id, workspace_id, conversation_id, kind, at, words)
select $3, c.id, c.workspace_id, c.id, 'conversation', c.created_at,
  search_vector(c.subject, '') || search_marks('conversation', c.channel, 'customer', lower(unaccent(p.name)), c.brand_id, false)
from conversation c join contact p on p.id = c.contact_id and p.workspace_id = c.workspace_id
where c.workspace_id = $1 and c.id = any($2::uuid[]) and c.subject <> '' and c.merged_into is null
"""
FOLLOW: Final = """
update search_document d set conversation_id = m.conversation_id from message m
where d.workspace_id = $1 and m.workspace_id = $1 and m.id = d.id and m.conversation_id = any($2::uuid[]) and d.conversation_id <> m.conversation_id
"""
OF_CONVERSATION: Final = (
    "select id from message where workspace_id = $1 and conversation_id = any($2::uuid[]) and kind <> 'activity'"
)
FULLER: Final = """
update search_bucket set documents = documents + $2, oldest = least(oldest, $3), newest = greatest(newest, $4) where bucket = $1
"""  # buckets are the whole installation's
CONTACTS: Final = """
select c.id, c.name, c.created_at, c.merged_into is not null or c.erased_at is not null as gone, k.name as company,
  array(select i.value || ' ' || i.shown from identity i where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.kind <> 'visitor') as identities
from contact c left join company k on k.id = c.company_id and k.workspace_id = c.workspace_id
where c.workspace_id = $1 and c.id = any($2::uuid[])
"""
KEEP_CONTACT: Final = """
insert into search_contact(contact_id, workspace_id, name, words, at) values ($1, $2, $3, $4, $5)
on conflict (contact_id) do update set name = excluded.name, words = excluded.words
"""

MESSAGE_EVENTS: Final = ("message.created", "message.changed")
SUBJECT_EVENTS: Final = (
    "conversation.created",
    "conversation.changed",
    "conversation.restored",
    "conversation.merged",
    "conversation.split",
)
MOVE_EVENTS: Final = ("conversation.merged", "conversation.split", "conversation.erased")


@consumer(
    "search",
    types=(*MESSAGE_EVENTS, *dict.fromkeys(SUBJECT_EVENTS + MOVE_EVENTS), "contact.created", "contact.changed", "contact.merged",
           "contact.unmerged", "contact.erased", "conversation.transferred"),
    pace=0.2,
    share=0.1,  # an index entry costs more than the message it is of
    batch=50,
)  # fmt: skip
async def index(services: Services, events: list[StoredEvent]) -> None:
    """Index what the events are about, as it is now. Doing it again changes nothing."""
    for workspace_id in dict.fromkeys(event.workspace_id for event in events):
        mine = [event for event in events if event.workspace_id == workspace_id]
        messages: dict[UUID, None] = {}
        subjects: dict[UUID, None] = {}
        moved: dict[UUID, None] = {}
        contacts: dict[UUID, None] = {}
        rebranded: dict[UUID, None] = {}
        for event in mine:
            data = event.data
            message = data.get("message")
            if message and message.get("kind") != "activity" and event.type in MESSAGE_EVENTS:
                messages[UUID(message["id"])] = None
            if event.type.startswith("contact."):
                for name in ("contact_id", "loser_id", "winner_id"):
                    if data.get(name):
                        contacts[UUID(data[name])] = None
            if event.conversation_id is None:
                continue
            changes = data.get("changes", {})
            if event.type == "conversation.created" or "subject" in changes or "merged_into" in changes:
                subjects[event.conversation_id] = None
            if event.type in MOVE_EVENTS:
                moved[event.conversation_id] = None
            if "brand_id" in changes:
                rebranded[event.conversation_id] = None
        async with services.database.transaction(Context.system(workspace_id, "Search")) as tx:
            await follow_moves(tx, list(moved))
            if rebranded:
                found = await tx.fetch(OF_CONVERSATION, workspace_id, list(rebranded))
                messages |= dict.fromkeys(row["id"] for row in found)
            await index_messages(tx, list(messages))
            await index_subjects(tx, list(subjects | moved | rebranded))
            await index_contacts(tx, list(contacts))


async def index_messages(tx: Tx, ids: list[UUID]) -> None:
    """Index messages anew; those that are gone leave the index."""
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        await tx.execute(DROP, tx.workspace_id, chunk)
        await _insert(tx, INSERT_MESSAGES, chunk)


async def index_subjects(tx: Tx, ids: list[UUID]) -> None:
    """Index the subjects of conversations anew."""
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        await tx.execute(DROP, tx.workspace_id, chunk)
        await _insert(tx, INSERT_SUBJECTS, chunk)


async def follow_moves(tx: Tx, conversations: list[UUID]) -> None:
    """Messages that were merged, split or emptied: their documents follow."""
    if not conversations:
        return
    await tx.execute(FOLLOW, tx.workspace_id, conversations)
    emptied = await tx.fetch(
        "select d.id from search_document d join message m on m.id = d.id and m.workspace_id = d.workspace_id"
        " where d.workspace_id = $1 and d.conversation_id = any($2::uuid[]) and m.text = '' and m.attachments = '[]'",
        tx.workspace_id, conversations,
    )  # fmt: skip
    if emptied:
        await tx.execute(DROP, tx.workspace_id, [row["id"] for row in emptied])


async def index_contacts(tx: Tx, ids: list[UUID]) -> None:
    """Index contacts anew; merged and erased ones leave the index."""
    if not ids:
        return
    rows = await tx.fetch(CONTACTS, tx.workspace_id, ids)
    gone = [row["id"] for row in rows if row["gone"]] + list(set(ids) - {row["id"] for row in rows})
    await tx.execute(
        "delete from search_contact where workspace_id = $1 and contact_id = any($2::uuid[])", tx.workspace_id, gone
    )
    await tx.executemany(
        KEEP_CONTACT,
        [
            (
                row["id"],
                tx.workspace_id,
                fold(row["name"]),
                fold(" ".join([row["name"], row["company"] or "", *row["identities"]])),
                row["created_at"],
            )
            for row in rows
            if not row["gone"]
        ],
    )


async def _bucket(tx: Tx) -> int:
    """The bucket that takes new documents; a full one is followed by a new one. One indexer runs at a time."""
    row = await tx.fetchrow("select bucket, documents from search_bucket order by bucket desc limit 1 for update")
    if row is None or row["documents"] >= BUCKET:
        return int(await tx.fetchval("select search_new_bucket()"))
    return int(row["bucket"])


async def _insert(tx: Tx, statement: str, ids: list[UUID]) -> None:
    bucket = await _bucket(tx)
    row = await tx.fetchrow(
        f"with new as ({statement} returning at) select count(*), min(at), max(at) from new",
        tx.workspace_id,
        ids,
        bucket,
    )
    if row is not None and row["count"]:
        await tx.execute(FULLER, bucket, row["count"], row["min"], row["max"])


@job("search.rebuild", queue="slow", timeout_s=6 * 3600)
async def rebuild(services: Services, job: Job) -> None:
    """Index a whole workspace anew, oldest first (after an import, or when the index was lost)."""
    context = job.context
    for table, act in (("message", index_messages), ("conversation", index_subjects), ("contact", index_contacts)):
        last = UUID(int=0)
        while True:
            async with services.database.transaction(context) as tx:
                rows = await tx.fetch(
                    f"select id from {table} where workspace_id = $1 and id > $2 order by id limit 2000",
                    context.workspace_id,
                    last,
                )
                if not rows:
                    break
                last = rows[-1]["id"]
                await act(tx, [row["id"] for row in rows])
