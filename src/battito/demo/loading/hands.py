"""Who is at work now has their hands full: conversations that waited were given to them in the last hour."""

from datetime import timedelta
from random import Random
from typing import Final

import msgspec

from battito.demo.loading.rota import at_work
from battito.demo.models import Change, Conversation, DemoWorld, Message
from battito.routing.models import DEFAULT_UNITS

FULL: Final = 100 - DEFAULT_UNITS["email"]
"""Who has more than this takes nothing more."""
LEFT: Final = 3
"""So many of a team keep waiting, where they do."""
ONESELF: Final = frozenset(("marta.rizzo", "omar.diallo", "davide.negri"))
"""Agents whom a visitor becomes: they begin with what is theirs."""


def give_out(world: DemoWorld) -> tuple[DemoWorld, frozenset[str]]:
    """The world with what those at work have in hand, and who of them has no room for more: they can be available."""
    rng = Random(f"{world.seed} hands")
    held: dict[str, int] = {}
    for one in world.conversations:
        if one.owner is not None and one.state == "open":
            held[one.owner] = held.get(one.owner, 0) + DEFAULT_UNITS[one.kind]
    waiting: dict[str, list[int]] = {}
    for n, one in enumerate(world.conversations):
        if one.owner is None and one.state == "open" and one.kind == "email" and one.story and one.priority != "urgent":
            waiting.setdefault(one.team, []).append(n)
    conversations = list(world.conversations)
    here = [p for p in world.people if at_work(world.seed, p, world.now) and p.key not in ONESELF]
    here.sort(key=lambda p: -held.get(p.key, 0))
    full: set[str] = set()
    for person in here:
        for team in person.teams:
            queue = waiting.get(team, [])
            while queue and held.get(person.key, 0) <= FULL and len(queue) > LEFT:
                n = queue.pop(0)
                given = _given(rng, conversations[n], person.key, world)
                conversations[n] = given
                held[person.key] = held.get(person.key, 0) + DEFAULT_UNITS[given.kind]
        if held.get(person.key, 0) > FULL:
            full.add(person.key)
    return msgspec.structs.replace(world, conversations=tuple(conversations)), frozenset(full)


def _given(rng: Random, conversation: Conversation, owner: str, world: DemoWorld) -> Conversation:
    last = next(item for item in reversed(conversation.items) if isinstance(item, Message))
    room = min((world.now - conversation.items[-1].at).total_seconds(), 3000.0)
    at = world.now - timedelta(seconds=room * rng.uniform(0.05, 0.95))
    items = (*conversation.items, Change(max(at, last.at), "assigned", None, owner))
    return msgspec.structs.replace(conversation, owner=owner, items=items, updated_at=items[-1].at)
