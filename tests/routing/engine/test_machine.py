"""The engine under random use, call by call beside the naive one, with its invariants, and restored in between."""

import msgspec
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from battito.routing.engine import (
    Assigned,
    Channel,
    Choice,
    Decision,
    Engine,
    Id,
    Offered,
    Overflow,
    Overflowed,
    Presence,
    Queue,
    Ring,
    RingAdvanced,
    Service,
    Settings,
)
from battito.routing.engine.explain import obstacle, why_agent
from tests.routing.engine.ledger import Ledger
from tests.routing.engine.naive import Fact, Naive

CHANNELS = (
    Channel("voice", 100, frozenset({"email"})),
    Channel("chat", 33, frozenset({"email"})),
    Channel("email", 50),
)
SKILLS = ("billing", "english", "gas")
AGENTS = ("ada", "bea", "carlo", "dino", "elsa")
KINDS = tuple(channel.kind for channel in CHANNELS)

skills = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5), max_size=3)
services = st.builds(
    Service,
    offer_s=st.sampled_from([None, 5.0, 10.0]),
    auto_accept=st.booleans(),
    set_aside_s=st.sampled_from([0.0, 8.0, None]),
    refused_for_s=st.sampled_from([0.0, 6.0]),
    wrap_up_s=st.sampled_from([0.0, 4.0, None]),
)
ring_seconds = st.sampled_from([0.0, 3.0, 10.0])
names = st.none() | st.lists(st.sampled_from(AGENTS), min_size=1, max_size=2, unique=True).map(tuple)
rings = st.lists(
    st.builds(Ring, skills=skills, seconds=ring_seconds, agents=names, members=st.booleans()), min_size=1, max_size=3
).map(tuple)


@st.composite
def queue_sets(draw: st.DrawFn) -> list[Queue]:
    made = []
    for name in ("a", "b", "c"):
        others = [other for other in ("a", "b", "c") if other != name]
        overflow = st.none() | st.builds(Overflow, st.sampled_from([4.0, 9.0]), st.sampled_from(others))
        made.append(
            Queue(
                name,
                rings=draw(rings),
                members_only=draw(st.booleans()),
                service=draw(services),
                by_channel={"email": draw(services)},
                overflow=draw(overflow),
                priority=draw(st.sampled_from([0.0, 1.0])),
            )
        )
    return made


def facts(decisions: list[Decision]) -> list[Fact]:
    found: list[Fact] = []
    for decision in decisions:
        match decision:
            case Offered(interaction=id_, agent=agent):
                found.append(("offered", id_, agent))
            case Assigned(interaction=id_, agent=agent):
                found.append(("assigned", id_, agent))
            case RingAdvanced(interaction=id_, ring=ring):
                found.append(("ring", id_, ring))
            case Overflowed(interaction=id_, queue=queue):
                found.append(("overflowed", id_, queue))
    return found


