"""Presence, wrap-up, capacity and interrupts."""

import pytest

from battito.routing.engine import (
    Assigned,
    Channel,
    Engine,
    NoRoom,
    Offered,
    Presence,
    PresenceAsked,
    PresenceChanged,
    Queue,
    Requeued,
    Resumed,
    Service,
    Settings,
    Withdrawn,
    WrapUpEnded,
    WrapUpExtended,
    WrapUpStarted,
    WrongState,
)

AT_ONCE = Service(auto_accept=True)
BLENDED = Settings((Channel("voice", 100, frozenset({"email"})), Channel("chat", 33), Channel("email", 50)))


def blended() -> Engine:
    return Engine(BLENDED, [Queue("support", service=AT_ONCE)])


def test_leaving_during_a_contact_comes_next() -> None:
    engine = blended()
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    assert engine.set_presence("ada", Presence.AWAY, 2.0, reason="lunch") == [
        PresenceAsked("ada", Presence.AWAY, "lunch")
    ]
    assert engine.enqueue("two", "support", 3.0) == []
    assert engine.finish("one", 9.0) == [PresenceChanged("ada", Presence.AWAY, "lunch")]
    assert engine.set_presence("ada", Presence.AVAILABLE, 99.0) == [
        PresenceChanged("ada", Presence.AVAILABLE, None),
        Assigned("two", "ada", "support", 0, 3.0, 96.0),
    ]


def test_next_presence_can_be_taken_back() -> None:
    engine = blended()
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.set_presence("ada", Presence.BUSY, 2.0)
    assert engine.set_presence("ada", Presence.AVAILABLE, 3.0) == [PresenceAsked("ada", None, None)]
    assert engine.finish("one", 9.0) == []
    assert engine.routing_status("ada") == "idle"


