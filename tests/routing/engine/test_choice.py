"""Which of several free agents is chosen, and how evenly that spreads the work."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.routing.engine import Channel, Choice, Engine, Id, Presence, Queue, Ring, Service, Settings
from tests.routing.engine.days import busy_shares, gini

AT_ONCE = Service(auto_accept=True)


def chosen(engine: Engine, interaction: Id) -> Id | None:
    return engine.explain(interaction, 0.0).agent


def test_the_highest_level_in_what_is_asked_for_comes_first() -> None:
    engine = Engine(queues=[Queue("gas", (Ring({"gas": 2, "english": 1}),), service=AT_ONCE)])
    engine.add_agent("novice", 0.0, skills={"gas": 2, "english": 2, "billing": 5})
    engine.add_agent("half", 0.0, skills={"gas": 5})
    engine.add_agent("expert", 0.0, skills={"gas": 4, "english": 3})
    engine.add_agent("below", 0.0, skills={"gas": 1, "english": 5})
    order = []
    for number in range(3):
        engine.enqueue(number, "gas", 1.0)
        order.append(chosen(engine, number))
    assert order == ["expert", "novice", None]


def test_levels_can_be_left_out_of_account() -> None:
    engine = Engine(
        Settings(choice=Choice.LONGEST_IDLE, by_level=False), [Queue("gas", (Ring({"gas": 1}),), service=AT_ONCE)]
    )
    engine.add_agent("novice", 0.0, skills={"gas": 1})
    engine.add_agent("expert", 1.0, skills={"gas": 5})
    engine.enqueue("one", "gas", 2.0)
    assert chosen(engine, "one") == "novice"


def test_longest_idle() -> None:
    engine = Engine(Settings(choice=Choice.LONGEST_IDLE), [Queue("support", service=AT_ONCE)])
    for place, agent in enumerate(("ada", "bea")):
        engine.add_agent(agent, float(place))
    engine.enqueue(0, "support", 2.0)
    engine.enqueue(1, "support", 3.0)
    engine.finish(1, 10.0)
    engine.finish(0, 11.0)
    engine.enqueue(2, "support", 12.0)
    assert chosen(engine, 2) == "bea"


def test_a_break_is_not_idling() -> None:
    engine = Engine(Settings(choice=Choice.LONGEST_IDLE), [Queue("support", service=AT_ONCE)])
    engine.add_agent("ada", 0.0)
    engine.add_agent("bea", 5.0)
    engine.set_presence("ada", Presence.AWAY, 10.0)
    engine.set_presence("ada", Presence.AVAILABLE, 900.0)
    engine.enqueue("one", "support", 901.0)
    assert chosen(engine, "one") == "bea"


def test_who_worked_least_lately_comes_first_though_idle_for_less() -> None:
    engine = Engine(Settings(window_s=600.0), [Queue("support", service=AT_ONCE)])
    engine.add_agent("ada", 0.0)
    engine.enqueue("long", "support", 0.0)
    engine.add_agent("bea", 0.0)
    engine.finish("long", 500.0)
    engine.enqueue("short", "support", 500.0)
    assert chosen(engine, "short") == "bea"
    engine.finish("short", 520.0)
    # ada has been idle longer, but her share of the last minutes is larger
    engine.enqueue("next", "support", 530.0)
    assert chosen(engine, "next") == "bea"
    assert engine.occupancy("ada", 530.0) == pytest.approx((1 - math.exp(-500 / 600)) * math.exp(-30 / 600))


def test_the_less_loaded_comes_first() -> None:
    engine = Engine(Settings((Channel("chat", 33),)), [Queue("support", service=AT_ONCE)])
    engine.add_agent("ada", 0.0)
    engine.add_agent("bea", 0.0)
    who = []
    for number in range(4):
        engine.enqueue(number, "support", float(number), channel="chat")
        who.append(chosen(engine, number))
    assert set(who[:2]) == set(who[2:]) == {"ada", "bea"}


@given(
    st.lists(
        st.tuples(st.floats(0.1, 400.0), st.sampled_from(["come", "come", "go"]), st.integers(0, 50)), max_size=60
    ),
    st.floats(30.0, 5000.0),
)
def test_the_choice_is_the_least_rolling_occupancy(steps: list[tuple[float, str, int]], window_s: float) -> None:
    """The static rank on the shelves orders free agents as their occupancy computed at that moment does."""
    engine = Engine(Settings((Channel("chat", 33),), window_s=window_s), [Queue("support", service=AT_ONCE)])
    for agent in range(4):
        engine.add_agent(agent, 0.0)
    now, number = 0.0, 0
    handled: list[int] = []
    for seconds, what, pick in steps:
        now += seconds
        if what == "go" and handled:
            engine.finish(handled.pop(pick % len(handled)), now)
        elif what == "come" and len(handled) < 12:
            number += 1
            loads = {agent: engine.agents[agent].load for agent in range(4)}
            least = min(loads.values())
            free = [agent for agent, load in loads.items() if load == least]
            occupancy = {agent: engine.occupancy(agent, now) for agent in free}
            engine.enqueue(number, "support", now, channel="chat")
            handled.append(number)
            taken = chosen(engine, number)
            assert isinstance(taken, int)
            assert taken in free
            assert occupancy[taken] <= min(occupancy.values()) + 1e-9


def test_least_occupied_spreads_the_work_more_evenly_than_longest_idle() -> None:
    """With skills in common only in part and one day of work, the Gini coefficient of busy time is far smaller."""

    def day(choice: Choice) -> float:
        return gini(busy_shares(choice, by_level=False, random=Random(4)))

    assert day(Choice.LEAST_OCCUPIED) < 0.6 * day(Choice.LONGEST_IDLE)
