"""Where personal data lie, and what takes them away: a table that nobody has thought of fails here."""

import asyncio
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from battito.conversations.privacy import apply_retention
from battito.kit.ids import uuid7
from battito.platform.jobs import Job
from battito.platform.services import Services
from tests.support.workspace import Furnished, a_contact, a_conversation

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

SECRET = "parola-da-dimenticare"

ERASED = {
    "contact", "identity", "contact_merge", "consent", "conversation", "message", "draft", "event", "audit", "inbox", "file", "message_move", "undo",
    "outbox", "dead_job", "interaction", "search_document", "search_contact", "webchat_session", "webchat_rating", "routing_decision",
}  # fmt: skip
"""Of a customer, by conversation or contact: erasure takes them, retention too where they belong to a conversation."""

AGES = {
    "idempotency": "answers to repeated requests: a day",
    "job": "done within minutes; given up, it is a dead job",
    "bulk_run": "what was asked for many conversations, with its words: seven days",
    "contact_import": "the uploaded file and what was refused: 30 days",
    "sign_in_ticket": "minutes",
    "mail_link": "seven days",
    "sign_in": "of people who work here: 30 days after the end",
    "raised_hand": "what help was asked for, with which conversation: 30 days",
    "team_message": "a supervisor's word to a team: two days",
    "team_message_read": "who has read it: goes with it",
    "sign_in_failure": "addresses as hashes; forgiven at the next sign-in",
}
"""These go by themselves after a while."""

STAFF = {
    "app_user", "api_key", "passkey", "totp", "recovery_code", "presence", "user_role", "team_member", "saved_view", "canned_reply", "macro",
    "agent_limits", "agent_skill", "agent_state", "presence_span", "time_roll", "routing_rules", "routing_rules_version",
}  # fmt: skip
"""Of people who work here: they are disabled, not erased (their names stand in the work they did)."""

BUSINESS = {
    "twin_run": "simulated figures, and names of queues and skills",
    "company": "organisations; a person's name there is a contact's, not the company's",
    "offer": "who was asked, in ids; the reason is one of a list",
    "routing_log": "ids and numbers",
    "sla_case": "how far clocks have heard, in ids and moments",
    "sla_run": "clocks of conversations, in ids, moments and seconds",
    "metric_roll": "counts and sums by queue, channel, brand and the id of who works here",
    "message_part": "ids that providers gave to parts",
    "file_content_removed": "hashes",
    "channel_account": "the company's own addresses",
}
NOTHING = {
    "workspace", "brand", "team", "team_limits", "role", "label", "queue", "queue_flow", "skill", "disposition", "attribute_definition", "oidc_provider",
    "retention_policy", "conversation_number", "channel_pace", "routing_lease", "routing_settings", "consumer", "installation", "migration", "node",
    "search_bucket", "service_target", "floor_threshold", "segment", "routing_rules_calendar", "calendar", "sla_policy", "metric_state", "metric_dirty",
}  # fmt: skip
"""Configuration and bookkeeping."""


async def test_every_table_is_declared(connection: Any) -> None:
    rows = await connection.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition"
    )
    tables = {r["relname"] for r in rows}
    declared = [ERASED, set(AGES), STAFF, set(BUSINESS), NOTHING]
    unknown = tables - set().union(*declared)
    assert not unknown, f"say where their personal data go (ERASED, AGES, STAFF, BUSINESS or NOTHING): {unknown}"
    assert sum(map(len, declared)) == len(set().union(*declared))
    assert tables >= ERASED