def test_next_presence_waits_for_wrap_up_too() -> None:
    engine = Engine(BLENDED, [Queue("support", service=Service(auto_accept=True, wrap_up_s=30.0))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.set_presence("ada", Presence.AWAY, 2.0)
    assert engine.finish("one", 10.0) == [WrapUpStarted("one", "ada", 40.0)]
    assert engine.tick(40.0) == [WrapUpEnded("one", "ada", True), PresenceChanged("ada", Presence.AWAY, None)]


def test_who_leaves_loses_their_offers_at_once() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.add_agent("bea", 2.0)
    assert engine.set_presence("ada", Presence.OFFLINE, 3.0) == [
        Withdrawn("one", "ada", "agent-left"),
        PresenceChanged("ada", Presence.OFFLINE, None),
        Offered("one", "bea", "support", 0, 1.0, 23.0),
    ]


def test_wrap_up_holds_the_capacity_until_it_ends() -> None:
    engine = Engine(queues=[Queue("support", service=Service(auto_accept=True, wrap_up_s=20.0))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.enqueue("two", "support", 2.0)
    assert engine.finish("one", 10.0) == [WrapUpStarted("one", "ada", 30.0)]
    assert engine.routing_status("ada") == "wrap-up"
    assert engine.extend_wrap_up("ada", "one", 15.0, 29.0) == [WrapUpExtended("one", "ada", 45.0)]
    assert engine.tick(30.0) == []
    assert engine.next_timer() == 45.0
    assert engine.end_wrap_up("ada", "one", 33.0) == [
        WrapUpEnded("one", "ada", False),
        Assigned("two", "ada", "support", 0, 2.0, 31.0),
    ]
    assert engine.tick(45.0) == []


def test_wrap_up_may_have_no_limit_or_be_left_out() -> None:
    engine = Engine(queues=[Queue("support", service=Service(auto_accept=True, wrap_up_s=None))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    assert engine.finish("one", 5.0) == [WrapUpStarted("one", "ada", None)]
    with pytest.raises(WrongState):
        engine.extend_wrap_up("ada", "one", 5.0, 6.0)
    engine.end_wrap_up("ada", "one", 7.0)
    engine.enqueue("two", "support", 8.0)
    assert engine.finish("two", 9.0, wrap_up_s=0.0) == []
    assert engine.routing_status("ada") == "idle"


def test_capacity_is_shared_by_units() -> None:
    engine = blended()
    engine.add_agent("ada", 0.0)
    for number in range(5):
        engine.enqueue(f"chat-{number}", "support", float(number), channel="chat")
    assert engine.waiting("support") == 2
    assert engine.finish("chat-1", 10.0) == [Assigned("chat-3", "ada", "support", 0, 3.0, 7.0)]
    assert engine.enqueue("call", "support", 11.0, channel="voice") == []


def test_a_call_interrupts_mail_and_mail_never_a_call() -> None:
    engine = blended()
    engine.add_agent("ada", 0.0)
    engine.enqueue("mail-1", "support", 1.0, channel="email")
    engine.enqueue("mail-2", "support", 2.0, channel="email")
    assert engine.enqueue("call", "support", 3.0, channel="voice") == [
        Assigned("call", "ada", "support", 0, 3.0, 0.0, ("mail-1", "mail-2"))
    ]
    assert engine.enqueue("mail-3", "support", 4.0, channel="email") == []
    assert engine.enqueue("chat", "support", 5.0, channel="chat") == []
    assert engine.enqueue("call-2", "support", 6.0, channel="voice") == []
    assert engine.cancel("call-2", 7.0) == []
    assert engine.finish("call", 9.0) == [Resumed("mail-1", "ada"), Resumed("mail-2", "ada")]


def test_an_agent_takes_only_their_channels_and_what_their_capacity_holds() -> None:
    engine = blended()
    engine.add_agent("ada", 0.0, channels=["chat"])
    engine.add_agent("bea", 0.0, capacity=50)
    assert engine.enqueue("call", "support", 1.0, channel="voice") == []
    tally = engine.explain("call", 2.0).tally
    assert tally == {"channel": 2}


def test_a_kind_nobody_described_takes_a_whole_agent() -> None:
    engine = blended()
    engine.add_agent("ada", 0.0)
    engine.enqueue("fax", "support", 1.0, channel="fax")
    assert engine.enqueue("chat", "support", 2.0, channel="chat") == []


def test_signing_out_puts_the_work_back_with_its_key() -> None:
    engine = blended()
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.add_agent("bea", 2.0)
    assert engine.remove_agent("ada", 5.0) == [
        Requeued("one", "ada", "support"),
        Assigned("one", "bea", "support", 0, 1.0, 4.0),
    ]
    assert engine.remove_agent("bea", 6.0, requeue=False) == []
    assert engine.snapshot().interactions == []


def test_learning_a_skill_brings_the_work_that_waited_for_it() -> None:
    engine = Engine(queues=[Queue("gas", members_only=True, service=AT_ONCE)])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "gas", 1.0)
    assert engine.set_agent("ada", 5.0, skills={}, queues=["gas"]) == [Assigned("one", "ada", "gas", 0, 1.0, 4.0)]


def test_pulling_minds_capacity_but_not_skills() -> None:
    engine = Engine(BLENDED, [Queue("gas", members_only=True, service=AT_ONCE), Queue("support", service=AT_ONCE)])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "gas", 1.0)
    assert engine.pull("one", "ada", 4.0) == [Assigned("one", "ada", "gas", 0, 1.0, 3.0)]
    engine.enqueue("two", "support", 5.0)
    with pytest.raises(NoRoom):
        engine.pull("two", "ada", 6.0)
    assert engine.waiting("support") == 1


def test_pulling_what_is_on_offer_takes_it_from_the_other() -> None:
    engine = Engine(queues=[Queue("support")])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.add_agent("bea", 2.0)
    assert engine.pull("one", "bea", 3.0) == [
        Withdrawn("one", "ada", "pulled"),
        Assigned("one", "bea", "support", 0, 1.0, 2.0),
    ]
    assert engine.routing_status("ada") == "idle"


def test_pulling_back_what_one_still_wraps_up_ends_the_wrap_up() -> None:
    engine = Engine(queues=[Queue("support", service=Service(auto_accept=True, wrap_up_s=60.0))])
    engine.add_agent("ada", 0.0)
    engine.enqueue("one", "support", 1.0)
    engine.finish("one", 2.0)
    assert engine.enqueue("one", "support", 3.0) == []
    assert engine.pull("one", "ada", 4.0) == [
        WrapUpEnded("one", "ada", False),
        Assigned("one", "ada", "support", 0, 3.0, 1.0),
    ]


def test_what_rests_goes_on_after_the_wrap_up_of_what_interrupted_it() -> None:
    engine = Engine(
        BLENDED,
        [Queue("support", service=AT_ONCE, by_channel={"voice": Service(auto_accept=True, wrap_up_s=20.0)})],
    )
    engine.add_agent("ada", 0.0)
    engine.enqueue("mail-1", "support", 1.0, channel="email")
    engine.enqueue("mail-2", "support", 2.0, channel="email")
    engine.enqueue("call", "support", 3.0, channel="voice")
    assert engine.finish("call", 9.0) == [WrapUpStarted("call", "ada", 29.0)]
    assert engine.tick(29.0) == [
        Resumed("mail-1", "ada"),
        Resumed("mail-2", "ada"),
        WrapUpEnded("call", "ada", True),
    ]


def test_what_comes_back_during_its_wrap_up_goes_to_somebody_else_first() -> None:
    engine = Engine(queues=[Queue("support", service=Service(auto_accept=True, wrap_up_s=60.0))])
    engine.add_agent("ada", 0.0, capacity=200)
    engine.enqueue("one", "support", 1.0)
    engine.finish("one", 2.0)
    assert engine.enqueue("one", "support", 3.0) == []
    assert engine.explain("one", 4.0).tally == {"refused": 1}
    assert engine.tick(62.0) == [
        WrapUpEnded("one", "ada", True),
        Assigned("one", "ada", "support", 0, 3.0, 59.0),
    ]
