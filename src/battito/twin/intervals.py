"""Estimates with their confidence intervals, from independent replications or from batches of one long run."""

import math
from collections.abc import Sequence
from functools import lru_cache

import msgspec


class Estimate(msgspec.Struct, frozen=True):
    """A value and the interval that holds the truth with the confidence asked for; None: nothing to estimate from."""

    value: float | None
    low: float | None
    high: float | None

    def holds(self, truth: float) -> bool:
        """Whether the interval contains this number."""
        return self.low is not None and self.high is not None and self.low <= truth <= self.high


NOTHING = Estimate(None, None, None)


class Sample(msgspec.Struct, frozen=True):
    """One estimate and what each replication adds to it, for paired comparisons.

    `cases`: for a ratio, how many cases it is of.
    """

    value: float | None
    parts: tuple[float, ...]
    cases: float = 0.0

    def estimate(self, confidence: float, least: float = -math.inf, most: float = math.inf) -> Estimate:
        """The value with its interval, kept within what is possible (`least` to `most`)."""
        if self.value is None:
            return NOTHING
        half = half_width(self.parts, confidence)
        if half is None:
            return Estimate(self.value, None, None)
        if self.cases and self.value in (least, most):
            # never seen among n cases does not mean never: the rule of three
            half = max(half, -math.log((1.0 - confidence) / 2.0) / self.cases)
        return Estimate(self.value, max(self.value - half, least), min(self.value + half, most))


def mean_of(values: Sequence[float]) -> Sample:
    """The mean over replications."""
    if not values:
        return Sample(None, ())
    return Sample(math.fsum(values) / len(values), tuple(values))


def ratio_of(numerators: Sequence[float], denominators: Sequence[float]) -> Sample:
    """The ratio of sums over replications: a rate with its own numerator and denominator in each.

    The parts are the linearised residuals around the ratio (the classical ratio estimator; Law, Simulation Modeling
    and Analysis, section 9.5), whose spread gives the interval.
    """
    below = math.fsum(denominators)
    if below == 0:
        return Sample(None, ())
    ratio = math.fsum(numerators) / below
    mean_below = below / len(denominators)
    pairs = zip(numerators, denominators, strict=True)
    return Sample(ratio, tuple(ratio + (over - ratio * under) / mean_below for over, under in pairs), below)


def difference(first: Sample, second: Sample) -> Sample:
    """Second minus first, pair by pair: with common random numbers their shared luck cancels."""
    if first.value is None or second.value is None or len(first.parts) != len(second.parts):
        return Sample(None, ())
    return Sample(second.value - first.value, tuple(b - a for a, b in zip(first.parts, second.parts, strict=True)))


def half_width(parts: Sequence[float], confidence: float) -> float | None:
    """Half the Student t interval of the mean of independent parts; None for fewer than two."""
    count = len(parts)
    if count < 2:
        return None
    mean = math.fsum(parts) / count
    variance = math.fsum((part - mean) ** 2 for part in parts) / (count - 1)
    return student_t(0.5 + confidence / 2.0, count - 1) * math.sqrt(variance / count)


@lru_cache(maxsize=256)
def student_t(probability: float, degrees: int) -> float:
    """The quantile of Student's t distribution, by bisection of its distribution function."""
    if not 0.5 <= probability < 1.0:
        raise ValueError(f"the probability must be from 0.5 to below 1, not {probability}")
    low, high = 0.0, 1.0
    while _student_cdf(high, degrees) < probability:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if _student_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _student_cdf(t: float, degrees: int) -> float:
    return 1.0 - 0.5 * incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + t * t))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22, Lentz's method)."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    tiny = 1e-300
    fraction, over, under = 1.0, 1.0, 0.0
    for step in range(1000):
        m = step // 2
        if step == 0:
            coefficient = 1.0
        elif step % 2 == 0:
            coefficient = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            coefficient = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        under = 1.0 / (1.0 + coefficient * under or tiny)
        over = 1.0 + coefficient / over or tiny
        fraction *= over * under
        if step > 0 and abs(over * under - 1.0) < 1e-15:
            break
    return front * (fraction - 1.0) / a
