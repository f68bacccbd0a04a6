"""A run cut into intervals of the clock, for charts: the same replications give the figures and the course of the day."""

from collections.abc import Callable, Sequence

import msgspec

from battito.twin.intervals import Estimate
from battito.twin.measure import Counts, count, estimate, merged, paired, sample
from battito.twin.model import Model, clock
from battito.twin.run import BATCHES, Runs
from battito.twin.scenario import Scenario
from battito.twin.simulation import Simulation
from battito.twin.staffing import DAY_S, clock_text

SHOWN = ("offered", "answered", "abandoned", "mean_wait_s", "service_level", "occupancy")
MOST = 96
"""More intervals than this a chart does not show: they get longer."""
LENGTHS_S = (900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0, 86_400.0)

Progress = Callable[[], None]
"""Called after each replication."""


class Interval(msgspec.Struct, frozen=True):
    """From and to in seconds since the start of the run, `clock` the time of day at its beginning."""

    from_s: float
    to_s: float
    clock: str
    figures: dict[str, Estimate]


Series = dict[str, list[Interval]]
"""By queue."""


class Played(msgspec.Struct, frozen=True):
    """All replications: whole, and `cells[queue][interval][replication]`."""

    runs: Runs
    cells: dict[str, list[list[Counts]]]
    bounds: list[float]


def play(model: Model, replications: int, progress: Progress) -> Played:
    """Run the replications; one alone is cut into batches for its intervals of confidence."""
    duration = model.end_s - model.warmup_s
    length = next((one for one in LENGTHS_S if duration / one <= MOST / 2), max(LENGTHS_S[-1], duration / MOST))
    stretches = BATCHES if replications == 1 else max(round(duration / length), 1)
    counts: dict[str, list[Counts]] = {one.queue: [] for one in model.inflows}
    cells: dict[str, list[list[Counts]]] = {one.queue: [[] for _ in range(stretches)] for one in model.inflows}
    for replication in range(replications):
        tallies = Simulation(model, replication, stretches).run()
        for place, one in enumerate(model.inflows):
            parts = [count(stretch[place], one) for stretch in tallies]
            for cell, part in zip(cells[one.queue], parts, strict=True):
                cell.append(part)
            if replications == 1:
                counts[one.queue] = parts
            else:
                counts[one.queue].append(count(merged(stretch[place] for stretch in tallies), one))
        progress()
    bounds = [model.warmup_s + duration * n / stretches for n in range(stretches + 1)]
    return Played(Runs(counts, replications == 1), cells, bounds)


def levels(played: Played, scenario: Scenario) -> Series:
    """Each queue's figures, interval by interval."""
    return _series(
        played,
        scenario,
        lambda queue, place, metric: estimate(
            metric, sample(metric, played.cells[queue][place], batches=False), scenario.confidence
        ),
        list(played.cells),
    )


def changes(first: Played, second: Played, scenario: Scenario) -> Series:
    """Second minus first, interval by interval, for the queues both have."""
    return _series(
        first,
        scenario,
        lambda queue, place, metric: paired(
            metric, first.cells[queue][place], second.cells[queue][place], batches=False
        ).estimate(scenario.confidence),
        [queue for queue in first.cells if queue in second.cells],
    )


def _series(
    played: Played, scenario: Scenario, figure: Callable[[str, int, str], Estimate], queues: Sequence[str]
) -> Series:
    start = clock(scenario.start, "start")
    spans = list(zip(played.bounds, played.bounds[1:], strict=False))
    return {
        queue: [
            Interval(
                low,
                high,
                clock_text((start + low) % DAY_S),
                {metric: _short(figure(queue, place, metric)) for metric in SHOWN},
            )
            for place, (low, high) in enumerate(spans)
        ]
        for queue in queues
    }


def _short(one: Estimate) -> Estimate:
    """To four decimals: more a chart does not show."""
    value, low, high = (None if part is None else round(part, 4) for part in (one.value, one.low, one.high))
    return Estimate(value, low, high)
