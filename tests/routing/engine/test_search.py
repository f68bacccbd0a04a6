"""Rings, priority, preferred agents, overflow, callbacks, transfers: where an interaction looks, and in which order."""

import pytest

from battito.routing.engine import (
    Assigned,
    CallbackKept,
    Engine,
    Offered,
    Overflow,
    Overflowed,
    Presence,
    Queue,
    Ring,
    RingAdvanced,
    Service,
    Settings,
    Transferred,
    WrapUpStarted,
    WrongState,
)

AT_ONCE = Service(auto_accept=True)


def test_rings_relax_what_is_asked_for() -> None:
    rings = (Ring({"gas": 4, "english": 1}, 30.0), Ring({"gas": 2}, 30.0), Ring())
    engine = Engine(queues=[Queue("support", rings, service=AT_ONCE)])
    engine.add_agent("ada", 0.0, skills={"gas": 3})
    assert engine.enqueue("one", "support", 10.0) == []
    assert engine.next_timer() == 40.0
    assert engine.tick(40.0) == [RingAdvanced("one", 1), Assigned("one", "ada", "support", 1, 10.0, 30.0)]
    engine.enqueue("two", "support", 50.0)
    assert engine.tick(200.0) == [RingAdvanced("two", 1), RingAdvanced("two", 2)]
    engine.add_agent("bea", 210.0)
    assert engine.explain("two", 220.0).agent == "bea"


def test_a_ring_may_let_in_those_who_do_not_belong_to_the_queue() -> None:
    rings = (Ring(seconds=20.0), Ring(members=False))
    engine = Engine(queues=[Queue("vip", rings, members_only=True, service=AT_ONCE)])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "vip", 0.0)
    assert engine.tick(20.0)[-1] == Assigned("one", "ada", "vip", 1, 0.0, 20.0)


def test_the_key_is_entry_time_less_priority() -> None:
    engine = Engine(
        Settings(priority_boost_s=60.0),
        [Queue("support", service=AT_ONCE), Queue("vip", service=AT_ONCE, priority=1.0)],
    )
    engine.enqueue("old", "support", 0.0)
    engine.enqueue("very-old", "support", 100.0, entered_at=-30.0)
    engine.enqueue("vip", "vip", 50.0)
    engine.enqueue("urgent", "support", 100.0, priority=2.0)
    order = []
    engine.add_agent("ada", 200.0)
    for now in range(201, 205):
        (one,) = [one.id for one in engine.snapshot().interactions if one.accepted]
        order.append(one)
        engine.finish(one, float(now))
    assert order == ["very-old", "urgent", "vip", "old"]


def test_changing_the_priority_moves_it_at_once() -> None:
    engine = Engine(queues=[Queue("support", service=AT_ONCE)])
    for number in range(3):
        engine.enqueue(number, "support", float(number))
    engine.reprioritise(2, 5.0, 10.0)
    assert [one.interaction for one in engine.standings("support", 10.0)] == [2, 0, 1]


def test_the_preferred_agent_is_asked_alone_first() -> None:
    engine = Engine(queues=[Queue("support", service=AT_ONCE)])
    engine.add_agent("ada", 0.0)
    engine.enqueue("busy", "support", 0.0)
    engine.add_agent("bea", 1.0)
    assert engine.enqueue("one", "support", 2.0, preferred=("ada",), preferred_s=30.0) == []
    assert engine.explain("one", 3.0).tally == {"no-capacity": 1, "not-named": 1}
    assert engine.finish("busy", 10.0) == [Assigned("one", "ada", "support", 0, 2.0, 8.0)]
    engine.enqueue("two", "support", 11.0, preferred=("ada",), preferred_s=30.0)
    assert engine.tick(41.0) == [RingAdvanced("two", 1), Assigned("two", "bea", "support", 1, 11.0, 30.0)]


def test_nobody_waits_for_a_preferred_agent_who_is_not_there() -> None:
    engine = Engine(queues=[Queue("support", service=AT_ONCE)])
    engine.add_agent("ada", 0.0, presence=Presence.OFFLINE)
    engine.add_agent("bea", 0.0)
    assert engine.enqueue("one", "support", 1.0, preferred=("ada", "zoe")) == [
        RingAdvanced("one", 1, True),
        Assigned("one", "bea", "support", 1, 1.0, 0.0),
    ]


def test_named_for_good_waits_until_they_sign_in() -> None:
    engine = Engine(queues=[Queue("support", service=AT_ONCE)])
    engine.add_agent("bea", 0.0)
    assert engine.enqueue("one", "support", 1.0, rings=[Ring(agents=("ada",))]) == []
    assert engine.add_agent("ada", 9.0)[-1] == Assigned("one", "ada", "support", 0, 1.0, 8.0)