class Routing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.entered = 0

    @initialize(
        queues=queue_sets(),
        offers_at_once=st.integers(1, 2),
        by_level=st.booleans(),
        explaining=st.booleans(),
    )
    def begin(self, queues: list[Queue], offers_at_once: int, by_level: bool, explaining: bool) -> None:
        config = Settings(CHANNELS, Choice.LONGEST_IDLE, by_level, offers_at_once=offers_at_once, priority_boost_s=5.0)
        self.engine = Engine(config, queues, explaining=explaining)
        self.naive = Naive(config, queues)
        self.ledger = Ledger(config)

    def check(self, decisions: list[Decision]) -> None:
        assert facts(decisions) == self.naive.facts
        self.naive.facts.clear()
        for decision in decisions:
            if isinstance(decision, Offered | Assigned) and self.engine.explaining and decision.why is not None:
                assert decision.why.rule in ("best-free-agent", "oldest-waiting")
        self.ledger.note(decisions, self.engine)

    def catch_up(self) -> None:
        """What is due comes before anything else, as with a punctual adapter."""
        self.naive.tick(self.now)
        self.check(self.engine.tick(self.now))

    def some(self, state: str) -> list[Id]:
        return [piece.id for piece in self.naive.pieces.values() if piece.state == state]

    # ---- agents

    @rule(
        agent=st.sampled_from(AGENTS),
        skills=skills,
        queues=st.sets(st.sampled_from("abc")),
        channels=st.none() | st.sets(st.sampled_from(KINDS)),
    )
    def sign_in(self, agent: str, skills: dict[Id, int], queues: set[Id], channels: set[str] | None) -> None:
        if agent not in self.naive.people:
            self.naive.add_agent(agent, self.now, skills, queues, channels)
            self.check(self.engine.add_agent(agent, self.now, skills=skills, queues=queues, channels=channels))

    @rule(agent=st.sampled_from(AGENTS))
    def sign_out(self, agent: str) -> None:
        if agent in self.naive.people:
            self.naive.remove_agent(agent, self.now)
            self.check(self.engine.remove_agent(agent, self.now))

    @rule(agent=st.sampled_from(AGENTS), presence=st.sampled_from(Presence))
    def be(self, agent: str, presence: Presence) -> None:
        if agent in self.naive.people:
            self.naive.set_presence(agent, presence, self.now)
            self.check(self.engine.set_presence(agent, presence, self.now))

    @rule(agent=st.sampled_from(AGENTS), skills=skills, queues=st.sets(st.sampled_from("abc")))
    def learn(self, agent: str, skills: dict[Id, int], queues: set[Id]) -> None:
        person = self.naive.people.get(agent)
        if person is not None:
            person.skills, person.queues, person.channels = skills, queues, None
            self.naive.serve(person, self.now)
            self.check(self.engine.set_agent(agent, self.now, skills=skills, queues=queues))

    # ---- interactions

    @rule(queue=st.sampled_from("abc"), kind=st.sampled_from(KINDS), priority=st.sampled_from([0.0, 0.0, 1.0, 3.0]))
    def come(self, queue: str, kind: str, priority: float) -> None:
        self.entered += 1
        self.ledger.enter(self.entered, kind)
        self.naive.enqueue(self.entered, queue, self.now, kind, priority)
        self.check(self.engine.enqueue(self.entered, queue, self.now, channel=kind, priority=priority))

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        if ids := self.some("waiting") + self.some("offered"):
            id_ = data.draw(st.sampled_from(ids))
            self.naive.cancel(id_, self.now)
            decisions = self.engine.cancel(id_, self.now)
            self.ledger.cancel(id_)
            self.check(decisions)

    @precondition(lambda self: self.some("offered"))
    @rule(data=st.data(), yes=st.booleans())
    def answer(self, data: st.DataObject, yes: bool) -> None:
        id_ = data.draw(st.sampled_from(self.some("offered")))
        agent = self.naive.pieces[id_].agent
        assert agent is not None
        if yes:
            self.naive.accept(id_, self.now)
            self.check(self.engine.accept(id_, agent, self.now))
        else:
            self.naive.decline(id_, self.now)
            self.check(self.engine.decline(id_, agent, self.now, "busy"))

    @precondition(lambda self: self.some("handling"))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(self.some("handling")))
        self.naive.finish(id_, self.now)
        decisions = self.engine.finish(id_, self.now)
        self.ledger.finish(id_)
        self.check(decisions)

    @precondition(lambda self: self.naive.wrap_ups)
    @rule(data=st.data())
    def wrap_up(self, data: st.DataObject) -> None:
        agent, id_ = data.draw(st.sampled_from(list(self.naive.wrap_ups)))
        self.naive.end_wrap_up(agent, id_, self.now)
        self.check(self.engine.end_wrap_up(agent, id_, self.now))

    @precondition(lambda self: self.naive.pieces)
    @rule(data=st.data(), queue=st.sampled_from("abc"), keep_key=st.booleans())
    def transfer(self, data: st.DataObject, queue: str, keep_key: bool) -> None:
        id_ = data.draw(st.sampled_from(list(self.naive.pieces)))
        self.naive.transfer(id_, queue, self.now, keep_key=keep_key)
        self.check(self.engine.transfer(id_, queue, self.now, keep_key=keep_key))

    # ---- time and place

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.catch_up()

    @rule()
    def next_timer(self) -> None:
        due = self.engine.next_timer()
        expected = self.naive.due()
        assert due == (expected[0][0] if expected else None)
        if due is not None:
            self.now = max(self.now, due)
            self.catch_up()

    @rule()
    def fail_over(self) -> None:
        """Another process takes over from a snapshot and goes on exactly the same."""
        before = self.engine.snapshot()
        self.engine = Engine.restore(before, explaining=self.engine.explaining)
        assert msgspec.to_builtins(self.engine.snapshot()) == msgspec.to_builtins(before)
        assert self.engine.settle(self.now) == []

    # ---- always

    @invariant()
    def nothing_is_forgotten(self) -> None:
        if not hasattr(self, "engine"):
            return
        assert set(self.engine.interactions) == self.ledger.inside
        waiting = self.ledger.inside - set(self.ledger.offers) - set(self.ledger.handled)
        assert waiting == set(self.some("waiting"))
        assert sum(self.engine.waiting(queue) for queue in "abc") == len(waiting)

    @invariant()
    def nobody_waits_for_nothing(self) -> None:
        """While somebody waits, nobody who may take it is free: the naive engine's view of the same state."""
        if not hasattr(self, "naive"):
            return
        for piece in self.naive.pieces.values():
            if piece.state == "waiting":
                assert not any(self.naive.fits(piece, person, self.now) for person in self.naive.people.values())
                assert self.engine.explain(piece.id, self.now).could_take == ()

    @invariant()
    def the_quick_explanation_is_the_full_one(self) -> None:
        """Whoever had been chosen: `why_agent`, which is made for each offer, says of everybody what `obstacle` says."""
        if not hasattr(self, "engine") or not self.engine.agents or not self.engine.interactions:
            return
        piece, *_ = self.engine.interactions.values()
        chosen, *others = self.engine.agents.values()
        why = why_agent(self.engine, piece, chosen, self.now)
        kept = [obstacle(piece, agent, self.now, self.engine.settings.offers_at_once) for agent in others]
        compared = {"less-skilled", "more-loaded", "more-occupied", "less-idle"}
        assert [one for one in why.passed_over if one.reason not in compared] == sorted(
            (one for one in kept if one is not None), key=lambda one: nearness(one.reason)
        )
        assert sum(n for reason, n in why.tally.items() if reason in compared) == kept.count(None)
        assert sum(why.tally.values()) == len(others)


def nearness(reason: str) -> int:
    """Those nearly chosen first."""
    far = ("channel", "not-named", "not-member", "skill", "not-available")
    return far.index(reason) + 1 if reason in far else 0


Routing.TestCase.settings = hypothesis_settings(max_examples=150, stateful_step_count=40, deadline=None)
TestRouting = Routing.TestCase
