"""The consent ledger and the one rule that every sender asks: `may_contact`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from battito.contacts.events import ConsentRecorded
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import NotFound

NEEDS_NO_CONSENT: Final = frozenset({"service"})
"""Answering what a customer asked for rests on the contract (GDPR art. 6(1)(b)), not on consent; an objection still counts."""


# a merged contact's lines stay where they were written, and are read with those of the contact it became part of
FAMILY: Final = (
    "(with recursive family as (select $2::uuid as id union select c.id from contact c join family f on c.merged_into = f.id"
    " where c.workspace_id = $1) select id from family)"
)


class ConsentLine(msgspec.Struct, kw_only=True):
    """One line of the ledger. Lines are added, never changed."""

    id: UUID
    purpose: str
    channel: str
    granted: bool
    text_version: str
    text_shown: str = ""
    evidence: dict[str, Any] = {}
    recorded_by: str
    at: datetime


class NewConsent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What somebody agreed to, or withdrew."""

    purpose: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_-]{1,39}$")]
    channel: Annotated[str, msgspec.Meta(pattern=r"^(\*|[a-z][a-z0-9_-]{1,39})$")] = "*"
    granted: bool
    text_version: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    text_shown: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    evidence: dict[str, Any] = {}


class Verdict(msgspec.Struct, frozen=True):
    """Whether we may write or call, and why."""

    allowed: bool
    why: Literal["granted", "not-needed", "withdrawn", "never-asked", "erased"]
    line: ConsentLine | None = None


def may_contact(lines: Sequence[ConsentLine], *, purpose: str, channel: str, erased: bool = False) -> Verdict:
    """The rule. The newest line for exactly this purpose and channel, or for the purpose on every channel, decides;
    without one, only purposes that need no consent are allowed. Of two lines of the same moment the refusal wins.
    """
    if erased:
        return Verdict(False, "erased")
    about = [c for c in lines if c.purpose == purpose and c.channel in (channel, "*")]
    if not about:
        return Verdict(True, "not-needed") if purpose in NEEDS_NO_CONSENT else Verdict(False, "never-asked")
    newest = max(about, key=lambda c: (c.at, not c.granted, c.id))
    return Verdict(newest.granted, "granted" if newest.granted else "withdrawn", newest)


async def list_consents(connection: Any, context: Context, contact_id: UUID) -> list[ConsentLine]:
    """A contact's ledger, newest first."""
    context.require("contacts.read")
    rows = await connection.fetch(
        "select id, purpose, channel, granted, text_version, text_shown, evidence, recorded_by, at from consent"
        f" where workspace_id = $1 and contact_id in {FAMILY} order by at desc, id desc",
        context.workspace_id,
        contact_id,
    )
    return [ConsentLine(**r) for r in rows]


async def ask_may_contact(
    connection: Any, context: Context, contact_id: UUID, *, purpose: str, channel: str
) -> Verdict:
    """`may_contact` for a stored contact; every sender calls this just before it sends."""
    row = await connection.fetchrow(
        "select erased_at from contact where workspace_id = $1 and id = $2", context.workspace_id, contact_id
    )
    if row is None:
        raise NotFound("There is no such contact in this workspace.")
    rows = await connection.fetch(
        "select id, purpose, channel, granted, text_version, text_shown, evidence, recorded_by, at from consent"
        f" where workspace_id = $1 and contact_id in {FAMILY} and purpose = $3 and channel = any($4)",
        context.workspace_id, contact_id, purpose, [channel, "*"],
    )  # fmt: skip
    return may_contact(
        [ConsentLine(**r) for r in rows], purpose=purpose, channel=channel, erased=row["erased_at"] is not None
    )


@action("consent.record", permission="consent.write")
async def record_consent(tx: Tx, contact_id: UUID, new: NewConsent) -> ConsentLine:
    """Add a line to a contact's ledger."""
    if not await tx.fetchval(
        "select true from contact where workspace_id = $1 and id = $2 and erased_at is null",
        tx.workspace_id,
        contact_id,
    ):
        raise NotFound("There is no such contact in this workspace.")
    line = ConsentLine(
        id=uuid7(), purpose=new.purpose, channel=new.channel, granted=new.granted, text_version=new.text_version, text_shown=new.text_shown,
        evidence=new.evidence, recorded_by=tx.context.actor.name, at=tx.now,
    )  # fmt: skip
    await tx.execute(
        "insert into consent(id, workspace_id, contact_id, purpose, channel, granted, text_version, text_shown, evidence, recorded_by, at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        line.id, tx.workspace_id, contact_id, line.purpose, line.channel, line.granted, line.text_version, line.text_shown, line.evidence,
        line.recorded_by, line.at,
    )  # fmt: skip
    tx.audit("contact", contact_id, after=line)
    tx.emit(ConsentRecorded(contact_id=contact_id, consent=msgspec.to_builtins(line)))
    return line
