"""Conversations with their messages, notes and activity lines, counted as the product counts them."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.channels.email.identifiers import message_id
from battito.demo import clock
from battito.demo.loading.base import Load
from battito.demo.models import Account, Change, Contact, Conversation, Message, Note
from battito.kit.text import preview

FIRST_RESPONSE_S: Final = {"email": 4 * 3600, "webchat": 60}
"""Seconds of open desk within which each channel wants an answer."""

_MESSAGE: Final = (
    "id, workspace_id, conversation_id, seq, kind, author_kind, author_id, author_name, channel, account_id, text, folded, attachments,"
    " email, activity, mentions, status, client_id, provider_id, created_at, sent_at, delivered_at, read_at"
)
_CONVERSATION: Final = (
    "id, workspace_id, number, brand_id, contact_id, channel, account_id, subject, preview, status, priority, owner_kind, owner_id, team_id, queue_id,"
    " labels, waiting_since, due_at, due_kind, snoozed_until, unread, last_message_at, last_author_kind, message_count, mentions, followers,"
    " attributes, created_at, first_response_at, resolved_at, seq, version"
)


class _Row(msgspec.Struct, kw_only=True):
    """What is counted while a conversation is told."""

    id: UUID
    seq: int = 0
    count: int = 0
    unread: int = 0
    preview: str = ""
    last_at: datetime | None = None
    last_kind: str | None = None
    waiting_since: datetime | None = None
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    mentions: list[UUID] = []
    references: list[str] = []
    owner: str | None = None
    labels: list[str] = []
    priority: str = "normal"


async def copy_conversations(load: Load) -> dict[int, UUID]:
    """Write everything that was said and done; the conversations' ids by their numbers."""
    contacts = {c.key: c for c in load.world.contacts}
    accounts = {a.key: a for a in load.world.accounts}
    rows: list[tuple[Any, ...]] = []
    ids: dict[int, UUID] = {}
    entries: list[tuple[Any, ...]] = []
    ratings: list[tuple[Any, ...]] = []
    for conversation in load.world.conversations:
        writer = _Writer(load, conversation, contacts[conversation.contact], accounts[conversation.account], entries)
        rows.append(writer.write())
        ids[conversation.number] = writer.row.id
        rated = next((i for i in conversation.items if isinstance(i, Change) and i.what == "rated"), None)
        if rated is not None and conversation.kind == "webchat":
            ratings.append(
                (
                    writer.row.id,
                    load.workspace,
                    load.accounts[conversation.account],
                    int(rated.value),
                    rated.comment,
                    rated.at,
                )
            )
    await load.copy("conversation", _CONVERSATION, rows)
    await load.copy("message", _MESSAGE, entries)
    await load.copy("webchat_rating", "conversation_id, workspace_id, account_id, score, comment, at", ratings)
    highest = max(c.number for c in load.world.conversations)
    await load.copy("conversation_number", "workspace_id, next", [(load.workspace, highest + 1)])
    return ids


