"""Running a model: replications or batches, figures with intervals, comparisons pair by pair."""

from collections.abc import Sequence

import msgspec

from battito.twin.intervals import Estimate
from battito.twin.measure import METRICS, Counts, count, estimate, paired, sample
from battito.twin.model import HOUR, Model
from battito.twin.scenario import Scenario
from battito.twin.simulation import Simulation

BATCHES = 20
"""Into how many stretches a single replication is cut for its intervals (batch means)."""

Figures = dict[str, dict[str, Estimate]]
"""By queue, then by metric."""


class Runs(msgspec.Struct, frozen=True):
    """The counts of all replications (or batches of one): `counts[queue][replication]`."""

    counts: dict[str, list[Counts]]
    batches: bool


class Result(msgspec.Struct, frozen=True):
    """What a scenario leads to."""

    scenario: str | None
    seed: int
    replications: int
    hours: float
    warmup_hours: float
    confidence: float
    method: str
    queues: Figures


class Comparison(msgspec.Struct, frozen=True):
    """Two scenarios under the same luck: differences (second minus first) before levels."""

    differences: Figures
    first: Result
    second: Result


def simulate(model: Model, replications: int) -> Runs:
    """Run all replications of a model; a single one is cut into batches."""
    batches = BATCHES if replications == 1 else 1
    counts: dict[str, list[Counts]] = {inflow.queue: [] for inflow in model.inflows}
    for replication in range(replications):
        simulation = Simulation(model, replication, batches)
        for stretch in simulation.run():
            for inflow, one in zip(model.inflows, stretch, strict=True):
                counts[inflow.queue].append(count(one, inflow))
    return Runs(counts, batches > 1)


def figures(runs: Runs, confidence: float) -> Figures:
    """Each queue's metrics with their intervals."""
    return {queue: _figures(counts, confidence, batches=runs.batches) for queue, counts in runs.counts.items()}


def _figures(counts: Sequence[Counts], confidence: float, *, batches: bool) -> dict[str, Estimate]:
    return {metric: estimate(metric, sample(metric, counts, batches=batches), confidence) for metric in METRICS}


def differences(first: Runs, second: Runs, confidence: float) -> Figures:
    """Second minus first for the queues both have."""
    return {
        queue: {
            metric: paired(metric, counts, second.counts[queue], batches=first.batches).estimate(confidence)
            for metric in METRICS
        }
        for queue, counts in first.counts.items()
        if queue in second.counts
    }


def result(scenario: Scenario, model: Model, runs: Runs) -> Result:
    """The figures of a run with the terms they hold on."""
    return Result(
        scenario=scenario.name,
        seed=scenario.seed,
        replications=scenario.replications,
        hours=model.end_s / HOUR,
        warmup_hours=model.warmup_s / HOUR,
        confidence=scenario.confidence,
        method="batch means" if runs.batches else "replications",
        queues=figures(runs, scenario.confidence),
    )
