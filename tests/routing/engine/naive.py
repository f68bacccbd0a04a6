"""The rules of routing said as plainly as possible: every choice looks at everybody. Slow, and easy to believe.

The engine is compared with this call by call. Nothing here shares code with it but the configuration structs.
"""

from dataclasses import dataclass, field

from battito.routing.engine import Channel, Id, Presence, Queue, Ring, Service, Settings

Fact = tuple[str, Id, Id | int | None]
"""("offered" | "assigned", interaction, agent) or ("ring", interaction, ring) or ("overflowed", interaction, queue)."""


@dataclass
class Person:
    id: Id
    number: int
    skills: dict[Id, int]
    queues: set[Id]
    channels: set[str] | None
    capacity: int
    since: float
    presence: Presence = Presence.AVAILABLE
    next: Presence | None = None
    aside_until: float | None = None
    held: dict[Id, str] = field(default_factory=dict)
    """Interaction -> channel kind, from offer to the end of wrap-up."""
    offers: int = 0

    def works(self) -> bool:
        return self.presence is Presence.AVAILABLE and self.next is None and self.aside_until is None


@dataclass
class Piece:
    id: Id
    number: int
    queue: Queue
    kind: str
    key: float
    priority: float = 0.0
    ring: int = 0
    ring_due: float | None = None
    overflow_due: float | None = None
    state: str = "waiting"
    agent: Id | None = None
    offer_due: float | None = None
    refused: dict[Id, float] = field(default_factory=dict)

    @property
    def step(self) -> Ring:
        return self.queue.rings[self.ring]

    @property
    def service(self) -> Service:
        return self.queue.by_channel.get(self.kind, self.queue.service)


