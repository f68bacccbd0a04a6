"""Random times. Each purpose has its own stream, so that two scenarios with one seed share their luck.

The n-th contact of a queue has the same handling time and patience whatever the staffing: common random numbers.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat, starmap
from operator import neg
from random import Random
from typing import Final

from battito.twin.scenario import Handle, Patience

Draw = Callable[[], float]
MOST_AHEAD: Final = 512


def stream(seed: int, replication: int, *purpose: str) -> Random:
    """An independent stream of random numbers for a purpose."""
    return Random("/".join((str(seed), str(replication), *purpose)))


def exponential(mean: float, random: Random) -> Draw:
    """Exponential times: -mean ln(1 - u). They are drawn ahead, more and more at once and without a Python call for each:
    `random` must be nobody else's from here on."""

    def some() -> Iterator[list[float]]:
        count = 16
        while True:
            uniform = starmap(random.random, repeat((), count))
            yield [-mean * one for one in map(math.log1p, map(neg, uniform))]
            count = min(2 * count, MOST_AHEAD)

    return chain.from_iterable(some()).__next__


def draw_handle(handle: Handle, random: Random) -> Draw:
    """Handling times in seconds."""
    if handle.exponential is not None:
        return exponential(handle.exponential, random)
    if handle.lognormal is not None:
        return partial(random.lognormvariate, *handle.lognormal)
    assert handle.mean_s is not None
    if handle.cv is None:
        return exponential(handle.mean_s, random)
    if handle.cv == 0.0:
        return partial(float, handle.mean_s)
    variance = math.log1p(handle.cv**2)
    return partial(random.lognormvariate, math.log(handle.mean_s) - variance / 2.0, math.sqrt(variance))


def draw_patience(patience: Patience | None, random: Random) -> Draw:
    """Seconds until somebody gives up; infinite for those who never do."""
    if patience is None:
        return partial(float, math.inf)
    if patience.mean_s is not None:
        return exponential(patience.mean_s, random)
    assert patience.hazard is not None
    return partial(_from_hazard, patience.hazard, random)


def _from_hazard(hazard: list[tuple[float | None, float]], random: Random) -> float:
    """Where the summed hazard reaches a unit exponential."""
    left = random.expovariate(1.0)
    start = 0.0
    for until, rate in hazard:
        end = math.inf if until is None else until
        spent = rate * (end - start) if rate > 0.0 else 0.0
        if spent >= left:
            return start + left / rate
        left -= spent
        start = end
    return math.inf


def draw_day_factor(cv: float, random: Random) -> Draw:
    """How busy a day is around 1: gamma distributed with this coefficient of variation."""
    if cv <= 0.0:
        return partial(float, 1.0)
    shape = 1.0 / (cv * cv)
    return partial(random.gammavariate, shape, 1.0 / shape)
