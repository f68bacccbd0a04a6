"""A storm's events go out gathered to many sockets; what is for one person, and the first after quiet, at once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from battito.platform.actor import Actor, ActorKind
from battito.platform.events.hub import FEW, Hub, Subscriber
from battito.platform.events.model import Cursor, StoredEvent

WORKSPACE = uuid4()


def event(number: int, audience: str | None = None) -> StoredEvent:
    actor = Actor(ActorKind.system, None, "test")
    return StoredEvent(
        Cursor(0, number, number), datetime.now(UTC), "x.y", WORKSPACE, None, None, actor, audience, b"{}"
    )


def sees(number: int, one: StoredEvent) -> bool:
    return one.audience in (None, f"user:{number}")


def crowd(hub: Hub, count: int) -> tuple[list[Subscriber], Counter[int]]:
    woken: Counter[int] = Counter()
    made = []
    for n in range(count):
        one = Subscriber(WORKSPACE, partial(sees, n), partial(woken.update, [n]))
        hub.add(one)
        made.append(one)
    return made, woken


async def test_few_sockets_hear_at_once() -> None:
    hub = Hub()
    made, woken = crowd(hub, FEW)
    for n in range(3):
        hub.publish([event(n)])
    assert woken == Counter(dict.fromkeys(range(FEW), 3))
    assert all(len(one.frames) == 3 for one in made)


async def test_many_sockets_are_woken_seldom_and_miss_nothing() -> None:
    hub = Hub()
    made, woken = crowd(hub, 200)
    hub.publish([event(0)])
    assert len(woken) == 200  # after quiet: at once
    for n in range(1, 40):
        hub.publish([event(n)])
    assert sum(woken.values()) == 200
    hub.publish([event(40, "user:7")])
    assert woken[7] == 2  # for one person: at once, with all that waited before it
    assert [b'"cursor":"0.40.40"' in frame for frame in made[7].frames[-1:]] == [True]
    await asyncio.sleep(0.3)
    assert all(woken[n] >= 2 for n in range(200))
    assert sum(woken.values()) <= 3 * 200
    assert {len(one.frames) for one in made} == {40, 41}
