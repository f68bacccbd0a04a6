"""The twin beside SimPy and Ciw on the same M/M/50+M, at 10,000 agents with 100 skills, and on a real bank's calls."""

import time
from collections.abc import Callable, Generator
from pathlib import Path
from random import Random
from typing import Any

import ciw
import simpy

from battito.twin.erlang import wait_with_abandonment
from battito.twin.model import HOUR, Model, build
from battito.twin.reading import from_data
from battito.twin.recording import period, read
from battito.twin.replay import Replay, replay
from battito.twin.run import figures, simulate
from battito.twin.scenario import RecordingRule, Scenario
from battito.twin.simulation import Simulation
from benches.support.report import report

AGENTS, ARRIVALS_PER_S, HANDLE_S, PATIENCE_S = 50, 0.8, 60.0, 120.0
SECONDS = 50_000.0
ROUNDS = 7
LOG = Path(__file__).resolve().parents[2] / "shared" / "data" / "bank_calls_log" / "calls_1999-02-01_14.tsv"


def single_queue(hours: float) -> Model:
    """M/M/50+M at an offered load of 48."""
    return build(
        from_data(
            {
                "hours": hours,
                "replications": 1,
                "queues": {
                    "calls": {
                        "arrivals_per_hour": ARRIVALS_PER_S * HOUR,
                        "handle": {"exponential": HANDLE_S},
                        "patience": {"mean_s": PATIENCE_S},
                    }
                },
                "agents": [{"count": AGENTS}],
            }
        )
    )


def with_twin() -> int:
    """Contacts simulated."""
    simulation = Simulation(single_queue(SECONDS / HOUR), 0)
    return sum(tally.offered for tallies in simulation.run() for tally in tallies)


def with_simpy() -> int:
    """The same with SimPy: a process for each contact, which waits for an agent or gives up, and notes its wait."""
    random = Random(1)
    environment = simpy.Environment()
    agents = simpy.Resource(environment, AGENTS)
    answered: list[float] = []
    abandoned: list[float] = []

    def contact() -> Generator[Any, Any, None]:
        arrived = environment.now
        with agents.request() as request:
            yield request | environment.timeout(random.expovariate(1 / PATIENCE_S))
            if request.triggered:
                answered.append(environment.now - arrived)
                yield environment.timeout(random.expovariate(1 / HANDLE_S))
            else:
                abandoned.append(environment.now - arrived)

    def source() -> Generator[Any, Any, None]:
        while True:
            yield environment.timeout(random.expovariate(ARRIVALS_PER_S))
            environment.process(contact())

    environment.process(source())
    environment.run(until=SECONDS)
    return len(answered) + len(abandoned)


def with_ciw() -> int:
    """The same with Ciw, whose individuals renege."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(ARRIVALS_PER_S)],
        service_distributions=[ciw.dists.Exponential(1 / HANDLE_S)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)],
        number_of_servers=[AGENTS],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(SECONDS)
    return int(simulation.nodes[0].number_of_individuals)


def rates(*runs: Callable[[], int]) -> list[float]:
    """Contacts per second of processor time of each: the best of several rounds side by side, as `timeit` counts."""
    best = [0.0] * len(runs)
    for _ in range(ROUNDS):
        for place, run in enumerate(runs):
            begun = time.process_time()
            contacts = run()
            best[place] = max(best[place], contacts / (time.process_time() - begun))
    return best


def large() -> tuple[float, int]:
    """Processor seconds, and contacts, of one hour of 10,000 agents with 100 skills at full load."""
    random = Random(3)
    weights = [1.0 / (number + 1) ** 0.7 for number in range(100)]
    volume = 10_000 * 0.97 * HOUR / 300.0 / sum(weights)
    queues = {
        f"queue-{number}": {
            "arrivals_per_hour": volume * weight,
            "handle": {"exponential": 300},
            "patience": {"mean_s": 180},
            "requirement": {f"skill-{number}": 1},
        }
        for number, weight in enumerate(weights)
    }
    agents = [
        {
            "skills": {
                f"skill-{skill}": random.randint(1, 5)
                for skill in set(random.choices(range(100), weights, k=random.randint(1, 10)))
            }
        }
        for _ in range(10_000)
    ]
    model = build(from_data({"hours": 1, "replications": 1, "queues": queues, "agents": agents}))
    begun = time.process_time()
    tallies = Simulation(model, 0).run()
    return time.process_time() - begun, sum(tally.offered for stretch in tallies for tally in stretch)


def bank() -> Replay | None:
    """The bank's calls after its first seven working days, calibrated on those; None where the log is not present."""
    if not LOG.exists():
        return None
    scenario = Scenario(recording=RecordingRule(str(LOG)), replications=10)
    return replay(scenario, read(LOG), *period("1999-02-10", "1999-02-14"))


def main() -> None:
    """Measure, print."""
    twin, by_simpy, by_ciw = rates(with_twin, with_simpy, with_ciw)
    large_s, contacts = large()
    found = figures(simulate(single_queue(100.0), 1), 0.95)["calls"]["p_wait"]
    exact = wait_with_abandonment(AGENTS, ARRIVALS_PER_S, HANDLE_S, PATIENCE_S).p_wait
    result: dict[str, Any] = {
        "rate": round(twin),
        "ratio_simpy": round(twin / by_simpy, 2),
        "ratio_ciw": round(twin / by_ciw, 2),
        "large_s": round(large_s, 2),
        "large_contacts_per_s": round(contacts / large_s),
        "p_wait": found.value,
        "p_wait_exact": exact,
    }
    rows = [
        ("twin, M/M/50+M", f"{twin:,.0f} contacts/s"),
        ("SimPy", f"{by_simpy:,.0f} contacts/s; the twin is {result['ratio_simpy']} times as fast (goal 3)"),
        ("Ciw", f"{by_ciw:,.0f} contacts/s; the twin is {result['ratio_ciw']} times as fast"),
        ("10,000 agents, 100 skills, 1 h", f"{large_s:.2f} s for {contacts:,} contacts, {contacts / large_s:,.0f}/s"),
        ("P(wait), simulated", f"{found.value:.4f} [{found.low:.4f}, {found.high:.4f}], Erlang A {exact:.4f}"),
    ]
    replayed = bank()
    if replayed is None:
        rows.append(("replay of a bank's calls", "the log is not present"))
    else:
        result["replay"] = {}
        for metric, one in replayed.error.calibrated.items():
            plain = replayed.error.uncalibrated[metric]
            result["replay"][metric] = {
                "recorded": one.recorded,
                "error": one.difference,
                "error_hourly": one.hourly,
                "error_uncalibrated": plain.difference,
                "error_hourly_uncalibrated": plain.hourly,
            }
            calibrated = f"recorded {one.recorded:.3f}, error {one.difference:+.3f} ({one.hourly:.3f} by hour)"
            rows.append(
                (
                    f"bank replay, {metric}",
                    f"{calibrated}, uncalibrated {plain.difference:+.3f} ({plain.hourly:.3f})",
                )
            )
    report("The twin", rows, result)


if __name__ == "__main__":
    main()
