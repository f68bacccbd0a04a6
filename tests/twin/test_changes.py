"""What if: each change does what it says, and nothing else."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.twin.changes import Changes, changed
from battito.twin.model import build
from battito.twin.reading import from_data, parse
from battito.twin.run import differences, simulate
from battito.twin.scenario import Scenario, ScenarioError
from battito.twin.writing import to_data, to_yaml

DATA: dict[str, Any] = {
    "hours": 9,
    "start": "09:00",
    "replications": 6,
    "queues": {
        "calls": {
            "arrivals_per_hour": [30, 60, 60],
            "interval_minutes": 180,
            "handle": {"lognormal": [5.0, 0.8]},
            "patience": {"mean_s": 200},
            "requirement": {"calls": 2, "queue:calls": 1},
        },
        "mail": {
            "channel": "email",
            "arrivals_per_hour": 22,
            "handle": {"mean_s": 300, "cv": 1},
            "requirement": ["mail"],
            "target_s": 3600,
        },
    },
    "agents": [
        {"name": "both", "count": 3, "skills": {"calls": 3, "queue:calls": 1, "mail": 1}},
        {"name": "both", "count": 1, "skills": {"calls": 3, "queue:calls": 1, "mail": 1}, "shift": "10:00-14:00"},
        {"count": 1, "skills": ["mail"], "shift": "09:00-17:00"},
    ],
}


def base() -> Scenario:
    return from_data(DATA)


def after(*changes: dict[str, Any]) -> Scenario:
    return changed(base(), msgspec.convert(list(changes), list[Changes]))


def on_duty(scenario: Scenario, name: str, hour: float) -> int:
    groups = [group for group, rule in zip(build(scenario).groups, scenario.agents, strict=True) if rule.name == name]
    at = (hour - 9.0) * 3600.0
    return sum(group.count for group in groups if any(low <= at < high for low, high in group.windows))


def test_more_and_fewer_people_in_some_hours() -> None:
    more = after({"do": "people", "profile": "both", "count": 2, "from": "15:00", "to": "17:00"})
    assert [on_duty(more, "both", hour) for hour in (9.5, 11, 14.5, 15.5, 16.9, 17.1)] == [3, 4, 3, 5, 5, 3]
    fewer = after({"do": "people", "profile": "both", "count": -2, "from": "13:00", "to": "15:00"})
    assert [on_duty(fewer, "both", hour) for hour in (9.5, 11, 13.5, 14.5, 15.5)] == [3, 4, 2, 1, 3]
    nobody = after({"do": "people", "profile": "agents[2]", "count": -1})
    assert sum(one.count for one in nobody.agents if one.skills == ["mail"]) == 0
    assert base() == from_data(DATA)


def test_a_ring_lasts_so_long_and_then_asks_for_less() -> None:
    queue = after({"do": "ring", "queue": "calls", "seconds": 30}).queues["calls"]
    assert [(ring.seconds, ring.requirement) for ring in queue.rings] == [
        (30.0, None),
        (None, {"calls": 1, "queue:calls": 1}),
    ]
    with pytest.raises(ScenarioError) as refused:
        after({"do": "ring", "queue": "mail", "seconds": 30})
    assert refused.value.where == "changes[0].then"
    shown = after({"do": "ring", "queue": "mail", "seconds": 30, "then": {}}).queues["mail"]
    assert [ring.requirement for ring in shown.rings] == [None, {}]


def test_without_blending_only_those_who_do_nothing_else_take_mail() -> None:
    scenario = after({"do": "blending", "channel": "email", "from": "12:00", "to": "13:00"})
    assert [one.pauses for one in scenario.agents] == [{"email": ["12:00-13:00"]}] * 2 + [{}]
    one, two = simulate(build(base()), 6), simulate(build(after({"do": "blending", "channel": "email"})), 6)
    found = differences(one, two, 0.95)
    assert found["mail"]["mean_wait_s"].low is not None
    assert found["mail"]["mean_wait_s"].low > 60
    with pytest.raises(ScenarioError, match="no blending"):
        changed(scenario_of_one_channel(), msgspec.convert([{"do": "blending", "channel": "email"}], list[Changes]))


def scenario_of_one_channel() -> Scenario:
    data = {**DATA, "queues": {"mail": DATA["queues"]["mail"]}}
    return from_data(data)


@given(st.integers(-95, 300), st.integers(9, 17), st.integers(1, 9))
def test_arrivals_change_in_their_hours_alone(percent: int, low: int, length: int) -> None:
    high = min(low + length, 24)
    found = after({"do": "arrivals", "percent": percent, "from": f"{low:02d}:00", "to": f"{high:02d}:00"})
    for name in ("calls", "mail"):
        old, new = base().queues[name], found.queues[name]
        for quarter in range(36):
            moment = 9.0 + quarter / 4.0
            factor = 1.0 + percent / 100.0 if low <= moment < high else 1.0
            assert rate_at(new, quarter) == pytest.approx(rate_at(old, quarter) * factor)


def rate_at(queue: Any, quarter: int) -> float:
    rates = queue.arrivals_per_hour
    if not isinstance(rates, list):
        return float(rates)
    return float(rates[int(quarter * 15 // queue.interval_minutes) % len(rates)])


def test_time_wrap_up_and_priority() -> None:
    longer = after({"do": "handle", "percent": 20})
    for name in ("calls", "mail"):
        before, now = base().queues[name].handle, longer.queues[name].handle
        assert before is not None
        assert now is not None
        assert now.mean() == pytest.approx(1.2 * before.mean())
    assert after({"do": "wrap_up", "seconds": 30, "queue": "calls"}).queues["calls"].wrap_up_s == 30.0
    assert after({"do": "wrap_up", "seconds": 30, "queue": "calls"}).queues["mail"].wrap_up_s == 0.0
    assert after({"do": "priority", "queue": "mail", "priority": 4}).queues["mail"].priority == 4.0


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        ({"do": "people", "profile": "bot", "count": 1}, "changes[0].profile", "Did you mean `both`"),
        ({"do": "people", "profile": "both", "count": 0}, "changes[0].count", "nobody"),
        ({"do": "people", "profile": "both", "count": -9}, "changes[0].count", "at most 4"),
        ({"do": "people", "profile": "both", "count": 1, "from": "25:00"}, "changes[0].from", "08:30"),
        ({"do": "people", "profile": "both", "count": 1, "from": "10:00", "to": "10:00"}, "changes[0].to", "empty"),
        ({"do": "ring", "queue": "call", "seconds": 5}, "changes[0].queue", "Did you mean `calls`"),
        ({"do": "ring", "queue": "calls", "seconds": 5, "ring": 3}, "changes[0].ring", "1 ring"),
        ({"do": "blending", "channel": "chat"}, "changes[0].channel", "no channel"),
        ({"do": "arrivals", "percent": 5, "queue": "x"}, "changes[0].queue", "no queue"),
    ],
)
def test_what_cannot_be_changed_is_said_with_its_place(change: dict[str, Any], where: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as refused:
        after(change)
    assert refused.value.where == where


def test_a_change_of_volume_moves_the_same_callers() -> None:
    """The n-th contact is the n-th contact: other rates change when it comes, not who it is."""
    one = [a[:3] for a in build(base()).inflows[0].arrivals(0)]
    more = [a[:3] for a in build(after({"do": "arrivals", "percent": 50, "from": "12:00", "to": "14:00"})).inflows[0].arrivals(0)]  # fmt: skip
    assert len(more) > len(one)
    assert [a[1:] for a in one] == [a[1:] for a in more[: len(one)]]
    early = [a for a in one if a[0] < 3 * 3600]
    assert [a[0] for a in more[: len(early)]] == pytest.approx([a[0] for a in early])


def test_a_changed_scenario_is_written_and_read_again() -> None:
    scenario = after(
        {"do": "people", "profile": "both", "count": -1, "from": "13:00", "to": "15:00"},
        {"do": "ring", "queue": "calls", "seconds": 30},
        {"do": "blending", "channel": "email", "from": "12:00", "to": "13:00"},
        {"do": "arrivals", "percent": 10, "from": "10:00", "to": "11:00"},
    )
    again = parse(to_yaml(scenario, ["assumed: nothing", "two\nlines"]), aliases=False)
    assert to_data(again) == to_data(scenario)
    assert build(again).groups == build(scenario).groups
