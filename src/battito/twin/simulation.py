"""One replication: a heap of events around the same engine that routes live.

Events at one moment happen in the order of their kinds. The engine's own timers (rings, overflow, wrap-up) go first.
"""

from collections.abc import Iterator
from enum import IntEnum
from heapq import heappop, heappush, heapreplace
from typing import Any, Final, TypeAlias

from msgspec import Struct

from battito.routing.engine import FULL_CAPACITY, Assigned, Decision, Engine, Id, Presence, Resumed, WrapUpStarted
from battito.twin.measure import Tally
from battito.twin.model import HOUR, Arrival, Group, Inflow, Model

FOREVER = float("inf")

DRAIN_S = 4 * HOUR
"""How long after the end those still waiting are followed. Nobody new comes then."""


class Kind(IntEnum):
    """Events, in the order they happen at one moment."""

    STRETCH = 0
    SHIFT = 1
    FINISH = 2
    ABANDON = 3
    ARRIVE = 4
    STOP = 5


Event: TypeAlias = tuple[float, int, Any]
"""When, which kind, and the number of the contact, source, shift change or stretch it is about."""

STRETCH, SHIFT, FINISH, ABANDON, ARRIVE, STOP = (int(kind) for kind in Kind)


NOBODY: Final[Arrival] = (FOREVER, 0.0, 0.0, 0.0)
"""After the last arrival."""


class Source:
    """A queue's contacts as they come; `tally` is the one of the stretch of time it is."""

    __slots__ = ("arrivals", "channel", "inflow", "next", "priority", "queue", "tally", "weight")

    def __init__(self, inflow: Inflow, replication: int, weight: float) -> None:
        self.inflow = inflow
        self.queue = inflow.queue
        self.channel = inflow.channel
        self.priority = inflow.priority
        self.arrivals: Iterator[Arrival] = inflow.arrivals(replication)
        self.next = next(self.arrivals, NOBODY)
        self.tally = Tally()
        self.weight = weight
        """The share of an agent one contact takes."""


class Contact(Struct, eq=False):
    """A contact on its way. `ends` is when the agent will be done; a finish event of another time is void.

    `weight` is the share of an agent's time it takes; `left` what remains to be done while something interrupts it.
    """

    tally: Tally
    arrived: float
    handle_s: float
    weight: float
    waiting: bool = True
    agent: Id = 0
    ends: float = 0.0
    left: float = 0.0


