"""What the router would have recorded of the last weeks: one row for each time a customer waited and somebody answered."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from battito.demo.loading.base import Load
from battito.demo.models import Change, Conversation, DemoWorld, Message
from battito.demo.world import RECENT
from battito.routing.models import DEFAULT_UNITS
from battito.routing.router.judge import PRIORITY

CAPACITY: Final = 100
PRESSED: Final = frozenset(("amministrazione", "business"))
"""Teams whose people come to a chat later than the others'."""
LONGEST_CHAT: Final = timedelta(minutes=13)
SILENCE: Final = timedelta(minutes=5)
"""So long nobody says anything in a chat: the contact was over before."""
_COLUMNS: Final = (
    "id, workspace_id, conversation_id, channel, queue_id, via, state, agent_id, priority, entered_at, live, offers, offered_at, answered_at,"
    " ended_at, wrapped_at, outcome, ended_by"
)
_OFFER: Final = (
    "id, workspace_id, interaction_id, conversation_id, agent_id, queue_id, auto, made_at, answered_at, outcome"
)
TARGETS: Final = ((None, "email", 24 * 3600.0, 0.8), ("reclami", "email", 48 * 3600.0, 0.8))
"""Queue, channel, seconds, share: what a supervisor at Lumera has set."""


class Stretch(msgspec.Struct, kw_only=True):
    """A customer waited, and somebody answered, left, or has it in hand (no `ended`)."""

    conversation: Conversation
    via: Literal["queue", "owner", "taken"]
    entered: datetime
    agent: str | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    outcome: Literal["answered", "abandoned", "flow-out"] | None = None
    ended_by: str | None = None

    @property
    def units(self) -> int:
        """What it takes of an agent's hundred."""
        return DEFAULT_UNITS[self.conversation.kind]


def recorded(world: DemoWorld) -> list[Stretch]:
    """The stretches of the last weeks that have been answered or have ended, and those in hand now, by the moment they
    were answered. Nobody has more at once than they can."""
    since = world.now - RECENT
    rng = Random(f"{world.seed} interactions")
    found: list[Stretch] = []
    for conversation in world.conversations:
        if conversation.updated_at >= since:
            found += [one for one in _Reader(rng, conversation, world.now).read() if one.entered >= since]
    found.sort(key=lambda one: (one.answered or one.entered, one.conversation.number))
    _fit(found)
    return found