def test_overflow_goes_on_elsewhere_with_the_same_key() -> None:
    queues = [
        Queue("gas", (Ring({"gas": 1}),), service=AT_ONCE, overflow=Overflow(60.0, "general")),
        Queue("general", service=AT_ONCE),
    ]
    engine = Engine(queues=queues)
    engine.add_agent("ada", 0.0)
    engine.enqueue("other", "general", 1.0)
    engine.enqueue("one", "gas", 2.0)
    engine.enqueue("later", "general", 30.0)
    assert engine.tick(62.0) == [Overflowed("one", "gas", "general")]
    assert (engine.waiting("gas"), engine.waiting("general")) == (0, 2)
    assert engine.finish("other", 70.0) == [Assigned("one", "ada", "general", 0, 2.0, 68.0)]


def test_what_is_asked_for_everywhere_is_asked_for_after_an_overflow_and_a_restore() -> None:
    queues = [
        Queue("gas", (Ring({"gas": 1}),), service=AT_ONCE, overflow=Overflow(60.0, "general")),
        Queue("general", service=AT_ONCE),
    ]
    engine = Engine(queues=queues)
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "gas", 2.0, guard={"brand:casa": 1})
    engine.enqueue("two", "gas", 3.0, guard={"brand:casa": 1})
    other = Engine.restore(engine.snapshot())
    for each in (engine, other):
        assert each.tick(62.0) == [Overflowed("one", "gas", "general")]
        assert each.explain("one", 62.5).obstacles[0].skill == "brand:casa"
        each.add_agent("bea", 62.9, skills={"brand:casa": 1})
        assert each.tick(63.0) == [Overflowed("two", "gas", "general")]
        assert each.finish("one", 70.0) == [Assigned("two", "bea", "general", 0, 3.0, 67.0)]


def test_a_callback_keeps_its_place() -> None:
    engine = Engine(queues=[Queue("support", service=AT_ONCE)])
    engine.enqueue("one", "support", 1.0)
    engine.enqueue("two", "support", 2.0)
    assert engine.callback("one", 30.0, channel="outbound") == [CallbackKept("one", "support", "outbound")]
    assert engine.add_agent("ada", 40.0)[-1] == Assigned("one", "ada", "support", 0, 1.0, 39.0, (), True)
    with pytest.raises(WrongState):
        engine.callback("one", 41.0)


@pytest.mark.parametrize(("keep_key", "key"), [(True, 1.0), (False, 50.0)])
def test_a_transfer_keeps_the_key_or_starts_anew(keep_key: bool, key: float) -> None:
    engine = Engine(queues=[Queue("support", service=AT_ONCE), Queue("gas", (Ring({"gas": 1}),), service=AT_ONCE)])
    engine.add_agent("ada", 0.0, skills={"gas": 1})
    engine.enqueue("one", "support", 1.0)
    # who hands it over is not offered it back, though they could take it
    assert engine.transfer("one", "gas", 50.0, keep_key=keep_key) == [Transferred("one", "gas", "ada", key)]
    engine.add_agent("bea", 60.0, skills={"gas": 5})
    assert engine.explain("one", 61.0).agent == "bea"
    assert engine.explain("one", 61.0).key == key


def test_a_transfer_to_a_person_and_its_wrap_up() -> None:
    engine = Engine(queues=[Queue("support", service=Service(auto_accept=True, wrap_up_s=10.0))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.add_agent("bea", 2.0)
    engine.add_agent("carlo", 3.0)
    assert engine.transfer("one", "support", 20.0, rings=[Ring(agents=("carlo",))]) == [
        Transferred("one", "support", "ada", 1.0),
        WrapUpStarted("one", "ada", 30.0),
        Assigned("one", "carlo", "support", 0, 1.0, 19.0),
    ]


def test_while_they_wrap_it_up_it_is_not_theirs_again() -> None:
    engine = Engine(queues=[Queue("support", service=Service(auto_accept=True, wrap_up_s=10.0, refused_for_s=0.0))])
    engine.add_agent("ada", 0.0, capacity=200)
    engine.enqueue("one", "support", 1.0)
    engine.transfer("one", "support", 5.0)
    assert engine.waiting("support") == 1
    assert engine.tick(15.0)[-1] == Assigned("one", "ada", "support", 0, 1.0, 14.0)


def test_rules_may_change_while_people_wait() -> None:
    engine = Engine(queues=[Queue("support", (Ring({"gas": 1}),))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.put_queue(Queue("support"))
    assert engine.enqueue("two", "support", 2.0) == [Offered("two", "ada", "support", 0, 2.0, 22.0)]
    assert engine.waiting("support") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Ring({"gas": 6}),
        lambda: Ring({"gas": 0}),
        lambda: Ring(seconds=-1.0),
        lambda: Queue("q", ()),
        lambda: Queue("q", (Ring(), Ring())),
        lambda: Queue("q", overflow=Overflow(5.0, "q")),
        lambda: Overflow(0.0, "other"),
        lambda: Service(offer_s=-1.0),
        lambda: Settings(window_s=0.0),
        lambda: Settings(offers_at_once=0),
    ],
)
def test_impossible_rules_are_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError):
        wrong()
