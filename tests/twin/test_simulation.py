"""The simulation against closed forms, and against itself."""

import math
from typing import Any

import pytest

from battito.twin.erlang import Staffed, wait_with_abandonment, wait_without_abandonment
from battito.twin.intervals import Estimate
from battito.twin.model import Model, build
from battito.twin.reading import from_data
from battito.twin.run import differences, figures, result, simulate
from battito.twin.simulation import Simulation

CONFIDENCE = 0.99


def model(**keys: Any) -> Model:
    return build(from_data(keys))


def run(replications: int, **keys: Any) -> dict[str, dict[str, Estimate]]:
    return figures(simulate(model(**keys), replications), CONFIDENCE)


def single(
    agents: int, load: float, handle_s: float, patience_s: float | None, contacts: float, **queue: Any
) -> dict[str, Any]:
    """A single queue long enough for so many contacts."""
    rate = load / handle_s
    warmup = 20 * handle_s / 3600.0
    return {
        "hours": warmup + contacts / rate / 3600.0,
        "warmup_hours": warmup,
        "queues": {
            "q": {
                "arrivals_per_hour": rate * 3600.0,
                "handle": {"exponential": handle_s},
                "patience": None if patience_s is None else {"mean_s": patience_s},
                **queue,
            }
        },
        "agents": [{"count": agents}],
    }


def agree(found: dict[str, Estimate], known: Staffed) -> None:
    truth = {
        "p_wait": known.p_wait,
        "p_abandon": known.p_abandon,
        "mean_wait_s": known.mean_wait_s,
        "service_level": known.service_level,
        "occupancy": known.occupancy,
    }
    for metric, value in truth.items():
        assert found[metric].holds(value), (metric, found[metric], value)


@pytest.mark.parametrize(
    ("agents", "load", "handle_s", "patience_s"),
    [
        (50, 48.0, 60.0, 120.0),  # the classical one
        (10, 12.0, 120.0, 300.0),  # overloaded
        (100, 120.0, 60.0, 30.0),  # impatient
        (5, 3.0, 300.0, 600.0),  # few people
        (30, 20.0, 90.0, 90.0),  # patience as long as handling: an infinite server
        (1, 0.8, 100.0, 1000.0),  # alone
    ],
)
def test_erlang_a(agents: int, load: float, handle_s: float, patience_s: float) -> None:
    found = run(10, **single(agents, load, handle_s, patience_s, 4000))["q"]
    agree(found, wait_with_abandonment(agents, load / handle_s, handle_s, patience_s))


@pytest.mark.parametrize(("agents", "load", "handle_s"), [(12, 9.0, 180.0), (3, 2.0, 60.0), (30, 26.0, 45.0)])
def test_erlang_c(agents: int, load: float, handle_s: float) -> None:
    found = run(10, **single(agents, load, handle_s, None, 8000))["q"]
    agree(found, wait_without_abandonment(agents, load / handle_s, handle_s))


def test_erlang_a_from_one_long_run_by_batch_means() -> None:
    keys = single(20, 18.0, 60.0, 120.0, 40_000)
    scenario = from_data({**keys, "replications": 1})
    runs = simulate(build(scenario), 1)
    assert result(scenario, build(scenario), runs).method == "batch means"
    agree(figures(runs, CONFIDENCE)["q"], wait_with_abandonment(20, 18.0 / 60.0, 60.0, 120.0))


def test_three_chats_at_a_time_are_three_times_the_agents() -> None:
    found = run(10, **single(10, 29.0, 200.0, 150.0, 4000, channel="chat"))["q"]
    agree(found, wait_with_abandonment(30, 29.0 / 200.0, 200.0, 150.0))


def test_the_warm_up_is_cut() -> None:
    keys = single(10, 9.0, 600.0, None, 300)
    cold = run(20, **{**keys, "warmup_hours": 0.0, "hours": 1.0})["q"]["p_wait"]
    warm = run(20, **{**keys, "warmup_hours": 20.0, "hours": 21.0})["q"]["p_wait"]
    assert cold.value is not None
    assert warm.value is not None
    assert cold.value < 0.7 * warm.value


def test_the_same_seed_gives_the_same_result_and_another_another() -> None:
    keys = single(5, 4.5, 60.0, 60.0, 500)
    first, again = (run(3, **keys), run(3, **keys))
    assert first == again
    assert run(3, **{**keys, "seed": 2}) != first


def test_common_random_numbers_make_small_differences_certain() -> None:
    def runs(agents: int, seed: int) -> Any:
        keys = single(agents, 18.0, 240.0, 200.0, 400)
        return simulate(model(**{**keys, "seed": seed}), 8)

    one, two, unrelated = runs(20, 1), runs(21, 1), runs(21, 99)
    paired = differences(one, two, 0.95)["q"]
    loose = differences(one, unrelated, 0.95)["q"]
    assert paired["offered"] == Estimate(0.0, 0.0, 0.0)

    def width(estimate: Estimate) -> float:
        assert estimate.low is not None
        assert estimate.high is not None
        return estimate.high - estimate.low

    assert paired["service_level"].low is not None
    assert paired["service_level"].low > 0.0
    assert width(paired["service_level"]) < 0.5 * width(loose["service_level"])