class _Reader:
    """Walks through a conversation."""

    def __init__(self, rng: Random, conversation: Conversation, now: datetime) -> None:
        self.rng, self.conversation, self.now = rng, conversation, now
        self.chat = conversation.kind == "webchat"
        self.waiting: datetime | None = None
        self.taken: datetime | None = None
        self.before: str | None = None
        self.talk: Stretch | None = None

    def read(self) -> Iterator[Stretch]:
        """Its stretches, in order."""
        for item in self.conversation.items:
            if self.talk is not None and item.at - (self.talk.ended or item.at) > SILENCE:
                self.talk = None
            if isinstance(item, Message):
                if item.author_kind == "customer":
                    if self.talk is not None:
                        self._go_on(item.at)
                    else:
                        self.waiting = self.waiting or item.at
                elif self.talk is not None and self.talk.agent == item.author:
                    self._go_on(item.at)
                elif self.waiting is not None:
                    yield self._answer(item.author, item.at)
            elif isinstance(item, Change):
                yield from self._change(item)
        if self.talk is not None and self._goes_on(self.talk):
            self.talk.ended = self.talk.outcome = self.talk.ended_by = None
        if self.waiting is not None and self.conversation.state == "open" and self.conversation.owner is not None:
            yield self._in_hand(self.waiting, self.conversation.owner)

    def _goes_on(self, talk: Stretch) -> bool:
        return self.conversation.state == "open" and self.conversation.owner == talk.agent

    def _go_on(self, at: datetime) -> None:
        assert self.talk is not None
        assert self.talk.answered is not None
        if at - self.talk.answered < LONGEST_CHAT:
            self.talk.ended = at

    def _change(self, item: Change) -> Iterator[Stretch]:
        if item.what in ("assigned", "transferred"):
            self.taken = item.at
        elif item.what == "resolved":
            if self.talk is not None:
                self._go_on(item.at)
                self.talk.ended_by = "resolved"
            elif self.waiting is not None and item.by is not None:
                yield self._answer(item.by, item.at)
            elif self.waiting is not None:
                outcome: Any = "abandoned" if self.chat else "flow-out"
                yield Stretch(
                    conversation=self.conversation, via="queue", entered=self.waiting, ended=item.at, outcome=outcome, ended_by="resolved"
                )  # fmt: skip
            self.waiting, self.talk, self.before, self.taken = None, None, None, None

    def _via(self, agent: str) -> Literal["queue", "owner", "taken"]:
        if self.before == agent:
            return "owner"
        return "taken" if self.conversation.team == "reclami" else "queue"

    def _answer(self, agent: str, at: datetime) -> Stretch:
        entered = self.waiting
        assert entered is not None
        if self.chat:
            late = self.rng.random() < (0.4 if self.conversation.team in PRESSED else 0.12)
            taken = self.taken if self.taken is not None and self.taken > entered and not late else at
            answered = max(taken - timedelta(seconds=self.rng.uniform(2, 6) if taken is at else 0), entered)
        else:
            answered = max(
                at - timedelta(seconds=self.rng.uniform(180, 600)),
                entered + (at - entered) * self.rng.uniform(0.02, 0.3),
            )
        stretch = Stretch(
            conversation=self.conversation, via=self._via(agent), entered=entered, agent=agent, answered=answered, ended=at,
            outcome="answered", ended_by="replied",
        )  # fmt: skip
        self.waiting, self.before, self.taken = None, agent, None
        self.talk = stretch if self.chat else None
        return stretch

    def _in_hand(self, entered: datetime, owner: str) -> Stretch:
        taken = max(entered, self.taken or entered)
        if self.now - taken > timedelta(hours=1):  # it lay with them; now they are at it
            return Stretch(
                conversation=self.conversation, via=self._via(owner), entered=entered, agent=owner, answered=taken
            )
        room = (self.now - taken).total_seconds()
        answered = taken + timedelta(seconds=room * self.rng.uniform(0.02, 0.3))
        return Stretch(
            conversation=self.conversation, via=self._via(owner), entered=entered, agent=owner, answered=answered
        )


def _fit(stretches: list[Stretch]) -> None:
    """Whoever has no room for a mail opens it later: shortly before the answer."""
    held: dict[str, list[Stretch]] = defaultdict(list)
    for one in stretches:
        if one.agent is None or one.answered is None or one.ended is None:
            continue
        mine = held[one.agent] = [
            other for other in held[one.agent] if other.ended is not None and other.ended > one.answered
        ]
        if sum(other.units for other in mine) + one.units > CAPACITY and one.conversation.kind == "email":
            one.answered = max(one.answered, one.ended - timedelta(seconds=20))
            mine[:] = [other for other in mine if other.ended is not None and other.ended > one.answered]
        mine.append(one)


async def copy_interactions(load: Load, stretches: list[Stretch], ids: dict[int, UUID]) -> None:
    """Write them, with the offers that led to them and what is fast enough. `ids`: the conversations', by number."""
    rows: list[tuple[Any, ...]] = []
    offers: list[tuple[Any, ...]] = []
    for one in stretches:
        conversation = one.conversation
        interaction, number = load.id_at(one.entered), ids[conversation.number]
        agent = load.users[one.agent] if one.agent is not None else None
        queue = load.queues.get(conversation.team)
        given = one.via == "queue" and one.answered is not None
        rows.append(
            (interaction, load.workspace, number, conversation.kind, queue, one.via, "ended" if one.ended else "handling", agent,
             PRIORITY[conversation.priority], one.entered, False, int(given), one.answered, one.answered, one.ended, one.ended,
             one.outcome, one.ended_by)
        )  # fmt: skip
        if given:
            offers.append((load.id_at(one.answered or one.entered), load.workspace, interaction, number, agent, queue, True, one.answered, one.answered, "accepted"))  # fmt: skip
    await load.copy("interaction", _COLUMNS, rows)
    await load.copy("offer", _OFFER, offers)
    await load.copy(
        "service_target", "id, workspace_id, queue_id, channel, target_s, share, short_s",
        [(load.id_at(load.world.now), load.workspace, load.queues[queue] if queue else None, channel, target, share, 5.0)
         for queue, channel, target, share in TARGETS],
    )  # fmt: skip