async def plant(connection: Any, workspace: Furnished, contact: UUID, conversation: UUID, message: UUID) -> None:
    """What other parts of the product would write of a person, in every table that no door here fills."""
    w, account, inbox = workspace.id, uuid7(), uuid7()
    await connection.execute(
        "insert into channel_account(id, workspace_id, channel, name, address) values ($1, $2, 'webchat', 'Sito', $3)",
        account,
        w,
        account.hex,
    )
    await connection.execute(
        "insert into inbox(id, workspace_id, account_id, provider_id, raw, headers, state, error) values ($1, $2, $3, $4, $5, $6, 'done', $7)",
        inbox, w, account, inbox.hex, f"da {SECRET}".encode(), {"from": SECRET}, SECRET,
    )  # fmt: skip
    await connection.execute(
        "update message set inbox_id = $2, html = $3, folded = $3, email = $4, error = $5 where id = $1", message, inbox, SECRET,
        {"from": {"name": SECRET, "address": "a@example.it"}, "to": [], "cc": [], "bcc": [], "subject": SECRET, "message_id": ""},
        {"code": "bounced", "detail": SECRET, "advice": ""},
    )  # fmt: skip
    await connection.execute(
        "update conversation set attributes = $2 where id = $1", conversation, {"contratto": SECRET}
    )
    await connection.execute(
        "insert into outbox(message_id, workspace_id, conversation_id, account_id, seq, due_at, last_error) values ($1, $2, $3, $4, 1, now() + interval '1 day', $5)",
        message, w, conversation, account, SECRET,
    )  # fmt: skip
    await connection.execute(
        "insert into webchat_session(id, workspace_id, account_id, secret_hash, visitor, fields, conversation_id, expires_at) values ($1, $2, $3, $4, $5, $6, $7, now() + interval '1 day')",
        uuid7(), w, account, uuid4().bytes, uuid4(), {"name": SECRET}, conversation,
    )  # fmt: skip
    await connection.execute(
        "insert into webchat_rating(conversation_id, workspace_id, account_id, score, comment, at) values ($1, $2, $3, 5, $4, now())", conversation, w, account, SECRET
    )  # fmt: skip
    await connection.execute(
        "insert into interaction(id, workspace_id, conversation_id, channel, via, state, entered_at, disposition_note) values ($1, $2, $3, 'email', 'queue', 'ended', now(), $4)",
        uuid7(), w, conversation, SECRET,
    )  # fmt: skip
    await connection.execute(
        "insert into routing_decision(conversation_id, workspace_id, version, rule_name, seen, at) values ($1, $2, 1, 'Bollette', $3, now())",
        conversation, w, {"kind": "group", "match": "all", "held": True, "conditions": [
            {"kind": "test", "fact": "text", "op": "words", "key": "", "days": None, "values": [], "seen": SECRET, "held": True}]},
    )  # fmt: skip
    address = f"{SECRET}@example.it"
    await connection.execute(
        "insert into identity(id, workspace_id, contact_id, kind, value, shown) values ($1, $2, $3, 'email', $4, $4)",
        uuid7(),
        w,
        contact,
        address,
    )
    for args in ({"to": address, "text": SECRET}, {"conversation_id": str(conversation), "text": SECRET}):
        await connection.execute(
            "insert into dead_job(id, workspace_id, queue, kind, args, attempts, error, created_at) values ($1, $2, 'default', 'mail.send', $3, 9, 'x', now())",
            uuid4().int >> 100, w, args,
        )  # fmt: skip


