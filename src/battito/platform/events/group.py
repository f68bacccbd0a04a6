"""The live sockets of one workspace on one node, and how what is meant for them is queued and packed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final
from uuid import UUID

from battito.platform.events.model import StoredEvent

MAX_QUEUED: Final = 2000
"""Frames that may wait for one socket; past that it is dropped and resumes by its cursor."""
FRAMES_TOGETHER: Final = 64


class Subscriber:
    """One live connection's mailbox. `wake` is called when the first frame arrives in an empty one."""

    __slots__ = (
        "audience",
        "brands",
        "everything",
        "frames",
        "overflowed",
        "signals",
        "viewing",
        "visible",
        "wake",
        "workspace_id",
    )

    def __init__(
        self,
        workspace_id: UUID,
        audience: str,
        visible: Callable[[StoredEvent], bool],
        wake: Callable[[], None],
        *,
        signals: bool = True,
        brands: frozenset[UUID] | None = None,
        everything: bool = False,
    ) -> None:
        self.workspace_id = workspace_id
        self.visible = visible
        self.audience = audience
        """The name by which events are meant for this person alone (`user:<id>`)."""
        self.everything = everything
        """Sees each event that is for nobody in particular: `visible` need not be asked, and a storm is packed once for all of these."""
        self.wake = wake
        self.signals = signals
        self.brands = brands
        """Brands that this person is limited to; None means all."""
        self.viewing: UUID | None = None
        """The conversation that this person has open."""
        self.frames: list[bytes | str] = []
        """What waits to be sent: frames, and whole messages of many frames (text)."""
        self.overflowed = False

    def put(self, frame: bytes | str, *, soon: bool = True) -> None:
        """Queue one frame or one whole message; unless `soon`, whoever puts it sees to it that `wake` is called."""
        if self.overflowed:
            return
        if len(self.frames) >= MAX_QUEUED:
            self.overflowed = True
            self.frames.clear()
            self.wake()
            return
        self.frames.append(frame)
        if soon:
            self.wake()


class Group:
    """The sockets of one workspace, and what is gathered for those who see everything."""

    __slots__ = ("everything", "gathered", "given", "limited", "persons")

    def __init__(self) -> None:
        self.everything: set[Subscriber] = set()
        self.limited: set[Subscriber] = set()
        self.persons: dict[str, set[Subscriber]] = {}
        """Each person's sockets, by the audience that means them alone."""
        self.gathered: list[bytes] = []
        self.given: dict[Subscriber, int] = {}
        """How many of `gathered` somebody has already: those who came later, or could not wait."""

    def __iter__(self) -> Iterator[Subscriber]:
        yield from self.everything
        yield from self.limited

    def __len__(self) -> int:
        return len(self.everything) + len(self.limited)

    def __contains__(self, subscriber: Subscriber) -> bool:
        return subscriber in self.everything or subscriber in self.limited

    def add(self, subscriber: Subscriber) -> None:
        (self.everything if subscriber.everything else self.limited).add(subscriber)
        self.persons.setdefault(subscriber.audience, set()).add(subscriber)
        self.given[subscriber] = len(self.gathered)

    def remove(self, subscriber: Subscriber) -> None:
        self.everything.discard(subscriber)
        self.limited.discard(subscriber)
        self.given.pop(subscriber, None)
        sockets = self.persons[subscriber.audience]
        sockets.discard(subscriber)
        if not sockets:
            del self.persons[subscriber.audience]

    def readers(self, event: StoredEvent) -> Iterator[Subscriber]:
        """Who may see an event."""
        if event.audience is None:
            yield from self.everything
            yield from (s for s in self.limited if s.visible(event))
        elif event.audience in self.persons:
            yield from (s for s in self.persons[event.audience] if s.visible(event))
        elif not event.audience.startswith("user:"):
            yield from (s for s in self if s.visible(event))

    def give(self, subscriber: Subscriber) -> None:
        """Queue what was gathered so far for one of them, ahead of all that comes now."""
        if self.gathered and subscriber.everything:
            for frame in self.gathered[self.given.get(subscriber, 0) :]:
                subscriber.put(frame, soon=False)
            self.given[subscriber] = len(self.gathered)

    def give_all(self) -> list[Subscriber]:
        """Queue what was gathered, packed once for all; who has something to send now."""
        gathered, given = self.gathered, self.given
        if not gathered:
            return []
        self.gathered, self.given = [], {}
        packed = list(messages(gathered))
        served = []
        for subscriber in self.everything:
            has = given.get(subscriber, 0)
            if has < len(gathered):
                for frame in packed if has == 0 else gathered[has:]:
                    subscriber.put(frame, soon=False)
                served.append(subscriber)
        return served


def messages(frames: Sequence[bytes | str]) -> Iterator[str]:
    """The texts that carry these frames: several together, at most `FRAMES_TOGETHER`; a whole message as it is."""
    chunk: list[bytes] = []
    for frame in frames:
        if isinstance(frame, bytes):
            chunk.append(frame)
            if len(chunk) < FRAMES_TOGETHER:
                continue
        if chunk:
            yield _together(chunk)
            chunk = []
        if isinstance(frame, str):
            yield frame
    if chunk:
        yield _together(chunk)


def _together(frames: list[bytes]) -> str:
    return (
        frames[0].decode() if len(frames) == 1 else (b'{"type":"events","items":[' + b",".join(frames) + b"]}").decode()
    )