class _Writer:
    def __init__(
        self, load: Load, conversation: Conversation, contact: Contact, account: Account, entries: list[tuple[Any, ...]]
    ) -> None:
        self.load, self.conversation, self.contact, self.account = load, conversation, contact, account
        self.entries = entries
        self.row = _Row(id=load.id_at(conversation.created_at))
        self.people = {p.key: p for p in load.world.people}
        self.label_names = {label.key: label.name for label in load.world.labels}
        self.team_names = {team.key: team.name for team in load.world.teams}

    def write(self) -> tuple[Any, ...]:
        """The conversation's row; its entries join the list."""
        conversation, row, load = self.conversation, self.row, self.load
        for item in conversation.items:
            if isinstance(item, Message):
                self._message(item)
            elif isinstance(item, Note):
                self._note(item)
            else:
                self._change(item)
        open_ = conversation.state in ("open", "waiting", "snoozed")
        waiting = row.waiting_since if conversation.state == "open" else None
        due = clock.add_business(waiting, FIRST_RESPONSE_S[conversation.kind]) if waiting else None
        followers = [load.users[k] for k in conversation.followers]
        attributes: dict[str, Any] = {}
        if conversation.rating is not None and conversation.kind == "email":
            attributes["rating"] = conversation.rating
        return (
            row.id, load.workspace, conversation.number, load.brands[conversation.brand], load.contacts[conversation.contact],
            conversation.kind, load.accounts[conversation.account], conversation.subject, row.preview, conversation.state,
            conversation.priority, "agent" if conversation.owner else None, load.users.get(conversation.owner or ""),
            load.teams[conversation.team], load.queues.get(conversation.team), [load.labels[k] for k in conversation.labels], waiting, due,
            ("next" if row.first_response_at else "first") if due else None, conversation.snoozed_until,
            row.unread if open_ and conversation.state == "open" else 0, row.last_at, row.last_kind, row.count, row.mentions,
            list(dict.fromkeys([*row.mentions, *followers])), attributes, conversation.created_at, row.first_response_at,
            row.resolved_at if conversation.state == "resolved" else None, row.seq, row.seq + 1,
        )  # fmt: skip

    def _message(self, item: Message) -> None:
        row, load, kind = self.row, self.load, self.conversation.kind
        row.seq += 1
        row.count += 1
        entry_id = load.id_at(item.at)
        customer = item.author_kind == "customer"
        row.preview, row.last_at, row.last_kind = preview(item.text), item.at, item.author_kind
        if customer:
            row.unread += 1
            row.waiting_since = row.waiting_since or item.at
            row.resolved_at = None
            author = (load.contacts[item.author], self.contact.name)
        else:
            row.unread, row.waiting_since = 0, None
            row.first_response_at = row.first_response_at or item.at
            author = (load.users[item.author], self.people[item.author].name)
        email, provider = self._email(item, entry_id, customer) if kind == "email" else (None, None)
        if customer and kind == "webchat":
            provider = str(entry_id)
        delivered = item.at + timedelta(seconds=2) if not customer else None
        read = item.read_at if not customer else None
        status = "received" if customer else "read" if read else "delivered" if kind == "webchat" else "sent"
        self.entries.append(
            (entry_id, load.workspace, row.id, row.seq, "message", item.author_kind, *author, kind,
             load.accounts[self.conversation.account], item.text, item.quoted, [load.files[id(f)] for f in item.attachments], email, None, [],
             status, entry_id, provider, item.at, None if customer else item.at, delivered if kind == "webchat" else None, read)
        )  # fmt: skip

    def _email(self, item: Message, entry_id: UUID, customer: bool) -> tuple[dict[str, Any], str]:
        row = self.row
        theirs = {"address": self.contact.email, "name": self.contact.name}
        ours = {
            "address": self.account.address,
            "name": next(b.name for b in self.load.world.brands if b.key == self.account.brand),
        }
        domain = (self.contact.email if customer else self.account.address).rpartition("@")[2]
        identifier = f"<{entry_id.hex}@{domain}>" if customer else message_id(entry_id, row.id, domain)
        email = {
            "from": theirs if customer else ours, "to": [ours if customer else theirs], "cc": [], "bcc": [],
            "subject": item.subject or self.conversation.subject, "message_id": identifier,
            "in_reply_to": row.references[-1] if row.references else None, "references": list(row.references), "quote": False,
        }  # fmt: skip
        row.references.append(identifier)
        return email, identifier

    def _note(self, item: Note) -> None:
        row, load = self.row, self.load
        row.seq += 1
        mentions = [load.users[k] for k in item.mentions]
        row.mentions.extend(m for m in mentions if m not in row.mentions)
        entry_id = load.id_at(item.at)
        self.entries.append(
            (entry_id, load.workspace, row.id, row.seq, "note", "agent", load.users[item.author], self.people[item.author].name, "note",
             None, item.text, None, [], None, None, mentions, "received", entry_id, None, item.at, None, None, None)
        )  # fmt: skip

    def _change(self, item: Change) -> None:
        activity = self._activity(item)
        if activity is None:
            return
        row, load = self.row, self.load
        row.seq += 1
        person = self.people.get(item.by or "")
        author = ("agent", load.users[person.key], person.name) if person else ("system", None, "Battito")
        entry_id = load.id_at(item.at)
        self.entries.append(
            (entry_id, load.workspace, row.id, row.seq, "activity", *author, self.conversation.kind, None, "", None, [], None, activity, [],
             "received", entry_id, None, item.at, None, None, None)
        )  # fmt: skip

    def _activity(self, item: Change) -> dict[str, Any] | None:
        """The line in the stream, as the actions write it."""
        row, load = self.row, self.load
        if item.what in ("assigned", "transferred"):
            said: dict[str, Any] = {"verb": item.what, "from": self._owner(row.owner), "to": self._owner(item.value)}
            if item.comment:
                said["team"] = {"id": load.teams[item.comment], "name": self.team_names[item.comment]}
            row.owner = item.value
            return said
        if item.what == "labelled":
            label = {"id": load.labels[item.value], "name": self.label_names[item.value]}
            return {"verb": "labelled", "added": [label], "removed": []}
        if item.what == "prioritised":
            before, row.priority = row.priority, item.value
            return {"verb": "prioritised", "from": before, "to": item.value}
        if item.what == "snoozed":
            return {"verb": "snoozed", "until": item.value}
        if item.what == "resolved":
            row.resolved_at = item.at
            return {"verb": "resolved"}
        if item.what == "reopened":
            return {"verb": "reopened", "from": "resolved"}
        return {"verb": "woken"} if item.what == "woken" else None

    def _owner(self, key: str | None) -> dict[str, Any] | None:
        return {"kind": "agent", "id": self.load.users[key], "name": self.people[key].name} if key else None
