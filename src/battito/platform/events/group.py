"""The live sockets of one workspace on one node, and how what is meant for them is queued and packed."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final
from uuid import UUID

from battito.platform.events.model import StoredEvent
from battito.platform.http.websocket import Text

MAX_QUEUED: Final = 2000
"""Frames that may wait for one socket; past that it is dropped and resumes by its cursor."""
MAX_QUEUED_BYTES: Final = 16_000_000
"""And their size: a storm's frames are large."""
FRAMES_TOGETHER: Final = 64


class Subscriber:
    """One live connection's mailbox. `wake` is called when the first frame arrives in an empty one."""

    __slots__ = (
        "_size",
        "alike",
        "audience",
        "brands",
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
        alike: Hashable,
        signals: bool = True,
        brands: frozenset[UUID] | None = None,
    ) -> None:
        self.workspace_id = workspace_id
        self.visible = visible
        self.audience = audience
        """The name by which events are meant for this person alone (`user:<id>`)."""
        self.alike = alike
        """What `visible` goes by for events that are for nobody alone, as permissions and brands. Sockets with the same see
        the same: one of them is asked for all, and a storm is packed once for them."""
        self.wake = wake
        self.signals = signals
        self.brands = brands
        """Brands that this person is limited to; None means all."""
        self.viewing: UUID | None = None
        """The conversation that this person has open."""
        self.frames: list[bytes | Text] = []
        """What waits to be sent: frames, and whole messages of many frames."""
        self.overflowed = False
        self._size = 0

    def put(self, frame: bytes | Text, *, soon: bool = True) -> None:
        """Queue one frame or one whole message; unless `soon`, whoever puts it sees to it that `wake` is called."""
        if self.overflowed:
            return
        if len(self.frames) >= MAX_QUEUED or self._size >= MAX_QUEUED_BYTES:
            self.overflowed = True
            self.frames.clear()
            self.wake()
            return
        self.frames.append(frame)
        self._size += len(frame)
        if soon:
            self.wake()

    def take(self) -> list[bytes | Text]:
        """What waits, to send it now."""
        frames, self.frames, self._size = self.frames, [], 0
        return frames


class Peers:
    """Sockets that see the same, and what is gathered for them."""

    __slots__ = ("gathered", "given", "members", "visible")

    def __init__(self, visible: Callable[[StoredEvent], bool]) -> None:
        self.visible = visible
        self.members: set[Subscriber] = set()
        self.gathered: list[bytes] = []
        self.given: dict[Subscriber, int] = {}
        """How many of `gathered` somebody has already: those who came later, or could not wait."""

    def give(self, subscriber: Subscriber) -> None:
        """Queue what was gathered so far for one of them, ahead of all that comes now."""
        if self.gathered:
            for frame in self.gathered[self.given.get(subscriber, 0) :]:
                subscriber.put(frame, soon=False)
            self.given[subscriber] = len(self.gathered)

    def give_all(self) -> list[Subscriber]:
        """Queue what was gathered, packed once for all; who has something to send now."""
        gathered, given = self.gathered, self.given
        if not gathered:
            return []
        self.gathered, self.given = [], {}
        packed = [*messages(gathered)]
        served = []
        for subscriber in self.members:
            has = given.get(subscriber, 0)
            if has < len(gathered):
                for frame in packed if has == 0 else gathered[has:]:
                    subscriber.put(frame, soon=False)
                served.append(subscriber)
        return served


class Group:
    """The sockets of one workspace."""

    __slots__ = ("peers", "persons")

    def __init__(self) -> None:
        self.peers: dict[Hashable, Peers] = {}
        self.persons: dict[str, set[Subscriber]] = {}
        """Each person's sockets, by the audience that means them alone."""

    def __iter__(self) -> Iterator[Subscriber]:
        for peers in self.peers.values():
            yield from peers.members

    def __len__(self) -> int:
        return sum(len(peers.members) for peers in self.peers.values())

    def __contains__(self, subscriber: Subscriber) -> bool:
        peers = self.peers.get(subscriber.alike)
        return peers is not None and subscriber in peers.members

    def add(self, subscriber: Subscriber) -> None:
        peers = self.peers.get(subscriber.alike)
        if peers is None:
            peers = self.peers[subscriber.alike] = Peers(subscriber.visible)
        peers.members.add(subscriber)
        peers.given[subscriber] = len(peers.gathered)
        self.persons.setdefault(subscriber.audience, set()).add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        peers = self.peers[subscriber.alike]
        peers.members.discard(subscriber)
        peers.given.pop(subscriber, None)
        if not peers.members:
            del self.peers[subscriber.alike]
        sockets = self.persons[subscriber.audience]
        sockets.discard(subscriber)
        if not sockets:
            del self.persons[subscriber.audience]

    def readers(self, event: StoredEvent) -> Iterator[Subscriber]:
        """Who may see an event."""
        if for_one(event):
            yield from (s for s in self.persons.get(event.audience or "", ()) if s.visible(event))
        else:
            for peers in self.peers.values():
                if peers.visible(event):
                    yield from peers.members

    def gather(self, event: StoredEvent) -> None:
        """Keep an event for all who may see it, until `give_all`."""
        for peers in self.peers.values():
            if peers.visible(event):
                peers.gathered.append(event.frame)

    def give(self, subscriber: Subscriber) -> None:
        """Queue what was gathered so far for one of them, ahead of all that comes now."""
        self.peers[subscriber.alike].give(subscriber)

    def give_all(self) -> list[Subscriber]:
        """Queue what was gathered for everybody; who has something to send now."""
        return [subscriber for peers in self.peers.values() for subscriber in peers.give_all()]


def for_one(event: StoredEvent) -> bool:
    """Whether an event is meant for one person alone."""
    return event.audience is not None and event.audience.startswith("user:")


def messages(frames: Sequence[bytes | Text]) -> Iterator[Text]:
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
        if isinstance(frame, Text):
            yield frame
    if chunk:
        yield _together(chunk)


def _together(frames: list[bytes]) -> Text:
    return Text(frames[0] if len(frames) == 1 else b'{"type":"events","items":[' + b",".join(frames) + b"]}")
