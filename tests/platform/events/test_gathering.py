"""A storm's events go out gathered to many sockets; what is for one person, and the first after quiet, at once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec

from battito.platform.actor import Actor, ActorKind
from battito.platform.events.group import MAX_QUEUED_BYTES, Subscriber, messages
from battito.platform.events.hub import FEW, Hub, early
from battito.platform.events.model import Cursor, StoredEvent
from battito.platform.http.websocket import Text

WORKSPACE = uuid4()


def event(number: int, audience: str | None = None, conversation_id: UUID | None = None) -> StoredEvent:
    actor = Actor(ActorKind.system, None, "test")
    return StoredEvent(
        Cursor(0, number, number), datetime.now(UTC), "x.y", WORKSPACE, conversation_id, None, actor, audience, b"{}"
    )


def sees(number: int, one: StoredEvent) -> bool:
    return one.audience in (None, f"user:{number}")


def crowd(hub: Hub, count: int, *, limited: int = 0) -> tuple[list[Subscriber], Counter[Any]]:
    """So many sockets; the last `limited` of them are asked for each event, as are those of people with some brands."""
    woken: Counter[Any] = Counter()
    made = []
    for n in range(count):
        everything = n < count - limited
        one = Subscriber(
            WORKSPACE, f"user:{n}", partial(sees, n), partial(woken.update, [n]), alike="all" if everything else n,
            brands=None if everything else frozenset(),
        )  # fmt: skip
        hub.add(one)
        made.append(one)
    return made, woken


def got(one: Subscriber) -> list[int]:
    """The numbers of the events that were queued for a socket, in the order in which they go out."""
    found = []
    for text in messages(one.frames):
        frame = msgspec.json.decode(bytes(text))
        items = frame["items"] if frame["type"] == "events" else [frame]
        found += [int(item["cursor"].split(".")[1]) for item in items]
    return found


async def test_few_sockets_hear_at_once() -> None:
    hub = Hub()
    made, woken = crowd(hub, FEW)
    for n in range(3):
        hub.publish([event(n)])
    assert woken == Counter(dict.fromkeys(range(FEW), 3))
    assert all(got(one) == [0, 1, 2] for one in made)


async def test_many_sockets_are_woken_seldom_and_miss_nothing() -> None:
    hub = Hub()
    made, woken = crowd(hub, 200, limited=20)
    hub.publish([event(0)])
    assert len(woken) == 200  # after quiet: at once
    for n in range(1, 40):
        hub.publish([event(n)])
    assert sum(woken.values()) == 200
    for number in (7, 190):
        hub.publish([event(40, f"user:{number}")])
        assert woken[number] == 2  # for one person: at once, with all that waited before it
        assert got(made[number]) == list(range(41))
    hub.publish([event(41)])
    await asyncio.sleep(0.3)
    assert all(woken[n] >= 2 for n in range(200))
    assert sum(woken.values()) <= 3 * 200
    for n, one in enumerate(made):
        assert got(one) == [*range(40), *([40] if n in (7, 190) else []), 41]


async def test_a_storm_is_packed_once_for_all() -> None:
    hub = Hub()
    made, _ = crowd(hub, 200)
    hub.publish([event(n) for n in range(100)])
    hub.publish([event(n) for n in range(100, 300)])
    await asyncio.sleep(0.3)
    packed = [one.frames[100:] for one in made]
    assert [len(frames) for frames in packed] == [4] * 200  # 200 events, 64 in a message
    assert len({id(frame) for frames in packed for frame in frames}) == 4
    assert all(got(one) == list(range(300)) for one in made)


async def test_whoever_does_not_read_is_let_go_by_size_too() -> None:
    one = Subscriber(WORKSPACE, "user:1", lambda event: True, lambda: None, alike=1)
    large = Text(b"x" * 1_000_000)
    for _ in range(MAX_QUEUED_BYTES // 1_000_000):
        one.put(large)
    assert not one.overflowed
    assert len(one.take()) == 16
    for _ in range(17):
        one.put(large)
    assert one.overflowed
    assert one.frames == []


async def test_what_some_may_see_is_packed_once_for_them_and_asked_once() -> None:
    """Agents, and supervisors who also see what is for them; each kind is one of many that see the same."""
    hub, asked = Hub(), Counter[str]()

    def see(kind: str, one: StoredEvent) -> bool:
        asked[kind] += 1
        return one.audience is None or (kind == "supervisor" and one.audience == "permission:floor.read")

    made = {
        kind: [
            Subscriber(WORKSPACE, f"user:{kind}{n}", partial(see, kind), lambda: None, alike=kind) for n in range(100)
        ]
        for kind in ("agent", "supervisor")
    }
    for one in (*made["agent"], *made["supervisor"]):
        hub.add(one)
    hub.publish([event(n, "permission:floor.read" if n % 3 == 0 else None) for n in range(1, 31)])
    hub.publish([event(n, "permission:floor.read" if n % 3 == 0 else None) for n in range(31, 61)])
    assert asked == {"agent": 60, "supervisor": 60}
    await asyncio.sleep(0.3)
    assert all(got(one) == [n for n in range(1, 61) if n % 3] for one in made["agent"])
    assert all(got(one) == list(range(1, 61)) for one in made["supervisor"])
    assert len({id(frame) for one in made["agent"] for frame in one.frames if isinstance(frame, Text)}) == 1
    assert len({id(frame) for one in made["supervisor"] for frame in one.frames if isinstance(frame, Text)}) == 1


async def test_the_conversation_one_looks_at_does_not_wait() -> None:
    hub, open_one = Hub(), uuid4()
    made, woken = crowd(hub, 200, limited=20)
    foreign = Subscriber(uuid4(), "user:3", lambda one: True, partial(woken.update, ["foreign"]), alike="all")
    hub.add(foreign)
    for one in (made[3], made[195], foreign):
        hub.look_at(one, open_one)
    hub.publish([event(0)])
    hub.publish([event(1)])
    hub.publish([event(2, conversation_id=open_one)])
    assert got(made[3]) == got(made[195]) == [0, 1, 2]
    assert (woken[3], woken[195], woken[4], woken["foreign"]) == (2, 2, 1, 0)
    hub.look_at(made[3], None)
    hub.publish([event(3, conversation_id=open_one)])
    assert woken[3] == 2
    await asyncio.sleep(0.3)
    assert all(got(one) == [0, 1, 2, 3] for one in made)
    assert foreign.frames == []


async def test_who_comes_during_a_storm_gets_what_comes_after() -> None:
    """A socket is registered before its snapshot is read: what was gathered earlier is in the snapshot already."""
    hub = Hub()
    crowd(hub, 200)
    hub.publish([event(0)])
    hub.publish([event(1)])
    (late,), _ = crowd(hub, 1)
    hub.publish([event(2)])
    await asyncio.sleep(0.3)
    assert got(late) == [2]


async def test_nobody_hears_after_leaving() -> None:
    hub = Hub()
    made, _ = crowd(hub, 200)
    hub.publish([event(0)])
    hub.publish([event(1)])
    hub.look_at(made[0], uuid4())
    hub.remove(made[0])
    await asyncio.sleep(0.3)
    assert got(made[0]) == [0]
    assert len(hub) == 199


async def test_typing_reaches_all_of_a_few_and_of_many_those_who_look() -> None:
    for count, heard in ((FEW, range(FEW)), (200, [5])):
        hub, open_one = Hub(), uuid4()
        made, _ = crowd(hub, count)
        foreign = Subscriber(uuid4(), "user:5", lambda one: True, lambda: None, alike="all")
        hub.add(foreign)
        hub.look_at(made[5], open_one)
        hub.look_at(foreign, open_one)
        hub.signal({"workspace_id": WORKSPACE, "name": "typing", "conversation_id": open_one})
        assert [n for n, one in enumerate(made) if one.frames] == list(heard)
        assert foreign.frames == []


async def test_an_urgent_event_is_shown_early_to_the_one_it_is_for() -> None:
    hub = Hub()
    made, woken = crowd(hub, 200, limited=20)
    second = Subscriber(WORKSPACE, "user:7", partial(sees, 7), partial(woken.update, ["second"]), alike="all")
    foreign = Subscriber(uuid4(), "user:7", lambda one: True, lambda: None, alike="all")
    hub.add(second)
    hub.add(foreign)
    frame = {"type": "early", "event": "offer.made", "data": {}}
    hub.signal(early(WORKSPACE, "user:7", frame))
    hub.signal(early(WORKSPACE, "user:190", frame))  # who is limited to some brands waits for the event itself
    assert {n for n, one in enumerate(made) if one.frames} == {7}
    assert [msgspec.json.decode(bytes(text)) for text in messages(second.frames)] == [frame]
    assert (woken[7], woken["second"], woken[190]) == (1, 1, 0)
    assert foreign.frames == []
    hub.remove(second)
    hub.signal(early(WORKSPACE, "user:7", frame))
    assert woken == {7: 2, "second": 1}
