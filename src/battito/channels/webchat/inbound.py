"""What a visitor sent, as the core takes it in. Pure.

The payload kept in the inbox holds everything, so that it can be parsed again at any time with the same result: who the
visitor said they are, what was proven, what they ticked, and where they were.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from battito.channels.base import (
    Consent,
    Identity,
    Inbound,
    InboundFile,
    InboundMessage,
    InboundStatus,
    Sender,
    ThreadHint,
)
from battito.channels.webchat.identity import Verified


class PayloadFile(msgspec.Struct, kw_only=True):
    """A file uploaded before."""

    id: UUID
    name: str
    content_type: str
    duration: float | None = None


class Callback(msgspec.Struct, kw_only=True):
    """A visitor who wants to be called."""

    phone: str
    start: datetime | None = None
    end: datetime | None = None


class Payload(msgspec.Struct, kw_only=True, tag="message"):
    """One message on its way in."""

    session: UUID
    visitor: UUID
    id: UUID
    text: str
    files: list[PayloadFile] = []
    at: datetime
    name: str = ""
    language: str = "it"
    claims: dict[str, str] = {}
    """`email` and `phone` as typed into the form: claims, not proofs."""
    verified: Verified | None = None
    conversation_id: UUID | None = None
    starts_new: bool = False
    attributes: dict[str, Any] = {}
    contact: dict[str, Any] = {}
    consents: list[Consent] = []
    subject: str = ""
    callback: Callback | None = None


class Receipt(msgspec.Struct, kw_only=True, tag="receipt"):
    """A visitor's browser has our message, or showed it; the same holds for all earlier ones."""

    message: UUID
    status: Literal["delivered", "read"]
    at: datetime


decode = msgspec.json.Decoder(Payload | Receipt).decode


def visitor_identity(visitor: UUID) -> str:
    """The canonical value of a visitor's identity."""
    return f"webchat:{visitor}"


def provider_id(session: UUID, client_id: UUID) -> str:
    """Unique within the account: another visitor cannot take somebody's id."""
    return f"{session.hex}:{client_id.hex}"


def sender(payload: Payload) -> Sender:
    """Who wrote: the visitor of this browser, with what was proven and what was only said."""
    short = payload.visitor.hex[-4:].upper()
    unnamed = f"Visitatore {short}" if payload.language == "it" else f"Visitor {short}"
    proof = payload.verified
    also = []
    if proof is not None:
        evidence = {"token": "jwt", "kid": proof.kid}
        also.append(Identity(kind="external", value=proof.subject, verified=True, evidence=evidence))
        if proof.email:
            also.append(Identity(kind="email", value=proof.email, verified=True, evidence=evidence))
        if proof.phone:
            also.append(Identity(kind="phone", value=proof.phone, verified=True, evidence=evidence))
    known = {(i.kind, i.value) for i in also}
    for kind in ("email", "phone"):
        value = payload.claims.get(kind, "").strip()
        value = value.lower() if kind == "email" else value
        if value and (kind, value) not in known:
            also.append(Identity(kind=kind, value=value, evidence={"form": "pre-chat"}))
    return Sender(
        identity=Identity(
            kind="visitor",
            value=visitor_identity(payload.visitor),
            shown=unnamed,
            verified=True,
            evidence={"session": str(payload.session)},
        ),
        name=(proof.name if proof else "") or payload.name or unnamed,
        also=also,
        language=payload.language,
    )


def parse_payload(raw: bytes) -> Inbound:
    """What a kept payload holds. Raises msgspec's errors for one that is not ours."""
    payload = decode(raw)
    if isinstance(payload, Receipt):
        return InboundStatus(provider_id=str(payload.message), status=payload.status, at=payload.at, up_to=True)
    flags = ["callback"] if payload.callback else []
    attributes = dict(payload.attributes)
    if payload.callback:
        attributes["callback"] = msgspec.to_builtins(payload.callback)
    return InboundMessage(
        provider_id=provider_id(payload.session, payload.id),
        sender=sender(payload),
        text=payload.text,
        attachments=[
            InboundFile(name=f.name, content_type=f.content_type, file_id=f.id, duration=f.duration)
            for f in payload.files
        ],
        thread=ThreadHint(conversation_id=None if payload.starts_new else payload.conversation_id),
        subject=payload.subject,
        language=payload.language,
        at=payload.at,
        client_id=payload.id,
        flags=flags,
        attributes=attributes,
        contact=payload.contact,
        consents=payload.consents,
        starts_new=payload.starts_new,
    )
