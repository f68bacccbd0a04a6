"""The closed forms: against the exact oracle, each other, independent sums, and their own limits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.twin.erlang import erlang_b, erlang_c, wait_with_abandonment, wait_without_abandonment


def poisson_tail(load: float, agents: int) -> float:
    """P(Poisson(load) >= agents)."""
    term = math.exp(-load)
    below = 0.0
    for count in range(agents):
        below += term
        term *= load / (count + 1)
    return 1.0 - below


@pytest.mark.parametrize(("load", "agents", "known"), [(100, 100, 0.51330), (20, 25, 0.15677), (8, 6, 0.80876)])
def test_with_patience_as_long_as_handling_the_system_is_an_infinite_server(
    load: float, agents: int, known: float
) -> None:
    found = wait_with_abandonment(agents, load / 60.0, 60.0, 60.0).p_wait
    assert found == pytest.approx(poisson_tail(load, agents), rel=1e-9)
    assert found == pytest.approx(known, abs=5e-6)


@pytest.mark.parametrize(
    ("agents", "load", "known"),
    # the textbook's table of Erlang B at 1 % and 0.1 % blocking
    [(10, 4.461, 0.01), (20, 12.031, 0.01), (100, 84.064, 0.01), (10, 3.092, 0.001)],
)
def test_erlang_b_as_in_the_tables(agents: int, load: float, known: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(known, rel=2e-3)


def test_erlang_c_as_in_the_textbook() -> None:
    # 14 agents, 180 calls in half an hour of 3 minutes each: load 18 is too much; 20 agents wait with this probability
    assert erlang_c(14, 18.0) == 1.0
    direct = (18.0**20 / math.factorial(20)) * (20 / (20 - 18.0))
    assert erlang_c(20, 18.0) == pytest.approx(
        direct / (sum(18.0**k / math.factorial(k) for k in range(20)) + direct), rel=1e-12
    )


def birth_death(agents: int, rate: float, handle_s: float, patience_s: float) -> tuple[float, float]:
    """P(wait) and P(abandon) of M/M/N+M by summing the states, as independent as can be."""
    weights = [1.0]
    for state in range(1, agents + 3000):
        leaving = min(state, agents) / handle_s + max(state - agents, 0) / patience_s
        weights.append(weights[-1] * rate / leaving)
        if weights[-1] > 1e200:
            weights = [weight / 1e200 for weight in weights]
    total = math.fsum(weights)
    queue = math.fsum((state - agents) * weight for state, weight in enumerate(weights) if state > agents) / total
    return math.fsum(weights[agents:]) / total, queue / patience_s / rate


@given(st.integers(1, 100), st.floats(0.05, 2.0), st.floats(0.05, 10.0))
def test_erlang_a_is_the_sum_over_its_states(agents: int, utilisation: float, patience: float) -> None:
    handle_s = 100.0
    rate = utilisation * agents / handle_s
    found = wait_with_abandonment(agents, rate, handle_s, patience * handle_s)
    p_wait, p_abandon = birth_death(agents, rate, handle_s, patience * handle_s)
    assert found.p_wait == pytest.approx(p_wait, rel=1e-6, abs=1e-12)
    assert found.p_abandon == pytest.approx(p_abandon, rel=1e-6, abs=1e-12)


@given(st.integers(1, 60), st.floats(0.1, 0.95))
def test_endless_patience_is_erlang_c(agents: int, utilisation: float) -> None:
    rate = utilisation * agents / 60.0
    patient = wait_with_abandonment(agents, rate, 60.0, 1e7)
    known = wait_without_abandonment(agents, rate, 60.0)
    assert patient.p_wait == pytest.approx(known.p_wait, rel=2e-3, abs=1e-12)
    assert patient.service_level == pytest.approx(known.service_level, abs=2e-3)


@given(st.integers(1, 200), st.floats(0.01, 5.0), st.floats(0.01, 100.0), st.floats(0.0, 600.0))
def test_all_figures_are_possible(agents: int, utilisation: float, patience: float, target_s: float) -> None:
    rate = utilisation * agents / 200.0
    found = wait_with_abandonment(agents, rate, 200.0, patience * 200.0, target_s)
    assert 0.0 <= found.p_abandon <= found.p_wait <= 1.0
    assert -1e-9 <= found.service_level <= 1.0 - found.p_abandon + 1e-9
    assert 0.0 <= found.occupancy <= 1.0 + 1e-9


@pytest.mark.parametrize("load", [0.5, 0.99, 1.0, 1.01, 2.0])
def test_stable_with_ten_thousand_agents(load: float) -> None:
    found = wait_with_abandonment(10_000, load * 10_000 / 300.0, 300.0, 600.0)
    assert all(math.isfinite(value) for value in (found.p_wait, found.p_abandon, found.service_level))
    assert found.occupancy == pytest.approx(min(load, 1.0), abs=0.01)
    if load > 1:
        assert found.p_abandon == pytest.approx(1 - 1 / load, rel=1e-3, abs=2e-3)


def test_service_level_falls_with_a_shorter_target_to_the_probability_of_no_wait() -> None:
    found = [wait_with_abandonment(50, 0.8, 60.0, 120.0, target) for target in (0.0, 10.0, 20.0, 1e6)]
    assert found[0].service_level == pytest.approx(1 - found[0].p_wait)
    assert [one.service_level for one in found] == sorted(one.service_level for one in found)
    assert found[-1].service_level == pytest.approx(1 - found[-1].p_abandon)


@pytest.mark.parametrize(
    "wrong", [(-1, 1.0, 60.0, 60.0), (0, 1.0, 60.0, 60.0), (5, math.nan, 60.0, 60.0), (5, 1.0, 60.0, 0.0)]
)
def test_impossible_questions_are_refused(wrong: tuple[int, float, float, float]) -> None:
    with pytest.raises(ValueError):
        wait_with_abandonment(*wrong)
