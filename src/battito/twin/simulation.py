"""One replication: a heap of events around the same engine that routes live.

Events at one moment happen in the order of their kinds. The engine's own timers (rings, overflow, wrap-up) go first.
"""

from bisect import bisect_right
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
    PAUSE = 1
    SHIFT = 2
    FINISH = 3
    ABANDON = 4
    STOP = 5


Event: TypeAlias = tuple[float, int, Any]
"""When, which kind, and the number of the contact, source, shift change or stretch it is about."""

STRETCH, PAUSE, SHIFT, FINISH, ABANDON, STOP = (int(kind) for kind in Kind)


NOBODY: Final[Arrival] = (FOREVER, 0.0, 0.0, 0.0)
"""After the last arrival."""


class Source:
    """A queue's contacts as they come; `tally` is the one of the stretch of time it is."""

    __slots__ = ("arrivals", "channel", "inflow", "next", "priority", "queue", "replication", "tally", "weight")

    def __init__(self, inflow: Inflow, replication: int, weight: float) -> None:
        self.inflow = inflow
        self.replication = replication
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


GONE: Final = Contact(Tally(), 0.0, 0.0, 0.0, waiting=False, ends=-1.0)
"""In the place of a contact that is over."""


class Simulation:
    """A replication of a model. `run` gives, for each stretch of time, each queue's tally."""

    def __init__(self, model: Model, replication: int, batches: int = 1) -> None:
        self.model = model
        self.engine: Final = Engine(model.settings, model.queues)
        self.contacts: list[Contact] = []
        """By the number they have in the engine; `GONE` once they are."""
        self._heap: list[Event] = []
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
        self._pauses: list[tuple[Id, frozenset[str] | None]] = []
        """Changes of what agents take by number: the agent, and their channels from then on."""
        for number, start in enumerate(self._starts):
            self._heap.append((start, STRETCH, number))
        kinds = frozenset(inflow.channel for inflow in model.inflows)
        for place, group in enumerate(model.groups):
            turns = _turns(group, kinds)
            self._sign_in(place, group, turns)
        self._heap.append((model.end_s + DRAIN_S, STOP, 0))
        self._heap.sort()
        self._coming = sorted((source.next[0], place) for place, source in enumerate(self._sources))
        """When each queue's next contact comes, a heap of its own."""
        self._timed = any(
            len(queue.rings) > 1 or queue.overflow is not None or queue.service.wrap_up_s for queue in model.queues
        )

    def _sign_in(self, place: int, group: Group, turns: "list[tuple[float, frozenset[str] | None]]") -> None:
        channels = group.channels
        for at, taken in turns:
            if at <= 0.0:
                channels = taken
        for _ in range(group.count):
            agent = len(self._group_of)
            self._group_of[agent] = place
            self._shift_ends[agent] = 0.0
            present = bool(group.windows) and group.windows[0][0] <= 0.0
            self.engine.add_agent(
                agent,
                0.0,
                skills=group.skills,
                channels=channels,
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
            for at, taken in turns:
                if at > 0.0:
                    self._heap.append((at, PAUSE, len(self._pauses)))
                    self._pauses.append((agent, taken))

    def run(self) -> list[list[Tally]]:
        """Play it to the end; tallies by stretch of time, then by queue in the model's order."""
        engine, heap, coming, contacts, sources = self.engine, self._heap, self._coming, self.contacts, self._sources
        enqueue, finish, next_timer = engine.enqueue, engine.finish, engine.next_timer
        timed, group_of, boost_s = self._timed, self._group_of, self.model.settings.priority_boost_s
        decisions: list[Decision]
        if self._starts[0] <= 0.0:
            self._begin_stretch(0)
        self._stand()
        soonest = coming[0][0]
        while True:
            # what is next: a timer of the engine, an event, or, last at the same moment, somebody new
            now, kind, number = heap[0]
            if timed and (due := next_timer()) is not None and due <= now and due <= soonest:
                now = due
                decisions = engine.tick(due)
            elif soonest < now:
                now, place = coming[0]
                source = sources[place]
                _, handle_s, patience_s, head_start_s = source.next
                source.next = following = next(source.arrivals, NOBODY)
                heapreplace(coming, (following[0], place))
                soonest = coming[0][0]
                number = len(contacts)
                tally = source.tally
                tally.offered += 1
                contacts.append(Contact(tally, now, handle_s, source.weight))
                priority = source.priority + head_start_s / boost_s if head_start_s else source.priority
                decisions = enqueue(number, source.queue, now, channel=source.channel, priority=priority)
                if patience_s < FOREVER and not (decisions and type(decisions[-1]) is Assigned):
                    heappush(heap, (now + patience_s, ABANDON, number))
            else:
                heappop(heap)
                if kind == FINISH:
                    if contacts[number].ends != now:
                        continue
                    contacts[number] = GONE
                    decisions = finish(number, now)
                elif kind == ABANDON:
                    leaving = contacts[number]
                    if not leaving.waiting:
                        continue
                    contacts[number] = GONE
                    leaving.tally.abandoned.append(now - leaving.arrived)
                    decisions = engine.cancel(number, now)
                elif kind == SHIFT:
                    decisions = self._change_shift(number, now)
                elif kind == STRETCH:
                    self._begin_stretch(number)
                    continue
                elif kind == PAUSE:
                    decisions = self._change_channels(number, now)
                else:
                    return self._booked()
            for decision in decisions:
                if type(decision) is not Assigned:
                    self._carry_out(decision, now)
                    continue
                answered: Any = decision.interaction
                contact = contacts[answered]
                contact.waiting = False
                contact.agent = decision.agent
                contact.tally.answered.append(decision.waited_s)
                contact.ends = ends = now + contact.handle_s
                heappush(heap, (ends, FINISH, answered))
                if ends <= self._calm_until:
                    self._busy_now[group_of[decision.agent]] += contact.weight * contact.handle_s
                else:
                    self._work(decision.agent, now, ends, contact.weight)
                if decision.interrupts:
                    self._interrupt(decision.interrupts, now)

    def _stand(self) -> None:
        """Begin with what stands: what is in hand goes to whoever may have it (their wait is over, and not counted),
        then those who wait already come in, longest first. They count as offered in the first stretch."""
        drawn = [
            (source, source.inflow.beginning(source.replication))
            for source in self._sources
            if source.inflow.beginning is not None
        ]
        for source, begun in drawn:
            for left in begun.in_hand:
                number = len(self.contacts)
                self.contacts.append(Contact(Tally(), 0.0, left, source.weight))
                self._assign(self.engine.enqueue(number, source.queue, 0.0, channel=source.channel, priority=1e6), 0.0)
                if self.contacts[number].waiting:  # nobody there can have it: it is not theirs
                    self.contacts[number] = GONE
                    self.engine.cancel(number, 0.0)
        waiting = [(waited, source, rest) for source, begun in drawn for waited, *rest in begun.waiting]
        for waited, source, (handle_s, patience_s) in sorted(waiting, key=lambda one: -one[0]):
            number = len(self.contacts)
            source.tally.offered += 1
            self.contacts.append(Contact(source.tally, -waited, handle_s, source.weight))
            decisions = self.engine.enqueue(
                number, source.queue, 0.0, channel=source.channel, priority=source.priority, entered_at=-waited
            )
            self._assign(decisions, 0.0)
            if patience_s < FOREVER and self.contacts[number].waiting:
                heappush(self._heap, (patience_s, ABANDON, number))

    def _assign(self, decisions: list[Decision], now: float) -> None:
        """Carry out decisions that were made before the run."""
        for decision in decisions:
            if not isinstance(decision, Assigned):
                self._carry_out(decision, now)
                continue
            number: Any = decision.interaction
            contact = self.contacts[number]
            contact.waiting = False
            contact.agent = decision.agent
            contact.tally.answered.append(now - contact.arrived)
            contact.ends = now + contact.handle_s
            heappush(self._heap, (contact.ends, FINISH, number))
            self._work(contact.agent, now, contact.ends, contact.weight)
            if decision.interrupts:
                self._interrupt(decision.interrupts, now)

    def _carry_out(self, decision: Decision, now: float) -> None:
        """The rarer decisions."""
        if type(decision) is Resumed:
            self._resume(decision.interaction, now)
        elif type(decision) is WrapUpStarted and decision.ends_at is not None:
            self._work(decision.agent, now, decision.ends_at, 1.0)

    def _interrupt(self, numbers: tuple[Any, ...], now: float) -> None:
        """The contacts rest: what is left of them is done after they resume."""
        for number in numbers:
            contact = self.contacts[number]
            contact.left = contact.ends - now
            self._work(contact.agent, now, contact.ends, -contact.weight)
            contact.ends = FOREVER

    def _resume(self, number: Any, now: float) -> None:
        contact = self.contacts[number]
        contact.ends = now + contact.left
        heappush(self._heap, (contact.ends, FINISH, number))
        self._work(contact.agent, now, contact.ends, contact.weight)

    def _work(self, agent: Id, start: float, end: float, weight: float) -> None:
        """Book agent-seconds of work to the stretches they fall in, and overtime as staffed time too."""
        group = self._group_of[agent]
        shift_end = self._shift_ends[agent]
        first = max(bisect_right(self._starts, start) - 1, 0)
        for batch in range(first, len(self._busy)):
            low, high = max(start, self._starts[batch]), min(end, self._starts[batch + 1])
            if low >= end:
                break
            if low < high:
                self._busy[batch][group] += weight * (high - low)
                if high > shift_end:
                    self._overtime[batch][group] += weight * (high - max(low, shift_end))

    def _change_shift(self, number: int, now: float) -> list[Decision]:
        agent, until = self._shifts[number]
        if until is None:
            return self.engine.set_presence(agent, Presence.OFFLINE, now)
        self._shift_ends[agent] = until
        return self.engine.set_presence(agent, Presence.AVAILABLE, now)

    def _change_channels(self, number: int, now: float) -> list[Decision]:
        agent, taken = self._pauses[number]
        group = self.model.groups[self._group_of[agent]]
        return self.engine.set_agent(agent, now, skills=group.skills, channels=taken, capacity=group.capacity)

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


def _turns(group: Group, kinds: frozenset[str]) -> list[tuple[float, frozenset[str] | None]]:
    """When what a group takes changes, and its channels from then on."""
    if not group.pauses:
        return []
    moments = sorted(
        {moment for spans in group.pauses.values() for span in spans for moment in span if moment < FOREVER}
    )
    everything = kinds if group.channels is None else group.channels
    return [
        (
            moment,
            everything
            - {kind for kind, spans in group.pauses.items() if any(low <= moment < high for low, high in spans)},
        )
        for moment in moments
    ]


def _share(inflow: Inflow, units: dict[str, int]) -> float:
    """The share of an agent's time a contact stands for: one of as many as fit in a full capacity."""
    return 1.0 / max(FULL_CAPACITY // units.get(inflow.channel, FULL_CAPACITY), 1)
