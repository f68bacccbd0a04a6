"""What a channel can carry: declared by the channel, honoured by the composer and by the core."""

from typing import Literal, Protocol

import msgspec

MediaKind = Literal["image", "audio", "video", "document"]


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """Files of one kind that a channel takes. `types` are MIME types or `image/*` patterns; `size` is bytes of one file."""

    kind: MediaKind
    types: list[str]
    size: int
    caption: int | None = None
    """Longest caption in characters; None when the message's text limit counts."""


class Buttons(msgspec.Struct, frozen=True, kw_only=True):
    """Answers offered as buttons: how many, and how long a label may be."""

    count: int
    label: int


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """After a customer's last message we may write freely for `hours`; with a human's tag for `tagged_hours`."""

    hours: float
    tagged_hours: float | None = None


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """At most `count` messages in `seconds` leave one account (token bucket of that size)."""

    count: int
    seconds: float


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel kind can do. The defaults are the poorest channel: plain text and nothing else."""

    text: int | None = None
    """Longest text in characters; None for no limit of the channel's own."""
    media: list[Media] = []
    files: int = 0
    """Most files in one message."""
    total_size: int | None = None
    """Most bytes of all files of one message together."""
    voice_notes: bool = False
    location: bool = False
    buttons: Buttons | None = None
    templates: bool = False
    reactions: bool = False
    replies: bool = False
    edit: bool = False
    delete: bool = False
    typing: bool = False
    """The customer's typing is seen, and ours is shown to them."""
    read_receipts: bool = False
    html: bool = False
    subject: bool = False
    cc: bool = False
    public: bool = False
    """What is written can be read by everybody (posts and comments)."""
    live: bool = False
    """A conversation in which the customer sits and waits (web chat), as opposed to one that is answered later (mail)."""
    starts: bool = False
    """We may write first."""
    window: Window | None = None
    rate: Rate | None = None


class Catalogue(Protocol):
    """What conversations may ask about channels without knowing them: `services.get(Catalogue)`."""

    def capabilities(self, kind: str) -> Capabilities | None:
        """The capabilities of a channel kind, or None when this installation does not have it."""
