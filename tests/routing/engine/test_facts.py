"""What the live adapter tells the engine as done already: work in hand, work taken by hand, a presence at once."""

import pytest

from battito.routing.engine import (
    AlreadyKnown,
    Assigned,
    Channel,
    Engine,
    NoRoom,
    Offered,
    Presence,
    PresenceChanged,
    Queue,
    Service,
    Settings,
    Withdrawn,
)

CHAT = Settings(channels=(Channel("chat", 50),))


def test_adopted_work_takes_room_whatever_there_is() -> None:
    engine = Engine(CHAT, [Queue("q", service=Service(auto_accept=True))])
    engine.add_agent("ada", 0.0)
    for n in range(3):
        (decision,) = engine.adopt(f"c{n}", "q", "ada", 1.0, channel="chat", entered_at=0.5)
        assert decision == Assigned(f"c{n}", "ada", "q", 0, 0.5, 0.5)
    with pytest.raises(AlreadyKnown):
        engine.adopt("c0", "q", "ada", 1.0, channel="chat")
    assert engine.enqueue("next", "q", 2.0, channel="chat") == []
    assert engine.finish("c0", 3.0) == []  # two are left: full still
    (given,) = engine.finish("c1", 4.0)
    assert isinstance(given, Assigned)
    assert given.interaction == "next"


def test_adopting_some_leaves_room_for_the_rest() -> None:
    engine = Engine(CHAT, [Queue("q", service=Service(auto_accept=True))])
    engine.add_agent("ada", 0.0)
    engine.adopt("mine", "q", "ada", 1.0, channel="chat")
    (given,) = engine.enqueue("other", "q", 2.0, channel="chat")
    assert isinstance(given, Assigned)
    assert engine.occupancy("ada", 100.0) > 0


def test_what_was_taken_by_hand_needs_no_room() -> None:
    engine = Engine(CHAT, [Queue("q")])
    engine.add_agent("ada", 0.0, capacity=50)
    engine.adopt("mine", "q", "ada", 0.0, channel="chat")
    engine.add_agent("bob", 0.0)
    assert isinstance(engine.enqueue("one", "q", 1.0, channel="chat")[0], Offered)
    with pytest.raises(NoRoom):
        engine.pull("one", "ada", 2.0)
    withdrawn, assigned = engine.pull("one", "ada", 2.0, force=True)
    assert withdrawn == Withdrawn("one", "bob", "pulled")
    assert isinstance(assigned, Assigned)


def test_a_presence_at_once_does_not_wait_for_work() -> None:
    engine = Engine(CHAT, [Queue("q", service=Service(auto_accept=True))])
    engine.add_agent("ada", 0.0)
    engine.adopt("mail", "q", "ada", 0.0, channel="chat")
    changed = engine.set_presence("ada", Presence.AWAY, 1.0, reason="Pausa", at_once=True)
    assert changed == [PresenceChanged("ada", Presence.AWAY, "Pausa")]
    assert engine.enqueue("next", "q", 2.0, channel="chat") == []
    assert engine.set_presence("ada", Presence.AVAILABLE, 3.0)[-1].__class__ is Assigned


def test_who_gave_it_away_is_not_asked_for_a_while() -> None:
    engine = Engine(CHAT, [Queue("q", service=Service(auto_accept=True, refused_for_s=60))])
    engine.add_agent("ada", 0.0)
    assert engine.enqueue("c", "q", 1.0, channel="chat", spared=("ada",)) == []
    assert engine.next_timer() == 61.0
    (given,) = engine.tick(61.0)
    assert isinstance(given, Assigned)