def test_arrivals_follow_their_intervals_and_days() -> None:
    keys: dict[str, Any] = {
        "hours": 48,
        "queues": {
            "q": {
                "arrivals_per_hour": [0, 400],
                "interval_minutes": 720,
                "handle": {"mean_s": 1, "cv": 0},
            }
        },
        "agents": [{"count": 50}],
    }
    times = [arrival[0] for arrival in model(**keys).inflows[0].arrivals(0)]
    assert times == sorted(times)
    by_half_day = [sum(low <= time < low + 43200 for time in times) for low in range(0, 172800, 43200)]
    assert by_half_day[0] == by_half_day[2] == 0
    assert by_half_day[1] == pytest.approx(4800, rel=0.05)
    varied = build(from_data({**keys, "variability": {"between_day_cv": 0.3}}))
    days = [
        sum(86400 * day <= arrival[0] < 86400 * (day + 1) for arrival in varied.inflows[0].arrivals(replication))
        for replication in range(100)
        for day in range(2)
    ]
    mean = sum(days) / len(days)
    assert mean == pytest.approx(4800, rel=0.08)
    assert math.sqrt(sum((day - mean) ** 2 for day in days) / len(days)) / mean == pytest.approx(0.3, rel=0.25)


def test_people_work_their_shifts_and_finish_what_they_began() -> None:
    found = run(
        5,
        hours=4,
        start="08:00",
        queues={"q": {"arrivals_per_hour": 30, "handle": {"mean_s": 300, "cv": 0}, "patience": {"mean_s": 60}}},
        agents=[{"count": 4, "shift": "09:00-11:00"}],
    )["q"]
    assert found["abandoned"].value is not None
    # half the time nobody is there
    assert found["abandoned"].value >= 0.45 * 120
    assert found["unresolved"].value == 0.0
    assert found["occupancy"].value == pytest.approx(30 / 3600 * 300 / 4, rel=0.15)


def test_when_nobody_comes_back_those_who_wait_are_not_forgotten() -> None:
    found = run(
        2,
        hours=2,
        queues={"q": {"arrivals_per_hour": 20, "handle": {"mean_s": 60, "cv": 0}, "requirement": ["rare"]}},
        agents=[{"count": 1, "skills": ["other"]}],
    )["q"]
    assert found["answered"].value == 0.0
    assert found["unresolved"].value == found["offered"].value
    assert found["p_wait"].value is None


def test_rings_wrap_up_and_overflow_cost_what_they_should() -> None:
    base: dict[str, Any] = {
        "hours": 6,
        "queues": {
            "gas": {
                "arrivals_per_hour": 50,
                "handle": {"exponential": 240},
                "patience": {"mean_s": 300},
                "requirement": {"gas": 3},
            }
        },
        "agents": [{"count": 3, "skills": {"gas": 5}}, {"count": 4, "skills": {"gas": 1}}],
    }
    alone = run(10, **base)["gas"]["service_level"]
    ringed = run(
        10,
        **{
            **base,
            "queues": {"gas": {**base["queues"]["gas"], "rings": [{"seconds": 10}, {"requirement": {"gas": 1}}]}},
        },
    )["gas"]
    with_wrap_up = run(
        10,
        **{
            **base,
            "queues": {
                "gas": {
                    **base["queues"]["gas"],
                    "rings": [{"seconds": 10}, {"requirement": {"gas": 1}}],
                    "wrap_up_s": 120,
                }
            },
        },
    )["gas"]
    assert alone.value is not None
    assert ringed["service_level"].value is not None
    assert with_wrap_up["service_level"].value is not None
    assert ringed["service_level"].value > alone.value + 0.2
    assert with_wrap_up["service_level"].value < ringed["service_level"].value - 0.03
    assert ringed["occupancy"].value is not None
    assert with_wrap_up["occupancy"].value is not None
    assert with_wrap_up["occupancy"].value > ringed["occupancy"].value + 0.1


def test_a_call_interrupts_mail_which_is_finished_later() -> None:
    """One agent, one endless stream of mail: calls do not wait for mail, and mail takes longer but is all done."""
    found = run(
        3,
        hours=40,
        queues={
            "calls": {"arrivals_per_hour": 6, "handle": {"exponential": 120}},
            "mail": {"channel": "email", "arrivals_per_hour": 4, "handle": {"mean_s": 300, "cv": 0}},
        },
        agents=[{"count": 1}],
    )
    alone = wait_without_abandonment(1, 6 / 3600, 120.0)
    assert found["calls"]["p_wait"].holds(alone.p_wait)
    assert found["calls"]["mean_wait_s"].holds(alone.mean_wait_s)
    assert found["mail"]["unresolved"].value == 0.0
    assert found["mail"]["p_wait"].value is not None
    assert found["mail"]["p_wait"].value > 0.2
    # two mails fit at once, so each takes half an agent
    assert found["calls"]["occupancy"].value == pytest.approx(6 / 3600 * 120 + 4 / 3600 * 300 / 2, rel=0.1)


def test_every_contact_is_counted_once() -> None:
    simulation = Simulation(model(**single(8, 9.0, 90.0, 60.0, 3000)), 0, 4)
    tallies = [tally for stretch in simulation.run() for tally in stretch]
    assert sum(tally.offered for tally in tallies) == pytest.approx(3000, rel=0.1)
    for tally in tallies:
        assert tally.offered == len(tally.answered) + len(tally.abandoned)
