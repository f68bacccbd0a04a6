"""Offers: who is asked, what an answer leads to, and what the lack of one does."""

from uuid import UUID

import pytest

from battito.routing.engine import (
    Assigned,
    Declined,
    Engine,
    Expired,
    NotOffered,
    Offered,
    Presence,
    PresenceChanged,
    Queue,
    Returned,
    RoutingError,
    Service,
    SetAside,
    Unknown,
    Withdrawn,
    WrongState,
)


def offered(agent: str, expires_at: float | None, *, key: float = 1.0, interaction: str = "one") -> Offered:
    return Offered(interaction, agent, "support", 0, key, expires_at)


def test_a_team_queue_needs_no_more_than_a_name() -> None:
    engine = Engine(queues=[Queue("support")])
    assert engine.add_agent("ada", 0.0) == [PresenceChanged("ada", Presence.AVAILABLE, None)]
    assert engine.enqueue("one", "support", 1.0, channel="chat") == [offered("ada", 21.0)]
    assert engine.accept("one", "ada", 3.0) == [Assigned("one", "ada", "support", 0, 1.0, 2.0)]
    assert engine.routing_status("ada") == "handling"
    assert engine.finish("one", 60.0) == []
    assert engine.routing_status("ada") == "idle"


def test_ids_may_be_uuids() -> None:
    queue, agent, interaction = (UUID(int=number) for number in (1, 2, 3))
    engine = Engine(queues=[Queue(queue, members_only=True)])
    engine.add_agent(agent, 0.0, queues=[queue])
    assert engine.enqueue(interaction, queue, 0.0)[0] == Offered(interaction, agent, queue, 0, 0.0, 20.0)


def test_an_offer_declined_goes_on_with_its_key_and_does_not_come_back_at_once() -> None:
    engine = Engine(queues=[Queue("support", service=Service(refused_for_s=30.0))])
    engine.add_agent("ada", 0.0)
    engine.add_agent("bea", 0.5)
    engine.enqueue("one", "support", 1.0)
    assert engine.decline("one", "ada", 2.0, "at the dentist") == [
        Declined("one", "ada", "at the dentist"),
        offered("bea", 22.0),
    ]
    engine.decline("one", "bea", 3.0)
    assert engine.waiting("support") == 1
    assert engine.next_timer() == 32.0
    assert engine.tick(31.9) == []
    assert engine.tick(32.0) == [offered("ada", 52.0)]


def test_an_offer_that_expires_sets_the_agent_aside_for_a_while() -> None:
    engine = Engine(queues=[Queue("support", service=Service(offer_s=10.0, set_aside_s=45.0))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    assert engine.next_timer() == 11.0
    assert engine.tick(11.0) == [Expired("one", "ada"), SetAside("ada", 56.0)]
    assert engine.explain("one", 12.0).obstacles[0].reason == "set-aside"
    assert engine.tick(56.0) == [Returned("ada"), offered("ada", 66.0)]


def test_set_aside_without_end_lasts_until_the_agent_is_available_again() -> None:
    engine = Engine(queues=[Queue("support", service=Service(offer_s=10.0, set_aside_s=None))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    assert engine.tick(11.0) == [Expired("one", "ada"), SetAside("ada", None)]
    assert engine.next_timer() is None
    assert engine.set_presence("ada", Presence.AVAILABLE, 400.0) == [Returned("ada"), offered("ada", 410.0)]


def test_without_set_aside_somebody_else_is_asked_first() -> None:
    engine = Engine(queues=[Queue("support", service=Service(offer_s=10.0, set_aside_s=0.0))])
    engine.add_agent("ada", 0.0)
    engine.add_agent("bea", 0.5)
    engine.enqueue("one", "support", 1.0)
    assert engine.tick(11.0) == [Expired("one", "ada"), offered("bea", 21.0)]


def test_late_ticks_and_late_answers_do_no_harm() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    # nobody ticked at 21: the offer still stands, and the person who answers in time by their clock has it
    assert engine.accept("one", "ada", 21.5)[0] == Assigned("one", "ada", "support", 0, 1.0, 20.5)
    assert engine.tick(22.0) == []


def test_only_the_agent_asked_can_answer_and_only_once() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    engine.add_agent("bea", 0.0)
    engine.enqueue("one", "support", 1.0)
    with pytest.raises(NotOffered):
        engine.accept("one", "bea", 2.0)
    engine.accept("one", "ada", 2.0)
    with pytest.raises(NotOffered):
        engine.accept("one", "ada", 3.0)
    with pytest.raises(NotOffered):
        engine.decline("unheard-of", "ada", 3.0)


def test_an_agent_has_one_unanswered_offer_at_a_time() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.put_queue(Queue("support"))
    engine.add_agent("ada", 0.0, capacity=300)
    engine.enqueue("one", "support", 1.0)
    assert engine.enqueue("two", "support", 2.0) == []
    assert engine.accept("one", "ada", 3.0)[1:] == [offered("ada", 23.0, key=2.0, interaction="two")]


def test_a_customer_who_leaves_takes_the_offer_with_them() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.enqueue("two", "support", 2.0)
    assert engine.cancel("one", 3.0, "hung up") == [
        Withdrawn("one", "ada", "hung up"),
        offered("ada", 23.0, key=2.0, interaction="two"),
    ]
    engine.accept("two", "ada", 4.0)
    with pytest.raises(WrongState):
        engine.cancel("two", 5.0)


def test_an_offer_can_be_withdrawn_by_others() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    engine.add_agent("bea", 1.0)
    engine.enqueue("one", "support", 2.0)
    assert engine.withdraw("one", 3.0, "supervisor") == [
        Withdrawn("one", "ada", "supervisor"),
        offered("bea", 23.0, key=2.0),
    ]


def test_auto_accept_asks_nobody() -> None:
    engine = Engine(queues=[Queue("support", by_channel={"voice": Service(auto_accept=True)})])
    engine.add_agent("ada", 0.0)
    assert engine.enqueue("one", "support", 1.0, channel="voice") == [Assigned("one", "ada", "support", 0, 1.0, 0.0)]


def test_errors_are_for_people_and_change_nothing() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    before = engine.snapshot()
    for call in (
        lambda: engine.add_agent("ada", 2.0),
        lambda: engine.enqueue("one", "support", 2.0),
        lambda: engine.enqueue("two", "nowhere", 2.0),
        lambda: engine.finish("one", 2.0),
        lambda: engine.transfer("one", "nowhere", 2.0),
        lambda: engine.set_presence("bea", Presence.AWAY, 2.0),
        lambda: engine.end_wrap_up("ada", "one", 2.0),
        lambda: engine.standings("nowhere", 2.0),
    ):
        with pytest.raises(RoutingError) as raised:
            call()
        assert raised.value.detail.endswith(".")
    assert engine.snapshot() == before
    with pytest.raises(Unknown, match="no queue nowhere"):
        engine.waiting("nowhere")
