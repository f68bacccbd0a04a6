"""What is counted, and how counts become figures. Every rate keeps its numerator and denominator."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import ceil, fsum, inf

import msgspec

from battito.twin.intervals import Estimate, Sample, difference, mean_of, ratio_of
from battito.twin.model import Inflow


class Tally:
    """What happened to the contacts of one queue that came in one stretch of time.

    Waits are in seconds: of those answered, and of those who gave up. `busy` and `staffed` are agent-seconds of
    those who can serve the queue.
    """

    __slots__ = ("abandoned", "answered", "busy", "offered", "staffed")

    def __init__(self) -> None:
        self.offered = 0
        self.answered: list[float] = []
        self.abandoned: list[float] = []
        self.busy = 0.0
        self.staffed = 0.0


def merged(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    total = Tally()
    for tally in tallies:
        total.offered += tally.offered
        total.answered += tally.answered
        total.abandoned += tally.abandoned
        total.busy += tally.busy
        total.staffed += tally.staffed
    return total


class Counts(msgspec.Struct, frozen=True):
    """A tally summed up."""

    offered: int
    answered: int
    abandoned: int
    short: int
    """Abandoned within the short-abandon limit."""
    in_target: int
    """Answered within the target."""
    left_in_target: int
    """Abandoned within the target."""
    waited: int
    wait_s: float
    answer_wait_s: float
    p90_wait_s: float
    busy_s: float
    staffed_s: float


def count(tally: Tally, inflow: Inflow) -> Counts:
    """Sum a tally up under a queue's targets."""
    answered, abandoned = sorted(tally.answered), sorted(tally.abandoned)
    waits = sorted(answered + abandoned)
    answer_wait_s = fsum(answered)
    return Counts(
        offered=tally.offered,
        answered=len(answered),
        abandoned=len(abandoned),
        short=bisect_left(abandoned, inflow.short_abandon_s),
        in_target=bisect_right(answered, inflow.target_s),
        left_in_target=bisect_right(abandoned, inflow.target_s),
        waited=len(answered) - bisect_right(answered, 0.0) + len(abandoned),
        wait_s=answer_wait_s + fsum(abandoned),
        answer_wait_s=answer_wait_s,
        # the smallest wait that nine of ten do not exceed
        p90_wait_s=waits[ceil(0.9 * len(waits)) - 1] if waits else 0.0,
        busy_s=tally.busy,
        staffed_s=tally.staffed,
    )


METRICS = (
    "offered",
    "answered",
    "abandoned",
    "p_wait",
    "mean_wait_s",
    "p90_wait_s",
    "service_level",
    "occupancy",
    "p_abandon",
    "asa_s",
    "service_level_answered",
    "service_level_aws",
    "unresolved",
)
"""The first eight are the result's core; the others say more of the same."""

_COUNTS: dict[str, Callable[[Counts], float]] = {
    "offered": lambda one: one.offered,
    "answered": lambda one: one.answered,
    "abandoned": lambda one: one.abandoned,
    "p90_wait_s": lambda one: one.p90_wait_s,
    "unresolved": lambda one: one.offered - one.answered - one.abandoned,
}
_RATES: dict[str, Callable[[Counts], tuple[float, float]]] = {
    "p_wait": lambda one: (one.waited, one.answered + one.abandoned),
    "mean_wait_s": lambda one: (one.wait_s, one.answered + one.abandoned),
    "service_level": lambda one: (one.in_target, one.offered - one.short),
    "occupancy": lambda one: (one.busy_s, one.staffed_s),
    "p_abandon": lambda one: (one.abandoned, one.offered),
    "asa_s": lambda one: (one.answer_wait_s, one.answered),
    "service_level_answered": lambda one: (one.in_target, one.answered),
    "service_level_aws": lambda one: (one.in_target + one.left_in_target, one.offered),
}
_SHARES = ("p_wait", "service_level", "p_abandon", "service_level_answered", "service_level_aws")


def sample(metric: str, counts: Sequence[Counts], *, batches: bool) -> Sample:
    """A metric over replications, or over batches of one replication (whose counts add up instead of averaging)."""
    if metric in _RATES:
        pairs = [_RATES[metric](one) for one in counts]
        return ratio_of([over for over, _ in pairs], [under for _, under in pairs])
    factor = len(counts) if batches and metric != "p90_wait_s" else 1
    return mean_of([_COUNTS[metric](one) * factor for one in counts])


def estimate(metric: str, found: Sample, confidence: float) -> Estimate:
    """A metric's value and interval, kept within what the metric can be."""
    return found.estimate(confidence, 0.0, 1.0 if metric in _SHARES else inf)


def paired(metric: str, first: Sequence[Counts], second: Sequence[Counts], *, batches: bool) -> Sample:
    """The difference of a metric, second minus first, over pairs that shared their random numbers."""
    return difference(sample(metric, first, batches=batches), sample(metric, second, batches=batches))