class Naive:
    def __init__(self, settings: Settings, queues: list[Queue]) -> None:
        self.settings = settings
        self.channels = {channel.kind: channel for channel in settings.channels}
        self.queues = {queue.id: queue for queue in queues}
        self.people: dict[Id, Person] = {}
        self.pieces: dict[Id, Piece] = {}
        self.wrap_ups: dict[tuple[Id, Id], float | None] = {}
        self.people_seen = self.pieces_seen = 0
        self.facts: list[Fact] = []

    # ---- what fits

    def room(self, person: Person, channel: Channel) -> bool:
        standing = [self.channels[kind].units for kind in person.held.values() if kind not in channel.interrupts]
        return sum(standing) + channel.units <= person.capacity

    def qualified(self, piece: Piece, person: Person) -> bool:
        step, channel = piece.step, self.channels[piece.kind]
        if piece.queue.members_only and step.members and piece.queue.id not in person.queues:
            return False
        if step.agents is not None and person.id not in step.agents:
            return False
        if channel.units > person.capacity or (person.channels is not None and piece.kind not in person.channels):
            return False
        return all(person.skills.get(skill, 0) >= level for skill, level in step.skills.items())

    def fits(self, piece: Piece, person: Person, now: float) -> bool:
        return (
            person.works()
            and person.offers < self.settings.offers_at_once
            and self.qualified(piece, person)
            and self.room(person, self.channels[piece.kind])
            and piece.refused.get(person.id, now) <= now
        )

    def order(self, piece: Piece, person: Person) -> tuple[float, float, float, int]:
        level = sum(person.skills[skill] for skill in piece.step.skills) if self.settings.by_level else 0
        load = sum(self.channels[kind].units for kind in person.held.values()) / person.capacity
        return (-level, load, person.since, person.number)

    # ---- matching

    def place(self, piece: Piece, now: float, but: Person | None = None) -> None:
        """Find somebody; `but`: who had it on offer until now, and is only considered after the others."""
        while True:
            able = [person for person in self.people.values() if person is not but and self.fits(piece, person, now)]
            if able:
                self.give(piece, min(able, key=lambda person: self.order(piece, person)), now)
                return
            if piece.ring_due is None:
                break
            names = piece.step.agents
            absent = names is not None and all(
                name not in self.people or self.people[name].presence is Presence.OFFLINE for name in names
            )
            absent = absent and self.settings.skip_absent
            if piece.ring_due > now and not absent:
                break
            self.start_ring(piece, piece.ring + 1, now if absent else piece.ring_due)
            self.facts.append(("ring", piece.id, piece.ring))
        piece.state = "waiting"
        piece.refused = {agent: until for agent, until in piece.refused.items() if until > now}

    def start_ring(self, piece: Piece, ring: int, start: float) -> None:
        piece.ring = ring
        last = ring + 1 == len(piece.queue.rings)
        seconds = piece.queue.rings[ring].seconds
        piece.ring_due = None if last or seconds is None else start + seconds

    def give(self, piece: Piece, person: Person, now: float) -> None:
        person.held[piece.id] = piece.kind
        person.since = now
        piece.agent = person.id
        if piece.service.auto_accept:
            piece.state = "handling"
            self.facts.append(("assigned", piece.id, person.id))
        else:
            piece.state = "offered"
            person.offers += 1
            piece.offer_due = None if piece.service.offer_s is None else now + piece.service.offer_s
            self.facts.append(("offered", piece.id, person.id))

    def serve(self, person: Person, now: float) -> None:
        if person.next is not None and not person.held:
            self.become(person, person.next, now)
        while True:
            waiting = [
                piece for piece in self.pieces.values() if piece.state == "waiting" and self.fits(piece, person, now)
            ]
            if not waiting:
                return
            self.give(min(waiting, key=lambda piece: (piece.key, piece.number)), person, now)

    def become(self, person: Person, presence: Presence, now: float) -> None:
        if presence is Presence.AVAILABLE and person.presence is not Presence.AVAILABLE:
            person.since = now
        person.presence = presence
        person.next = None

    def take_back(self, piece: Piece, now: float) -> Person:
        assert piece.agent is not None
        person = self.people[piece.agent]
        del person.held[piece.id]
        person.offers -= 1
        person.since = now
        piece.agent = piece.offer_due = None
        piece.state = "between"
        return person

    # ---- calls

    def add_agent(self, id_: Id, now: float, skills: dict[Id, int], queues: set[Id], channels: set[str] | None) -> None:
        self.people_seen += 1
        person = Person(id_, self.people_seen, skills, queues, channels, 100, now)
        self.people[id_] = person
        self.serve(person, now)

    def enqueue(self, id_: Id, queue: Id, now: float, kind: str, priority: float) -> None:
        self.pieces_seen += 1
        rules = self.queues[queue]
        priority += rules.priority
        key = now - priority * self.settings.priority_boost_s
        piece = Piece(id_, self.pieces_seen, rules, kind, key, priority, state="between")
        self.enter(piece, rules, now)
        for person, held in self.wrap_ups:
            if held == id_:
                piece.refused[person] = float("inf")
        self.pieces[id_] = piece
        self.place(piece, now)

    def enter(self, piece: Piece, queue: Queue, now: float) -> None:
        piece.queue = queue
        piece.overflow_due = now + queue.overflow.after_s if queue.overflow else None
        self.start_ring(piece, 0, now)

    def accept(self, id_: Id, now: float) -> None:
        piece = self.pieces[id_]
        assert piece.agent is not None
        person = self.people[piece.agent]
        piece.state = "handling"
        piece.offer_due = None
        person.offers -= 1
        self.facts.append(("assigned", id_, person.id))
        self.serve(person, now)

    def decline(self, id_: Id, now: float) -> None:
        piece = self.pieces[id_]
        person = self.take_back(piece, now)
        if piece.service.refused_for_s > 0:
            piece.refused[person.id] = now + piece.service.refused_for_s
        self.place(piece, now, but=person)
        self.serve(person, now)

    def cancel(self, id_: Id, now: float) -> None:
        piece = self.pieces.pop(id_)
        if piece.state == "offered":
            self.serve(self.take_back(piece, now), now)

    def finish(self, id_: Id, now: float) -> None:
        piece = self.pieces.pop(id_)
        assert piece.agent is not None
        person = self.people[piece.agent]
        if piece.service.wrap_up_s == 0:
            del person.held[id_]
            person.since = now
            self.serve(person, now)
        else:
            seconds = piece.service.wrap_up_s
            self.wrap_ups[person.id, id_] = None if seconds is None else now + seconds

    def end_wrap_up(self, agent: Id, id_: Id, now: float) -> None:
        del self.wrap_ups[agent, id_]
        person = self.people[agent]
        del person.held[id_]
        person.since = now
        piece = self.pieces.get(id_)
        if piece is not None:
            piece.refused.pop(agent, None)
        self.serve(person, now)

    def set_presence(self, agent: Id, presence: Presence, now: float) -> None:
        person = self.people[agent]
        if presence is Presence.AVAILABLE:
            person.aside_until = None
            person.next = None
            if person.presence is not presence:
                self.become(person, presence, now)
            self.serve(person, now)
            return
        mine = [piece for piece in self.pieces.values() if piece.state == "offered" and piece.agent == agent]
        for piece in mine:
            self.take_back(piece, now)
        if person.held and person.presence is Presence.AVAILABLE:
            person.next = presence
        else:
            self.become(person, presence, now)
        for piece in sorted(mine, key=lambda one: (one.key, one.number)):
            self.place(piece, now)

    def remove_agent(self, agent: Id, now: float) -> None:
        person = self.people.pop(agent)
        self.wrap_ups = {key: due for key, due in self.wrap_ups.items() if key[0] != agent}
        back = [piece for piece in self.pieces.values() if piece.agent == agent]
        for piece in self.pieces.values():
            if piece.refused.get(person.id) == float("inf"):
                del piece.refused[person.id]
        for piece in back:
            piece.agent = piece.offer_due = None
            piece.state = "between"
        for piece in sorted(back, key=lambda one: (one.key, one.number)):
            self.place(piece, now)

    def transfer(self, id_: Id, queue: Id, now: float, *, keep_key: bool) -> None:
        piece = self.pieces[id_]
        before, state = piece.service, piece.state
        person = self.people[piece.agent] if piece.agent is not None else None
        if not keep_key:
            piece.key = now - piece.priority * self.settings.priority_boost_s
        if state == "offered":
            self.take_back(piece, now)
        piece.state, piece.agent = "between", None
        if person is not None and before.refused_for_s > 0:
            piece.refused[person.id] = now + before.refused_for_s
        if state == "handling" and person is not None:
            if before.wrap_up_s == 0:
                del person.held[id_]
                person.since = now
                self.serve(person, now)
            else:
                self.wrap_ups[person.id, id_] = None if before.wrap_up_s is None else now + before.wrap_up_s
                piece.refused[person.id] = float("inf")
        self.enter(piece, self.queues[queue], now)
        self.place(piece, now, but=person if state == "offered" else None)
        if state == "offered" and person is not None:
            self.serve(person, now)

    # ---- time

    def due(self) -> list[tuple[float, int, int, str, Id, Id | None]]:
        """All that is to happen: when, in which order, to whom."""
        found: list[tuple[float, int, int, str, Id, Id | None]] = []
        for piece in self.pieces.values():
            if piece.state == "offered" and piece.offer_due is not None:
                found.append((piece.offer_due, 1, piece.number, "offer", piece.id, None))
            if piece.state == "waiting":
                for agent, until in piece.refused.items():
                    if until < float("inf"):
                        found.append((until, 4, piece.number, "refusal", piece.id, agent))
                if piece.ring_due is not None:
                    found.append((piece.ring_due, 5, piece.number, "ring", piece.id, None))
                if piece.overflow_due is not None:
                    found.append((piece.overflow_due, 6, piece.number, "overflow", piece.id, None))
        for person in self.people.values():
            if person.aside_until is not None and person.aside_until < float("inf"):
                found.append((person.aside_until, 3, person.number, "aside", person.id, None))
        for (agent, id_), due in self.wrap_ups.items():
            if due is not None:
                found.append((due, 2, self.numbers[id_], "wrap-up", id_, agent))
        return sorted(found, key=lambda one: one[:3])

    @property
    def numbers(self) -> dict[Id, int]:
        """Arrival numbers; the test's ids count arrivals, so an id is its number."""
        return {id_: int(str(id_)) for _, id_ in self.wrap_ups}

    def tick(self, now: float) -> None:
        while True:
            waiting = [one for one in self.due() if one[0] <= now]
            if not waiting:
                return
            _, _, _, what, id_, agent = waiting[0]
            if what == "wrap-up":
                assert agent is not None
                self.end_wrap_up(agent, id_, now)
            elif what == "aside":
                self.people[id_].aside_until = None
                self.serve(self.people[id_], now)
            else:
                self.happen(what, self.pieces[id_], agent, now)

    def happen(self, what: str, piece: Piece, agent: Id | None, now: float) -> None:
        if what == "offer":
            person = self.take_back(piece, now)
            seconds = piece.service.set_aside_s
            if seconds is None:
                person.aside_until = float("inf")
            elif seconds > 0:
                person.aside_until = now + seconds
            self.place(piece, now, but=person)
            self.serve(person, now)
            return
        piece.state = "between"
        if what == "refusal" and agent is not None:
            del piece.refused[agent]
        if what == "overflow":
            assert piece.queue.overflow is not None
            target = self.queues[piece.queue.overflow.queue]
            self.enter(piece, target, now)
            self.facts.append(("overflowed", piece.id, target.id))
        self.place(piece, now)