async def lived(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> tuple[UUID, UUID]:
    """A contact and a conversation with traces of them everywhere."""
    agent, boss = workspace.agent.headers, workspace.administrator.headers
    contact = await a_contact(connection, workspace, f"Giulia {SECRET}")
    conversation, other = (
        await a_conversation(connection, workspace, contact=contact),
        await a_conversation(connection, workspace),
    )

    async def ask(method: str, path: str, headers: dict[str, str], **body: Any) -> Any:
        answer = await http.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json() if answer.content else None

    at = f"/conversations/{conversation}"
    await ask("PATCH", f"/contacts/{contact}", agent, note=SECRET, location=SECRET)
    await ask(
        "POST",
        f"/contacts/{contact}/consents",
        agent,
        purpose="marketing",
        granted=True,
        text_version="1",
        text_shown=SECRET,
        evidence={"ip": SECRET},
    )
    await ask("PATCH", at, agent, subject=f"Bolletta di {SECRET}")
    await ask("POST", f"{at}/link", agent, other=str(other))
    note = await ask(
        "POST",
        f"{at}/messages",
        agent,
        client_id=str(uuid4()),
        kind="note",
        text=SECRET,
        mentions=[str(workspace.other.id)],
    )
    await ask("PATCH", f"/messages/{note['id']}", agent, text=f"{SECRET}, corretto")
    written = await ask("POST", f"{at}/messages", agent, client_id=str(uuid4()), text=f"Gentile {SECRET}")
    await ask("PUT", f"{at}/drafts/reply", agent, text=SECRET)
    third = await a_conversation(connection, workspace, contact=contact)
    await ask("PATCH", f"/conversations/{third}", boss, subject=f"Altro di {SECRET}")
    await ask("POST", f"/conversations/{third}/merge", boss, into=str(conversation))
    loser = await a_contact(connection, workspace, f"G. {SECRET}")
    await ask("POST", f"/contacts/{contact}/merge", boss, loser_id=str(loser))
    await plant(connection, workspace, contact, conversation, UUID(written["id"]))
    return contact, conversation


async def leaks(connection: Any) -> set[str]:
    """Tables in which the word still stands; bytes are looked into too."""
    tables = await connection.fetch(
        "select c.relname, coalesce((select string_agg(format('encode(%I, ''escape'')', a.attname), ' || ') from pg_attribute a where a.attrelid = c.oid"
        " and a.atttypid = 'bytea'::regtype and a.attnum > 0 and not a.attisdropped), '''''') as bytes"
        " from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    return {
        t["relname"]
        for t in tables
        if await connection.fetchval(
            f"select exists(select 1 from {t['relname']} t where t::text like '%' || $1 || '%' or coalesce({t['bytes']}, '') like '%' || $1 || '%')",
            SECRET,
        )
    }


async def gone(connection: Any, but: set[str]) -> set[str]:
    """What is left once all that hears of it has done its part."""
    left: set[str] = set()
    for _ in range(100):
        left = await leaks(connection) - but
        if not left:
            break
        await asyncio.sleep(0.1)
    return left


async def its_copy_holds_it_all(
    http: httpx.AsyncClient, workspace: Furnished, contact: UUID, conversation: UUID
) -> None:
    """What one gets who asks for one's data: forms, ratings with their words, attributes and what was noted too."""
    answer = await http.get(f"/api/v1/contacts/{contact}/data", headers=workspace.administrator.headers)
    assert answer.status_code == 200, answer.text
    data = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json"))
    assert data["contact"]["note"] == SECRET
    assert data["consents"][0]["text_shown"] == SECRET
    mine = next(c for c in data["conversations"] if c["id"] == str(conversation))
    assert mine["attributes"] == {"contratto": SECRET}
    assert {m["kind"] for m in mine["messages"]} == {"message", "note"}
    assert data["webchat"]["forms"][0]["fields"] == {"name": SECRET}
    assert [(r["score"], r["comment"]) for r in data["webchat"]["ratings"]] == [(5, SECRET)]
    assert data["interactions"][-1]["note"] == SECRET
    assert data["attachments_left_out"] == []


async def test_erasure_reaches_every_table(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    contact, conversation = await lived(http, connection, workspace)
    await its_copy_holds_it_all(http, workspace, contact, conversation)
    before = await leaks(connection)
    assert {
        "message",
        "event",
        "audit",
        "inbox",
        "draft",
        "webchat_session",
        "webchat_rating",
        "dead_job",
        "undo",
        "message_move",
        "interaction",
    } <= {t if not t.startswith("event_") else "event" for t in before}
    answer = await http.post(
        f"/api/v1/contacts/{contact}/erase", json={"reason": "chiesto"}, headers=workspace.administrator.headers
    )
    assert answer.status_code == 202
    assert await gone(connection, but=set()) == set()


OF_THE_PERSON = {"contact", "identity", "consent", "contact_merge", "search_contact", "audit", "dead_job", "event"}
"""What stays with a person whose old conversations are emptied: they are a customer still."""


async def test_retention_reaches_every_table_of_a_conversation(
    http: httpx.AsyncClient, services: Services, connection: Any, workspace: Furnished
) -> None:
    await lived(http, connection, workspace)
    unread = uuid7()
    account = await connection.fetchval("select id from channel_account where workspace_id = $1", workspace.id)
    await connection.execute(
        "insert into inbox(id, workspace_id, account_id, provider_id, raw, state, received_at) values ($1, $2, $3, $4, $5, 'failed', now() - interval '9 days')",
        unread, workspace.id, account, unread.hex, f"illeggibile {SECRET}".encode(),
    )  # fmt: skip
    rules = {"rules": [{"channel": "*", "days": 5}]}
    put = await http.put("/api/v1/privacy/retention", json=rules, headers=workspace.administrator.headers)
    assert put.status_code == 200
    await connection.execute(
        "update conversation set status = 'resolved', resolved_at = now(), last_message_at = now() - interval '6 days', preview = coalesce(nullif(preview, ''), 'x')"
        " where workspace_id = $1",
        workspace.id,
    )
    task = Job(
        id=0, kind="privacy.retention", args={}, workspace_id=None, unique_key=None, order_key=None, attempts=1, fence=1,
        created_at=datetime.now(UTC), last_error=None,
    )  # fmt: skip
    await apply_retention(services, task)
    partitions = {t for t in await leaks(connection) if t.startswith("event_")}
    assert await gone(connection, but=OF_THE_PERSON | partitions) == set()
    told = await connection.fetch(
        "select distinct type from event where workspace_id = $1 and data::text like '%' || $2 || '%'",
        workspace.id,
        SECRET,
    )
    assert all(r["type"].startswith("contact.") for r in told), told
    kinds = await connection.fetch(
        "select distinct object_kind from audit where workspace_id = $1 and (before::text like '%' || $2 || '%' or after::text like '%' || $2 || '%')",
        workspace.id,
        SECRET,
    )
    assert {k["object_kind"] for k in kinds} <= {"contact"}
