"""The frames of `/chat/ws` and the bodies of `/chat/…`, as README.md describes them. `web/widget/app/protocol.ts` mirrors this.

Client frames are a tagged union decoded by msgspec: an unknown type, a wrong kind or a missing field is an `error` frame,
never a surprise further in.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

FRAME_LIMIT = 64_000
"""Bytes of one client frame. The longest message of 20,000 characters fits, whatever its script."""

Short = Annotated[str, Meta(max_length=500)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]


class Hello(msgspec.Struct, tag="hello"):
    """First frame: who, and what is on screen already. `after` counts within `conversation_id`."""

    token: Annotated[str, Meta(max_length=500)]
    conversation_id: UUID | None = None
    after: Seq = 0
    lang: Annotated[str, Meta(max_length=35)] = ""


class Say(msgspec.Struct, tag="message"):
    """A message under an id of the client's making. Sent again after any doubt: an id is taken once."""

    id: UUID
    text: Annotated[str, Meta(max_length=25_000)] = ""
    files: Annotated[list[UUID], Meta(max_length=20)] = []


class Typing(msgspec.Struct, tag="typing"):
    """The visitor is writing, or no longer."""

    on: bool = True


class Read(msgspec.Struct, tag="read"):
    """Everything up to `seq` was on screen."""

    seq: Seq


class Page(msgspec.Struct, tag="page"):
    """Where on the host site the visitor is."""

    url: Annotated[str, Meta(max_length=2000)] = ""
    title: Annotated[str, Meta(max_length=500)] = ""


class Person(msgspec.Struct, tag="person"):
    """A person, please."""


class End(msgspec.Struct, tag="end"):
    """The visitor ends the conversation."""


class Again(msgspec.Struct, tag="again"):
    """The next message begins a new conversation."""


class Rating(msgspec.Struct, tag="rating"):
    """The answer to the question at the end."""

    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=1000)] = ""


class Ping(msgspec.Struct, tag="ping"):
    """Are you there?"""


ClientFrame = Hello | Say | Typing | Read | Page | Person | End | Again | Rating | Ping


class Tick(msgspec.Struct):
    """A consent as the visitor left it."""

    purpose: Annotated[str, Meta(max_length=40)]
    version: Annotated[str, Meta(max_length=40)]
    given: bool


class StartSession(msgspec.Struct):
    """`POST /chat/sessions`."""

    site: Annotated[str, Meta(max_length=64)]
    host: Annotated[str, Meta(max_length=300)] = ""
    lang: Annotated[str, Meta(max_length=35)] = "it"
    fields: Annotated[dict[str, Annotated[str, Meta(max_length=4000)]], Meta(max_length=20)] = {}
    consents: Annotated[list[Tick], Meta(max_length=20)] = []
    identity: Annotated[str, Meta(max_length=8192)] | None = None
    page: Page | None = None


class Refresh(msgspec.Struct):
    """`POST /chat/sessions/refresh`."""

    session: UUID
    secret: Annotated[str, Meta(max_length=200)]


class IdentityToken(msgspec.Struct):
    """`POST /chat/identity`."""

    identity: Annotated[str, Meta(max_length=8192)]


class TranscriptTo(msgspec.Struct):
    """`POST /chat/transcript`."""

    email: Annotated[str, Meta(max_length=320)]


class CallMe(msgspec.Struct, rename={"start": "from"}):
    """`POST /chat/callback`. `start` is the beginning of an offered slot; None means as soon as possible."""

    phone: Annotated[str, Meta(max_length=40)]
    start: datetime | None = None
    note: Annotated[str, Meta(max_length=4000)] = ""


class ShownAuthor(msgspec.Struct, frozen=True):
    """Who wrote, as far as a visitor is told."""

    kind: Literal["customer", "agent", "bot", "system"]
    name: str


class ShownFile(msgspec.Struct, frozen=True):
    """A file, with an address that works for this visitor for a while."""

    id: UUID
    name: str
    type: str
    size: int
    url: str
    duration: float | None = None


class ShownMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message as a visitor gets it."""

    id: UUID
    seq: int
    client_id: UUID | None
    author: ShownAuthor
    text: str
    files: list[ShownFile]
    at: datetime


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How the conversation stands."""

    conversation_id: UUID | None = None
    status: Literal["new", "bot", "waiting", "agent", "ended"] = "new"
    name: str | None = None
    position: int | None = None
    wait_s: int | None = None
    delivered: int = 0
    read: int = 0
    seen: int = 0
    rated: bool = False


def frame(type: str, **fields: Any) -> bytes:  # noqa: A002 (the protocol's own word)
    """A server frame."""
    return msgspec.json.encode({"type": type, **fields})
