"""What the engine says of itself: positions, expected waits, explanations; and that it says the same twice."""

import random as randomness
from heapq import heappop, heappush
from statistics import mean

import msgspec
import pytest

from battito.routing.engine import (
    Assigned,
    Choice,
    Decision,
    Engine,
    InteractionState,
    Offered,
    PassedOver,
    Presence,
    Queue,
    Ring,
    Service,
    Settings,
    Snapshot,
)
from battito.routing.engine.snapshot import AgentState

AT_ONCE = Service(auto_accept=True)


def test_position_counts_the_queue_in_the_order_of_service() -> None:
    engine = Engine(queues=[Queue("support", (Ring({"gas": 1}, 60.0), Ring({"power": 1})))])
    for number in range(3):
        engine.enqueue(number, "support", float(number))
    engine.enqueue(3, "support", 3.0, priority=1.0)
    standings = engine.standings("support", 10.0)
    assert [(one.interaction, one.position, one.waited_s) for one in standings] == [
        (3, 1, 7.0),
        (0, 2, 10.0),
        (1, 3, 9.0),
        (2, 4, 8.0),
    ]
    assert all(one.expected_s is None for one in standings)  # nobody could take them
    one = engine.standing(1, 10.0)
    assert one is not None
    assert one.position == 3


def test_before_anything_was_seen_the_wait_is_guessed_from_staffing() -> None:
    engine = Engine(queues=[Queue("support", service=AT_ONCE, handle_s=120.0)])
    for agent in range(4):
        engine.add_agent(agent, 0.0)
        engine.enqueue(f"busy-{agent}", "support", 0.0)
    engine.enqueue("one", "support", 1.0)
    one = engine.standing("one", 2.0)
    assert one is not None
    assert one.expected_s is not None
    assert one.error_s is not None
    assert 30.0 <= one.expected_s <= 60.0
    assert one.error_s > 0.5 * one.expected_s


def test_expected_waits_and_their_errors_are_right_on_average() -> None:
    """In an overloaded M/M/N queue: estimates made on arrival against what then happened."""
    random = randomness.Random(11)
    agents, handle_s = 10, 60.0
    engine = Engine(queues=[Queue("support", service=AT_ONCE, handle_s=200.0)])
    for agent in range(agents):
        engine.add_agent(f"agent-{agent}", 0.0)
    ends: list[tuple[float, int]] = []
    expected: dict[int, tuple[float, float]] = {}
    ratios, scores = [], []
    now, number = 0.0, 0

    def carry_out(decisions: list[Decision], at: float) -> None:
        for decision in decisions:
            if isinstance(decision, Assigned):
                assert isinstance(decision.interaction, int)
                heappush(ends, (at + random.expovariate(1 / handle_s), decision.interaction))
                if decision.interaction in expected:
                    guess, error = expected.pop(decision.interaction)
                    ratios.append((decision.waited_s, guess))
                    scores.append(abs(decision.waited_s - guess) <= 2 * error)

    while number < 3000:
        now += random.expovariate(agents / handle_s * 1.02)
        while ends and ends[0][0] <= now:
            at, done = heappop(ends)
            carry_out(engine.finish(done, at), at)
        number += 1
        carry_out(engine.enqueue(number, "support", now), now)
        standing = engine.standing(number, now)
        if standing is not None and number > 200:
            assert standing.expected_s is not None
            assert standing.error_s is not None
            expected[number] = (standing.expected_s, standing.error_s)
    assert len(ratios) > 1000
    assert mean(waited for waited, _ in ratios) == pytest.approx(mean(guess for _, guess in ratios), rel=0.1)
    assert mean(scores) > 0.9


def test_explanation_of_one_that_waits() -> None:
    engine = Engine(queues=[Queue("support", (Ring({"gas": 3}, 60.0), Ring()))])
    engine.add_agent("novice", 0.0, skills={"gas": 2})
    engine.add_agent("away", 0.0, skills={"gas": 5}, presence=Presence.AWAY)
    engine.add_agent("refuses", 0.0, skills={"gas": 4})
    engine.enqueue("one", "support", 10.0)
    engine.decline("one", "refuses", 12.0)
    told = engine.explain("one", 20.0)
    assert (told.state, told.ring, told.rings, told.next_ring_at) == ("waiting", 0, 2, 70.0)
    assert (told.skills, told.waited_s, told.agent, told.could_take) == ({"gas": 3}, 10.0, None, ())
    assert set(told.obstacles) == {
        PassedOver("novice", "skill", "gas", 3, 2),
        PassedOver("away", "not-available"),
        PassedOver("refuses", "refused"),
    }
    assert told.tally == {"skill": 1, "not-available": 1, "refused": 1}