class Simulation:
    """A replication of a model. `run` gives, for each stretch of time, each queue's tally."""

    def __init__(self, model: Model, replication: int, batches: int = 1) -> None:
        self.model = model
        self.engine: Final = Engine(model.settings, model.queues)
        self.contacts: dict[Id, Contact] = {}
        self._heap: list[Event] = []
        self._contact_number = 0
        units = {channel.kind: channel.units for channel in model.settings.channels}
        self._sources = [Source(inflow, replication, _share(inflow, units)) for inflow in model.inflows]
        self._starts = [
            model.warmup_s + (model.end_s - model.warmup_s) * batch / batches for batch in range(batches + 1)
        ]
        self._tallies = [[Tally() for _ in self._sources] for _ in range(batches)]
        self._busy = [[0.0] * len(model.groups) for _ in range(batches)]
        self._overtime = [[0.0] * len(model.groups) for _ in range(batches)]
        self._busy_now = self._busy[0]
        """The current stretch's, where work that ends before `_calm_until` can be booked in one piece."""
        self._calm_until = -FOREVER
        self._always_on = all(group.windows == ((0.0, FOREVER),) for group in model.groups)
        self._group_of: dict[Id, int] = {}
        self._shift_ends: dict[Id, float] = {}
        self._shifts: list[tuple[int, float | None]] = []
        """Changes of duty by number: the agent, and until when they work (None: they go)."""
        for number, start in enumerate(self._starts):
            self._heap.append((start, STRETCH, number))
        for place, group in enumerate(model.groups):
            self._sign_in(place, group)
        for place, source in enumerate(self._sources):
            if source.next is not NOBODY:
                self._heap.append((source.next[0], ARRIVE, place))
        self._heap.sort()
        self._timed = any(
            len(queue.rings) > 1 or queue.overflow is not None or queue.service.wrap_up_s for queue in model.queues
        )

    def _sign_in(self, place: int, group: Group) -> None:
        for _ in range(group.count):
            agent = len(self._group_of)
            self._group_of[agent] = place
            self._shift_ends[agent] = 0.0
            present = bool(group.windows) and group.windows[0][0] <= 0.0
            self.engine.add_agent(
                agent,
                0.0,
                skills=group.skills,
                channels=group.channels,
                capacity=group.capacity,
                presence=Presence.AVAILABLE if present else Presence.OFFLINE,
            )
            for start, end in group.windows:
                if start <= 0.0:
                    self._shift_ends[agent] = end
                else:
                    self._heap.append((start, SHIFT, len(self._shifts)))
                    self._shifts.append((agent, end))
                if end < self.model.end_s + DRAIN_S:
                    self._heap.append((end, SHIFT, len(self._shifts)))
                    self._shifts.append((agent, None))

    def run(self) -> list[list[Tally]]:
        """Play it to the end; tallies by stretch of time, then by queue in the model's order."""
        heap, contacts, sources, timed = self._heap, self.contacts, self._sources, self._timed
        engine = self.engine
        enqueue, finish, boost_s = engine.enqueue, engine.finish, self.model.settings.priority_boost_s
        heappush(heap, (self.model.end_s + DRAIN_S, STOP, 0))
        while True:
            now, kind, number = heap[0]
            if timed:
                due = engine.next_timer()
                if due is not None and due <= now:
                    self._carry_out(engine.tick(due), due)
                    continue
            if kind == ARRIVE:
                source = sources[number]
                _, handle_s, patience_s, head_start_s = source.next
                source.next = following = next(source.arrivals, NOBODY)
                # the next arrival takes this one's place in the heap; the last leaves the end of time
                heapreplace(heap, (following[0], ARRIVE, number))
                self._contact_number = number = self._contact_number + 1
                tally = source.tally
                tally.offered += 1
                contact = contacts[number] = Contact(tally, now, handle_s, source.weight)
                priority = source.priority + head_start_s / boost_s if head_start_s else source.priority
                decisions = enqueue(number, source.queue, now, channel=source.channel, priority=priority)
                if decisions:
                    self._carry_out(decisions, now)
                if contact.waiting and patience_s < FOREVER:
                    heappush(heap, (now + patience_s, ABANDON, number))
                continue
            heappop(heap)
            if kind == FINISH:
                finishing = contacts.get(number)
                if finishing is not None and finishing.ends == now:
                    del contacts[number]
                    decisions = finish(number, now)
                    if decisions:
                        self._carry_out(decisions, now)
            elif kind == ABANDON:
                leaving = contacts.get(number)
                if leaving is not None and leaving.waiting:
                    self._abandon(number, leaving, now)
            elif kind == SHIFT:
                self._change_shift(number, now)
            elif kind == STRETCH:
                self._begin_stretch(number)
            else:
                return self._booked()

    def _carry_out(self, decisions: list[Decision], now: float) -> None:
        for decision in decisions:
            if type(decision) is Assigned:
                contact = self.contacts[decision.interaction]
                contact.waiting = False
                contact.agent = decision.agent
                contact.tally.answered.append(decision.waited_s)
                contact.ends = ends = now + contact.handle_s
                heappush(self._heap, (ends, FINISH, decision.interaction))
                if ends <= self._calm_until:
                    self._busy_now[self._group_of[decision.agent]] += contact.weight * contact.handle_s
                else:
                    self._work(decision.agent, now, ends, contact.weight)
                for resting in decision.interrupts:
                    self._interrupt(self.contacts[resting], now)
            elif type(decision) is Resumed:
                self._resume(decision.interaction, now)
            elif type(decision) is WrapUpStarted and decision.ends_at is not None:
                self._work(decision.agent, now, decision.ends_at, 1.0)

    def _abandon(self, number: Id, contact: Contact, now: float) -> None:
        self._carry_out(self.engine.cancel(number, now), now)
        del self.contacts[number]
        contact.tally.abandoned.append(now - contact.arrived)

    def _interrupt(self, contact: Contact, now: float) -> None:
        """The contact rests: what is left of it is done after it resumes."""
        contact.left = contact.ends - now
        self._work(contact.agent, now, contact.ends, -contact.weight)
        contact.ends = FOREVER

    def _resume(self, number: Id, now: float) -> None:
        contact = self.contacts[number]
        contact.ends = now + contact.left
        heappush(self._heap, (contact.ends, FINISH, number))
        self._work(contact.agent, now, contact.ends, contact.weight)

    def _work(self, agent: Id, start: float, end: float, weight: float) -> None:
        """Book agent-seconds of work to the stretches they fall in, and overtime as staffed time too."""
        group = self._group_of[agent]
        shift_end = self._shift_ends[agent]
        for batch, busy in enumerate(self._busy):
            low, high = max(start, self._starts[batch]), min(end, self._starts[batch + 1])
            if low < high:
                busy[group] += weight * (high - low)
                if high > shift_end:
                    self._overtime[batch][group] += weight * (high - max(low, shift_end))

    def _change_shift(self, number: int, now: float) -> None:
        agent, until = self._shifts[number]
        presence = Presence.OFFLINE if until is None else Presence.AVAILABLE
        if until is not None:
            self._shift_ends[agent] = until
        self._carry_out(self.engine.set_presence(agent, presence, now), now)

    def _begin_stretch(self, number: int) -> None:
        """From here on contacts belong to this stretch; after the last one, to none."""
        if number < len(self._tallies):
            self._busy_now = self._busy[number]
            self._calm_until = self._starts[number + 1] if self._always_on else -FOREVER
        else:
            self._calm_until = -FOREVER
        for place, source in enumerate(self._sources):
            source.tally = self._tallies[number][place] if number < len(self._tallies) else Tally()

    def _booked(self) -> list[list[Tally]]:
        """The tallies, with the work and the duty of those who can serve each queue."""
        by_queue = self.model.serving()
        serving = [by_queue[source.queue] for source in self._sources]
        for batch, tallies in enumerate(self._tallies):
            start, end = self._starts[batch], self._starts[batch + 1]
            staffed = [group.staffed(start, end) for group in self.model.groups]
            for tally, groups in zip(tallies, serving, strict=True):
                tally.busy = sum(self._busy[batch][group] for group in groups)
                tally.staffed = sum(staffed[group] + self._overtime[batch][group] for group in groups)
        return self._tallies


def _share(inflow: Inflow, units: dict[str, int]) -> float:
    """The share of an agent's time a contact stands for: one of as many as fit in a full capacity."""
    return 1.0 / max(FULL_CAPACITY // units.get(inflow.channel, FULL_CAPACITY), 1)
