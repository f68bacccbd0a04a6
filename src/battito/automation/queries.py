"""Reading canned replies and macros, and the values that variables take for a conversation."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import asyncpg
import msgspec
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from battito.automation import store
from battito.automation.models import CannedReply, Macro, Preview, Step
from battito.automation.templates import names, person_names, render
from battito.contacts.queries import get_contact
from battito.conversations.models import Attachment
from battito.conversations.queries import get_conversation
from battito.platform.actor import Context
from battito.platform.errors import NotFound


def can_edit(context: Context, row: asyncpg.Record) -> bool:
    """One's own, and with the permission `replies.write` those of others too."""
    if row["scope"] == "mine":
        return bool(row["user_id"] == context.actor.id)
    return context.allows("replies.write")


def reply_from(row: asyncpg.Record, context: Context) -> CannedReply:
    """A row of `canned_reply` as its struct."""
    return CannedReply(
        id=row["id"], name=row["name"], shortcut=row["shortcut"], text=row["text"], html=row["html"], language=row["language"],
        scope=row["scope"], team_id=row["team_id"], brand_id=row["brand_id"],
        attachments=msgspec.convert(row["attachments"], list[Attachment]), variables=names(row["text"] + (row["html"] or "")),
        can_edit=can_edit(context, row), version=row["version"], updated_at=row["updated_at"],
    )  # fmt: skip


def macro_from(row: asyncpg.Record, context: Context) -> Macro:
    """A row of `macro` as its struct."""
    return Macro(
        id=row["id"], name=row["name"], description=row["description"], steps=msgspec.convert(row["steps"], list[Step]),
        scope=row["scope"], team_id=row["team_id"], brand_id=row["brand_id"], can_edit=can_edit(context, row),
        version=row["version"], updated_at=row["updated_at"],
    )  # fmt: skip


async def list_replies(
    connection: Any, context: Context, q: str = "", conversation_id: UUID | None = None, limit: int = 100
) -> list[CannedReply]:
    """Canned replies for the caller; for a conversation, those of its brand, in the customer's language first."""
    context.require("conversations.read")
    brand, language = None, None
    if conversation_id is not None:
        row = await get_conversation(connection, context, conversation_id)
        brand = row.brand_id
        language = await connection.fetchval(
            "select language from contact where workspace_id = $1 and id = $2", context.workspace_id, row.contact.id
        )
    rows = await store.find_replies(
        connection,
        context,
        q.strip().lstrip(";"),
        limit,
        here=conversation_id is not None,
        brand_id=brand,
        language=language,
    )
    return [reply_from(row, context) for row in rows]


async def get_reply(connection: Any, context: Context, reply_id: UUID) -> CannedReply:
    """One canned reply. Raises `NotFound`."""
    context.require("conversations.read")
    row = await store.get_reply(connection, context, reply_id)
    if row is None:
        raise NotFound("There is no such canned reply.")
    return reply_from(row, context)


async def list_macros(connection: Any, context: Context, q: str = "", limit: int = 200) -> list[Macro]:
    """Macros for the caller, by name."""
    context.require("conversations.read")
    return [macro_from(row, context) for row in await store.find_macros(connection, context, q.strip(), limit)]


async def get_macro(connection: Any, context: Context, macro_id: UUID) -> Macro:
    """One macro. Raises `NotFound`."""
    context.require("conversations.read")
    row = await store.get_macro(connection, context, macro_id)
    if row is None:
        raise NotFound("There is no such macro.")
    return macro_from(row, context)


async def values_for(connection: Any, context: Context, conversation_id: UUID, now: datetime) -> dict[str, str]:
    """The values of all variables for a conversation, written by the caller. Raises `NotFound`."""
    row = await get_conversation(connection, context, conversation_id)
    out = {f"contact.{k}": v for k, v in person_names(row.contact.name).items()}
    language, zone = "it", "Europe/Rome"
    if context.allows("contacts.read"):
        contact = await get_contact(connection, context, row.contact.id)
        language, zone = contact.language or "", contact.timezone or ""
        for kind in ("email", "phone"):
            out[f"contact.{kind}"] = next((i.shown or i.value for i in contact.identities if i.kind == kind), "")
        out["contact.company"] = contact.company.name if contact.company else ""
        out["contact.location"] = contact.location or ""
        out |= {f"contact.attributes.{k}": _shown(v) for k, v in contact.attributes.items()}
    rest = await connection.fetchrow(
        "select c.attributes, b.name as brand, w.name as workspace, w.locale, w.timezone, u.name as agent, u.email from conversation c"
        " join workspace w on w.id = c.workspace_id left join brand b on b.id = c.brand_id and b.workspace_id = c.workspace_id"
        " left join app_user u on u.id = $3 and u.workspace_id = c.workspace_id where c.workspace_id = $1 and c.id = $2",
        context.workspace_id, conversation_id, context.actor.id,
    )  # fmt: skip
    out |= {f"agent.{k}": v for k, v in person_names(rest["agent"] or context.actor.name).items() if k != "last_name"}
    out["agent.email"] = rest["email"] or ""
    out["conversation.number"], out["conversation.subject"] = str(row.number), row.subject
    out |= {f"conversation.attributes.{k}": _shown(v) for k, v in rest["attributes"].items()}
    out["brand.name"], out["workspace.name"] = rest["brand"] or rest["workspace"], rest["workspace"]
    out["date.today"] = _date(now, language or rest["locale"], zone or rest["timezone"])
    return out


async def preview_reply(
    connection: Any, context: Context, reply_id: UUID, conversation_id: UUID, now: datetime
) -> Preview:
    """A canned reply filled in for a conversation. Raises `NotFound`."""
    reply = await get_reply(connection, context, reply_id)
    values = await values_for(connection, context, conversation_id, now)
    preview = preview_text(reply.text, reply.html, values)
    preview.attachments = reply.attachments
    return preview


def preview_text(text: str, html: str | None, values: dict[str, str]) -> Preview:
    """A text and its HTML filled in."""
    plain = render(text, values)
    rich = render(html, values, as_html=True) if html else None
    missing = list(dict.fromkeys([*plain.missing, *(rich.missing if rich else [])]))
    return Preview(text=plain.text, html=rich.text if rich else None, missing=missing)


def _shown(value: Any) -> str:
    """A custom attribute as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return ", ".join(_shown(v) for v in value)
    return str(value)


def _date(now: datetime, language: str, zone: str) -> str:
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        locale = Locale("it")
    local = now.astimezone(ZoneInfo(zone if zone in available_timezones() else "Europe/Rome"))
    return str(format_date(local.date(), "long", locale=locale))