def test_a_decision_says_why_when_asked() -> None:
    engine = Engine(
        Settings(choice=Choice.LONGEST_IDLE), [Queue("support", (Ring({"gas": 1}),), service=AT_ONCE)], explaining=True
    )
    engine.add_agent("expert", 0.0, skills={"gas": 5})
    engine.add_agent("novice", 1.0, skills={"gas": 1})
    engine.add_agent("stranger", 1.0, skills={"power": 5})
    (decision,) = engine.enqueue("one", "support", 10.0)
    assert isinstance(decision, Assigned)
    why = decision.why
    assert why is not None
    assert (why.rule, why.ring, why.key, why.level) == ("best-free-agent", 0, 10.0, 5)
    assert why.passed_over == (
        PassedOver("novice", "less-skilled"),
        PassedOver("stranger", "skill", "gas", 1, 0),
    )
    engine.enqueue("two", "support", 11.0)
    engine.enqueue("older", "support", 11.5, rings=[Ring({"power": 1, "gas": 1})])
    engine.enqueue("three", "support", 12.0)
    (decision,) = engine.finish("one", 20.0)
    assert isinstance(decision, Assigned)
    assert decision.why is not None
    assert decision.why.rule == "oldest-waiting"
    assert decision.why.tally == {"skill": 1}
    assert decision.why.passed_over == (PassedOver("older", "skill", "power", 1, 0),)


def test_without_being_asked_decisions_say_nothing() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    (offer,) = engine.enqueue("one", "support", 1.0)
    assert isinstance(offer, Offered)
    assert offer.why is None


def test_decisions_are_plain_json() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    (offer,) = engine.enqueue("one", "support", 1.0)
    assert msgspec.json.decode(msgspec.json.encode(offer)) == {
        "decision": "offered",
        "interaction": "one",
        "agent": "ada",
        "queue": "support",
        "ring": 0,
        "key": 1.0,
        "expires_at": 21.0,
        "why": None,
    }


def test_an_adapter_can_rebuild_from_its_tables_alone() -> None:
    """Only what every table of interactions and agents holds: no counters, no timers."""
    rings = (Ring({"gas": 3}, 30.0), Ring({"gas": 1}))
    snapshot = Snapshot(
        settings=Settings(),
        queues=[Queue("support", rings, service=Service(offer_s=20.0))],
        agents=[
            AgentState(id="ada", presence=Presence.AVAILABLE, skills={"gas": 2}),
            AgentState(id="bea", presence=Presence.AVAILABLE, skills={"gas": 5}),
            AgentState(id="carlo", presence=Presence.AVAILABLE, skills={"gas": 5}),
        ],
        interactions=[
            InteractionState(id="waiting", queue="support", channel="voice", entered_at=100.0),
            InteractionState(id="held", queue="support", channel="voice", entered_at=90.0, agent="bea", accepted=True),
            InteractionState(
                id="ringing",
                queue="support",
                channel="voice",
                entered_at=80.0,
                agent="carlo",
                offer_expires_at=125.0,
            ),
            InteractionState(id="lost", queue="support", channel="voice", entered_at=85.0, agent="gone"),
        ],
    )
    engine = Engine.restore(snapshot)
    assert engine.waiting("support") == 2
    assert engine.routing_status("bea") == "handling"
    assert engine.routing_status("carlo") == "offered"
    # the rings of those that wait are overdue by now, and move on; the first in line gets the free agent
    decisions = engine.tick(121.0) + engine.settle(121.0)
    assert [one.interaction for one in decisions if isinstance(one, Offered)] == ["lost"]
    assert engine.accept("ringing", "carlo", 122.0)[0] == Assigned("ringing", "carlo", "support", 0, 80.0, 42.0)
    assert engine.next_timer() == 130.0


def test_restoring_settles_what_could_have_been_matched_meanwhile() -> None:
    snapshot = Snapshot(
        settings=Settings(),
        queues=[Queue("support", service=AT_ONCE)],
        agents=[AgentState(id="ada", presence=Presence.AVAILABLE)],
        interactions=[
            InteractionState(id="second", queue="support", channel="voice", entered_at=20.0),
            InteractionState(id="first", queue="support", channel="voice", entered_at=10.0),
        ],
    )
    engine = Engine.restore(snapshot)
    assert engine.tick(30.0) == []
    assert engine.settle(30.0) == [Assigned("first", "ada", "support", 0, 10.0, 20.0)]
    assert engine.settle(30.0) == []


def test_a_recorded_day_leads_to_the_same_decisions() -> None:
    def day() -> list[Decision]:
        random = randomness.Random(5)
        engine = Engine(
            queues=[
                Queue("gas", (Ring({"gas": 3}, 20.0), Ring({"gas": 1})), service=Service(wrap_up_s=15.0)),
                Queue("support"),
            ]
        )
        for agent in range(8):
            engine.add_agent(agent, 0.0, skills={"gas": random.randint(1, 5)}, capacity=random.choice([100, 200]))
        log: list[Decision] = []
        now = 0.0
        for number in range(1500):
            now += random.expovariate(1 / 3.0)
            log += engine.tick(now)
            log += engine.enqueue(number, random.choice(["gas", "support"]), now, priority=random.choice([0, 0, 1]))
            states = engine.snapshot().interactions
            for one in random.sample(states, min(2, len(states))):
                if one.accepted:
                    log += engine.finish(one.id, now)
                elif one.agent is not None and random.random() < 0.8:
                    log += engine.accept(one.id, one.agent, now)
                elif one.agent is not None:
                    log += engine.decline(one.id, one.agent, now)
                elif random.random() < 0.3:
                    log += engine.cancel(one.id, now)
        return log

    first = day()
    assert len(first) > 2000
    assert first == day()
